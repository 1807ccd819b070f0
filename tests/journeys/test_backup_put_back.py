"""A backup is put back while the chats and the marketplace went on: nobody gets a second order."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from buying import Market, at_preview
from chat import Person
from crashing import Own, own_world, until
from operator_shell import command

from bot.storage.sqlite.copying import copy_database
from tests.tiers import SLOW

pytestmark = [pytest.mark.crash]


@pytest.fixture
def own() -> Iterator[Own]:
    with own_world(LOOKUP_DELAYS="0.3,0.3,0.5,0.5") as own:
        own.bot.start()
        yield own


async def _put_back(own: Own, copy: Path) -> None:
    own.bot.stop()
    code, said = await command(own.bot, "restore", str(copy))
    assert code == 0, said
    own.bot.start()
    await own.bot.ready()


@SLOW
async def test_an_order_of_before_is_found_and_a_press_of_before_asks_again(own: Own) -> None:
    """Copied while claimed, then placed; another copied at its Confirm button, then placed."""
    copy = own.bot.folder / "copy.db"
    async with own.clients() as clients:
        await own.bot.ready()
        market = Market(clients.market)
        hasty, calm = await clients.arrive(), await clients.arrive()
        operator = await clients.arrive()
        await operator.say("/start", "Snaporder")
        screen = await at_preview(calm)
        button = screen.button("Confirm order")["callback_data"]
        await at_preview(hasty)
        await clients.market_fault("preview", "slow", seconds=6, times=1)
        previews = await market.count("preview")
        await hasty.tap("Confirm order")

        async def is_claimed() -> bool:
            """And its preview is under way."""
            return await market.count("preview") > previews

        await until(is_claimed)
        copy_database(own.bot.folder / "bot.db", copy)
        await hasty.sees("Order placed")
        of_hasty = {each["orderId"] for each in await market.orders()}
        await calm.do("Confirm order", "Order placed")
        orders = await market.orders()
        before = {each["orderId"] for each in orders}
        assert len(before) == 2

        own.bot.environment["ADMIN_IDS"] = str(operator.id)
        await _put_back(own, copy)
        await hasty.sees("Order placed")
        number = next(each["thirdOrderId"] for each in orders if each["orderId"] not in of_hasty)
        await operator.sees(f"made after the copy that was put back.*{number}")
        await _presses_in_vain(calm, screen.id, button)
        await asyncio.sleep(2)
        assert {each["orderId"] for each in await market.orders()} == before
        assert await market.count("create") == 2


async def _presses_in_vain(buyer: Person, message_id: int, data: str) -> None:
    query = await buyer.press(message_id, data)
    assert "earlier step" in (await buyer.toast(query) or "")
    await buyer.sees("total isn.t here yet")
