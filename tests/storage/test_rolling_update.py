"""A database that a newer release changed, while those of the release before run on and start."""

import asyncio
import contextlib
import json
import re
import time
from pathlib import Path

import psycopg
import pytest

from bot.storage.ports import Fenced, StorageUnavailable
from bot.storage.postgres.connection import connect
from bot.storage.postgres.migrations import ADDING_SINCE, floor, floor_of, version
from bot.storage.postgres.storage import PostgresStorage
from bot.storage.replica_ports import NEWER, Held
from bot.storage.sealing import Sealer
from bot.storage.sql.migrations import NAMES, own_script, script
from tests.storage.later_releases import MORE, changed
from tests.storage.samples import KEY, NOW, update
from tests.storage.stored_shapes import stored_shapes, written_down

LESS = "ALTER TABLE inbox DROP COLUMN more;"
_TAKES_AWAY = re.compile(
    r"\bDROP (TABLE|COLUMN|INDEX)|\bRENAME\b|\bADD COLUMN (?!.*DEFAULT)[^;]*NOT NULL"
    r"|\bSET NOT NULL|\bADD CONSTRAINT\b|\bCREATE UNIQUE INDEX\b|\bALTER COLUMN\b",
    re.IGNORECASE,
)


def storage(url: str, *, alone: bool = False, stall: float = 3.0) -> PostgresStorage:
    return PostgresStorage(url, Sealer(KEY), lambda: NOW, alone=alone, stall=stall)


@pytest.mark.postgres
async def test_who_runs_and_who_starts_live_with_what_was_added(postgres_url: str, tmp_path: Path):
    """Both write and read on; a command that takes everything along has to know everything."""
    running = storage(postgres_url)
    await running.open()
    await running.inbox.put_updates([update(1)])
    changed(postgres_url, tmp_path, MORE)
    assert await running.inbox.put_updates([update(2)]) == (2,)
    started = storage(postgres_url)
    await started.open()
    assert await started.inbox.take_update(1) is not None
    await started.close()
    await running.close()
    with pytest.raises(StorageUnavailable, match="start the release that wrote it"):
        await storage(postgres_url, alone=True).open()


@pytest.mark.postgres
async def test_what_was_taken_away_refuses_those_that_use_it(postgres_url: str, tmp_path: Path):
    """A release says so by a word in its step, and the database remembers that."""
    first = storage(postgres_url)
    await first.open()
    await first.close()
    changed(postgres_url, tmp_path, MORE, f"-- Needs: {len(NAMES) + 1:04}\n{LESS}")
    connection = connect(postgres_url, {}, 5)
    assert (version(connection), floor(connection)) == (len(NAMES) + 2, len(NAMES) + 1)
    connection.raw.close()
    with pytest.raises(StorageUnavailable, match="start the release that wrote it"):
        await storage(postgres_url).open()


@pytest.mark.postgres
async def test_a_run_that_cannot_hear_is_ended_between_two_orders(postgres_url: str):
    """As one that was taken for dead; who starts waits until it is surely silent."""
    lease = 0.3
    older = storage(postgres_url, stall=lease)
    await older.open()
    assert await older.replicas.join()
    assert await older.replicas.take(Held.ORDER, ("A1",)) == {"A1"}
    with psycopg.connect(postgres_url, autocommit=True) as there:
        there.execute("UPDATE writers SET knows = 0")
        there.execute("UPDATE replicas SET beat_at = clock_timestamp() + interval '1 hour'")
    newer = storage(postgres_url, stall=lease)
    opening = asyncio.create_task(newer.open())
    await asyncio.wait({opening}, timeout=2 * lease)
    assert not opening.done()
    assert await older.inbox.put_updates([update(1)]) == (1,)
    given_back = time.monotonic()
    await older.replicas.give_back(Held.ORDER, "A1")
    await opening
    assert time.monotonic() - given_back >= lease
    for refused in (older.replicas.beat(), older.inbox.put_updates([update(2)])):
        with pytest.raises(Fenced):
            await refused
    assert await newer.replicas.join()
    assert await newer.inbox.put_updates([update(2)]) == (2,)
    for each in (older, newer):
        await each.close()
        await each.replicas.close()


@pytest.mark.postgres
async def test_a_run_that_hears_ends_by_itself(postgres_url: str):
    """It is told what to know at least; who starts waits until it has left, and no longer."""
    older = storage(postgres_url)
    await older.open()
    assert await older.replicas.join()
    with psycopg.connect(postgres_url, autocommit=True) as there:
        there.execute("UPDATE writers SET knows = %s", (floor_of(NAMES) - 1,))
        there.execute("UPDATE replicas SET beat_at = clock_timestamp() + interval '1 hour'")
    async with contextlib.aclosing(older.replicas.bells()) as bells:
        assert await anext(bells) == ""
        newer = storage(postgres_url, stall=3600.0)
        opening = asyncio.create_task(newer.open())
        assert await anext(bells) == f"{NEWER} {floor_of(NAMES)}"
    assert await older.inbox.put_updates([update(1)]) == (1,)
    assert not opening.done()
    await older.close()
    await older.replicas.leave()
    await opening
    assert await newer.inbox.put_updates([update(2)]) == (2,)
    await newer.close()


@pytest.mark.postgres
async def test_runs_that_know_enough_stay(postgres_url: str):
    """Those of the release before, where the floor was not raised, and those of this one."""
    beside = storage(postgres_url)
    await beside.open()
    with psycopg.connect(postgres_url, autocommit=True) as there:
        there.execute("UPDATE writers SET knows = %s", (floor_of(NAMES),))
    started = storage(postgres_url)
    await started.open()
    assert await beside.inbox.put_updates([update(1)]) == (1,)
    await started.close()
    await beside.close()


def test_what_is_stored_consists_of_what_releases_at_the_floor_know():
    """Whoever does not know a field drops it at the next storing, and can't read a new word."""
    known = json.loads(written_down().read_text(encoding="utf-8"))
    assert stored_shapes() == known, (
        "stored values have other fields or words: keep them in a column of their own, or raise"
        " the floor and run `python -m tests.storage.stored_shapes` (CONTRIBUTING.md)"
    )


def test_a_step_adds_or_says_what_it_needs():
    """Whoever runs on must not be surprised."""
    for name in NAMES[ADDING_SINCE:]:
        text = own_script(name, "postgres") or script(name)
        takes = _TAKES_AWAY.search(text)
        assert takes is None or "-- Needs: " in text, (
            f"{name} takes something from releases before it ({takes and takes[0]}):"
            " CONTRIBUTING.md"
        )


@pytest.mark.parametrize(
    ("step", "takes"),
    [
        (MORE, False),
        (LESS, True),
        ("ALTER TABLE t ADD COLUMN a BLOB NOT NULL;", True),
        ("ALTER TABLE t ADD COLUMN a BLOB;", False),
        ("ALTER TABLE t RENAME COLUMN a TO b;", True),
    ],
)
def test_what_takes_away_is_recognised(step: str, *, takes: bool):
    """Or the rule would hold nothing."""
    assert bool(_TAKES_AWAY.search(step)) is takes
