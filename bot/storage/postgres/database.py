"""One PostgreSQL database: a connection that writes, one that reads, its key and its schema."""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

import psycopg

from bot.storage.codec import to_micros
from bot.storage.moving import refuse_moved
from bot.storage.ports import DatabaseInUse, StorageUnavailable
from bot.storage.postgres.address import name_of
from bot.storage.postgres.batch import Writer
from bot.storage.postgres.connection import (
    ANSWERS_WITHIN,
    WRITING,
    PostgresConnection,
    ThreadedConnection,
    answering,
    connect,
    keeps_sessions,
    refuse_crowded,
    take_running,
)
from bot.storage.postgres.errors import unavailable
from bot.storage.postgres.migrations import end_older, floor, migrate, refuse_newer, version
from bot.storage.postgres.reading import NotRead, Reads
from bot.storage.sealing import Sealer
from bot.storage.sql.connection import Connection
from bot.storage.sql.database import KEY_CHECK, Database
from bot.storage.sql.group_commit import GroupCommit
from bot.storage.sql.migrations import NAMES
from bot.storage.sql.resealing import SEALED
from bot.storage.sql.runs import mark_copied

_Result = TypeVar("_Result")
_CONNECTIONS = 5
_STARTS_WITHIN = 30.0  # seconds that a start waits for others who write
_OLDER_END_WITHIN = 15.0  # seconds; longer than a bot takes to stop
_UNASKED_AT_MOST = 3
"""So many looks in a row may find no connection: it may be that others have them all."""

_BOT = "bot_id"
_WRITERS_KEPT = timedelta(days=1) // timedelta(microseconds=1)


class PostgresDatabase(Database):
    """A database that any number of processes share: what others write is not kept in memory."""

    def __init__(
        self,
        url: str,
        sealer: Sealer,
        clock: Callable[[], datetime],
        *,
        busy_timeout: float = 5.0,
        stall: float = 3.0,
        alone: bool = False,
        bot_id: int | None = None,
        even_moved: bool = False,
        serves: bool = False,
        answers_within: float = ANSWERS_WITHIN,
    ) -> None:
        """Name the database; `open` opens it, when it was moved elsewhere only with `even_moved`.

        `busy_timeout` is how long a write waits for another's, `stall` how long the server waits
        for a process within a batch, in seconds. `alone` refuses while anybody else has it open.
        `bot_id` is Telegram's: a database is of one bot. `serves` is for a bot, which needs more
        connections than a command. A start ends whose server has not answered for
        `answers_within` seconds.
        """
        super().__init__(sealer, clock)
        self._url = url
        self._name = name_of(url)
        self._busy_timeout = busy_timeout
        self._longest = _millis(max(30.0, busy_timeout))
        self._stall = stall
        self._alone = alone
        self._bot_id = bot_id
        self._even_moved = even_moved
        self._serves = serves
        self._answers_within = answers_within
        self.writer = 0
        """The number under which this one commits, another each time it is opened; 0 before."""
        self._committing: Writer | None = None
        self._writer: ThreadedConnection | None = None
        self._reader: ThreadedConnection | None = None
        self._reads: Reads | None = None

    @property
    def committed(self) -> int:
        """The number of this one's latest batch that is surely committed."""
        return self._committing.committed if self._committing is not None else 0

    async def open(self) -> None:
        """Open the database, migrate it, check the key.

        Raises `DatabaseInUse`, and `StorageUnavailable` with the database's name.
        """
        if self._writer is not None:
            return
        writer = ThreadedConnection("storage writer", self._connect_writer)
        try:
            await self._prepared(writer)
        except StorageUnavailable as error:
            await writer.close()
            if self._name in str(error):
                raise
            raise type(error)(f"{self._name}: {error}") from error.__cause__ or error
        except BaseException:
            await writer.close()
            raise
        committing = Writer(
            self.writer,
            writer.opened,
            writer.drop,
            lambda: to_micros(self._clock()),
            patience=4 * self._busy_timeout,
            went_back=self._begin_anew,
        )
        self._committing, self._writer = committing, writer
        self._reader = ThreadedConnection("storage reader", self._connect_reader)
        self._reads = Reads(lambda: asyncio.to_thread(self._connect_reader))
        self._reads.open()
        self._commits = GroupCommit(lambda works: writer.carry_out(lambda: committing.run(works)))

    async def close(self) -> None:
        """Finish what is under way and close. Closing twice does nothing."""
        commits, writer, reader = self._commits, self._writer, self._reader
        if commits is None or writer is None or reader is None:
            return
        reads, self._reads = self._reads, None
        self._commits = self._writer = self._reader = None
        try:
            if reads is not None:
                await reads.close()
            await commits.close()
            number, self.writer = self.writer, 0
            with contextlib.suppress(StorageUnavailable):
                await writer.run(
                    lambda connection: connection.plain(
                        f"DELETE FROM writers WHERE writer = {number}"  # noqa: S608 - a number
                    )
                )
        finally:
            await reader.close()
            await writer.close()
            self.read_anew()

    def waits(self, after: float) -> bool:
        """Tell whether an answer of the server's has not come for that many seconds."""
        return any(each is not None and each.waits(after) for each in self._connections())

    def hang_up(self, after: float = 0.0) -> None:
        """Give up connections whose answer has not come for that many seconds."""
        for each in self._connections():
            if each is not None:
                each.hang_up(after)

    async def _prepared(self, writer: ThreadedConnection) -> None:
        """Prepare the database, for as long as the server works at it.

        A start has no beat yet that would find a connection on which nothing comes.
        """
        work = asyncio.create_task(writer.run(self._prepare))
        try:
            await self._watched(work, writer)
            await work
        finally:
            work.cancel()

    async def _watched(self, work: asyncio.Task[None], writer: ThreadedConnection) -> None:
        """Wait for the end of a start's work. Raises `StorageUnavailable` where none is to come."""
        unasked, patience = 0, self._answers_within
        while not (await asyncio.wait({work}, timeout=patience))[0]:
            process = writer.process
            if process is None:
                continue  # it is only being opened, which takes no longer than it may
            try:
                why = await asyncio.to_thread(self._hinders, process, patience)
            except StorageUnavailable as error:
                unasked += 1
                why = str(error) if unasked >= _UNASKED_AT_MOST else None
            else:
                unasked = 0
            if why is not None:
                writer.hang_up()
                await asyncio.wait({work})
                if work.exception() is None:
                    return
                raise StorageUnavailable(why)

    def _hinders(self, process: int, patience: float) -> str | None:
        """Tell why a process of the server has not worked for that many seconds; None if it has.

        Raises `StorageUnavailable` where it can't be asked.
        """
        asked = connect(self._url, {"statement_timeout": "2000"}, self._busy_timeout)
        try:
            rows = asked.plain(_AT_WORK.format(process=process, patience=patience))
        except psycopg.Error as error:
            raise unavailable(error) from error
        finally:
            asked.raw.close()
        works, waits_for_standby = rows[0] if rows else (False, False)
        if waits_for_standby:
            return "a commit takes too long: is a standby that confirms commits away?"
        return None if works else "the server stopped answering on a connection that stands"

    def _connections(self) -> tuple[ThreadedConnection | Reads | None, ...]:
        return self._writer, self._reader, self._reads

    async def check(self) -> None:
        """Answer if the database can be read and written. Raises `StorageUnavailable`."""
        if self._committing is not None and self._committing.is_full():
            raise StorageUnavailable("the database's disk is full")
        try:
            async with asyncio.timeout(2 * self._busy_timeout):
                await super().check()
        except TimeoutError as error:
            raise StorageUnavailable(
                "a commit takes too long: is a standby that confirms commits away?"
            ) from error

    async def rows(self, sql: str, *parameters: object) -> list[Any]:
        """Return the rows of a query, as they were last committed."""
        if self._reads is not None:
            with contextlib.suppress(NotRead):
                return await self._reads.rows(sql, parameters)
        return await self._read(lambda connection: connection.execute(sql, parameters).fetchall())

    async def read(self, work: Callable[[Connection], _Result]) -> _Result:
        """Run reads that need one moment of the database. Raises `StorageUnavailable`."""

        def at_one_moment(connection: PostgresConnection) -> _Result:
            connection.plain("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            try:
                return work(connection)
            finally:
                if not connection.is_lost:
                    connection.plain("ROLLBACK")

        return await self._read(at_one_moment)

    async def _read(self, work: Callable[[PostgresConnection], _Result]) -> _Result:
        reader = self._reader
        if reader is None:
            raise StorageUnavailable("the storage is not open")

        def again(connection: PostgresConnection) -> _Result:
            try:
                return work(connection)
            except psycopg.OperationalError:
                if not connection.is_lost:
                    raise
            # A server that was started anew, for one: reading twice does no harm.
            return work(reader.opened())

        try:
            return await reader.run(again)
        except StorageUnavailable:
            writer = self._writer
            if reader.is_open or writer is None or not writer.is_open:
                raise
        # The server has no connection left for reading, and this one is there.
        return await writer.run(work)

    async def empty_log(self) -> None:
        """Nothing to do: deleted rows are overwritten by the server's own vacuum in its time."""

    async def rewrite(self) -> None:
        """Leave nothing of what rows were before in the tables' files."""
        if self._writer is None:
            raise StorageUnavailable("the storage is not open")

        def rewrite(connection: PostgresConnection) -> None:
            # As long as it takes: nobody else has the database open.
            connection.plain("SET statement_timeout = 0; SET lock_timeout = 0")
            for table in sorted({each.table for each in SEALED} | {"meta"}):
                connection.plain(f"VACUUM FULL {table}")

        await self._writer.run(rewrite)

    def skip_numbers(self, connection: Connection, table: str, jump: int) -> None:
        """Have a table count on `jump` numbers later."""
        ((column,),) = connection.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = ?"
            " AND is_identity = 'YES' AND table_schema = current_schema()",
            (table,),
        ).fetchall()
        sequence = "pg_get_serial_sequence(?, ?)"
        connection.execute(
            f"SELECT setval({sequence}, nextval({sequence}) + ?)",
            (table, column, table, column, jump),
        )

    def put_key_check(self, connection: Connection, sealed: bytes) -> None:
        """Store the value that only the right key opens."""
        put(connection, KEY_CHECK, sealed.hex())

    def key_check(self, connection: Connection) -> bytes | None:
        """Return the value that only the right key opens."""
        stored = get(connection, KEY_CHECK)
        return None if stored is None else bytes.fromhex(stored)

    async def home(self) -> str | None:
        """Name this very database: one that was made from a dump is another."""
        return str((await self.row(HOME) or ("",))[0])

    @property
    def is_alone(self) -> bool:
        """Others write as well."""
        return False

    @property
    def beside(self) -> None:
        """Its files are the server's."""
        return

    def _connect_writer(self) -> PostgresConnection:
        connection = connect(
            self._url,
            {
                # A commit that returned is on the disk, whatever this database's default is.
                "synchronous_commit": "on",
                "lock_timeout": _millis(self._busy_timeout),
                "statement_timeout": self._longest,
                "idle_in_transaction_session_timeout": _millis(self._stall),
            },
            self._busy_timeout,
        )
        try:
            with answering(connection.raw, 2 * self._answers_within):
                self._refuse_unfit(connection)
                if self.writer:
                    connection.plain(f"SET {self._application()}")
                else:
                    self._refuse_pooled(connection)
                self._own(connection)
        except BaseException:
            connection.raw.close()
            raise
        return connection

    def _connect_reader(self) -> PostgresConnection:
        connection = connect(
            self._url,
            {
                "statement_timeout": _millis(60.0),
                "idle_in_transaction_session_timeout": _millis(60.0),
            },
            self._busy_timeout,
        )
        # Not at the connecting: a primary that is looked for by `read-write` would not be taken.
        with answering(connection.raw, self._answers_within):
            connection.plain(f"SET default_transaction_read_only = on; SET {self._application()}")
        return connection

    def _refuse_unfit(self, connection: PostgresConnection) -> None:
        """Refuse a server that can't do what is promised. Raises `StorageUnavailable`."""
        ((standby, read_only, encoding, most),) = connection.plain(
            "SELECT pg_is_in_recovery(), current_setting('transaction_read_only')::bool,"
            " current_setting('server_encoding'),"
            " current_setting('max_connections')::int"
            " - current_setting('superuser_reserved_connections')::int"
        )
        if standby or read_only:
            what = "a read-only standby" if standby else "set to be read-only"
            raise StorageUnavailable(
                f"the server is {what}: name the one that takes writes, or name all of them"
                " and add ?target_session_attrs=read-write"
            )
        if encoding != "UTF8":
            raise StorageUnavailable(f"the database is encoded in {encoding}; UTF8 is needed")
        if most < _CONNECTIONS:
            raise StorageUnavailable(
                f"max_connections leaves {most} connections; each bot needs {_CONNECTIONS}"
            )

    def _refuse_pooled(self, connection: PostgresConnection) -> None:
        """Refuse a pooler that keeps no sessions. Raises `StorageUnavailable`."""
        if not keeps_sessions(connection, self._url, self._busy_timeout):
            raise StorageUnavailable(
                "a pooler between gives connections out by the transaction:"
                " set its pool_mode to session, or name the server itself"
            )

    def _own(self, connection: PostgresConnection) -> None:
        """Have the database open among other bots, or alone. Raises `DatabaseInUse`."""
        if not take_running(connection, alone=self._alone):
            raise DatabaseInUse(
                f"{self._name} is in use by a running bot"
                if self._alone
                else f"{self._name} is in use by a command that has it alone"
            )

    def _prepare(self, connection: PostgresConnection) -> None:
        if self._serves:
            refuse_crowded(connection, self._url, _CONNECTIONS, self._busy_timeout)
        # Between its statements a start holds locks of its session, for which all others wait: one
        # that was stopped, or whose host is gone, must not keep them for ever.
        gone = _millis(2 * self._answers_within)
        connection.plain(f"SET statement_timeout = 0; SET idle_session_timeout = '{gone}'")
        self._wait_for_writers(connection)
        found = version(connection)
        # A command that has it alone takes everything along, so it has to know everything.
        refuse_newer(found, least=None if self._alone else floor(connection))
        if found:
            # With another key a step would seal what nobody can open together with the rest.
            sealed = self.key_check(connection)
            if sealed is not None:
                self.refuse_other_key(sealed, self._name)
            self._refuse_other_bot(connection)
        migrate(connection)
        end_older(connection, self._stall, _OLDER_END_WITHIN)
        self.check_key(connection, self._name)
        if not self._even_moved:
            refuse_moved(connection, self._name)
        self._refuse_other_bot(connection)
        if self._bot_id is not None:
            put(connection, _BOT, str(self._bot_id))
        now = to_micros(self._clock())
        # Who is among the replicas beats, or is declared dead by those who do, writes or not.
        connection.execute(
            "DELETE FROM writers WHERE seen_at < ?"
            " AND NOT EXISTS (SELECT 1 FROM replicas WHERE replica = writer)",
            (now - _WRITERS_KEPT,),
        )
        (self.writer,) = connection.execute(
            "INSERT INTO writers (batch, seen_at, knows) VALUES (0, ?, ?) RETURNING writer",
            (now, len(NAMES)),
        ).fetchone()
        connection.plain(
            f"COMMIT; SET statement_timeout = '{self._longest}'; SET idle_session_timeout = 0;"
            f" SET lock_timeout = '{_millis(self._busy_timeout)}'; SET {self._application()}"
        )

    def _wait_for_writers(self, connection: PostgresConnection) -> None:
        """Have a start wait for longer than a write does, and not for one that is silent.

        A process that stopped within a batch may keep the lock: the server's own timeout counts
        from the end of what was sent together, of which it may owe the rest.
        """
        try:
            connection.plain(f"BEGIN; SELECT pg_advisory_xact_lock({WRITING}); ROLLBACK")
        except psycopg.errors.LockNotAvailable:
            connection.plain("ROLLBACK")
            if version(connection):
                connection.plain(_CUT_SILENT.format(lease=2 * self._stall))
        longer = _millis(max(_STARTS_WITHIN, self._busy_timeout))
        connection.plain(f"SET lock_timeout = '{longer}'")

    def _begin_anew(self, connection: PostgresConnection) -> None:
        """Mark the database as put back and end every run, in a transaction.

        The first that starts then doubts what it finds, as after a backup was put back.
        """
        mark_copied(connection, self._clock())
        connection.plain("DELETE FROM replicas; DELETE FROM writers")

    def _application(self) -> str:
        """Name this one's connections, for whoever takes its work over."""
        return f"application_name = 'snaporder {self.writer}'"

    def _refuse_other_bot(self, connection: PostgresConnection) -> None:
        stored = get(connection, _BOT)
        if self._bot_id is not None and stored not in (None, str(self._bot_id)):
            raise StorageUnavailable(
                f"{self._name} belongs to the bot {stored}; BOT_TOKEN is of {self._bot_id}"
            )


# Who beats is among the replicas, and writes or waits for a marketplace, however long it takes.
_CUT_SILENT = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity JOIN replicas"
    " ON application_name = 'snaporder ' || replica WHERE datname = current_database()"
    " AND beat_at < clock_timestamp() - {lease} * interval '1 second'"
)
# What a start does on the server, and whether that waits for a standby to confirm.
_AT_WORK = (
    "SELECT state <> 'idle' AND wait_event IS DISTINCT FROM 'ClientRead'"
    " OR state_change > clock_timestamp() - {patience} * interval '1 second',"
    " wait_event IS NOT DISTINCT FROM 'SyncRep' FROM pg_stat_activity WHERE pid = {process}"
)
HOME = (
    "SELECT (SELECT system_identifier FROM pg_control_system()) || '/' || oid"
    " FROM pg_database WHERE datname = current_database()"
)


def put(connection: Connection, name: str, value: str) -> None:
    """Remember a value by its name."""
    connection.execute(
        "INSERT INTO meta (name, value) VALUES (?, ?)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, value),
    )


def get(connection: Connection, name: str) -> str | None:
    """Return what is remembered under a name."""
    row = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return None if row is None else str(row[0])


def _millis(seconds: float) -> str:
    return f"{round(seconds * 1000)}ms"
