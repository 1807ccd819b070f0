"""Who among replicas works a chat: decided in the transaction that stores its updates."""

from bot.storage.postgres.replicas import CHANNEL, TAKE, Replicas
from bot.storage.replica_ports import Held
from bot.storage.sql.batch import Statement
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


class SharedLanes:
    """Implements `bot.storage.sql.inbox.Lanes`: each has one holder while anything of it waits."""

    def __init__(self, replicas: Replicas) -> None:
        self._replicas = replicas

    def is_ours(self, connection: Connection, lane: int) -> bool:
        """Tell whether a lane is this replica's; another that holds or gets it is rung."""
        me = self._replicas.number
        row = connection.execute(_HOLDER, (Held.LANE.value, str(lane))).fetchone()
        holder = row[0] if row is not None else self._given(connection, lane)
        if holder != me:
            connection.executemany(_RING, [(f"{CHANNEL}_{holder}", f"lane {lane}")])
        return bool(holder == me)

    def release(self, connection: Connection, update_id: int) -> None:
        """Give the lane of an update back if nothing of it waits."""
        me = self._replicas.number
        connection.executemany(_IDLE, [(Held.LANE.value, me, update_id, update_id)])

    def finishing(self, update_id: int) -> Statement:
        """Return what finishes an update, and gives its lane back if nothing else of it waits."""
        return _FINISH, (update_id, Held.LANE.value, self._replicas.number, update_id)

    def _given(self, connection: Connection, lane: int) -> int:
        """Give a lane that nobody holds to whom it should belong, if that one is still alive."""
        me = self._replicas.number
        wanted = self._replicas.assigned(lane)
        if wanted != me and connection.execute(_ALIVE, (wanted,)).fetchone() is None:
            wanted = me
        connection.executemany(TAKE, [(Held.LANE.value, str(lane), wanted)])
        return wanted
