"""Orders at the marketplace beside the adopted ones: which are wanted too, and which nobody wants.

They are unpaid, since nothing ever pays an order that was not adopted, and an unpaid order
costs nothing and closes by itself (contract 5.2): closing it early keeps the list clean. What
may be wanted is never closed by itself.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence

import structlog
from msgspec import Struct

from bot.domain.identifiers import MarketplaceOrderId
from bot.domain.orders import Order, OrderStatus, Placing
from bot.marketplace.errors import MarketplaceError, RefusalReason, Refused
from bot.marketplace.port import FoundOrder, Marketplace
from bot.services.placing.listing import Listing
from bot.services.placing.parts import part_of
from bot.services.placing.recovery import CLOSED, Goods, agreed_goods, goods_of

_CANCEL_AGAIN = (4.0, 4.0, 4.0)  # seconds; an order can be cancelled 10 s after its creation
_log = structlog.get_logger(__name__)

Pause = Callable[[float], Awaitable[None]]


class Extras(Struct, frozen=True):
    """What is alive under an order's number beside its parts.

    `wanted` belong to what was agreed, `unwanted` may be closed while unpaid, `strays` are for a
    person: they may be wanted, or money is in them.
    """

    wanted: tuple[FoundOrder, ...] = ()
    unwanted: tuple[FoundOrder, ...] = ()
    strays: tuple[FoundOrder, ...] = ()


def sort_extras(order: Order, listing: Listing) -> Extras:
    """Decide what becomes of the orders of this number that are none of its parts.

    Where nothing was to be ordered, nothing is wanted. Beside a placed order, what fits into its
    missing goods, or brings its amount to exactly the agreed one, is wanted; what comes on top of
    all goods at the full amount is not. Everything else is nobody's to close.
    """
    ours = {part.order_id for part in order.parts}
    extras = [
        each for each in listing.orders if each.order_id not in ours and each.status not in CLOSED
    ]
    if not extras:
        return Extras()
    if order.placing is Placing.PLACED:
        missing = agreed_goods(order) - _goods_there(order, listing)
        amount = _amount_there(order)
        if missing and _fit(order, extras, missing):
            return Extras(wanted=tuple(extras))
        if amount is not None and amount + _amount(extras) == order.quote.total:
            return Extras(wanted=tuple(extras))
        if missing or amount is None or amount < order.quote.total:
            return Extras(strays=tuple(extras))
    unpaid = [each for each in extras if each.status is OrderStatus.AWAITING_PAYMENT]
    return Extras(
        unwanted=tuple(unpaid),
        strays=tuple(each for each in extras if each not in unpaid),
    )


def with_parts(order: Order, found: Sequence[FoundOrder]) -> Order:
    """Return a placed order with more parts, and without the failures that they disprove."""
    goods: Goods = sum((goods_of(order, each) for each in found), Counter())
    return order.replace(
        parts=(*order.parts, *map(part_of, found)),
        failed_lines=tuple(
            each
            for each in order.failed_lines
            if not (each.doubtful and (each.offer_id, each.spec_id) in goods)
        ),
    )


def _goods_there(order: Order, listing: Listing) -> Goods:
    """Count the goods of the parts, as listed or as last read.

    What create answered names no goods: it ordered all that it did not refuse.
    """
    listed = {each.order_id: each for each in listing.orders}
    goods: Goods = Counter()
    for part in order.parts:
        if part.order_id in listed:
            goods += goods_of(order, listed[part.order_id])
        elif part.lines and None not in [line.quantity for line in part.lines]:
            for line in part.lines:
                goods[(line.offer_id, line.spec_id)] += line.quantity or 0
        else:
            return _goods_not_refused(order)
    return goods


def _goods_not_refused(order: Order) -> Goods:
    lacking = {(each.offer_id, each.spec_id) for each in order.failed_lines if each.doubtful}
    ordered = agreed_goods(order.replace(lines=order.ordered_lines))
    return Counter({key: count for key, count in ordered.items() if key not in lacking})


def _amount_there(order: Order) -> int | None:
    """Return the fen of all parts together, None when one is not known."""
    totals = [part.total for part in order.parts]
    return None if None in totals else sum(filter(None, totals))


def _amount(found: Sequence[FoundOrder]) -> int:
    return sum(each.total or 0 for each in found)


def _fit(order: Order, extras: Sequence[FoundOrder], missing: Goods) -> bool:
    goods: Goods = sum((goods_of(order, each) for each in extras), Counter())
    return bool(goods) and goods <= missing


async def cancel_doubles(
    marketplace: Marketplace, doubles: Sequence[FoundOrder], *, pause: Pause = asyncio.sleep
) -> None:
    """Close doubles that nobody paid. What can't be closed closes unpaid by itself."""
    for each in doubles:
        if each.status is OrderStatus.AWAITING_PAYMENT:
            await _cancel(marketplace, each.order_id, pause)


async def _cancel(marketplace: Marketplace, order_id: MarketplaceOrderId, pause: Pause) -> None:
    for wait in (*_CANCEL_AGAIN, None):
        try:
            await marketplace.cancel(order_id)
        except Refused as error:
            # Too young to be cancelled: nothing was done, so it may be asked again.
            if error.reason is not RefusalReason.TOO_SOON or wait is None:
                _log.warning("double_not_cancelled", order_id=str(order_id), error=str(error))
                return
        except MarketplaceError as error:
            _log.warning("double_not_cancelled", order_id=str(order_id), error=str(error))
            return
        else:
            _log.info("double_cancelled", order_id=str(order_id))
            return
        await pause(wait)
