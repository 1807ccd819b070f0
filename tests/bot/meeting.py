"""The database in which replicas meet, played."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable

from bot.storage.ports import Fenced, StorageUnavailable
from bot.storage.replica_ports import Held


class Meeting:
    """The database of a few replicas, played."""

    def __init__(self, number: int = 1, alive: tuple[int, ...] = (1,)) -> None:
        self.number = number
        self.alive = alive
        self.held: dict[tuple[Held, str], int] = {}
        self.rung: list[str] = []
        self.heard: asyncio.Queue[str] = asyncio.Queue()
        self.away = False
        self.beats = 0
        self.level = 0.0
        self.assign: Callable[[int], int] = lambda _: 0

    async def join(self) -> bool:
        return len(self.alive) == 1

    async def beat(self) -> tuple[int, ...]:
        self.beats += 1
        if self.away:
            raise StorageUnavailable("away")
        if self.number not in self.alive:
            raise Fenced("dead")
        return self.alive

    async def retire(self) -> None:
        await self.leave()

    async def leave(self) -> None:
        self.alive = tuple(each for each in self.alive if each != self.number)

    async def take(self, what: Held, keys: Iterable[str]) -> frozenset[str]:
        if self.away:
            raise StorageUnavailable("away")
        ours = {key for key in keys if self.held.get((what, key)) in {None, self.number}}
        self.held.update({(what, key): self.number for key in ours})
        return frozenset(ours)

    async def give_back(self, what: Held, key: str) -> None:
        self.held.pop((what, key), None)

    async def ring(self, bell: str) -> None:
        self.rung.append(bell)

    async def bells(self) -> AsyncIterator[str]:
        while True:
            yield await self.heard.get()

    async def draw(self, what: str, most: float, wanted: int) -> tuple[int, float]:
        assert what == "messages"
        drawn = int(min(wanted, most - self.level))
        self.level += drawn
        return drawn, 0.01

    def on_join(self, assign: Callable[[int], int]) -> None:
        self.assign = assign
