"""A host's clock ran ahead and was set right: nothing waits until the true time has got there."""

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.group_buys.buys import FOLLOWING, Change, GroupBuy
from bot.domain.identifiers import BuyId
from bot.domain.ledger import Books
from bot.storage.codec import to_micros
from bot.storage.sql.clock_back import WAITS
from bot.storage.sql.storage import SqlStorage
from tests.storage.backends import backend, backends
from tests.storage.earlier.filling import NOW, fill
from tests.storage.grouping import group_buy
from tests.storage.posting import posts
from tests.storage.questioning import question
from tests.storage.samples import reopen
from tests.storage.shopping import shop
from tests.storage.watching import watches

HOUR, SECONDS = timedelta(hours=1), timedelta(seconds=20)
AHEAD = NOW + HOUR


@pytest.fixture(params=backends("sqlite", "postgres"))
async def filled(request: pytest.FixtureRequest, database: Path):
    """A storage with something in it of every kind that waits."""
    if request.param == "postgres":
        request.getfixturevalue("postgres")
    else:
        database.parent.mkdir()
    made = backend(request.param, database)
    await made.open()
    for put_in in (fill, shop, question, group_buy, posts, watches):
        await put_in(made)
    await made.runs.begin_run(NOW - HOUR)
    yield made
    await made.close()


async def put(storage: SqlStorage, table: str, column: str, waiting: str, at: datetime) -> int:
    """Have all of a kind wait until then; return how many there are."""
    return await storage.database.write(
        lambda connection: (
            connection.execute(
                f"UPDATE {table} SET {column} = ? WHERE {waiting}",  # noqa: S608 - of ours
                (to_micros(at),),
            ).rowcount
        )
    )


async def until(storage: SqlStorage, table: str, column: str, waiting: str) -> set[int]:
    """From now on, how many microseconds all of a kind wait."""
    rows = await storage.database.rows(f"SELECT {column} FROM {table} WHERE {waiting}")  # noqa: S608 - of ours
    return {moment - to_micros(NOW) for (moment,) in rows}


async def test_every_kind_waits_as_long_as_it_would_have(filled: SqlStorage) -> None:
    """What was due at once is due now; a delay keeps its length."""
    for delay, waits in ((timedelta(), 0), (SECONDS, 20_000_000)):
        await filled.runs.alive(AHEAD)
        for kind in WAITS:
            assert await put(filled, *kind, AHEAD + delay), f"nothing waits in {kind[0]}"
        await filled.runs.alive(NOW)
        assert {kind[0]: await until(filled, *kind) for kind in WAITS} == {
            table: {waits} for table, _, _ in WAITS
        }


async def test_a_restart_in_between_changes_nothing(filled: SqlStorage) -> None:
    """The clock may be set right while nothing runs; only what it was off is known then."""
    await filled.runs.alive(AHEAD)
    for kind in WAITS:
        await put(filled, *kind, AHEAD)
    await reopen(filled)
    begun = await filled.runs.begin_run(NOW)
    assert begun.gap is not None
    assert begun.gap.until < begun.gap.since
    assert {kind[0]: await until(filled, *kind) for kind in WAITS} == {
        table: {0} for table, _, _ in WAITS
    }


async def test_while_the_clock_goes_on_everything_keeps_its_time(filled: SqlStorage) -> None:
    """Also what has been due for long."""
    for kind in WAITS:
        await put(filled, *kind, AHEAD)
    for minutes in (0, 10, 40):
        await filled.runs.alive(NOW + timedelta(minutes=minutes))
    for kind in WAITS:
        assert await until(filled, *kind) == {3600_000_000}
        await put(filled, *kind, NOW - HOUR)
    await filled.runs.alive(NOW)
    for kind in WAITS:
        assert await until(filled, *kind) == {-3600_000_000}


async def test_no_column_that_is_waited_for_is_left_out(database: Path) -> None:
    """A new kind of waiting is named there, or said here to be its part's own."""
    storage = backend("sqlite", database)
    await storage.open()
    await storage.close()
    with closing(sqlite3.connect(database)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        named = {
            (table, column)
            for (table,) in tables.fetchall()
            for _, column, *_ in connection.execute(f"PRAGMA table_info({table})")
            if column in {"not_before", "look_at", "next_at", "again_at", "due_at"}
        }
    assert named == {(table, column) for table, column, _ in WAITS} | {("group_buys", "next_at")}


async def test_what_is_told_at_once_is_told_once_the_clock_is_right(database: Path) -> None:
    """Stored by a clock that was an hour ahead; then what is late by the right one is counted."""
    shown = AHEAD
    database.parent.mkdir()
    storage = backend("sqlite", database, lambda: shown)
    await storage.open()
    await storage.runs.begin_run(AHEAD)
    await shop(storage)
    await question(storage)
    await group_buy(storage)

    async def told(now: datetime) -> list[int]:
        return [
            len(await storage.group_news.news_to_tell(now, 99)),
            len(await storage.shop_events.events_to_tell(now, 99)),
        ]

    there = await told(AHEAD)
    assert all(there)
    shown = NOW
    assert await told(NOW) == [0, 0]
    await storage.runs.alive(NOW)
    assert await told(NOW) == there
    census = await storage.group_buys.buys_census(NOW + HOUR)
    assert census.news_late == there[0]
    await storage.close()


async def test_a_buy_follows_its_order_once_the_clock_is_right(filled: SqlStorage) -> None:
    """Its moments are sealed with it; an hour ahead it looked last, and would look next."""
    buy_id, before = BuyId(2), NOW - FOLLOWING
    for since, again_at in ((before, AHEAD), (AHEAD, None), (AHEAD, AHEAD)):

        def went_on(buy: GroupBuy, _: Books) -> Change:
            return Change(buy.replace(since=since, again_at=again_at))  # noqa: B023 - called at once

        await filled.runs.alive(AHEAD)
        await filled.group_buys.change(buy_id, went_on)
        assert buy_id not in await filled.group_buys.due(NOW + FOLLOWING, 9)
        await filled.runs.alive(NOW)
        assert buy_id in await filled.group_buys.due(NOW + FOLLOWING, 9)
        buy = await filled.group_buys.buy(buy_id)
        assert buy is not None
        assert buy.since == min(since, NOW)
