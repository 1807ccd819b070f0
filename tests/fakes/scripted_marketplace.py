"""A marketplace that answers what a test tells it to, and remembers what it was asked.

Implements the calls that ordering, recovery and payments make.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from bot.domain.addresses import Address
from bot.domain.drafts import OrderLine
from bot.domain.identifiers import LineId, MarketplaceOrderId, MerchantOrderNo
from bot.domain.money import Fen
from bot.domain.orders import OrderStatus
from bot.domain.quotes import Quote
from bot.marketplace.daji.client import DajiClient
from bot.marketplace.errors import MarketplaceError, RefusalReason, Refused
from bot.marketplace.port import Created, FoundOrder, FoundOrders, PaymentAnswer, PaymentLink

T = TypeVar("T")


@dataclass
class ScriptedMarketplace:
    """`quotes`, `creations` and `lists` are answered in turn, the last one again and again.

    An exception in a script is raised. `by_time` answers look-ups that name no number.
    """

    name = DajiClient.name
    capabilities = DajiClient.capabilities

    quotes: list[Quote | Exception] = field(default_factory=list)
    creations: list[Created | Exception] = field(default_factory=list)
    lists: list[Sequence[FoundOrder] | Exception] = field(default_factory=lambda: [()])
    by_time: list[Sequence[FoundOrder] | Exception] = field(default_factory=lambda: [()])
    details: dict[MarketplaceOrderId, FoundOrder | Exception] = field(default_factory=dict)
    too_soon: int = 0  # how many cancels are refused as too early
    cancel_error: MarketplaceError | None = None
    receipt_error: MarketplaceError | None = None
    payment_answers: list[PaymentAnswer | Exception] = field(
        default_factory=lambda: [PaymentAnswer(paid=True, channel="alipay")]
    )
    create_called: asyncio.Event = field(default_factory=asyncio.Event)
    create_waits: asyncio.Event | None = None  # create answers when it is set
    at_preview: Callable[[], Awaitable[None]] | None = None  # happens while preview is answered

    calls: list[str] = field(default_factory=list)
    created: list[tuple[MerchantOrderNo, tuple[OrderLine, ...], Address, str]] = field(
        default_factory=list
    )
    cancelled: list[MarketplaceOrderId] = field(default_factory=list)
    received: list[tuple[MarketplaceOrderId, tuple[LineId, ...]]] = field(default_factory=list)
    paid: list[tuple[MarketplaceOrderId, Fen | None]] = field(default_factory=list)
    linked: list[tuple[MarketplaceOrderId, ...]] = field(default_factory=list)

    async def preview(self, lines: Sequence[OrderLine], address: Address) -> Quote:
        self.calls.append("preview")
        if self.at_preview is not None:
            await self.at_preview()
        return _next(self.quotes)

    async def create(
        self,
        order_no: MerchantOrderNo,
        lines: Sequence[OrderLine],
        address: Address,
        note: str = "",
    ) -> Created:
        self.calls.append("create")
        self.create_called.set()
        self.created.append((order_no, tuple(lines), address, note))
        if self.create_waits is not None:
            await self.create_waits.wait()
        return _next(self.creations)

    async def find_orders(
        self,
        *,
        order_no: MerchantOrderNo | None = None,
        created_from: datetime | None = None,
        created_to: datetime | None = None,
        status: OrderStatus | None = None,
        page: int = 1,
    ) -> FoundOrders:
        by_number = order_no is not None
        self.calls.append("find by number" if by_number else "find by time")
        if page > 1:
            return FoundOrders(page=page)
        found = _next(self.lists if by_number else self.by_time)
        return FoundOrders(orders=tuple(found), page=page, total=len(found))

    async def order_detail(self, order_id: MarketplaceOrderId) -> FoundOrder:
        self.calls.append("detail")
        found = self.details[order_id]
        if isinstance(found, Exception):
            raise found
        return found

    async def cancel(self, order_id: MarketplaceOrderId) -> None:
        self.calls.append("cancel")
        if self.cancel_error is not None:
            raise self.cancel_error
        if self.too_soon:
            self.too_soon -= 1
            raise Refused("too fast", endpoint="cancel", reason=RefusalReason.TOO_SOON)
        self.cancelled.append(order_id)

    async def payment_link(self, order_ids: Sequence[MarketplaceOrderId]) -> PaymentLink:
        self.calls.append("link")
        self.linked.append(tuple(order_ids))
        numbers = "-".join(map(str, order_ids))
        return PaymentLink(url=f"https://pay.example/{numbers}", order_ids=order_ids)

    async def confirm_receipt(
        self, order_id: MarketplaceOrderId, line_ids: Sequence[LineId]
    ) -> None:
        self.calls.append("receipt")
        if self.receipt_error is not None:
            raise self.receipt_error
        self.received.append((order_id, tuple(line_ids)))

    async def pay_without_password(
        self, order_id: MarketplaceOrderId, amount: Fen | None = None
    ) -> PaymentAnswer:
        self.calls.append("pay")
        self.paid.append((order_id, amount))
        return _next(self.payment_answers)

    def count(self, call: str) -> int:
        """How often a call was made."""
        return self.calls.count(call)


def _next(script: list[T | Exception]) -> T:
    answer = script.pop(0) if len(script) > 1 else script[0]
    if isinstance(answer, Exception):
        raise answer
    return answer
