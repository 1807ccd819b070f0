"""Schema changes: from every earlier version, from nothing, and cut short."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from bot.domain.writes import ClaimOrder, KeepResults
from bot.storage.ports import StorageUnavailable
from bot.storage.sealing import Sealer
from bot.storage.sqlite.migrations import STEPS, migrate
from bot.storage.sqlite.storage import SqliteStorage
from tests.storage.samples import ALICE, BOB, KEY, NOW, first, order, page, restored, update
from tests.tiers import slow_but

OLDEST = Path(__file__).parent / "earlier" / "0.1.0.sql"
_KILLED_MIDWAY = """
import os, sqlite3, sys
from bot.storage.sqlite.migrations import STEPS, migrate

def half_done(connection):
    connection.execute("CREATE TABLE half_done (x)")
    connection.execute("DROP TABLE IF EXISTS inbox")
    os.kill(os.getpid(), 9)

connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA journal_mode=WAL")
applied = int(sys.argv[2])
keep = lambda value, place: value
migrate(connection, STEPS[:applied], seal=keep, unseal=keep)
migrate(connection, [*STEPS[:applied], half_done], seal=keep, unseal=keep)
"""


def _schema(path: Path) -> list[tuple[str, str]]:
    with sqlite3.connect(path) as connection:
        return sorted(
            connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        )


def _dump(path: Path) -> list[str]:
    with sqlite3.connect(path) as connection:
        return list(connection.iterdump())


def _version(path: Path) -> int:
    with sqlite3.connect(path) as connection:
        return connection.execute("PRAGMA user_version").fetchone()[0]


def _at_version(path: Path, version: int) -> None:
    path.parent.mkdir(exist_ok=True)
    connection = sqlite3.connect(path, isolation_level=None)
    migrate(connection, STEPS[:version], seal=Sealer(KEY).seal, unseal=Sealer(KEY).open)
    if version:
        connection.execute(
            "INSERT INTO inbox (update_id, lane, received_at, payload) VALUES (77, 1, 0, ?)",
            (Sealer(KEY).seal(b"{}", "inbox/77"),),
        )
    connection.close()


def _touch(path: Path) -> None:
    path.parent.mkdir()
    path.touch()


def _migrate_until_killed(path: Path, applied: int) -> int:
    arguments = [sys.executable, "-c", _KILLED_MIDWAY, str(path), str(applied)]
    return subprocess.run(arguments, check=False, cwd=Path(__file__).parents[2]).returncode


async def _works(path: Path) -> SqliteStorage:
    storage = SqliteStorage(path, Sealer(KEY))
    await storage.open()
    await storage.inbox.put_updates([update(1)])
    await storage.conversations.commit_step(
        first(update_id=1, writes=(ClaimOrder(order()), KeepResults(page())))
    )
    await storage.picture_files.remember_file("a", "b")
    await storage.check()
    return storage


@pytest.mark.parametrize(
    "version", slow_but([0, 6, 12, len(STEPS) - 1, len(STEPS)], range(len(STEPS) + 1))
)
async def test_every_earlier_version_is_brought_up(database: Path, tmp_path: Path, version: int):
    """From each version the schema ends the same, and the rows of before are still there."""
    _at_version(database, version)
    storage = await _works(database)
    kept = await storage.inbox.take_update(77)
    await storage.close()
    assert (kept is not None) == bool(version)
    fresh = tmp_path / "fresh.sqlite3"
    await (await _works(fresh)).close()
    assert _schema(database) == _schema(fresh)
    assert _version(database) == len(STEPS)


async def test_an_empty_file_is_a_new_database(database: Path):
    """A file of no bytes, as `touch` leaves it, opens."""
    _touch(database)
    await (await _works(database)).close()


@pytest.mark.parametrize("applied", slow_but([0, len(STEPS) - 1], range(len(STEPS))))
async def test_a_migration_that_was_killed_is_done_again(database: Path, applied: int):
    """A kill within a step leaves the version before it; the next start goes on from there."""
    _touch(database)
    assert _migrate_until_killed(database, applied) == -9
    assert _version(database) == applied
    await (await _works(database)).close()
    assert "half_done" not in dict(_schema(database))


def _fails(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE half_done (x)")
    connection.execute("SELECT * FROM nowhere")


@pytest.mark.parametrize("version", [0, 1])
def test_a_step_that_fails_leaves_nothing_behind(database: Path, version: int):
    """What was done before it in its transaction is undone: in a new file all, else the step."""
    _at_version(database, version)
    before = _schema(database)
    connection = sqlite3.connect(database, isolation_level=None)
    with pytest.raises(sqlite3.OperationalError, match="nowhere"):
        migrate(connection, [STEPS[0], _fails], seal=Sealer(KEY).seal, unseal=Sealer(KEY).open)
    assert not connection.in_transaction
    connection.close()
    assert _schema(database) == before
    assert _version(database) == version


async def test_a_newer_database_is_refused(database: Path):
    """A downgrade is told with both versions and changes nothing."""
    _at_version(database, len(STEPS))
    with sqlite3.connect(database) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(StorageUnavailable, match=f"schema 99.*up to {len(STEPS)}"):
        await SqliteStorage(database, Sealer(KEY)).open()
    assert _version(database) == 99


async def test_opening_twice_in_a_row_migrates_once(database: Path):
    """A database that is up to date opens with its rows."""
    await (await _works(database)).close()
    storage = SqliteStorage(database, Sealer(KEY))
    await storage.open()
    assert await storage.orders.orders_of(ALICE) == [order()]
    await storage.close()


async def test_another_key_is_refused_before_anything_is_changed(database: Path):
    """A step that seals anew would leave what neither key opens together with the rest."""
    restored(OLDEST, database)
    before = _dump(database)
    with pytest.raises(StorageUnavailable, match="another key"):
        await SqliteStorage(database, Sealer(KEY[::-1])).open()
    assert _version(database) == 10
    assert _dump(database) == before
    storage = SqliteStorage(database, Sealer(KEY))
    await storage.open()
    assert len(await storage.addresses.addresses_of(ALICE)) == 3
    await storage.close()


async def test_a_row_that_nobody_can_open_keeps_nobody_from_starting(database: Path):
    """It stays as it is, and says so only to whoever asks for it."""
    restored(OLDEST, database)
    with sqlite3.connect(database) as connection:
        connection.execute(
            "UPDATE addresses SET body = substr(body, 1, 20) WHERE user_id = ?", (ALICE,)
        )
        connection.execute("UPDATE pushes SET payload = x'0100' WHERE state = 'waiting'")
    storage = SqliteStorage(database, Sealer(KEY), lambda: NOW)
    await storage.open()
    with pytest.raises(StorageUnavailable):
        await storage.addresses.addresses_of(ALICE)
    assert len(await storage.addresses.addresses_of(BOB)) == 1
    (push,) = await storage.pushes.waiting_pushes(NOW, 9)
    assert push.message == ""
    await storage.close()
