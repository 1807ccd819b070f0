"""Orders in memory: claimed by a step, saved as they move on, told once."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.identifiers import MerchantOrderNo, UserId
from bot.domain.orders import Order, Placing, settled_states
from bot.domain.stages import Stage, stage_of
from bot.storage.ports import (
    OrderMoved,
)
from bot.storage.tracking_ports import FIRST_LOOK
from tests.fakes.memory_part import Claimed, MemoryPart


@dataclass
class MemoryOrders(MemoryPart):
    """Implements `OrderPort`."""

    async def order(self, order_no: MerchantOrderNo) -> Order | None:
        self._answer()
        claimed = self._orders.get(order_no)
        return claimed.order if claimed else None

    async def orders_of(
        self, user_id: UserId, limit: int = 10, offset: int = 0, stage: Stage | None = None
    ) -> list[Order]:
        self._answer()
        theirs = [each.order for each in self._oldest_first() if each.order.user_id == user_id]
        staged = [each for each in theirs if stage in {None, stage_of(each)}]
        return staged[::-1][offset : offset + limit]

    async def orders_after(self, order_no: MerchantOrderNo, limit: int) -> list[Order]:
        self._answer()
        person = self._orders[order_no].order.user_id
        theirs = [it.order for it in self._orders.values() if it.order.user_id == person]
        before = [each.order_no for each in theirs].index(order_no) + 1
        return theirs[before : before + limit]

    async def count_orders(self, user_id: UserId) -> dict[Stage, int]:
        self._answer()
        theirs = [each.order for each in self._oldest_first() if each.order.user_id == user_id]
        return dict.fromkeys(Stage, 0) | Counter(map(stage_of, theirs))

    async def save_order(self, order: Order, expected: Placing) -> None:
        self._answer()
        claimed = self._orders.get(order.order_no)
        if claimed is None or claimed.order.placing is not expected:
            raise OrderMoved(f"{order.order_no} is not {expected}")
        moved = order.placing is not expected
        placed_now = moved and order.placing is Placing.PLACED
        self._orders[order.order_no] = replace(
            claimed,
            order=self._owned(order),
            told=claimed.told and not moved,
            look_at=self._time() + FIRST_LOOK if placed_now else claimed.look_at,
        )
        self.order_of_buy_stored(order)
        self.book_state(order)

    async def unsettled_orders(self) -> list[Order]:
        self._answer()
        settled = settled_states()
        return [each.order for each in self._oldest_first() if each.order.placing not in settled]

    async def unresolved_orders(self) -> list[Order]:
        self._answer()
        unresolved = Placing.UNRESOLVED
        return [each.order for each in self._oldest_first() if each.order.placing is unresolved]

    async def latest_orders(self, since: datetime, limit: int) -> list[Order]:
        self._answer()
        ended = {Placing.PLACED, Placing.REFUSED, Placing.CHANGED}
        newest_first = [each.order for each in reversed(self._oldest_first())]
        latest = [
            each for each in newest_first if each.placing in ended and each.created_at >= since
        ]
        return latest[:limit]

    async def orders_since(self, since: datetime, limit: int) -> list[Order]:
        self._answer()
        newest_first = [each.order for each in reversed(self._oldest_first())]
        return [each for each in newest_first if each.created_at >= since][:limit]

    async def untold_orders(self) -> list[Order]:
        self._answer()
        settled = settled_states()
        return [
            each.order
            for each in self._oldest_first()
            if each.order.placing in settled and not each.told
        ]

    async def mark_told(self, order_no: MerchantOrderNo, placing: Placing) -> None:
        self._answer()
        claimed = self._orders.get(order_no)
        if claimed is not None and claimed.order.placing is placing:
            claimed.told = True

    def _oldest_first(self) -> list[Claimed]:
        return sorted(self._orders.values(), key=lambda each: each.order.created_at)
