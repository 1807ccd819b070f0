"""What a shop has to tell: stored with what made it so, claimed before it is told."""

from datetime import datetime

from bot.domain.identifiers import MerchantOrderNo, ShopEventId
from bot.domain.shop_events import EventKind, ShopEvent
from bot.storage.codec import to_micros
from bot.storage.sql.connection import Connection
from bot.storage.sql.database import Database


class ShopEvents:
    """Implements `ShopEventPort`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def telling(
        self,
        connection: Connection,
        order_no: MerchantOrderNo,
        kind: EventKind,
        detail: str = "",
    ) -> None:
        """Have an event told, within a transaction under way; a repeat changes nothing."""
        connection.execute(
            "INSERT INTO shop_events (order_no, kind, detail, not_before) VALUES (?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            (order_no, kind.value, detail, to_micros(self._database.now())),
        )

    async def tell_event(
        self, order_no: MerchantOrderNo, kind: EventKind, detail: str = ""
    ) -> None:
        """Have something told that no booking brings about; a repeat changes nothing."""
        await self._database.write(
            lambda connection: self.telling(connection, order_no, kind, detail)
        )

    async def events_to_tell(self, now: datetime, limit: int) -> list[ShopEvent]:
        """Return what may be told now, oldest first."""
        rows = await self._database.rows(
            "SELECT event_id, order_no, kind, detail FROM shop_events"
            " WHERE state = 'waiting' AND not_before <= ? ORDER BY event_id LIMIT ?",
            to_micros(now),
            limit,
        )
        return [
            ShopEvent(event_id=event_id, order_no=order_no, kind=EventKind(kind), detail=detail)
            for event_id, order_no, kind, detail in rows
        ]

    async def claim_event(self, event_id: ShopEventId) -> bool:
        """Mark an event as being told, durably; False when it is no longer waiting."""
        return await self._move_event(event_id, "waiting", "claimed")

    async def end_event(self, event_id: ShopEventId) -> None:
        """Record that an event was told, or that nobody is left to tell."""
        await self._move_event(event_id, "claimed", "over")

    async def put_back_event(self, event_id: ShopEventId, until: datetime) -> None:
        """Have an event that was certainly not told wait again."""
        await self._database.write(
            lambda connection: connection.execute(
                "UPDATE shop_events SET state = 'waiting', not_before = ?"
                " WHERE event_id = ? AND state <> 'over'",
                (to_micros(until), event_id),
            )
        )

    async def give_up_events(self) -> int:
        """End what an earlier run was telling: it may have been told. Return how many."""
        return await self._database.write(
            lambda connection: (
                connection.execute(
                    "UPDATE shop_events SET state = 'over' WHERE state = 'claimed'"
                ).rowcount
            )
        )

    async def _move_event(self, event_id: ShopEventId, before: str, after: str) -> bool:
        return await self._database.write(
            lambda connection: (
                connection.execute(
                    "UPDATE shop_events SET state = ? WHERE event_id = ? AND state = ?",
                    (after, event_id, before),
                ).rowcount
                == 1
            )
        )
