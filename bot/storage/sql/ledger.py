"""A shop's books in SQLite: rows that are only ever added, and where they leave each order.

All of it works inside a transaction under way, so that what is booked is worked out from the
books as they are then.
"""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from bot.domain.bookings import set_offs
from bot.domain.collecting import standing_of
from bot.domain.identifiers import MerchantOrderNo, UserId
from bot.domain.ledger import Books, Operation
from bot.domain.orders import Order, Placing
from bot.storage.codec import to_micros
from bot.storage.places import place_of_operation, place_of_order
from bot.storage.ports import OrderMoved
from bot.storage.shop_ports import Booking
from bot.storage.sql.connection import Connection
from bot.storage.sql.database import Database

_STAND = (
    "INSERT INTO shop_cases (order_no, user_id, standing, since) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (order_no) DO UPDATE SET standing = excluded.standing,"
    " since = CASE WHEN shop_cases.standing = excluded.standing"
    " THEN shop_cases.since ELSE excluded.since END"
)


class LedgerRows:
    """Reads and adds rows over the connection of a transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def books(self, connection: Connection, user_id: UserId) -> Books:
        """Return a customer's books as they are in this transaction."""
        rows = connection.execute(
            "SELECT key, body FROM ledger WHERE user_id = ? ORDER BY entry_id", (user_id,)
        ).fetchall()
        return Books(self.operation(*row) for row in rows)

    def book(
        self, connection: Connection, order_no: MerchantOrderNo, booking: Booking
    ) -> tuple[Operation, ...]:
        """Post what is said of an order, let credits count for debts, see where orders stand.

        Raises `OrderMoved` when the order is gone.
        """
        order = self.orders(connection, {order_no}).get(order_no)
        if order is None:
            raise OrderMoved(f"{order_no} is gone")
        books = self.books(connection, order.user_id)
        made = self.post(connection, books, booking(books, order))
        now = self._database.now()
        made += self.post(connection, books, set_offs(books, order.user_id, now))
        self.restand(connection, books, {order_no: order}, made)
        return made

    def post(
        self, connection: Connection, books: Books, operations: Iterable[Operation]
    ) -> tuple[Operation, ...]:
        """Add operations to a customer's books, here and in the database; return what is new."""
        made = tuple(each for each in operations if books.post(each))
        connection.executemany(
            "INSERT INTO ledger (key, user_id, order_no, to_order, at, body)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            [
                (
                    each.key,
                    each.user_id,
                    each.order_no,
                    each.to_order,
                    to_micros(each.at),
                    self._database.seal(each, place_of_operation(each.key)),
                )
                for each in made
            ],
        )
        return made

    def restand(
        self,
        connection: Connection,
        books: Books,
        known: dict[MerchantOrderNo, Order],
        made: Iterable[Operation],
    ) -> None:
        """Record where the orders stand whose money has moved."""
        others = {each.to_order for each in made} | {each.order_no for each in made}
        missing = {each for each in others if each is not None and each not in known}
        now = to_micros(self._database.now())
        for order_no, order in (known | self.orders(connection, missing)).items():
            if order.quote.charge is None or order.placing is not Placing.PLACED:
                continue
            (waiting,) = connection.execute(
                "SELECT COUNT(*) FROM proofs WHERE order_no = ? AND state = 'waiting'", (order_no,)
            ).fetchone()
            account = books.account_of(order_no, order.quote.charge.due.currency)
            connection.execute(
                _STAND,
                (order_no, order.user_id, standing_of(order, account, waiting).value, now),
            )

    def orders(
        self, connection: Connection, order_nos: Iterable[MerchantOrderNo]
    ) -> dict[MerchantOrderNo, Order]:
        """Return those of the orders that are there."""
        found = {}
        for order_no in order_nos:
            row = connection.execute(
                "SELECT body FROM orders WHERE order_no = ?", (order_no,)
            ).fetchone()
            if row is not None:
                place = place_of_order(order_no)
                found[order_no] = self._database.unseal(Order, row[0], place)
        return found

    def operation(self, key: str, body: bytes) -> Operation:
        """Return the operation that a row holds."""
        return self._database.unseal(Operation, body, place_of_operation(key))

    def unsettled(self, connection: Connection, user_id: UserId) -> frozenset[MerchantOrderNo]:
        """Return a person's orders that something is owed for, either way."""
        books = self.books(connection, user_id)
        return frozenset(order for each in books.currencies() for order in books.open_orders(each))

    def forget(
        self, connection: Connection, user_id: UserId, kept: AbstractSet[MerchantOrderNo]
    ) -> None:
        """Delete a person's proofs and bookings but for orders that stay.

        Orders whose money counted for one another stay together: one makes no sense without the
        other.
        """
        books, stay, grown = self.books(connection, user_id), set(kept), -1
        while grown != len(stay):
            grown = len(stay)
            for operation in books:
                if operation.to_order and {operation.order_no, operation.to_order} & stay:
                    stay |= {operation.order_no, operation.to_order}
        connection.executemany(
            "DELETE FROM ledger WHERE key = ?",
            [(each.key,) for each in books if each.order_no not in stay],
        )
        rows = connection.execute(
            "SELECT order_no FROM shop_cases WHERE user_id = :user"
            " UNION SELECT order_no FROM proofs WHERE user_id = :user",
            {"user": user_id},
        ).fetchall()
        gone = [(order_no,) for (order_no,) in rows if order_no not in stay]
        for table in ("proofs", "shop_cases", "shop_events"):
            connection.executemany(f"DELETE FROM {table} WHERE order_no = ?", gone)  # noqa: S608 - named above
