"""The safety net under the pushes: orders are read when that is due, at a bounded pace.

An order that alone can't be read is tried less and less often.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog
from aiolimiter import AsyncLimiter

from bot.domain.identifiers import MerchantOrderNo
from bot.marketplace.errors import MarketplaceError
from bot.process.logs import logged_with
from bot.services.due_readings import DueReadings
from bot.services.following.tracking import Tracking
from bot.storage.ports import StorageUnavailable
from bot.storage.tracking_ports import Tracked, TrackingPort

CALLS_PER_MINUTE = 240
"""No limit of the marketplace's is published (contract 1): a pace that leaves room for people."""

_FIRST_MISS, _LONGEST_MISS = timedelta(minutes=1), timedelta(hours=12)
_PUT_ASIDE = timedelta(minutes=10)
_log = structlog.get_logger(__name__)


class Watch:
    """Reads placed orders; `readings` runs it.

    A `limiter` that is given is shared with whoever else reads without being asked to.
    """

    def __init__(
        self,
        tracking: Tracking,
        orders: TrackingPort,
        *,
        calls_per_minute: int = CALLS_PER_MINUTE,
        limiter: AsyncLimiter | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tracking = tracking
        self._orders = orders
        self._most = calls_per_minute
        self._limiter = AsyncLimiter(calls_per_minute, 60)
        if limiter is not None:
            self._limiter = limiter
        self._clock = clock
        self.readings = DueReadings(
            "orders",
            lambda most: orders.due_orders(clock(), most),
            lambda order_no: order_no,
            self._look,
            seconds,
        )

    async def _look(self, order_no: MerchantOrderNo) -> None:
        with logged_with(order_no=order_no):
            try:
                await self._read(order_no)
            except StorageUnavailable as error:
                _log.warning("order_not_watched", error=str(error))
                await self._put_aside(order_no)

    async def _read(self, order_no: MerchantOrderNo) -> None:
        tracked = await self._orders.tracked(order_no)
        if tracked is None:
            return
        await self._limiter.acquire(min(max(len(tracked.order.parts), 1), self._most))
        try:
            await self._tracking.look(order_no)
        except MarketplaceError as error:
            _log.info("order_not_read", error=type(error).__name__)
            self.readings.learn_from(error)
            await self._missed(tracked)
        except StorageUnavailable:
            raise
        except Exception:  # noqa: BLE001 - a bug that one order meets must not keep the others unread
            _log.exception("order_not_read")
            await self._missed(tracked)
        else:
            self.readings.went_well()

    async def _missed(self, before: Tracked) -> None:
        wait = min(_FIRST_MISS * 2 ** min(before.misses, 20), _LONGEST_MISS)
        await self._orders.missed(before.order.order_no, self._clock() + wait, before.hints)

    async def _put_aside(self, order_no: MerchantOrderNo) -> None:
        """Leave an order for later that the storage can't give out, if it is that order alone."""
        try:
            await self._orders.missed(order_no, self._clock() + _PUT_ASIDE)
        except StorageUnavailable:
            self.readings.pause()
