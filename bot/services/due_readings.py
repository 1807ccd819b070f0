"""Unasked readings at the marketplace, of whatever is due: a few at once, until cancelled.

When something is due stands in the storage, so a restart forgets nothing. A marketplace in trouble
as a whole is left alone for a while, longer each time.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from functools import partial
from typing import Generic, TypeVar

import structlog

from bot.marketplace.errors import MarketplaceError, Refused, Throttled, Unreadable
from bot.process.pausing import happens
from bot.storage.ports import StorageUnavailable

_AT_ONCE = 4
_LOOK_EVERY = 1.0  # seconds; whoever makes something due wakes it at once
_FIRST_PAUSE, _LONGEST_PAUSE = 5.0, 300.0
_log = structlog.get_logger(__name__)

_Item = TypeVar("_Item")


class DueReadings(Generic[_Item]):
    """Runs until cancelled; `close` lets readings under way end."""

    def __init__(
        self,
        what: str,
        due: Callable[[int], Awaitable[Sequence[_Item]]],
        key: Callable[[_Item], object],
        read: Callable[[_Item], Coroutine[None, None, None]],
        seconds: Callable[[], float],
    ) -> None:
        """`due` gives at most so many items, `read` reads one and raises nothing.

        `what` they are is a word of the log; two with the same `key` are not read at once.
        """
        self._what = what
        self._due = due
        self._key = key
        self._read = read
        self._seconds = seconds
        self._woken = asyncio.Event()
        self._tasks: dict[object, asyncio.Task[None]] = {}
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
                _log.warning("due_not_read", what=self._what, error=str(error))
                self.pause()
            await happens(self._woken, _LOOK_EVERY)

    async def begin_due(self) -> None:
        """Begin to read what is due, as far as there is room. Raises `StorageUnavailable`."""
        room = _AT_ONCE - len(self._tasks)
        if room <= 0 or self._seconds() < self._paused_until:
            return
        due = await self._due(_AT_ONCE + room)
        for item in [each for each in due if self._key(each) not in self._tasks][:room]:
            key = self._key(item)
            task = asyncio.create_task(self._read(item), name=f"reading of {self._what}")
            self._tasks[key] = task
            task.add_done_callback(partial(self._ended, key))

    def _ended(self, key: object, _: asyncio.Task[None]) -> None:
        del self._tasks[key]
        self.wake()

    async def idle(self) -> None:
        """Wait until nothing is being read."""
        await asyncio.gather(*self._tasks.values())

    async def close(self, grace: float = 20.0) -> None:
        """Let readings under way end for so many seconds; what is due stays due."""
        self.pause(grace + _LONGEST_PAUSE)
        tasks = list(self._tasks.values())
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=grace)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def went_well(self) -> None:
        """Take it that the marketplace is well again."""
        self._troubles = 0

    def learn_from(self, error: MarketplaceError) -> None:
        """Leave the marketplace alone, unless its answer tells of this one item only."""
        if isinstance(error, Refused) or (isinstance(error, Unreadable) and not error.transient):
            return
        pause = min(_FIRST_PAUSE * 2**self._troubles, _LONGEST_PAUSE)
        if isinstance(error, Throttled) and error.retry_after is not None:
            pause = max(pause, error.retry_after)
        self._troubles = min(self._troubles + 1, 10)
        _log.warning("readings_paused", what=self._what, error=type(error).__name__, seconds=pause)
        self.pause(pause)

    def pause(self, seconds: float = _FIRST_PAUSE) -> None:
        """Begin no reading for so long."""
        self._paused_until = max(self._paused_until, self._seconds() + seconds)
