"""What happens in a chat, in order, for those who watch it."""

import asyncio
import itertools
from bisect import bisect_right
from typing import Any


class EventLog:
    """The events of one chat. Sequence numbers are shared by all chats and never reused."""

    def __init__(self, numbers: "itertools.count[int]") -> None:
        self._numbers = numbers
        self._events: list[dict[str, Any]] = []
        self._changed = asyncio.Event()
        self.closed = False

    @property
    def seq(self) -> int:
        """The newest event's number; 0 before the first."""
        return int(self._events[-1]["seq"]) if self._events else 0

    def append(self, kind: str, **payload: Any) -> int:
        """Adds an event, wakes the watchers and returns its number."""
        seq = next(self._numbers)
        self._events.append({"seq": seq, "type": kind, **payload})
        self._wake()
        return seq

    def after(self, seq: int) -> list[dict[str, Any]]:
        """The events newer than `seq`."""
        return self._events[bisect_right(self._events, seq, key=lambda event: event["seq"]) :]

    def close(self) -> None:
        """Ends every watcher."""
        self.closed = True
        self._wake()

    async def wait(self, after_seq: int, seconds: float) -> list[dict[str, Any]]:
        """The events newer than `after_seq`, waiting for the first one; empty after `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                while not (found := self.after(after_seq)) and not self.closed:
                    await self._changed.wait()
        except TimeoutError:
            # One may have come in the moment between the time-out and this line.
            return self.after(after_seq)
        return found

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
