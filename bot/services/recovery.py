"""Finding out what became of an order whose creation got no clear answer (contract 5.2).

Create is never sent again from here. An order is adopted only when it carries our own number
and its lines are the ones that the person agreed to.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

import structlog

from bot.domain.identifiers import OfferId, SpecId
from bot.domain.orders import FailedLine, Order, OrderPart, OrderStatus, Placing
from bot.marketplace.errors import MarketplaceError
from bot.marketplace.port import FoundOrder, Marketplace

_BEFORE = timedelta(minutes=2)  # clocks differ
_AFTER = timedelta(minutes=30)
_MOST_PAGES = 5
_log = structlog.get_logger(__name__)

_Goods = Counter[tuple[OfferId, SpecId | None]]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a look-up found: orders to adopt, and unpaid doubles to cancel."""

    adopt: tuple[FoundOrder, ...] = ()
    doubles: tuple[FoundOrder, ...] = ()
    missing: tuple[tuple[OfferId, SpecId | None], ...] = ()  # goods that were left out
    doubtful: bool = False  # orders carry our number, but their lines do not fit


async def look_up(marketplace: Marketplace, order: Order) -> Finding:
    """Ask the order list by our number, then by the time of creation. Raises `MarketplaceError`."""
    found = await _by_number(marketplace, order)
    if not found:
        found = await _by_time(marketplace, order)
    with_lines = [
        each if each.lines else await marketplace.order_detail(each.order_id) for each in found
    ]
    return judge(order, with_lines)


def judge(order: Order, found: list[FoundOrder]) -> Finding:
    """Decide which of the orders carrying our number to adopt.

    One order (or the parts of a split one) with exactly the agreed goods is adopted, and so is
    a single order with a part of them: lines can fail one by one (contract 5.2). Whole doubles
    are to be cancelled. Anything else is for a person.
    """
    if not found:
        return Finding()
    wanted: _Goods = Counter()
    for line in order.lines:
        wanted[(line.offer_id, line.spec_id)] += line.quantity
    oldest_first = sorted(found, key=lambda each: each.order_id)
    whole = [each for each in oldest_first if _goods_of(each) == wanted]
    if whole and len(whole) == len(found):
        return Finding(adopt=(whole[0],), doubles=tuple(whole[1:]))
    together: _Goods = Counter()
    for each in found:
        together += _goods_of(each)
    if together == wanted:
        return Finding(adopt=tuple(oldest_first))
    if len(found) == 1 and together and together < wanted:
        return Finding(adopt=(found[0],), missing=tuple(wanted - together))
    return Finding(doubtful=True)


def adopted(order: Order, finding: Finding) -> Order:
    """Return the order as placed by what was found."""
    return order.moved(
        Placing.PLACED,
        parts=tuple(part_of(each) for each in finding.adopt),
        failed_lines=tuple(
            FailedLine(offer_id=offer_id, spec_id=spec_id) for offer_id, spec_id in finding.missing
        ),
    )


def part_of(found: FoundOrder) -> OrderPart:
    """Return the adopted order as a part of ours."""
    return OrderPart(
        order_id=found.order_id, total=found.total, freight=found.freight, status=found.status
    )


async def cancel_doubles(marketplace: Marketplace, doubles: tuple[FoundOrder, ...]) -> None:
    """Close doubles that nobody paid. What can't be closed closes unpaid by itself."""
    for each in doubles:
        if each.status is not OrderStatus.AWAITING_PAYMENT:
            continue
        try:
            await marketplace.cancel(each.order_id)
        except MarketplaceError as error:
            _log.warning("double_not_cancelled", order_id=each.order_id, error=str(error))


async def _by_number(marketplace: Marketplace, order: Order) -> list[FoundOrder]:
    page = await marketplace.find_orders(order_no=order.order_no)
    return [each for each in page.orders if each.mentions(order.order_no)]


async def _by_time(marketplace: Marketplace, order: Order) -> list[FoundOrder]:
    found: list[FoundOrder] = []
    for number in range(1, _MOST_PAGES + 1):
        page = await marketplace.find_orders(
            created_from=order.created_at - _BEFORE,
            created_to=order.created_at + _AFTER,
            status=OrderStatus.AWAITING_PAYMENT,
            page=number,
        )
        found += [each for each in page.orders if each.mentions(order.order_no)]
        if not page.orders:
            break
    return found


def _goods_of(found: FoundOrder) -> _Goods:
    goods: _Goods = Counter()
    for line in found.lines:
        goods[(line.offer_id, line.spec_id)] += line.quantity or 0
    return goods
