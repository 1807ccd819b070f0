"""Exchanging the key: every sealed value opened with the old key and sealed with the new one.

A killed exchange leaves values under both keys, each of which says which; the next one goes on.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from bot.storage.sqlite.addresses import place_of_address
from bot.storage.sqlite.broadcasts import place_of_broadcast
from bot.storage.sqlite.database import KEY_CHECK, KEY_CHECK_CONTEXT, Database
from bot.storage.sqlite.inbox import place_of_error, place_of_payload
from bot.storage.sqlite.notices import place_of_notice
from bot.storage.sqlite.orders import place_of_order
from bot.storage.sqlite.push_inbox import place_of_push
from bot.storage.sqlite.rights import place_of_session

_TOGETHER = 500


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of sealed values: its table, the columns that name the row, and the place."""

    table: str
    name: str
    key: tuple[str, ...]
    place: Callable[..., str]

    @property
    def condition(self) -> str:
        return " AND ".join(f"{each} = ?" for each in self.key)


_COLUMNS = (
    _Column("inbox", "payload", ("update_id",), place_of_payload),
    _Column("inbox", "error", ("update_id",), place_of_error),
    _Column("sessions", "body", ("chat_id", "user_id"), place_of_session),
    _Column("addresses", "body", ("user_id", "address_id"), place_of_address),
    _Column("orders", "body", ("order_no",), place_of_order),
    _Column("pushes", "payload", ("msg_id",), place_of_push),
    _Column("notices", "body", ("order_no", "key"), place_of_notice),
    _Column("broadcasts", "body", ("broadcast_id",), place_of_broadcast),
    # Last: under the new key it says that the exchange is complete.
    _Column("meta", "value", ("name",), {KEY_CHECK: KEY_CHECK_CONTEXT}.__getitem__),
)


class Resealed(Database):
    """Seals everything with the first key of the sealer."""

    async def reseal(self, on_batch: Callable[[int], None] = lambda _: None) -> int:
        """Seal again what other keys sealed; return how many values.

        `on_batch` hears how many are done after each batch. Raises `StorageUnavailable`, also
        for a value that no key opens; then what was done so far stays done.
        """
        done = 0
        for column in _COLUMNS:
            while some := await self._write(partial(self._reseal_some, column)):
                done += some
                on_batch(done)
        await self._whole(_rewrite)
        return done

    def _reseal_some(self, column: _Column, connection: sqlite3.Connection) -> int:
        keys, only = ", ".join(column.key), ""
        if column.table == "meta":
            only = f" AND name = '{KEY_CHECK}'"
        rows = connection.execute(
            f"SELECT {keys}, {column.name} FROM {column.table}"  # noqa: S608 - names from the table above
            f" WHERE {column.name} IS NOT NULL AND substr({column.name}, 1, 1) <> ?{only} LIMIT ?",
            (self._sealer.key_id.to_bytes(1, "big"), _TOGETHER),
        ).fetchall()
        for *key, sealed in rows:
            place = column.place(*key)
            again = self._sealer.seal(self._unseal_bytes(sealed, place), place)
            connection.execute(
                f"UPDATE {column.table} SET {column.name} = ? WHERE {column.condition}",  # noqa: S608 - as above
                (again, *key),
            )
        return len(rows)


def _rewrite(connection: sqlite3.Connection) -> None:
    # Free pages and the log still hold what the old key sealed.
    connection.execute("VACUUM")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
