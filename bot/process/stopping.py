"""One deadline for everything that ends: whoever waits for the process waits once, not in sums."""

import asyncio
from collections.abc import Awaitable

import structlog

_log = structlog.get_logger(__name__)


class Deadline:
    """So many seconds from its making on."""

    def __init__(self, seconds: float) -> None:
        self._over_at = asyncio.get_running_loop().time() + seconds

    def left(self) -> float:
        """Return the seconds that are left, 0 when it is over."""
        return max(0.0, self._over_at - asyncio.get_running_loop().time())

    async def close(self, what: str, closing: Awaitable[object]) -> None:
        """Let something end within what is left; what does not is given up and said so."""
        try:
            async with asyncio.timeout(self.left()):
                await closing
        except TimeoutError:
            _log.warning("not_closed_in_time", what=what)
