"""How long the first sign of life and the next answer take while the marketplace hangs.

Each of many people sends a search, which hangs for 40 seconds, sees a draft, "typing" or an answer
of any kind, then sends /cart. Prints both times in milliseconds, and what the same Telegram takes
for a screen without the marketplace; ends with 1 above the bounds.
"""

import argparse
import asyncio
import sys
import time
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
for _folder in (_ROOT, _ROOT / "tests" / "journeys"):
    sys.path.insert(0, str(_folder))

from chat import Person  # noqa: E402 - found through the path above
from crashing import Clients, own_world  # noqa: E402 - as above

_HANGS = 40.0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="slow_marketplace", description=__doc__)
    parser.add_argument("--people", type=int, default=60)
    parser.add_argument("--at-once", type=int, default=4)
    parser.add_argument("--most-sign", type=float, default=300.0, help="milliseconds, p95")
    parser.add_argument("--most-answer", type=float, default=1000.0, help="milliseconds, p95")
    return parser.parse_args()


async def _first_event(person: Person) -> float:
    """Wait for whatever the bot does next in the chat; return the moment."""
    while True:
        path = f"/sandbox/chats/{person.id}/wait?after_seq={person.seq}&timeout=30"
        answer = (await person.http.get(path, timeout=40)).json()
        person.seq = max(person.seq, answer["seq"])
        for event in answer["events"]:
            by_bot = event.get("message", {}).get("from", {}).get("is_bot", False)
            if event["type"] in {"action", "draft"} or by_bot:
                return time.monotonic()


async def _one(clients: Clients, slots: asyncio.Semaphore) -> tuple[float, float, float]:
    async with slots:
        person = await clients.arrive()
        began = time.monotonic()
        await person.say("/start", "1688")
        plain = time.monotonic() - began
        began = time.monotonic()
        await person.send("背包")
        sign = await _first_event(person) - began
        await asyncio.sleep(0.6)  # as long as anybody takes to write a command
        began = time.monotonic()
        await person.say("/cart", "[Cc]art")
        return plain, sign, time.monotonic() - began


def _line(name: str, took: list[float]) -> float:
    ordered = sorted(took)
    p50, p95 = ordered[len(ordered) // 2] * 1000, ordered[len(ordered) * 95 // 100] * 1000
    print(f"{name:32} p50 {p50:6.0f} ms  p95 {p95:6.0f} ms  most {ordered[-1] * 1000:6.0f} ms")
    return p95


async def _run(options: argparse.Namespace) -> int:
    with own_world(FLOOD_UPDATES="0") as own:
        own.bot.start()
        await own.bot.ready()
        async with own.clients() as clients:
            await clients.market_fault("keyword_search", "slow", seconds=_HANGS)
            slots = asyncio.Semaphore(options.at_once)
            took = await asyncio.gather(*(_one(clients, slots) for _ in range(options.people)))
            plain, sign, answer = (list(each) for each in zip(*took, strict=True))
            print(f"{options.people} people, the marketplace hangs {_HANGS:.0f} s")
            _line("a screen without the marketplace", plain)
            late = _line("first sign of life", sign) > options.most_sign
            late |= _line("/cart while the search hangs", answer) > options.most_answer
        own.bot.kill()
    return int(late)


if __name__ == "__main__":
    sys.exit(asyncio.run(_run(_arguments())))
