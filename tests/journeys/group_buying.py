"""The world of group buys: an organiser who has an address, and those who join."""

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest
from buying import SNEAKERS, Market, at_offer, at_preview
from chat import Person, Shown
from crashing import Clients, Own, own_world

PHONE_CASES = 626489650618  # 128 variants
ON_A_PAGE = 12


@dataclass
class GroupWorld:
    own: Own
    organiser: int = 0


@pytest.fixture(scope="module")
def world_of_groups() -> Iterator[GroupWorld]:
    settings = {"POLL_SHORTEST_SECONDS": "0.5", "POLL_UNPAID_SECONDS": "1"}
    with own_world(
        LOOKUP_DELAYS="0.1,0.1", FLOOD_UPDATES="0", GROUP_BUYS="operators", **settings
    ) as own:
        yield GroupWorld(own)


@pytest.fixture
async def clients(world_of_groups: GroupWorld) -> AsyncIterator[Clients]:
    own = world_of_groups.own
    async with own.clients() as clients:
        await clients.market.post("/sandbox/reset")
        if not world_of_groups.organiser:
            organiser = await clients.arrive()
            world_of_groups.organiser = organiser.id
            own.bot.environment["ADMIN_IDS"] = str(organiser.id)
            own.bot.start()
            await own.bot.ready()
            await at_preview(organiser)  # leaves an address behind
        await own.bot.ready()
        yield clients
        await clients.leave_channels()


@pytest.fixture
def market(clients: Clients) -> Market:
    return Market(clients.market)


@pytest.fixture
async def organiser(world_of_groups: GroupWorld, clients: Clients) -> Person:
    who = Person(clients.telegram, world_of_groups.organiser, "en")
    answer = await clients.telegram.get(f"/sandbox/chats/{who.id}/messages")
    who.seq = int(answer.json()["seq"])
    return who


async def opened(organiser: Person, minimum: int = 3) -> tuple[Shown, str]:
    """Open a buy of sneakers; return the organiser's page and the payload of its link."""
    await at_offer(organiser, SNEAKERS)
    await organiser.do("Group buy", "New group buy")
    if minimum != 3:
        await organiser.do("Minimum", "how many pieces")
        await organiser.say(str(minimum), f"At least {minimum}")
    page = await organiser.do("Open it", "Open for joining")
    link = page.button("Copy the link")["copy_text"]["text"]
    return page, link.partition("start=")[2]


async def closed_now(organiser: Person, on: Shown | None = None) -> None:
    """Close a buy for joining: asked once more what that does."""
    await organiser.tap("Close now", on)
    await organiser.sees("Nobody can join or leave after that")
    await organiser.do("Yes, close it", "Closed for joining|being collected")


async def all_arrived(organiser: Person, on: Shown | None = None) -> Shown:
    """Say that everything came: asked once more what that does; return the page after it."""
    await organiser.tap("Everything arrived", on)
    await organiser.sees("Did everything arrive")
    return await organiser.do("Yes, all of it", "Arrived")


async def joined(member: Person, payload: str, pieces: int, variant: int = 0) -> Shown:
    shown = await member.say(f"/start {payload}", "Which one|要哪一款")
    label = re.escape(shown.labels[variant])
    await member.do(label, "How many|要几")
    await member.say(str(pieces), "at most|最多")
    return await member.do("Join with this|就这样参加", "You are in|已参加")


async def takes_a_page(member: Person, payload: str, page: int, in_all: int) -> None:
    """Join with a piece of each variant of a page of them, of so many in all."""
    shown = await member.say(f"/start {payload}", "Which one")
    for _ in range(page):
        shown = await member.do("▶️", "Which one")
    wanted = [each for each in shown.labels if re.search(r"\(\d+\)$", each)]
    for number, label in enumerate(wanted[: in_all - page * ON_A_PAGE]):
        if number:
            await member.do("Join with more", "Which one")  # the page is the same
        named = re.escape(label.rpartition(" (")[0])
        await member.do(rf"^{named} \(", "How many")
        await member.say("1", "at most")
        await member.do("Join with this", "You are in")


async def says_paid(member: Person) -> None:
    await member.tap("Open", await member.sees("Please pay"))
    await member.sees("To pay")
    await member.do("I have paid", "Send a picture")
    await member.say(f"No. {member.id}", "organiser will check")


async def pays(member: Person, organiser: Person, said: str) -> None:
    """Say that one has paid; the organiser sees it come in."""
    due = await member.sees("Please pay|请在")
    await member.tap("Open|查看", due)
    await member.sees("To pay|待付")
    await member.do("I have paid|我已付款", "Send a picture|请发转账")
    await member.say(said, "organiser will check|等团长核对")
    told = await organiser.sees("says they have paid")
    await organiser.tap("Open", told)
    await organiser.sees("Payments are being collected")
    await organiser.do("🧾 Tester", "They wrote")
    await organiser.do("came in$", "Payments are being collected")


async def bought(organiser: Person, market: Market) -> Shown:
    """On the page, once everybody has paid: order it, have it paid and sent; return the news."""
    await organiser.do("Check the order", "One order for")
    await organiser.do("Order exactly this", "Being ordered|Ordered")
    placed = await organiser.sees("The order is placed")
    order = (await market.orders())[-1]
    await market.order(order["orderId"], "pay")
    await market.order(order["orderId"], "ship")
    return placed
