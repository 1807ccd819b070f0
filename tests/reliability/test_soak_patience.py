"""The soak's patience ends when nothing moves, and not when a machine is slow."""

import asyncio
import os
import subprocess
import sys

from soak_patience import Busy, Patience, Stillness, busy_seconds

SPINS = "import sys\nsys.stdout.write('x'); sys.stdout.flush()\nwhile True: pass"


def spinning() -> subprocess.Popen[str]:
    """A process that has always something to do."""
    process = subprocess.Popen([sys.executable, "-c", SPINS], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.read(1)
    return process


async def test_nothing_that_moves_is_a_verdict() -> None:
    """After so many still seconds, and at once when it happens."""
    patience = Patience(Busy(list, kept=0.0))
    asked = []

    async def never(wait: float) -> bool:
        asked.append(wait)
        await asyncio.sleep(0.01)
        return False

    assert not await patience.until(never, 0.1)
    assert len(asked) > 1
    assert await patience.until(lambda _: asyncio.sleep(0, result=True), 0.1)


async def test_a_process_at_work_is_waited_for() -> None:
    """However long it takes, as long as it runs or waits to run."""
    process = spinning()
    still = []
    try:
        for _ in range(3):  # this test may itself have to wait between a moment and its count
            stillness = Stillness(Busy(lambda: [process.pid], kept=0.0))
            stillness.look()
            before = busy_seconds(process.pid)
            async with asyncio.timeout(60):
                while busy_seconds(process.pid) < before + 0.3:  # noqa: ASYNC110 - the kernel counts
                    await asyncio.sleep(0.02)
            still.append(stillness.look())
            if still[-1] < 0.15:
                break
        assert min(still) < 0.15, still
    finally:
        process.kill()
        process.wait()


async def test_whatever_moves_for_ever_is_stuck_as_well() -> None:
    """There is an end to it by the clock."""
    patience = Patience(Busy(lambda: [os.getpid()]))

    async def never(_: float) -> bool:
        await asyncio.sleep(0)
        return False

    assert not await patience.until(never, 60, at_most=0.05)


def test_a_process_that_has_gone_counts_for_nothing() -> None:
    """A bot that was killed and started again has another number."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert busy_seconds(process.pid) == 0
