"""One delivery: a form posted to the receiver, who has a moment to answer 200."""

from __future__ import annotations

import time
from dataclasses import dataclass

import aiohttp

from sandbox.marketplace.pushes.messages import FORM

CONNECTIONS = 64


@dataclass(frozen=True)
class Attempt:
    """What came of one delivery: a status, or why there is none."""

    at_ms: int
    status: int | None
    error: str | None
    millis: int

    @property
    def taken(self) -> bool:
        """Whether the receiver has it."""
        return self.status == 200


class Sender:
    """Keeps connections to the receiver, from the first delivery until it is closed."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def post(self, url: str, body: bytes, *, patience: float, at_ms: int) -> Attempt:
        """Deliver once; `patience` in seconds. Never raises for what the network does."""
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=CONNECTIONS)
            self._session = aiohttp.ClientSession(connector=connector)
        started = time.monotonic()
        status, error = None, None
        try:
            async with self._session.post(
                url,
                data=body,
                headers={"Content-Type": FORM},
                timeout=aiohttp.ClientTimeout(total=patience),
                allow_redirects=False,
            ) as answer:
                status = answer.status
                await answer.read()
        except TimeoutError:
            error = "no answer in time"
        except (aiohttp.ClientError, ValueError, OSError) as failure:
            error = type(failure).__name__
        return Attempt(at_ms, status, error, round((time.monotonic() - started) * 1000))

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None
