"""PostgreSQL connections that take the parts' statements, each in a thread of its own.

psycopg's connections block, as SQLite's do, so that one function runs a whole transaction.
"""

import asyncio
import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any, TypeVar, cast

import psycopg
from psycopg import RawCursor
from psycopg.adapt import AdaptersMap, Loader
from psycopg.pq import TransactionStatus
from psycopg.types.numeric import Int8BinaryDumper, NumericBinaryLoader
from psycopg.types.string import StrBinaryDumper

from bot.storage.ports import StorageUnavailable
from bot.storage.postgres.address import told
from bot.storage.postgres.dialect import translated
from bot.storage.postgres.errors import unavailable
from bot.storage.postgres.wire import EarlierFailed, Raw, Rows, Wire
from bot.storage.sql.connection import Cursor, Parameters

_Result = TypeVar("_Result")
_PATIENCE = (0.02, 0.05, 0.1, 0.3, 0.5, 1.0, 1.0)
_LOOKS_FOR_POOLING = 3
_OLDEST = 14
WRITING = 0x536E6170_00000001
"""The lock of whoever writes or migrates, within a transaction."""
RUNNING = 0x536E6170_00000002
"""Held together by all bots while they run, and alone by what must not meet one."""
ENDING = 0x536E6170_00000003
"""The lock of whoever waits for runs of earlier releases to end."""
CHANNEL = "snaporder"
"""What all bots listen to, of the server's NOTIFY."""
_NUMBER = "UPDATE writers SET batch = $1, seen_at = $2 WHERE writer = $3 AND batch = ANY($4)"


class _Flag(Int8BinaryDumper):
    """Flags are 0 and 1 in every database."""

    def dump(self, obj: Any) -> Any:
        return super().dump(int(obj))


class _Whole(NumericBinaryLoader):
    """Sums of whole numbers are numbers of any size in PostgreSQL; ours are whole."""

    def load(self, data: Any) -> Any:
        return int(super().load(data))


def _adapt(adapters: AdaptersMap) -> None:
    # One type each: a statement is prepared once, not once for each size of its numbers.
    adapters.register_dumper(int, Int8BinaryDumper)
    adapters.register_dumper(bool, _Flag)
    adapters.register_dumper(str, StrBinaryDumper)
    adapters.register_loader("numeric", cast("type[Loader]", _Whole))


class NotOurs(Exception):
    """A batch whose writer was replaced, or whose database lost commits."""


class PostgresConnection:
    """A connection as the parts know it: `?` and `:name`, flags as numbers, bytes as bytes."""

    IntegrityError = psycopg.IntegrityError

    def __init__(self, raw: Raw) -> None:
        self.raw = raw
        self._wire = Wire(raw)
        self._together = self._apart = False

    def execute(self, sql: str, parameters: Parameters = (), /) -> Cursor:
        """Run one statement, prepared for when it comes again."""
        statement, names = translated(sql)
        if isinstance(parameters, Mapping):
            parameters = [parameters[name] for name in names]
        return self._wire.run(statement, parameters)

    def executemany(self, sql: str, rows: Iterable[Parameters], /) -> Cursor:
        """Run one statement for each row, in as few round trips as it takes.

        Within `begin` and `commit` they are sent with whatever comes next.
        """
        statement, names = translated(sql)
        listed = [
            [row[name] for name in names] if isinstance(row, Mapping) else row for row in rows
        ]
        if self._together:
            for row in listed:
                self._wire.later(statement, row)
            return Rows([], -1, None)
        cursor = RawCursor(self.raw)
        if listed:
            cursor.executemany(statement.encode(), listed)
        return cast("Cursor", cursor)

    def execute_later(
        self, sql: str, parameters: Parameters, then: Callable[[Cursor], None], /
    ) -> None:
        """Run a statement with whatever comes next; `then` is told what it gave.

        It has been told before anything is committed, and where jobs run apart at once.
        """
        if self._apart or not self._together:
            then(self.execute(sql, parameters))
            return
        statement, names = translated(sql)
        if isinstance(parameters, Mapping):
            parameters = [parameters[name] for name in names]
        self._wire.later(statement, parameters, then)

    def execute_each(self, sql: str, rows: Sequence[Sequence[Any]], /) -> list[Rows]:
        """Run one statement for each row of parameters, in one round trip; return all results."""
        return self._wire.run_each(translated(sql)[0], rows)

    def begin(
        self,
        writer: int,
        batch: int,
        now: int,
        known: Sequence[int],
        begun: Callable[[], None],
        *,
        apart: bool = False,
    ) -> None:
        """Begin a batch of writes with the next statement, which tells `begun`.

        First the lock, then the writer's own row. The next statement raises `NotOurs` where that
        is gone, or holds another number than those known to be committed.
        """

        def seen(rows: Rows) -> None:
            begun()
            if rows.rowcount != 1:
                raise NotOurs

        self._together, self._apart = True, apart
        self._wire.later_plain(b"BEGIN ISOLATION LEVEL READ COMMITTED")
        self._wire.later("SELECT pg_advisory_xact_lock($1)", (WRITING,))
        self._wire.later(_NUMBER, (batch, now, writer, list(known)), seen)

    def commit(self) -> None:
        """Commit, in one round trip with what was to be sent with the next statement."""
        # Waiting for a standby that confirms is no statement that takes too long: cut short, the
        # server would say that it committed what only it has.
        self._wire.later_plain(b"SET LOCAL statement_timeout = 0")
        self._wire.later_plain(b"COMMIT", _refuse_rollback)
        self.settle()
        self._together = False

    def roll_back(self) -> None:
        """Undo the batch; what was not sent yet is run before, since it can't be taken back."""
        self._together = False
        with suppress(EarlierFailed):
            self._wire.settle(unheard=True)
        if self.in_transaction:
            self.plain("ROLLBACK")

    @property
    def round_trips(self) -> int:
        """How often it was waited for the server."""
        return self._wire.round_trips

    @property
    def is_awaited(self) -> bool:
        """Tell whether anybody is still to be told what a statement gave."""
        return self._wire.is_awaited

    def settle(self) -> None:
        """Run what was to be sent with the next statement. Raises `EarlierFailed`."""
        self._wire.settle()

    def plain(self, sql: str) -> list[Any]:
        """Run statements of ours without parameters in one round trip; return the last's rows."""
        self.settle()
        cursor = self.raw.cursor()
        cursor.execute(sql.encode(), prepare=False)
        while cursor.nextset():
            pass
        return cursor.fetchall() if cursor.description else []

    @property
    def is_lost(self) -> bool:
        """Tell whether it is of no more use."""
        return self.raw.closed or self.raw.broken

    @property
    def in_transaction(self) -> bool:
        """Tell whether a transaction is open, failed or not."""
        return self.raw.info.transaction_status is not TransactionStatus.IDLE


def _refuse_rollback(rows: Rows) -> None:
    """A transaction that had failed is rolled back by COMMIT, which says so and is no error."""
    if rows.command != b"COMMIT":
        raise psycopg.errors.InFailedSqlTransaction("COMMIT was a rollback")


def take_running(connection: PostgresConnection, *, alone: bool) -> bool:
    """Have the database open among other bots, or alone; return whether that can be.

    The lock is its connection's, and the server takes a moment to see that one has ended.
    """
    how = "pg_try_advisory_lock" + ("" if alone else "_shared")
    for pause in (*_PATIENCE, None):
        ((taken,),) = connection.plain(f"SELECT {how}({RUNNING})")
        if taken or pause is None:
            return bool(taken)
        time.sleep(pause)
    return False


def keeps_sessions(connection: PostgresConnection, url: str, patience: float) -> bool:
    """Tell whether a connection's session is its own, which a pooler between may not grant.

    One that gives sessions out by the transaction hands the latest on to whoever comes next: locks,
    settings and what is listened to would be another's. Raises `StorageUnavailable`.
    """
    ((really,),) = connection.plain("SELECT pg_backend_pid()")
    if really == connection.raw.info.backend_pid:
        return True  # nobody is between who tells a number of his own
    word = secrets.token_hex(16)
    for _ in range(_LOOKS_FOR_POOLING):
        connection.plain(f"SELECT set_config('snaporder.session', '{word}', false)")
        other = connect(url, {}, patience)
        try:
            ((found,),) = other.plain("SELECT current_setting('snaporder.session', true)")
        finally:
            other.raw.close()
        if found == word:
            connection.plain("RESET ALL")  # it goes to somebody else
            return False
    return True


def refuse_crowded(connection: PostgresConnection, url: str, needed: int, patience: float) -> None:
    """Refuse a server that has fewer connections left than `needed`, with this one.

    What a bot opens later would be missing then, its beat perhaps. Raises `StorageUnavailable`.
    """
    others: list[PostgresConnection] = []
    try:
        while len(others) < needed - 1:
            others.append(connect(url, {}, patience))
    finally:
        processes = [each.raw.info.backend_pid for each in others]
        for each in others:
            each.raw.close()
        _wait_for_ends(connection, processes)


def _wait_for_ends(connection: PostgresConnection, processes: Sequence[int]) -> None:
    """Wait until connections count no more: the server takes a moment to see that one has ended."""
    still = "SELECT 1 FROM pg_stat_activity WHERE pid = ANY(CAST(? AS INT[])) LIMIT 1"
    for pause in _PATIENCE:
        if not connection.execute(still, (list(processes),)).fetchall():
            return
        time.sleep(pause)


def shut(raw: psycopg.Connection[Any] | psycopg.AsyncConnection[Any]) -> None:
    """Have whoever waits for a connection find it lost; psycopg's own close would not wake them."""
    with (
        suppress(psycopg.OperationalError, OSError),
        socket.socket(fileno=os.dup(raw.fileno())) as same,
    ):
        same.shutdown(socket.SHUT_RDWR)


ANSWERS_WITHIN = 10.0
"""Seconds after which a server that has not answered is taken for silent, on a busy machine too."""


@contextmanager
def answering(raw: psycopg.Connection[Any], within: float) -> Iterator[None]:
    """Have a connection found lost whose server does not answer within so many seconds.

    For one that is only being opened, of which nobody else knows yet.
    """
    hanging_up = threading.Timer(within, shut, (raw,))
    hanging_up.daemon = True
    hanging_up.start()
    try:
        yield
    finally:
        hanging_up.cancel()


def connect(url: str, options: Mapping[str, str], patience: float) -> PostgresConnection:
    """Open a connection with settings of its own. Raises `StorageUnavailable`.

    `patience` is how long connecting may take, in seconds.
    """
    settings = {**_CARE_THERE, **options}
    try:
        raw = psycopg.connect(autocommit=True, **told(url, patience))
    except psycopg.Error as error:
        raise unavailable(error) from error
    try:
        _refuse_old(raw.info.server_version)
        # Not among what is asked for at the door: poolers refuse that, or drop it unsaid.
        each = ", ".join(
            f"set_config('{name}', '{value}', false)" for name, value in settings.items()
        )
        with answering(raw, max(patience, ANSWERS_WITHIN)):
            raw.execute(f"SELECT {each}".encode(), prepare=False)
    except psycopg.Error as error:
        raw.close()
        raise unavailable(error) from error
    except StorageUnavailable:
        raw.close()
        raise
    _adapt(raw.adapters)
    raw.prepare_threshold = 0
    raw.prepared_max = 500
    return PostgresConnection(raw)


def _refuse_old(version: int) -> None:
    """Refuse a server that is too old, before anything is asked of it that it does not know."""
    if version // 10000 < _OLDEST:
        raise StorageUnavailable(
            f"the server is PostgreSQL {version // 10000}; {_OLDEST} or newer is needed"
        )


# A machine that falls silent is noticed by the server, too; else it keeps for two hours what one
# without power held.
_CARE_THERE = {
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "2",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "10000",
}


class ThreadedConnection:
    """A connection that is opened when it is needed, and again when it was lost."""

    def __init__(self, name: str, opening: Callable[[], PostgresConnection]) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._opening = opening
        self._connection: PostgresConnection | None = None
        self._busy_since: float | None = None

    async def run(self, work: Callable[[PostgresConnection], _Result]) -> _Result:
        """Run `work` in the connection's thread. Raises `StorageUnavailable`."""
        return await self.carry_out(lambda: self._run(work))

    async def carry_out(self, work: Callable[[], _Result]) -> _Result:
        """Run what opens the connection itself. Raises `StorageUnavailable`."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._timed, work)
        except RuntimeError as error:  # the executor's word for one that was shut down
            if self._thread._shutdown:  # noqa: SLF001 - it has no public name
                raise StorageUnavailable("the storage is not open") from error
            raise

    @property
    def process(self) -> int | None:
        """Return the server's process of the connection, None where there is no connection."""
        connection = self._connection
        return None if connection is None else connection.raw.info.backend_pid

    @property
    def is_open(self) -> bool:
        """Tell whether there is a connection, as far as is known."""
        return self._connection is not None and not self._connection.is_lost

    def waits(self, after: float) -> bool:
        """Tell whether the thread has been at one thing for that many seconds."""
        since = self._busy_since
        return since is not None and time.monotonic() - since >= after

    def hang_up(self, after: float = 0.0) -> None:
        """End what the thread has waited for, for that many seconds: it finds its connection lost.

        For a connection that stands and on which nothing comes any more.
        """
        connection = self._connection
        if connection is not None and self.waits(after):
            shut(connection.raw)

    def _timed(self, work: Callable[[], _Result]) -> _Result:
        self._busy_since = time.monotonic()
        try:
            return work()
        finally:
            self._busy_since = None

    def _run(self, work: Callable[[PostgresConnection], _Result]) -> _Result:
        try:
            return work(self.opened())
        except psycopg.Error as error:
            raise unavailable(error) from error

    def opened(self) -> PostgresConnection:
        """Return the connection, in its own thread. Raises `StorageUnavailable`."""
        if self._connection is None or self._connection.is_lost:
            self._connection = None
            self._connection = self._opening()
        return self._connection

    def drop(self) -> None:
        """Give a lost connection up; the next use opens another."""
        if self._connection is not None:
            self._connection.raw.close()
            self._connection = None

    async def close(self) -> None:
        """Close it for good."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self.drop)
        self._thread.shutdown(wait=False)
