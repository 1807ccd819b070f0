"""Placed orders in memory, as the SQLite storage keeps them for reading them again."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.domain.identifiers import MarketplaceOrderId, MerchantOrderNo, UserId
from bot.domain.orders import Order, Placing
from bot.storage.ports import OrderMoved
from bot.storage.tracking_ports import Tracked


@dataclass
class Claimed:
    order: Order
    consent: tuple[str, int, UserId]
    told: bool = False
    look_at: datetime | None = None
    hints: int = 0
    misses: int = 0
    forgotten: bool = False


@dataclass
class MemoryTracking:
    """Implements `TrackingPort`."""

    _orders: dict[MerchantOrderNo, Claimed] = field(default_factory=dict)

    async def tracked(self, order_no: MerchantOrderNo) -> Tracked | None:
        self._answer()
        claimed = self._orders.get(order_no)
        if claimed is None or claimed.order.placing is not Placing.PLACED:
            return None
        return Tracked(
            order=claimed.order,
            hints=claimed.hints,
            misses=claimed.misses,
            forgotten=claimed.forgotten,
        )

    async def order_of_part(self, order_id: MarketplaceOrderId) -> MerchantOrderNo | None:
        self._answer()
        for order_no, each in self._orders.items():
            if order_id in {part.order_id for part in each.order.parts}:
                return order_no
        return None

    async def save_tracked(self, before: Tracked, after: Order, look_at: datetime | None) -> None:
        self._answer()
        claimed = self._orders.get(after.order_no)
        if claimed is None or claimed.order.placing is not Placing.PLACED:
            raise OrderMoved(f"{after.order_no} is gone")
        self._orders[after.order_no] = replace(
            claimed,
            order=after,
            misses=0,
            look_at=look_at if claimed.hints == before.hints else claimed.look_at,
        )

    async def missed(self, before: Tracked, look_at: datetime) -> None:
        self._answer()
        claimed = self._orders.get(before.order.order_no)
        if claimed is not None and claimed.look_at is not None:
            claimed.misses += 1
            if claimed.hints == before.hints:
                claimed.look_at = look_at

    async def look_by(self, order_no: MerchantOrderNo, at: datetime) -> None:
        self._answer()
        claimed = self._orders.get(order_no)
        if claimed is not None and claimed.look_at is not None:
            claimed.hints += 1
            claimed.look_at = min(claimed.look_at, at)

    async def due_orders(self, now: datetime, limit: int) -> list[MerchantOrderNo]:
        self._answer()
        due = [
            (each.look_at, order_no)
            for order_no, each in self._orders.items()
            if each.look_at is not None and each.look_at <= now
        ]
        return [order_no for _, order_no in sorted(due)][:limit]

    async def sort_orders(self, limit: int = 200) -> int:
        self._answer()
        return 0
