"""What the marketplace tells without being asked: a hint to read something again, and no more.

Handling a push of ours means that its order, or the watched offers that it names, are due, in the
transaction that marks the push as used: from then on that is read however often it fails. Many
pushes of one order are one reading. Only a carrier's word stands in no order's detail, so it is
taken from the push, and only for a parcel that the detail knows.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import structlog
from msgspec import Struct, field

from bot.domain.identifiers import MerchantOrderNo, OfferId
from bot.domain.pushes import Push, PushKind, Trace
from bot.marketplace.errors import MarketplaceError
from bot.process.pausing import happens
from bot.services.following.tracking import Tracking
from bot.storage.ports import StorageUnavailable
from bot.storage.tracking_ports import PartOwners, PushPort, WaitingPush
from bot.storage.watch_ports import WatchPort

_TOGETHER = 100
_LOOK_EVERY = 1.0  # seconds; a push that is stored wakes it at once
_TRACED_AT_ONCE = 4
_TRIES = 8
_FIRST_RETRY = timedelta(seconds=15)
_SORTED_SOON = timedelta(seconds=5)
_log = structlog.get_logger(__name__)

OnPush = Callable[[str, str], None]
"""Hears of each handled push: its kind, and `used` or `unused`."""


class _Sorted(Struct):
    """What a batch of pushes comes down to."""

    used: list[int] = field(default_factory=list)
    unused: list[int] = field(default_factory=list)
    due: set[MerchantOrderNo] = field(default_factory=set)
    offers: set[OfferId] = field(default_factory=set)
    unsure: list[int] = field(default_factory=list)
    """Of orders that may be ours, once all of an earlier release's are sorted in."""
    traces: dict[MerchantOrderNo, list[tuple[WaitingPush, Trace]]] = field(
        default_factory=lambda: defaultdict(list)
    )


class Pushes:
    """Handles stored pushes. `read` raises `ValueError` for a message that is none."""

    def __init__(
        self,
        store: PushPort,
        tracking: Tracking,
        read: Callable[[str], Push],
        *,
        on_due: Callable[[], None],
        watches: WatchPort | None = None,
        on_offers: Callable[[], None] = lambda: None,
        on_push: OnPush = lambda _kind, _outcome: None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._tracking = tracking
        self._read = read
        self._on_due = on_due
        self._watches = watches
        self._on_offers = on_offers
        self._on_push = on_push
        self._clock = clock
        self._woken = asyncio.Event()
        self._slots = asyncio.Semaphore(_TRACED_AT_ONCE)

    def wake(self) -> None:
        """Handle now: something was stored."""
        self._woken.set()

    async def run(self) -> None:
        """Handle what waits, for ever; also what an earlier run left."""
        while True:
            self._woken.clear()
            more = 0
            try:
                more = await self.handle_some()
            except StorageUnavailable as error:
                _log.warning("pushes_wait", error=str(error))
                await asyncio.sleep(_LOOK_EVERY)
            except Exception:  # noqa: BLE001 - a bug must not end the handling of later pushes
                _log.exception("pushes_wait")
                await asyncio.sleep(_LOOK_EVERY)
            if more < _TOGETHER:
                await happens(self._woken, _LOOK_EVERY)

    async def handle_some(self) -> int:
        """Handle the oldest waiting pushes; return how many. Raises `StorageUnavailable`."""
        waiting = await self._store.waiting_pushes(self._clock(), _TOGETHER)
        if not waiting:
            return 0
        batch = await self._sort([(each, self._understood(each)) for each in waiting])
        await self._store.finish_pushes(batch.used, batch.unused, batch.due, batch.offers)
        if batch.unsure:
            later = self._clock() + _SORTED_SOON
            await self._store.retry_pushes(batch.unsure, later, counted=False)
        if batch.due:
            self._on_due()
        if batch.offers:
            self._on_offers()
        await asyncio.gather(*(self._trace(*each) for each in batch.traces.items()))
        return len(waiting)

    def _understood(self, waiting: WaitingPush) -> Push | None:
        try:
            return self._read(waiting.message)
        except ValueError as error:
            _log.warning("push_unreadable", reason=type(error).__name__)
            return None

    async def _sort(self, pushes: Sequence[tuple[WaitingPush, Push | None]]) -> _Sorted:
        named = {each for _, push in pushes if push for each in push.order_ids}
        owners = await self._store.orders_of_parts(named) if named else PartOwners({})
        ours = owners.ours
        watched = await self._watched(
            {each for _, push in pushes if push for each in push.offer_ids}
        )
        batch = _Sorted()
        for waiting, push in pushes:
            if push and not owners.are_all and not ours.keys() >= set(push.order_ids):
                batch.unsure.append(waiting.push_id)
                continue
            offers = watched.intersection(push.offer_ids) if push else set()
            orders = {ours[each] for each in (push.order_ids if push else ()) if each in ours}
            if orders and push is not None and push.trace is not None:
                for order_no in orders:
                    batch.traces[order_no].append((waiting, push.trace))
                continue
            batch.due.update(orders)
            batch.offers.update(offers)
            is_used = bool(orders or offers)
            (batch.used if is_used else batch.unused).append(waiting.push_id)
            kind = push.kind.value if push else "unreadable"
            self._on_push(kind, "used" if is_used else "unused")
        return batch

    async def _watched(self, offer_ids: set[OfferId]) -> set[OfferId]:
        if self._watches is None or not offer_ids:
            return set()
        return await self._watches.watched_among(offer_ids)

    async def _trace(
        self, order_no: MerchantOrderNo, told: list[tuple[WaitingPush, Trace]]
    ) -> None:
        """Pass on what carriers say of one order's parcels; keep it when that can't be done now."""
        async with self._slots:
            try:
                known = await self._tracking.trace(order_no, [trace for _, trace in told])
            except MarketplaceError as error:
                tries = max(waiting.attempts for waiting, _ in told) + 1
                _log.info("trace_waits", error=type(error).__name__, tries=tries)
                if tries < _TRIES:
                    later = self._clock() + _FIRST_RETRY * 2 ** (tries - 1)
                    await self._store.retry_pushes([each.push_id for each, _ in told], later)
                    return
                known = frozenset()
        used = [each.push_id for each, trace in told if trace.tracking_no in known]
        unused = [each.push_id for each, trace in told if trace.tracking_no not in known]
        await self._store.finish_pushes(used, unused)
        for outcome, ids in (("used", used), ("unused", unused)):
            for _ in ids:
                self._on_push(PushKind.TRACE.value, outcome)
