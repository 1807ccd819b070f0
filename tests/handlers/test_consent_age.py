"""A consent is as old as the screen it was given on, however late its press arrives."""

from datetime import timedelta
from typing import Any, cast

import pytest
from goods import Shelf, context

from bot.chat.context import Context
from bot.domain.cart import Cart
from bot.domain.drafts import Draft
from bot.domain.identifiers import ChatId, SellerId, UserId
from bot.domain.orders import CONSENT_LASTS, Order, Placing
from bot.domain.quotes import Quote
from bot.domain.sessions import Delivery, Quoted, Session, Step
from bot.domain.writes import ClaimOrder
from handlers import placing
from tests.services.agreed import LINES, NOW, consent, quote, workshop


class Quoting(Shelf):
    """A marketplace that previews."""

    now = quote()

    async def preview(self, *_: Any) -> Quote:
        return self.now


def seen(age: timedelta, now: Quote) -> Context:
    """The person pressed Confirm under numbers of that age."""
    session = Session(
        session_id="ABC234",
        chat_id=ChatId(7),
        user_id=UserId(7),
        step=Step.PREVIEW,
        cart=Cart(draft=Draft(seller_id=SellerId("s"), lines=LINES)),
        quoted=Quoted(quote=quote(), at=NOW - age),
        delivery=Delivery(address=consent().address),
    )
    shelf = Quoting()
    shelf.now = now
    made = context(session, shelf, arg="")
    made.now = NOW
    return made


async def pressed(at: Context) -> list[Order]:
    from telegram import Update  # noqa: PLC0415 - only a press without a message is needed

    await placing.confirm(Update(1), at)
    return [each.order for each in at.writes if isinstance(each, ClaimOrder)]


async def test_numbers_of_a_moment_ago_are_ordered_by() -> None:
    """And the order knows how old they were."""
    (order,) = await pressed(seen(timedelta(minutes=14), quote()))
    assert order.quoted_at == NOW - timedelta(minutes=14)
    assert order.consented_at == order.quoted_at


async def test_an_old_screen_is_asked_again_although_its_press_has_just_arrived() -> None:
    """It waited while the bot was down: nothing is ordered, and the numbers are fresh."""
    at = seen(CONSENT_LASTS + timedelta(seconds=1), quote())
    assert await pressed(at) == []
    assert at.session.quoted.at == NOW
    flash = at.session.announced.flash
    assert flash is not None
    assert flash.key == "preview.consent_too_old"


async def test_what_changed_since_is_said() -> None:
    """The freight is another one now."""
    at = seen(timedelta(hours=3), quote(freight=900))
    assert await pressed(at) == []
    change = at.session.quoted.change
    assert change is not None
    assert (change.freight, change.total) == (400, 400)


@pytest.mark.parametrize(("minutes", "placed"), [(14, True), (16, False)])
async def test_a_claim_that_waited_is_as_old_as_its_screen(minutes: int, placed: bool) -> None:  # noqa: FBT001 - parametrized
    """The press was stored a moment ago; the numbers under it were not."""
    old = consent(quoted_at=NOW - timedelta(minutes=minutes))
    shop = await workshop(old)
    order = await shop.work()
    assert order.placing is (Placing.PLACED if placed else Placing.CHANGED)
    assert shop.marketplace.count("create") == int(placed)
    if not placed:
        assert order.newer_quoted_at == NOW
    assert cast("Any", order.created_at) == NOW
