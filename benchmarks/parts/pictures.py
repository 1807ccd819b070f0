"""A contact sheet of ten 1-megapixel photos: time, memory, and how long the loop stands still."""

import asyncio
import io
import json
import random
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

from PIL import Image

from benchmarks.parts.options import Options
from benchmarks.processes import ROOT

Json = dict[str, Any]
_SHEETS = 20
_TICK = 0.001


def pictures(_: Options) -> Json:
    """In a process of its own, so that its peak is the sheets'."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.parts.pictures"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return dict(json.loads(done.stdout))


def _photo(number: int) -> bytes:
    grain = random.Random(number).randbytes(128 * 128 * 3)
    picture = Image.frombytes("RGB", (128, 128), grain).resize((1000, 1000))
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=90)
    return file.getvalue()


async def _measure() -> Json:
    from bot.pictures import PictureWorker  # noqa: PLC0415 - in the measured process alone

    photos = [_photo(number) for number in range(10)]
    worker, stalls = PictureWorker(), []
    before = _kilobytes("VmHWM")

    async def watch() -> None:
        while True:
            asleep = time.perf_counter()
            await asyncio.sleep(_TICK)
            stalls.append(time.perf_counter() - asleep - _TICK)

    watcher = asyncio.create_task(watch())
    await worker.sheet(photos, 1)
    took = []
    for _ in range(_SHEETS):
        began = time.perf_counter()
        await worker.sheet(photos, 1)
        took.append(time.perf_counter() - began)
    watcher.cancel()
    await worker.close()
    stalls.sort()
    return {
        "sheet_ms": median(took) * 1000,
        "sheet_worst_ms": max(took) * 1000,
        "more_mb": (_kilobytes("VmHWM") - before) / 1024,
        "stall_p99_ms": stalls[int(len(stalls) * 0.99)] * 1000,
        "stall_max_ms": stalls[-1] * 1000,
    }


def _kilobytes(which: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(each for each in lines if each.startswith(which)).split()[1])


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_measure())))
