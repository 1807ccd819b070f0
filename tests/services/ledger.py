"""A marketplace with a list of orders, whose creates take effect, or not, or late."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.domain.addresses import Address
from bot.domain.drafts import OrderLine
from bot.domain.identifiers import ChatId, MarketplaceOrderId, MerchantOrderNo, UserId
from bot.domain.orders import Order, OrderPart, OrderStatus, Placing
from bot.domain.sessions import Session
from bot.domain.writes import ClaimOrder
from bot.marketplace.errors import MarketplaceError, OutcomeUnclear, Unreachable
from bot.marketplace.port import Created, FoundOrder, FoundOrders
from bot.services.placing.absence import Recreate
from bot.storage.ports import StepCommit
from tests.fakes.memory_storage import MemoryStorage
from tests.fakes.scripted_marketplace import ScriptedMarketplace
from tests.services.agreed import FIRST, NOW, NUMBER, Workshop, consent, found, quote, stored

KNOWN_NO = MerchantOrderNo("S261123-KNWNKNWN")
KNOWN_ID = MarketplaceOrderId("2257000000000000099")
KNOWN = found(KNOWN_ID, number=KNOWN_NO, created_at=NOW - timedelta(hours=1))
LOST = OutcomeUnclear(Unreachable("cut", endpoint="create"))


@dataclass
class Ledger(ScriptedMarketplace):
    """A marketplace with a list of orders. `effects` says what each create does.

    "made" and "no" take effect or not and answer unclearly, "late" shows up when `appear` is
    called, "" is answered, an exception is raised with no effect.
    """

    listed: list[FoundOrder] = field(default_factory=lambda: [KNOWN])
    effects: list[str | MarketplaceError] = field(default_factory=list)
    pages_end: bool = True
    hidden: list[FoundOrder] = field(default_factory=list)
    at_detail: Callable[[], Awaitable[None]] | None = None  # happens while a detail is read
    was_cancelled: asyncio.Event = field(default_factory=asyncio.Event)
    list_errors: list[MarketplaceError] = field(default_factory=list)

    async def create(
        self,
        order_no: MerchantOrderNo,
        lines: Sequence[OrderLine],
        address: Address,
        note: str = "",
    ) -> Created:
        self.calls.append("create")
        self.created.append((order_no, tuple(lines), address, note))
        effect = self.effects.pop(0)
        if isinstance(effect, MarketplaceError):
            raise effect
        order_id = MarketplaceOrderId(str(int(FIRST.id) + len(self.created) - 1))
        made = found(order_id, number=order_no)
        if effect != "no":
            (self.hidden if effect == "late" else self.listed).append(made)
        if effect:
            raise LOST
        return Created(parts=(OrderPart(order_id=order_id, total=made.total, freight=500),))

    async def find_orders(
        self,
        *,
        order_no: MerchantOrderNo | None = None,
        created_from: datetime | None = None,
        created_to: datetime | None = None,
        status: OrderStatus | None = None,
        page: int = 1,
    ) -> FoundOrders:
        self.calls.append("find")
        if self.list_errors:
            raise self.list_errors.pop()
        if page > 1 and self.pages_end:
            return FoundOrders(page=page)
        shown = [
            each
            for each in self.listed
            if (order_no is None or each.remark.endswith(order_no))
            and (created_from is None or created_from <= _made(each))
            and (created_to is None or _made(each) <= created_to)
            and (status is None or each.status is status)
        ]
        return FoundOrders(orders=tuple(shown), page=page, total=len(shown))

    async def order_detail(self, order_id: MarketplaceOrderId) -> FoundOrder:
        detail = await super().order_detail(order_id)
        if self.at_detail is not None:
            await self.at_detail()
        return detail

    async def cancel(self, order_id: MarketplaceOrderId) -> None:
        before = len(self.cancelled)
        await super().cancel(order_id)
        if len(self.cancelled) == before:
            return
        self.was_cancelled.set()
        self.listed = [
            each.replace(status=OrderStatus.CANCELLED) if each.order_id == order_id else each
            for each in self.listed
        ]

    async def until_cancelled(self) -> None:
        """Wait until an order was closed."""
        async with asyncio.timeout(60):
            await self.was_cancelled.wait()

    def appear(self) -> None:
        self.listed += self.hidden
        self.hidden = []

    @property
    def alive(self) -> list[MarketplaceOrderId]:
        ours = [each for each in self.listed if each.remark.endswith(NUMBER)]
        return [each.order_id for each in ours if each.status is not OrderStatus.CANCELLED]


async def known(storage: MemoryStorage, order: Order) -> None:
    """Have another order in the storage, as placed and told."""
    before = await storage.load_session(order.chat_id, order.user_id)
    session = before or Session(
        session_id=f"S{order.user_id}", chat_id=order.chat_id, user_id=order.user_id
    )
    after = session.replace(revision=session.revision + 1)
    expected = before.revision if before else None
    await storage.commit_step(
        StepCommit(session=after, expected_revision=expected, writes=(ClaimOrder(order),))
    )
    await storage.mark_told(order.order_no, order.placing)


def another(**changes: object) -> Order:
    return consent(
        Placing.PLACED,
        order_no=KNOWN_NO,
        user_id=UserId(8),
        chat_id=ChatId(8),
        created_at=NOW - timedelta(hours=1),
        parts=(OrderPart(order_id=KNOWN_ID),),
    ).replace(**changes)


async def shop(
    *effects: str | MarketplaceError,
    order: Order | None = None,
    others: Sequence[Order] = (another(),),
    recreate: Recreate = Recreate.SAME_NUMBER,
    **script: Any,
) -> tuple[Workshop, Ledger]:
    ledger = Ledger(**{"quotes": [quote()], **script}, effects=list(effects))
    storage = await stored(order or consent())
    for each in others:
        await known(storage, each)
    return Workshop(storage, ledger, (0.001, 0.001, 0.001), recreate), ledger


def _made(order: FoundOrder) -> datetime:
    assert order.created_at is not None
    return order.created_at
