"""What became of placed orders: the only way in which their parts change.

Lock, load again, read, merge, and store the result at once with when to read next.
"""

import asyncio
import random
from collections.abc import Callable
from datetime import UTC, datetime

import structlog

from bot.domain.identifiers import MarketplaceOrderId, MerchantOrderNo
from bot.domain.orders import Order, OrderPart
from bot.domain.readings import merged
from bot.domain.watching import WatchPlan, next_look, worth_reading
from bot.locks import KeyedLocks
from bot.marketplace.errors import MarketplaceError
from bot.marketplace.port import Marketplace
from bot.services.parts import part_of
from bot.storage.ports import OrderMoved
from bot.storage.tracking_ports import Tracked, TrackingPort

_AT_ONCE = 4  # parts of one order that are read at a time
_log = structlog.get_logger(__name__)


class Tracking:
    """Reads orders and stores what is newer, one order at a time."""

    def __init__(
        self,
        marketplace: Marketplace,
        orders: TrackingPort,
        *,
        plan: WatchPlan | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        spread: Callable[[], float] = random.random,
    ) -> None:
        self._marketplace = marketplace
        self._orders = orders
        self._plan = plan or WatchPlan()
        self._clock = clock
        self._spread = spread
        self._locks = KeyedLocks()

    async def refresh(self, order: Order) -> Order:
        """Read every part of an order that may have changed, and return it as it stands now.

        What could be read is stored even if another part could not. An order that is not placed,
        or gone, comes back as it was given. Raises `MarketplaceError`, `StorageUnavailable`.
        """
        tracked = await self._refresh(order.order_no)
        return order if tracked is None else tracked

    async def refresh_part(self, order_id: MarketplaceOrderId) -> Order | None:
        """Read our order that has this one of the marketplace; None when none of ours has.

        Raises as `refresh`.
        """
        order_no = await self._orders.order_of_part(order_id)
        return None if order_no is None else await self._refresh(order_no)

    async def _refresh(self, order_no: MerchantOrderNo) -> Order | None:
        async with self._locks.holding(order_no):
            tracked = await self._orders.tracked(order_no)
            if tracked is None:
                return None
            parts, errors = await self._read(tracked.order)
            after = tracked.order.replace(parts=parts)
            if not errors or after != tracked.order:
                await self._store(tracked, after)
        if errors:
            raise errors[0]
        return after

    async def _read(self, order: Order) -> tuple[tuple[OrderPart, ...], list[MarketplaceError]]:
        now, slots = self._clock(), asyncio.Semaphore(_AT_ONCE)
        errors: list[MarketplaceError] = []

        async def read(part: OrderPart) -> OrderPart:
            if not worth_reading(order, part, now, self._plan):
                return part
            async with slots:
                try:
                    found = await self._marketplace.order_detail(part.order_id)
                except MarketplaceError as error:
                    errors.append(error)
                    return part
            return merged(part, part_of(found, self._clock()))

        return tuple(await asyncio.gather(*map(read, order.parts))), errors

    async def _store(self, before: Tracked, after: Order) -> None:
        look_at = next_look(after, self._clock(), self._plan, spread=self._spread())
        try:
            await self._orders.save_tracked(before, after, look_at)
        except OrderMoved:
            _log.info("tracked_order_gone", order_no=after.order_no)
