"""News to people in memory, as the SQLite storage keeps it."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

from bot.domain.broadcasts import Broadcast, BroadcastState, Reached, Recipient
from bot.domain.identifiers import ChatId, UserId
from tests.fakes.memory_part import MemoryPart

_OPEN = {BroadcastState.DRAFT, BroadcastState.SENDING}


@dataclass
class MemoryBroadcasts(MemoryPart):
    """Implements `BroadcastPort`."""

    _readers: dict[UserId, ChatId] = field(default_factory=dict)
    _news: dict[int, Broadcast] = field(default_factory=dict)
    _people: dict[tuple[int, UserId], tuple[Recipient, str]] = field(default_factory=dict)

    async def wants_news(self, user_id: UserId) -> bool:
        self._answer()
        return user_id in self._readers

    async def set_news(self, user_id: UserId, chat_id: ChatId, *, wanted: bool) -> None:
        self._answer()
        if wanted:
            self._readers[user_id] = chat_id
            return
        self._readers.pop(user_id, None)
        for key in [each for each, (_, state) in self._people.items() if state == "waiting"]:
            if key[1] == user_id:
                del self._people[key]

    async def count_readers(self) -> int:
        self._answer()
        return len(self._readers)

    async def draft_broadcast(self, made_by: UserId, text: str) -> int:
        self._answer()
        for number, each in list(self._news.items()):
            if each.made_by == made_by and each.state is BroadcastState.DRAFT:
                self._news[number] = each.replace(made_by=UserId(0))
        number = len(self._news) + 1
        self._news[number] = Broadcast(
            broadcast_id=number,
            made_by=made_by,
            made_at=self._time(),
            state=BroadcastState.DRAFT,
            text=text,
        )
        return number

    async def broadcast(self, broadcast_id: int | None = None) -> Broadcast | None:
        self._answer()
        sent = [n for n, each in self._news.items() if each.state is not BroadcastState.DRAFT]
        number = max(sent, default=0) if broadcast_id is None else broadcast_id
        found = self._news.get(number)
        if found is None or found.made_by == 0:
            return None
        counts = Counter(state for (n, _), (_, state) in self._people.items() if n == number)
        return found.replace(people=dict(counts))

    async def start_broadcast(self, broadcast_id: int) -> int | None:
        self._answer()
        found = await self.broadcast(broadcast_id)
        if found is None or found.state is not BroadcastState.DRAFT:
            return None
        self._move(broadcast_id, BroadcastState.SENDING)
        for user_id, chat_id in self._readers.items():
            who = Recipient(broadcast_id=broadcast_id, user_id=user_id, chat_id=chat_id)
            self._people[broadcast_id, user_id] = (who, "waiting")
        return len(self._readers)

    async def stop_broadcast(self, broadcast_id: int) -> bool:
        self._answer()
        found = await self.broadcast(broadcast_id)
        if found is None or found.state not in _OPEN:
            return False
        self._move(broadcast_id, BroadcastState.STOPPED)
        return True

    async def stop_broadcasts_of_others(self, operators: Collection[UserId]) -> int:
        self._answer()
        others = [
            number
            for number, each in self._news.items()
            if each.state in _OPEN and each.made_by not in operators
        ]
        for number in others:
            self._move(number, BroadcastState.STOPPED)
        return len(others)

    async def recipients(self, limit: int) -> list[Recipient]:
        self._answer()
        sending = {n for n, each in self._news.items() if each.state is BroadcastState.SENDING}
        waiting = [
            who
            for (number, _), (who, state) in sorted(self._people.items())
            if number in sending and state == "waiting"
        ]
        if not waiting:
            claimed = {n for (n, _), (_, state) in self._people.items() if state == "claimed"}
            for number in sending - claimed:
                self._move(number, BroadcastState.DONE)
        return waiting[:limit]

    async def claim_recipient(self, who: Recipient) -> bool:
        self._answer()
        _, state = self._people.get((who.broadcast_id, who.user_id), (who, "gone"))
        sending = self._news[who.broadcast_id].state is BroadcastState.SENDING
        if state != "waiting" or not sending:
            return False
        self._people[who.broadcast_id, who.user_id] = (who, "claimed")
        return True

    async def reached(self, who: Recipient, end: Reached | None) -> None:
        self._answer()
        key = (who.broadcast_id, who.user_id)
        if self._people.get(key, (who, "gone"))[1] == "claimed":
            self._people[key] = (who, "waiting" if end is None else end.value)

    async def give_up_recipients(self) -> int:
        self._answer()
        claimed = [key for key, (_, state) in self._people.items() if state == "claimed"]
        for key in claimed:
            self._people[key] = (self._people[key][0], "unclear")
        return len(claimed)

    def _move(self, number: int, state: BroadcastState) -> None:
        self._news[number] = self._news[number].replace(state=state)
