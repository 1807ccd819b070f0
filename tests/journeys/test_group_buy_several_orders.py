"""A group buy of 128 variants is three orders: shown before it closes, killed around each create.

People join and pay once, by chat. What the bot has then is put back for each boundary, and the
organiser confirms from there.
"""

import asyncio
import re
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from buying import Market, at_offer, at_preview
from chat import Person, Shown
from crashing import Clients, Own, own_world, until
from group_buy_life import SETTINGS
from group_buying import PHONE_CASES, closed_now, says_paid, takes_a_page

pytestmark = [pytest.mark.crash, pytest.mark.slow, pytest.mark.timeout(1200)]

VARIANTS, PAGES = 128, 11
ORDERS = 3


@dataclass(frozen=True)
class Boundary:
    """Where the bot dies: what the marketplace does until then, and how many calls tell so.

    `stays` is that nobody can say whether the orders exist: the buy waits where it is.
    """

    kind: str
    endpoint: str = "create"
    after: int = 0
    calls: int = 1
    made: int | None = None
    seconds: float = 1.0
    creates: int = ORDERS
    stays: bool = False


BOUNDARIES = {
    "confirmed, none is checked": Boundary("slow", "preview", seconds=20, made=0),
    "one is checked": Boundary("slow", "preview", after=1, calls=2, seconds=20),
    "all are being made, the marketplace acts later": Boundary("slow", seconds=1.5, calls=ORDERS),
    "one is made, the others never arrive": Boundary(
        "cut_before", after=1, calls=ORDERS, made=1, creates=2 * ORDERS - 1
    ),
    "two are made, the last one never arrives": Boundary(
        "cut_before", after=2, calls=ORDERS, made=2, creates=ORDERS + 1
    ),
    "one is made, the others' answers are lost": Boundary(
        "answer_lost", after=1, calls=ORDERS, made=ORDERS
    ),
    "all are made, no answer came": Boundary("answer_lost", calls=ORDERS, made=ORDERS),
    "while the one that is unclear is looked up": Boundary(
        "slow", "order_list", calls=1, seconds=20
    ),
    "none arrives, and nobody can tell": Boundary("cut_before", calls=ORDERS, made=0, stays=True),
}


async def test_killed_around_each_create_of_several_orders() -> None:
    """One consent at most one order each, no line lost or twice, and the buy goes on."""
    with own_world(**SETTINGS) as own, tempfile.TemporaryDirectory() as kept:
        async with own.clients() as clients:
            organiser = await all_have_paid(own, clients)
            assert own.bot.stop() == 0
            copied(own.bot.folder, Path(kept))
            for name, boundary in BOUNDARIES.items():
                copied(Path(kept), own.bot.folder)
                await clients.market.post("/sandbox/reset")
                await Market(clients.market).change(PHONE_CASES, stock=50)
                own.bot.start()
                await own.bot.ready()
                await killed_at(name, boundary, own, clients, organiser)
                own.bot.kill()


async def all_have_paid(own: Own, clients: Clients) -> Person:
    """One piece of each of 128 variants is joined for and paid, by eleven people."""
    organiser = await clients.arrive()
    own.bot.environment["ADMIN_IDS"] = str(organiser.id)
    own.bot.start()
    await own.bot.ready()
    await at_preview(organiser)  # leaves an address behind
    await Market(clients.market).change(PHONE_CASES, stock=50)
    await at_offer(organiser, PHONE_CASES)
    await organiser.do("Group buy", "New group buy")
    shown = await organiser.do("Open it", "Open for joining")
    payload = shown.button("Copy the link")["copy_text"]["text"].partition("start=")[2]
    members = [await clients.arrive() for _ in range(PAGES)]
    await asyncio.gather(
        *(takes_a_page(each, payload, page, VARIANTS) for page, each in enumerate(members))
    )
    shown = await page_of(organiser, "Close now")
    assert "128 different variants make 3 orders" in shown.text
    await closed_now(organiser, shown)
    await organiser.sees("goes ahead")
    await asyncio.gather(*(says_paid(each) for each in members))
    shown = await page_of(organiser, "11 say they have paid")
    await organiser.tap("11 say they have paid", shown)
    await organiser.tap("All of it came in", await organiser.sees("statement"))
    await page_of(organiser, "Check the order")
    await clients.settled()
    return organiser


async def page_of(organiser: Person, wanted: str) -> Shown:
    """Open the organiser's page until it is so."""
    found: list[Shown] = []

    async def is_so() -> bool:
        listed = await organiser.say("/buys", "Your group buys")
        await organiser.tap(r"·", listed)
        shown = await organiser.sees("so far|pieces|pcs|people")
        found[:] = [shown]
        return bool(re.search(wanted, "\n".join([shown.text, *shown.labels])))

    await until(is_so, within=90.0)
    return found[0]


async def killed_at(
    name: str, boundary: Boundary, own: Own, clients: Clients, organiser: Person
) -> None:
    market = Market(clients.market)
    await organiser.tap("Check the order", await page_of(organiser, "Check the order"))
    shown = await organiser.sees("One order for 11 people")
    assert "make 3 orders" in shown.text
    await clients.market.delete("/sandbox/calls")
    more = {"after": boundary.after, "seconds": boundary.seconds}
    if boundary.endpoint == "order_list":
        await clients.market_fault("create", "answer_lost")
    await clients.market_fault(boundary.endpoint, boundary.kind, **more)
    await organiser.tap("Order exactly this", shown)
    try:
        await until(reached(market, boundary), within=90.0)
    except TimeoutError:
        calls, made = await market.count(boundary.endpoint), len(await market.orders())
        said = "\n---\n".join(each.text[-400:] for each in (await organiser.history())[-4:])
        raise AssertionError(f"{name}: {calls} calls, {made} orders\n{said}") from None
    own.bot.kill()
    await clients.no_faults()
    own.bot.start()
    await own.bot.ready()
    if boundary.stays:
        await organiser.sees("are uncertain")
        shown = await page_of(organiser, "isn't certain whether 3 orders exist")
        assert "Check the order" not in shown.labels, name
        assert await market.orders() == []
        return
    await page_of(organiser, "Ordered, to be paid")
    made = await market.orders()
    lines = [line["specId"] for each in made for line in each["lines"]]
    assert len({each["thirdOrderId"] for each in made}) == len(made) == ORDERS, name
    assert len(lines) == len(set(lines)) == VARIANTS, name
    assert await market.count("create") <= boundary.creates, name
    for each in made:
        await market.order(each["orderId"], "pay")
    await page_of(organiser, "Everything arrived")


def reached(market: Market, boundary: Boundary) -> Callable[[], Awaitable[bool]]:
    async def is_reached() -> bool:
        if await market.count(boundary.endpoint) < boundary.calls:
            return False
        return boundary.made is None or len(await market.orders()) == boundary.made

    return is_reached


def copied(folder: Path, there: Path) -> None:
    """Have a bot's files there, and no others of it."""
    for file in there.glob("bot.*"):
        if file.suffix != ".log":
            file.unlink()
    for file in folder.glob("bot.*"):
        if file.suffix != ".log":
            shutil.copy(file, there)
