"""`python -m benchmarks.takeover`: how long a chat waits whose bot was killed.

Three bots over one PostgreSQL. Everybody makes a move, and one bot is killed: in turns right after
the move and right before it, and while polling in turns the one that polls and another. Then the
killed one is started again.

    polling  the bots ask for updates, one at a time for all
    webhook  updates come to all bots in turns
"""

import argparse
import base64
import contextlib
import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.contestants import SNAPORDER
from benchmarks.engines.server import Server, running
from benchmarks.measuring import Load, chat_of, market_of, percentile
from benchmarks.processes import Process, free_port, stopping
from benchmarks.processes import Server as World
from benchmarks.worlds.hooks import SECRET
from benchmarks.worlds.moves import JOURNEY

_PARTS = ("polling", "webhook")
_BOTS = 3
_PEOPLE = 24
_WITHIN = 60.0  # seconds
_APART = 0.02  # seconds between the moves and a kill
_AT_REST = 1.0  # seconds after the last one came back


@dataclass
class Found:
    """Seconds from each kill: until its last chat was answered, and until the next poll."""

    last: list[float] = field(default_factory=list)
    chats: list[float] = field(default_factory=list)
    """Of every chat that was not answered when the kill came."""
    polls: list[float] = field(default_factory=list)
    calm: list[float] = field(default_factory=list)
    """Of every chat while nobody was killed, from the move: what the machine takes for it."""
    conflicts: int = 0


class Company:
    """Bots over one database, and who is behind them."""

    def __init__(self, folder: Path, server: Server, *, webhook: bool) -> None:
        name = folder.name.replace("-", "_")
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        self.url = server.url.removesuffix("postgres") + name
        self._folder = folder
        self._ports = [free_port() for _ in range(_BOTS)]
        self._settings = {
            "DATABASE_URL": self.url,
            "DATA_KEY": base64.b64encode(os.urandom(32)).decode(),
        }
        hooks: list[str] = []
        if webhook:
            self._settings["WEBHOOK_URL"] = "https://bot.example.com/telegram/webhook"
            self._settings["WEBHOOK_SECRET"] = SECRET
            hooks = ["--webhook", *map(str, self._ports)]
        load = Load()
        self.market = market_of(load, folder)
        self.chat = chat_of(SNAPORDER, load, folder, "--held", *hooks)
        self.bots = [self._started(number) for number in range(_BOTS)]

    def _started(self, number: int) -> Process:
        listen = f"127.0.0.1:{self._ports[number]}"
        return SNAPORDER.start(
            self._folder, self.chat, self.market, LISTEN=listen, **self._settings
        )

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Look into the bots' database."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            return connection.execute(sql.encode()).fetchall()

    def who_polls(self) -> int:
        """Return the place of the bot that has the duty; the first's where nobody polls."""
        rows = self.rows(
            "SELECT name FROM leases JOIN replicas USING (replica)"
            " WHERE kind = 'duty' AND key = 'poll'"
        )
        pid = int(rows[0][0].rpartition("/")[2]) if rows else self.bots[0].pid
        return next(place for place, bot in enumerate(self.bots) if bot.pid == pid)

    def replace(self, place: int) -> None:
        """Start a killed one again."""
        self.bots[place] = self._started(place)
        self.until_all_are_there()

    def until_all_are_there(self) -> None:
        """Wait until all bots are at work and know of one another."""
        deadline = time.monotonic() + _WITHIN
        while time.monotonic() < deadline:
            for each in self.bots:
                each.check()
            with contextlib.suppress(psycopg.Error):
                names = {name.rpartition("/")[2] for (name,) in self.rows(_ALIVE)}
                if names == {str(each.pid) for each in self.bots}:
                    time.sleep(_AT_REST)
                    return
            time.sleep(0.05)
        raise RuntimeError("not all of the bots came")


_ALIVE = "SELECT name FROM replicas WHERE beat_at > clock_timestamp() - interval '1 second'"


def main() -> None:
    """Measure, and print what was found."""
    parser = argparse.ArgumentParser(prog="takeover", description=__doc__.partition("\n")[0])
    parser.add_argument("parts", nargs="*", help=f"any of {', '.join(_PARTS)}; all by default")
    parser.add_argument("--kills", type=int, default=16)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="takeover-") as name:
        folder = Path(name)
        with running(folder) as server:
            for part in options.parts or _PARTS:
                place = folder / part
                place.mkdir()
                _tell(part, _kill(place, server, options.kills, webhook=part == "webhook"))


def _kill(folder: Path, server: Server, kills: int, *, webhook: bool) -> Found:
    found = Found()
    with _company(folder, server, webhook=webhook) as company:
        company.until_all_are_there()
        company.chat.ask(f"/begin?people={_PEOPLE}")
        for _ in JOURNEY:  # then every picture is known, as it is in a shop that runs
            company.chat.ask("/mark")
            began = time.monotonic()
            _move(company.chat)
            found.calm += [
                answered - began for _, answered in _until_answered(company.chat)["moves"]
            ]
        for number in range(kills):
            leads = company.who_polls()
            place = leads if number // 2 % 2 == 0 else (leads + 1) % _BOTS
            company.chat.ask("/mark")
            if number % 2:
                _move(company.chat)
                time.sleep(_APART)
            company.bots[place].stop(kill=True)
            killed = time.monotonic()
            if not number % 2:
                time.sleep(_APART)
                _move(company.chat)
            after = _until_answered(company.chat)
            waited = [answered - killed for _, answered in after["moves"] if answered > killed]
            found.chats += waited
            found.last.append(max(waited, default=0.0))
            if place == leads and not webhook:
                found.polls.append(min(each for each in after["polls"] if each > killed) - killed)
            print(f"  {number + 1:3}  {found.last[-1]:.2f} s, {len(waited)} chats", flush=True)
            company.replace(place)
        found.conflicts = company.chat.ask("/state")["conflicts"]
    return found


@contextlib.contextmanager
def _company(folder: Path, server: Server, *, webhook: bool) -> Iterator[Company]:
    company = Company(folder, server, webhook=webhook)
    with stopping(company.market, company.chat):
        try:
            yield company
        finally:
            for each in company.bots:
                each.stop(kill=True)


def _move(chat: World) -> None:
    chat.ask("/step")


def _until_answered(chat: World) -> dict[str, Any]:
    deadline = time.monotonic() + _WITHIN
    while time.monotonic() < deadline:
        found = chat.ask("/moves")
        if len(found["moves"]) >= _PEOPLE:
            return found
        time.sleep(0.05)
    raise RuntimeError(f"{_PEOPLE - len(found['moves'])} chats were never answered")


def _tell(part: str, found: Found) -> None:
    print(f"{part}, seconds from the kill, {len(found.last)} kills:")
    for what, seconds in (
        ("the last chat's answer", found.last),
        ("every waiting chat's answer", found.chats),
        ("the next one polls", found.polls),
        ("while nobody is killed, from the move", found.calm),
    ):
        if seconds:
            ordered = sorted(seconds)
            p50, p95 = (percentile(ordered, percent) / 1000 for percent in (50, 95))
            print(
                f"  {what}: p50 {p50:.2f}, p95 {p95:.2f}, most {ordered[-1]:.2f} ({len(ordered)})"
            )
    if part == "polling":
        print(f"  answers 409: {found.conflicts}", flush=True)


if __name__ == "__main__":
    main()
