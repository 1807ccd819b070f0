"""The safety net under the pushes: orders are read when that is due, at a bounded pace.

When is due stands in the storage, so a restart forgets nothing. A marketplace in trouble is left
alone for a while; an order that alone can't be read is tried less and less often.
"""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog
from aiolimiter import AsyncLimiter

from bot.domain.identifiers import MerchantOrderNo
from bot.marketplace.errors import MarketplaceError, Refused, Throttled, Unreadable
from bot.process.pausing import happens
from bot.services.following.tracking import Tracking
from bot.storage.ports import StorageUnavailable
from bot.storage.tracking_ports import Tracked, TrackingPort

CALLS_PER_MINUTE = 240
"""No limit of the marketplace's is published (contract 1): a pace that leaves room for people."""

_AT_ONCE = 4
_LOOK_EVERY = 1.0  # seconds; whoever asks for a reading wakes it at once
_FIRST_PAUSE, _LONGEST_PAUSE = 5.0, 300.0
_FIRST_MISS, _LONGEST_MISS = timedelta(minutes=1), timedelta(hours=12)
_PUT_ASIDE = timedelta(minutes=10)
_log = structlog.get_logger(__name__)


class Watch:
    """Runs until cancelled; `close` lets readings under way end.

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
        self._seconds = seconds
        self._woken = asyncio.Event()
        self._tasks: dict[MerchantOrderNo, asyncio.Task[None]] = {}
        self._troubles = 0
        self._paused_until = 0.0

    def wake(self) -> None:
        """Look now: something is due."""
        self._woken.set()

    async def run(self) -> None:
        """Read what is due, for ever."""
        while True:
            self._woken.clear()
            try:
                await self.begin_due()
            except StorageUnavailable as error:
                _log.warning("orders_not_watched", error=str(error))
                self._pause(_FIRST_PAUSE)
            await happens(self._woken, _LOOK_EVERY)

    async def begin_due(self) -> None:
        """Begin to read what is due, as far as there is room. Raises `StorageUnavailable`."""
        room = _AT_ONCE - len(self._tasks)
        if room <= 0 or self._seconds() < self._paused_until:
            return
        due = await self._orders.due_orders(self._clock(), _AT_ONCE + room)
        for order_no in [each for each in due if each not in self._tasks][:room]:
            task = asyncio.create_task(self._look(order_no), name=f"watch {order_no}")
            self._tasks[order_no] = task
            task.add_done_callback(lambda _, order_no=order_no: self._ended(order_no))  # type: ignore[misc]  # a default binds it

    async def close(self, grace: float = 20.0) -> None:
        """Let readings under way end; what is due stays due."""
        self._pause(grace + _LONGEST_PAUSE)
        tasks = list(self._tasks.values())
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=grace)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _ended(self, order_no: MerchantOrderNo) -> None:
        del self._tasks[order_no]
        self.wake()

    async def _look(self, order_no: MerchantOrderNo) -> None:
        with structlog.contextvars.bound_contextvars(order_no=order_no):
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
            self._learn_from(error)
            await self._missed(tracked)
        except StorageUnavailable:
            raise
        except Exception:  # noqa: BLE001 - a bug that one order meets must not keep the others unread
            _log.exception("order_not_read")
            await self._missed(tracked)
        else:
            self._troubles = 0

    async def _missed(self, before: Tracked) -> None:
        wait = min(_FIRST_MISS * 2 ** min(before.misses, 20), _LONGEST_MISS)
        await self._orders.missed(before.order.order_no, self._clock() + wait, before.hints)

    async def _put_aside(self, order_no: MerchantOrderNo) -> None:
        """Leave an order for later that the storage can't give out, if it is that order alone."""
        try:
            await self._orders.missed(order_no, self._clock() + _PUT_ASIDE)
        except StorageUnavailable:
            self._pause(_FIRST_PAUSE)

    def _learn_from(self, error: MarketplaceError) -> None:
        """Leave a marketplace alone that is in trouble as a whole, longer each time."""
        of_this_order = isinstance(error, Refused) or (
            isinstance(error, Unreadable) and not error.transient
        )
        if of_this_order:
            return
        pause = min(_FIRST_PAUSE * 2**self._troubles, _LONGEST_PAUSE)
        if isinstance(error, Throttled) and error.retry_after is not None:
            pause = max(pause, error.retry_after)
        self._troubles = min(self._troubles + 1, 10)
        _log.warning("watch_paused", error=type(error).__name__, seconds=pause)
        self._pause(pause)

    def _pause(self, seconds: float) -> None:
        self._paused_until = max(self._paused_until, self._seconds() + seconds)
