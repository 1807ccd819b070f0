"""Exchanging the key: every sealed value opened with the old key and sealed with the new one.

A killed exchange leaves values under both keys, each of which says which; the next one goes on.
"""

from collections.abc import Callable
from functools import partial

from msgspec import Struct

from bot.storage.places import (
    place_of_address,
    place_of_broadcast,
    place_of_buy,
    place_of_claim,
    place_of_error,
    place_of_group_operation,
    place_of_notice,
    place_of_operation,
    place_of_order,
    place_of_payload,
    place_of_post,
    place_of_post_place,
    place_of_proof,
    place_of_push,
    place_of_question,
    place_of_results,
    place_of_session,
    place_of_terms,
    place_of_watch,
    place_of_words,
)
from bot.storage.sql.connection import Connection
from bot.storage.sql.database import KEY_CHECK_CONTEXT, Database

_TOGETHER = 500


class Column(Struct, frozen=True):
    """A column of sealed values: its table, the columns that name the row, and the place."""

    table: str
    name: str
    key: tuple[str, ...]
    place: Callable[..., str]

    @property
    def condition(self) -> str:
        """Name one row, as SQL."""
        return " AND ".join(f"{each} = ?" for each in self.key)


SEALED = (
    Column("inbox", "payload", ("update_id",), place_of_payload),
    Column("inbox", "error", ("update_id",), place_of_error),
    Column("sessions", "body", ("chat_id", "user_id"), place_of_session),
    Column("results", "body", ("session_id",), place_of_results),
    Column("addresses", "body", ("user_id", "marketplace", "address_id"), place_of_address),
    Column("orders", "body", ("order_no",), place_of_order),
    Column("pushes", "payload", ("marketplace", "msg_id"), place_of_push),
    Column("notices", "body", ("order_no", "key"), place_of_notice),
    Column("posts", "body", ("post_id",), place_of_post),
    Column("post_places", "body", ("chat_id",), place_of_post_place),
    Column("watches", "body", ("user_id", "marketplace", "offer_id", "goods"), place_of_watch),
    Column("broadcasts", "body", ("broadcast_id",), place_of_broadcast),
    Column("shop_terms", "body", ("version",), place_of_terms),
    Column("ledger", "body", ("key",), place_of_operation),
    Column("proofs", "body", ("proof_id",), place_of_proof),
    Column("questions", "body", ("question_id",), place_of_question),
    Column("question_words", "body", ("words_id",), place_of_words),
    Column("group_buys", "body", ("token",), place_of_buy),
    Column("group_claims", "body", ("buy_id", "number"), place_of_claim),
    Column("group_ledger", "body", ("key",), place_of_group_operation),
)


class Resealing:
    """Seals everything with the first key of the sealer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def reseal(self, on_batch: Callable[[int], None] = lambda _: None) -> int:
        """Seal again what other keys sealed; return how many values.

        `on_batch` hears how many are done after each batch. Raises `StorageUnavailable`, also
        for a value that no key opens; then what was done so far stays done.
        """
        done = 0
        for column in SEALED:
            while some := await self._database.write(partial(self._reseal_some, column)):
                done += some
                on_batch(done)
        # Last: under the new key it says that the exchange is complete.
        done += await self._database.write(self._reseal_check)
        on_batch(done)
        await self._database.rewrite()
        return done

    def _reseal_some(self, column: Column, connection: Connection) -> int:
        keys = ", ".join(column.key)
        rows = connection.execute(
            f"SELECT {keys}, {column.name} FROM {column.table}"  # noqa: S608 - names from the table above
            f" WHERE {column.name} IS NOT NULL AND substr({column.name}, 1, 1) <> ? LIMIT ?",
            (self._database.key_id.to_bytes(1, "big"), _TOGETHER),
        ).fetchall()
        for *key, sealed in rows:
            place = column.place(*key)
            again = self._database.seal_bytes(self._database.unseal_bytes(sealed, place), place)
            connection.execute(
                f"UPDATE {column.table} SET {column.name} = ? WHERE {column.condition}",  # noqa: S608 - as above
                (again, *key),
            )
        return len(rows)

    def _reseal_check(self, connection: Connection) -> int:
        sealed = self._database.key_check(connection)
        if sealed is None or sealed[0] == self._database.key_id:
            return 0
        plain = self._database.unseal_bytes(sealed, KEY_CHECK_CONTEXT)
        self._database.put_key_check(
            connection, self._database.seal_bytes(plain, KEY_CHECK_CONTEXT)
        )
        return 1
