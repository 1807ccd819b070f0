"""The queue of updates and getUpdates: offsets confirm, one poller at a time.

https://core.telegram.org/bots/api#getupdates
"""

import asyncio
import itertools
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Final

from .errors import ConflictError, TesterError

Update = dict[str, Any]

# Sent only to bots that ask for them.
ON_REQUEST: Final = {"chat_member", "message_reaction", "message_reaction_count"}
OTHER_POLLER: Final = (
    "terminated by other getUpdates request; make sure that only one bot instance is running"
)
ARCHIVE_SIZE: Final = 10_000


class Poller:
    """A getUpdates call that is waiting."""

    def __init__(self) -> None:
        self.wake = asyncio.Event()
        self.conflict: str | None = None

    def terminate(self, reason: str) -> None:
        """Ends the call with 409."""
        self.conflict = reason
        self.wake.set()


class UpdateQueue:
    """Updates not yet confirmed, oldest first."""

    def __init__(self, numbers: "itertools.count[int]") -> None:
        self._numbers = numbers
        self._pending: list[Update] = []
        self._again: list[Update] = []
        self._archive: OrderedDict[int, Update] = OrderedDict()
        self._born: dict[int, float] = {}
        self._poller: Poller | None = None
        self._listeners: list[Callable[[], None]] = []
        self.allowed: list[str] = []
        self.duplicate = False
        self.last_confirmed = 0
        self.delivered = 0

    def listen(self, listener: Callable[[], None]) -> None:
        """Calls `listener` whenever an update has come in."""
        self._listeners.append(listener)

    @property
    def pending_count(self) -> int:
        """How many updates wait for their confirmation."""
        return len(self._pending)

    def pending(self) -> list[Update]:
        """Those updates, oldest first."""
        return list(self._pending)

    def is_allowed(self, kind: str) -> bool:
        """Whether the bot asked for this kind; an empty list asks for the usual ones."""
        return kind in self.allowed if self.allowed else kind not in ON_REQUEST

    def add(self, kind: str, payload: Any) -> int | None:
        """Queues an update and returns its id, or None if the bot does not want its kind."""
        if not self.is_allowed(kind):
            return None
        return self.add_raw({kind: payload})

    def add_raw(self, content: Update) -> int:
        """Queues any update as it is; a given update_id is kept."""
        update_id = content.get("update_id")
        update = {**content, "update_id": next(self._numbers) if update_id is None else update_id}
        self._pending.append(update)
        self._archive[update["update_id"]] = update
        self._born[update["update_id"]] = time.time()
        while len(self._archive) > ARCHIVE_SIZE:
            self._born.pop(self._archive.popitem(last=False)[0], None)
        self._wake()
        return int(update["update_id"])

    def redeliver(self, update_id: int) -> None:
        """Sends an update of the past once more. Raises TesterError if it is not known."""
        update = self._archive.get(update_id)
        if update is None:
            raise TesterError(f"no update {update_id}", 404)
        self._again.append(update)
        self._wake()

    def take_again(self, limit: int | None = None) -> list[Update]:
        """The repetitions that are due; they need no confirmation."""
        taken, self._again = self._again[:limit], self._again[limit or len(self._again) :]
        return taken

    def confirm(self, update_id: int) -> None:
        """Forgets one update."""
        for update in [u for u in self._pending if u["update_id"] == update_id]:
            self._pending.remove(update)
            self.last_confirmed = max(self.last_confirmed, update_id)
            if self.duplicate:
                self._again.append(update)

    def confirm_before(self, offset: int) -> None:
        """What the offset parameter does: forgets everything below, or all but the last -offset."""
        if offset < 0:
            kept = self._pending[offset:]
            done = [u for u in self._pending if u not in kept]
        else:
            done = [u for u in self._pending if u["update_id"] < offset]
        for update in done:
            self.confirm(update["update_id"])

    def drop(self) -> None:
        """Forgets everything that waits."""
        self._pending.clear()
        self._again.clear()

    def terminate_poller(self, reason: str) -> None:
        """Ends a waiting getUpdates with 409."""
        if self._poller is not None:
            self._poller.terminate(reason)
            self._poller = None

    async def poll(self, offset: int, limit: int, seconds: float) -> list[Update]:
        """One getUpdates. Raises ConflictError when another one takes over."""
        self.terminate_poller(OTHER_POLLER)
        self.confirm_before(offset)
        poller = self._poller = Poller()
        try:
            async with asyncio.timeout(seconds or None):
                while not (self._pending or self._again) and seconds and not poller.conflict:
                    poller.wake.clear()
                    await poller.wake.wait()
        except TimeoutError:
            return []
        finally:
            if self._poller is poller:
                self._poller = None
        if poller.conflict:
            raise ConflictError(poller.conflict)
        again = self.take_again(limit)
        updates = again + self._pending[: limit - len(again)]
        self.delivered += len(updates)
        return updates

    def age(self, update: Update) -> float:
        """Seconds since the update came in."""
        return time.time() - self._born.get(update["update_id"], time.time())

    def _wake(self) -> None:
        if self._poller is not None:
            self._poller.wake.set()
        for listener in self._listeners:
            listener()


def queue_key(update: Update) -> int:
    """Updates with the same key are delivered in order: the chat's id, else the person's."""
    for payload in update.values():
        if isinstance(payload, dict):
            holder = payload.get("message", payload)
            chat = holder.get("chat") if isinstance(holder, dict) else None
            owner = chat or payload.get("from") or {}
            return int(owner.get("id", 0))
    return 0
