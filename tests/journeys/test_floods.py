"""Who sends too fast waits, is told so once, and hurts nobody else."""

import asyncio
import contextlib
from collections.abc import Iterator

import pytest
from chat import Person
from crashing import Clients, Own, own_world, until

from tests.tiers import SLOW


@pytest.fixture(scope="module")
def guarded() -> Iterator[Own]:
    """An open bot that takes five updates of one person within eight seconds."""
    with own_world(FLOOD_UPDATES="5", FLOOD_SECONDS="8") as own:
        own.bot.start()
        yield own


async def test_a_flood_is_told_once_and_hurts_nobody_else(guarded: Own) -> None:
    """Five are handled, the rest is not; somebody else is answered meanwhile; then it is over."""
    await guarded.bot.ready()
    async with guarded.clients() as clients:
        eager, calm = await clients.arrive(), await clients.arrive("zh-hans")
        before = await searches(clients)
        await asyncio.gather(*(eager.send("背包") for _ in range(20)))
        await calm.say("/start", "今天想找点什么")
        await eager.sees("pause for 8 seconds")
        await _is_let_in_again(eager)
        texts = [each.text for each in await eager.history() if "pause for" in each.text]
        assert len(texts) == 1
        assert await searches(clients) - before == 5


async def test_presses_count_and_stop_spinning(guarded: Own) -> None:
    """Twenty presses: every one is answered."""
    await guarded.bot.ready()
    async with guarded.clients() as clients:
        eager = await clients.arrive()
        shown = await eager.say("/start", "What are you looking for")
        data = shown.button("Addresses")["callback_data"]
        queries = [await eager.press(shown.id, f"{data}{number}") for number in range(20)]
        await eager.sees("pause for 8 seconds")
        for query in queries:
            await eager.toast(query)


@SLOW
async def test_an_album_counts_once(guarded: Own, samples: dict[str, bytes]) -> None:
    """Ten pictures sent together are one thing to handle."""
    await guarded.bot.ready()
    async with guarded.clients() as clients:
        eager = await clients.arrive()
        pictures = [(f"{number}.jpg", next(iter(samples.values()))) for number in range(10)]
        await eager.files(pictures, kind="photo")
        await eager.sees("similar|Similar|look like")
        await eager.say("/start", "Continue where you were")


async def _is_let_in_again(eager: Person) -> None:
    """Ask until it is over; what is sent in the pause neither counts nor is answered."""

    async def answered() -> bool:
        await eager.send("/start")
        with contextlib.suppress(AssertionError):
            return bool(await eager.sees("Continue where you were", within=1))
        return False

    await until(answered)


async def searches(clients: Clients) -> int:
    counts = (await clients.market.get("/sandbox/calls")).json()["counts"]
    return int(counts.get("keyword_search", 0))
