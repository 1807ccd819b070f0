"""SIGTERM: everything under way shares one deadline, which ends before Docker's ten seconds."""

import asyncio
import signal
import time
from collections.abc import Iterator

import pytest
from buying import at_preview
from crashing import Own, own_world, until

from tests.tiers import SLOW

DOCKER_KILLS_AFTER = 10.0


@pytest.fixture
def own() -> Iterator[Own]:
    with own_world(LOOKUP_DELAYS="1,2,4,8,8", RECREATE="never") as own:
        own.bot.start()
        yield own


@SLOW
async def test_it_ends_in_time_with_a_create_in_flight(own: Own) -> None:
    """Whatever is slow at once; the order is made once, and its person learns of it."""
    async with own.clients() as clients:
        await own.bot.ready()
        buyer, searcher = await clients.arrive(), await clients.arrive()
        await at_preview(buyer)
        await clients.market_fault("create", "slow", times=1, seconds=15)
        await clients.market_fault("keyword_search", "slow", seconds=15)
        await buyer.tap("Confirm")
        await searcher.send("背包")

        async def both_wait() -> bool:
            counts = (await clients.market.get("/sandbox/calls")).json()["counts"]
            return bool(counts.get("create") and counts.get("keyword_search"))

        await until(both_wait)
        assert own.bot.process is not None
        began = time.monotonic()
        own.bot.process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(own.bot.process.wait, 40) == 0
        assert time.monotonic() - began < DOCKER_KILLS_AFTER
        await clients.no_faults()
        own.bot.start()
        await own.bot.ready()
        await searcher.sees("Results for")
        await buyer.sees("Order placed")
        assert len(await clients.orders.orders()) == 1
