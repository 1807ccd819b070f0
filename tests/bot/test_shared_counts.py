"""What one person asks for is counted once, whichever replicas their chats are worked on by."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest

from bot.chat.flood import FloodGuard, Verdict
from bot.domain.identifiers import UserId
from bot.process.replica import Replica
from bot.services.quotas import Quotas
from bot.wiring.counts import SharedCounts
from tests.bot.meeting import Meeting

ANNA, BO = UserId(7), UserId(8)


class Hall:
    """The database through which they hear each other."""

    def __init__(self) -> None:
        self.there: dict[int, Meeting] = {}

    def ring(self, bell: str) -> None:
        assert len(bell.encode()) < 8000
        for each in self.there.values():
            each.heard.put_nowait(bell)


class Heard(Meeting):
    def __init__(self, number: int, hall: Hall) -> None:
        super().__init__(number)
        self.hall = hall

    async def beat(self) -> tuple[int, ...]:
        return tuple(self.hall.there)

    async def ring(self, bell: str) -> None:
        self.rung.append(bell)
        self.hall.ring(bell)


class Counting:
    """A replica, its quotas, and its flood guard."""

    def __init__(self, number: int, hall: Hall, clock: Any) -> None:
        self.store = hall.there[number] = Heard(number, hall)
        self.replica = Replica(self.store, beat_every=0.01)
        nobody = cast("Any", None)
        self.quotas = Quotas(nobody, nobody, searches_per_hour=5, calls_per_hour=20, clock=clock)
        self.flood = FloodGuard(4, 10.0, clock)
        self.counts = SharedCounts(self.replica, self.quotas, self.flood)


class Clock:
    now = 5_000.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def running(*those: Counting) -> AsyncIterator[None]:
    tasks = []
    for each in those:
        await each.replica.join()
        tasks.append(asyncio.create_task(each.replica.run()))
    for each in those:
        each.store.heard.put_nowait("")
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def soon(fact: Any) -> None:
    async with asyncio.timeout(60):
        while not fact():  # noqa: ASYNC110 - what it waits for rings nothing
            await asyncio.sleep(0.01)


async def test_no_replica_gives_what_another_gave():
    """Searches and calls of an hour are one person's, of all replicas together."""
    hall, clock = Hall(), Clock()
    first, second = Counting(1, hall, clock), Counting(2, hall, clock)
    async with running(first, second):
        for _ in range(5):
            assert first.quotas.search_again_in(ANNA) is None
            first.quotas.count_search(ANNA)
        assert first.quotas.spend(ANNA, 19)
        await soon(lambda: second.quotas.search_again_in(ANNA) is not None)
        assert second.quotas.search_again_in(ANNA) == pytest.approx(3600)
        assert not second.quotas.spend(ANNA, 2)
        assert second.quotas.spend(ANNA, 1)
        assert second.quotas.search_again_in(BO) is None
        await soon(lambda: sum(each[3] for each in first.quotas.known()) == 20)
        assert not first.quotas.spend(ANNA, 1)
        clock.now += 3600
        assert second.quotas.search_again_in(ANNA) is None
        assert second.quotas.spend(ANNA, 20)


async def test_who_starts_knows_the_last_hour():
    """So a replica that takes a chat over forgives nothing; minutes stay as old as they are."""
    hall, clock = Hall(), Clock()
    first, second = Counting(1, hall, clock), Counting(2, hall, clock)
    async with running(first, second):
        for _ in range(3):
            first.quotas.count_search(ANNA)
        first.quotas.spend(ANNA, 12)
        await soon(lambda: sum(each[2] for each in second.quotas.known()) == 3)
        assert not second.quotas.spend(ANNA, 9)
        clock.now += 1800
        for _ in range(2):
            second.quotas.count_search(ANNA)
        await soon(lambda: first.quotas.search_again_in(ANNA) is not None)
        for number in range(2000):
            second.quotas.count_search(UserId(10_000_000_000 + number))
        third = Counting(3, hall, clock)
        async with running(third):
            await soon(lambda: third.quotas.search_again_in(ANNA) is not None)
            assert third.quotas.search_again_in(ANNA) == pytest.approx(1800, abs=60)
            assert not third.quotas.spend(ANNA, 9)
            assert third.quotas.spend(ANNA, 8)
            # A connection that was lost asks again: nothing counts twice, and nothing is lost.
            third.quotas.count_search(BO)
            asked = sum("counted?" in each for each in third.store.rung)
            third.store.heard.put_nowait("")
            await soon(lambda: sum("counted?" in each for each in third.store.rung) > asked)
            await soon(lambda: any(each.startswith("counted 1 3 ") for each in first.store.rung))
            await soon(third.store.heard.empty)
            assert sum(each[2] for each in third.quotas.known() if each[0] == ANNA) == 5
            assert sum(each[2] for each in third.quotas.known() if each[0] == BO) == 1
            clock.now += 1800
            assert third.quotas.search_again_in(ANNA) is None


async def test_a_flood_is_held_by_all():
    """Over many groups that different replicas work on; told once, by who noticed."""
    hall, clock = Hall(), Clock()
    first, second = Counting(1, hall, clock), Counting(2, hall, clock)
    async with running(first, second):
        for number in range(3):
            assert first.flood.judge(ANNA, number) is Verdict.PASS
        await soon(
            lambda: any("counted" in each and "7:0:0:0:3" in each for each in first.store.rung)
        )
        await soon(second.store.heard.empty)
        assert second.flood.judge(ANNA, 10) is Verdict.PASS
        assert second.flood.judge(ANNA, 11) is Verdict.TELL
        await soon(lambda: any(each.startswith("held") for each in second.store.rung))
        await soon(first.store.heard.empty)
        assert first.flood.judge(ANNA, 12) is Verdict.DROP
        assert first.flood.judge(BO, 13) is Verdict.PASS
        clock.now += 10
        assert first.flood.judge(ANNA, 14) is Verdict.PASS


async def test_alone_nothing_is_told():
    """Nobody hears it: it costs nothing."""
    hall = Hall()
    one = Counting(1, hall, Clock())
    async with running(one):
        one.quotas.count_search(ANNA)
        one.flood.judge(ANNA, 1)
        one.flood._updates = 0
        await soon(lambda: not one.counts._tasks)
        assert one.store.rung == []
