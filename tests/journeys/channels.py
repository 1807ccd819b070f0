"""Channels and groups as whoever reads them sees them, and what the bot may do there."""

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass

from chat import PATIENCE, Shown
from crashing import Clients

POSTING = ["can_post_messages", "can_edit_messages"]


@dataclass
class Channel:
    """A channel as whoever reads it sees it."""

    clients: Clients
    id: int
    owner: int

    @classmethod
    async def of(cls, clients: Clients, owner: int, title: str, kind: str = "channel") -> "Channel":
        body = {"type": kind, "title": title, "members": [owner]}
        answer = await clients.telegram.post("/sandbox/chats", json=body)
        assert answer.status_code < 300, answer.text
        made = cls(clients, int(answer.json()["id"]), owner)
        clients.channels.append((made.id, owner))
        return made

    async def bot_is(self, status: str, rights: list[str]) -> None:
        await self.clients.bot_is(status, rights, self.id, self.owner)

    async def cards(self) -> list[Shown]:
        answer = await self.clients.telegram.get(f"/sandbox/chats/{self.id}/messages")
        return [
            Shown(each)
            for each in answer.json()["messages"]
            if each["sandbox"]["mine"] is None
            and not each["sandbox"]["deleted"]
            and (each.get("photo") or each.get("text"))
        ]

    async def shows(self, wanted: Callable[[list[Shown]], bool]) -> list[Shown]:
        """Wait until the channel's cards are so."""
        deadline = time.monotonic() + PATIENCE
        while not wanted(cards := await self.cards()):
            assert time.monotonic() < deadline, [each.text for each in cards]
            await asyncio.sleep(0.05)
        return cards

    async def one_card(self, pattern: str) -> Shown:
        def is_so(cards: list[Shown]) -> bool:
            return len(cards) == 1 and re.search(pattern, cards[0].text, re.DOTALL) is not None

        return (await self.shows(is_so))[0]
