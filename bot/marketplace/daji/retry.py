"""Repeating reads: exponential back-off with jitter, a gateway's own wish honoured up to a cap."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from msgspec import Struct

from bot.marketplace.errors import (
    GatewayFailed,
    MarketplaceError,
    Throttled,
    Unreachable,
    Unreadable,
)

T = TypeVar("T")


class Retry(Struct, frozen=True):
    """`attempts` in all, about `first`, 2 × `first`, … seconds apart, at most `longest`.

    A `Throttled` that asks for more than `longest` seconds is raised at once: waiting that long
    is the caller's decision, and asking sooner would not honour it.
    """

    attempts: int = 3
    first: float = 0.25
    longest: float = 5.0
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    jitter: Callable[[], float] = random.random

    async def run(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """Return what `attempt` returns; raise its last error when all attempts failed."""
        for number in range(1, self.attempts):
            try:
                return await attempt()
            except MarketplaceError as error:
                wait = self._wait(error, number)
                if wait is None:
                    raise
            await self.sleep(wait)
        return await attempt()

    def _wait(self, error: MarketplaceError, number: int) -> float | None:
        if not _may_pass(error):
            return None
        # Between half and all of the step, so that many waiting callers do not come back at once.
        wait: float = min(self.longest, self.first * 2 ** (number - 1)) * (0.5 + self.jitter() / 2)
        if isinstance(error, Throttled) and error.retry_after is not None:
            return None if error.retry_after > self.longest else max(wait, error.retry_after)
        return wait


def _may_pass(error: MarketplaceError) -> bool:
    if isinstance(error, Unreadable):
        return error.transient
    return isinstance(error, Unreachable | Throttled | GatewayFailed)
