"""A placed order, read again from a scripted marketplace."""

from datetime import timedelta

from bot.domain.money import Fen
from bot.domain.news import NewsKind
from bot.domain.orders import Order, OrderPart, OrderStatus, Placing
from bot.domain.watching import WatchPlan
from bot.marketplace.errors import GatewayFailed
from bot.marketplace.port import FoundOrder
from bot.services.following.tracking import Tracking
from tests.fakes.memory_storage import MemoryStorage
from tests.fakes.scripted_marketplace import ScriptedMarketplace
from tests.services.agreed import FIRST, NOW, NUMBER, SECOND, consent, stored

FAILED = GatewayFailed("502", endpoint="order_detail")


def placed(*states: OrderStatus) -> Order:
    parts = tuple(
        OrderPart(order_id=order_id, total=Fen(10_500), freight=Fen(500), status=status)
        for order_id, status in zip((FIRST, SECOND), states, strict=False)
    )
    return consent(Placing.PLACED, parts=parts)


class Reading:
    """The service over a scripted marketplace."""

    def __init__(self, order: Order, storage: MemoryStorage, market: ScriptedMarketplace) -> None:
        self.order = order
        self.storage = storage
        self.market = market
        self.now = NOW + timedelta(minutes=1)
        self.tracking = Tracking(
            market,  # type: ignore[arg-type]  # plays what tracking calls
            storage,
            plan=WatchPlan(),
            clock=lambda: self.now,
            spread=lambda: 0.0,
        )

    async def refresh(self) -> Order:
        return await self.tracking.refresh(self.order)

    async def in_store(self) -> Order:
        order = await self.storage.order(NUMBER)
        assert order is not None
        return order


async def reading(order: Order, **details: FoundOrder | Exception) -> Reading:
    of = {"first": FIRST, "second": SECOND}
    answers = {of[name]: answer for name, answer in details.items()}
    return Reading(order, await stored(order), ScriptedMarketplace(details=answers))


async def told(read: Reading) -> list[NewsKind]:
    """The news that waits to be told."""
    waiting = await read.storage.waiting_notices(NUMBER, read.now + timedelta(days=1))
    return [each.news.kind for each in waiting]
