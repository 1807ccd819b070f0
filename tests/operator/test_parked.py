"""Parked updates from the command line: what is there is tried again, anything else is named."""

import pytest

from bot.operator import CommandRefused
from bot.operator.parked import listed, retry
from bot.storage.sqlite.storage import SqliteStorage
from tests.storage.samples import update


async def test_a_parked_update_is_tried_again(storage: SqliteStorage) -> None:
    """Once; it is listed with its error until then."""
    await storage.inbox.put_updates([update(7)])
    await storage.inbox.park_update(7, "ValueError at handlers/finding/search.py:1")
    assert "7" in await listed(storage)
    nudges = await storage.upkeep.nudges()
    assert "tried again" in await retry(storage, 7)
    assert await storage.upkeep.nudges() != nudges
    assert await listed(storage) == "No update is parked."
    with pytest.raises(CommandRefused, match="7 is not parked"):
        await retry(storage, 7)


@pytest.mark.parametrize("number", [0, -1, 2**63 - 1, 2**63, -(10**30), 10**30])
async def test_a_number_that_is_none_is_refused_in_a_sentence(
    storage: SqliteStorage, number: int
) -> None:
    """Also one that no database holds."""
    with pytest.raises(CommandRefused, match="is not parked"):
        await retry(storage, number)
