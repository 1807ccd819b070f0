"""The open database that every part of the storage shares: connections, key, clock."""

import sqlite3
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import structlog

from bot.domain.model import Value
from bot.storage.codec import from_json, to_json, to_micros
from bot.storage.ports import StorageUnavailable
from bot.storage.sealing import Sealer, WrongKey
from bot.storage.sqlite.batch import Statement
from bot.storage.sqlite.connection import (
    WholeConnection,
    connect_reader,
    connect_writer,
    empty_log,
)
from bot.storage.sqlite.group_commit import DeferredKey, GroupCommit
from bot.storage.sqlite.migrations import migrate

_Result = TypeVar("_Result")
_Stored = TypeVar("_Stored", bound=Value)
_log = structlog.get_logger(__name__)
KEY_CHECK = "key_check"
KEY_CHECK_CONTEXT = "meta/key_check"
KEY_CHECK_PLAIN = b"snaporder"


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


class Database:
    """One SQLite file with a writer and a reader connection."""

    def __init__(
        self,
        path: str | Path,
        sealer: Sealer,
        clock: Callable[[], datetime],
        *,
        busy_timeout: float = 5.0,
        on_statement: Callable[[str], None] | None = None,
    ) -> None:
        """Name the file; `open` opens it.

        `busy_timeout` is in seconds. `on_statement` is told every statement that writes,
        from another thread, so that tests and benchmarks can count them.
        """
        self._path = Path(path)
        self._sealer = sealer
        self._clock = clock
        self._busy_timeout = busy_timeout
        self._on_statement = on_statement
        self._writer: WholeConnection | None = None
        self._reader: WholeConnection | None = None
        self._commits: GroupCommit | None = None
        self._memories: list[Callable[[], None]] = []

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
            await writer.run(self._check_key)
            await _rewrite_where_due(writer)
            if self._on_statement is not None:
                await writer.set_trace_callback(self._on_statement)
            self._reader = await connect_reader(self._path, self._busy_timeout)
        except BaseException:
            await writer.close()
            raise
        self._writer = writer
        self._commits = GroupCommit(writer)

    async def close(self) -> None:
        """Finish what is under way and close. Closing twice does nothing."""
        commits, writer, reader = self._commits, self._writer, self._reader
        if commits is None or writer is None or reader is None:
            return
        self._commits = self._writer = self._reader = None
        try:
            await commits.close()
        finally:
            await reader.close()
            await writer.close()  # last, so that it folds the log into the database
            self.read_anew()  # the file may be another one when it is opened again

    async def check(self) -> None:
        """Answer if the database can be read and written. Raises `StorageUnavailable`."""
        written = to_micros(self._clock())
        await self.write(
            lambda connection: connection.execute(
                "INSERT INTO meta (name, value) VALUES ('checked_at', ?)"
                " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                (written,),
            )
        )
        if await self.row("SELECT value FROM meta WHERE name = 'checked_at'") is None:
            raise StorageUnavailable("what was written cannot be read")

    def remembers(self, forget: Callable[[], None]) -> None:
        """Name what empties a part's memory of rows; see `read_anew`."""
        self._memories.append(forget)

    def read_anew(self) -> None:
        """Have nothing taken from memory: rows went that no step wrote."""
        for forget in self._memories:
            forget()

    @property
    def commits(self) -> int:
        """How many commits (fsyncs) were made since opening."""
        return self._commits.commits if self._commits else 0

    async def write(self, work: Callable[[sqlite3.Connection], _Result]) -> _Result:
        """Run `work` inside the next transaction; return when it is durable.

        Raises what `work` raised, then nothing of it was kept, or `StorageUnavailable`.
        """
        return await self._opened().write(work)

    async def whole(self, work: Callable[[sqlite3.Connection], _Result]) -> _Result:
        """Run what can't be inside a transaction on the writing connection."""
        self._opened()
        if self._writer is None:
            raise StorageUnavailable("the storage is not open")
        return await self._writer.run(work)

    async def empty_log(self) -> None:
        """Have what was deleted leave the log, too; the hourly purge does what fails here."""
        try:
            emptied = await self.whole(empty_log)
        except StorageUnavailable as error:
            _log.warning("storage.log_not_emptied", error=str(error))
        else:
            if not emptied:
                _log.info("storage.log_not_emptied", error="somebody reads an earlier state")

    async def read(self, work: Callable[[sqlite3.Connection], _Result]) -> _Result:
        """Run reads that need one moment of the database. Raises `StorageUnavailable`."""
        if self._reader is None:
            raise StorageUnavailable("the storage is not open")
        return await self._reader.run(work)

    def defer(self, key: DeferredKey, statement: Statement) -> None:
        """Let a write ride along with the next commit: what may be lost with the process."""
        self._opened().defer(key, statement)

    def deferred(self, key: DeferredKey) -> Statement | None:
        """Return a write that was deferred and is not durable yet."""
        return self._opened().deferred(key)

    async def rows(self, sql: str, *parameters: object) -> list[Any]:
        """Return the rows of a query, as they were last committed."""
        return await self.read(lambda connection: connection.execute(sql, parameters).fetchall())

    async def row(self, sql: str, *parameters: object) -> Any | None:
        """Return the first row of a query, None when there is none."""
        rows = await self.rows(sql, *parameters)
        return rows[0] if rows else None

    @property
    def path(self) -> Path:
        """The file."""
        return self._path

    def now(self) -> datetime:
        """Return the time by this storage's clock."""
        return self._clock()

    @property
    def key_id(self) -> int:
        """Return which key seals from now on."""
        return self._sealer.key_id

    def seal(self, value: Value, place: str) -> bytes:
        """Return a value sealed for its place (`bot.storage.places`)."""
        return self._sealer.seal(to_json(value), place)

    def seal_bytes(self, plain: bytes, place: str) -> bytes:
        """Return bytes sealed for their place."""
        return self._sealer.seal(plain, place)

    def unseal(self, kind: type[_Stored], sealed: bytes, place: str) -> _Stored:
        """Return the value that was sealed for a place. Raises `StorageUnavailable`."""
        return from_json(kind, self.unseal_bytes(sealed, place))

    def unseal_bytes(self, sealed: bytes, place: str) -> bytes:
        """Return what was sealed for a place. Raises `StorageUnavailable`."""
        try:
            return self._sealer.open(sealed, place)
        except WrongKey as error:
            raise StorageUnavailable(str(error)) from error

    def _opened(self) -> GroupCommit:
        if self._commits is None:
            raise StorageUnavailable("the storage is not open")
        return self._commits

    def _check_known_key(self, connection: sqlite3.Connection) -> None:
        """Check the key of a database that has one already. Raises `StorageUnavailable`."""
        if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
            stored = connection.execute("SELECT value FROM meta WHERE name = ?", (KEY_CHECK,))
            sealed = stored.fetchone()
            if sealed is not None:
                self._refuse_other_key(sealed[0])

    def _check_key(self, connection: sqlite3.Connection) -> None:
        sealed = self._sealer.seal(KEY_CHECK_PLAIN, KEY_CHECK_CONTEXT)
        connection.execute(
            "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING",
            (KEY_CHECK, sealed),
        )
        stored = connection.execute("SELECT value FROM meta WHERE name = ?", (KEY_CHECK,))
        self._refuse_other_key(stored.fetchone()[0])

    def _refuse_other_key(self, sealed: bytes) -> None:
        try:
            self._sealer.open(sealed, KEY_CHECK_CONTEXT)
        except WrongKey as error:
            raise StorageUnavailable(
                f"{self._path} was sealed with another key: "
                "set DATA_KEY or put back the key file that belongs to it"
            ) from error
