"""Watched offers are read when that is due: once for all who watch them, at a bounded pace.

The calls are shared with placed orders, of which at least half are theirs. In quiet hours nothing
is read: nobody could be told, and what is true by morning is read then. An offer that alone can't
be read is tried less and less often.
"""

import time
from collections.abc import Awaitable, Callable, Sequence
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
)
from bot.services.due_readings import DueReadings
from bot.storage.ports import StorageUnavailable
from bot.storage.watch_ports import WatchPort

LIFE = timedelta(days=90)
"""How long something is watched for that does not come true."""

_TOGETHER = 500  # watches that are looked through without letting others in
_FIRST_MISS, _LONGEST_MISS = timedelta(minutes=5), timedelta(hours=12)
_GONE_AFTER = 2  # readings in a row that find no such offer
_GONE_AGAIN = timedelta(minutes=2)
_GONE = frozenset({RefusalReason.NOT_FOUND, RefusalReason.VALIDATION})
_log = structlog.get_logger(__name__)


class OfferReadings:
    """Reads watched offers; `readings` runs it.

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
        self.readings = DueReadings(
            "watched offers", self._due, lambda watched: watched.offer_id, self._look, seconds
        )
        self._on_found: Callable[[], None] = lambda: None

    def on_found(self, listener: Callable[[], None]) -> None:
        """Have somebody called whenever there is something to tell."""
        self._on_found = listener

    async def _due(self, most: int) -> Sequence[WatchedOffer]:
        now = self._clock()
        if self._quiet is not None and self._quiet.over_at(now) is not None:
            return ()
        return await self._store.due_offers(now, most)

    async def _look(self, watched: WatchedOffer) -> None:
        try:
            await self._read(watched)
        except StorageUnavailable as error:
            _log.warning("offer_not_watched", error=str(error))
            self.readings.pause()
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
            self.readings.went_well()
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
            self.readings.learn_from(error)
            await self._missed(watched)
            return
        self.readings.went_well()
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
            self.readings.pause()
