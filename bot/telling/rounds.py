"""The round that every teller makes: begin once, tell what waits, rest until there is more."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import NoReturn

import structlog

from bot.process.pausing import happens
from bot.storage.ports import StorageUnavailable

_LOOK_EVERY = 1.0  # seconds; whoever has something to tell wakes it at once
_log = structlog.get_logger(__name__)


class Rounds:
    """What waits is looked for again and again, at once when woken.

    `waits` is what the log says while the storage can't be used.
    """

    def __init__(self, waits: str) -> None:
        self._waits = waits
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Look now: something happened."""
        self._woken.set()

    async def run(
        self, begin: Callable[[], Awaitable[None]], look: Callable[[], Awaitable[None]]
    ) -> NoReturn:
        """Begin, as often as it takes to be done once, and look for what waits, for ever.

        A storage that can't be used has both wait for the next round; any other error ends the run.
        """
        begun = False
        while True:
            self._woken.clear()
            try:
                if not begun:
                    await begin()
                    begun = True
                await look()
            except StorageUnavailable as error:
                _log.warning(self._waits, error=str(error))
            await happens(self._woken, _LOOK_EVERY)


@asynccontextmanager
async def apart(
    event: str, put_aside: Callable[[], Awaitable[object]], **about: object
) -> AsyncIterator[None]:
    """Keep a bug that one of several meets from the others: it is logged, that one put aside.

    Raises `StorageUnavailable`, which all of them meet.
    """
    try:
        yield
    except StorageUnavailable:
        raise
    except Exception:  # noqa: BLE001 - whatever it is, the others are told
        _log.exception(event, **about)
        await put_aside()
