"""Updates in, durable before they are acknowledged; worked off in order within each chat.

Polling asks for the next batch only after the last one is committed; the webhook answers 200
only after its update is. Workers take one update at a time from each lane (a chat), many lanes
at once.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

import structlog

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
        self._lanes: dict[int, deque[WaitingUpdate]] = {}
        self._workers: dict[int, asyncio.Task[None]] = {}
        self._slots = asyncio.Semaphore(lanes)
        self.accepted_at = 0.0
        """When Telegram's last answer was stored, by the monotonic clock."""

    @property
    def backlog(self) -> int:
        """How many updates wait or are being handled."""
        return sum(len(lane) for lane in self._lanes.values())

    async def resume(self) -> None:
        """Queue everything that an earlier run stored but did not finish.

        Comes before the first `accept`, so that the older updates of a chat stay first.
        """
        waiting = await self._inbox.waiting_updates()
        if waiting:
            _log.info("inbox_resumed", updates=len(waiting))
        self._queue(waiting)

    async def requeue(self) -> None:
        """Queue the waiting updates that are not queued yet, such as one that was parked."""
        queued = {each.update_id for lane in self._lanes.values() for each in lane}
        waiting = await self._inbox.waiting_updates()
        self._queue(each for each in waiting if each.update_id not in queued)

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
        workers = list(self._workers.values())
        if workers:
            _, late = await asyncio.wait(workers, timeout=grace)
            for worker in late:
                worker.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _queue(self, updates: Iterable[WaitingUpdate]) -> None:
        for update in updates:
            self._lanes.setdefault(update.lane, deque()).append(update)
            if update.lane not in self._workers:
                worker = asyncio.create_task(self._work(update.lane), name=f"lane {update.lane}")
                self._workers[update.lane] = worker

    async def _work(self, lane: int) -> None:
        """Work one lane off, first come first served."""
        queue = self._lanes[lane]
        try:
            while queue:
                async with self._slots:
                    if self._processor.is_closing:
                        return
                    await self._processor.process(queue[0])
                queue.popleft()
        finally:
            del self._workers[lane]
            del self._lanes[lane]
