"""The message that said "placing" ends as the record of what became of the order."""

import asyncio
from collections.abc import Iterator

import pytest
from buying import at_preview
from chat import Person
from crashing import Own, over_both, own_world, stored_in, until

from tests.tiers import SLOW

ENDED = "is placed.*This is what you agreed to"


@pytest.fixture(scope="module")
def own(request: pytest.FixtureRequest) -> Iterator[Own]:
    seldom = {"LOOKUP_DELAYS": "2,2,2,2", "RECREATE": "never"}
    with stored_in(request) as there, own_world(**seldom, **there) as own:
        own.bot.start()
        yield own


async def _says(buyer: Person, message_id: int, wanted: str) -> None:
    """Wait until that message says so."""

    async def ended() -> bool:
        told = [each.text for each in await buyer.history() if each.id == message_id]
        return wanted in "".join(told)

    await until(ended)


@SLOW
@over_both("own")
async def test_a_kill_before_it_is_rewritten_leaves_nothing_unsaid(own: Own) -> None:
    """The order is made and stored; the power goes before the chat shows it."""
    async with own.clients() as clients:
        await own.bot.ready()
        buyer = await clients.arrive()
        asked = await at_preview(buyer)
        await clients.market_fault("create", "slow", times=1, seconds=2)
        await buyer.tap("Confirm order")
        await buyer.sees("Placing|placing|being placed|order {0,1}S")
        await clients.fault("editMessageText", "slow", seconds=30, chat_id=buyer.id)

        async def is_made() -> bool:
            return bool(await clients.orders.orders())

        await until(is_made)
        await asyncio.sleep(1)  # the outcome is stored, its telling hangs
        own.bot.kill()
        await clients.no_faults()
        own.bot.start()
        await own.bot.ready()
        await buyer.sees("Order placed")
        await _says(buyer, asked.id, "is placed.")
        assert len(await clients.orders.orders()) == 1


async def test_who_went_on_meanwhile_finds_it_ended_as_well(own: Own) -> None:
    """Left while it was looked up, the message says in the end that the order was made."""
    async with own.clients() as clients:
        await own.bot.ready()
        buyer = await clients.arrive()
        asked = await at_preview(buyer)
        await clients.market_fault("create", "answer_lost", times=1)
        await clients.market_fault("order_list", "http_500", times=None)
        await buyer.do("Confirm order", "didn't answer clearly")
        await buyer.do("Do something else", "What are you looking for")
        await clients.no_faults()
        await buyer.sees("was made after all")
        await _says(buyer, asked.id, "is placed.")
