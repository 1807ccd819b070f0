"""News to people in SQLite. What the messages say is sealed."""

import json
from collections.abc import Collection

from bot.domain.broadcasts import Broadcast, BroadcastState, BroadcastText, Reached, Recipient
from bot.domain.identifiers import ChatId, UserId
from bot.storage.codec import from_micros, to_micros
from bot.storage.places import place_of_broadcast
from bot.storage.sql.connection import Connection
from bot.storage.sql.database import Database

_OF_ONE = "SELECT broadcast_id, made_by, made_at, state, body FROM broadcasts"


class Broadcasts:
    """Implements `BroadcastPort`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def wants_news(self, user_id: UserId) -> bool:
        """Tell whether that person asked for news."""
        return (
            await self._database.row("SELECT 1 FROM news_readers WHERE user_id = ?", user_id)
            is not None
        )

    async def set_news(self, user_id: UserId, chat_id: ChatId, *, wanted: bool) -> None:
        """Remember whether they want news; what waits for them goes when they do not."""
        row = (user_id, chat_id, to_micros(self._database.now()))

        def change(connection: Connection) -> None:
            if wanted:
                connection.execute(
                    "INSERT INTO news_readers (user_id, chat_id, since) VALUES (?, ?, ?)"
                    " ON CONFLICT (user_id) DO NOTHING",
                    row,
                )
                return
            connection.execute("DELETE FROM news_readers WHERE user_id = ?", (user_id,))
            connection.execute(
                "DELETE FROM broadcast_people WHERE user_id = ? AND state = 'waiting'", (user_id,)
            )

        await self._database.write(change)

    async def count_readers(self) -> int:
        """Return how many want news."""
        (count,) = await self._database.row("SELECT COUNT(*) FROM news_readers") or (0,)
        return int(count)

    async def draft_broadcast(self, made_by: UserId, text: str) -> int:
        """Store a message that is not sent yet; earlier drafts of that operator go."""
        made_at = to_micros(self._database.now())

        def draft(connection: Connection) -> int:
            connection.execute(
                "DELETE FROM broadcasts WHERE made_by = ? AND state = 'draft'", (made_by,)
            )
            (number,) = connection.execute(
                "INSERT INTO broadcasts (made_by, made_at, body) VALUES (?, ?, ?)"
                " RETURNING broadcast_id",
                (made_by, made_at, b""),
            ).fetchone()
            body = self._database.seal(BroadcastText(text=text), place_of_broadcast(number))
            connection.execute(
                "UPDATE broadcasts SET body = ? WHERE broadcast_id = ?", (body, number)
            )
            return int(number)

        return await self._database.write(draft)

    async def broadcast(self, broadcast_id: int | None = None) -> Broadcast | None:
        """Return a message with how far it has come; None for the latest that is no draft."""
        if broadcast_id is None:
            row = await self._database.row(
                f"{_OF_ONE} WHERE state <> 'draft' ORDER BY broadcast_id DESC LIMIT 1"
            )
        else:
            row = await self._database.row(f"{_OF_ONE} WHERE broadcast_id = ?", broadcast_id)
        if row is None:
            return None
        number, made_by, made_at, state, body = row
        counts = await self._database.rows(
            "SELECT state, COUNT(*) FROM broadcast_people WHERE broadcast_id = ? GROUP BY state",
            number,
        )
        return Broadcast(
            broadcast_id=number,
            made_by=made_by,
            made_at=from_micros(made_at),
            state=BroadcastState(state),
            text=self._database.unseal(BroadcastText, body, place_of_broadcast(number)).text,
            people=dict(counts),
        )

    async def start_broadcast(self, broadcast_id: int) -> int | None:
        """Send a draft to all who want news now; return how many, None when it is no draft."""

        def start(connection: Connection) -> int | None:
            started = connection.execute(
                "UPDATE broadcasts SET state = 'sending'"
                " WHERE broadcast_id = ? AND state = 'draft'",
                (broadcast_id,),
            )
            if not started.rowcount:
                return None
            return connection.execute(
                "INSERT INTO broadcast_people (broadcast_id, user_id, chat_id)"
                " SELECT ?, user_id, chat_id FROM news_readers",
                (broadcast_id,),
            ).rowcount

        return await self._database.write(start)

    async def stop_broadcast(self, broadcast_id: int) -> bool:
        """End a message for who did not get it yet; return whether it was under way or a draft."""

        def stop(connection: Connection) -> bool:
            stopped = connection.execute(
                "UPDATE broadcasts SET state = 'stopped'"
                " WHERE broadcast_id = ? AND state IN ('draft', 'sending')",
                (broadcast_id,),
            )
            return bool(stopped.rowcount)

        return await self._database.write(stop)

    async def stop_broadcasts_of_others(self, operators: Collection[UserId]) -> int:
        """End drafts and messages of everybody else; return how many there were."""
        keep = json.dumps(sorted(operators))
        return await self._database.write(
            lambda connection: (
                connection.execute(
                    "UPDATE broadcasts SET state = 'stopped' WHERE state IN ('draft', 'sending')"
                    " AND made_by NOT IN (SELECT CAST(value AS BIGINT) FROM json_each(?))",
                    (keep,),
                ).rowcount
            )
        )

    async def recipients(self, limit: int) -> list[Recipient]:
        """Return people who are to get a message now; messages without any left are done."""
        rows = await self._database.rows(
            "SELECT broadcast_id, user_id, chat_id FROM broadcasts JOIN broadcast_people AS people"
            " USING (broadcast_id) WHERE broadcasts.state = 'sending' AND people.state = 'waiting'"
            " ORDER BY broadcast_id, user_id LIMIT ?",
            limit,
        )
        if not rows:
            await self._database.write(
                lambda connection: connection.execute(
                    "UPDATE broadcasts SET state = 'done' WHERE state = 'sending' AND NOT EXISTS"
                    " (SELECT 1 FROM broadcast_people AS people"
                    " WHERE people.broadcast_id = broadcasts.broadcast_id"
                    " AND people.state IN ('waiting', 'claimed'))"
                )
            )
        return [Recipient(broadcast_id=b, user_id=u, chat_id=c) for b, u, c in rows]

    async def claim_recipient(self, who: Recipient) -> bool:
        """Mark a message as being sent to somebody, durably; False when it is not to be."""
        return await self._database.write(
            lambda connection: bool(
                connection.execute(
                    "UPDATE broadcast_people SET state = 'claimed'"
                    " WHERE broadcast_id = ? AND user_id = ? AND state = 'waiting' AND EXISTS"
                    " (SELECT 1 FROM broadcasts WHERE broadcasts.broadcast_id ="
                    " broadcast_people.broadcast_id AND broadcasts.state = 'sending')",
                    (who.broadcast_id, who.user_id),
                ).rowcount
            )
        )

    async def reached(self, who: Recipient, end: Reached | None) -> None:
        """Record what became of it; None when it was certainly not sent and waits again."""
        state = "waiting" if end is None else end.value
        await self._database.write(
            lambda connection: connection.execute(
                "UPDATE broadcast_people SET state = ?"
                " WHERE broadcast_id = ? AND user_id = ? AND state = 'claimed'",
                (state, who.broadcast_id, who.user_id),
            )
        )

    async def give_up_recipients(self) -> int:
        """End as unclear what an earlier run had claimed; return how many."""
        return await self._database.write(
            lambda connection: (
                connection.execute(
                    "UPDATE broadcast_people SET state = 'unclear' WHERE state = 'claimed'"
                ).rowcount
            )
        )
