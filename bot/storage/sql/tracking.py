"""Placed orders in SQLite: read again when due, and stored with what that makes of them."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.identifiers import MerchantOrderNo
from bot.domain.orders import Order
from bot.domain.stages import stage_of
from bot.storage.codec import to_micros
from bot.storage.ports import OrderMoved
from bot.storage.sql.connection import Connection
from bot.storage.sql.database import Database
from bot.storage.sql.notices import Notices
from bot.storage.sql.orders import Orders
from bot.storage.sql.orders_of_buys import body_of, order_stored
from bot.storage.sql.shop import Shop
from bot.storage.sql.sorting import Sorting, name_parts
from bot.storage.tracking_ports import NewNotice, Tracked

# What was asked for meanwhile stays due.
_UNLESS_ASKED_FOR = (
    "look_at = CASE WHEN hints = COALESCE(:hints, hints) THEN :look_at ELSE look_at END"
)

_TRACKED = (
    "SELECT body, hints, misses, forgotten FROM orders WHERE order_no = ? AND placing = 'placed'"
)


class TrackedOrders:
    """Implements `TrackingPort`."""

    def __init__(
        self, database: Database, orders: Orders, notices: Notices, shop: Shop, sorting: Sorting
    ) -> None:
        self._database = database
        self._sorting = sorting
        self._orders = orders
        self._notices = notices
        self._shop = shop

    async def tracked(self, order_no: MerchantOrderNo) -> Tracked | None:
        """Return a placed order, None when there is none or it is not placed."""
        row = await self._orders.row_of(order_no, _TRACKED)
        if row is None:
            return None
        body, hints, misses, forgotten = row
        order = self._orders.known(order_no, body)
        return Tracked(order=order, hints=hints, misses=misses, forgotten=bool(forgotten))

    async def save_tracked(
        self,
        before: Tracked,
        after: Order,
        look_at: datetime | None,
        notices: Sequence[NewNotice] = (),
    ) -> None:
        """Store what a reading made of an order, and when the next is due. Raises `OrderMoved`."""
        tell = self._notices.telling(after.order_no, notices)
        book, own = self._shop.booking_state(after), self._orders.sealed_alone(after)
        values = {
            "order_no": after.order_no,
            "stage": stage_of(after).value,
            "hints": before.hints,
            "look_at": None if look_at is None else to_micros(look_at),
        }

        def save(connection: Connection) -> None:
            saved = connection.execute(
                f"UPDATE orders SET body = :body, stage = :stage, misses = 0, {_UNLESS_ASKED_FOR}"  # noqa: S608 - a constant
                " WHERE order_no = :order_no AND placing = 'placed'",
                {**values, "body": own or body_of(connection, self._database, after)},
            )
            if not saved.rowcount:
                raise OrderMoved(f"{after.order_no} is gone")
            name_parts(connection, after)
            order_stored(connection, after)
            tell(connection)
            book(connection)

        await self._database.write(save)

    async def missed(
        self, order_no: MerchantOrderNo, look_at: datetime, hints: int | None = None
    ) -> None:
        """Count a reading that failed and put the next one off."""
        values = {"order_no": order_no, "hints": hints, "look_at": to_micros(look_at)}
        await self._database.write(
            lambda connection: connection.execute(
                f"UPDATE orders SET misses = misses + 1, {_UNLESS_ASKED_FOR}"  # noqa: S608 - a constant
                " WHERE order_no = :order_no AND look_at IS NOT NULL",
                values,
            )
        )

    async def due_orders(self, now: datetime, limit: int) -> list[MerchantOrderNo]:
        """Return the orders whose reading is due, the longest due first."""
        rows = await self._database.rows(
            "SELECT order_no FROM orders WHERE look_at <= ? ORDER BY look_at LIMIT ?",
            to_micros(now),
            limit,
        )
        return [MerchantOrderNo(row[0]) for row in rows]

    async def sort_orders(self, limit: int = 200) -> int:
        """Work out stages and ids of orders from an earlier release; return how many were done."""
        return await self._sorting.some(limit)
