"""A group buy whose bot is killed at every turn: no claim is lost, nothing is done twice."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from crashing import DATABASES, Own, own_world, stored_in
from group_buy_life import SETTINGS, even_books, lived

pytestmark = [pytest.mark.crash, pytest.mark.slow]


@pytest.fixture(params=DATABASES)
def own(request: pytest.FixtureRequest) -> Iterator[Own]:
    with stored_in(request) as there, own_world(**SETTINGS, **there) as own:
        yield own


async def test_a_kill_after_everything_that_anybody_does(own: Own, tmp_path: Path) -> None:
    """Two join, pay and fetch theirs: each once, by one order, with books that are even."""
    async with own.clients() as clients:
        organiser = await clients.arrive()
        own.bot.environment["ADMIN_IDS"] = str(organiser.id)
        own.bot.start()
        await own.bot.ready()
        members = await lived(own, clients, organiser, random.Random(15))
    assert own.bot.stop() == 0
    await even_books(own, organiser, members, tmp_path)
