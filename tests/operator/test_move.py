"""`move`: everything from SQLite into PostgreSQL and back, compared, and never two that go on."""

import asyncio
import itertools
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bot.operator import CommandRefused
from bot.operator.move import move
from bot.settings import Settings, StartupError
from bot.storage.moving import MOVING, MoveRefused, lineage_of
from bot.storage.moving import move as carry_over
from bot.storage.ports import Storage, StorageUnavailable
from bot.storage.postgres.moving import PostgresSide
from bot.storage.postgres.storage import PostgresStorage
from bot.storage.sealing import Sealer
from bot.storage.sql.connection import Connection
from bot.storage.sql.runs import MOVED, mark_copied
from bot.storage.sqlite.moving import SqliteSide
from bot.storage.sqlite.storage import SqliteStorage
from tests.cutting import Cutting
from tests.operator.moving import empty, filled, held, once_filled, sums
from tests.postgres import Server
from tests.storage.earlier.filling import NOW
from tests.storage.samples import ALICE, KEY
from tests.tiers import SLOW

__all__ = ["empty", "filled", "once_filled"]
pytestmark = pytest.mark.postgres


def settings(url: str | Path) -> Settings:
    values = {
        "bot_token": "123:x",
        "marketplace_url": "https://example.com",
        "marketplace_app_key": "k",
        "marketplace_app_secret": "s",
        "database_url": str(url),
        "data_key": KEY.hex(),
    }
    return Settings(_env_file=None, **values)


async def restored_here(path: Path) -> None:
    """What `restored` does to a database that was moved away and is to go on after all."""
    storage = SqliteStorage(path, Sealer(KEY), lambda: NOW, even_moved=True)
    await storage.open()
    await storage.database.write(lambda connection: mark_copied(connection, NOW))
    await storage.close()


def sum_of(path: Path) -> int:
    return sum(count for count, _ in sums(SqliteSide(path)).values())


def test_everything_comes_over_and_back(filled: Path, empty, tmp_path: Path):
    """Row for row as it was, readable there; numbers count on; the old one refuses to go on."""
    url = empty()
    before = sums(SqliteSide(filled))
    said = move(settings(filled), url)
    assert said.startswith(f"{sum(count for count, _ in before.values())} rows of")
    assert sums(PostgresSide(url)) == before

    async def there() -> None:
        with pytest.raises(StorageUnavailable, match="was moved to PostgreSQL"):
            await SqliteStorage(filled, Sealer(KEY), lambda: NOW).open()
        storage = PostgresStorage(url, Sealer(KEY), lambda: NOW, bot_id=123)
        await storage.open()
        begun = await storage.runs.begin_run(NOW)
        assert not begun.restored
        assert begun.last_alive == NOW
        assert await storage.orders.orders_of(ALICE)
        invite = await storage.access.add_invite(b"new", ALICE, NOW.replace(year=2030), 1)
        numbers = {each.invite_id for each in await storage.access.live_invites()}
        assert invite.invite_id == max(numbers)
        await storage.close()

    asyncio.run(there())
    back = tmp_path / "back.db"
    moved = sums(PostgresSide(url))
    move(settings(url), str(back))
    assert sums(SqliteSide(back)) == moved

    async def here() -> None:
        storage = SqliteStorage(back, Sealer(KEY), lambda: NOW)
        await storage.open()
        assert not (await storage.runs.begin_run(NOW)).restored
        await storage.upkeep.nudge()
        await storage.close()

    asyncio.run(here())


def test_a_move_that_was_broken_off_goes_on(filled: Path, empty):
    """What was copied is not copied again; until the end nobody can open the new one."""
    url, before = empty(), sums(SqliteSide(filled))
    move(settings(filled), url)
    with psycopg.connect(url) as there:
        # As after a kill within the copying: two tables are there, one is not.
        done = '["access", "addresses", "alarms_told", "broadcasts", "group_buys"]'
        lineage = there.execute("SELECT value FROM meta WHERE name = 'lineage'").fetchone()
        assert lineage is not None
        for table in sorted(before):
            if table not in {"meta", "addresses", "alarms_told", "broadcasts", "group_buys"}:
                there.execute(f"DELETE FROM {table}".encode())  # noqa: S608 - the schema's
        there.execute(
            "INSERT INTO meta VALUES ('moving_from', %s)",
            (f'{{"from": "{lineage[0]}", "done": {done}}}',),
        )
    with pytest.raises(StorageUnavailable, match="not moved completely"):
        asyncio.run(PostgresStorage(url, Sealer(KEY), lambda: NOW).open())
    move(settings(filled), url)
    assert sums(PostgresSide(url)) == before


def test_what_is_not_empty_is_left_alone(filled: Path, empty, tmp_path: Path):
    """Neither a database in use nor half of another move is written over."""
    url = empty()
    move(settings(filled), url)
    other = tmp_path / "other.db"
    with pytest.raises(CommandRefused, match="itself moved away"):
        move(settings(url), str(filled))
    shutil.copy(filled, other)
    asyncio.run(restored_here(other))
    with pytest.raises(CommandRefused, match="is not empty"):
        move(settings(url), str(other))
    with psycopg.connect(url) as there:
        there.execute('INSERT INTO meta VALUES (\'moving_from\', \'{"from": "x", "done": []}\')')
    asyncio.run(restored_here(filled))
    with pytest.raises(CommandRefused, match="half of another"):
        move(settings(filled), url)


def test_what_was_moved_is_moved_nowhere_else(filled: Path, empty):
    """A bot may have gone on with it there: two of one shop would order everything twice."""
    first, second = empty(), empty()
    move(settings(filled), first)
    for url in (first, second):
        with pytest.raises(CommandRefused, match=r"was moved to PostgreSQL .*or say `restored`"):
            move(settings(filled), url)
    with psycopg.connect(second) as there:
        assert there.execute("SELECT count(*) FROM orders").fetchone() == (0,)


Sides = tuple[SqliteSide | PostgresSide, SqliteSide | PostgresSide]


class Killed(BaseException):
    """The process ends here."""


class Mortal:
    """A side of a move whose process ends before or after one of the commits of both."""

    def __init__(self, side: SqliteSide | PostgresSide, moments: Iterator[bool]) -> None:
        self._side, self._moments = side, moments

    def __getattr__(self, name: str) -> Any:
        return getattr(self._side, name)

    def transaction(self, work: Callable[[Connection], object]) -> None:
        self._lives()
        self._side.transaction(work)
        self._lives()

    def settle(self) -> None:
        self._lives()
        self._side.settle()
        self._lives()

    def _lives(self) -> None:
        if next(self._moments):
            raise Killed


def walked(make: Callable[[], Sides]) -> int:
    """Move, killed a commit later each time, and again from where all is copied; return how often.

    It ends when there is nothing left to move.
    """
    at = deaths = 0
    are_copied = False
    while True:
        source, target = make()
        moments = map(at.__eq__, itertools.count())
        sides = Mortal(source, moments), Mortal(target, moments)
        try:
            carry_over(*sides, Sealer(KEY).open, lineage_of(source))
        except MoveRefused:
            return deaths
        except Killed:
            deaths, at = deaths + 1, at + 1
            here, there = (
                dict(each.read("SELECT name, value FROM meta")) for each in (source, target)
            )
            may_both_be_opened = MOVED not in here and MOVING not in there
            assert not may_both_be_opened or not any(target.read("SELECT 1 FROM orders"))
            done = json.loads(there[MOVING])["done"] if MOVING in there else ()
            if not are_copied and len(done) == len(source.tables()) - 1:
                are_copied, at = True, 0
        finally:
            source.close()
            target.close()


@SLOW
def test_killed_at_any_commit_it_goes_on(filled: Path, empty, tmp_path: Path):
    """Both ways. At no moment can both be opened with something in them."""
    url, back = empty(), tmp_path / "back.db"
    before = sums(SqliteSide(filled))
    assert all(count for count, _ in before.values()), "something of everything"

    async def begun(storage: Storage) -> None:
        await storage.open()
        await storage.close()

    asyncio.run(begun(PostgresStorage(url, Sealer(KEY), lambda: NOW, alone=True)))
    assert walked(lambda: (SqliteSide(filled), PostgresSide(url))) > 12
    assert sums(PostgresSide(url)) == before
    asyncio.run(begun(SqliteStorage(back, Sealer(KEY), lambda: NOW)))
    assert walked(lambda: (PostgresSide(url), SqliteSide(back))) > 12
    assert sums(SqliteSide(back)) == before


def test_a_connection_that_is_cut_breaks_it_off(filled: Path, postgres_server: Server, empty):
    """It says so and how to go on, and then does."""
    name = empty().partition("@/")[2].partition("?")[0]
    with Cutting(postgres_server.port) as proxy:
        url = f"postgresql://snaporder@127.0.0.1:{proxy.port}/{name}?sslmode=disable"
        proxy.arm(b"INSERT INTO orders", passes=False)
        with pytest.raises(StorageUnavailable, match="run `move` again, and it goes on"):
            move(settings(filled), url)
        # As the server does once it knows that nobody is there any more.
        postgres_server.sql(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"  # noqa: S608
        )
        assert move(settings(filled), url).startswith(f"{sum_of(filled)} rows")


def test_a_difference_is_found(filled: Path, empty):
    """A row that is not what it was is named by its table, and nothing is switched over."""
    url = empty()
    move(settings(filled), url)
    with psycopg.connect(url) as there:
        there.execute("UPDATE orders SET told = 1 - told")
        tables = [each for each in PostgresSide(url).tables() if each != "meta"]
        done = ", ".join(f'"{each}"' for each in tables)
        row = there.execute("SELECT value FROM meta WHERE name = 'lineage'").fetchone()
        assert row is not None
        there.execute(
            "INSERT INTO meta VALUES ('moving_from', %s)",
            (f'{{"from": "{row[0]}", "done": [{done}]}}',),
        )
    with pytest.raises(StorageUnavailable, match="in orders: empty it"):
        move(settings(filled), url)


def test_nobody_may_run_meanwhile(filled: Path, empty):
    """A bot on either side is told of, and nothing is touched."""
    url = empty()
    with held(filled), pytest.raises(CommandRefused, match="in use by a running bot"):
        move(settings(filled), url)

    async def running() -> None:
        storage = PostgresStorage(url, Sealer(KEY), lambda: NOW)
        await storage.open()
        try:
            with pytest.raises(CommandRefused, match="in use by a running bot"):
                await asyncio.to_thread(move, settings(filled), url)
        finally:
            await storage.close()

    asyncio.run(running())
    with sqlite3.connect(filled) as here:
        assert not here.execute("SELECT 1 FROM meta WHERE name = 'moved_to'").fetchall()


@pytest.mark.parametrize("where", ["other.db", "mysql://x/y", "postgresql://:bad"])
def test_what_is_no_move_is_said(filled: Path, where: str):
    """The same kind, or no address."""
    with pytest.raises((CommandRefused, StartupError)):
        move(settings(filled), where)
