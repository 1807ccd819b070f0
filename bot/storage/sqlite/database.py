"""One SQLite file: a connection that writes, one that reads, its key and its schema."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import structlog

from bot.storage.moving import refuse_moved
from bot.storage.ports import StorageUnavailable
from bot.storage.sealing import Sealer
from bot.storage.sql.connection import Connection
from bot.storage.sql.database import KEY_CHECK, Database
from bot.storage.sql.group_commit import GroupCommit
from bot.storage.sql.runs import beside
from bot.storage.sqlite.batch import run_batch
from bot.storage.sqlite.connection import (
    WholeConnection,
    connect_at_hand,
    connect_reader,
    connect_writer,
    database_errors,
    empty_log,
)
from bot.storage.sqlite.migrations import migrate

_Result = TypeVar("_Result")
_REST = 0.004
"""Seconds between two commits in a rush. Each has the writing thread and the event loop fight over
the interpreter, and writes the pages once more that change with every step."""
_log = structlog.get_logger(__name__)


async def _rewrite_where_due(writer: WholeConnection) -> None:
    """Write the file anew once after a step that asks for it: free pages keep what was plain."""

    def rewrite(connection: sqlite3.Connection) -> None:
        if connection.execute("SELECT 1 FROM meta WHERE name = 'rewrite_due'").fetchone():
            connection.execute("VACUUM")
            connection.execute("DELETE FROM meta WHERE name = 'rewrite_due'")
            empty_log(connection)

    try:
        await writer.run(rewrite)
    except StorageUnavailable as error:
        # It takes room for a second copy. The next start tries again.
        _log.warning("storage.not_rewritten", error=str(error))


def _at_one_moment(
    work: Callable[[Connection], _Result], connection: sqlite3.Connection
) -> _Result:
    connection.execute("BEGIN")
    try:
        return work(connection)
    finally:
        connection.execute("ROLLBACK")


class SqliteDatabase(Database):
    """One SQLite file with a writer and a reader connection."""

    def __init__(
        self,
        path: str | Path,
        sealer: Sealer,
        clock: Callable[[], datetime],
        *,
        busy_timeout: float = 5.0,
        on_statement: Callable[[str], None] | None = None,
        even_moved: bool = False,
    ) -> None:
        """Name the file; `open` opens it, when it was moved elsewhere only with `even_moved`.

        `busy_timeout` is in seconds. `on_statement` is told every statement that writes,
        from another thread, so that tests and benchmarks can count them.
        """
        super().__init__(sealer, clock)
        self._path = Path(path)
        self._busy_timeout = busy_timeout
        self._on_statement = on_statement
        self._even_moved = even_moved
        self._writer: WholeConnection | None = None
        self._reader: WholeConnection | None = None
        self._at_hand: sqlite3.Connection | None = None

    async def open(self) -> None:
        """Open the database, migrate it, check the key. Raises `StorageUnavailable`."""
        if self._writer is not None:
            return
        try:
            await self._open()
        except StorageUnavailable as error:
            if str(self._path) in str(error):
                raise
            # SQLite's own texts ("file is not a database") name no file to mend.
            raise StorageUnavailable(f"{self._path}: {error}") from error.__cause__ or error

    async def _open(self) -> None:
        writer = await connect_writer(self._path, self._busy_timeout)
        try:
            # With another key a step would seal what nobody can open together with the rest.
            await writer.run(self._check_known_key)
            await writer.run(partial(migrate, seal=self._sealer.seal, unseal=self.unseal_bytes))
            await writer.run(lambda connection: self.check_key(connection, str(self._path)))
            if not self._even_moved:
                await writer.run(lambda connection: refuse_moved(connection, str(self._path)))
            await _rewrite_where_due(writer)
            if self._on_statement is not None:
                await writer.set_trace_callback(self._on_statement)
            self._reader = await connect_reader(self._path, self._busy_timeout)
            with database_errors():
                self._at_hand = connect_at_hand(self._path)
        except BaseException:
            if self._reader is not None:
                await self._reader.close()
                self._reader = None
            await writer.close()
            raise
        self._writer = writer
        self._commits = GroupCommit(
            lambda works: writer.run(partial(run_batch, works)), partial(asyncio.sleep, _REST)
        )

    async def close(self) -> None:
        """Finish what is under way and close. Closing twice does nothing."""
        commits, writer, reader = self._commits, self._writer, self._reader
        if commits is None or writer is None or reader is None:
            return
        self._commits = self._writer = self._reader = None
        try:
            await commits.close()
        finally:
            if self._at_hand is not None:
                self._at_hand.close()
                self._at_hand = None
            await reader.close()
            await writer.close()  # last, so that it folds the log into the database
            self.read_anew()  # the file may be another one when it is opened again

    async def rewrite(self) -> None:
        """Write the file anew: free pages and the log hold what rows were before."""

        def rewrite(connection: sqlite3.Connection) -> None:
            connection.execute("VACUUM")
            empty_log(connection)

        await self._whole(rewrite)

    async def _whole(self, work: Callable[[sqlite3.Connection], _Result]) -> _Result:
        """Run what can't be inside a transaction on the writing connection."""
        self._opened()
        if self._writer is None:
            raise StorageUnavailable("the storage is not open")
        return await self._writer.run(work)

    async def empty_log(self) -> None:
        """Have what was deleted leave the log, too; the hourly purge does what fails here."""
        try:
            emptied = await self._whole(empty_log)
        except StorageUnavailable as error:
            _log.warning("storage.log_not_emptied", error=str(error))
        else:
            if not emptied:
                _log.info("storage.log_not_emptied", error="somebody reads an earlier state")

    async def read(self, work: Callable[[Connection], _Result]) -> _Result:
        """Run reads that need one moment of the database. Raises `StorageUnavailable`."""
        if self._reader is None:
            raise StorageUnavailable("the storage is not open")
        return await self._reader.run(partial(_at_one_moment, work))

    async def rows(self, sql: str, *parameters: object) -> list[Any]:
        """Return the rows of a query, as they were last committed. Raises `StorageUnavailable`."""
        if self._reader is None:
            raise StorageUnavailable("the storage is not open")
        return await self._reader.run(
            lambda connection: connection.execute(sql, parameters).fetchall()
        )

    async def rows_at_hand(self, sql: str, *parameters: object) -> list[Any]:
        """Read them in the event loop's thread: a hop there and back costs more than the read."""
        if self._at_hand is not None:
            # Whatever goes wrong, such as a log that is being made anew, goes the usual way.
            with suppress(sqlite3.Error):
                return self._at_hand.execute(sql, parameters).fetchall()
        return await self.rows(sql, *parameters)

    @property
    def is_alone(self) -> bool:
        """One process owns the file."""
        return True

    @property
    def beside(self) -> Path:
        """The file that is kept beside it."""
        return beside(self._path)

    def _check_known_key(self, connection: sqlite3.Connection) -> None:
        """Check the key of a database that has one already. Raises `StorageUnavailable`."""
        if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
            sealed = self.key_check(connection)
            if sealed is not None:
                self.refuse_other_key(sealed, str(self._path))

    def put_key_check(self, connection: Connection, sealed: bytes) -> None:
        """Store the value that only the right key opens."""
        connection.execute(
            "INSERT INTO meta (name, value) VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (KEY_CHECK, sealed),
        )

    def key_check(self, connection: Connection) -> bytes | None:
        """Return the value that only the right key opens."""
        row = connection.execute("SELECT value FROM meta WHERE name = ?", (KEY_CHECK,)).fetchone()
        return None if row is None else bytes(row[0])

    def skip_numbers(self, connection: Connection, table: str, jump: int) -> None:
        """Have a table count on `jump` numbers later."""
        # A table that was empty until now has no row there yet.
        connection.execute(
            "INSERT INTO sqlite_sequence (name, seq) SELECT ?, 0"
            " WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = ?)",
            (table, table),
        )
        connection.execute("UPDATE sqlite_sequence SET seq = seq + ? WHERE name = ?", (jump, table))
