"""What many people ask the marketplace for: read once for all who wait, and kept for a while."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

from bot.domain.recent import Recent
from bot.services.waiting import waiting

_Key = TypeVar("_Key", bound=Hashable)
_Read = TypeVar("_Read")


class SharedReads(Generic[_Key, _Read]):
    """At most `most` answers, each good for `seconds`. Failures are not kept.

    A read that nobody waits for any more goes on, and whoever asks next finds its answer.
    """

    def __init__(
        self, most: int, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._kept: Recent[_Key, tuple[float, _Read]] = Recent(most)
        self._running: dict[_Key, asyncio.Task[_Read]] = {}
        self._seconds = seconds
        self._clock = clock

    async def get(self, key: _Key, read: Callable[[], Awaitable[_Read]]) -> _Read:
        """Return what is known under a key, else what `read` answers. Raises what it raises."""
        kept = self._kept.get(key)
        if kept is not None and self._clock() - kept[0] < self._seconds:
            return kept[1]
        task = self._running.get(key)
        if task is None:
            task = asyncio.create_task(self._run(key, read), name="shared read")
            self._running[key] = task
            task.add_done_callback(lambda done: self._finished(key, done))
        async with waiting():
            return await asyncio.shield(task)

    def last(self, key: _Key) -> _Read | None:
        """Return what was last answered under a key, however long ago."""
        kept = self._kept.get(key)
        return kept[1] if kept is not None else None

    def is_fresh(self, key: _Key) -> bool:
        """Tell whether `get` would answer at once."""
        kept = self._kept.get(key)
        return kept is not None and self._clock() - kept[0] < self._seconds

    async def close(self) -> None:
        """Give up what is under way."""
        running = list(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _run(self, key: _Key, read: Callable[[], Awaitable[_Read]]) -> _Read:
        answer = await read()
        self._kept.put(key, (self._clock(), answer))
        return answer

    def _finished(self, key: _Key, task: "asyncio.Task[_Read]") -> None:
        self._running.pop(key, None)
        if not task.cancelled():
            task.exception()  # seen, also when nobody waits any more
