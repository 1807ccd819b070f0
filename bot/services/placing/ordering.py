"""Never a second order: works orders off in the background, whatever gets in the way.

Whatever is found unfinished at start-up goes on from where it stands.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta

import structlog

from bot.domain.identifiers import MarketplaceOrderId, MerchantOrderNo
from bot.domain.orders import Order, Placing
from bot.marketplace.port import Marketplace
from bot.process.logs import logged_with
from bot.process.pausing import happens
from bot.process.replica import Owning, alone
from bot.services.placing.absence import Recreate
from bot.services.placing.latecomers import WATCH_LATER, Holding, Latecomers, nobody_else
from bot.services.placing.placing import LOOKUP_DELAYS, Placer
from bot.storage.ports import OrderPort, StorageUnavailable
from bot.storage.replica_ports import Held

RETRY_DELAYS = (1.0, 5.0, 15.0, 60.0)
"""Seconds before an order that an unexpected failure interrupted goes on; the last repeats."""

_WATCHED_FOR = timedelta(days=1)
_MOST_WATCHED = 10_000

Settled = Callable[[Order], Awaitable[None]]
_log = structlog.get_logger(__name__)


class _StoppingError(Exception):
    """The service is closing: what is stored goes on at the next start."""


class Ordering:
    """Works orders off in the background, one task for each."""

    def __init__(
        self,
        marketplace: Marketplace,
        orders: OrderPort,
        *,
        lookup_delays: Sequence[float] = LOOKUP_DELAYS,
        retry_delays: Sequence[float] = RETRY_DELAYS,
        watch_later: Sequence[float] = WATCH_LATER,
        recreate: Recreate = Recreate.SAME_NUMBER,
        holding: Holding = nobody_else,
        owning: Owning = alone,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        there: Callable[[], datetime | None] = lambda: None,
        replicas: Callable[[], int] = lambda: 1,
    ) -> None:
        """`clock` is what times are compared by; `there` is the marketplace's own, if known.

        `owning` has each order brought to its end by one replica alone. `replicas` is how many
        there are, who share what is sent at once.
        """
        self._orders = orders
        self._owning = owning
        self._retries = retry_delays
        self._placer = Placer(
            marketplace,
            orders,
            lookup_delays=lookup_delays,
            retry_delays=retry_delays,
            recreate=recreate,
            clock=clock,
            there=there,
            pause=self._pause,
            replicas=replicas,
        )
        self._watch = Latecomers(
            marketplace,
            orders,
            delays=(*lookup_delays, *watch_later),
            look_again=self._placer.look_again,
            found=self.start,
            pause=self._pause,
            holding=holding,
        )
        self._clock = clock
        self._watches: dict[tuple[MerchantOrderNo, Placing], asyncio.Task[None]] = {}
        self._tasks: dict[MerchantOrderNo, asyncio.Task[None]] = {}
        self._listeners: list[Settled] = []
        self._stopping = asyncio.Event()

    def on_change(self, listener: Settled) -> None:
        """Have `listener` called whenever an order settles or becomes uncertain.

        One that raises is called again a few times, then once more after the next start.
        """
        self._listeners.append(listener)

    def start(self, order_no: MerchantOrderNo) -> None:
        """Go on with an order, unless that is under way already."""
        if order_no in self._tasks or self._stopping.is_set():
            return
        task = asyncio.create_task(self._work(order_no), name=f"order {order_no}")
        self._tasks[order_no] = task
        task.add_done_callback(lambda _: self._tasks.pop(order_no, None))

    async def pick_up(self) -> None:
        """Go on with everything that is unfinished or untold, whoever left it so."""
        for order in await self._orders.unsettled_orders():
            self.start(order.order_no)
        for order in await self._orders.untold_orders():
            self.start(order.order_no)

    async def resume_all(self) -> None:
        """Go on with everything that an earlier run left."""
        await self.pick_up()
        for order in await self._orders.latest_orders(self._clock() - _WATCHED_FOR, _MOST_WATCHED):
            self._start_watch(order)
        for order in await self._orders.unresolved_orders():
            self._start_watch(order)

    def _start_watch(self, order: Order) -> None:
        """Have a settled order watched, if something may still show up under its number."""
        key = (order.order_no, order.placing)
        if key in self._watches or self._stopping.is_set() or not Latecomers.concerns(order):
            return
        task = asyncio.create_task(self._watching(order), name=f"watch {order.order_no}")
        self._watches[key] = task
        task.add_done_callback(lambda _: self._watches.pop(key, None))

    async def _watching(self, order: Order) -> None:
        with logged_with(order_no=order.order_no):
            try:
                async with self._owning(Held.WATCH, order.order_no) as ours:
                    if ours:
                        await self._watch.watch(order)
            except _StoppingError:
                return
            except Exception:  # noqa: BLE001 - what it is for is a bonus to a settled order
                _log.exception("watch_ended")

    async def look_again(self, order: Order) -> Order:
        """Look an unresolved order up once more, at a person's wish. Raises `MarketplaceError`."""
        return await self._placer.look_again(order)

    @property
    def strays(self) -> dict[MerchantOrderNo, tuple[MarketplaceOrderId, ...]]:
        """Orders at the marketplace beside placed ones that only a person may judge."""
        return self._watch.strays

    async def close(self, grace: float = 20.0) -> None:
        """Let calls in flight end, then stop; what is unfinished goes on at the next start."""
        self._stopping.set()
        tasks = [*self._tasks.values(), *self._watches.values()]
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=grace)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _work(self, order_no: MerchantOrderNo) -> None:
        """Bring an order to its end, however often something unexpected gets in the way.

        Going on is safe at any time: what may have been sent is stored as such beforehand.
        """
        with logged_with(order_no=order_no):
            failures = 0
            announced: set[MerchantOrderNo] = set()
            while True:
                try:
                    async with self._owning(Held.ORDER, order_no) as ours:
                        if ours:
                            await self._bring_to_its_end(order_no, announced)
                except _StoppingError:
                    return
                except Exception:  # noqa: BLE001 - any bug ends in a retry, never in a lost order
                    _log.exception("order_interrupted")
                    if not await self._may_go_on(order_no, failures):
                        return
                    failures += 1
                else:
                    return

    async def _bring_to_its_end(
        self, order_no: MerchantOrderNo, announced: set[MerchantOrderNo]
    ) -> None:
        order = await self._placer.advance(order_no)
        if order is not None and order.placing is Placing.UNCERTAIN:
            if order_no not in announced:
                announced.add(order_no)
                await self._announce(order)
            order = await self._placer.recover(order)
        if order is not None:
            self._start_watch(order)
            await self._tell(order)

    async def _may_go_on(self, order_no: MerchantOrderNo, failures: int) -> bool:
        """Wait for the next try. Only telling a settled order's outcome is ever given up."""
        try:
            await self._pause(self._retries[min(failures, len(self._retries) - 1)])
            order = await self._orders.order(order_no)
        except _StoppingError:
            return False
        except StorageUnavailable:
            return True
        if order is not None and order.is_settled and failures >= len(self._retries):
            _log.error("order_not_told", placing=order.placing.value)
            return False
        return True

    async def _announce(self, order: Order) -> None:
        """Tell that an order is uncertain; failing to must not keep it from being found."""
        try:
            await self._tell(order)
        except Exception:  # noqa: BLE001 - as above
            _log.exception("uncertainty_not_told")

    async def _tell(self, order: Order) -> None:
        for listener in self._listeners:
            await listener(order)

    async def _pause(self, seconds: float) -> None:
        """Sleep. Raises `_StoppingError` as soon as the service closes."""
        await happens(self._stopping, seconds)
        if self._stopping.is_set():
            raise _StoppingError
