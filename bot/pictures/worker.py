"""The pictures' CPU work, off the event loop."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from bot.pictures.outcomes import PicturesBusy, PreparedPhoto

T = TypeVar("T")


class PictureWorker:
    """Runs the picture functions in a few threads, so that updates are handled meanwhile.

    At most `threads` pictures are worked on at a time, which also bounds memory; at most `queue`
    wait. Each method raises what its function raises, and PicturesBusy when the queue is full.

    The threads import the functions with their first picture: Pillow and its codecs take time and
    memory that a start need not spend.
    """

    def __init__(self, *, threads: int = 2, queue: int = 128) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="pictures")
        self._most = threads + queue
        self._pending = 0

    async def prepare(self, data: bytes) -> PreparedPhoto:
        """`prepare_photo`."""

        def work() -> PreparedPhoto:
            from bot.pictures.intake import prepare_photo  # noqa: PLC0415 - see above

            return prepare_photo(data)

        return await self._run(work)

    async def sheet(self, pictures: Sequence[bytes | None], first_number: int = 1) -> bytes:
        """`contact_sheet`."""

        def work() -> bytes:
            from bot.pictures.sheet import contact_sheet  # noqa: PLC0415 - see above

            return contact_sheet(pictures, first_number)

        return await self._run(work)

    async def fit(self, data: bytes) -> bytes:
        """`fit_picture`."""

        def work() -> bytes:
            from bot.pictures.offer import fit_picture  # noqa: PLC0415 - see above

            return fit_picture(data)

        return await self._run(work)

    async def qr(self, text: str) -> bytes:
        """`qr_png`."""

        def work() -> bytes:
            from bot.pictures.qr import qr_png  # noqa: PLC0415 - see above

            return qr_png(text)

        return await self._run(work)

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
