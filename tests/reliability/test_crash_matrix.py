"""`kill -9` at every durable boundary from Confirm to the payment link, and with a crowd.

Each case lets the bot come exactly to a boundary, kills it there, starts it again with everything
mended, and looks at the marketplace and at the person's screen.
"""

import asyncio
import random
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from buying import TAPE_MEASURE, at_preview, placed
from chat import Person, Shown
from crashing import DATABASES, SHOWING, Clients, Own, own_world, stored_in, until
from processes import LOOKUP_DELAYS

from tests.tiers import SLOW, slow_but

pytestmark = [pytest.mark.crash]

Reached = Callable[[Clients], Awaitable[bool]]
SOON = 60.0
CROWD = 50


@dataclass(frozen=True)
class Boundary:
    """Where the bot dies: `arm` makes it wait there, `reached` tells that it does."""

    arm: Callable[[Clients], Awaitable[None]]
    reached: Reached
    leads_to: str = "Order placed"
    creates: int = 1
    orders: int = 1
    neighbour: bool = False  # somebody else's order is there, which proves the list


def _asked(endpoint: str, orders: int | None = None) -> Reached:
    """The marketplace was called, and has made that many orders."""

    async def reached(clients: Clients) -> bool:
        if not await clients.orders.count(endpoint):
            return False
        return orders is None or len(await clients.orders.orders()) == orders

    return reached


async def _asked_twice(clients: Clients) -> bool:
    return await clients.orders.count("create") == 2


async def _cut_then_lost(clients: Clients) -> None:
    await clients.market.delete("/sandbox/calls")
    await clients.market_fault("create", "cut_before", times=1)
    await clients.market_fault("create", "answer_lost")


async def _lost_and_looked_up(clients: Clients) -> None:
    await clients.market.delete("/sandbox/calls")
    await clients.market_fault("create", "answer_lost")
    await clients.market_fault("order_list", "slow", seconds=20)


async def _ordered_and_shown(clients: Clients) -> bool:
    return await clients.struck() > 0 and bool(await clients.orders.orders())


def _market(endpoint: str, kind: str, **more: object) -> Callable[[Clients], Awaitable[None]]:
    async def arm(clients: Clients) -> None:
        await clients.market.delete("/sandbox/calls")
        await clients.market_fault(endpoint, kind, **more)

    return arm


def _telegram(kind: str, **more: object) -> Callable[[Clients], Awaitable[None]]:
    async def arm(clients: Clients) -> None:
        for method in SHOWING:
            await clients.fault(method, kind, **more)

    return arm


BOUNDARIES = {
    "claimed, before create": Boundary(
        _market("preview", "slow", seconds=20), _asked("preview"), creates=1
    ),
    "creating, the marketplace acts later": Boundary(
        _market("create", "slow", seconds=1.5), _asked("create")
    ),
    "creating, the marketplace never acts": Boundary(
        _market("create", "cut_before"),
        _asked("create"),
        leads_to="couldn't find order",
        orders=0,
    ),
    "creating, the marketplace never acts, and its list can be trusted": Boundary(
        _market("create", "cut_before"), _asked("create"), creates=2, neighbour=True
    ),
    "sent once more, and killed in it": Boundary(
        _market("create", "cut_before"),
        _asked_twice,
        leads_to="couldn't find order",
        creates=2,
        orders=0,
        neighbour=True,
    ),
    "sent once more, and killed when it was made": Boundary(
        _cut_then_lost, _asked_twice, creates=2, neighbour=True
    ),
    "created, the answer lost": Boundary(
        _market("create", "answer_lost"), _asked("create", orders=1)
    ),
    "created, cut in mid-answer": Boundary(
        _market("create", "cut_mid_answer"), _asked("create", orders=1)
    ),
    "uncertain, while it is looked up": Boundary(_lost_and_looked_up, _asked("order_list")),
    "placed, before the payment link": Boundary(
        _market("payment_links", "slow", seconds=20), _asked("payment_links", orders=1)
    ),
    # So slow that what was being sent arrives when nobody looks any more.
    "committed, before the reply": Boundary(_telegram("slow", seconds=120), _ordered_and_shown),
    "replied, the answer to it lost": Boundary(_telegram("cut_after"), _ordered_and_shown),
    "replied never, the connection cut": Boundary(_telegram("cut_before"), _ordered_and_shown),
}


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
        await until(lambda: _asked("keyword_search")(clients), SOON)
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
