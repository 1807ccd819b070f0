"""Of several that wait to be told, what one meets is its own."""

from collections.abc import Iterable

import pytest

from bot.storage.ports import StorageUnavailable
from bot.telling.rounds import apart


async def told(waiting: Iterable[str], met: dict[str, Exception]) -> tuple[list[str], list[str]]:
    """Return who was told, and who was put aside."""
    done: list[str] = []
    aside: list[str] = []
    for each in waiting:

        async def put_aside(each: str = each) -> None:
            aside.append(each)

        async with apart("news_waits", put_aside, about=each):
            if each in met:
                raise met[each]
            done.append(each)
    return done, aside


async def test_a_bug_that_one_meets_puts_that_one_aside_and_the_others_are_told() -> None:
    assert await told("abc", {"b": KeyError("a bug")}) == (["a", "c"], ["b"])


async def test_a_storage_that_is_away_is_away_for_all() -> None:
    """It is nobody's bug: the round waits, and nothing is written to it."""
    with pytest.raises(StorageUnavailable):
        await told("abc", {"a": StorageUnavailable("away")})
