"""What members and organisers of group buys are to be told."""

from datetime import datetime

from bot.domain.group_buys.news import News, NewsOf, StoredNews
from bot.domain.identifiers import BuyId, UserId
from bot.storage.codec import to_micros
from bot.storage.sql.database import Database


class GroupNews:
    """Implements `GroupNewsPort`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def news_to_tell(self, now: datetime, limit: int) -> list[StoredNews]:
        """Return what may be told now, oldest first."""
        rows = await self._database.rows(
            "SELECT news_id, buy_id, user_id, kind, detail FROM group_news"
            " WHERE state = 'waiting' AND not_before <= ? ORDER BY news_id LIMIT ?",
            to_micros(now),
            limit,
        )
        return [
            StoredNews(
                news_id=news_id,
                buy_id=BuyId(buy_id),
                news=News(kind=NewsOf(kind), user_id=UserId(user_id), detail=detail),
            )
            for news_id, buy_id, user_id, kind, detail in rows
        ]

    async def claim_news(self, news_id: int) -> bool:
        """Mark news as being told, durably; False when it is no longer waiting."""
        return await self._move_news(news_id, "waiting", "claimed")

    async def end_news(self, news_id: int) -> None:
        """Record that news was told, or that nobody is left to tell."""
        await self._move_news(news_id, "claimed", "over")

    async def put_back_news(self, news_id: int, until: datetime) -> None:
        """Have news that was certainly not told wait again."""
        await self._database.write(
            lambda connection: connection.execute(
                "UPDATE group_news SET state = 'waiting', not_before = ?"
                " WHERE news_id = ? AND state <> 'over'",
                (to_micros(until), news_id),
            )
        )

    async def give_up_news(self) -> int:
        """End what an earlier run was telling: it may have been told. Return how many."""
        return await self._database.write(
            lambda connection: (
                connection.execute(
                    "UPDATE group_news SET state = 'over' WHERE state = 'claimed'"
                ).rowcount
            )
        )

    async def _move_news(self, news_id: int, before: str, after: str) -> bool:
        return await self._database.write(
            lambda connection: (
                connection.execute(
                    "UPDATE group_news SET state = ? WHERE news_id = ? AND state = ?",
                    (after, news_id, before),
                ).rowcount
                == 1
            )
        )
