"""Pushes of the marketplace in SQLite. What they say is sealed, and gone once it was used."""

import json
from collections.abc import Collection
from datetime import datetime

import structlog

from bot.domain.identifiers import MarketplaceName, MarketplaceOrderId, MerchantOrderNo, OfferId
from bot.storage.codec import from_micros, to_micros
from bot.storage.places import place_of_push
from bot.storage.ports import StorageUnavailable
from bot.storage.sql.connection import Connection
from bot.storage.sql.database import Database
from bot.storage.sql.sorting import Sorting
from bot.storage.sql.watches import have_read_soon
from bot.storage.tracking_ports import PartOwners, StoredPush, WaitingPush

_log = structlog.get_logger(__name__)
_FIRST_OF_ALL = 0  # a time before any other: what a push tells of is read first


class Pushes:
    """Implements `PushPort`."""

    def __init__(self, database: Database, sorting: Sorting) -> None:
        self._database = database
        self._sorting = sorting

    async def put_push(self, push: StoredPush) -> bool:
        """Store a push; return whether it is new. A repeat changes nothing."""
        row = (
            push.marketplace,
            push.msg_id,
            push.topic,
            to_micros(push.received_at),
            self._database.seal_bytes(
                push.message.encode(), place_of_push(push.marketplace, push.msg_id)
            ),
        )
        return await self._database.write(
            lambda connection: bool(
                connection.execute(
                    "INSERT INTO pushes (marketplace, msg_id, topic, received_at, payload)"
                    " VALUES (?, ?, ?, ?, ?) ON CONFLICT (marketplace, msg_id) DO NOTHING",
                    row,
                ).rowcount
            )
        )

    async def waiting_pushes(self, now: datetime, limit: int) -> list[WaitingPush]:
        """Return pushes that are to be handled now, in the order of their arrival."""
        rows = await self._database.rows(
            "SELECT push_id, marketplace, msg_id, received_at, attempts, payload FROM pushes"
            " WHERE state = 'waiting' AND (not_before IS NULL OR not_before <= ?)"
            " ORDER BY push_id LIMIT ?",
            to_micros(now),
            limit,
        )
        return [
            WaitingPush(
                push_id=push_id,
                marketplace=MarketplaceName(marketplace),
                message=self._opened_push(payload, place_of_push(marketplace, msg_id)),
                received_at=from_micros(received_at),
                attempts=attempts,
            )
            for push_id, marketplace, msg_id, received_at, attempts, payload in rows
        ]

    def _opened_push(self, payload: bytes, place: str) -> str:
        """Return a push's message; nothing for one that can't be opened, which reads as none."""
        try:
            return self._database.unseal_bytes(payload, place).decode()
        except StorageUnavailable as error:
            _log.error("push_unreadable", error=str(error))
            return ""

    async def orders_of_parts(self, order_ids: Collection[MarketplaceOrderId]) -> PartOwners:
        """Return our numbers of those orders of the marketplace that are ours."""
        # Asked before: what is sorted in between is found or not claimed to be everything.
        is_over = await self._sorting.is_over()
        found = {}
        for marketplace in {each.marketplace for each in order_ids}:
            asked = [each.id for each in order_ids if each.marketplace == marketplace]
            rows = await self._database.rows(
                "SELECT part_id, order_no FROM order_parts WHERE marketplace = ?"
                " AND part_id IN (SELECT value FROM json_each(?))",
                marketplace,
                json.dumps(asked),
            )
            for part_id, order_no in rows:
                found[MarketplaceOrderId(part_id, marketplace)] = MerchantOrderNo(order_no)
        return PartOwners(found, is_over or len(found) == len(set(order_ids)))

    async def finish_pushes(
        self,
        used: Collection[int],
        unused: Collection[int],
        due: Collection[MerchantOrderNo] = (),
        offers: Collection[OfferId] = (),
    ) -> None:
        """Mark pushes as handled and, with it, what they tell of as due before everything else."""
        done, idle, orders = (json.dumps(list(each)) for each in (used, unused, due))

        def settle(connection: Connection) -> None:
            connection.execute(
                "UPDATE orders SET look_at = ?, hints = hints + 1 WHERE look_at IS NOT NULL"
                " AND order_no IN (SELECT value FROM json_each(?))",
                (_FIRST_OF_ALL, orders),
            )
            have_read_soon(connection, offers)
            connection.execute(
                "UPDATE pushes SET state = 'used', payload = NULL"
                " WHERE push_id IN (SELECT CAST(value AS BIGINT) FROM json_each(?))",
                (done,),
            )
            connection.execute(
                "UPDATE pushes SET state = 'unused'"
                " WHERE push_id IN (SELECT CAST(value AS BIGINT) FROM json_each(?))",
                (idle,),
            )

        await self._database.write(settle)

    async def retry_pushes(
        self, push_ids: Collection[int], not_before: datetime, *, counted: bool = True
    ) -> None:
        """Have pushes handled again later, and count that as an attempt if it was one."""
        parameters = (int(counted), to_micros(not_before), json.dumps(list(push_ids)))
        await self._database.write(
            lambda connection: connection.execute(
                "UPDATE pushes SET attempts = attempts + ?, not_before = ?"
                " WHERE push_id IN (SELECT CAST(value AS BIGINT) FROM json_each(?))",
                parameters,
            )
        )
