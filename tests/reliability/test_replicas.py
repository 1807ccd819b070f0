"""Several bots over one PostgreSQL: killed, stopped at every boundary and woken, cut off."""

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from buying import TAPE_MEASURE, at_preview, placed
from company import WITHIN, Company, in_company, stopped
from crashing import until
from placing_moments import BOUNDARIES, asked

from tests.postgres import Server, own_server

pytestmark = [
    pytest.mark.crash,
    pytest.mark.postgres,
    pytest.mark.slow,
]
SAMPLES = Path(__file__).resolve().parents[2] / "sandbox" / "chat" / "samples"
SAMPLE = min(SAMPLES.glob("*.jpg"))


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """One whose connections may be cut and which may be restarted."""
    with own_server({"max_connections": "60"}) as running:
        yield running


@pytest.fixture(scope="module")
def company(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    url = server.url(server.create(), tcp=True)
    with in_company(tmp_path_factory.mktemp("company"), url) as two:
        yield two


@pytest.fixture(autouse=True)
async def _both_there(company: Company) -> None:
    """On a busy machine one may have been given up since, and ended to be started again."""
    await company.ready()


async def test_two_bots_serve_one_shop(company: Company):
    """Everybody orders, wherever their chats are worked on; one polls, and nobody quarrels."""
    async with company.clients() as clients:
        people = [await clients.arrive() for _ in range(6)]

        async def buy(person) -> None:
            await placed(person, TAPE_MEASURE)

        await asyncio.gather(*map(buy, people))
        assert len(await clients.orders.orders()) == 6
    for bot in company.bots:
        log = bot.log.read_text()
        assert '"Conflict"' not in log
        assert '"replica_joined"' in log


async def test_the_killed_ones_chats_are_answered_within_seconds(
    company: Company, record_property: Callable[[str, object], None]
):
    """From the kill to what a waiting chat is shown; the one that polled is killed as well."""
    took = []
    async with company.clients() as clients:
        for _ in range(3):
            person = await clients.arrive()
            await person.say("/start", ".")
            victim = company.holder("duty", "poll")
            victim.kill()
            began = time.monotonic()
            await person.say("/help", ".")
            took.append(time.monotonic() - began)
            victim.start()
            await victim.ready()
    record_property("seconds", took)
    assert max(took) < WITHIN


BEFORE_AND_AFTER = (
    "claimed, before create",
    "creating, the marketplace acts later",
    "created, the answer lost",
    "placed, before the payment link",
    "committed, before the reply",
    "replied, the answer to it lost",
    "replied never, the connection cut",
    "uncertain, while it is looked up",
)


@pytest.mark.parametrize("name", BEFORE_AND_AFTER)
async def test_stopped_at_a_boundary_and_woken_when_another_went_on(name: str, company: Company):
    """One order at most and one answer; the woken one commits, sends and tells nothing."""
    boundary = BOUNDARIES[name]
    async with company.clients() as clients:
        await clients.no_faults()
        await clients.market.post("/sandbox/reset")
        buyer = await clients.arrive()
        if boundary.neighbour:
            await placed(await clients.arrive())
        await at_preview(buyer, TAPE_MEASURE, 4)
        await boundary.arm(clients)
        await buyer.tap("Confirm order")
        await until(lambda: boundary.reached(clients))
        victim = company.holder("order")
        async with stopped(victim):
            await clients.no_faults()
            shown = await buyer.sees(boundary.leads_to)
            await until(lambda: company.nobody_has("order"))
            await buyer.catches_up()
            creates = await clients.orders.count("create")
            orders = (await clients.orders.orders())[int(boundary.neighbour) :]
        await buyer.sees_nothing_new()
        assert await clients.orders.count("create") == creates <= boundary.creates
        assert (await clients.orders.orders())[int(boundary.neighbour) :] == orders
        assert len(orders) == boundary.orders
        if boundary.orders:
            assert orders[0]["orderId"] in shown.text


async def test_stopped_with_a_chats_step_and_woken(company: Company):
    """What it was asked is answered by another, once, and what comes after it in order."""
    async with company.clients() as clients:
        await clients.no_faults()
        await clients.market.post("/sandbox/reset")
        buyer = await clients.arrive()
        await buyer.say("/start", "Snaporder")
        await clients.market_fault("keyword_search", "slow", seconds=20)
        await buyer.send("背包")
        await until(lambda: asked("keyword_search")(clients))
        await buyer.send(str(TAPE_MEASURE))
        await clients.settled()
        async with stopped(company.holder("lane", buyer.id)):
            await clients.no_faults()
            first = await buyer.sees("Results for|took too long over “背包”")
            if "Results for" in first.text:  # it was stopped before the product went ahead of it
                await buyer.sees("Minimum order")
        await buyer.sees_nothing_new()
        texts = [each.text for each in await buyer.history() if each.raw["from"].get("is_bot")]
        assert sum("Results for" in text for text in texts) == ("Results for" in first.text)
        assert sum("Minimum order" in text for text in texts) == 1


async def test_the_database_restarts_and_everybody_goes_on(company: Company, server: Server):
    """Nobody is declared dead for it, nothing is lost, and what waited is answered."""
    async with company.clients() as clients:
        await clients.no_faults()
        people = [await clients.arrive() for _ in range(4)]
        for each in people:
            await each.say("/start", "Snaporder")
        pids = company.pids()
        server.stop("immediate")
        for each in people:
            await each.send("/help")
        server.start()
        for each in people:
            await each.sees("photo|link")
        assert company.pids() == pids


async def test_an_album_is_one_answer(company: Company):
    """Ten photos of one chat are worked on by one, whoever stored them."""
    async with company.clients() as clients:
        await clients.no_faults()
        buyer = await clients.arrive()
        await buyer.say("/start", "Snaporder")
        photo = SAMPLE.read_bytes()
        await buyer.files([(f"{n}.jpg", photo) for n in range(10)], kind="photo")
        await buyer.sees("first picture of your album")
        await buyer.sees_nothing_new()


async def test_two_bots_part_in_good_order(company: Company):
    """Nothing of them is left; who is alone serves everybody."""
    async with company.clients() as clients:
        await clients.no_faults()
        buyer = await clients.arrive()
        first, second = company.bots
        assert first.stop() == 0
        await buyer.say("/start", "Snaporder")
        assert second.stop() == 0
    assert company.rows("SELECT * FROM replicas") == []
    assert company.rows("SELECT * FROM leases WHERE kind <> 'lane'") == []
