"""SQLite connections whose whole transactions run in one hop to aiosqlite's thread."""

import asyncio
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

import aiosqlite

from bot.storage.ports import StorageUnavailable

_Result = TypeVar("_Result")
_OWNER_ONLY = 0o600
_WAL_KEPT_BYTES = 64 * 1024 * 1024
_PAGES_BETWEEN_FOLDS = 4_000  # 16 MB of log; SQLite's own 1,000 fold once a second in a rush
_LOG_PATIENCE_MS = 200

# FULL: a commit that returned survives the loss of power, not only of the process.
# secure_delete: what is deleted is overwritten, however SQLite was built.
# wal_autocheckpoint: pages that change with every step are folded in once for many of them.
WRITER_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    f"journal_size_limit={_WAL_KEPT_BYTES}",
    f"wal_autocheckpoint={_PAGES_BETWEEN_FOLDS}",
    "secure_delete=ON",
)


def unavailable(error: sqlite3.Error) -> StorageUnavailable:
    """Return the port's error for SQLite's, with the cause chained."""
    mapped = StorageUnavailable(f"{type(error).__name__}: {error}")
    mapped.__cause__ = error
    return mapped


@contextmanager
def database_errors() -> Iterator[None]:
    """Turn every error of SQLite into `StorageUnavailable`."""
    try:
        yield
    except sqlite3.Error as error:
        raise unavailable(error) from error


class WholeConnection(aiosqlite.Connection):
    """An aiosqlite connection that takes a whole function instead of one statement a time.

    The one place that uses aiosqlite's private `_execute` and `_conn` (decision 0002).
    """

    async def run(self, work: Callable[[sqlite3.Connection], _Result]) -> _Result:
        """Run `work` in the connection's thread. Raises `StorageUnavailable`."""
        try:
            result: _Result = await self._execute(  # type: ignore[no-untyped-call]  # not annotated there
                work, self._conn
            )
        except sqlite3.Error as error:
            raise unavailable(error) from error
        return result


async def connect_writer(path: Path, busy_timeout: float) -> WholeConnection:
    """Open the connection that writes, making the file when there is none."""
    try:
        # Not in the connector: aiosqlite leaves its thread behind when that raises.
        await asyncio.to_thread(_create_file, path)
    except OSError as error:
        raise StorageUnavailable(f"cannot make {path}: {error}") from error
    return await _connect("storage writer", path, busy_timeout, WRITER_PRAGMAS)


async def connect_reader(path: Path, busy_timeout: float) -> WholeConnection:
    """Open a connection that cannot write, so that a load never waits for a commit."""
    return await _connect("storage reader", path, busy_timeout, ("query_only=ON",))


def connect_at_hand(path: Path) -> sqlite3.Connection:
    """Open a connection for the calling thread that cannot write and waits for nothing."""
    connection = sqlite3.connect(path, timeout=0, isolation_level=None)
    connection.execute("PRAGMA query_only=ON").fetchall()
    return connection


async def _connect(
    name: str, path: Path, busy_timeout: float, pragmas: tuple[str, ...]
) -> WholeConnection:
    connector = partial(sqlite3.connect, path, timeout=busy_timeout, isolation_level=None)
    connection = WholeConnection(connector, iter_chunk_size=64)
    with database_errors():
        await connection
    try:
        await connection.run(partial(configure, name, pragmas))
    except BaseException:
        await connection.close()
        raise
    return connection


def empty_log(connection: sqlite3.Connection) -> bool:
    """Fold the log into the database and cut it to nothing: it holds what was deleted, too.

    Returns False when somebody still reads an earlier state, such as a backup; then it stays.
    """
    (patience,) = connection.execute("PRAGMA busy_timeout").fetchone()
    connection.execute(f"PRAGMA busy_timeout={_LOG_PATIENCE_MS}").fetchall()
    try:
        busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    finally:
        connection.execute(f"PRAGMA busy_timeout={patience}").fetchall()
    return not busy


def _create_file(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, _OWNER_ONLY))


def configure(name: str, pragmas: tuple[str, ...], connection: sqlite3.Connection) -> None:
    """Set a new connection up. Raises `sqlite3.Error`, also where there can be no log."""
    # This is the connection's own thread: profilers and debuggers tell it from the others.
    threading.current_thread().name = name
    for pragma in ("foreign_keys=ON", *pragmas):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
    if mode != "wal":
        raise sqlite3.OperationalError(f"the file system admits journal mode {mode} only, not wal")
