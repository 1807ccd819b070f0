"""Updates by the thousand at the start: `make soak` has ten thousand of them."""

import os

import pytest
from backlog import work_off
from crashing import Own

pytestmark = [pytest.mark.crash, pytest.mark.slow]

UPDATES = int(os.environ.get("BACKLOG", "2000"))


async def test_a_backlog_is_worked_off_in_order_while_others_are_served(victim: Own) -> None:
    """None is lost, each chat's answers come in its order, and a newcomer is not kept waiting."""
    async with victim.clients() as clients:
        report = await work_off(victim, clients, UPDATES, people=25)
    assert report.updates == UPDATES
    assert report.failures == []
    assert victim.bot.stop() == 0
