"""One person's data: forgotten, or handed out."""

import json
import sqlite3
from collections.abc import Callable
from typing import Any

from pydantic import JsonValue

from bot.domain.identifiers import ChatId, UserId
from bot.domain.model import Value
from bot.domain.news import News
from bot.domain.offers import SearchPage
from bot.domain.orders import Order
from bot.domain.sessions import Session
from bot.storage.codec import from_micros, unpack
from bot.storage.sqlite.addresses import AddressBook
from bot.storage.sqlite.inbox import Inbox, place_of_payload
from bot.storage.sqlite.notices import place_of_notice
from bot.storage.sqlite.orders import Orders

_PRIVATE_UPDATES = (
    "SELECT update_id, received_at, payload FROM inbox"
    " WHERE lane = ? AND state <> 'finished' ORDER BY update_id"
)

_NOTICES = (
    "SELECT order_no, key, state, born_at, ended_at, notices.body FROM notices"
    " JOIN orders USING (order_no) WHERE user_id = ? ORDER BY notice_id"
)


class Rights(Orders, AddressBook, Inbox):
    """Implements `RightsPort`."""

    async def forget(self, user_id: UserId) -> list[Order]:
        """Delete what is kept of a person; return the open orders, which stay until they close."""
        return await self._write(self._forgetting(user_id, None, None))

    async def export_of(self, user_id: UserId) -> dict[str, JsonValue]:
        """Return everything that is kept of a person, readable."""
        sessions = await self._rows(
            "SELECT sessions.chat_id, sessions.body, results.body FROM sessions"
            " LEFT JOIN results USING (session_id) WHERE user_id = ? ORDER BY chat_id",
            user_id,
        )
        updates = await self._rows(_PRIVATE_UPDATES, user_id)
        joined = await self._row("SELECT joined_at FROM members WHERE user_id = ?", user_id)
        asked = await self._row("SELECT since FROM news_readers WHERE user_id = ?", user_id)
        notices = await self._rows(_NOTICES, user_id)
        return {
            "telegram_user_id": user_id,
            "let_in_at": from_micros(joined[0]).isoformat() if joined else None,
            "asked_for_news_at": from_micros(asked[0]).isoformat() if asked else None,
            "conversations": [self._conversation(user_id, *row) for row in sessions],
            "addresses": [_readable(each) for each in await self.addresses_of(user_id)],
            "orders": [_readable(each) for each in await self.orders_of(user_id, limit=-1)],
            "news_of_orders": [self._told(*row) for row in notices],
            "messages_being_handled": [
                {
                    "update_id": update_id,
                    "received_at": from_micros(received_at).isoformat(),
                    "update": _parsed(self._unseal_bytes(payload, place_of_payload(update_id))),
                }
                for update_id, received_at, payload in updates
            ],
        }

    def _told(
        self, order_no: str, key: str, state: str, born_at: int, ended_at: int | None, body: bytes
    ) -> JsonValue:
        news = self._unseal(News, body, place_of_notice(order_no, key)) if body else None
        return {
            "order_no": order_no,
            "what": key.partition(".")[0],
            "state": state,
            "since": from_micros(born_at).isoformat(),
            "until": from_micros(ended_at).isoformat() if ended_at else None,
            "news": _readable(news) if news else None,
        }

    def _conversation(
        self, user_id: UserId, chat_id: int, body: bytes, results: bytes | None
    ) -> JsonValue:
        session = self._unseal(Session, body, place_of_session(ChatId(chat_id), user_id))
        page = _readable(unpack(SearchPage, results)) if results is not None else None
        return {"state": _readable(session), "search_results": page}

    def _forgetting(
        self, user_id: UserId, but_chat: ChatId | None, but_update: int | None
    ) -> Callable[[sqlite3.Connection], list[Order]]:
        """Forget a person, but for one conversation that begins anew, its update and later ones."""

        def forget(connection: sqlite3.Connection) -> list[Order]:
            connection.execute(
                "DELETE FROM results WHERE session_id IN"
                " (SELECT session_id FROM sessions WHERE user_id = ?)",
                (user_id,),
            )
            connection.execute(
                "DELETE FROM sessions WHERE user_id = ? AND chat_id IS NOT ?", (user_id, but_chat)
            )
            for table in ("addresses", "news_readers", "broadcast_people"):
                connection.execute(f"DELETE FROM {table} WHERE user_id = ?", (user_id,))  # noqa: S608 - named above
            # A private chat's lane is its person's id. The ids stay, so that repeats are known.
            connection.execute(
                "UPDATE inbox SET state = 'finished', payload = NULL, error = NULL"
                " WHERE lane = :user AND state <> 'finished'"
                " AND (:under_way IS NULL OR update_id < :under_way)",
                {"user": user_id, "under_way": but_update},
            )
            return self._keep_open_orders(connection, user_id)

        return forget

    def _keep_open_orders(self, connection: sqlite3.Connection, user_id: UserId) -> list[Order]:
        rows = connection.execute(
            "SELECT order_no, body FROM orders WHERE user_id = ? ORDER BY created_at", (user_id,)
        ).fetchall()
        orders = [self._order_in(*row) for row in rows]
        connection.executemany(
            "DELETE FROM orders WHERE order_no = ?",
            [(each.order_no,) for each in orders if not each.is_open],
        )
        connection.execute("UPDATE orders SET forgotten = 1 WHERE user_id = ?", (user_id,))
        return [each for each in orders if each.is_open]


def place_of_session(chat_id: ChatId, user_id: UserId) -> str:
    """Return the name that a session is sealed for."""
    return f"sessions/{chat_id}/{user_id}"


def _readable(value: Value) -> Any:
    return value.model_dump(mode="json")


def _parsed(payload: bytes) -> JsonValue:
    try:
        parsed: JsonValue = json.loads(payload)
    except ValueError:
        return payload.decode(errors="replace")
    return parsed
