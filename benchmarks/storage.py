"""`python -m benchmarks.storage`: the bot over SQLite and over PostgreSQL, in turns, in one run.

    near      one bot, Telegram next door: CPU an update of the bot, and of the server beside it
    far       one bot, Telegram 50 ms away, 256 people: its rate
    replicas  one, then three bots, Telegram 50 ms away, as many people a bot, who think before each
              move: what an update costs, of which follows how many each serves of a core of its own
    held      the same with people who don't think, each bot stopped and woken to hold it to a share
              of one core. One that is stopped within a commit has the others wait for it, so three
              come out lower than they are where each has a core

Ratios are of the least CPU, or the highest rate, of the rounds: others who use the machine only
add to the one and take from the other.
"""

import argparse
import base64
import contextlib
import dataclasses
import os
import secrets
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.contestants import SNAPORDER
from benchmarks.engines.server import Server, running
from benchmarks.measuring import Load, chat_of, market_of, until_polled, warm_up
from benchmarks.processes import Process, stopping

_PARTS = ("near", "far", "replicas", "held")
_PEOPLE_A_BOT = 48
_THINKS = 1.5  # seconds before a move, on average: each bot has something like a quarter to do
_ROUND_TRIP = 0.05
_SLICE = 0.02  # seconds; a bot that is held is stopped for a few of these at a time
_FOUND_BY_ALL = 3.0  # seconds until replicas have shared the chats out


@dataclass(frozen=True)
class Found:
    """One run: milliseconds of CPU an update, updates a second."""

    bots_ms: float
    server_ms: float
    rate: float
    share: float
    """Of one core, a bot, on average."""


class Share:
    """Holds a process to a share of one core by stopping it, for a moment at a time."""

    def __init__(self, process: Process, share: float) -> None:
        self._process = process
        self._share = share
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._hold, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        self._process.send(signal.SIGCONT)

    def _hold(self) -> None:
        before, then = self._process.cpu_exactly, time.monotonic()
        allowed, stopped = 0.0, False
        while not self._ended.wait(_SLICE / 4):
            used, now = self._process.cpu_exactly, time.monotonic()
            # What was not used in time is gone, but for a slice.
            allowed = min(allowed + (now - then) * self._share - (used - before), _SLICE)
            before, then = used, now
            if stopped != (allowed < 0):
                stopped = not stopped
                self._process.send(signal.SIGSTOP if stopped else signal.SIGCONT)


def main() -> None:
    """Measure, and print what was found."""
    parser = argparse.ArgumentParser(prog="storage", description=__doc__.partition("\n")[0])
    parser.add_argument(
        "parts", nargs="*", help=f"any of {', '.join(_PARTS)}; but `held` by default"
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--share", type=float, default=0.15, help="of a core, where bots are held")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="storage-") as name:
        folder = Path(name)
        with running(folder) as server:
            for part in options.parts or _PARTS[:3]:
                _PART[part](Bench(folder, server, options.rounds, options.seconds, options.share))


@dataclass(frozen=True)
class Bench:
    """What all parts need."""

    folder: Path
    server: Server
    rounds: int
    seconds: float
    share: float

    def run(self, load: Load, database: str, *, bots: int = 1, share: float = 0.0) -> Found:
        """Run bots over one database and look at them under load."""
        folder = self.folder / f"run-{secrets.token_hex(4)}"
        folder.mkdir()
        settings = {"DATA_KEY": base64.b64encode(os.urandom(32)).decode()}
        if database == "postgres":
            settings["DATABASE_URL"] = self._made(folder.name.replace("-", "_"))
        market, chat = market_of(load, folder), chat_of(SNAPORDER, load, folder)
        with contextlib.ExitStack() as stack:
            stack.enter_context(stopping(market, chat))
            started = []
            for number in range(bots):
                who = dataclasses.replace(SNAPORDER, name=f"bot-{number}")
                started.append(who.start(folder, chat, market, **settings))
                stack.enter_context(stopping(started[-1]))
                if not number:
                    until_polled(started[0], chat)
            if bots > 1:
                time.sleep(_FOUND_BY_ALL)
            chat.ask(f"/begin?people={load.people}")
            warm_up(started[0], chat, market, load)
            if share:
                for each in started:
                    stack.enter_context(Share(each, share))
                time.sleep(1.0)
            found = self._observe(started, chat)
        shutil.rmtree(folder)
        return found

    def _observe(self, bots: Sequence[Process], chat: Any) -> Found:
        before, used = chat.ask("/mark"), [each.cpu_exactly for each in bots]
        server = self.server.cpu_seconds
        time.sleep(self.seconds)
        after = chat.ask("/report")
        used = [each.cpu_exactly - then for each, then in zip(bots, used, strict=True)]
        server = self.server.cpu_seconds - server
        for each in bots:
            each.check()
        answered, seconds = after["answered"] - before["answered"], after["now"] - before["now"]
        return Found(
            sum(used) * 1000 / answered,
            server * 1000 / answered,
            answered / seconds,
            sum(used) / seconds / len(bots),
        )

    def _made(self, name: str) -> str:
        with psycopg.connect(self.server.url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self.server.url.removesuffix("postgres") + name

    def in_turns(self, load: Load) -> dict[str, list[Found]]:
        """Run one bot over each database, in each round the other way about."""
        found: dict[str, list[Found]] = {"sqlite": [], "postgres": []}
        for number in range(self.rounds):
            for name in sorted(found, reverse=not number % 2):
                found[name].append(self.run(load, name))
                _tell(name, found[name][-1])
        return found


def near(bench: Bench) -> None:
    """CPU an update."""
    found = bench.in_turns(Load(measured=bench.seconds))
    sqlite, postgres = (min(each.bots_ms for each in runs) for runs in found.values())
    beside = min(each.server_ms for each in found["postgres"])
    print(
        f"near: PostgreSQL {postgres:.2f} ms of the bot an update, SQLite {sqlite:.2f} ms:"
        f" {postgres / sqlite:.2f} times; the server {beside:.2f} ms beside it",
        flush=True,
    )


def far(bench: Bench) -> None:
    """The rate with Telegram 50 ms away."""
    found = bench.in_turns(Load(people=256, round_trip=_ROUND_TRIP))
    sqlite, postgres = (max(each.rate for each in runs) for runs in found.values())
    print(
        f"far: PostgreSQL {postgres:.0f} updates a second, SQLite {sqlite:.0f}:"
        f" {postgres / sqlite:.2f} times",
        flush=True,
    )


def replicas(bench: Bench) -> None:
    """What an update costs one bot, and each of three with as many people as the one."""
    found: dict[int, list[Found]] = {1: [], 3: []}
    for number in range(bench.rounds):
        for bots in sorted(found, reverse=bool(number % 2)):
            load = Load(people=_PEOPLE_A_BOT * bots, round_trip=_ROUND_TRIP, think=_THINKS)
            found[bots].append(bench.run(load, "postgres", bots=bots))
            _tell(f"{bots} bots", found[bots][-1])
    one, three = (min(of, key=lambda each: each.bots_ms) for of in found.values())
    print(
        f"replicas: an update costs {three.bots_ms:.2f} ms with three bots, {one.bots_ms:.2f} ms"
        f" with one, so three with a core each serve {3 * one.bots_ms / three.bots_ms:.2f} times"
        f" what one does: {3000 / three.bots_ms:.0f} and {1000 / one.bots_ms:.0f} updates a second;"
        f" the server then uses {3 * three.server_ms / three.bots_ms:.2f} cores",
        flush=True,
    )


def held(bench: Bench) -> None:
    """The rate of three replicas, each held to a share of one core."""
    load = Load(people=128, round_trip=_ROUND_TRIP)
    rates: dict[int, list[float]] = {1: [], 3: []}
    for _ in range(bench.rounds):
        for bots, of in rates.items():
            found = bench.run(load, "postgres", bots=bots, share=bench.share)
            of.append(found.rate)
            _tell(f"{bots} bots", found)
    one, three = (max(of) for of in rates.values())
    print(f"held: three {three:.0f} a second, one {one:.0f}: {three / one:.2f} times")


def _tell(name: str, found: Found) -> None:
    print(
        f"  {name:9} {found.rate:6.0f}/s  bot {found.bots_ms:5.2f} ms"
        f"  server {found.server_ms:5.2f} ms  {found.share:.2f} of a core a bot",
        flush=True,
    )


_PART = {"near": near, "far": far, "replicas": replicas, "held": held}

if __name__ == "__main__":
    main()
