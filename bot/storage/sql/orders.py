"""Orders in SQLite. What was ordered, for whom and where to is sealed."""

import asyncio
from datetime import datetime
from typing import Any

from bot.domain.identifiers import MerchantOrderNo, UserId
from bot.domain.orders import Order, Placing
from bot.domain.recent import Recent
from bot.domain.sessions import Session
from bot.domain.stages import Stage, stage_of
from bot.storage.codec import to_micros
from bot.storage.places import place_of_order
from bot.storage.ports import AlreadyClaimed, OrderMoved
from bot.storage.sql.batch import Work, executing
from bot.storage.sql.connection import Connection
from bot.storage.sql.database import AT_HAND, Database
from bot.storage.sql.lately import Lately
from bot.storage.sql.orders_of_buys import body_of, order_stored
from bot.storage.sql.shop import Shop
from bot.storage.sql.sorting import Sorting, name_parts
from bot.storage.tracking_ports import FIRST_LOOK

_REMEMBERED = 256
_ONE = "SELECT order_no, body FROM orders WHERE order_no = ?"
_OF_PERSON = (
    "SELECT order_no, body FROM orders WHERE user_id = ?"
    " ORDER BY created_at DESC, stored DESC LIMIT ? OFFSET ?"
)
_OF_STAGE = _OF_PERSON.replace("user_id = ?", "user_id = ? AND stage = ?")
# States written out, not bound: SQLite takes a partial index only where its condition stands
# literally.
_UNSETTLED = (
    "SELECT order_no, body FROM orders"
    " WHERE placing IN ('claimed', 'creating', 'uncertain') ORDER BY created_at, stored"
)
_UNRESOLVED = (
    "SELECT order_no, body FROM orders WHERE placing = 'unresolved' ORDER BY created_at, stored"
)
_LATEST = (
    "SELECT order_no, body FROM orders"
    " WHERE created_at >= ? AND placing IN ('placed', 'refused', 'changed')"
    " ORDER BY created_at DESC, stored DESC LIMIT ?"
)
_SINCE = "SELECT order_no, body FROM orders WHERE created_at >= ? ORDER BY created_at DESC LIMIT ?"
_AFTER = (
    "SELECT order_no, body FROM orders"
    " WHERE user_id = (SELECT user_id FROM orders WHERE order_no = ?)"
    " AND stored > (SELECT stored FROM orders WHERE order_no = ?) ORDER BY stored LIMIT ?"
)
_UNTOLD = (
    "SELECT order_no, body FROM orders"
    " WHERE told = 0 AND placing NOT IN ('claimed', 'creating', 'uncertain')"
    " ORDER BY created_at, stored"
)


class Orders:
    """Implements `OrderPort`."""

    def __init__(self, database: Database, shop: Shop, sorting: Sorting) -> None:
        self._database = database
        self._sorting = sorting
        self._shop = shop
        # An operator's command may settle one from another process: each is read again.
        self._lately: Lately[str, Order] = Lately(_REMEMBERED, alone=False)
        database.remembers(self._lately.clear)
        self._written: Recent[str, datetime] = Recent(_REMEMBERED)

    async def order(self, order_no: MerchantOrderNo) -> Order | None:
        """Return one order."""
        row = await self.row_of(order_no, _ONE)
        return None if row is None else self.known(*row)

    async def row_of(self, order_no: MerchantOrderNo, sql: str) -> Any | None:
        """Return the row that a query has for one order; most are asked for soon after a write."""
        written = self._written.get(order_no)
        if written is None or self._database.now() - written > AT_HAND:
            return await self._database.row(sql, order_no)
        return await self._database.row_at_hand(sql, order_no)

    async def orders_of(
        self, user_id: UserId, limit: int = 10, offset: int = 0, stage: Stage | None = None
    ) -> list[Order]:
        """Return that person's orders, of one stage or of all, newest first."""
        if stage is None:
            return await self._orders(_OF_PERSON, user_id, limit, offset)
        await self._sorting.of(user_id)
        return await self._orders(_OF_STAGE, user_id, stage.value, limit, offset)

    async def orders_after(self, order_no: MerchantOrderNo, limit: int) -> list[Order]:
        """Return the orders of the same person that were stored after this one, oldest first."""
        return await self._orders(_AFTER, order_no, order_no, limit)

    async def count_orders(self, user_id: UserId) -> dict[Stage, int]:
        """Return how many orders that person has in each stage; none is left out."""
        await self._sorting.of(user_id)
        rows = await self._database.rows(
            "SELECT stage, COUNT(*) FROM orders WHERE user_id = ? AND stage IS NOT NULL"
            " GROUP BY stage",
            user_id,
        )
        return dict.fromkeys(Stage, 0) | {Stage(stage): count for stage, count in rows}

    async def save_order(self, order: Order, expected: Placing) -> None:
        """Store an order's next state if it is still `expected`. Raises `OrderMoved`.

        An order that moves has a new outcome, which the person was not told yet.
        """
        placed = order.placing is Placing.PLACED
        values = {
            "next": order.placing.value,
            "stage": stage_of(order).value,
            "look_at": to_micros(self._database.now() + FIRST_LOOK) if placed else None,
            "order_no": order.order_no,
            "expected": expected.value,
        }

        book, own = self._shop.booking_state(order), self.sealed_alone(order)

        def save(connection: Connection) -> None:
            saved = connection.execute(
                "UPDATE orders SET body = :body, stage = :stage, placing = :next,"
                " told = CASE WHEN placing = :next THEN told ELSE 0 END,"
                " look_at = CASE WHEN placing = :next THEN look_at ELSE :look_at END"
                " WHERE order_no = :order_no AND placing = :expected",
                {**values, "body": own or body_of(connection, self._database, order)},
            )
            if not saved.rowcount:
                raise OrderMoved(f"{order.order_no} is not {expected}")
            name_parts(connection, order)
            order_stored(connection, order)
            book(connection)

        await self._database.write(save)

    async def unsettled_orders(self) -> list[Order]:
        """Return all CLAIMED, CREATING and UNCERTAIN orders, oldest first."""
        return await self._orders(_UNSETTLED)

    async def unresolved_orders(self) -> list[Order]:
        """Return the orders that a person has to decide on, oldest first."""
        return await self._orders(_UNRESOLVED)

    async def latest_orders(self, since: datetime, limit: int) -> list[Order]:
        """Return everybody's PLACED, REFUSED and CHANGED orders agreed to since, newest first."""
        return await self._orders(_LATEST, to_micros(since), limit)

    async def orders_since(self, since: datetime, limit: int) -> list[Order]:
        """Return everybody's orders agreed to since then, in any state, newest first.

        Opened off the event loop: there may be thousands.
        """
        rows = await self._database.rows(_SINCE, to_micros(since), limit)
        return await asyncio.to_thread(lambda: [self.opened(*row) for row in rows])

    async def untold_orders(self) -> list[Order]:
        """Return settled orders whose outcome the person was not yet told, oldest first."""
        return await self._orders(_UNTOLD)

    async def mark_told(self, order_no: MerchantOrderNo, placing: Placing) -> None:
        """Remember that the person has this outcome on their screen, unless it is old already."""
        await self._database.write(
            executing(
                "UPDATE orders SET told = 1 WHERE order_no = ? AND placing = ?",
                order_no,
                placing.value,
            )
        )

    def telling(self, order_no: MerchantOrderNo, placing: Placing, user_id: UserId) -> Work:
        """Return what marks an outcome as told, as `mark_told`, if the order is that person's."""
        return executing(
            "UPDATE orders SET told = 1 WHERE order_no = ? AND placing = ? AND user_id = ?",
            order_no,
            placing.value,
            user_id,
        )

    async def _orders(self, sql: str, *parameters: object) -> list[Order]:
        rows = await self._database.rows(sql, *parameters)
        return [self.known(order_no, body) for order_no, body in rows]

    def sealed(self, order: Order) -> bytes:
        """Return what a row holds of an order; whoever reads it next knows it by these bytes."""
        body = self._database.seal(order, place_of_order(order.order_no))
        self._lately.written(order.order_no, order, body)
        self._written.put(order.order_no, self._database.now())
        return body

    def sealed_alone(self, order: Order) -> bytes | None:
        """Return the same; None for an order of a group buy, whose row tells whose it is now."""
        return self.sealed(order) if order.group_buy is None else None

    def known(self, order_no: str, body: bytes) -> Order:
        """Return the order that a row holds, opened only where it is not the one known already.

        For the event loop's thread. Raises `StorageUnavailable`.
        """
        order = self._lately.same(order_no, body)
        if order is None:
            order = self.opened(order_no, body)
            self._lately.read(order_no, order, self._lately.moment, body)
        return order

    def opened(self, order_no: str, body: bytes) -> Order:
        """Return the order that a row holds, in any thread. Raises `StorageUnavailable`."""
        return self._database.unseal(Order, body, place_of_order(order_no))

    def claiming(self, order: Order, session: Session, part: int = 0) -> Work:
        """Return what makes an order of a session's consent; it raises `AlreadyClaimed`."""
        consent = f"{session.session_id}+{part}" if part else session.session_id
        if (order.user_id, order.chat_id) != (session.user_id, session.chat_id):
            raise ValueError(f"{order.order_no} is not of this conversation")
        row = (
            order.order_no,
            order.marketplace,
            order.user_id,
            order.chat_id,
            consent,
            session.revision,
            order.placing.value,
            stage_of(order).value,
            to_micros(order.created_at),
            self.sealed(order),
        )

        def claim(connection: Connection) -> None:
            try:
                connection.execute(
                    "INSERT INTO orders (order_no, marketplace, user_id, chat_id, session_id,"
                    " revision, placing, stage, created_at, body, stored)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
                    " (SELECT COALESCE(MAX(stored), 0) + 1 FROM orders))",
                    row,
                )
            except connection.IntegrityError as error:
                raise AlreadyClaimed(order.order_no) from error
            name_parts(connection, order)

        return claim
