"""When it is sure enough that an order does not exist to create it once more (decision 9).

A list that shows nothing proves nothing by itself: it may be late, or not carry our number. So
it has to show, at the same moment, the order of ours next to it that is known to exist.
"""

from datetime import timedelta
from enum import StrEnum

import structlog

from bot.domain.identifiers import OfferId, SpecId
from bot.domain.orders import Order, Placing
from bot.services.placing.listing import Listing
from bot.storage.ports import OrderPort

_LISTED_FOR = timedelta(days=30)  # older orders live in a history table (contract 5.5)
_LATEST = 50
_NOT_ORDERED = frozenset({Placing.CHANGED, Placing.REFUSED})
_log = structlog.get_logger(__name__)


class Recreate(StrEnum):
    """`RECREATE`: what is done when complete look-ups show that create made no order."""

    SAME_NUMBER = "same_number"  # create once more, under the same number
    NEVER = "never"  # a person decides


async def neighbour_of(orders: OrderPort, order: Order) -> Order | None:
    """Return the placed order that was agreed to next before this one, else next after it."""
    latest = await orders.latest_orders(order.created_at - _LISTED_FOR, _LATEST)
    placed = [each for each in latest if each.placing is Placing.PLACED]
    before = [each for each in placed if each.created_at <= order.created_at]
    return next(iter(before or placed[::-1]), None)


def is_absent(order: Order, listing: Listing, neighbour: Order | None) -> bool:
    """Tell whether what the list does not show does not exist.

    Where an operator vouches for that, a list read to its end is enough.
    """
    if listing.orders or not listing.complete:
        return False
    if order.vouched:
        return True
    parts = neighbour.parts if neighbour is not None else ()
    proven = bool(parts) and all(part.order_id in listing.seen for part in parts)
    if not proven:
        _log.warning("list_not_proven", compared=neighbour.order_no if neighbour else "")
    return proven


async def is_superseded(orders: OrderPort, order: Order) -> bool:
    """Tell whether the person has ordered some of the same goods again since.

    What came after it tells the order in which they were stored, not a clock that may be stepped.
    """
    goods = _goods(order)
    return any(
        each.placing not in _NOT_ORDERED and goods & _goods(each)
        for each in await orders.orders_after(order.order_no, limit=_LATEST)
    )


def _goods(order: Order) -> set[tuple[OfferId, SpecId | None]]:
    return {(line.offer_id, line.spec_id) for line in order.lines}
