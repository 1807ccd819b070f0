"""What comes true of watched offers is told once, to whoever may still order."""

from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from telegram.error import Forbidden, RetryAfter, TimedOut

from bot.chat.drawing import Drawer
from bot.chat.screens import Screen
from bot.chat.texts import texts_in
from bot.domain.currencies import Currency
from bot.domain.identifiers import ChatId, OfferId, UserId
from bot.domain.money import Fen
from bot.domain.offers import Wording
from bot.domain.quiet import QuietHours
from bot.domain.rates import Rate
from bot.domain.watches import Found, OfferWatch, WatchedGoods, WatchEnd, WatchFor, WatchState
from bot.storage.ports import Storage
from bot.telegram.abilities import nothing_new
from bot.telling.watch_teller import WatchTeller
from handlers.watching.told import screen as told_screen
from tests.fakes.memory_storage import MemoryStorage
from tests.storage.samples import ALICE, BOB, NOW, first
from tests.storage.watching import ALL_OF_IT, WATCHED, come_true, new_watch


class Sending:
    """Telegram as far as telling needs it; fails for a chat with what is asked for."""

    def __init__(self) -> None:
        self.sent: list[tuple[int, str]] = []
        self.failing: dict[int, Exception] = {}

    async def fitting(self, _: str, make: Any, *, chat_id: int, **__: Any) -> None:
        if chat_id in self.failing:
            raise self.failing[chat_id]
        self.sent.append((chat_id, make(nothing_new)["text"]))


class NoPictures:
    """Nothing can be had."""

    async def make(self, _: object) -> None:
        return None


@pytest.fixture
async def storage() -> Storage:
    made = MemoryStorage(now=NOW)
    for user_id in (ALICE, BOB):
        watch = await made.set_watch(new_watch(user_id=user_id), NOW)
        await made.keep_found([come_true(watch)])
    return made


def teller(storage: Storage, bot: Any, now: datetime = NOW, **more: Any) -> WatchTeller:
    async def everybody(_: UserId) -> bool:
        return True

    drawer = Drawer(bot, NoPictures(), storage.picture_files)
    return WatchTeller(
        bot,
        drawer,
        storage,
        more.pop("screen", lambda _t, watch: Screen(watch.what.value)),
        more.pop("lets_in", everybody),
        clock=lambda: now,
        **more,
    )


async def states(storage: Storage) -> list[WatchState]:
    found = [await storage.watches.watch_of(each, ALL_OF_IT) for each in (ALICE, BOB)]
    return [each.state for each in found if each is not None]


async def test_each_is_told_once(storage: Storage):
    bot, ends = Sending(), []
    for _ in range(2):
        await teller(storage, bot, on_end=ends.append).tell_waiting()
    assert bot.sent == [(ALICE, "drop"), (BOB, "drop")]
    assert await states(storage) == [WatchState.TOLD] * 2
    assert ends == ["told"] * 2


async def test_who_may_not_order_any_more_is_not_told(storage: Storage):
    """An invitation that was withdrawn; the others are."""

    async def only_bob(user_id: UserId) -> bool:
        return user_id == BOB

    bot = Sending()
    await teller(storage, bot, lets_in=only_bob).tell_waiting()
    assert bot.sent == [(BOB, "drop")]
    assert await states(storage) == [WatchState.DROPPED, WatchState.TOLD]


async def test_who_blocked_the_bot_keeps_nobody_else_from_hearing(storage: Storage):
    bot = Sending()
    bot.failing[ALICE] = Forbidden("bot was blocked by the user")
    await teller(storage, bot).tell_waiting()
    assert bot.sent == [(BOB, "drop")]
    assert await states(storage) == [WatchState.DROPPED, WatchState.TOLD]


async def test_what_surely_was_not_told_waits_and_what_may_have_been_does_not(storage: Storage):
    bot = Sending()
    bot.failing = {ALICE: RetryAfter(3), BOB: TimedOut()}
    await teller(storage, bot).tell_waiting()
    bot.failing = {}
    await teller(storage, bot, NOW + timedelta(minutes=1)).tell_waiting()
    assert bot.sent == [(ALICE, "drop")]
    assert await states(storage) == [WatchState.TOLD, WatchState.UNCLEAR]


async def test_what_a_killed_run_was_telling_is_not_told_again(storage: Storage):
    """Between the claim and the sending: it may have been sent."""
    (waiting, _) = await storage.watches.watches_to_tell(NOW, 9)
    await storage.watches.claim_watch(waiting)
    bot = Sending()
    await storage.watches.give_up_watches()
    await teller(storage, bot).tell_waiting()
    assert bot.sent == [(BOB, "drop")]
    assert await states(storage) == [WatchState.UNCLEAR, WatchState.TOLD]


async def test_quiet_hours_keep_it_for_the_morning_and_it_is_looked_at_anew(storage: Storage):
    """A price of hours ago is told to nobody: the offer is read before anything is said."""
    quiet = QuietHours(time(11), time(14), ZoneInfo("UTC"))
    bot, morning = Sending(), NOW.replace(hour=14, minute=1)
    looks: list[None] = []
    await teller(storage, bot, quiet=quiet).tell_waiting()
    later = teller(storage, bot, morning, quiet=quiet, look_soon=lambda: looks.append(None))
    await later.tell_waiting()
    assert bot.sent == []
    assert await states(storage) == [WatchState.WATCHING] * 2
    assert [each.offer_id for each in await storage.watches.due_offers(NOW, 9)] == [WATCHED]
    assert len(looks) == 2


async def test_an_end_is_told_however_old_it_is(storage: Storage):
    """What is gone does not come back by being looked at."""
    watch = await storage.watches.watch_of(ALICE, ALL_OF_IT)
    assert watch is not None
    anew = await storage.watches.set_watch(new_watch(), NOW)
    gone = Found(end=WatchEnd.GONE, at=NOW)
    await storage.watches.keep_found(
        [anew.replace(state=WatchState.TO_TELL, not_before=NOW, found=gone)]
    )
    bot = Sending()
    await teller(storage, bot, NOW + timedelta(hours=5)).tell_waiting()
    assert bot.sent == [(ALICE, "drop")]


async def test_who_has_no_conversation_gets_one_that_the_buttons_name(storage: Storage):
    await storage.conversations.commit_step(first(BOB))
    await teller(storage, Sending()).tell_waiting()
    assert await storage.conversations.load_session(ChatId(ALICE), ALICE) is not None


def told(language: str = "en", rate: Rate | None = None, **changes: Any) -> str:
    watch = OfferWatch(
        watch_id=3,
        user_id=ALICE,
        goods=WatchedGoods(offer_id=OfferId(1)),
        what=WatchFor.DROP,
        bound=Fen(1250),
        title=Wording(zh="马克杯", translated="Mug <b>"),
        price=Fen(1250),
        made_at=NOW,
        found=Found(end=WatchEnd.TRUE, price=Fen(990), at=NOW),
    ).replace(**changes)
    shown = told_screen(texts_in(language).priced(rate), watch)
    buttons = " | ".join(each.text for row in shown.rows for each in row)
    return f"{shown.text}\n{buttons}"


def test_the_news_has_both_prices_and_the_ways_on():
    """In the person's language, foreign titles harmless."""
    assert told() == (
        "🔔 <b>Cheaper now</b>\n\n<b>Mug &lt;b&gt;</b>\n\n<b>¥9.90</b> now, was ¥12.50\n"
        "Open the product | 🔔 Tell me below ¥9.90 | Remove from my list"
    )
    assert told("zh").startswith(
        "🔔 <b>降价了</b>\n\n<b>马克杯</b>\n\n现价 <b>¥9.90</b>，原价 ¥12.50\n"
    )


def test_what_is_gone_can_be_neither_opened_nor_watched():
    text = told(found=Found(end=WatchEnd.GONE, at=NOW))
    assert "gone from 1688" in text
    assert text.endswith("\nRemove from my list")


def test_a_return_and_an_end_say_what_they_are():
    back = told(what=WatchFor.BACK, bound=None, price=None)
    assert "Back in stock" in back
    assert "🔔 Watch again" in back
    over = told("zh", found=Found(end=WatchEnd.OVER, at=NOW))
    assert "到期" in over


def test_a_shop_names_both_currencies():
    """What the customer pays in beside the yuan."""
    rate = Rate(currency=Currency("USD"), quoted=Decimal("0.14"))
    assert "¥9.90 (≈\xa0$1.39)" in told(rate=rate)
