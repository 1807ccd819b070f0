"""Waiting in work, not in seconds: how long nothing moved although there was a machine to move it.

A machine that is busy elsewhere makes everything late, and proves nothing. So only those seconds
are counted in which the bot, the simulated world and the people neither ran nor waited to run.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

NOTHING_MOVES = 30.0
"""So many idle seconds without an answer are a verdict."""

_AT_MOST = 1200.0  # seconds by the clock: whatever moves so long is stuck as well
_LOOK = 1.0
_KEPT = 0.4  # seconds: fifty who wait do not each have the kernel count all threads
_NANOSECONDS = 1e-9


def busy_seconds(pid: int) -> float:
    """Return how long a process's threads ran, and waited to run, since it began.

    The kernel's own count (`/proc/PID/task/*/schedstat`); 0 for a process that has gone, and
    where the kernel does not count.
    """
    total = 0
    for each in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        try:
            ran, waited, _ = each.read_text().split()
        except (OSError, ValueError):
            continue
        total += int(ran) + int(waited)
    return total * _NANOSECONDS


@dataclass
class Busy:
    """How long some processes were busy so far, asked for by all who wait for them."""

    pids: Callable[[], Iterable[int]]
    kept: float = _KEPT  # seconds
    _read: float | None = None
    _seconds: dict[int, float] = field(default_factory=dict)

    def look(self) -> tuple[float, dict[int, float]]:
        """Return a moment and each process's busy seconds at it."""
        now = time.monotonic()
        if self._read is None or now - self._read >= self.kept:
            self._seconds = {pid: busy_seconds(pid) for pid in self.pids()}
            self._read = now
        return self._read, self._seconds


@dataclass
class Stillness:
    """Counts the seconds in which none of some processes had anything to do."""

    busy: Busy
    seconds: float = 0.0
    _at: float | None = None
    _before: dict[int, float] = field(default_factory=dict)

    def look(self) -> float:
        """Count on; return the still seconds so far."""
        at, seconds = self.busy.look()
        if self._at is not None:
            worked = sum(
                max(0.0, busy - self._before.get(pid, busy)) for pid, busy in seconds.items()
            )
            self.seconds += max(0.0, at - self._at - worked)
        self._at, self._before = at, seconds
        return self.seconds


@dataclass
class Patience:
    """Waits for something that other processes bring about."""

    busy: Busy

    async def until(
        self,
        happened: Callable[[float], Awaitable[bool]],
        still: float = NOTHING_MOVES,
        at_most: float = _AT_MOST,
    ) -> bool:
        """Wait until it happened; False once nothing moved for `still` seconds.

        `happened` waits for at most the seconds that it is given.
        """
        stillness, deadline = Stillness(self.busy), time.monotonic() + at_most
        stillness.look()
        while not await happened(_LOOK):
            if stillness.look() >= still or time.monotonic() > deadline:
                return False
        return True

    async def rest(self, seconds: float) -> None:
        """Let so many still seconds pass."""

        async def never(wait: float) -> bool:
            await asyncio.sleep(wait)
            return False

        await self.until(never, seconds)
