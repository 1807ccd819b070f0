"""The open database that every part of the storage shares: reading, committing, key, clock."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from bot.domain.model import Value
from bot.storage.codec import from_json, to_json, to_micros
from bot.storage.ports import StorageUnavailable
from bot.storage.sealing import Sealer, WrongKey
from bot.storage.sql.batch import Statement
from bot.storage.sql.connection import Connection
from bot.storage.sql.group_commit import DeferredKey, GroupCommit

_Result = TypeVar("_Result")
_Stored = TypeVar("_Stored", bound=Value)
AT_HAND = timedelta(seconds=60)
"""For so long what was read or written is surely still in the system's memory."""
KEY_CHECK = "key_check"
KEY_CHECK_CONTEXT = "meta/key_check"
KEY_CHECK_PLAIN = b"snaporder"


class Database(ABC):
    """What a backend opens, closes and reads, and what follows from that."""

    def __init__(self, sealer: Sealer, clock: Callable[[], datetime]) -> None:
        self._sealer = sealer
        self._clock = clock
        self._commits: GroupCommit | None = None
        self._memories: list[Callable[[], None]] = []

    @abstractmethod
    async def open(self) -> None:
        """Open the database, migrate it, check the key. Raises `StorageUnavailable`."""

    @abstractmethod
    async def close(self) -> None:
        """Finish what is under way and close. Closing twice does nothing."""

    @abstractmethod
    async def rows(self, sql: str, *parameters: object) -> list[Any]:
        """Return the rows of a query, as they were last committed."""

    @abstractmethod
    async def read(self, work: Callable[[Connection], _Result]) -> _Result:
        """Run reads that need one moment of the database. Raises `StorageUnavailable`."""

    @abstractmethod
    async def empty_log(self) -> None:
        """Have what was deleted leave the log, too; the hourly purge does what fails here."""

    @abstractmethod
    async def rewrite(self) -> None:
        """Leave nothing of what rows were before. Raises `StorageUnavailable`."""

    @abstractmethod
    def skip_numbers(self, connection: Connection, table: str, jump: int) -> None:
        """Have a table count on `jump` numbers later, within a transaction under way."""

    @abstractmethod
    def put_key_check(self, connection: Connection, sealed: bytes) -> None:
        """Store the value that only the right key opens, within a transaction under way."""

    @abstractmethod
    def key_check(self, connection: Connection) -> bytes | None:
        """Return the value that only the right key opens, None before there is one."""

    async def home(self) -> str | None:
        """Name this very database where a copy has another name; None where it can't be told."""
        return None

    @property
    @abstractmethod
    def is_alone(self) -> bool:
        """Tell whether nobody but this process writes: then what was written need not be read."""

    @property
    @abstractmethod
    def beside(self) -> Path | None:
        """A file that does not come back with a copy of the database, where there is a place."""

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

    async def write(self, work: Callable[[Connection], _Result]) -> _Result:
        """Run `work` inside the next transaction; return when it is durable.

        Raises what `work` raised, then nothing of it was kept, or `StorageUnavailable`.
        """
        return await self._opened().write(work)

    def defer(self, key: DeferredKey, statement: Statement) -> None:
        """Let a write ride along with the next commit: what may be lost with the process."""
        self._opened().defer(key, statement)

    def deferred(self, key: DeferredKey) -> Statement | None:
        """Return a write that was deferred and is not durable yet."""
        return self._opened().deferred(key)

    def all_deferred(self, kind: str) -> list[int | str]:
        """Return what the writes of a kind are about that were deferred and are not durable yet."""
        return self._opened().all_deferred(kind)

    async def row(self, sql: str, *parameters: object) -> Any | None:
        """Return the first row of a query, None when there is none."""
        rows = await self.rows(sql, *parameters)
        return rows[0] if rows else None

    async def rows_at_hand(self, sql: str, *parameters: object) -> list[Any]:
        """Return the same for what was read or written a moment ago: no disk is waited for then.

        Where that can be had without a hop to another thread it is.
        """
        return await self.rows(sql, *parameters)

    async def row_at_hand(self, sql: str, *parameters: object) -> Any | None:
        """Return the first row of the same, None when there is none."""
        rows = await self.rows_at_hand(sql, *parameters)
        return rows[0] if rows else None

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

    def check_key(self, connection: Connection, name: str) -> None:
        """Refuse another key than the one before; `name` tells whose. Raises `StorageUnavailable`.

        A database that has none gets this one's.
        """
        sealed = self.key_check(connection)
        if sealed is None:
            self.put_key_check(connection, self.seal_bytes(KEY_CHECK_PLAIN, KEY_CHECK_CONTEXT))
            return
        self.refuse_other_key(sealed, name)

    def refuse_other_key(self, sealed: bytes, name: str) -> None:
        """Raise `StorageUnavailable` where our key does not open the check."""
        try:
            self._sealer.open(sealed, KEY_CHECK_CONTEXT)
        except WrongKey as error:
            raise StorageUnavailable(
                f"{name} was sealed with another key: "
                "set DATA_KEY or put back the key file that belongs to it"
            ) from error
