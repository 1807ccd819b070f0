"""The person's own order that a button names: anybody can send any number."""

import structlog

from bot.chat.context import Context, Overlay
from bot.chat.screens import Button, Screen, row
from bot.domain.identifiers import MerchantOrderNo
from bot.domain.orders import Order
from bot.domain.sessions import Session
from bot.services.bundle import Services

_log = structlog.get_logger(__name__)


def pieces(context: Context, most: int) -> tuple[str, ...]:
    """Return the pressed button's argument in `most` pieces, empty where it has fewer."""
    given = context.arg.split(".", most - 1)
    return (*given, *[""] * (most - len(given)))


async def own_order(context: Context, order_no: str) -> Order | None:
    """Return the order of that number if it is this person's."""
    order = await context.services.store.orders.order(MerchantOrderNo(order_no))
    if order is None or order.user_id == context.session.user_id:
        return order
    _log.warning("button_refused", reason="another person's order")
    return None


def gone(context: Context) -> Overlay:
    """Say that there is no such order of theirs, beside the journey."""
    t = context.t
    rows = row(Button(t("orders.mine_button"), "mine", standing=True))
    return Overlay(Screen(t("orders.gone"), rows))


async def order_of(session: Session, services: Services) -> Order | None:
    """Return the order that the session's screen is about, as stored, if it is this person's.

    A group buy's goes to whoever takes the buy over, also from a screen that shows it.
    """
    order = await order_on_screen(session, services)
    return order if order is not None and order.user_id == session.user_id else None


async def order_on_screen(session: Session, services: Services) -> Order | None:
    """Return the order that an operator's screen is about, whosever it is."""
    order_no = session.ordered.order_no
    return await services.store.orders.order(order_no) if order_no is not None else None
