"""Who leaves a group buy alone: an organiser who blocks the bot, members who are forgotten."""

import pytest
from buying import Market, at_preview
from chat import Person
from crashing import own_world
from group_buying import (
    closed_now,
    joined,
    opened,
    pays,
)

pytestmark = pytest.mark.slow


async def test_an_organiser_who_blocked_the_bot_is_followed_by_an_operator() -> None:
    """The operators are told, one takes over, members learn whom to pay; what they had stays.

    A member who asks to be forgotten meanwhile is told what the buy keeps until it is settled.
    """
    with own_world(FLOOD_UPDATES="0", GROUP_BUYS="operators") as own:
        async with own.clients() as clients:
            organiser, other = await clients.arrive(), await clients.arrive()
            own.bot.environment["ADMIN_IDS"] = f"{organiser.id},{other.id}"
            own.bot.start()
            await own.bot.ready()
            for each in (organiser, other):
                await at_preview(each)  # leaves an address behind
            _, payload = await opened(organiser)
            member, leaving, third = [await clients.arrive() for _ in range(3)]
            for each in (member, leaving, third):
                await joined(each, payload, 2)
            await forgotten(leaving, "Delete your data", r"data is deleted\.")
            await organiser.say("/buys", "Your group buys")
            await organiser.do("🟢", "4 pairs so far")
            await closed_now(organiser)
            await clients.telegram.post(f"/sandbox/users/{organiser.id}/block")
            await other.sees("can't reach the organiser of group buy 1")
            await other.say("/takeover", "number of the group buy and how")
            await other.say("/takeover 1", "Canvas.*2 people are in.*how its members pay you")
            await other.say("/takeover 99 Card 2", "no group buy 99")
            await other.say("/takeover 1 Card 4000 2222", "You run this group buy now")
            await member.sees("An operator runs this group buy")
            await member.say("/buys", "Your group buys")
            await member.do("·", "Card 4000 2222")
            await forgotten(member, "1 group buy keeps", "except what a group buy needs")
            stranger = await clients.arrive()
            await stranger.say("/takeover 1 Card", "don't know that command")


async def forgotten(person: Person, asked: str, told: str) -> None:
    """Ask to be forgotten, and say yes."""
    await person.say("/deletemydata", asked)
    await person.do("Delete|Yes", told)


async def test_who_takes_a_buy_over_pays_its_order_and_who_ran_it_no_longer_can() -> None:
    """The order that stands goes with the buy: its payment, its card and its news."""
    settings = {"POLL_SHORTEST_SECONDS": "0.5", "POLL_UNPAID_SECONDS": "1"}
    with own_world(FLOOD_UPDATES="0", GROUP_BUYS="operators", **settings) as own:
        async with own.clients() as clients:
            first, other = await clients.arrive(), await clients.arrive()
            own.bot.environment["ADMIN_IDS"] = f"{first.id},{other.id}"
            own.bot.start()
            await own.bot.ready()
            for each in (first, other):
                await at_preview(each)
            _, payload = await opened(first)
            member = await clients.arrive()
            await joined(member, payload, 3)
            await first.say("/buys", "Your group buys")
            await first.do("🟢", "3 pairs so far")
            await closed_now(first)
            await pays(member, first, "No. 1")
            await first.do("Check the order", "One order for")
            await first.do("Order exactly this", "Being ordered|Ordered")
            placed = await first.sees("The order is placed")
            await first.tap("The order", placed)
            card = await first.sees(r"S\d{6}-")
            page = await other.say("/takeover 1 Card 4000 2222", "You run this group buy now")
            await other.tap("Pay 1688", page)
            await other.tap("Pay", await other.sees(r"S\d{6}-"))
            paying = await other.sees("To pay")
            assert any("url" in each for row in paying.rows for each in row)
            for label in ("Pay", "Cancel", "Refresh"):
                await first.tap(label, card)
                await first.sees("don't have that order of yours")
            (order,) = await Market(clients.market).orders()
            await Market(clients.market).order(order["orderId"], "pay")
            await member.sees("goods are bought")
