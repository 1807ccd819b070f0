"""The inbox in memory: updates from their arrival until they are finished."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.storage.ports import (
    MOST_PARKED,
    InboxUpdate,
    WaitingUpdate,
)
from tests.fakes.memory_part import MemoryPart


@dataclass
class StoredUpdate:
    update: InboxUpdate
    state: str = "waiting"
    committed: bool = False
    not_before: datetime | None = None
    error: str = ""

    def waiting(self) -> WaitingUpdate:
        return WaitingUpdate(
            update_id=self.update.update_id,
            lane=self.update.lane,
            attempts=self.update.attempts,
            committed=self.committed,
            not_before=self.not_before,
        )


@dataclass
class MemoryInbox(MemoryPart):
    """Implements `InboxPort`."""

    _inbox: dict[int, StoredUpdate] = field(default_factory=dict)
    _nudges: int = 0

    async def put_updates(self, updates: Sequence[InboxUpdate]) -> tuple[int, ...]:
        self._answer()
        new: list[int] = []
        for update in updates:
            if update.update_id not in self._inbox:
                self._inbox[update.update_id] = StoredUpdate(update)
                new.append(update.update_id)
        return tuple(new)

    async def waiting_updates(self, lanes: Sequence[int] | None = None) -> list[WaitingUpdate]:
        self._answer()
        return [
            each.waiting()
            for _, each in sorted(self._inbox.items())
            if each.state == "waiting" and (lanes is None or each.update.lane in lanes)
        ]

    async def take_update(self, update_id: int) -> InboxUpdate | None:
        self._answer()
        stored = self._inbox.get(update_id)
        return None if stored is None or stored.state == "finished" else stored.update

    async def finish_update(self, update_id: int) -> None:
        self._answer()
        if update_id in self._inbox:
            self._inbox[update_id].state = "finished"

    async def retry_update(self, update_id: int, error: str, not_before: datetime) -> int:
        self._answer()
        stored = self._inbox.get(update_id)
        if stored is None or stored.state != "waiting":
            return 0
        stored.update = stored.update.replace(attempts=stored.update.attempts + 1)
        stored.error, stored.not_before = error, not_before
        return stored.update.attempts

    async def park_update(self, update_id: int, error: str) -> None:
        self._answer()
        stored = self._inbox.get(update_id)
        if stored is not None and stored.state != "finished":
            stored.state, stored.error = "parked", error
        parked = [key for key, each in sorted(self._inbox.items()) if each.state == "parked"]
        for key in parked[:-MOST_PARKED]:
            self._inbox[key].state = "finished"

    async def parked_updates(self, limit: int = 100) -> list[tuple[WaitingUpdate, str]]:
        self._answer()
        newest = sorted(self._inbox.items(), reverse=True)
        parked = [(each.waiting(), each.error) for _, each in newest if each.state == "parked"]
        return parked[:limit]

    async def purge(self, before: datetime) -> int:
        self._answer()
        old = [
            update_id
            for update_id, each in self._inbox.items()
            if each.state == "finished" and each.update.received_at < before
        ]
        for update_id in old:
            del self._inbox[update_id]
        return len(old)

    async def requeue_update(self, update_id: int) -> bool:
        self._answer()
        stored = self._inbox.get(update_id)
        if stored is None or stored.state != "parked":
            return False
        stored.state, stored.not_before = "waiting", None
        stored.update = stored.update.replace(attempts=0)
        return True

    async def drop_parked(self, update_id: int) -> bool:
        self._answer()
        stored = self._inbox.get(update_id)
        if stored is None or stored.state != "parked":
            return False
        stored.state = "finished"
        return True

    async def nudge(self) -> None:
        self._answer()
        self._nudges += 1

    async def nudges(self) -> int:
        self._answer()
        return self._nudges
