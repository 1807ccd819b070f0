"""Where group buys are shown in groups and channels, and what of it is to be drawn."""

from datetime import datetime, timedelta

from bot.domain.group_buys.showing import Card
from bot.domain.identifiers import BuyId, ChatId
from bot.storage.codec import to_micros
from bot.storage.sql.batch import Work, executing
from bot.storage.sql.connection import Connection
from bot.storage.sql.database import Database

_CARD = "SELECT cards.buy_id, chat_id, message_id, topic, language, with_picture, shown"
_BEING_POSTED = -1
_BETWEEN_CARDS = timedelta(seconds=3.1)


class GroupCards:
    """Implements `GroupCardPort`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put_card(self, card: Card) -> Card | None:
        """Keep where a buy is shown in a chat; return the card that was there before."""

        def put(connection: Connection) -> Card | None:
            row = connection.execute(
                f"{_CARD} FROM group_cards AS cards WHERE buy_id = ? AND chat_id = ?",
                (card.buy_id, card.chat_id),
            ).fetchone()
            connection.execute(
                "INSERT INTO group_cards (buy_id, chat_id, message_id, topic, language,"
                " with_picture, shown, not_before) VALUES (?, ?, ?, ?, ?, ?, ?, 0)"
                " ON CONFLICT (buy_id, chat_id) DO UPDATE SET message_id = excluded.message_id,"
                " topic = excluded.topic, language = excluded.language,"
                " with_picture = excluded.with_picture, shown = excluded.shown, not_before = 0",
                (
                    card.buy_id,
                    card.chat_id,
                    card.message_id,
                    card.topic,
                    card.language,
                    card.with_picture,
                    card.shown,
                ),
            )
            return None if row is None else _card(*row)

        return await self._database.write(put)

    async def cards_to_draw(self, now: datetime, limit: int) -> list[Card]:
        """Return the cards that show an older version and may be edited now."""
        rows = await self._database.rows(
            f"{_CARD} FROM group_cards AS cards JOIN group_buys USING (buy_id)"
            " WHERE message_id >= 0 AND shown < version AND not_before <= ?"
            " ORDER BY not_before LIMIT ?",
            to_micros(now),
            limit,
        )
        return [_card(*row) for row in rows]

    async def cards_of(self, buy_id: BuyId) -> list[Card]:
        """Return where a buy is shown, or is to be."""
        rows = await self._database.rows(
            f"{_CARD} FROM group_cards AS cards WHERE buy_id = ? ORDER BY chat_id", buy_id
        )
        return [_card(*row) for row in rows]

    async def claim_card(self, card: Card) -> bool:
        """Mark a card as being posted, durably; False when it no longer waits for that."""
        return await self._database.write(
            lambda connection: (
                connection.execute(
                    "UPDATE group_cards SET message_id = ?"
                    " WHERE buy_id = ? AND chat_id = ? AND message_id = 0",
                    (_BEING_POSTED, card.buy_id, card.chat_id),
                ).rowcount
                == 1
            )
        )

    async def give_up_cards(self) -> list[Card]:
        """Forget what an earlier run was posting: it may be there. Return it."""

        def give_up(connection: Connection) -> list[Card]:
            rows = connection.execute(
                f"{_CARD} FROM group_cards AS cards WHERE message_id = ?", (_BEING_POSTED,)
            ).fetchall()
            connection.execute("DELETE FROM group_cards WHERE message_id = ?", (_BEING_POSTED,))
            return [_card(*row) for row in rows]

        return await self._database.write(give_up)

    def showing(self, card: Card) -> Work:
        """Return what has a buy shown in a chat; where it is already it is drawn once more."""
        return executing(
            "INSERT INTO group_cards (buy_id, chat_id, message_id, topic, language, with_picture,"
            " shown, not_before) VALUES (?, ?, 0, ?, ?, 0, -1, 0)"
            " ON CONFLICT (buy_id, chat_id) DO UPDATE SET shown = -1",
            card.buy_id,
            card.chat_id,
            card.topic,
            card.language,
        )

    async def card_drawn(self, card: Card, version: int, again_at: datetime) -> None:
        """Remember which version a card shows, and when it may be edited next.

        Other cards of that chat wait some seconds, as the chat's own limit counts all of them.
        """
        soon = to_micros(self._database.now() + _BETWEEN_CARDS)

        def drawn(connection: Connection) -> None:
            connection.execute(
                "UPDATE group_cards SET not_before = ? WHERE chat_id = ? AND not_before < ?",
                (soon, card.chat_id, soon),
            )
            connection.execute(
                "UPDATE group_cards SET shown = ?, not_before = ?,"
                " failing_since = CASE WHEN shown < ? THEN NULL"
                " ELSE COALESCE(failing_since, ?) END"
                " WHERE buy_id = ? AND chat_id = ? AND message_id = ?",
                (
                    version,
                    to_micros(again_at),
                    version,
                    to_micros(self._database.now()),
                    card.buy_id,
                    card.chat_id,
                    card.message_id,
                ),
            )

        await self._database.write(drawn)

    async def drop_card(self, card: Card) -> None:
        """Forget a card whose message is gone."""
        await self._database.write(
            lambda connection: connection.execute(
                "DELETE FROM group_cards WHERE buy_id = ? AND chat_id = ? AND message_id IN (?, ?)",
                (card.buy_id, card.chat_id, card.message_id, card.message_id or _BEING_POSTED),
            )
        )


def _card(
    buy_id: int,
    chat_id: int,
    message_id: int,
    topic: int | None,
    language: str,
    with_picture: int,
    shown: int,
) -> Card:
    return Card(
        buy_id=BuyId(buy_id),
        chat_id=ChatId(chat_id),
        message_id=message_id,
        topic=topic,
        language=language,
        with_picture=bool(with_picture),
        shown=shown,
    )
