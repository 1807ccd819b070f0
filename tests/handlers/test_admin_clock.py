"""The operator's desk tells of a host that was away, or whose clock is wrong."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

import pytest

from bot.chat.context import Overlay
from bot.domain.health import MarketplaceHealth
from bot.domain.identifiers import ChatId, UserId
from bot.domain.sessions import Session
from bot.services.access import Access, AccessMode
from handlers.desk import menu
from tests.fakes.memory_storage import MemoryStorage
from tests.handlers.goods import Shelf, context
from tests.services.agreed import NOW

OPERATOR = Session.begun(ChatId(7), UserId(7), "en")


async def desk(
    *, last_alive: datetime | None = None, begun: datetime = NOW, off: timedelta | None = None
) -> str:
    """Return what `/admin` shows now, after a start at `begun`."""
    storage = MemoryStorage(now=NOW)
    if last_alive is not None:
        await storage.begin_run(last_alive)
        await storage.begin_run(begun)
    made = context(OPERATOR, Shelf())
    made.now = NOW
    made.services = replace(
        made.services,
        store=storage,
        access=Access(AccessMode.OPEN, storage, operators=[7]),
        health=lambda: MarketplaceHealth(last="ok", down=False),
        clock_off=lambda: off,
    )
    shown = await menu.admin(cast("Any", None), made)
    assert isinstance(shown, Overlay)
    return shown.screen.text


async def test_nothing_is_told_of_a_host_as_it_should_be() -> None:
    """A restart within minutes, a second of difference, a downtime of last month."""
    month = NOW - timedelta(days=30)
    for text in (
        await desk(),
        await desk(last_alive=NOW - timedelta(minutes=14), off=timedelta(seconds=1)),
        await desk(last_alive=month - timedelta(days=1), begun=month),
    ):
        assert "⏰" not in text
        assert "💤" not in text


@pytest.mark.parametrize(
    ("away", "said"),
    [(timedelta(hours=3), "💤 Down from <tg-time"), (-timedelta(hours=3), "⏰ Started")],
)
async def test_a_gap_is_told_for_a_week(away: timedelta, said: str) -> None:
    """From when to when; a start before the last run's end as what it is."""
    assert said in await desk(last_alive=NOW - away)
    week = timedelta(days=6)
    assert said in await desk(last_alive=NOW - week - away, begun=NOW - week)


@pytest.mark.parametrize(
    ("seconds", "said"), [(40, "40 seconds ahead"), (-90, "90 seconds behind")]
)
async def test_a_clock_that_is_off_is_told(seconds: int, said: str) -> None:
    """Which way, and by how much."""
    assert said in await desk(off=timedelta(seconds=seconds))
