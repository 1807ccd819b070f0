"""Orders of a release that knew no stages: what only their sealed bodies say is put beside them."""

import structlog

from bot.domain.identifiers import UserId
from bot.domain.orders import Order
from bot.domain.stages import Stage, stage_of
from bot.storage.codec import to_micros
from bot.storage.places import place_of_order
from bot.storage.ports import StorageUnavailable
from bot.storage.sql.connection import Connection
from bot.storage.sql.database import Database

_NEWEST = "SELECT order_no, body FROM orders WHERE stage IS NULL ORDER BY order_no DESC LIMIT ?"
_OF_PERSON = "SELECT order_no, body FROM orders WHERE user_id = ? AND stage IS NULL"
_SET = "UPDATE orders SET stage = ?, look_at = ? WHERE order_no = ? AND stage IS NULL"
_OVER = frozenset({Stage.DONE, Stage.CLOSED})
_log = structlog.get_logger(__name__)


class Sorting:
    """Works beside the bot after an upgrade; until it is over, who asks sorts what they need."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._over = False

    async def some(self, limit: int) -> int:
        """Sort the newest that are not sorted; return how many were done. Reads them later."""
        return await self._database.write(lambda connection: self._sort(connection, _NEWEST, limit))

    async def of(self, person: UserId) -> None:
        """Sort one person's, before they are counted or looked for by stage."""
        if self._over or not await self._database.rows(f"{_OF_PERSON} LIMIT 1", person):
            return
        await self._database.write(lambda connection: self._sort(connection, _OF_PERSON, person))

    async def is_over(self) -> bool:
        """Tell whether nothing can be of an order that is not sorted yet."""
        self._over = self._over or not await self._database.rows(_NEWEST, 1)
        return self._over

    def _sort(self, connection: Connection, unsorted: str, of: int) -> int:
        now = to_micros(self._database.now())
        rows = connection.execute(unsorted, (of,)).fetchall()
        for order_no, body in rows:
            try:
                order = self._database.unseal(Order, body, place_of_order(order_no))
            except StorageUnavailable as error:
                # Nobody can read it; the others must not wait for it.
                _log.error("order_unreadable", order_no=order_no, error=str(error))
                stage = Stage.CLOSED
            else:
                stage = stage_of(order)
                name_parts(connection, order)
            look_at = None if stage in _OVER else now
            connection.execute(_SET, (stage.value, look_at, order_no))
        return len(rows)


def name_parts(connection: Connection, order: Order) -> None:
    """Remember which orders of the marketplace are this one of ours."""
    connection.executemany(
        "INSERT INTO order_parts (marketplace, part_id, order_no) VALUES (?, ?, ?)"
        " ON CONFLICT (marketplace, part_id) DO UPDATE SET order_no = excluded.order_no",
        [(part.order_id.marketplace, part.order_id.id, order.order_no) for part in order.parts],
    )
