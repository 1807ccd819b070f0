"""Reads that many wait for: one call, kept for a while, never longer than it is asked for."""

import asyncio

import pytest

from bot.services.finding.shared_reads import SharedReads


class Source:
    """Answers with a count once it is let go."""

    def __init__(self) -> None:
        self.calls = 0
        self.go = asyncio.Event()
        self.error: Exception | None = None

    async def read(self) -> int:
        self.calls += 1
        await self.go.wait()
        if self.error is not None:
            raise self.error
        return self.calls


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


async def test_whoever_asks_meanwhile_shares_the_call() -> None:
    """Fifty at once are one call."""
    source, reads = Source(), SharedReads[str, int](10, 60)
    waiting = [asyncio.create_task(reads.get("a", source.read)) for _ in range(50)]
    await asyncio.sleep(0)
    source.go.set()
    assert await asyncio.gather(*waiting) == [1] * 50


async def test_an_answer_is_good_for_its_time() -> None:
    """Then it is read again; what was known stays at hand."""
    clock, source = Clock(), Source()
    reads = SharedReads[str, int](10, 60, clock)
    source.go.set()
    assert await reads.get("a", source.read) == 1
    clock.now += 59
    assert reads.is_fresh("a")
    assert await reads.get("a", source.read) == 1
    clock.now += 1
    assert not reads.is_fresh("a")
    assert reads.last("a") == 1
    assert await reads.get("a", source.read) == 2


async def test_a_failure_reaches_all_who_wait_and_is_not_kept() -> None:
    """The next one asks again."""
    source, reads = Source(), SharedReads[str, int](10, 60)
    source.error = ValueError("no")
    waiting = [asyncio.create_task(reads.get("a", source.read)) for _ in range(3)]
    await asyncio.sleep(0)
    source.go.set()
    answers = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(each) for each in answers] == [ValueError] * 3
    source.error = None
    assert await reads.get("a", source.read) == 2


async def test_a_read_outlives_who_asked() -> None:
    """Somebody gave up waiting: the answer is there for the next."""
    source, reads = Source(), SharedReads[str, int](10, 60)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reads.get("a", source.read), 0.01)
    source.go.set()
    assert await reads.get("a", source.read) == 1
    assert source.calls == 1


async def test_it_keeps_no_more_than_it_may() -> None:
    """What was not asked for the longest goes first."""
    source, reads = Source(), SharedReads[int, int](2, 60)
    source.go.set()
    for key in (1, 2, 1, 3):
        await reads.get(key, source.read)
    assert [reads.last(key) is not None for key in (1, 2, 3)] == [True, False, True]


async def test_closing_gives_up_what_is_under_way() -> None:
    """No task is left behind."""
    source, reads = Source(), SharedReads[str, int](10, 60)
    waiting = asyncio.create_task(reads.get("a", source.read))
    await asyncio.sleep(0)
    await reads.close()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert not [each for each in asyncio.all_tasks() if each.get_name() == "shared read"]
