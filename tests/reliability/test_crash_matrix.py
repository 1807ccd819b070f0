"""`kill -9` at every durable boundary from Confirm to the payment link, and with a crowd.

Each case lets the bot come exactly to a boundary, kills it there, starts it again with everything
mended, and looks at the marketplace and at the person's screen.
"""

import asyncio
import random
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from buying import TAPE_MEASURE, at_preview, placed
from chat import Person, Shown
from crashing import DATABASES, SHOWING, Clients, Own, own_world, stored_in, until
from placing_moments import BOUNDARIES, asked
from processes import LOOKUP_DELAYS

from tests.tiers import SLOW, slow_but

pytestmark = [pytest.mark.crash]

SOON = 60.0
CROWD = 50


@pytest.fixture(scope="module", params=DATABASES)
def own(request: pytest.FixtureRequest) -> Iterator[Own]:
    with stored_in(request) as there, own_world(LOOKUP_DELAYS=LOOKUP_DELAYS, **there) as own:
        own.bot.start()
        asyncio.run(own.bot.ready())
        yield own
        assert own.bot.stop() == 0


@pytest.mark.parametrize("name", slow_but(["created, the answer lost"], BOUNDARIES))
async def test_killed_at_a_boundary(name: str, own: Own) -> None:
    """One consent, at most one order, and the person's screen says which."""
    boundary = BOUNDARIES[name]
    async with own.clients() as clients:
        await clients.no_faults()
        await clients.market.post("/sandbox/reset")
        buyer = await clients.arrive()
        if boundary.neighbour:
            await placed(await clients.arrive())
        await at_preview(buyer, TAPE_MEASURE, 4)
        await boundary.arm(clients)
        await buyer.tap("Confirm order")
        await until(lambda: boundary.reached(clients), SOON)
        own.bot.kill()
        await clients.no_faults()
        own.bot.start()
        await own.bot.ready()
        shown = await buyer.sees(boundary.leads_to)
        assert shown.rows, "the screen leads nowhere"
        orders = (await clients.orders.orders())[int(boundary.neighbour) :]
        assert len(orders) == boundary.orders
        assert await clients.orders.count("create") <= boundary.creates
        if boundary.orders:
            assert orders[0]["orderId"] in shown.text
            assert shown.button("Pay ¥")
        listed = await buyer.say("/orders", "My orders")
        number = orders[0]["thirdOrderId"] if orders else r"S\d{6}-"
        assert any(re.search(number, each.get("callback_data", "")) for each in listed.buttons)


@SLOW
async def test_stored_but_not_handled(own: Own) -> None:
    """What waited in a chat behind a slow step is handled after the restart, in its order."""
    async with own.clients() as clients:
        await clients.no_faults()
        await clients.market.post("/sandbox/reset")
        buyer = await clients.arrive()
        await buyer.say("/start", "Snaporder")
        await clients.market_fault("keyword_search", "slow", seconds=20)
        await buyer.send("背包")
        await until(lambda: asked("keyword_search")(clients), SOON)
        await buyer.send(str(TAPE_MEASURE))
        await until(lambda: _all_confirmed(clients), SOON)
        own.bot.kill()
        await clients.no_faults()
        own.bot.start()
        await own.bot.ready()
        first = await buyer.sees("Results for|took too long over “背包”")
        if "Results for" in first.text:  # it was killed before the product went ahead of it
            await buyer.sees("Minimum order")
        texts = [shown.text for shown in await buyer.history() if shown.raw["from"].get("is_bot")]
        assert sum("Results for" in text for text in texts) == ("Results for" in first.text)
        assert sum("Minimum order" in text for text in texts) == 1


async def _all_confirmed(clients: Clients) -> bool:
    """Telegram holds nothing back any more: it is all in the bot's inbox."""
    return (await clients.telegram.get("/sandbox/updates")).json()["pending"] == 0


@SLOW
async def test_fifty_people_confirm_at_once_under_kills(own: Own) -> None:
    """Four kills while fifty people confirm: nobody has two orders, and nobody is left waiting.

    What was broken off before it took effect is made once more, when the look-ups show so.
    """
    rng = random.Random(50)
    async with own.clients() as clients:
        await clients.no_faults()
        await clients.market.post("/sandbox/reset")
        await clients.orders.change(TAPE_MEASURE, stock=100_000)
        people = [await clients.arrive() for _ in range(CROWD)]
        await asyncio.gather(*(at_preview(person, TAPE_MEASURE, 4) for person in people))
        await clients.market_fault("create", "slow", seconds=0.3)
        for method in SHOWING:
            await clients.fault(method, "slow", seconds=0.2)
        presses = asyncio.gather(*(_confirm(person, rng.uniform(0, 4.0)) for person in people))
        for _ in range(4):
            await asyncio.sleep(rng.uniform(0.1, 0.9))
            own.bot.kill()
            own.bot.start()
            await own.bot.ready()
        await presses
        await clients.no_faults()
        shown = await asyncio.gather(*(each.sees("Order placed", within=180) for each in people))
        _everyone_has_their_own(await clients.orders.orders(), list(shown))


async def _confirm(person: Person, after: float) -> None:
    await asyncio.sleep(after)
    await person.tap("Confirm order")


def _everyone_has_their_own(orders: list[dict[str, Any]], shown: list[Shown]) -> None:
    numbers = Counter(each["thirdOrderId"] for each in orders)
    assert set(numbers.values()) == {1}
    assert all(sum(line["quantity"] for line in each["lines"]) == 4 for each in orders)
    ids = {each["orderId"] for each in orders}
    named = [order_id for each in shown for order_id in ids if order_id in each.text]
    assert sorted(named) == sorted(ids), "every order is on exactly one screen"
    assert len(named) == CROWD
