"""What became of placed orders: the only way in which their parts change.

Lock, load again, read, merge, and store the result at once with its news and when to read next.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

import structlog

from bot.domain.changes import news_between, reminder
from bot.domain.identifiers import MerchantOrderNo
from bot.domain.news import TO_PAY, NewsKind
from bot.domain.orders import Order, OrderPart
from bot.domain.pushes import Trace
from bot.domain.quiet import QuietHours, tell_at
from bot.domain.readings import merged
from bot.domain.watching import WatchPlan, next_look, worth_reading
from bot.marketplace.errors import MarketplaceError
from bot.marketplace.port import Marketplace
from bot.process.locks import KeyedLocks
from bot.process.replica import Holding, alone
from bot.services.placing.parts import part_of
from bot.storage.ports import OrderMoved
from bot.storage.replica_ports import Held
from bot.storage.tracking_ports import NewNotice, Tracked, TrackingPort

_AT_ONCE = 4  # parts of one order that are read at a time
_JUST_READ = timedelta(seconds=10)  # a number that is not there then is not this order's
_held: ContextVar[frozenset[MerchantOrderNo]] = ContextVar("held", default=frozenset())
_log = structlog.get_logger(__name__)


class Tracking:
    """Reads orders and stores what is newer, one order at a time."""

    def __init__(
        self,
        marketplace: Marketplace,
        orders: TrackingPort,
        *,
        plan: WatchPlan | None = None,
        quiet: QuietHours | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        spread: Callable[[], float] = random.random,
        among: Holding = alone,
    ) -> None:
        self._marketplace = marketplace
        self._orders = orders
        self._plan = plan or WatchPlan()
        self._quiet = quiet
        self._clock = clock
        self._spread = spread
        self._locks = KeyedLocks()
        self._among = among
        self._listeners: list[Callable[[], None]] = []

    def on_news(self, listener: Callable[[], None]) -> None:
        """Have `listener` called whenever there is news to tell."""
        self._listeners.append(listener)

    async def refresh(self, order: Order, *, told: Collection[NewsKind] = ()) -> Order:
        """Read every part of an order that may have changed, and return it as it stands now.

        `told` are the kinds of news that the caller itself shows to the person, so that no
        message follows: what somebody did here, or asked for, is answered on the spot.
        What could be read is stored even if another part could not. An order that is not placed,
        or gone, comes back as it was given. Raises `MarketplaceError`, `StorageUnavailable`.
        """
        tracked = await self.look(order.order_no, told=told)
        return order if tracked is None else tracked

    async def look(
        self, order_no: MerchantOrderNo, *, told: Collection[NewsKind] = ()
    ) -> Order | None:
        """Read an order by its number; None when it is not placed or gone. As `refresh`."""
        async with self.holding(order_no):
            return await self._look(order_no, told)

    @asynccontextmanager
    async def holding(self, order_no: MerchantOrderNo) -> AsyncIterator[None]:
        """Keep everybody else from reading an order while something is done to it.

        So no push that comes meanwhile is read, and told as news, before whoever acts has read
        the outcome and shown it. Within it, readings of that order go on as usual.
        """
        if order_no in _held.get():
            yield
            return
        async with self._locks.holding(order_no), self._among(Held.READING, order_no):
            token = _held.set(_held.get() | {order_no})
            try:
                yield
            finally:
                _held.reset(token)

    async def trace(self, order_no: MerchantOrderNo, told: Sequence[Trace]) -> frozenset[str]:
        """Take carriers' words of parcels that the order's detail knows by their numbers.

        The order is read when a number is new to us. Returns the numbers of its parcels; a word
        about any other changes nothing. Raises as `refresh`.
        """
        async with self.holding(order_no):
            tracked = await self._orders.tracked(order_no)
            if tracked is None:
                return frozenset()
            order = tracked.order
            if not {each.tracking_no for each in told} <= _numbers(order) and self._is_old(order):
                order = await self._look(order_no, ()) or order
                tracked = await self._orders.tracked(order_no) or tracked
            after = order.replace(parts=tuple(_traced(part, told) for part in order.parts))
            if after != order:
                await self._store(tracked, after, ())
            return _numbers(after)

    def _is_old(self, order: Order) -> bool:
        lately = self._clock() - _JUST_READ
        return any(part.read_at is None or part.read_at < lately for part in order.parts)

    async def _look(self, order_no: MerchantOrderNo, told: Collection[NewsKind]) -> Order | None:
        tracked = await self._orders.tracked(order_no)
        if tracked is None:
            return None
        parts, errors = await self._read(tracked.order)
        after = tracked.order.replace(parts=parts)
        if not errors or after != tracked.order:
            await self._store(tracked, after, told)
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

    async def _store(self, before: Tracked, after: Order, told: Collection[NewsKind]) -> None:
        now = self._clock()
        news = news_between(before.order, after)
        reminded = None if before.forgotten else reminder(after, now, self._plan)
        notices = [
            NewNotice(
                news=each,
                not_before=tell_at(each, now, self._quiet),
                shown=each.kind in told,
            )
            for each in (*news, *filter(None, [reminded]))
            # What is to be paid at 1688 is no news to a shop's customer, who pays the shop.
            if after.quote.charge is None or each.kind not in TO_PAY
        ]
        look_at = next_look(after, now, self._plan, spread=self._spread())
        try:
            await self._orders.save_tracked(before, after, look_at, notices)
        except OrderMoved:
            _log.info("tracked_order_gone", order_no=after.order_no)
            return
        for each in news:
            _log.info("order_news", order_no=after.order_no, kind=each.kind.value)
        if not all(each.shown for each in notices):
            for listener in self._listeners:
                listener()


def _numbers(order: Order) -> frozenset[str]:
    numbers = (each.tracking_no for part in order.parts for each in part.parcels)
    return frozenset(filter(None, numbers))


def _traced(part: OrderPart, told: Sequence[Trace]) -> OrderPart:
    parcels = part.parcels
    for word in told:
        parcels = tuple(
            each.traced(word.status, word.changed_at)
            if word.status and word.tracking_no and each.tracking_no == word.tracking_no
            else each
            for each in parcels
        )
    return part.replace(parcels=parcels)
