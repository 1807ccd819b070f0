"""Pushes at a steady rate while somebody chats: all have to be stored, and the chat quick.

500 a second for 30 seconds unless told otherwise. Each is about one of a few real orders of the
simulated marketplace, distinct and rightly signed. Ends with 1 when one that was acknowledged is
not in the database, or one was not acknowledged.
"""

import argparse
import asyncio
import sqlite3
import sys
import time
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
for _folder in (_ROOT, _ROOT / "tests" / "journeys"):
    sys.path.insert(0, str(_folder))

from buying import TAPE_MEASURE, at_quantity, placed  # noqa: E402 - found through the path above
from crashing import Clients, own_world  # noqa: E402 - as above

_BUYERS = 4


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="push_storm", description=__doc__)
    parser.add_argument("--per-second", type=float, default=500.0)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--most-p95", type=float, default=1.0, help="seconds that an answer takes")
    return parser.parse_args()


async def _chat(clients: Clients, over: asyncio.Event) -> list[float]:
    """Go to and fro in a chat; return how long each answer took, in seconds."""
    person = await clients.arrive()
    await at_quantity(person, TAPE_MEASURE)
    took = []
    while not over.is_set():
        for label, wanted in (("Back", "Minimum order"), ("Choose a quantity", "How many")):
            started = time.monotonic()
            await person.do(label, wanted)
            took.append(time.monotonic() - started)
    return took


def _p95(took: list[float]) -> float:
    return sorted(took)[len(took) * 95 // 100]


async def _storm(clients: Clients, port: int, count: int, per_second: float) -> dict[str, int]:
    body = {"count": count, "perSecond": per_second, "answerSeconds": 30}
    await clients.orders.switch(push_url=f"http://127.0.0.1:{port}/marketplace/push")
    answer = await clients.market.post("/sandbox/pushes/blast", json=body, timeout=600)
    answer.raise_for_status()
    report: dict[str, int] = answer.json()
    return report


def _stored(database: Path, first: int, last: int) -> tuple[int, int]:
    """Count the pushes of the storm that are there, and those still to be handled."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        row = connection.execute(
            "SELECT COUNT(*), TOTAL(state = 'waiting') FROM pushes"
            " WHERE CAST(msg_id AS INTEGER) BETWEEN ? AND ?",
            (first, last),
        ).fetchone()
    return int(row[0]), int(row[1])


async def _handled(database: Path, first: int, last: int) -> float:
    """Wait until none is left to be handled; return the seconds that took."""
    started = time.monotonic()
    async with asyncio.timeout(300):
        while _stored(database, first, last)[1]:  # noqa: ASYNC110 - another process decides
            await asyncio.sleep(0.2)
    return time.monotonic() - started


async def _run(per_second: float, seconds: float, most_p95: float) -> int:
    with own_world(FLOOD_UPDATES="0") as own:
        own.bot.start()
        await own.bot.ready()
        async with own.clients() as clients:
            for _ in range(_BUYERS):
                await placed(await clients.arrive())
            over = asyncio.Event()
            chatting = asyncio.create_task(_chat(clients, over))
            count = int(per_second * seconds)
            report = await _storm(clients, own.bot.port, count, per_second)
            over.set()
            took = await chatting
            first, last = report["firstMsgId"], report["lastMsgId"]
            database = own.bot.folder / "bot.db"
            stored, _ = _stored(database, first, last)
            lag = await _handled(database, first, last)
            rows = [
                *report.items(),
                ("stored", stored),
                ("LOST", report["answered200"] - stored),
                ("handled after the last, seconds", round(lag, 1)),
                ("chat: answers", len(took)),
                ("chat: p95, seconds", round(_p95(took), 3)),
            ]
        own.bot.stop()
    for name, value in rows:
        print(f"{name:<34}{value:>14}")
    good = stored == count == report["answered200"] and _p95(took) <= most_p95
    print("all stored, chats quick" if good else "NOT GOOD")
    return 0 if good else 1


if __name__ == "__main__":
    given = _arguments()
    sys.exit(asyncio.run(_run(given.per_second, given.seconds, given.most_p95)))
