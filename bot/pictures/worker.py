"""The pictures' CPU work, off the event loop."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from bot.pictures.decoding import PicturesBusy
from bot.pictures.intake import PreparedPhoto, prepare_photo
from bot.pictures.offer import fit_picture
from bot.pictures.qr import qr_png
from bot.pictures.sheet import contact_sheet

T = TypeVar("T")


class PictureWorker:
    """Runs the picture functions in a few threads, so that updates are handled meanwhile.

    At most `threads` pictures are worked on at a time, which also bounds memory; at most `queue`
    wait. Each method raises what its function raises, and PicturesBusy when the queue is full.
    """

    def __init__(self, *, threads: int = 2, queue: int = 128) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="pictures")
        self._most = threads + queue
        self._pending = 0

    async def prepare(self, data: bytes) -> PreparedPhoto:
        """`prepare_photo`."""
        return await self._run(lambda: prepare_photo(data))

    async def sheet(self, pictures: Sequence[bytes | None], first_number: int = 1) -> bytes:
        """`contact_sheet`."""
        return await self._run(lambda: contact_sheet(pictures, first_number))

    async def fit(self, data: bytes) -> bytes:
        """`fit_picture`."""
        return await self._run(lambda: fit_picture(data))

    async def qr(self, text: str) -> bytes:
        """`qr_png`."""
        return await self._run(lambda: qr_png(text))

    async def close(self) -> None:
        """Drop what waits, finish what runs; afterwards every method raises RuntimeError."""
        await asyncio.to_thread(self._pool.shutdown, wait=True, cancel_futures=True)

    async def _run(self, work: Callable[[], T]) -> T:
        if self._pending >= self._most:
            raise PicturesBusy(f"{self._pending} pictures are waiting")
        future = self._pool.submit(work)
        self._pending += 1
        loop = asyncio.get_running_loop()
        # Counted down when the work ends, not when its caller is cancelled: a cancelled caller's
        # picture still occupies its thread.
        future.add_done_callback(lambda _: loop.call_soon_threadsafe(self._finished))
        return await asyncio.wrap_future(future)

    def _finished(self) -> None:
        self._pending -= 1
