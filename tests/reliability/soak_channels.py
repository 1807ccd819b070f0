"""Channels of organisers under the soak, and the administrator that each has beside the bot."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

RIGHTS = ("can_post_messages", "can_edit_messages")
_BETWEEN = (6.0, 20.0)  # seconds
_WITHOUT_RIGHTS = (2.0, 8.0)


async def open_channel(telegram: httpx.AsyncClient, owner: int) -> int:
    """Make a channel in which the bot may post."""
    body: dict[str, Any] = {"type": "channel", "title": f"Square {owner}", "members": [owner]}
    made = await telegram.post("/sandbox/chats", json=body)
    made.raise_for_status()
    number = int(made.json()["id"])
    await _stand(telegram, number, owner, RIGHTS)
    return number


async def _stand(telegram: httpx.AsyncClient, channel: int, by: int, rights: Sequence[str]) -> None:
    body: dict[str, Any] = {"status": "administrator", "rights": list(rights), "by": by}
    answer = await telegram.post(f"/sandbox/chats/{channel}/standing", json=body)
    answer.raise_for_status()


@dataclass
class Administrator:
    """Somebody else who runs the channels: deletes cards, takes rights away and gives them back."""

    telegram: httpx.AsyncClient
    random: random.Random
    channels: Sequence[tuple[int, int]]
    """Each with its owner, in whose name it is done."""
    did: Counter[str] = field(default_factory=Counter)
    sent: int = 0
    """Changes of the bot's standing, each of which is an update."""

    async def interfere(self) -> None:
        """For ever."""
        while True:
            await asyncio.sleep(self.random.uniform(*_BETWEEN))
            channel, owner = self.random.choice(self.channels)
            if self.random.random() < 0.5:
                await self._delete_a_card(channel, owner)
            else:
                await self._without_rights(channel, owner)

    async def _delete_a_card(self, channel: int, owner: int) -> None:
        answer = await self.telegram.get(f"/sandbox/chats/{channel}/messages")
        cards = [
            int(each["message_id"])
            for each in answer.json()["messages"]
            if each["sandbox"]["mine"] is None and not each["sandbox"]["deleted"]
        ]
        if cards:
            body = {"from": owner, "message_id": self.random.choice(cards)}
            await self.telegram.post(f"/sandbox/chats/{channel}/delete", json=body)
            self.did["administrator deleted a card"] += 1

    async def _without_rights(self, channel: int, owner: int) -> None:
        self.did["administrator took the bot's rights"] += 1
        try:
            await _stand(self.telegram, channel, owner, ())
            self.sent += 1
            await asyncio.sleep(self.random.uniform(*_WITHOUT_RIGHTS))
        finally:
            await _stand(self.telegram, channel, owner, RIGHTS)
            self.sent += 1
