"""`python -m benchmarks.stored`: a thousand and a million sessions and orders on PostgreSQL.

For each size: seconds until a bot is ready, its memory after people from all over the database have
used it, statements that took long, and tables of which whole lengths were read. The rows are what
the bot itself writes and seals; beside them as many updates of the last two days, and as much told
news.
"""

import argparse
import asyncio
import base64
import contextlib
import os
import re
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.contestants import SNAPORDER
from benchmarks.engines.server import Server, running
from benchmarks.measuring import Load, chat_of, market_of, observe, warm_up
from benchmarks.parts.growth import orders, sessions
from benchmarks.processes import Process, free_port, stopping
from benchmarks.processes import Server as World
from bot.storage.codec import from_micros, to_micros
from bot.storage.keys import load_keyring
from bot.storage.ports import Retention
from bot.storage.postgres.storage import PostgresStorage
from bot.storage.sealing import Sealer

_READY_WITHIN = 60.0
_LONG_MS = 100
_MANY = 1_000  # rows of one table, read one after the other at once; small ones are read so anyway
_UPDATES = (
    "INSERT INTO inbox (update_id, lane, state, committed, received_at)"
    " SELECT n, n, 'finished', 1, {now} - n::bigint * 100000 FROM generate_series(1, {size}) AS n"
)
_NEWS = (
    "INSERT INTO notices (order_no, key, state, born_at, not_before, ended_at)"
    " SELECT order_no, 'placed', 'told', created_at, created_at, {now} FROM orders"
)
_PARTS = "INSERT INTO order_parts SELECT '1688', 2257164624000000000 + stored, order_no FROM orders"


@dataclass(frozen=True)
class Stored:
    """What was seen with one size."""

    database_mb: float
    starts_s: Sequence[float]
    memory_mb: float
    rate: float
    cpu_ms: float
    p95_ms: float
    upkeep_s: dict[str, float]
    """Counting for metrics, counting people, and dropping some thousand old rows."""
    long: Sequence[str]
    whole: Sequence[str]


def main() -> None:
    """Measure, and print what was found."""
    parser = argparse.ArgumentParser(prog="stored", description=__doc__.partition("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 1_000_000])
    parser.add_argument("--seconds", type=float, default=12.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="stored-") as name:
        folder = Path(name)
        with running(folder) as server:
            found = {}
            for size in options.sizes:
                found[size] = _one(size, folder / str(size), server, options.seconds)
                _tell(size, found[size])
    least, most = min(found), max(found)
    ratio = found[most].memory_mb / found[least].memory_mb
    print(f"memory with {most:,} is {ratio:.2f} times that with {least:,}", flush=True)


def _one(size: int, folder: Path, server: Server, seconds: float) -> Stored:
    folder.mkdir()
    key = base64.b64encode(os.urandom(32)).decode()
    url = _made(server, f"stored_{size}")
    began = time.monotonic()
    sealer = load_keyring(key, folder / "key").sealer()
    asyncio.run(_empty(url, sealer))
    _fill(url, sealer, size)
    print(f"  {size:,} stored in {time.monotonic() - began:.0f} s", flush=True)
    load = replace(Load(), measured=seconds)
    settings = {"DATABASE_URL": url, "DATA_KEY": key}
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_stat_reset()")
        before = (server.folder / "server.log").stat().st_size
        with _bot(load, folder, settings) as (*_, started):
            starts = [started]
        with _bot(load, folder, settings) as (*_, started):
            starts.append(started)
        with _bot(load, folder, settings, "--known", str(size)) as (bot, (chat, market), started):
            starts.append(started)
            chat.ask(f"/begin?people={load.people}")
            warm_up(bot, chat, market, load)
            run = observe(bot, chat, seconds, 0.0)
        upkeep = asyncio.run(_upkeep(url, sealer, size))
        log = (server.folder / "server.log").read_bytes()[before:].decode(errors="replace")
        long = [each for each in re.findall(r"duration: (.*)", log) if "COPY" not in each]
        whole = connection.execute(_WHOLE, (_MANY,)).fetchall()
        ((size_mb,),) = connection.execute(
            "SELECT pg_database_size(current_database()) / 1e6"
        ).fetchall()
    return Stored(
        database_mb=float(size_mb),
        starts_s=starts,
        memory_mb=run.peak_mb,
        rate=run.updates_per_second,
        cpu_ms=run.cpu_ms,
        p95_ms=run.p95_ms,
        upkeep_s=upkeep,
        long=long,
        whole=[f"{table}: {rows:,} rows in {scans} scans" for table, scans, rows in whole],
    )


_WHOLE = (
    "SELECT relname, seq_scan, seq_tup_read FROM pg_stat_user_tables"
    " WHERE seq_tup_read > %s * seq_scan ORDER BY seq_tup_read DESC"
)


@contextlib.contextmanager
def _bot(
    load: Load, folder: Path, settings: dict[str, str], *people: str
) -> Iterator[tuple[Process, tuple[World, World], float]]:
    """Run a bot in a world of its own: Telegram, marketplace; yields how long it took as well."""
    listen = f"127.0.0.1:{free_port()}"
    market, chat = market_of(load, folder), chat_of(SNAPORDER, load, folder, *people)
    with stopping(market, chat):
        bot = SNAPORDER.start(folder, chat, market, LISTEN=listen, **settings)
        with stopping(bot):
            deadline = time.monotonic() + _READY_WITHIN
            while not _says_ready(listen):
                bot.check()
                if time.monotonic() > deadline:
                    raise RuntimeError(f"never ready:\n{bot.log.read_text()[-2000:]}")
                time.sleep(0.01)
            yield bot, (chat, market), time.monotonic() - bot.started


def _says_ready(listen: str) -> bool:
    with contextlib.suppress(OSError):
        return bool(urllib.request.urlopen(f"http://{listen}/readyz", timeout=5).status == 200)  # noqa: PLR2004 - our own address, HTTP's OK
    return False


def _made(server: Server, name: str) -> str:
    with psycopg.connect(server.url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        connection.execute(
            f"ALTER DATABASE {name} SET log_min_duration_statement = {_LONG_MS}".encode()
        )
    return server.url.removesuffix("postgres") + name


async def _empty(url: str, sealer: Sealer) -> None:
    storage = PostgresStorage(url, sealer)
    await storage.open()
    await storage.close()


async def _upkeep(url: str, sealer: Sealer, size: int) -> dict[str, float]:
    """Return how many seconds it takes, with a tenth of a thousand, or 2,000, rows to drop."""
    storage = PostgresStorage(url, sealer)
    await storage.open()
    now, old = datetime.now(UTC), min(size // 10, 2_000)
    ((created,),) = await storage.database.rows(
        "SELECT created_at FROM orders ORDER BY created_at LIMIT 1 OFFSET ?", old
    )
    keep = Retention(
        orders=now - from_micros(created), updates=timedelta(seconds=(size - old) / 10)
    )
    took = {}
    for what, work in (
        ("census", storage.upkeep.census),
        ("people", storage.upkeep.count_people),
        ("purge", lambda: storage.upkeep.purge_old(keep)),
    ):
        began = time.monotonic()
        await work()
        took[what] = time.monotonic() - began
    await storage.close()
    return took


def _fill(url: str, sealer: Sealer, size: int) -> None:
    """Write sealed rows as the bot writes them, without asking the disk each time."""
    now = to_micros(datetime.now(UTC))
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
        _copy(
            cursor,
            "sessions (session_id, revision, body, touched_at, chat_id, user_id)",
            ((each[0], 1, *each[1:]) for each in sessions(sealer, size)),
        )
        _copy(
            cursor,
            'orders (order_no, user_id, chat_id, session_id, revision, "placing", told, stage,'
            " created_at, body, stored)",
            (
                # One a second, so that of the oldest some thousand can go.
                (*known, 1, "placed", 1, "done", at - (size - number) * 1_000_000, body, number)
                for number, (*known, at, body) in enumerate(orders(sealer, size), 1)
            ),
        )
        for statement in (_UPDATES, _NEWS, _PARTS):
            cursor.execute(statement.format(now=now, size=size).encode())
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")
        connection.execute("CHECKPOINT")


def _copy(cursor: psycopg.Cursor[Any], into: str, rows: Iterator[tuple[Any, ...]]) -> None:
    with cursor.copy(f"COPY {into} FROM STDIN".encode()) as copy:
        for row in rows:
            copy.write_row(row)


def _tell(size: int, found: Stored) -> None:
    print(
        f"{size:,}: {found.database_mb:,.0f} MB; ready in"
        f" {', '.join(f'{each:.2f}' for each in found.starts_s)} s;"
        f" {found.memory_mb:.0f} MB at most; {found.rate:.0f} updates/s, {found.cpu_ms:.2f} ms,"
        f" p95 {found.p95_ms:.0f} ms"
    )
    print("  " + ", ".join(f"{what} {took:.2f} s" for what, took in found.upkeep_s.items()))
    for what, lines in (("took long", found.long), ("read whole", found.whole)):
        for line in lines:
            print(f"  {what}: {line[:200]}")
    print(end="", flush=True)


if __name__ == "__main__":
    main()
