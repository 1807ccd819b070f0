"""One person's data: forgotten, or handed out."""

from collections.abc import Callable

from pydantic import JsonValue

from bot.domain.identifiers import ChatId, UserId
from bot.domain.orders import Order
from bot.storage.sql.connection import Connection
from bot.storage.sql.database import Database
from bot.storage.sql.export import Export
from bot.storage.sql.group_forgetting import GroupForgetting
from bot.storage.sql.ledger import LedgerRows
from bot.storage.sql.orders import Orders
from bot.storage.sql.questions import Questions

_NO_CHAT = 0  # no chat has that id
_AFTER_ALL = 2**63 - 1


class Rights:
    """Implements `RightsPort`."""

    def __init__(
        self, database: Database, orders: Orders, ledger: LedgerRows, groups: GroupForgetting
    ) -> None:
        self._database = database
        self._orders = orders
        self._ledger = ledger
        self._groups = groups

    async def forget(self, user_id: UserId) -> list[Order]:
        """Delete what is kept of a person; return the orders that stay, for what is open."""
        try:
            kept = await self._database.write(self.forgetting(user_id))
        finally:
            self._database.read_anew()
        await self._database.empty_log()
        return kept

    async def export_of(self, user_id: UserId) -> dict[str, JsonValue]:
        """Return everything that is kept of a person, readable."""
        return await self._database.read(
            lambda connection: Export(connection, user_id, self._database.unseal_bytes).everything()
        )

    def forgetting(
        self, user_id: UserId, but_chat: ChatId | None = None, but_update: int | None = None
    ) -> Callable[[Connection], list[Order]]:
        """Forget a person, but for one conversation that begins anew, its update and later ones."""

        def forget(connection: Connection) -> list[Order]:
            connection.execute(
                "DELETE FROM results WHERE session_id IN"
                " (SELECT session_id FROM sessions WHERE user_id = ?)",
                (user_id,),
            )
            connection.execute(
                "DELETE FROM sessions WHERE user_id = ? AND chat_id <> ?",
                (user_id, _NO_CHAT if but_chat is None else but_chat),
            )
            for table in ("addresses", "news_readers", "broadcast_people", "watches"):
                connection.execute(f"DELETE FROM {table} WHERE user_id = ?", (user_id,))  # noqa: S608 - named above
            Questions.forget(connection, user_id)
            self._groups.forget(connection, user_id)
            # A private chat's lane is its person's id. The ids stay, so that repeats are known.
            connection.execute(
                "UPDATE inbox SET state = 'finished', payload = NULL, error = NULL"
                " WHERE lane = :user AND state <> 'finished'"
                " AND update_id < :under_way",
                {"user": user_id, "under_way": _AFTER_ALL if but_update is None else but_update},
            )
            return self._keep_open_orders(connection, user_id)

        return forget

    def _keep_open_orders(self, connection: Connection, user_id: UserId) -> list[Order]:
        rows = connection.execute(
            "SELECT order_no, body FROM orders WHERE user_id = ? ORDER BY created_at", (user_id,)
        ).fetchall()
        orders = [self._orders.opened(*row) for row in rows]
        unsettled = self._ledger.unsettled(connection, user_id)
        kept = [each for each in orders if each.is_open or each.order_no in unsettled]
        connection.executemany(
            "DELETE FROM orders WHERE order_no = ?",
            [(each.order_no,) for each in orders if each not in kept],
        )
        connection.execute("UPDATE orders SET forgotten = 1 WHERE user_id = ?", (user_id,))
        self._ledger.forget(connection, user_id, {each.order_no for each in kept})
        return kept
