"""A marketplace that keeps its own time and books: what the money machine orders and pays at."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.addresses import Address
from bot.domain.drafts import OrderLine
from bot.domain.identifiers import MarketplaceOrderId, MerchantOrderNo
from bot.domain.money import Fen
from bot.domain.orders import OrderPart, OrderStatus
from bot.domain.quotes import Quote, QuoteLine
from bot.marketplace.daji.client import DajiClient
from bot.marketplace.errors import OutcomeUnclear, RefusalReason, Refused, Unreachable
from bot.marketplace.port import Created, FoundLine, FoundOrder, FoundOrders, PaymentAnswer

PRICE, FREIGHT = 1_000, 500
LOST = OutcomeUnclear(Unreachable("cut", endpoint="create"))


def quoted(lines: Sequence[OrderLine]) -> Quote:
    each = tuple(
        QuoteLine(
            offer_id=line.offer_id,
            spec_id=line.spec_id,
            amount=Fen(PRICE * line.quantity),
            unit_price=Fen(PRICE),
        )
        for line in lines
    )
    goods = sum(line.amount for line in each)
    return Quote(lines=each, goods=Fen(goods), freight=Fen(FREIGHT), total=Fen(goods + FREIGHT))


@dataclass
class Made:
    """An order there. `hidden` ones exist, but no list shows them yet."""

    found: FoundOrder
    number: MerchantOrderNo
    hidden: bool = False

    @property
    def alive(self) -> bool:
        return self.found.status is not OrderStatus.CANCELLED


@dataclass
class Market:
    """`effects` says what each create does: whether it takes effect, whole, and is answered.

    "" is answered; "made", "late" take effect unanswered, at once or for the list later; "no" does
    not; "split" makes a part for each line, "half late" shows the first of them only.
    """

    name = DajiClient.name
    capabilities = DajiClient.capabilities

    now: datetime
    effects: list[str] = field(default_factory=list)
    made: list[Made] = field(default_factory=list)
    sent: list[tuple[MerchantOrderNo, datetime]] = field(default_factory=list)
    cancelled: list[MarketplaceOrderId] = field(default_factory=list)
    paid: list[tuple[MerchantOrderNo, int]] = field(default_factory=list)

    async def preview(self, lines: Sequence[OrderLine], _: Address) -> Quote:
        return quoted(lines)

    async def create(
        self, order_no: MerchantOrderNo, lines: Sequence[OrderLine], _: Address, __: str = ""
    ) -> Created:
        self.sent.append((order_no, self.now))
        effect = self.effects.pop(0) if self.effects else ""
        if effect == "no":
            raise LOST
        pieces = [tuple(lines)]
        if effect in {"split", "half late"}:
            pieces = [(each,) for each in lines]
        new = []
        for n, piece in enumerate(pieces):
            hidden = effect == "late" or (effect == "half late" and n > 0)
            new.append(Made(self._order(order_no, piece, first=not n), order_no, hidden=hidden))
        self.made += new
        if effect:
            raise LOST
        found = [each.found for each in new]
        parts = [
            OrderPart(order_id=it.order_id, total=it.total, freight=it.freight) for it in found
        ]
        return Created(parts=tuple(parts))

    def _order(
        self, number: MerchantOrderNo, lines: Sequence[OrderLine], *, first: bool
    ) -> FoundOrder:
        freight = FREIGHT if first else 0
        total = sum(PRICE * each.quantity for each in lines) + freight
        return FoundOrder(
            order_id=MarketplaceOrderId(str(2257 * 10**15 + len(self.made) * 10 + (not first))),
            remark=number,
            status=OrderStatus.AWAITING_PAYMENT,
            total=Fen(total),
            freight=Fen(freight),
            created_at=self.now,
            lines=tuple(
                FoundLine(offer_id=it.offer_id, spec_id=it.spec_id, quantity=it.quantity)
                for it in lines
            ),
        )

    async def find_orders(
        self,
        *,
        order_no: MerchantOrderNo | None = None,
        created_from: datetime | None = None,
        created_to: datetime | None = None,
        status: OrderStatus | None = None,
        page: int = 1,
    ) -> FoundOrders:
        if page > 1 or order_no is not None:  # the filter by number finds nothing for minutes
            return FoundOrders(page=page)
        shown = tuple(
            each.found
            for each in self.made
            if not each.hidden
            and (created_from is None or created_from <= _made(each.found))
            and (created_to is None or _made(each.found) <= created_to)
            and status in {None, each.found.status}
        )
        return FoundOrders(orders=shown, page=page, total=len(shown))

    async def order_detail(self, order_id: MarketplaceOrderId) -> FoundOrder:
        return self._made(order_id).found

    async def cancel(self, order_id: MarketplaceOrderId) -> None:
        made = self._made(order_id)
        if made.found.status is not OrderStatus.AWAITING_PAYMENT:
            raise Refused("no", endpoint="cancel", reason=RefusalReason.NOT_CANCELLABLE)
        made.found = made.found.replace(status=OrderStatus.CANCELLED)
        self.cancelled.append(order_id)

    async def pay_without_password(
        self, order_id: MarketplaceOrderId, amount: Fen | None = None
    ) -> PaymentAnswer:
        made = self._made(order_id)
        assert amount == made.found.total
        made.found = made.found.replace(status=OrderStatus.AWAITING_SHIPMENT)
        self.paid.append((made.number, int(amount or 0)))
        return PaymentAnswer(paid=True)

    def appear(self) -> None:
        """What was late is listed from now on."""
        for each in self.made:
            each.hidden = False

    def raise_price(self, which: int, by: int) -> None:
        """A seller changes what an unpaid order costs."""
        unpaid = [it for it in self.made if it.found.status is OrderStatus.AWAITING_PAYMENT]
        if unpaid:
            made = unpaid[which % len(unpaid)]
            made.found = made.found.replace(total=Fen(max(1, (made.found.total or 0) + by)))

    def advance(self, by: timedelta) -> None:
        self.now += by

    def _made(self, order_id: MarketplaceOrderId) -> Made:
        return next(each for each in self.made if each.found.order_id == order_id)


def _made(order: FoundOrder) -> datetime:
    assert order.created_at is not None
    return order.created_at
