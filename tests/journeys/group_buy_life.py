"""A group buy from its opening to its closed books, as everybody in it lives it."""

import asyncio
import random
import re
import time
from pathlib import Path

from buying import SNEAKERS, Market, at_offer, at_preview, placed
from chat import PATIENCE, Person, Shown
from crashing import Clients, Own, what_is_stored
from processes import LOOKUP_DELAYS

from bot.domain.group_buys.buys import BuyState
from bot.domain.group_buys.claims import ClaimState
from bot.domain.group_buys.fulfilling import open_balances
from bot.domain.identifiers import UserId
from bot.domain.ledger import Kind

SETTINGS = {
    "LOOKUP_DELAYS": LOOKUP_DELAYS,
    "FLOOD_UPDATES": "0",
    "GROUP_BUYS": "operators",
    "POLL_SHORTEST_SECONDS": "0.5",
    "POLL_UNPAID_SECONDS": "1",
}


async def page(person: Person, wanted: str) -> Shown:
    """Open one's page of the buy until it is so: what led there may be handled after a restart."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        listed = await person.say("/buys", "Your group buys")
        await person.tap("🟢|🔒|💰|📝|🧾|🛒|📦|🚚|🎁|⚖|🏁|·", listed)
        shown = await person.sees("Copy|so far|pairs|people", within=PATIENCE)
        if re.search(wanted, "\n".join([shown.text, *shown.labels]), re.DOTALL):
            return shown
        await asyncio.sleep(0.2)
    raise AssertionError(f"the page never was {wanted!r}:\n{shown.text}\n{shown.labels}")


async def opened(own: Own, organiser: Person, rng: random.Random) -> str:
    """Open a buy; return the payload of its link."""
    await at_offer(organiser, SNEAKERS)
    await organiser.do("Group buy", "New group buy")
    await organiser.tap("Open it")
    await own.killed(rng)
    shown = await page(organiser, "Copy the link")
    link = shown.button("Copy the link")["copy_text"]["text"]
    return str(link).partition("start=")[2]


async def joined(own: Own, member: Person, payload: str, pieces: int, rng: random.Random) -> None:
    shown = await member.say(f"/start {payload}", "Which one")
    await member.do(re.escape(shown.labels[0]), "How many")
    await member.say(str(pieces), "at most")
    await member.tap("Join with this")
    await own.killed(rng)
    await page(member, rf"{pieces} pairs")


async def paid(
    own: Own, member: Person, organiser: Person, said: str, left: int, rng: random.Random
) -> None:
    """Say that one has paid, and have it booked; a kill after each."""
    shown = await page(member, "To pay")
    await member.tap("I have paid", shown)
    await member.sees("Send a picture")
    await member.send(said)
    await own.killed(rng)
    await organiser.tap("🧾 Tester", await page(organiser, "🧾 Tester"))
    await organiser.tap("came in$", await organiser.sees("They wrote"))
    await own.killed(rng)
    await page(organiser, f"{left} .*to pay|Check the order" if left else "Check the order")


async def twice_at_once(person: Person, label: str, shown: Shown) -> None:
    """Press the same button on two devices at the same moment."""
    data = shown.button(label)["callback_data"]
    await asyncio.gather(*(person.press(shown.id, data) for _ in range(2)))


async def bought(own: Own, organiser: Person, market: Market, rng: random.Random) -> str:
    """Confirm on two devices at once, be killed in it, and pay: one order is made and followed."""
    await organiser.tap("Check the order", await page(organiser, "Check the order"))
    shown = await organiser.sees("One order for 2 people")
    await twice_at_once(organiser, "Order exactly this", shown)
    await own.killed(rng)
    await page(organiser, "Ordered")
    _, order = await market.orders()
    await market.order(order["orderId"], "pay")
    await own.killed(rng)
    await page(organiser, "Everything arrived")
    return str(order["orderId"])


async def handed_out(own: Own, organiser: Person, rng: random.Random) -> None:
    # Both are called Tester: the second's name is pressed once the page knows of the first's goods.
    for label, yes, page_says in (
        ("Everything arrived", "Yes, all of it", "Everything arrived"),
        ("📦 Tester", "", "2 people still have to fetch"),
        ("📦 Tester", "", "1 person still has to fetch"),
        ("Close the books", "Yes, close", "Close the books"),
    ):
        await organiser.tap(label, await page(organiser, page_says))
        if yes:
            await organiser.tap(yes, await organiser.sees("Did everything|Close the books"))
        await own.killed(rng)
    await page(organiser, "Closed")


async def lived(own: Own, clients: Clients, organiser: Person, rng: random.Random) -> list[Person]:
    """Open, fill, close, pay, order and hand out a buy; return who was in it."""
    await at_preview(organiser)  # leaves an address behind
    # A kill before create was sent leaves nothing to find: only a list that shows the order
    # of before proves that there is none, and has it made once more.
    await placed(await clients.arrive())
    payload = await opened(own, organiser, rng)
    members = [await clients.arrive() for _ in range(2)]
    for each in members:
        await joined(own, each, payload, 2, rng)
    shown = await page(organiser, "Close now")
    await organiser.tap("Close now", shown)
    shown = await organiser.sees("Nobody can join or leave after that")
    await twice_at_once(organiser, "Yes, close it", shown)
    await own.killed(rng)
    await page(organiser, "Payments are being collected")
    for left, each in zip((1, 0), members, strict=True):
        await paid(own, each, organiser, f"No. {each.id}", left, rng)
    market = Market(clients.market)
    await bought(own, organiser, market, rng)
    await handed_out(own, organiser, rng)
    _, order = await market.orders()
    assert sum(int(each["quantity"]) for each in order["lines"]) == 4
    return members


async def even_books(own: Own, organiser: Person, members: list[Person], copy: Path) -> None:
    """There is one buy; each was charged and paid once, and nothing is open."""
    async with what_is_stored(own, copy) as storage:
        (head,) = await storage.group_buys.buys_of(UserId(organiser.id), 10)
        buy = await storage.group_buys.buy(head.buy_id)
        assert buy is not None
        books = await storage.group_buys.books_of_buy(buy.buy_id)
    assert buy.state is BuyState.CLOSED
    assert [(each.user_id, each.pieces) for each in buy.claims] == [(e.id, 2) for e in members]
    assert {each.state for each in buy.claims} == {ClaimState.HANDED}
    assert buy.frozen == (1, 2)
    assert not books.differences()
    assert not open_balances(buy, books)
    kinds = [each.kind for each in books]
    assert (kinds.count(Kind.CHARGE), kinds.count(Kind.RECEIPT)) == (2, 2)
