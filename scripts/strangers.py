"""What strangers cost the people who order: silent connections, and large files all at once.

Starts a sandbox and a bot of its own, and prints how long an ordinary person waits for an answer
while 1,100 connections say nothing and 40 people send a picture of nearly 20 MB each, and how
much memory the bot takes at most, beside what one such picture takes.

The files are handed to the simulated Telegram while the bot stands still (SIGSTOP), and come to
it all at once then: what uploads cost Telegram and this script is no part of what is measured.
"""

import argparse
import asyncio
import io
import os
import signal
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

_ROOT = Path(__file__).resolve().parent.parent
for _folder in (_ROOT, _ROOT / "tests" / "journeys"):
    sys.path.insert(0, str(_folder))

from chat import Person  # noqa: E402 - found through the path above
from crashing import own_world  # noqa: E402 - as above
from PIL import Image  # noqa: E402 - as above

_LARGE = 19_900_000
_MB = 1024 * 1024
_RESULTS = "look similar|Nothing found"


def _picture() -> bytes:
    """A JPEG of nearly the largest size that Telegram hands to bots."""
    made = io.BytesIO()
    side = 4400
    Image.frombytes("RGB", (side, side), os.urandom(side * side * 3)).save(made, "JPEG", quality=92)
    return made.getvalue()[:_LARGE]


def _resident(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0


async def _peak_during(pid: int, work: asyncio.Future[Any]) -> int:
    peak = 0
    while not work.done():
        peak = max(peak, _resident(pid))
        await asyncio.sleep(0.02)
    await work
    return peak


async def _waits(people: list[Person], until: asyncio.Future[Any]) -> list[float]:
    waited: list[float] = []
    while not until.done() or not waited:
        for person in people:
            began = time.monotonic()
            await person.say("/help", ".")
            waited.append(time.monotonic() - began)
            await asyncio.sleep(0.3)
    return waited


async def _upload(pid: int, people: list[Person], data: bytes) -> None:
    os.kill(pid, signal.SIGSTOP)
    try:
        for person in people:
            await person.document(data, "large.jpg")
    finally:
        os.kill(pid, signal.SIGCONT)


async def _are_answered(people: list[Person]) -> None:
    await asyncio.gather(*(person.sees(_RESULTS, within=300) for person in people))


async def _measure(silent: int, files: int) -> None:
    with own_world(SEARCHES_PER_HOUR="0", FLOOD_UPDATES="0") as own:
        own.bot.start()
        async with own.clients() as clients:
            await own.bot.ready()
            process = own.bot.process
            pid, data = process.pid if process is not None else 0, _picture()
            ordinary = [await clients.arrive()]
            await ordinary[0].say("/help", ".")
            senders = [await clients.arrive() for _ in range(files)]
            quiet = [
                await asyncio.open_connection("127.0.0.1", own.bot.port) for _ in range(silent)
            ]
            idle = asyncio.ensure_future(asyncio.sleep(3))
            waits = await _waits(ordinary, idle)
            print(f"{silent} silent connections: answers after {max(waits):.2f} s at most")
            for _, writer in quiet:
                writer.close()
            before = _resident(pid)
            await _upload(pid, senders[:1], data)
            one = asyncio.ensure_future(_are_answered(senders[:1]))
            alone = await _peak_during(pid, one)
            await _upload(pid, senders, data)
            many = asyncio.ensure_future(_are_answered(senders))
            peak = asyncio.ensure_future(_peak_during(pid, many))
            began = time.monotonic()
            waits = await _waits(ordinary, many)
            together = await peak
            print(f"{files} files answered within {time.monotonic() - began:.0f} s")
            print(f"picture of {len(data) / 1e6:.1f} MB; resident before {before / _MB:.0f} MB")
            print(f"one: {alone / _MB:.0f} MB; {files} at once: {together / _MB:.0f} MB")
            print(f"ratio {together / alone:.2f}")
            print(f"{len(waits)} ordinary answers meanwhile: {median(waits):.2f} s in the middle")
            print(f"and {max(waits):.2f} s at most")


def main() -> None:
    """Measure once."""
    parser = argparse.ArgumentParser(prog="strangers", description=__doc__)
    parser.add_argument("--silent", type=int, default=1100)
    parser.add_argument("--files", type=int, default=40)
    options = parser.parse_args()
    asyncio.run(_measure(options.silent, options.files))


if __name__ == "__main__":
    main()
