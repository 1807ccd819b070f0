"""How many bytes of people's files may be in memory at a time: one bound for all of them.

A file of 20 MB is several times as much while it is downloaded, decoded and encoded; forty people
who send one each wait for one another instead of filling the machine.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from bot.pictures.outcomes import PicturesBusy

BYTES_IN_FLIGHT: Final = 24 * 1024 * 1024
"""One file of the largest size that Telegram hands out, or dozens of photos from phones."""

_LEAST: Final = 512 * 1024  # bytes a file is taken to have: decoding it takes its own share
_MOST_WAITING: Final = 64
_WAITS_AT_MOST: Final = 90.0  # seconds


class ByteBudget:
    """Bytes that are lent, in the order in which they were asked for."""

    def __init__(
        self,
        total: int = BYTES_IN_FLIGHT,
        *,
        most_waiting: int = _MOST_WAITING,
        patience: float = _WAITS_AT_MOST,
    ) -> None:
        self._free = self._total = total
        self._most_waiting = most_waiting
        self._patience = patience
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    @asynccontextmanager
    async def lent(self, size: int | None) -> AsyncIterator[None]:
        """Hold so many bytes; None, or more than there are, is all of them.

        Raises `PicturesBusy` when too many wait, or it takes too long.
        """
        size = self._total if size is None else min(max(size, _LEAST), self._total)
        await self._take(size)
        try:
            yield
        finally:
            self._free += size
            self._serve()

    async def _take(self, size: int) -> None:
        if not self._waiting and size <= self._free:
            self._free -= size
            return
        if len(self._waiting) >= self._most_waiting:
            raise PicturesBusy(f"{len(self._waiting)} files are waiting")
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        place = (size, turn)
        self._waiting.append(place)
        try:
            async with asyncio.timeout(self._patience):
                await turn
        except BaseException as error:
            if turn.done() and not turn.cancelled():
                self._free += size  # it was served in the very moment in which it gave up
            elif place in self._waiting:
                self._waiting.remove(place)
            self._serve()
            if isinstance(error, TimeoutError):
                raise PicturesBusy("other files took too long") from None
            raise

    def _serve(self) -> None:
        """Let in those at the front that fit; who is cancelled has gone already."""
        while self._waiting and self._waiting[0][0] <= self._free:
            size, turn = self._waiting.popleft()
            if not turn.done():
                self._free -= size
                turn.set_result(None)
