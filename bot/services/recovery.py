"""Finding out what became of an order whose creation got no clear answer (contract 5.2).

Create is never sent again from here. An order is adopted only when it carries our own number
and its lines are the ones that the person agreed to.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from bot.domain.identifiers import MarketplaceOrderId, MerchantOrderNo, OfferId, SpecId
from bot.domain.orders import FailedLine, Order, OrderStatus, Placing
from bot.marketplace.errors import MarketplaceError, RefusalReason, Refused
from bot.marketplace.port import FoundOrder, FoundOrders, Marketplace
from bot.services.parts import part_of

_BEFORE = timedelta(minutes=2)  # clocks differ
_AFTER = timedelta(minutes=30)
_MOST_PAGES = 25
_OUR_NUMBER = re.compile(r"S\d{6}-[2-9A-Z]{8}")
_CANCEL_AGAIN = (4.0, 4.0, 4.0)  # seconds; an order can be cancelled 10 s after its creation
_NO_TIME = datetime.max.replace(tzinfo=UTC)
_CLOSED = frozenset({OrderStatus.CANCELLED, OrderStatus.TERMINATED})
_log = structlog.get_logger(__name__)

_Goods = Counter[tuple[OfferId, SpecId | None]]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a look-up found: orders to adopt, and unpaid doubles to cancel."""

    adopt: tuple[FoundOrder, ...] = ()
    doubles: tuple[FoundOrder, ...] = ()
    missing: tuple[tuple[OfferId, SpecId | None], ...] = ()  # goods that were left out
    doubtful: bool = False  # orders carry our number, but their lines do not fit

    @property
    def whole(self) -> bool:
        """Tell whether everything that was agreed to was found."""
        return bool(self.adopt) and not self.missing


async def look_up(marketplace: Marketplace, order: Order) -> Finding:
    """Ask the order list by our number; unless that shows all, by the time of creation too.

    Raises `MarketplaceError`.
    """
    found: dict[MarketplaceOrderId, FoundOrder] = {}
    page = await marketplace.find_orders(order_no=order.order_no)
    await _add(marketplace, order, page, found)
    finding = judge(order, found.values())
    if finding.whole:
        return finding
    for number in range(1, _MOST_PAGES + 1):
        page = await marketplace.find_orders(
            created_from=order.created_at - _BEFORE,
            created_to=order.created_at + _AFTER,
            status=OrderStatus.AWAITING_PAYMENT,
            page=number,
        )
        await _add(marketplace, order, page, found)
        if not page.orders:
            break
    return judge(order, found.values())


async def _add(
    marketplace: Marketplace,
    order: Order,
    page: FoundOrders,
    found: dict[MarketplaceOrderId, FoundOrder],
) -> None:
    for each in page.orders:
        if each.order_id not in found and is_ours(each, order.order_no):
            detailed = each if each.lines else await marketplace.order_detail(each.order_id)
            found[each.order_id] = detailed


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


def judge(order: Order, found: Iterable[FoundOrder]) -> Finding:
    """Decide which of the orders carrying our number to adopt.

    One order (or the parts of a split one) with exactly the agreed goods is adopted, and so are
    orders with a part of them: lines can fail one by one (contract 5.2). Whole doubles are to be
    cancelled; the one kept is a paid one before an unpaid one before a closed one, then the
    oldest. Anything else is for a person.
    """
    best_first = sorted(
        found, key=lambda each: (_rank(each), each.created_at or _NO_TIME, each.order_id)
    )
    if not best_first:
        return Finding()
    wanted: _Goods = Counter()
    for line in order.lines:
        wanted[(line.offer_id, line.spec_id)] += line.quantity
    goods = [_goods_of(order, each) for each in best_first]
    if all(each == wanted for each in goods):
        return Finding(adopt=(best_first[0],), doubles=tuple(best_first[1:]))
    together: _Goods = sum(goods, Counter())
    if together and together <= wanted:
        return Finding(adopt=tuple(best_first), missing=tuple(wanted - together))
    return Finding(doubtful=True)


def _rank(found: FoundOrder) -> int:
    if found.status in _CLOSED:
        return 2
    return 1 if found.status in {OrderStatus.AWAITING_PAYMENT, OrderStatus.UNKNOWN} else 0


def adopted(order: Order, finding: Finding) -> Order:
    """Return the order as placed by what was found."""
    return order.moved(
        Placing.PLACED,
        parts=tuple(part_of(each) for each in finding.adopt),
        failed_lines=tuple(
            FailedLine(offer_id=offer_id, spec_id=spec_id, doubtful=True)
            for offer_id, spec_id in finding.missing
        ),
    )


async def cancel_doubles(
    marketplace: Marketplace,
    doubles: Sequence[FoundOrder],
    *,
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Close doubles that nobody paid. What can't be closed closes unpaid by itself."""
    for each in doubles:
        if each.status is OrderStatus.AWAITING_PAYMENT:
            await _cancel(marketplace, each.order_id, pause)


async def _cancel(
    marketplace: Marketplace,
    order_id: MarketplaceOrderId,
    pause: Callable[[float], Awaitable[None]],
) -> None:
    for wait in (*_CANCEL_AGAIN, None):
        try:
            await marketplace.cancel(order_id)
        except Refused as error:
            # Too young to be cancelled: nothing was done, so it may be asked again.
            if error.reason is not RefusalReason.TOO_SOON or wait is None:
                _log.warning("double_not_cancelled", order_id=order_id, error=str(error))
                return
        except MarketplaceError as error:
            _log.warning("double_not_cancelled", order_id=order_id, error=str(error))
            return
        else:
            _log.info("double_cancelled", order_id=order_id)
            return
        await pause(wait)


def _goods_of(order: Order, found: FoundOrder) -> _Goods:
    """Count an order's goods; where the list leaves a `specId` out, by its `skuID`."""
    specs = {(line.offer_id, line.sku_id): line.spec_id for line in order.lines}
    goods: _Goods = Counter()
    for line in found.lines:
        spec_id = line.spec_id or specs.get((line.offer_id, line.sku_id))
        goods[(line.offer_id, spec_id)] += line.quantity or 0
    return goods
