"""How long an inline query takes beside the marketplace's own time, and what typing costs it.

Each of many people types five letters behind the bot's name, each of which is a query; the time
runs from the last one until its answer. Prints it as a multiple of the marketplace's time, with
the marketplace's calls for each person, and how far apart the letters came at most: on a busy
machine people type more slowly than they are told to. Ends with 1 above the bounds.
"""

import argparse
import asyncio
import sys
import time
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
for _folder in (_ROOT, _ROOT / "tests" / "journeys"):
    sys.path.insert(0, str(_folder))

from crashing import Clients, own_world  # noqa: E402 - found through the path above

_BETWEEN = 0.15  # seconds between two letters
_LETTERS = 5


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="inline_times", description=__doc__)
    parser.add_argument("--people", type=int, default=40)
    parser.add_argument("--at-once", type=int, default=4)
    parser.add_argument("--marketplace", type=float, default=2.0, help="seconds that it takes")
    parser.add_argument("--most", type=float, default=1.2, help="times the marketplace's own, p95")
    return parser.parse_args()


async def _one(clients: Clients, slots: asyncio.Semaphore, number: int, gaps: list[float]) -> float:
    """Type a word that nobody else types; return seconds from its last letter to the answer."""
    async with slots:
        person = await clients.arrive("zh-hans")
        word, began = f"背包{number:03d}", 0.0
        for length in range(1, _LETTERS + 1):
            body = {"from": person.id, "query": word[:length]}
            asked = await clients.telegram.post("/sandbox/inline", json=body)
            if length > 1:
                gaps.append(time.monotonic() - began)
            began = time.monotonic()
            await asyncio.sleep(_BETWEEN if length < _LETTERS else 0)
        path = f"/sandbox/inline/{asked.json()['inline_query_id']}"
        while (await clients.telegram.get(path)).json()["answer"] is None:  # noqa: ASYNC110 - another process decides
            await asyncio.sleep(0.02)
        return time.monotonic() - began


async def _run(options: argparse.Namespace) -> int:
    with own_world(FLOOD_UPDATES="0") as own:
        own.bot.start()
        await own.bot.ready()
        async with own.clients() as clients:
            fault = {"seconds": options.marketplace}
            await clients.market_fault("keyword_search", "slow", **fault)
            slots = asyncio.Semaphore(options.at_once)
            people, gaps = range(options.people), list[float]()
            all_of_them = (_one(clients, slots, each, gaps) for each in people)
            took = sorted(await asyncio.gather(*all_of_them))
            calls = (await clients.market.get("/sandbox/calls")).json()["counts"]
        own.bot.kill()
    p50, p95 = (took[len(took) * each // 100] / options.marketplace for each in (50, 95))
    a_person = calls.get("keyword_search", 0) / options.people
    print(f"{options.people} people type {_LETTERS} letters, the marketplace takes", end=" ")
    print(f"{options.marketplace:.1f} s: p50 {p50:.2f}, p95 {p95:.2f} times that;", end=" ")
    print(f"{a_person:.2f} calls a person; letters at most {max(gaps):.2f} s apart")
    return int(p95 > options.most or a_person > 1)


if __name__ == "__main__":
    sys.exit(asyncio.run(_run(_arguments())))
