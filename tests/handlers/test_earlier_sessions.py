"""Conversations that 0.1 stored open where they stood, and its buttons still work.

`earlier/0.1.0.sql` was made by that release: a person at every step, and at everything that a
step may ask. `earlier/0.1.0.json` is what each of them saw.
"""

import difflib
import json
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import fields
from pathlib import Path
from typing import Any, cast

import pytest

from bot.addresses import load_divisions
from bot.chat.keyboards import keyboard
from bot.domain.finding import NavigationChoice, NavigationGroup
from bot.domain.identifiers import ChatId, UserId
from bot.domain.money import Fen
from bot.domain.offers import Wording
from bot.domain.pricing import TierScope
from bot.domain.sessions import Session, Step
from bot.marketplace.port import PaymentLink
from bot.services.bundle import Services
from bot.storage.ports import StepCommit
from bot.storage.sealing import Sealer
from bot.storage.sqlite.storage import SqliteStorage
from handlers.journey import SCREENS
from tests.storage.samples import KEY, NOW

EARLIER = Path(__file__).parent / "earlier"
SEEN: dict[str, Any] = json.loads((EARLIER / "0.1.0.json").read_text("utf-8"))
SINCE = {Step.PROOF, Step.CASE, Step.TERMS}  # steps that came after 0.1
ALIKE = 0.8  # words may have been improved since; another screen has less than half in common


def _choices(*names: str) -> tuple[NavigationChoice, ...]:
    numbered = enumerate(names)
    return tuple(
        NavigationChoice(navigation_id=f"n{number}{name}", name=Wording(zh=name))
        for number, name in numbered
    )


class Market:
    """What the marketplace said when the screens were written down."""

    async def estimate(self, lines: Any, address: Any) -> Fen:
        return Fen(600)

    async def link(self, order: Any) -> PaymentLink:
        url = "https://trade.1688.com/order/cashier.htm?orderId=1"
        return PaymentLink(url=url, order_ids=tuple(part.order_id for part in order.parts))

    async def navigation(self, words: str) -> tuple[NavigationGroup, ...]:
        return (
            NavigationGroup(
                navigation_id="978", name=Wording(zh="颜色"), choices=_choices("红", "蓝")
            ),
            NavigationGroup(
                navigation_id="33", name=Wording(zh="材质"), choices=_choices("陶瓷", "玻璃")
            ),
        )


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[SqliteStorage]:
    database = tmp_path / "bot.sqlite3"
    with sqlite3.connect(database) as connection:
        connection.executescript((EARLIER / "0.1.0.sql").read_text("utf-8"))
    opened = SqliteStorage(database, Sealer(KEY), lambda: NOW)
    await opened.open()
    yield opened
    await opened.close()


def _services(storage: SqliteStorage) -> Services:
    unused = dict.fromkeys((each.name for each in fields(Services)), cast("Any", None))
    market = cast("Any", Market())
    used = {"store": storage, "freight": market, "payments": market, "search": market}
    used |= {"divisions": load_divisions(), "tier_scope": TierScope.OFFER}
    return Services(**(unused | used))


async def _drawn(session: Session, services: Services) -> dict[str, Any]:
    screen = await SCREENS[session.step].drawn(session, services)
    markup = keyboard(session, screen)
    buttons = [each for row in (markup.inline_keyboard if markup else ()) for each in row]
    return {
        "text": screen.text,
        "picture": type(screen.picture).__name__ if screen.picture else None,
        "acts": [each.callback_data for each in buttons if each.callback_data],
    }


def _acts(seen: dict[str, Any]) -> list[str]:
    return [data for _, data in seen["buttons"] if data and data.startswith("1.")]


async def test_every_screen_of_0_1_is_there_again(storage: SqliteStorage) -> None:
    """The same words, give or take, under the same picture, with every button it had."""
    services = _services(storage)
    wrong = []
    for user, seen in SEEN.items():
        session = await storage.conversations.load_session(ChatId(int(user)), UserId(int(user)))
        assert session is not None
        drawn = await _drawn(session, services)
        likeness = difflib.SequenceMatcher(None, seen["text"], drawn["text"], autojunk=False)
        if likeness.ratio() < ALIKE or drawn["picture"] != seen["picture"]:
            wrong.append((seen["name"], seen["text"], drawn["text"]))
        wrong += [(seen["name"], each) for each in _acts(seen) if each not in drawn["acts"]]
    assert wrong == []


async def test_the_screens_of_0_1_are_told_apart(storage: SqliteStorage) -> None:
    """The likeness asked for tells a step from every other one."""
    of_step: dict[tuple[Step, str], str] = {}
    for user, seen in SEEN.items():
        session = await storage.conversations.load_session(ChatId(int(user)), UserId(int(user)))
        assert session is not None
        of_step.setdefault((session.step, session.language), seen["text"])
    assert {step for step, _ in of_step} == set(Step) - SINCE
    for (step, language), text in of_step.items():
        for (other, its_language), its_text in of_step.items():
            if step is not other and language == its_language:
                assert difflib.SequenceMatcher(None, text, its_text).ratio() < ALIKE


async def test_a_session_of_0_1_is_stored_anew_by_its_next_step(storage: SqliteStorage) -> None:
    """Whatever it held is there after it was written and read in today's shape."""
    for user in SEEN:
        place = (ChatId(int(user)), UserId(int(user)))
        session = await storage.conversations.load_session(*place)
        assert session is not None
        moved = session.replace(revision=session.revision + 1)
        await storage.conversations.commit_step(StepCommit(moved, session.revision))
        await storage.close()
        await storage.open()
        assert await storage.conversations.load_session(*place) == moved
