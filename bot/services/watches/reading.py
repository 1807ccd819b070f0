"""Watched offers are read when that is due: once for all who watch them, at a bounded pace.

When is due stands in the storage, so a restart forgets nothing. The calls are shared with placed
orders, of which at least half are theirs. In quiet hours nothing is read: nobody could be told, and
what is true by morning is read then. A marketplace in trouble is left alone for a while; an offer
that alone can't be read is tried less and less often.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import structlog
from aiolimiter import AsyncLimiter

from bot.domain.identifiers import OfferId
from bot.domain.offers import Offer
from bot.domain.quiet import QuietHours
from bot.domain.watches import OfferWatch, WatchedOffer, after_reading, next_look, run_out
from bot.marketplace.errors import (
    MarketplaceError,
    RefusalReason,
    Refused,
    Throttled,
    Unreadable,
)
from bot.process.pausing import happens
from bot.storage.ports import StorageUnavailable
from bot.storage.watch_ports import WatchPort

LIFE = timedelta(days=90)
"""How long something is watched for that does not come true."""

_TOGETHER = 500  # watches that are looked through without letting others in
_AT_ONCE = 4
_LOOK_EVERY = 1.0  # seconds; a push wakes it at once
_FIRST_PAUSE, _LONGEST_PAUSE = 5.0, 300.0
_FIRST_MISS, _LONGEST_MISS = timedelta(minutes=5), timedelta(hours=12)
_GONE_AFTER = 2  # readings in a row that find no such offer
_GONE_AGAIN = timedelta(minutes=2)
_GONE = frozenset({RefusalReason.NOT_FOUND, RefusalReason.VALIDATION})
_log = structlog.get_logger(__name__)


class OfferReadings:
    """Runs until cancelled; `close` lets readings under way end.

    `every` is how often an offer is read; `limiter` holds the calls of all who read unasked.
    """

    def __init__(
        self,
        store: WatchPort,
        read_offer: Callable[[OfferId], Awaitable[Offer]],
        *,
        every: timedelta,
        limiter: AsyncLimiter,
        life: timedelta = LIFE,
        quiet: QuietHours | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._read_offer = read_offer
        self._every = every
        self._limiter = limiter
        self._own = AsyncLimiter(max(1.0, limiter.max_rate / 2), limiter.time_period)
        self._life = life
        self._quiet = quiet
        self._clock = clock
        self._seconds = seconds
        self._woken = asyncio.Event()
        self._tasks: dict[OfferId, asyncio.Task[None]] = {}
        self._troubles = 0
        self._paused_until = 0.0
        self._on_found: Callable[[], None] = lambda: None

    def wake(self) -> None:
        """Look now: something is due."""
        self._woken.set()

    def on_found(self, listener: Callable[[], None]) -> None:
        """Have somebody called whenever there is something to tell."""
        self._on_found = listener

    async def run(self) -> None:
        """Read what is due, for ever."""
        while True:
            self._woken.clear()
            try:
                await self.begin_due()
            except StorageUnavailable as error:
                _log.warning("offers_not_watched", error=str(error))
                self._pause(_FIRST_PAUSE)
            await happens(self._woken, _LOOK_EVERY)

    async def begin_due(self) -> None:
        """Begin to read what is due, as far as there is room. Raises `StorageUnavailable`."""
        room, now = _AT_ONCE - len(self._tasks), self._clock()
        if room <= 0 or self._seconds() < self._paused_until:
            return
        if self._quiet is not None and self._quiet.over_at(now) is not None:
            return
        due = await self._store.due_offers(now, _AT_ONCE + room)
        for watched in [each for each in due if each.offer_id not in self._tasks][:room]:
            task = asyncio.create_task(self._look(watched), name="watched offer")
            self._tasks[watched.offer_id] = task
            task.add_done_callback(lambda _, offer_id=watched.offer_id: self._ended(offer_id))  # type: ignore[misc]  # a default binds it

    async def close(self, grace: float = 20.0) -> None:
        """Let readings under way end; what is due stays due."""
        self._pause(grace + _LONGEST_PAUSE)
        tasks = list(self._tasks.values())
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=grace)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _ended(self, offer_id: OfferId) -> None:
        del self._tasks[offer_id]
        self.wake()

    async def _look(self, watched: WatchedOffer) -> None:
        try:
            await self._read(watched)
        except StorageUnavailable as error:
            _log.warning("offer_not_watched", error=str(error))
            self._pause(_FIRST_PAUSE)
        except Exception:  # noqa: BLE001 - a bug that one offer meets must not keep the others unread
            _log.exception("offer_not_watched")
            await self._missed(watched)

    async def _read(self, watched: WatchedOffer) -> None:
        """Read one offer, and have everybody's watches of it see what is so."""
        offer_id = watched.offer_id
        if not await self._store.watchers(offer_id, 0, 1):
            await self._store.looked_at(watched, self._clock() + self._every)
            return
        await self._own.acquire()
        await self._limiter.acquire()
        try:
            offer: Offer | None = await self._read_offer(offer_id)
        except Refused as error:
            self._troubles = 0
            if error.reason not in _GONE:
                await self._missed(watched)
                return
            if watched.gone + 1 < _GONE_AFTER:
                # One odd answer ends nobody's watch.
                later = self._clock() + _GONE_AGAIN
                await self._store.looked_at(watched, later, gone=watched.gone + 1)
                return
            offer = None
        except MarketplaceError as error:
            _log.info("offer_not_read", error=type(error).__name__)
            self._learn_from(error)
            await self._missed(watched)
            return
        self._troubles = 0
        await self._apply(watched, offer)

    async def _apply(self, watched: WatchedOffer, offer: Offer | None) -> None:
        now = self._clock()
        after, found, youngest = 0, 0, datetime.min.replace(tzinfo=UTC)
        while some := await self._store.watchers(watched.offer_id, after, _TOGETHER):
            after = some[-1].watch_id
            youngest = max(youngest, *(each.made_at for each in some))
            outcomes = (self._outcome(each, offer, now) for each in some)
            found += await self._store.keep_found([each for each in outcomes if each is not None])
        await self._store.looked_at(watched, next_look(now, self._every, youngest))
        if found:
            _log.info("watches_found", count=found)
            self._on_found()

    def _outcome(self, watch: OfferWatch, offer: Offer | None, now: datetime) -> OfferWatch | None:
        found = after_reading(watch, offer, now)
        return found if found is not None else run_out(watch, now, self._life)

    async def _missed(self, watched: WatchedOffer) -> None:
        wait = min(_FIRST_MISS * 2 ** min(watched.misses, 20), _LONGEST_MISS)
        later, misses = self._clock() + wait, watched.misses + 1
        try:
            await self._store.looked_at(watched, later, misses=misses, gone=watched.gone)
        except StorageUnavailable:
            self._pause(_FIRST_PAUSE)

    def _learn_from(self, error: MarketplaceError) -> None:
        """Leave a marketplace alone that is in trouble as a whole, longer each time."""
        if isinstance(error, Unreadable) and not error.transient:
            return
        pause = min(_FIRST_PAUSE * 2**self._troubles, _LONGEST_PAUSE)
        if isinstance(error, Throttled) and error.retry_after is not None:
            pause = max(pause, error.retry_after)
        self._troubles = min(self._troubles + 1, 10)
        _log.warning("offer_readings_paused", error=type(error).__name__, seconds=pause)
        self._pause(pause)

    def _pause(self, seconds: float) -> None:
        self._paused_until = max(self._paused_until, self._seconds() + seconds)
