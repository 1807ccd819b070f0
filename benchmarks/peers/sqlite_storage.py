"""A storage for aiogram's state machine that loses nothing: each change is one durable commit."""

import json
from collections.abc import Mapping
from typing import Any

import aiosqlite
from aiogram.fsm.state import State
from aiogram.fsm.storage.base import BaseStorage, StateType, StorageKey


class SqliteStorage(BaseStorage):
    """Writes through to SQLite with `synchronous=FULL`, as somebody would write it in an hour."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._opened: aiosqlite.Connection | None = None

    async def _connection(self) -> aiosqlite.Connection:
        if self._opened is None:
            opened = await aiosqlite.connect(self._path, isolation_level=None)
            await opened.execute("PRAGMA journal_mode=WAL")
            await opened.execute("PRAGMA synchronous=FULL")
            await opened.execute(
                "CREATE TABLE IF NOT EXISTS fsm (chat INTEGER, user INTEGER, state TEXT, data TEXT,"
                " PRIMARY KEY (chat, user))"
            )
            self._opened = opened
        return self._opened

    async def set_state(self, key: StorageKey, state: StateType = None) -> None:
        """Keep a state."""
        connection = await self._connection()
        value = state.state if isinstance(state, State) else state
        await connection.execute(
            "INSERT INTO fsm (chat, user, state) VALUES (?, ?, ?)"
            " ON CONFLICT (chat, user) DO UPDATE SET state = excluded.state",
            (key.chat_id, key.user_id, value),
        )

    async def get_state(self, key: StorageKey) -> str | None:
        """Return a state."""
        return await self._one("state", key)

    async def set_data(self, key: StorageKey, data: Mapping[str, Any]) -> None:
        """Keep data."""
        connection = await self._connection()
        await connection.execute(
            "INSERT INTO fsm (chat, user, data) VALUES (?, ?, ?)"
            " ON CONFLICT (chat, user) DO UPDATE SET data = excluded.data",
            (key.chat_id, key.user_id, json.dumps(data)),
        )

    async def get_data(self, key: StorageKey) -> dict[str, Any]:
        """Return data."""
        found = await self._one("data", key)
        return dict(json.loads(found)) if found else {}

    async def close(self) -> None:
        """Close the file."""
        if self._opened is not None:
            await self._opened.close()

    async def _one(self, column: str, key: StorageKey) -> str | None:
        connection = await self._connection()
        query = f"SELECT {column} FROM fsm WHERE chat = ? AND user = ?"  # noqa: S608 - two fixed names
        async with connection.execute(query, (key.chat_id, key.user_id)) as cursor:
            row = await cursor.fetchone()
        return row[0] if row else None
