"""The round that every teller makes: begin once, tell what waits, rest until there is more."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any, NoReturn, TypeVar

import structlog

from bot.process.pausing import happens
from bot.storage.ports import StorageUnavailable

_Result = TypeVar("_Result")
ENDS_WITHIN = 3.0  # seconds
"""So long the end of a run waits for what was begun: whoever ends the process has more to end."""

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


async def apart(
    event: str,
    put_aside: Callable[[], Awaitable[object]],
    work: Coroutine[Any, Any, object],
    **about: object,
) -> None:
    """Do the work for one of several, whole, and keep a bug that it meets from the others.

    The bug is logged as `event`, that one put aside. Raises `StorageUnavailable`, which all meet.
    """
    try:
        await whole(work)
    except StorageUnavailable:
        raise
    except Exception:  # noqa: BLE001 - whatever it is, the others are told
        _log.exception(event, **about)
        await put_aside()


async def whole(work: Coroutine[Any, Any, _Result]) -> _Result:
    """Do what was begun to its end, also when the run is ended meanwhile, within some seconds.

    What was claimed and is not sent yet would be told to nobody: the next run can't know.
    """
    task = asyncio.create_task(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task}, timeout=ENDS_WITHIN)
        task.cancel()
        with suppress(Exception, asyncio.CancelledError):
            await task
        raise
