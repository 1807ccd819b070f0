"""Orders in SQLite. What was ordered, for whom and where to is sealed."""

import sqlite3
from collections.abc import Callable

from bot.domain.identifiers import MerchantOrderNo, UserId
from bot.domain.orders import Order, Placing
from bot.domain.sessions import Session
from bot.storage.codec import to_micros
from bot.storage.database import Database
from bot.storage.ports import AlreadyClaimed, OrderMoved

_ONE = "SELECT order_no, body FROM orders WHERE order_no = ?"
_OF_PERSON = (
    "SELECT order_no, body FROM orders WHERE user_id = ?"
    " ORDER BY created_at DESC, rowid DESC LIMIT ? OFFSET ?"
)
# States written out, not bound: SQLite takes a partial index only where its condition stands
# literally.
_UNSETTLED = (
    "SELECT order_no, body FROM orders"
    " WHERE placing IN ('claimed', 'creating', 'uncertain') ORDER BY created_at, rowid"
)
_UNRESOLVED = (
    "SELECT order_no, body FROM orders WHERE placing = 'unresolved' ORDER BY created_at, rowid"
)
_UNTOLD = (
    "SELECT order_no, body FROM orders"
    " WHERE told = 0 AND placing NOT IN ('claimed', 'creating', 'uncertain')"
    " ORDER BY created_at, rowid"
)


class Orders(Database):
    """Implements `OrderPort`."""

    async def order(self, order_no: MerchantOrderNo) -> Order | None:
        """Return one order."""
        orders = await self._orders(_ONE, order_no)
        return orders[0] if orders else None

    async def orders_of(self, user_id: UserId, limit: int = 10, offset: int = 0) -> list[Order]:
        """Return that person's orders, newest first."""
        return await self._orders(_OF_PERSON, user_id, limit, offset)

    async def save_order(self, order: Order, expected: Placing) -> None:
        """Store an order's next state if it is still `expected`. Raises `OrderMoved`.

        An order that moves has a new outcome, which the person was not told yet.
        """
        sealed = self._seal(order, place_of_order(order.order_no))

        def save(connection: sqlite3.Connection) -> None:
            saved = connection.execute(
                "UPDATE orders SET placing = :next, body = :body,"
                " told = CASE WHEN placing = :next THEN told ELSE 0 END"
                " WHERE order_no = :order_no AND placing = :expected",
                {
                    "next": order.placing.value,
                    "body": sealed,
                    "order_no": order.order_no,
                    "expected": expected.value,
                },
            )
            if not saved.rowcount:
                raise OrderMoved(f"{order.order_no} is not {expected}")

        await self._write(save)

    async def unsettled_orders(self) -> list[Order]:
        """Return all CLAIMED, CREATING and UNCERTAIN orders, oldest first."""
        return await self._orders(_UNSETTLED)

    async def unresolved_orders(self) -> list[Order]:
        """Return the orders that a person has to decide on, oldest first."""
        return await self._orders(_UNRESOLVED)

    async def untold_orders(self) -> list[Order]:
        """Return settled orders whose outcome the person was not yet told, oldest first."""
        return await self._orders(_UNTOLD)

    async def mark_told(self, order_no: MerchantOrderNo, placing: Placing) -> None:
        """Remember that the person has this outcome on their screen, unless it is old already."""

        def mark(connection: sqlite3.Connection) -> None:
            connection.execute(
                "UPDATE orders SET told = 1 WHERE order_no = ? AND placing = ?",
                (order_no, placing.value),
            )

        await self._write(mark)

    async def _orders(self, sql: str, *parameters: object) -> list[Order]:
        rows = await self._rows(sql, *parameters)
        return [self._order_in(order_no, body) for order_no, body in rows]

    def _order_in(self, order_no: str, body: bytes) -> Order:
        return self._unseal(Order, body, place_of_order(order_no))

    def _claiming(self, order: Order, session: Session) -> Callable[[sqlite3.Connection], object]:
        if (order.user_id, order.chat_id) != (session.user_id, session.chat_id):
            raise ValueError(f"{order.order_no} is not of this conversation")
        row = (
            order.order_no,
            order.user_id,
            order.chat_id,
            session.session_id,
            session.revision,
            order.placing.value,
            to_micros(order.created_at),
            self._seal(order, place_of_order(order.order_no)),
        )

        def claim(connection: sqlite3.Connection) -> None:
            try:
                connection.execute(
                    "INSERT INTO orders (order_no, user_id, chat_id, session_id, revision,"
                    " placing, created_at, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                    row,
                )
            except sqlite3.IntegrityError as error:
                raise AlreadyClaimed(order.order_no) from error

        return claim


def place_of_order(order_no: str) -> str:
    """Return the name that an order is sealed for."""
    return f"orders/{order_no}"
