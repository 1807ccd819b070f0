"""What a step's commit costs: SQLite, and PostgreSQL by psycopg and by asyncpg, in one run.

The transaction is a step's: the writers' lock and number, a session of 1.5 kB, the update's mark,
the one before finished. Prints commits a second and this process's CPU a commit; the server's CPU
is its own. Run: python scripts/storage_drivers.py [COMMITS]
"""

import asyncio
import contextlib
import importlib
import os
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, os.fspath(Path(__file__).resolve().parent.parent))

import psycopg

from bot.storage.postgres.batch import Writer
from bot.storage.postgres.connection import ThreadedConnection, connect
from bot.storage.sqlite.batch import run_batch
from bot.storage.sqlite.connection import connect_writer
from tests.postgres import own_server

BODY = os.urandom(1500)
TABLES = (
    "CREATE TABLE sessions (chat_id {int} PRIMARY KEY, revision {int}, body {bytes})",
    "CREATE TABLE inbox (update_id {int} PRIMARY KEY, state TEXT, committed {int})",
    "CREATE TABLE writers (writer {int} PRIMARY KEY, batch {int}, seen_at {int})",
    "INSERT INTO sessions VALUES (1, 0, '')",
    "INSERT INTO inbox VALUES (1, 'waiting', 0), (2, 'waiting', 0)",
    "INSERT INTO writers VALUES (1, 0, 0)",
)
STEP = (
    "UPDATE inbox SET state = 'finished' WHERE update_id = ?",
    "UPDATE sessions SET revision = ?, body = ? WHERE chat_id = 1 AND revision = ?",
    "UPDATE inbox SET committed = 1 WHERE update_id = ?",
)


def step(number: int) -> Callable[[Any], None]:
    """Return one step's statements."""

    def work(connection: Any) -> None:
        connection.execute(STEP[0], (2,))
        assert connection.execute(STEP[1], (number, BODY, number - 1)).rowcount == 1  # noqa: S101
        connection.execute(STEP[2], (1,))

    return work


async def measure(name: str, commits: int, one: Callable[[int], Awaitable[object]]) -> None:
    """Time one commit after the other."""
    for number in range(1, 51):
        await one(number)
    cpu, wall = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    for number in range(51, 51 + commits):
        await one(number)
    wall, after = time.perf_counter() - wall, resource.getrusage(resource.RUSAGE_SELF)
    used = after.ru_utime + after.ru_stime - cpu.ru_utime - cpu.ru_stime
    print(f"{name:<42}{commits / wall:8.0f} commits/s{used / commits * 1e6:8.0f} us CPU each")


async def sqlite(folder: Path, commits: int) -> None:
    """The storage as it is, in a file."""
    path = folder / "x.db"
    with contextlib.closing(sqlite3.connect(path)) as made:
        for each in TABLES:
            made.execute(each.format(int="INTEGER", bytes="BLOB"))
        made.commit()
    writer = await connect_writer(path, 5.0)
    await measure("SQLite, FULL", commits, lambda n: writer.run(lambda c: run_batch([step(n)], c)))
    await writer.close()


def fresh(url: str) -> None:
    """Make the tables anew."""
    with psycopg.connect(url, autocommit=True) as made:
        made.execute("DROP TABLE IF EXISTS sessions, inbox, writers")
        for each in TABLES:
            made.execute(each.format(int="BIGINT", bytes="BYTEA").encode())


async def by_psycopg(url: str, commits: int) -> None:
    """The storage as it is: psycopg's blocking connection in a thread."""
    fresh(url)
    thread = ThreadedConnection("writer", lambda: connect(url, {}, 5.0))
    writer = Writer(
        1,
        thread.opened,
        thread.drop,
        lambda: time.time_ns() // 1000,
        patience=5.0,
        went_back=lambda _: None,
    )
    await measure(
        "psycopg, a thread, the storage's own batch",
        commits,
        lambda n: thread.carry_out(lambda: writer.run([step(n)])),
    )
    await thread.close()


async def by_asyncpg(url: str, commits: int) -> None:
    """The same statements by asyncpg, prepared, on the loop."""
    try:
        asyncpg: Any = importlib.import_module("asyncpg")  # only to be compared
    except ImportError:
        print("asyncpg is not installed: pip install asyncpg==0.32.0 to compare")
        return
    fresh(url)
    connection = await asyncpg.connect(url)
    numbered = [each.replace("?", "${}").format(*range(1, 4)) for each in STEP]
    prepared = [await connection.prepare(each) for each in numbered]

    async def one(number: int) -> None:
        await connection.execute(
            "BEGIN; SELECT pg_advisory_xact_lock(1);"  # noqa: S608 - a number
            f" UPDATE writers SET batch = {number} WHERE writer = 1"
        )
        await prepared[0].fetch(2)
        await prepared[1].fetch(number, BODY, number - 1)
        await prepared[2].fetch(1)
        await connection.execute("SET LOCAL statement_timeout = 0; COMMIT")

    await measure("asyncpg, on the loop", commits, one)
    await connection.close()


async def main(commits: int) -> None:
    """Compare them, PostgreSQL with its disk synced as it is by default."""
    with tempfile.TemporaryDirectory() as folder, own_server({"fsync": "on"}) as server:
        for _ in range(2):
            await sqlite(Path(tempfile.mkdtemp(dir=folder)), commits)
            await by_psycopg(server.url(), commits)
            await by_asyncpg(server.url(), commits)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1500))
