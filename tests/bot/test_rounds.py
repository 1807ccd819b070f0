"""Of several that wait to be told, what one meets is its own, and what was begun is ended."""

import asyncio
from collections.abc import Iterable

import pytest

from bot.storage.ports import StorageUnavailable
from bot.telling.rounds import Rounds, apart
from tests.loopback import time_flies


async def told(waiting: Iterable[str], met: dict[str, Exception]) -> tuple[list[str], list[str]]:
    """Return who was told, and who was put aside."""
    done: list[str] = []
    aside: list[str] = []
    for each in waiting:

        async def put_aside(each: str = each) -> None:
            aside.append(each)

        async def tell(each: str = each) -> None:
            if each in met:
                raise met[each]
            done.append(each)

        await apart("news_waits", put_aside, tell(), about=each)
    return done, aside


async def test_a_bug_that_one_meets_puts_that_one_aside_and_the_others_are_told() -> None:
    assert await told("abc", {"b": KeyError("a bug")}) == (["a", "c"], ["b"])


async def test_a_storage_that_is_away_is_away_for_all() -> None:
    """It is nobody's bug: the round waits, and nothing is written to it."""
    with pytest.raises(StorageUnavailable):
        await told("abc", {"a": StorageUnavailable("away")})


async def test_what_was_begun_is_told_though_the_run_ends_meanwhile() -> None:
    """Claimed and not sent, it would be told to nobody: the next run takes it for told perhaps."""
    begun, may_end = asyncio.Event(), asyncio.Event()
    told: list[str] = []

    async def tell() -> None:
        begun.set()
        await may_end.wait()
        told.append("a")

    async def nothing() -> None:
        """Nothing to begin with, and nothing to put aside."""

    async def look() -> None:
        await apart("news_waits", nothing, tell())
        told.append("another look")

    run = asyncio.create_task(Rounds("news_waits").run(nothing, look))
    await begun.wait()
    run.cancel()
    await asyncio.sleep(0)
    may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await run
    assert told == ["a"]


async def test_an_end_waits_for_seconds_only() -> None:
    """Whoever ends the process has more to end than a message that nobody takes."""
    begun, ended = asyncio.Event(), asyncio.Event()

    async def tell() -> None:
        begun.set()
        try:
            await asyncio.sleep(3600)
        finally:
            ended.set()

    async def nothing() -> None:
        """Nothing to put aside."""

    run = asyncio.create_task(apart("news_waits", nothing, tell()))
    await begun.wait()
    run.cancel()
    await asyncio.sleep(0)
    time_flies(10)
    with pytest.raises(asyncio.CancelledError):
        await run
    assert ended.is_set()
