"""A process as one of several that share a database: alive, and sure that the others think so.

Who was stopped for longer than a lease lasts may find that another has its work. It commits
nothing from then on, since the database refuses it, and lets no request out, since it has not been
told within the lease that it is still alive: that is looked at by its machine's clock since boot,
which runs on while the process is stopped and while the machine sleeps.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext, suppress
from typing import Any

import structlog

from bot.process.clock import since_boot
from bot.process.pausing import happens
from bot.storage.ports import Fenced, StorageUnavailable
from bot.storage.replica_ports import Held, ReplicaPort

BEAT_SECONDS = 0.5
LEASE_SECONDS = 3.0
"""So long after its last word a replica counts as dead: six beats, and less than people wait."""

_MARGIN = 0.5  # seconds; requests stop this much earlier than others may take over
_LOOK_EVERY = 2.0  # seconds between two looks for what nobody holds
_LISTEN_AGAIN = 0.5  # seconds
_DUTY_AGAIN = 2.0  # seconds
_HELD_BY_ANOTHER = 0.1  # seconds until a lease that another holds is tried again
_log = structlog.get_logger(__name__)

Look = Callable[[], Coroutine[Any, Any, None]]
Owning = Callable[[Held, str], AbstractAsyncContextManager[bool]]
"""Has what happens within done by one replica alone; tells whether that is this one."""
Holding = Callable[[Held, str], AbstractAsyncContextManager[object]]
"""Waits until nobody else holds it, and holds it meanwhile."""


def alone(_what: Held, _key: str) -> AbstractAsyncContextManager[bool]:
    """Own and hold everything: where no other process shares the database."""
    return nullcontext(enter_result=True)


class Replica:
    """Runs until cancelled, or until another has taken this one's work over."""

    def __init__(
        self,
        store: ReplicaPort,
        *,
        lease: float = LEASE_SECONDS,
        beat_every: float = BEAT_SECONDS,
        look_every: float = _LOOK_EVERY,
        seconds: Callable[[], float] = since_boot,
    ) -> None:
        self._store = store
        self._lease = lease
        self._beat_every = beat_every
        self._look_every = look_every
        self._seconds = seconds
        self._sure_until = float("inf")
        self._why = ""
        """Why the latest beat did not come through."""
        self._alive: tuple[int, ...] = ()
        self._looks: list[Look] = []
        self._bells: dict[str, list[Callable[[str], None]]] = {}
        self._look_now = asyncio.Event()
        store.on_join(self.assigned)

    @property
    def number(self) -> int:
        """The number of this run."""
        return self._store.number

    @property
    def alive(self) -> tuple[int, ...]:
        """Who is alive, as last heard."""
        return self._alive

    def may_act(self) -> bool:
        """Tell whether nobody can have taken this one's work over yet.

        So it is before it has joined as well: it has none.
        """
        return self._seconds() < self._sure_until

    def check(self) -> None:
        """Raise `StorageUnavailable` while nothing may be sent, since no beat came through."""
        if not self.may_act():
            raise StorageUnavailable(f"the database does not hear that this bot lives{self._why}")

    def assigned(self, lane: int) -> int:
        """Return who should work a lane that nobody holds: the same one while all live."""
        return max(self._alive or (self.number,), key=lambda each: _weight(each, lane))

    def on_look(self, look: Look) -> None:
        """Have `look` called whenever there may be something that nobody does."""
        self._looks.append(look)
        self._look_now.set()

    def on_bell(self, bell: str, listener: Callable[[str], None]) -> None:
        """Have `listener` hear what is said after a bell's name; '' for "look yourself"."""
        self._bells.setdefault(bell, []).append(listener)

    async def ring(self, bell: str, word: str = "") -> None:
        """Have all hear a bell; one that can't be rung is only heard later."""
        try:
            await self._store.ring(f"{bell} {word}".rstrip())
        except StorageUnavailable as error:
            _log.info("bell_not_rung", bell=bell, error=str(error))

    async def join(self) -> bool:
        """Be one of the replicas; return whether no other was alive."""
        asked = self._seconds()
        first = await self._store.join()
        self._alive = await self._store.beat()
        self._sure(asked)
        _log.info("replica_joined", replica=self.number, alive=len(self._alive))
        return first

    async def retire(self) -> None:
        """Get nothing new to do; what is under way is still this one's."""
        try:
            await self._store.retire()
        except StorageUnavailable as error:
            _log.info("replica_did_not_retire", error=type(error).__name__)

    async def leave(self) -> None:
        """Be none any more. What this one held is free at once."""
        try:
            await self._store.leave()
        except StorageUnavailable as error:
            _log.info("replica_left_unsaid", error=type(error).__name__)

    async def run(self) -> None:
        """Say again and again that this one is alive. Raises `Fenced` when it no longer counts."""
        async with asyncio.TaskGroup() as tasks:
            looking = tasks.create_task(self._look(), name="replica look")
            listening = tasks.create_task(self._listen(), name="replica bells")
            try:
                await self._beat()
            finally:
                looking.cancel()
                listening.cancel()

    async def _beat(self) -> None:
        while True:
            asked = self._seconds()
            try:
                alive = await self._store.beat()
            except Fenced:
                raise
            except StorageUnavailable as error:
                _log.warning("beat_missed", error=str(error))
                self._why = f": {error}"
            else:
                self._sure(asked)
                if alive != self._alive:
                    _log.info("replicas_changed", before=self._alive, now=alive)
                    self._alive = alive
                    self._look_now.set()
            await asyncio.sleep(self._beat_every)

    def _sure(self, asked: float) -> None:
        # From when it was asked: the database heard of it later, so others wait for longer.
        self._sure_until = asked + self._lease - _MARGIN

    async def _look(self) -> None:
        while True:
            self._look_now.clear()
            for look in self._looks:
                try:
                    await look()
                except StorageUnavailable as error:
                    _log.warning("not_looked", error=type(error).__name__)
                except Exception:  # noqa: BLE001 - a bug here must not end the others' work
                    _log.exception("look_failed")
            await happens(self._look_now, self._look_every)

    async def _listen(self) -> None:
        while True:
            try:
                async for heard in self._store.bells():
                    self._hear(heard)
            except StorageUnavailable as error:
                _log.info("not_listening", error=str(error))
            await asyncio.sleep(_LISTEN_AGAIN)

    def _hear(self, heard: str) -> None:
        bell, _, word = heard.partition(" ")
        if not bell:
            self._look_now.set()
        for name, listeners in self._bells.items():
            if name == bell or not bell:
                for listener in listeners:
                    listener(word)


async def kept_up(name: str, work: Look, *, again: float = _DUTY_AGAIN) -> None:
    """Do what is to be done for ever, or until it is done.

    After an error it is begun again, `again` seconds later.
    """
    while True:
        try:
            return await work()
        except StorageUnavailable as error:
            _log.warning("duty_waits", duty=name, error=str(error))
        except Exception:  # noqa: BLE001 - a bug at one thing must not end the duty, unheard
            _log.exception("duty_failed", duty=name)
        await asyncio.sleep(again)


class Duties:
    """What one replica does for all, each duty by whoever takes it first."""

    def __init__(self, store: ReplicaPort, duties: Iterable[tuple[str, Look]]) -> None:
        self._store = store
        self._duties = dict(duties)
        self._tasks: dict[str, asyncio.Task[None]] = {}

    @property
    def held(self) -> Collection[str]:
        """The duties that are done here."""
        return self._tasks.keys()

    async def look(self) -> None:
        """Take what nobody does. Raises `StorageUnavailable`."""
        free = self._duties.keys() - self._tasks.keys()
        if not free:
            return
        for name in sorted(await self._store.take(Held.DUTY, free)):
            _log.info("duty_taken", duty=name)
            self._tasks[name] = asyncio.create_task(self._duties[name](), name=name)

    async def close(self, patience: float) -> list[str]:
        """End what is done here; return what has not ended within so many seconds."""
        for task in self._tasks.values():
            task.cancel()
        if not self._tasks:
            return []
        ended, left = await asyncio.wait(self._tasks.values(), timeout=patience)
        for task in ended:
            with suppress(StorageUnavailable):
                await self._store.give_back(Held.DUTY, task.get_name())
        return [each.get_name() for each in left]


class Leases:
    """One at a time among all replicas: what is held here is held by no other."""

    def __init__(self, store: ReplicaPort) -> None:
        self._store = store

    @asynccontextmanager
    async def owning(self, what: Held, key: str) -> AsyncIterator[bool]:
        """Hold a lease if nobody else does; see `Owning`. Raises `StorageUnavailable`."""
        ours = bool(await self._store.take(what, (key,)))
        try:
            yield ours
        finally:
            if ours:
                await self._give_back(what, key)

    @asynccontextmanager
    async def holding(self, what: Held, key: str) -> AsyncIterator[None]:
        """Wait for a lease; see `Holding`. Not for two at once in this process."""
        while not await self._store.take(what, (key,)):  # noqa: ASYNC110 - another process has it
            await asyncio.sleep(_HELD_BY_ANOTHER)
        try:
            yield
        finally:
            await self._give_back(what, key)

    async def _give_back(self, what: Held, key: str) -> None:
        """Give it back; one that can't be is free with this run's end."""
        try:
            await self._store.give_back(what, key)
        except StorageUnavailable as error:
            _log.warning("lease_not_given_back", what=what.value, error=type(error).__name__)


def _weight(replica: int, lane: int) -> bytes:
    """Return a number that spreads lanes evenly and moves only a leaving replica's."""
    return hashlib.blake2b(f"{replica} {lane}".encode(), digest_size=8).digest()
