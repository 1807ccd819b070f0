"""Replicas as they meet in PostgreSQL: who is alive, who holds what, what is left for all.

The fence itself is no table of this file: every batch of writes touches its writer's row first
(`writers`), and finds none once that run was declared dead. So a lease is good for as long as the
row of who holds it stands, and taking a dead one's work over is deleting that row. All times are
the database's own.
"""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import suppress
from typing import Any

import psycopg
from psycopg.rows import TupleRow

from bot.storage.ports import Fenced, StorageUnavailable
from bot.storage.postgres.address import told
from bot.storage.postgres.connection import CHANNEL, shut
from bot.storage.postgres.database import PostgresDatabase
from bot.storage.postgres.errors import describe, unavailable
from bot.storage.replica_ports import Held
from bot.storage.sql.connection import Connection

_ANSWERS_WITHIN = 2  # seconds; a beat that takes longer is one that was missed
_HANGS_AFTER = 90.0  # seconds; no batch, and no read, is given as long by the server
_SUSPECT_AFTER = 8.0  # seconds after which the server is asked whether it works at it
_JOIN_LOOKS_EVERY = 0.25  # seconds

_JOIN = "INSERT INTO replicas (replica, name) VALUES (%s, %s)"
# What it gives of all is from before: of its own last beat, which does not count.
_BEAT = (
    "WITH said AS (UPDATE replicas SET beat_at = clock_timestamp(), steady_since = CASE"
    " WHEN beat_at < clock_timestamp() - %(half)s * interval '1 second' THEN clock_timestamp()"
    " ELSE steady_since END WHERE replica = %(me)s"
    " RETURNING steady_since < clock_timestamp() - %(half)s * interval '1 second' AS steady,"
    " (SELECT batch FROM writers WHERE writer = replica) AS found)"
    " SELECT steady, found, replica, retired, replica <> %(me)s"
    " AND beat_at < clock_timestamp() - %(lease)s * interval '1 second'"
    " FROM said CROSS JOIN replicas ORDER BY replica"
)
# Whether the server works for any connection of a run, or waits for all of them.
_WORKS = (
    "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database()"
    " AND application_name = %s AND pid <> pg_backend_pid() AND state <> 'idle'"
    " AND wait_event IS DISTINCT FROM 'ClientRead')"
)
_OTHERS = (
    "SELECT other.beat_at < mine.joined_at FROM replicas AS other"
    " JOIN replicas AS mine ON mine.replica = %(me)s AND other.replica <> mine.replica"
)
# A stopped one keeps its locks, that of the writers perhaps, for as long as it has a connection.
_CUT = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND application_name = %s"
)
_BURY = (
    "WITH dead AS (DELETE FROM replicas WHERE replica = %(who)s"
    " AND beat_at < clock_timestamp() - %(lease)s * interval '1 second' RETURNING replica)"
    " DELETE FROM writers USING dead WHERE writer = dead.replica"
)
_LEAVE = (
    "WITH gone AS (DELETE FROM leases WHERE replica = %(me)s),"
    " left_by AS (DELETE FROM replicas WHERE replica = %(me)s)"
    " DELETE FROM writers WHERE writer = %(me)s"
)
_TAKING = (
    " ON CONFLICT (kind, key)"
    " DO UPDATE SET replica = excluded.replica WHERE leases.replica = excluded.replica"
    " OR NOT EXISTS (SELECT 1 FROM writers WHERE writer = leases.replica) RETURNING key"
)
TAKE = "INSERT INTO leases (kind, key, replica) VALUES (?, ?, ?)" + _TAKING  # noqa: S608 - ours
_TAKE_SOME = (
    "INSERT INTO leases (kind, key, replica)"  # noqa: S608 - our own words
    " SELECT ?, key, ? FROM unnest(CAST(? AS TEXT[])) AS key" + _TAKING
)
_OF_OTHERS = (
    "SELECT COUNT(*) FROM leases JOIN writers ON writer = replica"
    " WHERE kind = ? AND replica <> ? AND key = ANY(CAST(? AS TEXT[]))"
)
_GIVE_BACK = "DELETE FROM leases WHERE kind = ? AND key = ? AND replica = ?"
# A bucket that runs out at `most` a second and holds as many; what is in it waits for nobody.
_LEVEL = "GREATEST(0, level - EXTRACT(EPOCH FROM clock_timestamp() - at)::float8 * %(most)s)"
_DRAWN = f"GREATEST(0, LEAST(%(wanted)s, FLOOR(%(most)s - {_LEVEL})))"
_DRAW = (
    f"UPDATE allowances SET drawn = {_DRAWN}, level = {_LEVEL} + {_DRAWN}, at = clock_timestamp()"  # noqa: S608 - our own words
    " WHERE what = %(what)s RETURNING drawn, level"
)
_BUCKET = "INSERT INTO allowances (what) VALUES (%s) ON CONFLICT (what) DO NOTHING"


def application_name(replica: int) -> str:
    """Return what the connections of a run are called in the database."""
    return f"snaporder {replica}"


class Replicas:
    """Implements `ReplicaPort` over a storage's database, with two connections besides."""

    def __init__(self, database: PostgresDatabase, url: str, lease: float) -> None:
        """`lease` is after how many seconds of silence a replica counts as dead."""
        self._database = database
        self._url = url
        self._lease = lease
        self._number = 0
        self._own: psycopg.AsyncConnection[TupleRow] | None = None
        self._using = asyncio.Lock()
        self._assign: Callable[[int], int] = lambda _: self.number

    @property
    def number(self) -> int:
        """The number of this run: its writer's, which stays known when the storage is closed."""
        return self._number or self._database.writer

    def assigned(self, lane: int) -> int:
        """Return who should work a lane that nobody holds."""
        return self._assign(lane)

    def on_join(self, assign: Callable[[int], int]) -> None:
        """Have new lanes given to whom `assign` names for a lane's number."""
        self._assign = assign

    async def join(self) -> bool:
        """Be one of the replicas; return whether no other was alive.

        Waits until each of the others has said something, or counts as dead.
        """
        self._number = self._database.writer
        await self._run(_JOIN, (self.number, f"{socket.gethostname()}/{os.getpid()}"))
        while True:
            await self.beat()
            silent = [row[0] for row in await self._run(_OTHERS, {"me": self.number})]
            if not any(silent):
                return not silent
            await asyncio.sleep(_JOIN_LOOKS_EVERY)

    async def beat(self) -> tuple[int, ...]:
        """Say that this one is alive, and bury the dead. Raises `Fenced`."""
        committed = self._database.committed
        values = {"half": self._lease / 2, "lease": self._lease, "me": self.number}
        rows = await self._run(_BEAT, values)
        if not rows:
            self._database.hang_up()
            raise Fenced(f"replica {self.number} was declared dead")
        # This was committed: what gets no answer for so long hangs on its connection alone.
        self._database.hang_up(_HANGS_AFTER)
        if self._database.waits(_SUSPECT_AFTER):
            ((works,),) = await self._run(_WORKS, (application_name(self.number),))
            if not works:
                self._database.hang_up(_SUSPECT_AFTER)
        steady, found, *_ = rows[0]
        if found is not None and found < committed:
            await self._database.write(lambda _: None)  # which finds the same, and ends all runs
        late = {replica for *_, replica, _, is_late in rows if is_late} if steady else set()
        for who in late:
            await self._bury(who)
        return tuple(
            replica for *_, replica, retired, _ in rows if not retired and replica not in late
        )

    async def retire(self) -> None:
        """Get no new lanes."""
        if self._number:
            await self._run("UPDATE replicas SET retired = TRUE WHERE replica = %s", (self.number,))

    async def leave(self) -> None:
        """Be none of them any more."""
        if not self._number:
            return
        try:
            await self._run(_LEAVE, {"me": self.number})
        finally:
            await self.close()

    async def close(self) -> None:
        """Let the connection go."""
        await self._drop()

    async def take(self, what: Held, keys: Iterable[str]) -> frozenset[str]:
        """Take leases that nobody alive holds; return those that are ours now."""
        wanted, me = sorted(set(keys)), self.number
        if len(wanted) > 1:
            # Duties, which are looked for every few seconds and are others' nearly always.
            values = (what.value, me, wanted)
            ((others,),) = await self._database.rows(_OF_OTHERS, *values)
            if others == len(wanted):
                return frozenset()

        def take(connection: Connection) -> frozenset[str]:
            rows = connection.execute(_TAKE_SOME, (what.value, me, wanted))
            return frozenset(key for (key,) in rows.fetchall())

        return await self._database.write(take) if wanted else frozenset()

    async def give_back(self, what: Held, key: str) -> None:
        """Give a lease back, if it is ours."""
        values = (what.value, key, self.number)
        await self._database.write(lambda connection: connection.execute(_GIVE_BACK, values))

    async def ring(self, bell: str) -> None:
        """Have all replicas hear something."""
        await self._run("SELECT pg_notify(%s, %s)", (CHANNEL, bell))

    async def bells(self) -> AsyncIterator[str]:
        """Listen on a connection for that alone; the first is '', for what was missed.

        Raises `StorageUnavailable`.
        """
        try:
            async with await self._connected() as listening:
                for channel in (CHANNEL, f"{CHANNEL}_{self.number}"):
                    await _rows(listening, f'LISTEN "{channel}"', None)
                yield ""
                async for heard in listening.notifies():
                    yield heard.payload
        except psycopg.Error as error:
            raise StorageUnavailable(f"not listening: {describe(error)}") from error

    async def draw(self, what: str, most: float, wanted: int) -> tuple[int, float]:
        """Draw from an allowance that all share; see `ReplicaPort`."""
        values = {"what": what, "most": float(most), "wanted": float(wanted)}
        rows = await self._run(_DRAW, values)
        if not rows:
            await self._run(_BUCKET, (what,))
            rows = await self._run(_DRAW, values)
        drawn, level = (float(each) for each in rows[0])
        return int(drawn), max(0.0, level + 1 - most) / most

    async def _bury(self, who: int) -> None:
        """Declare one dead: what it is about to commit is refused, its work is free."""
        await self._run(_CUT, (application_name(who),))
        await self._run(_BURY, {"who": who, "lease": self._lease})

    async def _run(self, statement: str, values: Any) -> list[TupleRow]:
        """Run one statement, which may be repeated. Raises `StorageUnavailable`."""
        async with self._using:
            try:
                if self._own is not None:
                    with suppress(psycopg.OperationalError):
                        return await _rows(self._own, statement, values)
                    await self._drop()  # it was lost, such as by a server that restarted
                self._own = await self._connected()
                return await _rows(self._own, statement, values)
            except psycopg.Error as error:
                await self._drop()
                raise unavailable(error) from error
            except OSError as error:
                await self._drop()
                raise StorageUnavailable(f"PostgreSQL: {type(error).__name__}") from error

    async def _drop(self) -> None:
        own, self._own = self._own, None
        if own is not None:
            await own.close()

    async def _connected(self) -> psycopg.AsyncConnection[TupleRow]:
        address = told(self._url, _ANSWERS_WITHIN)
        address |= {
            "application_name": application_name(self.number),
            "connect_timeout": str(_ANSWERS_WITHIN),
        }
        return await psycopg.AsyncConnection.connect(autocommit=True, **address)


async def _rows(
    connection: psycopg.AsyncConnection[TupleRow], statement: str, values: Any
) -> list[TupleRow]:
    """Run a statement; an answer that does not come counts as a connection that was lost.

    Cancelling would not do: psycopg then asks the server to cancel, and waits for that in turn.
    """
    hanging_up = asyncio.get_running_loop().call_later(_ANSWERS_WITHIN, shut, connection)
    try:
        cursor = await connection.execute(statement.encode(), values)
        return await cursor.fetchall() if cursor.description else []
    finally:
        hanging_up.cancel()
