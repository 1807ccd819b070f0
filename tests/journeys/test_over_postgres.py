"""A bot on PostgreSQL: bought as on SQLite, killed and taken up, and what it says of its server."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from buying import TAPE_MEASURE, at_preview
from crashing import Own, killed_before_the_sheet, own_world, until
from operator_shell import command, park, unresolved
from processes import LOOKUP_DELAYS, scrape

from bot.storage.keys import load_keyring
from bot.storage.postgres.storage import PostgresStorage
from tests.loopback import http_client
from tests.postgres import own_server
from tests.tiers import SLOW

pytestmark = [pytest.mark.postgres, pytest.mark.crash]


@pytest.fixture
def key(tmp_path: Path) -> Path:
    return tmp_path / "bot.key"


@pytest.fixture
def own(postgres_url: str, key: Path) -> Iterator[Own]:
    settings = {"DATABASE_URL": postgres_url, "DATA_KEY_FILE": str(key)}
    with own_world(LOOKUP_DELAYS=LOOKUP_DELAYS, **settings) as own:
        own.bot.start()
        yield own


@SLOW
async def test_killed_between_the_words_of_results_and_their_sheet(own: Own) -> None:
    """As over SQLite: left out, never twice."""
    await own.bot.ready()
    await killed_before_the_sheet(own)


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


@SLOW
async def test_what_operators_have_beside_the_running_bot(
    own: Own, postgres_url: str, key: Path
) -> None:
    """An order nobody can tell about is dropped, a parked update tried again, all of it counted."""
    await own.bot.ready()
    async with own.clients() as clients:
        buyer, market = await clients.arrive(), clients.orders
        number = await unresolved(buyer, market)
        code, said = await command(own.bot, "orders")
        assert (code, number in said, "unresolved" in said) == (0, True, True), said
        code, said = await command(own.bot, "orders", "show", number)
        assert (code, "has no order with our number" in said) == (0, True), said
        assert (await scrape(own.bot))['snaporder_orders{state="unresolved"}'] == 1
        code, said = await command(own.bot, "orders", "drop", number)
        assert code == 0, said
        await buyer.sees("that order was not made")
        await market.mend()

        update_id = 2**40 + buyer.id
        beside = PostgresStorage(postgres_url, load_keyring(None, key).sealer())
        await park(beside, update_id, buyer.id)
        code, said = await command(own.bot, "parked")
        assert (code, f"{update_id}  0 tries  ValueError" in said) == (0, True), said
        assert (await scrape(own.bot))["snaporder_inbox_parked"] == 1
        code, said = await command(own.bot, "parked", "retry", str(update_id))
        assert code == 0, said
        await buyer.sees("What you can send")
        told = await scrape(own.bot)
        assert told["snaporder_inbox_parked"] == 0
        assert told['snaporder_orders{state="unresolved"}'] == 0
        assert told["snaporder_commits_total"] > 6
