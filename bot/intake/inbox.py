"""Updates in, durable before they are acknowledged; worked off in order within each chat.

Polling asks for the next batch only after the last one is committed; the webhook answers 200
only after its update is. Workers take one update at a time from each lane (a chat), many lanes
at once. An update that waits for a slow marketplace lets the next ones of its lane begin.
"""

import asyncio
import contextvars
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime

import structlog

from bot.chat.walks import passed_by
from bot.intake.processing import UpdateProcessor
from bot.intake.raw import inbox_update
from bot.storage.ports import InboxPort, WaitingUpdate

_CONCURRENT_LANES = 256
_log = structlog.get_logger(__name__)


class Intake:
    """The inbox and its workers."""

    def __init__(
        self,
        inbox: InboxPort,
        processor: UpdateProcessor,
        lanes: int = _CONCURRENT_LANES,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._inbox = inbox
        self._clock = clock
        self._processor = processor
        self._lanes: dict[int, list[WaitingUpdate]] = {}
        self._standing: dict[int, None] = {}
        """Lanes that nobody works on yet, the first that came first: thousands in a rush, of which
        a task each would take several times the memory."""
        self._workers: dict[int, asyncio.Task[None]] = {}
        self._aside: dict[asyncio.Task[None], WaitingUpdate] = {}
        """Those that wait for the marketplace while their lane goes on."""
        self._context = contextvars.copy_context()
        self._most = lanes
        self._slots = asyncio.Semaphore(lanes)
        self._looks: list[set[int]] = []
        """For each look at what waits: which updates came to an end since it began."""
        self.accepted_at = 0.0
        """When Telegram's last answer was stored, by the monotonic clock."""
        self.polls_since: float | None = None
        """Since when Telegram is asked here, by that clock; None where it is not."""
        self.caught_up_at = datetime.min.replace(tzinfo=UTC)
        """When Telegram, asked, last had nothing that is not stored."""

    @property
    def backlog(self) -> int:
        """How many updates wait or are being handled."""
        return sum(len(lane) for lane in self._lanes.values()) + len(self._aside)

    def caught_up(self) -> None:
        """Take note that Telegram has nothing that is not stored."""
        self.caught_up_at = self._clock()

    async def resume(self) -> None:
        """Queue everything that an earlier run stored but did not finish.

        Comes before the first `accept`, so that the older updates of a chat stay first.
        """
        waiting = await self._inbox.waiting_updates()
        if waiting:
            _log.info("inbox_resumed", updates=len(waiting))
        self._queue(waiting)

    async def requeue(self, lanes: Sequence[int] | None = None) -> None:
        """Queue the waiting updates that are not queued yet, of some lanes or of all.

        Such as one that was parked, or one that another replica stored or left.
        """
        ended: set[int] = set()
        self._looks.append(ended)
        try:
            waiting = await self._inbox.waiting_updates(lanes)
        finally:
            # By identity: sets are equal while nothing came to an end.
            self._looks = [each for each in self._looks if each is not ended]
        there = self._lanes if lanes is None else [each for each in lanes if each in self._lanes]
        known = {each.update_id for lane in there for each in self._lanes[lane]}
        known |= {each.update_id for each in self._aside.values()}
        known |= ended
        self._queue(each for each in waiting if each.update_id not in known)

    async def accept(self, raw_updates: Iterable[object]) -> None:
        """Store updates, then queue the new ones. Durable when it returns.

        Raises `BadUpdate` and `StorageUnavailable`; then nothing may be acknowledged.
        """
        now = self._clock()
        updates = [inbox_update(raw, now) for raw in raw_updates]
        if not updates:
            self.accepted_at = time.monotonic()
            return
        new = set(await self._inbox.put_updates(updates))
        self.accepted_at = time.monotonic()
        self._queue(
            WaitingUpdate(update_id=each.update_id, lane=each.lane)
            for each in updates
            if each.update_id in new
        )

    async def close(self, grace: float = 20.0) -> None:
        """Finish the updates under way, then stop. The rest stays stored."""
        self._processor.close()
        workers = [*self._workers.values(), *self._aside]
        if workers:
            _, late = await asyncio.wait(workers, timeout=grace)
            for worker in late:
                worker.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _queue(self, updates: Iterable[WaitingUpdate]) -> None:
        for update in updates:
            self._lanes.setdefault(update.lane, []).append(update)
            if update.lane in self._workers:
                continue
            if len(self._workers) < self._most:
                self._begin(update.lane)
            else:
                self._standing[update.lane] = None

    def _begin_next(self) -> None:
        """Begin to work on the lane that stands there for longest: a place is free."""
        lane = next(iter(self._standing), None)
        if lane is not None and not self._processor.is_closing:
            self._begin(lane)

    def _begin(self, lane: int) -> None:
        self._standing.pop(lane, None)
        # Not in the context of whoever lets it go ahead: what is bound there is about that one.
        work = asyncio.create_task(
            self._work(lane), name=f"lane {lane}", context=self._context.copy()
        )
        self._workers[lane] = work

    async def _work(self, lane: int) -> None:
        """Work one lane off, first come first served, until it is done or another goes on."""
        queue, worker = self._lanes[lane], asyncio.current_task()
        try:
            while self._workers.get(lane) is worker and queue:
                if not await self._handle(lane, queue):
                    return
        finally:
            if worker is not None:
                self._aside.pop(worker, None)
            if self._workers.get(lane) is worker:
                del self._workers[lane]
                del self._lanes[lane]

    async def _handle(self, lane: int, queue: list[WaitingUpdate]) -> bool:
        """Handle a lane's first update; False when the bot is stopping."""
        worker, update = asyncio.current_task(), queue[0]
        slot = _Slot(self._slots, self._begin_next)

        def let_pass() -> None:
            if worker is not None and self._workers.get(lane) is worker:
                del queue[0]
                self._aside[worker] = update
                slot.free()
                self._begin(lane)

        await slot.take()
        try:
            if self._processor.is_closing:
                return False
            with passed_by(let_pass):
                await self._processor.process(update)
            for ended in self._looks:
                ended.add(update.update_id)
            if self._workers.get(lane) is worker:
                del queue[0]
            return True
        finally:
            slot.free()


class _Slot:
    """One of the places for updates at work, which is given back once."""

    def __init__(self, slots: asyncio.Semaphore, freed: Callable[[], None]) -> None:
        self._slots = slots
        self._freed = freed
        self._taken = False

    async def take(self) -> None:
        await self._slots.acquire()
        self._taken = True

    def free(self) -> None:
        if self._taken:
            self._taken = False
            self._slots.release()
            self._freed()
