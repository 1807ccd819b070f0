"""A bot on PostgreSQL: bought as on SQLite, killed and taken up, and what it says of its server."""

import asyncio
import re
from collections.abc import Iterator

import pytest
from buying import TAPE_MEASURE, at_preview
from crashing import Own, own_world, until
from processes import LOOKUP_DELAYS

from tests.loopback import http_client
from tests.postgres import own_server

pytestmark = [pytest.mark.postgres, pytest.mark.crash]


@pytest.fixture
def own(postgres_url: str) -> Iterator[Own]:
    with own_world(DATABASE_URL=postgres_url, LOOKUP_DELAYS=LOOKUP_DELAYS) as own:
        own.bot.start()
        yield own


async def test_one_order_through_a_kill(own: Own) -> None:
    """From the link to the payment link; killed while 1688 makes the order, it is made once."""
    await own.bot.ready()
    async with own.clients() as clients:
        person = await clients.arrive()
        await at_preview(person, TAPE_MEASURE, 4)
        await clients.market.delete("/sandbox/calls")
        await clients.market_fault("create", "slow", seconds=1.5)
        confirming = asyncio.create_task(person.do("Confirm", "Order placed"))

        async def is_creating() -> bool:
            return bool(await clients.orders.count("create"))

        await until(is_creating)
        own.bot.kill()
        await clients.no_faults()
        own.bot.start()
        placed = await confirming
        assert re.search(r"¥[\d.,]+", placed.button("Pay")["text"])
        assert len(await clients.orders.orders()) == 1
        assert await clients.orders.count("create") == 1
    assert own.bot.stop() == 0
    log = own.bot.log.read_text()
    assert "Traceback" not in log


async def test_a_server_that_goes_and_comes_back() -> None:
    """`/readyz` says 503 meanwhile and 200 after; what was sent meanwhile is answered then."""
    with own_server() as server:
        name = server.create()
        with own_world(DATABASE_URL=server.url(name)) as own:
            own.bot.start()
            await own.bot.ready()
            async with own.clients() as clients, http_client() as http:

                async def readiness() -> int:
                    return (await http.get(f"http://127.0.0.1:{own.bot.port}/readyz")).status_code

                person = await clients.arrive()
                server.stop("immediate")

                async def is_unready() -> bool:
                    return await readiness() == 503

                await until(is_unready)
                said = asyncio.create_task(person.say("/help", "photo"))
                server.start()

                async def is_ready() -> bool:
                    return await readiness() == 200

                await until(is_ready)
                await said
            assert own.bot.stop() == 0
