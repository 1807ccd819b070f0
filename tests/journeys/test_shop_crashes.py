"""A shop whose bot is killed at every turn: no proof is lost, nothing is booked twice."""

import random
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from buying import Market
from crashing import DATABASES, Own, own_world, stored_in
from processes import LOOKUP_DELAYS
from shop_life import CUSTOMERS, even_books, nothing, paid_in_pieces

pytestmark = [pytest.mark.crash, pytest.mark.slow]


@pytest.fixture(params=DATABASES)
def own(request: pytest.FixtureRequest) -> Iterator[Own]:
    settings = {"LOOKUP_DELAYS": LOOKUP_DELAYS, "FLOOD_UPDATES": "0", "PAYMENT": "shop"}
    with stored_in(request) as there, own_world(**settings, **there) as own:
        yield own


async def test_a_kill_after_everything_that_anybody_does(own: Own, tmp_path: Path) -> None:
    """Afterwards the books add up, and each proof has exactly one receipt."""
    rng = random.Random(14)
    async with own.clients() as clients:
        operator = await clients.arrive()
        own.bot.environment["ADMIN_IDS"] = str(operator.id)
        own.bot.start()
        await own.bot.ready()
        await operator.say("/rate 1 USD = 7.2 CNY", "1 USD = 7.2 CNY")
        await operator.say("/shop en Send it to card 4000 1234", "4000 1234")
        # A kill before create was sent leaves nothing to find: only a list that shows the order
        # of before proves that there is none, and has it made once more.
        await paid_in_pieces(clients, operator, nothing)
        for _ in range(1, CUSTOMERS):
            await paid_in_pieces(clients, operator, partial(own.killed, rng))
        assert len(await Market(clients.market).orders()) == CUSTOMERS
    assert own.bot.stop() == 0
    await even_books(own, tmp_path)
