"""Reading the marketplace's order list for what carries one of our numbers (contract 5.5).

The list is asked for a time of the marketplace's, and our clock may be off or have been stepped:
so a window has a beginning with room before it, and no end.
"""

import re
from datetime import datetime, timedelta

from msgspec import Struct

from bot.domain.identifiers import MarketplaceOrderId, MerchantOrderNo
from bot.domain.orders import Order, OrderStatus
from bot.marketplace.port import FoundOrder, FoundOrders, Marketplace

Found = dict[MarketplaceOrderId, FoundOrder]

_THEIR_CLOCKS_DIFFER = timedelta(minutes=10)  # the gateway's and the marketplace's behind it
OURS_MAY_BE_OFF = timedelta(hours=2)
MOST_PAGES = 25
_OUR_NUMBER = re.compile(r"S\d{6}-[2-9A-Z]{8}")


class Listing(Struct, frozen=True):
    """Every order that carries our number; `complete` when the list was read to its end.

    `seen` are all orders that the list by time showed, whosoever they are.
    """

    orders: tuple[FoundOrder, ...]
    complete: bool
    seen: frozenset[MarketplaceOrderId] = frozenset()


async def look_everywhere(
    marketplace: Marketplace, order: Order, neighbour: Order | None = None
) -> Listing:
    """Ask by our number and by the time, for orders of every state. Raises `MarketplaceError`.

    The window begins before both the order and its `neighbour`, so that one reading shows both.
    """
    found = await by_number(marketplace, order)
    begin = begin_of(order)
    if neighbour is not None:
        begin = min(begin, begin_of(neighbour))
    complete, seen = await by_time(marketplace, order, found, begin)
    return Listing(tuple(found.values()), complete, frozenset(seen))


async def by_number(marketplace: Marketplace, order: Order) -> Found:
    """Ask by our number. Raises `MarketplaceError`."""
    found: Found = {}
    page = await marketplace.find_orders(order_no=order.order_no)
    await _add(marketplace, order, page, found)
    return found


async def by_time(
    marketplace: Marketplace,
    order: Order,
    found: Found,
    begin: datetime,
    status: OrderStatus | None = None,
) -> tuple[bool, set[MarketplaceOrderId]]:
    """Add what was made since `begin`; return whether nothing was left unread, and what was there.

    Raises `MarketplaceError`.
    """
    seen: set[MarketplaceOrderId] = set()
    for number in range(1, MOST_PAGES + 1):
        page = await marketplace.find_orders(created_from=begin, status=status, page=number)
        await _add(marketplace, order, page, found)
        seen.update(each.order_id for each in page.orders)
        if not page.orders:
            return True, seen
    return False, seen


def begin_of(order: Order) -> datetime:
    """Return a moment that surely lies before anything was made under an order's number.

    Where the marketplace's own clock was seen before, that is as good as it gets; else every
    moment of ours is taken with as much room as a clock may be off by.
    """
    theirs = [each.placed_at for each in order.parts if each.placed_at is not None]
    if order.first_sent_there is not None:
        return min([order.first_sent_there, *theirs]) - _THEIR_CLOCKS_DIFFER
    ours = [each for each in (order.created_at, order.sent_at) if each is not None]
    return min([*(each - OURS_MAY_BE_OFF for each in ours), *theirs])


def is_ours(found: FoundOrder, order_no: MerchantOrderNo) -> bool:
    """Tell whether an order at the marketplace was made for this number of ours.

    A person may write another order's number into the note; ours is always the last one of the
    message (contract 5.2), and a number in `outOrderId` stands above every note.
    """
    return order_no in _numbers_of(found)


def number_of(found: FoundOrder) -> MerchantOrderNo | None:
    """Return the number of ours that an order at the marketplace was made for, as `is_ours`."""
    numbers = _numbers_of(found)
    return MerchantOrderNo(numbers[0]) if numbers else None


def _numbers_of(found: FoundOrder) -> list[str]:
    if _OUR_NUMBER.fullmatch(found.out_order_id):
        return [found.out_order_id]
    texts = (found.remark, found.feedback)
    return [numbers[-1] for numbers in map(_OUR_NUMBER.findall, texts) if numbers]


async def _add(marketplace: Marketplace, order: Order, page: FoundOrders, found: Found) -> None:
    for each in page.orders:
        if each.order_id not in found and is_ours(each, order.order_no):
            detailed = (
                each if _tells_enough(each) else await marketplace.order_detail(each.order_id)
            )
            found[each.order_id] = detailed


def _tells_enough(found: FoundOrder) -> bool:
    """Tell whether goods and amount can be judged without reading the order itself."""
    return bool(found.lines) and found.total is not None
