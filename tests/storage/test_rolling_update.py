"""A database that a newer release changed, while those of the release before run on and start."""

import re
from pathlib import Path

import pytest

from bot.storage.ports import StorageUnavailable
from bot.storage.postgres.connection import connect
from bot.storage.postgres.migrations import ADDING_SINCE, floor, migrate, version
from bot.storage.postgres.storage import PostgresStorage
from bot.storage.sealing import Sealer
from bot.storage.sql.migrations import NAMES, own_script, script
from tests.storage.samples import KEY, NOW, update

MORE = "ALTER TABLE inbox ADD COLUMN more TEXT NOT NULL DEFAULT '';\nCREATE TABLE further (a TEXT);"
LESS = "ALTER TABLE inbox DROP COLUMN more;"
_TAKES_AWAY = re.compile(
    r"\bDROP (TABLE|COLUMN|INDEX)|\bRENAME\b|\bADD COLUMN (?!.*DEFAULT)[^;]*NOT NULL"
    r"|\bSET NOT NULL|\bADD CONSTRAINT\b|\bCREATE UNIQUE INDEX\b|\bALTER COLUMN\b",
    re.IGNORECASE,
)


def changed(url: str, folder: Path, *scripts: str) -> None:
    """Apply what releases after this one would."""
    names = list(NAMES)
    for text in scripts:
        step = folder / f"{len(names) + 1:04}_later.sql"
        step.write_text(text, encoding="utf-8")
        names.append(str(step))
    connection = connect(url, {}, 5)
    migrate(connection, names)
    connection.raw.close()


def storage(url: str, *, alone: bool = False) -> PostgresStorage:
    return PostgresStorage(url, Sealer(KEY), lambda: NOW, alone=alone)


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
