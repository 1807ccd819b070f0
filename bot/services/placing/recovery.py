"""Finding out what became of an order whose creation got no clear answer (contract 5.2).

Nothing is created from here. An order is adopted only when it carries our own number and its
lines are the ones that the person agreed to.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime

from msgspec import Struct

from bot.domain.identifiers import OfferId, SpecId
from bot.domain.orders import FailedLine, Order, OrderStatus, Placing
from bot.marketplace.port import FoundOrder, Marketplace
from bot.services.placing.listing import begin_of, by_number, by_time
from bot.services.placing.parts import part_of

_NO_TIME = datetime.max.replace(tzinfo=UTC)
CLOSED = frozenset({OrderStatus.CANCELLED, OrderStatus.TERMINATED})

Goods = Counter[tuple[OfferId, SpecId | None]]


class Finding(Struct, frozen=True):
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
    found = await by_number(marketplace, order)
    finding = judge(order, found.values())
    if finding.whole:
        return finding
    await by_time(marketplace, order, found, begin_of(order), OrderStatus.AWAITING_PAYMENT)
    return judge(order, found.values())


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
    wanted = agreed_goods(order)
    goods = [goods_of(order, each) for each in best_first]
    if all(each == wanted for each in goods):
        return _of_whole_ones(order, best_first)
    together: Goods = sum(goods, Counter())
    if together and together <= wanted:
        return Finding(adopt=tuple(best_first), missing=tuple(wanted - together))
    return Finding(doubtful=True)


def _of_whole_ones(order: Order, best_first: list[FoundOrder]) -> Finding:
    """Decide about orders each of which names all of the agreed goods.

    Where together they cost exactly what was agreed, they are its parts. They are doubles only
    where none of them can be a part: each costs as much as was agreed, or more.
    """
    alive = [each for each in best_first if each.status not in CLOSED]
    totals = [each.total or 0 for each in alive]
    if len(alive) > 1 and sum(totals) == order.quote.total:
        return Finding(adopt=tuple(alive))
    if len(alive) > 1 and min(totals) < order.quote.total:
        return Finding(doubtful=True)
    return Finding(adopt=(best_first[0],), doubles=tuple(best_first[1:]))


def _rank(found: FoundOrder) -> int:
    if found.status in CLOSED:
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


def agreed_goods(order: Order) -> Goods:
    """Count the goods that were agreed to."""
    goods: Goods = Counter()
    for line in order.lines:
        goods[(line.offer_id, line.spec_id)] += line.quantity
    return goods


def goods_of(order: Order, found: FoundOrder) -> Goods:
    """Count an order's goods; where the list leaves a `specId` out, by its `skuID`."""
    specs = {(line.offer_id, line.sku_id): line.spec_id for line in order.lines}
    goods: Goods = Counter()
    for line in found.lines:
        spec_id = line.spec_id or specs.get((line.offer_id, line.sku_id))
        goods[(line.offer_id, spec_id)] += line.quantity or 0
    return goods
