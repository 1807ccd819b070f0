"""Pictures are worked on while the event loop keeps answering."""

import asyncio
import contextlib
import threading
from collections.abc import Sequence

import pytest
from drawn_pictures import encoded, noise, opened, quarters

from bot.pictures import NotAPicture, PicturesBusy, PictureWorker
from tests.tiers import SLOW


async def stalled_share(work) -> float:
    """The longest time for which the event loop did not run, as a share of the work's time."""
    loop = asyncio.get_running_loop()
    stalls = [0.0]

    async def tick() -> None:
        while True:
            before = loop.time()
            await asyncio.sleep(0.001)
            stalls.append(loop.time() - before)

    ticking = asyncio.create_task(tick())
    await asyncio.sleep(0.01)
    stalls.clear()
    started = loop.time()
    await work()
    took = loop.time() - started
    await asyncio.sleep(0.002)
    ticking.cancel()
    return max(stalls) / took


async def test_each_method_gives_what_its_function_gives():
    """prepare, sheet, fit and qr answer through the worker."""
    worker = PictureWorker()
    data = encoded(quarters(), "PNG")
    photo, sheet, fit, code = await asyncio.gather(
        worker.prepare(data), worker.sheet([data, None], 4), worker.fit(data), worker.qr("x")
    )
    await worker.close()
    assert (photo.width, photo.height) == (120, 80)
    assert opened(sheet).width == 1280
    assert opened(fit).size == (120, 80)
    assert opened(code).format == "PNG"


async def test_errors_come_through():
    """What the function raises, the awaiting caller gets."""
    worker = PictureWorker()
    with pytest.raises(NotAPicture):
        await worker.prepare(b"text")
    await worker.close()


@SLOW
async def test_the_event_loop_keeps_running():
    """Neither a sheet nor a HEIC photo holds the loop for as much as half of its time."""
    worker = PictureWorker()
    photo = encoded(noise(250, 250).resize((1000, 1000)), "JPEG", quality=90)
    heic = encoded(noise(250, 190).resize((2000, 1520)), "HEIF", quality=30)
    for work in (lambda: worker.sheet([photo] * 10), lambda: worker.prepare(heic)):
        # A busy machine may let the loop wait for its turn; work that holds it does so each time.
        assert min([await stalled_share(work) for _ in range(3)]) < 0.5
    await worker.close()


async def test_a_full_queue_refuses_and_recovers():
    """Beyond its queue the worker says busy at once; afterwards it takes work again."""
    worker = PictureWorker(threads=1, queue=2)
    data = encoded(noise(1000, 1000), "PNG")
    results = await asyncio.gather(
        *(worker.prepare(data) for _ in range(5)), return_exceptions=True
    )
    assert sum(isinstance(result, PicturesBusy) for result in results) == 2
    assert (await worker.prepare(data)).width == 1000
    await worker.close()


class Held(Sequence[bytes | None]):
    """Pictures that keep their thread busy until they are let go."""

    def __init__(self, picture: bytes) -> None:
        self.go = threading.Event()
        self._picture = picture

    def __len__(self) -> int:
        return 1

    def __getitem__(self, index):
        assert self.go.wait(20)
        return [self._picture][index]


async def test_a_cancelled_caller_frees_its_place_when_its_work_is_done():
    """Cancellation neither leaks a place in the queue nor frees it while a thread is busy."""
    worker = PictureWorker(threads=1, queue=0)
    data = encoded(noise(100, 100), "PNG")
    held = Held(data)
    call = asyncio.create_task(worker.sheet(held))
    await asyncio.sleep(0)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    with pytest.raises(PicturesBusy):
        await worker.prepare(data)
    held.go.set()
    async with asyncio.timeout(60):
        while True:
            with contextlib.suppress(PicturesBusy):
                assert (await worker.prepare(data)).width == 100
                break
            await asyncio.sleep(0.02)
    await worker.close()


async def test_after_close_work_is_refused():
    """A closed worker raises RuntimeError instead of waiting for ever."""
    worker = PictureWorker()
    await worker.close()
    with pytest.raises(RuntimeError):
        await worker.qr("x")
