"""Reading the marketplace's order list for what carries one of our numbers (contract 5.5)."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.identifiers import MarketplaceOrderId, MerchantOrderNo
from bot.domain.orders import Order, OrderStatus
from bot.marketplace.port import FoundOrder, FoundOrders, Marketplace

Found = dict[MarketplaceOrderId, FoundOrder]

_BEFORE = timedelta(minutes=2)  # clocks differ
_AFTER = timedelta(minutes=30)
_MOST_PAGES = 25
_OUR_NUMBER = re.compile(r"S\d{6}-[2-9A-Z]{8}")


@dataclass(frozen=True, slots=True)
class Listing:
    """Every order that carries our number; `complete` when the list was read to its end."""

    orders: tuple[FoundOrder, ...]
    complete: bool


async def look_everywhere(marketplace: Marketplace, order: Order) -> Listing:
    """Ask by our number and by the time, for orders of every state. Raises `MarketplaceError`."""
    found = await by_number(marketplace, order)
    complete = await by_time(marketplace, order, found)
    return Listing(tuple(found.values()), complete)


async def shows(marketplace: Marketplace, known: Order) -> bool:
    """Tell whether the list by time shows an order that exists, with our number on it.

    Raises `MarketplaceError`.
    """
    found: Found = {}
    await by_time(marketplace, known, found)
    return bool(known.parts) and all(part.order_id in found for part in known.parts)


async def by_number(marketplace: Marketplace, order: Order) -> Found:
    """Ask by our number. Raises `MarketplaceError`."""
    found: Found = {}
    page = await marketplace.find_orders(order_no=order.order_no)
    await _add(marketplace, order, page, found)
    return found


async def by_time(
    marketplace: Marketplace, order: Order, found: Found, status: OrderStatus | None = None
) -> bool:
    """Add what was made about the time of the order; tell whether nothing was left unread.

    Raises `MarketplaceError`.
    """
    begin, end = _window(order)
    for number in range(1, _MOST_PAGES + 1):
        page = await marketplace.find_orders(
            created_from=begin, created_to=end, status=status, page=number
        )
        await _add(marketplace, order, page, found)
        if not page.orders:
            return True
    return False


def is_ours(found: FoundOrder, order_no: MerchantOrderNo) -> bool:
    """Tell whether an order at the marketplace was made for this number of ours.

    A person may write another order's number into the note; ours is always the last one of the
    message (contract 5.2), and a number in `outOrderId` stands above every note.
    """
    if found.out_order_id == order_no:
        return True
    if _OUR_NUMBER.fullmatch(found.out_order_id):
        return False
    texts = (found.remark, found.feedback)
    return any(numbers[-1:] == [order_no] for numbers in map(_OUR_NUMBER.findall, texts))


def _window(order: Order) -> tuple[datetime, datetime]:
    """From the consent to well after create was last sent; one sent much later stands alone."""
    sent_at = order.sent_at or order.created_at
    begin = order.created_at if sent_at - order.created_at < _AFTER else sent_at
    return begin - _BEFORE, sent_at + _AFTER


async def _add(marketplace: Marketplace, order: Order, page: FoundOrders, found: Found) -> None:
    for each in page.orders:
        if each.order_id not in found and is_ours(each, order.order_no):
            detailed = each if each.lines else await marketplace.order_detail(each.order_id)
            found[each.order_id] = detailed
