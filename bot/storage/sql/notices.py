"""News on its way to people in SQLite. What it says is sealed, and gone once it was told."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime

from bot.domain.identifiers import ChatId, MerchantOrderNo
from bot.domain.news import News
from bot.storage.codec import from_micros, to_micros
from bot.storage.places import place_of_notice
from bot.storage.sql.batch import Work
from bot.storage.sql.connection import Connection
from bot.storage.sql.database import Database
from bot.storage.tracking_ports import NewNotice, Notice, NoticeEnd

# A list of any length as one parameter.
_THESE = "notice_id IN (SELECT CAST(value AS BIGINT) FROM json_each(?))"


class Notices:
    """Implements `NoticePort`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def orders_to_tell(
        self, now: datetime, limit: int
    ) -> list[tuple[MerchantOrderNo, ChatId]]:
        """Return the orders with news that may be told now, and where to; the oldest first."""
        rows = await self._database.rows(
            "SELECT order_no, chat_id FROM notices JOIN orders USING (order_no)"
            " WHERE state = 'waiting' AND not_before <= ?"
            " GROUP BY order_no, chat_id ORDER BY MIN(notice_id) LIMIT ?",
            to_micros(now),
            limit,
        )
        return [(MerchantOrderNo(order_no), ChatId(chat_id)) for order_no, chat_id in rows]

    async def waiting_notices(self, order_no: MerchantOrderNo, now: datetime) -> list[Notice]:
        """Return an order's notices that may be told now, in the order in which they came."""
        rows = await self._database.rows(
            "SELECT notice_id, key, born_at, not_before, body FROM notices"
            " WHERE order_no = ? AND state = 'waiting' AND not_before <= ? ORDER BY notice_id",
            order_no,
            to_micros(now),
        )
        return [
            Notice(
                notice_id=notice_id,
                news=self._database.unseal(News, body, place_of_notice(order_no, key)),
                born_at=from_micros(born_at),
                not_before=from_micros(not_before),
            )
            for notice_id, key, born_at, not_before, body in rows
        ]

    async def claim_notices(self, notice_ids: Collection[int]) -> None:
        """Mark notices as being sent. Durable before anything is sent."""
        await self._change(
            f"UPDATE notices SET state = 'claimed' WHERE {_THESE} AND state = 'waiting'",  # noqa: S608 - a constant
            _listed(notice_ids),
        )

    async def end_notices(self, notice_ids: Collection[int], end: NoticeEnd) -> None:
        """Record what became of notices; what they said is no longer kept."""
        await self._change(
            f"UPDATE notices SET state = ?, ended_at = ?, body = NULL WHERE {_THESE}",  # noqa: S608 - a constant
            end.value,
            to_micros(self._database.now()),
            _listed(notice_ids),
        )

    async def put_back_notices(self, notice_ids: Collection[int], until: datetime) -> None:
        """Have notices wait again, and what came later of their orders not overtake them."""
        these, at = _listed(notice_ids), to_micros(until)

        def put_back(connection: Connection) -> None:
            connection.execute(
                "UPDATE notices SET state = 'waiting', not_before = ?"  # noqa: S608 - a constant
                f" WHERE {_THESE} AND state = 'claimed'",
                (at, these),
            )
            connection.execute(
                "UPDATE notices SET not_before = ? WHERE state = 'waiting' AND not_before < ?"  # noqa: S608 - a constant
                f" AND order_no IN (SELECT order_no FROM notices WHERE {_THESE})",
                (at, at, these),
            )

        await self._database.write(put_back)

    async def hold_notices(self, notice_ids: Collection[int], until: datetime) -> None:
        """Have notices wait on; what came later of their orders may overtake them."""
        await self._change(
            f"UPDATE notices SET not_before = ? WHERE {_THESE} AND state = 'waiting'",  # noqa: S608 - a constant
            to_micros(until),
            _listed(notice_ids),
        )

    async def give_up_claimed(self) -> int:
        """End as unclear what an earlier run had claimed; return how many."""
        now = to_micros(self._database.now())
        return await self._database.write(
            lambda connection: (
                connection.execute(
                    "UPDATE notices SET state = 'unclear', ended_at = ?, body = NULL"
                    " WHERE state = 'claimed'",
                    (now,),
                ).rowcount
            )
        )

    def telling(self, order_no: MerchantOrderNo, notices: Sequence[NewNotice]) -> Work:
        """Return what stores an order's news, leaving out what it has been told of before."""
        now = to_micros(self._database.now())
        rows = [
            (
                order_no,
                each.news.key,
                "shown" if each.shown else "waiting",
                now,
                to_micros(each.not_before),
                now if each.shown else None,
                None
                if each.shown
                else self._database.seal(each.news, place_of_notice(order_no, each.news.key)),
            )
            for each in notices
        ]
        return lambda connection: connection.executemany(
            "INSERT INTO notices (order_no, key, state, born_at, not_before, ended_at, body)"
            " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (order_no, key) DO NOTHING",
            rows,
        )

    async def _change(self, sql: str, *parameters: object) -> None:
        await self._database.write(lambda connection: connection.execute(sql, parameters))


def _listed(notice_ids: Collection[int]) -> str:
    return json.dumps(sorted(notice_ids))
