"""Each method of each port: while somebody else holds the database, and when it is not open."""

import asyncio
import contextlib
import shutil
import sqlite3
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import get_type_hints

import pytest

from bot.storage.ports import LONG_GAP, Storage, StorageUnavailable
from tests.storage.backends import BACKENDS, backend, backends
from tests.storage.calls import CALLS, DEFERRED, READS, WRITES, methods
from tests.storage.earlier.filling import NOW, fill
from tests.storage.emptied import Emptied, State, at
from tests.storage.emptied import content as content_of_postgres
from tests.storage.grouping import group_buy
from tests.storage.posting import posts
from tests.storage.questioning import question
from tests.storage.shopping import shop
from tests.storage.watching import watches

TAKING = {"inbox.waiting_updates"}  # among replicas it takes the lanes of what it returns
LOCKABLE = [name for name, each in BACKENDS.items() if each.locked is not None]


async def _fill(name: str, database: Path) -> None:
    storage = backend(name, database)
    await storage.open()
    await fill(storage)
    await shop(storage)
    await question(storage)
    await group_buy(storage)
    await posts(storage)
    await watches(storage)
    for moment in (NOW, NOW + LONG_GAP):
        await storage.runs.begin_run(moment)
    await storage.close()


def _run(work: Coroutine[None, None, None]) -> None:
    # A thread of its own: the test that asks for it first has a loop running.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with something of everything, closed."""
    database = tmp_path_factory.mktemp("filled") / "bot.sqlite3"
    _run(_fill("sqlite", database))
    return database


@pytest.fixture(scope="module")
def filled_postgres(tmp_path_factory: pytest.TempPathFactory, emptied: Emptied) -> State:
    """What such a database holds in PostgreSQL."""
    database = tmp_path_factory.mktemp("filled") / "bot.sqlite3"
    at(database).write_text(emptied.make_new(), encoding="utf-8")
    _run(_fill("postgres", database))
    return emptied.state()


@pytest.fixture(params=backends(*LOCKABLE))
async def full(request: pytest.FixtureRequest, database: Path):
    """A storage of which nothing was read yet, and what locks it."""
    database.parent.mkdir()
    if request.param == "postgres":
        state = request.getfixturevalue("filled_postgres")
        url = request.getfixturevalue("emptied").make_new(state)
        at(database).write_text(url, encoding="utf-8")
    else:
        shutil.copy(request.getfixturevalue("filled"), database)
    storage = backend(request.param, database)
    await storage.open()
    yield storage, BACKENDS[request.param]
    await storage.close()


def content(database: Path) -> object:
    """Return every row of every table."""
    if at(database).exists():
        return content_of_postgres(at(database).read_text(encoding="utf-8"))
    with contextlib.closing(sqlite3.connect(database)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return {
            name: connection.execute(f'SELECT * FROM "{name}"').fetchall()  # noqa: S608 - ours
            for (name,) in tables.fetchall()
        }


def test_no_method_is_left_out():
    """A method that a port gains is called here, or this fails."""
    assert set(CALLS) == methods()
    assert len(CALLS) == len(READS) + len(WRITES) + len(DEFERRED)


def test_a_part_has_a_database_and_is_no_other_part(database: Path):
    """What two parts share they are given; none of them inherits from another."""
    parts = [getattr(backend("sqlite", database), port) for port in get_type_hints(Storage)]
    assert {type(part).__mro__[1:] for part in parts} == {(object,)}
    assert len({type(part) for part in parts}) == len(parts)


@pytest.mark.parametrize("method", WRITES)
async def test_a_write_gives_up_on_a_lock_and_keeps_nothing(full, database: Path, method: str):
    """Told as `StorageUnavailable`; nothing is half done, and it works once the lock is gone."""
    storage, how = full
    before = content(database)
    with how.locked(database):
        with pytest.raises(StorageUnavailable, match="locked"):
            await WRITES[method](storage)
        assert content(database) == before
    await WRITES[method](storage)
    nothing_to_do = method == "tracking.sort_orders"  # but it writes to find that out
    assert (content(database) == before) == nothing_to_do


@pytest.mark.parametrize("method", READS)
async def test_a_read_during_a_lock_says_what_is_so_or_gives_up(full, database: Path, method: str):
    """The same as without a lock where reads go on; never something else, never a wait."""
    storage, how = full
    with how.locked(database):
        takes = method in TAKING and storage.replicas is not None
        if how.reads_go_on and not takes:
            during = await READS[method](storage)
        else:
            with pytest.raises(StorageUnavailable):
                await READS[method](storage)
            during = None
    await storage.close()
    await storage.open()
    after = await READS[method](storage)
    assert after not in (None, [], {}, (), False, 0)
    assert during in (after, None)


@pytest.mark.parametrize("method", DEFERRED)
async def test_what_may_wait_is_kept_until_the_lock_is_gone(full, database: Path, method: str):
    """Answered at once, seen at once, and durable after it."""
    storage, how = full
    with how.locked(database):
        await DEFERRED[method](storage)
    await storage.close()
    await storage.open()
    assert await storage.inbox.take_update(5) is None or method != "inbox.finish_update"
    remembered = await storage.picture_files.file_id("new")
    assert remembered == ("f" if method == "picture_files.remember_file" else None)


@pytest.mark.parametrize("name", backends(*LOCKABLE))
async def test_the_health_check_gives_up_on_a_lock(
    request: pytest.FixtureRequest, database: Path, name: str
):
    """`/readyz` says so within the time-out, and is well again after it."""
    if name == "postgres":
        request.getfixturevalue("postgres")
    # Of so long a commit may take twice that, also where the machine is busy.
    storage = backend(name, database, patience=2.0)
    await storage.open()
    with BACKENDS[name].locked(database), pytest.raises(StorageUnavailable, match="locked"):
        await storage.check()
    await storage.check()
    await storage.close()


@pytest.mark.parametrize("method", CALLS)
async def test_a_storage_that_is_closed_answers_nothing(storage: Storage, method: str):
    """Nothing is read from memory and nothing is promised."""
    await storage.close()
    with pytest.raises(StorageUnavailable, match="not open"):
        await CALLS[method](storage)
