"""The inbox of updates in SQLite. Payloads and error texts are sealed."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from operator import itemgetter
from typing import Any, Protocol

from bot.storage.codec import from_micros, to_micros
from bot.storage.places import place_of_error, place_of_payload
from bot.storage.ports import MOST_PARKED, InboxUpdate, WaitingUpdate
from bot.storage.sql.batch import Statement, Work, execute_each, executing
from bot.storage.sql.connection import Connection
from bot.storage.sql.database import Database

_GIVE_UP_BEFORE = (
    "UPDATE inbox SET state = 'finished', payload = NULL, error = NULL"
    " WHERE state = 'parked' AND received_at < ?"
)
_GIVE_UP_BEYOND = (
    "UPDATE inbox SET state = 'finished', payload = NULL, error = NULL"
    " WHERE state = 'parked' AND update_id IN (SELECT update_id FROM inbox"
    " WHERE state = 'parked' ORDER BY update_id DESC LIMIT 1000000000 OFFSET ?)"
)
_PURGED_TOGETHER = 500  # as in `_PURGE`
_FRESH = 512
_PURGE = (
    "DELETE FROM inbox WHERE update_id IN (SELECT update_id FROM inbox"
    " WHERE state = 'finished' AND received_at < ? ORDER BY received_at LIMIT 500)"
)
_WAITING = (
    "SELECT update_id, lane, attempts, committed, not_before FROM inbox"
    " WHERE state = 'waiting' ORDER BY update_id"
)
_PUT = (
    "INSERT INTO inbox (update_id, lane, attempts, received_at, payload)"
    " VALUES (?, ?, ?, ?, ?) ON CONFLICT (update_id) DO NOTHING"
)
_FINISH = "UPDATE inbox SET state = 'finished', payload = NULL, error = NULL WHERE update_id = ?"


class Lanes(Protocol):
    """Who among several replicas works a lane. All within the inbox's own transactions."""

    def ours(self, connection: Connection, lanes: Sequence[int]) -> set[int]:
        """Return which lanes are this replica's; one that nobody holds gets its holder here."""

    def waiting(self, lanes: Sequence[int] | None) -> Statement:
        """Return what reads the waiting updates of some lanes, or of all.

        Of this replica's lanes and of those that nobody holds; the last column tells which it is.
        Before it come when an update was received and its payload, where lanes are named.
        """

    def release(self, connection: Connection, update_id: int) -> None:
        """Give the lane of an update back if nothing of it waits."""

    def finishing(self, update_id: int) -> Statement:
        """Return what finishes an update, and gives its lane back if nothing else of it waits."""


class Inbox:
    """Implements `InboxPort`. `lanes` is None in a process that is alone."""

    def __init__(self, database: Database, lanes: Lanes | None = None) -> None:
        self._database = database
        self._lanes = lanes
        database.remembers(self._forget_fresh)
        self._fresh: dict[int, InboxUpdate] = {}
        """What was stored just now and is about to be taken: at most `_FRESH`."""

    async def put_updates(self, updates: Sequence[InboxUpdate]) -> tuple[int, ...]:
        """Store updates; return the new ones that are this replica's. Repeats change nothing."""
        if not updates:
            return ()
        rows = [
            (
                update.update_id,
                update.lane,
                update.attempts,
                to_micros(update.received_at),
                self._database.seal_bytes(update.payload, place_of_payload(update.update_id)),
            )
            for update in updates
        ]

        def insert(connection: Connection) -> tuple[int, ...]:
            stored = execute_each(connection, _PUT, rows)
            new = [row for row, done in zip(rows, stored, strict=True) if done.rowcount]
            ours = self._ours(connection, {lane for _, lane, *_ in new})
            return tuple(update_id for update_id, lane, *_ in new if lane in ours)

        new = await self._database.write(insert)
        # Among others only what this replica holds, and nobody else works, may be kept.
        keeps = self._database.is_alone or self._lanes is not None
        if keeps:
            self._keep(each for each in updates if each.update_id in new)
        return new

    async def waiting_updates(self, lanes: Sequence[int] | None = None) -> list[WaitingUpdate]:
        """Return the updates of some lanes, or all, that need work and are this replica's."""
        if self._lanes is None:
            sql, parameters = _waiting_of(lanes)
            rows = await self._database.rows(sql, *parameters)
        else:
            rows = await self._waiting_here(self._lanes, lanes)
        return [_waiting(row) for row in rows if not self._is_finishing(row[0])]

    async def _waiting_here(
        self, shared: Lanes, lanes: Sequence[int] | None
    ) -> list[Sequence[Any]]:
        sql, parameters = shared.waiting(lanes)
        found = await self._database.rows(sql, *parameters)
        rows = [row for *row, is_ours in found if is_ours]
        if free := sorted({row[1] for *row, is_ours in found if not is_ours}):
            # Again where nobody else writes: what is read there stands when the lane is taken.
            rows += await self._database.write(partial(self._taking, shared.waiting(free)))
        self._keep(
            InboxUpdate(
                update_id=update_id,
                lane=lane,
                payload=self._database.unseal_bytes(payload, place_of_payload(update_id)),
                received_at=from_micros(received_at),
                attempts=attempts,
            )
            for update_id, lane, attempts, _, _, received_at, payload in rows
            if payload is not None and not self._is_finishing(update_id)
        )
        return sorted((row[:5] for row in rows), key=itemgetter(0))

    def _keep(self, updates: Iterable[InboxUpdate]) -> None:
        """Keep what is about to be taken; what was not, after all, makes room."""
        for update in updates:
            self._fresh[update.update_id] = update
            if len(self._fresh) > _FRESH:
                del self._fresh[next(iter(self._fresh))]

    async def take_update(self, update_id: int) -> InboxUpdate | None:
        """Return a stored update, or None when it is finished or unknown."""
        if self._is_finishing(update_id):
            return None
        fresh = self._fresh.pop(update_id, None)
        if fresh is not None:
            return fresh
        row = await self._database.row(
            "SELECT lane, attempts, received_at, payload FROM inbox"
            " WHERE update_id = ? AND state <> 'finished'",
            update_id,
        )
        if row is None:
            return None
        lane, attempts, received_at, payload = row
        return InboxUpdate(
            update_id=update_id,
            lane=lane,
            payload=self._database.unseal_bytes(payload, place_of_payload(update_id)),
            received_at=from_micros(received_at),
            attempts=attempts,
        )

    async def finish_update(self, update_id: int) -> None:
        """Mark an update as handled and answered; durable a little later."""
        self._fresh.pop(update_id, None)
        statement = self._lanes.finishing(update_id) if self._lanes else (_FINISH, (update_id,))
        self._database.defer(("inbox", update_id), statement)

    async def retry_update(self, update_id: int, error: str, not_before: datetime) -> int:
        """Count a failed attempt and return how many there were (0: no such update waits)."""
        self._fresh.pop(update_id, None)
        parameters = (self._sealed_error(error, update_id), to_micros(not_before), update_id)

        def count(connection: Connection) -> int:
            rows = connection.execute(
                "UPDATE inbox SET attempts = attempts + 1, error = ?, not_before = ?"
                " WHERE update_id = ? AND state = 'waiting' RETURNING attempts",
                parameters,
            ).fetchall()
            return int(rows[0][0]) if rows else 0

        return await self._database.write(count)

    async def park_update(self, update_id: int, error: str) -> None:
        """Put an update aside for the operator; it is not tried again by itself.

        Beyond `MOST_PARKED` the oldest of them is given up.
        """
        self._fresh.pop(update_id, None)
        parameters = (self._sealed_error(error, update_id), update_id)

        def park(connection: Connection) -> None:
            connection.execute(
                "UPDATE inbox SET state = 'parked', error = ?"
                " WHERE update_id = ? AND state <> 'finished'",
                parameters,
            )
            connection.execute(_GIVE_UP_BEYOND, (MOST_PARKED,))
            if self._lanes is not None:
                self._lanes.release(connection, update_id)

        await self._database.write(park)

    async def give_up_parked(self, before: datetime) -> int:
        """Give up what was parked and received before that time; return how many."""
        moment = to_micros(before)
        return await self._database.write(
            lambda connection: connection.execute(_GIVE_UP_BEFORE, (moment,)).rowcount
        )

    async def parked_updates(self, limit: int = 100) -> list[tuple[WaitingUpdate, str]]:
        """Return parked updates, newest first, with their errors."""
        rows = await self._database.rows(
            "SELECT update_id, lane, attempts, committed, not_before, error FROM inbox"
            " WHERE state = 'parked' ORDER BY update_id DESC LIMIT ?",
            limit,
        )
        return [
            (
                _waiting(row[:-1]),
                self._database.unseal_bytes(row[-1], place_of_error(row[0])).decode(),
            )
            for row in rows
            if not self._is_finishing(row[0])
        ]

    async def requeue_update(self, update_id: int) -> bool:
        """Have a parked update tried again from the start; return whether it was parked."""
        return await self._database.write(
            lambda connection: bool(
                connection.execute(
                    "UPDATE inbox SET state = 'waiting', attempts = 0, not_before = NULL"
                    " WHERE update_id = ? AND state = 'parked'",
                    (update_id,),
                ).rowcount
            )
        )

    async def drop_parked(self, update_id: int) -> bool:
        """Give a parked update up for good; its id stays, so that a repeat is known."""
        return await self._database.write(
            lambda connection: bool(
                connection.execute(
                    "UPDATE inbox SET state = 'finished', payload = NULL, error = NULL"
                    " WHERE update_id = ? AND state = 'parked'",
                    (update_id,),
                ).rowcount
            )
        )

    async def purge(self, before: datetime) -> int:
        """Drop finished updates received before that time; return how many."""
        parameters = (to_micros(before),)
        dropped = 0
        while True:
            # One short write after the other: the chats' commits go in between.
            some = await self._database.write(
                lambda connection: connection.execute(_PURGE, parameters).rowcount
            )
            dropped += some
            if some < _PURGED_TOGETHER:
                return dropped

    def committing(self, update_id: int) -> Work:
        """Return what marks an update as committed, its screen still to be drawn."""
        return executing("UPDATE inbox SET committed = 1 WHERE update_id = ?", update_id)

    def finishing(self, update_id: int) -> Work:
        """Return what finishes an update within a step that takes its place."""
        return executing(_FINISH, update_id)

    def _taking(self, waiting: Statement, connection: Connection) -> list[Sequence[Any]]:
        rows = [row for *row, _ in connection.execute(*waiting).fetchall()]
        ours = self._ours(connection, {row[1] for row in rows})
        return [row for row in rows if row[1] in ours]

    def _ours(self, connection: Connection, lanes: set[int]) -> set[int]:
        return lanes if self._lanes is None else self._lanes.ours(connection, sorted(lanes))

    def _forget_fresh(self) -> None:
        self._fresh.clear()

    def _is_finishing(self, update_id: int) -> bool:
        return self._database.deferred(("inbox", update_id)) is not None

    def _sealed_error(self, error: str, update_id: int) -> bytes:
        return self._database.seal_bytes(error.encode(errors="replace"), place_of_error(update_id))


def _waiting_of(lanes: Sequence[int] | None) -> Statement:
    if lanes is None:
        return _WAITING, ()
    marks = ", ".join("?" * len(lanes))
    return _WAITING.replace(" ORDER", f" AND lane IN ({marks}) ORDER"), tuple(lanes)


def _waiting(row: Sequence[Any]) -> WaitingUpdate:
    update_id, lane, attempts, committed, not_before = row
    return WaitingUpdate(
        update_id=update_id,
        lane=lane,
        attempts=attempts,
        committed=bool(committed),
        not_before=None if not_before is None else from_micros(not_before),
    )
