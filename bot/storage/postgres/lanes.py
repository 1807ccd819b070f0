"""Who among replicas works a chat: decided in the transaction that stores its updates."""

from collections.abc import Sequence

from bot.storage.postgres.connection import CHANNEL
from bot.storage.postgres.replicas import TAKE, Replicas
from bot.storage.replica_ports import Held
from bot.storage.sql.batch import Statement, execute_each
from bot.storage.sql.connection import Connection

_HOLDER = "SELECT replica FROM leases JOIN writers ON writer = replica WHERE kind = ? AND key = ?"
_ALIVE = "SELECT 1 FROM writers WHERE writer = ?"
_RING = "SELECT pg_notify(?, ?)"
_IDLE = (
    "DELETE FROM leases WHERE kind = ? AND replica = ? AND key = (SELECT CAST(lane AS TEXT)"
    " FROM inbox WHERE update_id = ?) AND NOT EXISTS (SELECT 1 FROM inbox AS other"
    " JOIN inbox AS this ON this.lane = other.lane"
    " WHERE this.update_id = ? AND other.state = 'waiting')"
)
_FINISH = (
    "WITH done AS (UPDATE inbox SET state = 'finished', payload = NULL, error = NULL"
    " WHERE update_id = ? RETURNING lane)"
    " DELETE FROM leases USING done WHERE kind = ? AND replica = ?"
    " AND key = CAST(done.lane AS TEXT) AND NOT EXISTS (SELECT 1 FROM inbox AS other"
    " WHERE other.lane = done.lane AND other.state = 'waiting' AND other.update_id <> ?)"
)


_WAITING = (
    "SELECT update_id, lane, attempts, committed, not_before, NULL, NULL, holder IS NOT NULL"
    " FROM (SELECT inbox.*, (SELECT replica FROM leases JOIN writers ON writer = replica"
    " WHERE kind = ? AND key = CAST(lane AS TEXT)) AS holder FROM inbox WHERE state = 'waiting')"
    " AS waiting WHERE (holder IS NULL OR holder = ?) ORDER BY update_id"
)
_WAITING_OF = _WAITING.replace("NULL, NULL", "received_at, payload").replace(
    " ORDER", " AND lane = ANY(?) ORDER"
)


class SharedLanes:
    """Implements `bot.storage.sql.inbox.Lanes`: each has one holder while anything of it waits."""

    def __init__(self, replicas: Replicas) -> None:
        self._replicas = replicas

    def ours(self, connection: Connection, lanes: Sequence[int]) -> set[int]:
        """Return which lanes are this replica's; another that holds or gets one is rung."""
        keys = [(Held.LANE.value, str(lane)) for lane in lanes]
        found = zip(lanes, execute_each(connection, _HOLDER, keys), strict=True)
        rows = {lane: each.fetchone() for lane, each in found}
        holders = {lane: row[0] for lane, row in rows.items() if row is not None}
        holders |= self._given(connection, [lane for lane in lanes if lane not in holders])
        me = self._replicas.number
        others = [
            (f"{CHANNEL}_{holder}", f"lane {lane}")
            for lane, holder in holders.items()
            if holder != me
        ]
        connection.executemany(_RING, others)
        return {lane for lane, holder in holders.items() if holder == me}

    def waiting(self, lanes: Sequence[int] | None) -> Statement:
        """Return what reads the waiting updates of lanes that are this replica's or nobody's."""
        whose = Held.LANE.value, self._replicas.number
        return (_WAITING, whose) if lanes is None else (_WAITING_OF, (*whose, list(lanes)))

    def release(self, connection: Connection, update_id: int) -> None:
        """Give the lane of an update back if nothing of it waits."""
        me = self._replicas.number
        connection.executemany(_IDLE, [(Held.LANE.value, me, update_id, update_id)])

    def finishing(self, update_id: int) -> Statement:
        """Return what finishes an update, and gives its lane back if nothing else of it waits."""
        return _FINISH, (update_id, Held.LANE.value, self._replicas.number, update_id)

    def _given(self, connection: Connection, lanes: Sequence[int]) -> dict[int, int]:
        """Give lanes that nobody holds to whom each should belong, if that one is still alive."""
        me = self._replicas.number
        wanted = {lane: self._replicas.assigned(lane) for lane in lanes}
        others = sorted(set(wanted.values()) - {me})
        found = zip(
            others, execute_each(connection, _ALIVE, [(each,) for each in others]), strict=True
        )
        alive = {each for each, row in found if row.fetchone() is not None}
        given = {lane: each if each in alive else me for lane, each in wanted.items()}
        kind = Held.LANE.value
        connection.executemany(TAKE, [(kind, str(lane), each) for lane, each in given.items()])
        return given
