"""A bot with one operator, who wrote to it before it started."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from chat import Person
from crashing import Clients, Own


@dataclass
class Desk:
    """A world whose bot starts once somebody is there to be its operator."""

    own: Own
    operator_id: int = 0

    @contextlib.asynccontextmanager
    async def clients(self) -> AsyncIterator[Clients]:
        """Clients of a marketplace without orders, and of the bot, which runs."""
        async with self.own.clients() as clients:
            await clients.market.post("/sandbox/reset")
            if not self.operator_id:
                self.operator_id = (await clients.arrive()).id
                self.own.bot.environment["ADMIN_IDS"] = str(self.operator_id)
                self.own.bot.start()
            await self.own.bot.ready()
            yield clients

    async def operator(self, clients: Clients) -> Person:
        """The operator, who has read everything so far."""
        return await at_desk(clients, self.operator_id)


async def at_desk(clients: Clients, user_id: int) -> Person:
    """An operator who sees only what comes from now on."""
    who = Person(clients.telegram, user_id, "en")
    answer = await clients.telegram.get(f"/sandbox/chats/{who.id}/messages")
    who.seq = int(answer.json()["seq"])
    return who
