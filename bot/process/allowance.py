"""An allowance that all replicas share, such as Telegram's messages a second.

Drawn from the database, a few ahead of need: what is not used within a second is let go, so that
together nobody exceeds it.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Protocol

from bot.storage.ports import StorageUnavailable

_GOOD_FOR = 1.0  # seconds
_AGAIN = 0.25  # seconds until a database that is away is asked again


class Source(Protocol):
    """Where it is drawn from: `bot.storage.replica_ports.ReplicaPort`."""

    async def draw(self, what: str, most: float, wanted: int) -> tuple[int, float]:
        """Return how many were drawn, and the seconds until the next."""


class SharedAllowance:
    """Stands where `aiolimiter.AsyncLimiter` stands in a process that is alone."""

    def __init__(
        self,
        source: Source,
        what: str,
        per_second: float,
        *,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._source = source
        self._what = what
        self._most = per_second
        self._ahead = max(1, int(per_second / 10))
        self._seconds = seconds
        self._left = 0
        self._good_until = 0.0
        self._asking = asyncio.Lock()

    async def acquire(self, amount: float = 1) -> None:
        """Wait until so much may be used, and use it."""
        needed = max(1, round(amount))
        while not self._use(needed):
            async with self._asking:  # in the order of asking
                while not self._use(needed):
                    await self._draw(needed)
                return

    def _use(self, needed: int) -> bool:
        if self._seconds() >= self._good_until:
            self._left = 0
        if self._left < needed:
            return False
        self._left -= needed
        return True

    async def _draw(self, needed: int) -> None:
        wanted = max(needed, self._ahead) - self._left
        try:
            drawn, wait = await self._source.draw(self._what, self._most, wanted)
        except StorageUnavailable:
            await asyncio.sleep(_AGAIN)
            return
        self._left += drawn
        self._good_until = self._seconds() + _GOOD_FOR
        if self._left < needed:
            await asyncio.sleep(max(wait, 0.01))
