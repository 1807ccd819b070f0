"""A group buy in words to copy: whatever people take, each message is one that Telegram takes."""

from typing import Any, cast

import pytest
from buy_of_many import ORGANISER, VARIANTS, of_many
from goods import Shelf, context, session

from bot.chat.measuring import visible_length
from bot.chat.screens import TEXT_LIMIT
from bot.chat.texts import texts_in
from bot.domain.asking import BuyAsked
from bot.domain.group_buys import joining
from bot.domain.identifiers import BuyId
from bot.domain.sessions import Focus
from bot.domain.writes import OpenBuy
from bot.storage.ports import StepCommit
from handlers.group import in_words
from tests.domain.group_buys.groups import NOW
from tests.storage.grouping import a_buy
from tests.storage.shopping import session as stored


@pytest.mark.parametrize("language", ["en", "zh"])
def test_who_takes_a_hundred_variants_is_listed_in_messages_that_telegram_takes(
    language: str,
) -> None:
    said = in_words.who_gets_what(texts_in(language), of_many())
    assert max(map(visible_length, said)) <= TEXT_LIMIT
    whole = "\n".join(said)
    for each in range(VARIANTS):  # with the person, and in the sums
        assert whole.count(f"&lt;{each}&gt;") == 2
    assert len([line for line in whole.splitlines() if "Person 11" in line]) > 1


async def test_a_buy_that_closed_is_no_longer_said_to_be_open() -> None:
    """The button stands below a page from before; nobody can join by what it would send."""
    pressed = context(session(focus=Focus(asking=BuyAsked(buy_id=1))), Shelf(), arg="share")
    storage = pressed.services.store
    step = StepCommit(
        session=stored(ORGANISER, 1), expected_revision=None, writes=(OpenBuy(a_buy(ORGANISER)),)
    )
    await storage.conversations.commit_step(step)
    await storage.group_buys.change(BuyId(1), lambda buy, _: joining.locked(buy, NOW))
    await in_words.words(cast("Any", None), pressed)
    flash = pressed.session.announced.flash
    assert flash is not None
    assert flash.key == "buy.refused_state"
