"""A consent, what the marketplace would make of it, and a service to work on it."""

import asyncio
from datetime import UTC, datetime
from typing import Any, cast

from bot.domain.addresses import Address
from bot.domain.drafts import OrderLine
from bot.domain.identifiers import (
    ChatId,
    MarketplaceOrderId,
    MerchantOrderNo,
    OfferId,
    SkuId,
    SpecId,
    UserId,
)
from bot.domain.money import Fen
from bot.domain.offers import Wording
from bot.domain.orders import Order, OrderPart, OrderStatus, Placing
from bot.domain.quotes import Quote, QuoteLine
from bot.domain.sessions import Session
from bot.domain.writes import ClaimOrder
from bot.marketplace.port import Created, FoundLine, FoundOrder, Marketplace
from bot.services.placing.absence import Recreate
from bot.services.placing.ordering import Ordering
from bot.storage.ports import StepCommit
from tests.fakes.memory_storage import MemoryStorage
from tests.fakes.scripted_marketplace import ScriptedMarketplace

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
NUMBER = MerchantOrderNo("S261123-7K3MZQ4T")
WHITE, BLACK = SpecId("a" * 32), SpecId("b" * 32)
OFFER = OfferId(670291644950)
FIRST, SECOND = MarketplaceOrderId("2257000000000000001"), MarketplaceOrderId("2257000000000000002")


def line(spec_id: SpecId | None, quantity: int) -> OrderLine:
    return OrderLine(
        offer_id=OFFER,
        sku_id=SkuId(int(spec_id[:2], 16)) if spec_id else None,
        spec_id=spec_id,
        title=Wording(zh="帆布鞋", translated="Sneakers"),
        quantity=quantity,
    )


LINES = (line(WHITE, 3), line(BLACK, 2))


def quote(goods: int = 10_000, freight: int = 500) -> Quote:
    return Quote(
        lines=(
            QuoteLine(offer_id=OFFER, spec_id=WHITE, amount=Fen(6_000), unit_price=Fen(2_000)),
            QuoteLine(
                offer_id=OFFER, spec_id=BLACK, amount=Fen(goods - 6_000), unit_price=Fen(2_000)
            ),
        ),
        goods=Fen(goods),
        freight=Fen(freight),
        total=Fen(goods + freight),
    )


def consent(placing: Placing = Placing.CLAIMED, **changes: object) -> Order:
    order = Order(
        order_no=NUMBER,
        user_id=UserId(7),
        chat_id=ChatId(7),
        placing=placing,
        lines=LINES,
        quote=quote(),
        address=Address(
            full_name="张三",
            mobile="13812345678",
            province="浙江省",
            city="杭州市",
            district="滨江区",
            street="网商路699号",
            district_code="330108",
        ),
        note="请发顺丰",
        created_at=NOW,
    )
    return order.replace(**changes)


def created(*order_ids: MarketplaceOrderId) -> Created:
    parts = tuple(
        OrderPart(order_id=each, total=Fen(10_500), freight=Fen(500))
        for each in order_ids or (FIRST,)
    )
    return Created(parts=parts)


def found(
    order_id: MarketplaceOrderId = FIRST,
    lines: tuple[OrderLine, ...] = LINES,
    *,
    number: str = NUMBER,
    status: OrderStatus = OrderStatus.AWAITING_PAYMENT,
    **changes: object,
) -> FoundOrder:
    order = FoundOrder(
        order_id=order_id,
        remark=f"请发顺丰 {number}",
        status=status,
        total=Fen(10_500),
        freight=Fen(500),
        lines=tuple(
            FoundLine(offer_id=each.offer_id, spec_id=each.spec_id, quantity=each.quantity)
            for each in lines
        ),
        created_at=NOW,
    )
    return order.replace(**changes)


async def stored(order: Order) -> MemoryStorage:
    """A storage that holds the order as a former run left it."""
    storage = MemoryStorage(now=NOW)
    claimed = order.replace(placing=Placing.CLAIMED)
    session = Session(session_id="SESSION", chat_id=order.chat_id, user_id=order.user_id)
    await storage.commit_step(
        StepCommit(
            session=session.replace(revision=1),
            expected_revision=None,
            writes=(ClaimOrder(claimed),),
        )
    )
    await storage.save_order(order, Placing.CLAIMED)
    return storage


class Workshop:
    """The service over a scripted marketplace, with what its listener was told."""

    def __init__(
        self,
        storage: MemoryStorage,
        marketplace: ScriptedMarketplace,
        lookup_delays: tuple[float, ...],
        recreate: Recreate = Recreate.SAME_NUMBER,
    ) -> None:
        self.storage = storage
        self.marketplace = marketplace
        self.now = NOW
        self.there: datetime | None = None  # what the marketplace's clock shows
        self.told: list[Placing] = []
        self.failures: list[Exception] = []  # raised by the listener, one at each call
        self.ordering = Ordering(
            cast("Marketplace", marketplace),  # plays the calls that ordering makes
            storage,
            lookup_delays=lookup_delays,
            retry_delays=(0.001, 0.001),
            recreate=recreate,
            clock=lambda: self.now,
            there=lambda: self.there,
        )
        self.ordering.on_change(self._hear)

    async def _hear(self, order: Order) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.told.append(order.placing)

    async def work(self) -> Order:
        """Go on with everything unfinished, as a start does, until nothing is left to do."""
        await self.ordering.resume_all()
        await self.settled()
        order = await self.storage.order(NUMBER)
        assert order is not None
        return order

    async def settled(self) -> None:
        mine = [each for each in asyncio.all_tasks() if each.get_name() == f"order {NUMBER}"]
        await asyncio.wait_for(asyncio.gather(*mine), 60)


async def workshop(
    order: Order | None = None,
    *,
    lookup_delays: tuple[float, ...] = (0.001, 0.001, 0.001),
    **script: Any,
) -> Workshop:
    """A service whose marketplace agrees with the consent unless the script says otherwise."""
    defaults: dict[str, Any] = {"quotes": [quote()], "creations": [created()]}
    marketplace = ScriptedMarketplace(**{**defaults, **script})
    return Workshop(await stored(order or consent()), marketplace, lookup_delays)
