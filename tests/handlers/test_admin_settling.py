"""Adopting an uncertain order at the desk: what was offered is what is taken, or nothing."""

from dataclasses import replace
from typing import Any, cast

from bot.chat.buttons import Press
from bot.chat.context import Context, Overlay
from bot.domain.identifiers import ChatId, UserId
from bot.domain.orders import Placing
from bot.domain.sessions import Session
from bot.services.access import Access, AccessMode
from bot.services.placing.resolving import OrderResolving
from handlers.desk import uncertain
from tests.fakes.memory_storage import MemoryStorage
from tests.fakes.scripted_marketplace import ScriptedMarketplace
from tests.handlers.goods import Shelf, context
from tests.services.agreed import FIRST, NUMBER, SECOND, consent, found, stored

OPERATOR = Session.begun(ChatId(7), UserId(7), "en")


class Desk:
    def __init__(self, storage: MemoryStorage, market: ScriptedMarketplace) -> None:
        self.storage, self.market = storage, market

    def at(self, arg: str) -> Context:
        made = context(OPERATOR, Shelf())
        made.services = replace(
            made.services,
            store=self.storage,
            access=Access(AccessMode.OPEN, self.storage, operators=[7]),
            resolving=OrderResolving(self.storage, cast("Any", self.market)),
        )
        made.press = Press(OPERATOR.session_id, None, "settle", arg)
        return made

    async def shows(self, callback: Any, arg: str) -> tuple[str, dict[str, str]]:
        shown = await callback(cast("Any", None), self.at(arg))
        assert isinstance(shown, Overlay)
        buttons = [each for row in shown.screen.rows for each in row]
        return shown.screen.text, {each.text: each.arg for each in buttons}


async def desk(placing: Placing = Placing.UNRESOLVED) -> Desk:
    market = ScriptedMarketplace(lists=[[found()]], details={FIRST: found(), SECOND: found(SECOND)})
    return Desk(await stored(consent(placing, sent_at=consent().created_at)), market)


async def test_what_was_found_is_adopted_after_a_second_question() -> None:
    """The order is placed as what the marketplace has."""
    at = await desk()
    text, buttons = await at.shows(uncertain.case, NUMBER)
    assert str(FIRST) in text
    assert "✅ Adopt" in buttons
    assert not [label for label in buttons if "Drop" in label or "again" in label]
    text, buttons = await at.shows(uncertain.ask, buttons["✅ Adopt"])
    assert NUMBER in text
    text, _ = await at.shows(uncertain.settle, buttons["✅ Adopt"])
    assert "is placed" in text
    order = await at.storage.order(NUMBER)
    assert order is not None
    assert (order.placing, order.parts[0].order_id) == (Placing.PLACED, FIRST)


async def test_something_else_than_was_offered_is_not_adopted() -> None:
    """It is shown instead."""
    at = await desk()
    _, buttons = await at.shows(uncertain.case, NUMBER)
    at.market.lists = [[found(SECOND)]]
    text, _ = await at.shows(uncertain.settle, buttons["✅ Adopt"])
    assert "something else by now" in text
    order = await at.storage.order(NUMBER)
    assert order is not None
    assert order.placing is Placing.UNRESOLVED


async def test_an_order_that_moved_on_is_not_settled() -> None:
    """Whatever an old button says."""
    at = await desk(Placing.REFUSED)
    for callback, arg in (
        (uncertain.case, NUMBER),
        (uncertain.settle, f"drop.{NUMBER}.0"),
        (uncertain.settle, f"again.{NUMBER}.0"),
    ):
        text, _ = await at.shows(callback, arg)
        assert "moved on" in text


async def test_what_was_never_drawn_changes_nothing() -> None:
    """Unknown decisions and numbers lead back to the list."""
    at = await desk()
    for arg in ("", "pay", f"sell.{NUMBER}.0", "drop.S000000-XXXXXXXX.0", "adopt..", "..."):
        for callback in (uncertain.ask, uncertain.settle):
            await at.shows(callback, arg)
    order = await at.storage.order(NUMBER)
    assert order is not None
    assert order.placing is Placing.UNRESOLVED
