"""Copies of the whole database: made while it is in use, checked, and put back."""

import contextlib
import os
import secrets
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from bot.storage.group_ports import BuysCensus
from bot.storage.keys import sync_directory
from bot.storage.ports import Gap, StorageUnavailable
from bot.storage.sealing import Sealer, WrongKey
from bot.storage.sql.database import KEY_CHECK, KEY_CHECK_CONTEXT
from bot.storage.sql.group_census import count_buys
from bot.storage.sql.runs import alive_last, mark_copied
from bot.storage.sql.watches import count_watches
from bot.storage.sqlite.connection import database_errors
from bot.storage.sqlite.migrations import STEPS
from bot.storage.watch_ports import WatchCensus

_OWNER_ONLY = 0o600


def copy_database(source: Path, target: Path) -> None:
    """Write a consistent copy, on the disk and for its owner alone, beside a running bot.

    One step over one snapshot: in WAL mode the bot's commits neither wait nor disturb it.
    Raises `FileExistsError`, `StorageUnavailable`, `OSError`.
    """
    if not source.exists():
        raise StorageUnavailable(f"there is no {source.absolute()}")
    draft = _draft(target)
    try:
        with (
            database_errors(),
            contextlib.closing(sqlite3.connect(source, timeout=5.0)) as here,
            contextlib.closing(sqlite3.connect(draft)) as there,
        ):
            here.backup(there, pages=-1)
            # One file, without a log beside it.
            there.execute("PRAGMA journal_mode=DELETE").fetchall()
            mark_copied(there, datetime.now(UTC))
            there.commit()
            _refuse_damaged(there, target)
        _sync(draft)
        target.hardlink_to(draft)
    finally:
        draft.unlink(missing_ok=True)
    sync_directory(target.parent)


def verify_copy(copy: Path, sealer: Sealer) -> int:
    """Return a copy's schema version if it is whole and our key opens it.

    Raises `StorageUnavailable`, and `OSError` when it can't be read.
    """
    return _verified(copy, sealer, "immutable=1", "integrity_check(1)")


def quick_check(database: Path, sealer: Sealer) -> int:
    """Return the schema version of a database that may be in use, as `verify_copy` does."""
    return _verified(database, sealer, "mode=rw", "quick_check(1)")


def _verified(path: Path, sealer: Sealer, how: str, check: str) -> int:
    with path.open("rb"):
        pass
    address = f"{path.absolute().as_uri()}?{how}"
    with (
        database_errors(),
        contextlib.closing(sqlite3.connect(address, uri=True, timeout=5.0)) as there,
    ):
        there.execute("PRAGMA query_only=ON")
        _refuse_damaged(there, path, check)
        version = int(there.execute("PRAGMA user_version").fetchone()[0])
        if not 0 < version <= len(STEPS):
            raise StorageUnavailable(
                f"{path} has schema {version}; this bot knows 1 to {len(STEPS)}"
            )
        sealed = there.execute("SELECT value FROM meta WHERE name = ?", (KEY_CHECK,)).fetchone()
    try:
        sealer.open(sealed[0] if sealed else b"", KEY_CHECK_CONTEXT)
    except WrongKey as error:
        raise StorageUnavailable(
            f"{path} was sealed with another key: put that key after the current one"
        ) from error
    return version


def put_in_place(copy: Path, database: Path) -> Path | None:
    """Replace the database, which nobody may have open; return where the old one is kept.

    Raises `OSError`; at any moment either the old or the new database is in its place.
    """
    draft = _draft(database)
    try:
        with copy.open("rb") as source, draft.open("wb") as target:
            while chunk := source.read(1 << 20):
                target.write(chunk)
        mark_restored(draft)
        _sync(draft)
        aside = _keep_aside(database)
        draft.replace(database)
    finally:
        draft.unlink(missing_ok=True)
    sync_directory(database.parent)
    return aside


def last_run(database: Path) -> tuple[datetime | None, Gap | None]:
    """Return when a bot was alive last, and its last gap; beside a running one.

    Raises `StorageUnavailable`.
    """
    with _looked_at(database) as there:
        return alive_last(there)


def group_buys_in(database: Path, now: datetime) -> BuysCensus:
    """Count the group buys of a database, beside a running bot; none in one of before there were.

    Raises `StorageUnavailable`.
    """
    known = "SELECT 1 FROM pragma_table_info('group_buys') WHERE name = 'unreachable'"
    with _looked_at(database) as there:
        return count_buys(there, now) if there.execute(known).fetchone() else BuysCensus()


def watches_in(database: Path, now: datetime) -> WatchCensus:
    """Count the watches of a database, beside a running bot; none in one of before there were.

    Raises `StorageUnavailable`.
    """
    known = "SELECT 1 FROM pragma_table_info('watched_offers')"
    with _looked_at(database) as there:
        return count_watches(there, now) if there.execute(known).fetchone() else WatchCensus()


@contextlib.contextmanager
def _looked_at(database: Path) -> Iterator[sqlite3.Connection]:
    address = f"{database.absolute().as_uri()}?mode=ro"
    with (
        database_errors(),
        contextlib.closing(sqlite3.connect(address, uri=True, timeout=5.0)) as there,
    ):
        yield there


def mark_restored(database: Path) -> None:
    """Have a database that nobody has open say that it was put back.

    Raises `StorageUnavailable`.
    """
    with database_errors(), contextlib.closing(sqlite3.connect(database, timeout=5.0)) as there:
        mark_copied(there, datetime.now(UTC))
        there.commit()


def _keep_aside(database: Path) -> Path | None:
    if not database.exists():
        return None
    with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(database)) as old:
        # Closed as the last user, it folds its log in; a damaged one is kept as it is.
        old.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    aside = database.with_name(f"{database.name}.replaced-{datetime.now(UTC):%Y%m%dT%H%M%S%f}")
    aside.hardlink_to(database)
    for suffix in ("-wal", "-shm"):
        log = database.with_name(database.name + suffix)
        if log.exists():
            log.replace(aside.with_name(aside.name + suffix))
    return aside


def _refuse_damaged(
    connection: sqlite3.Connection, path: Path, check: str = "integrity_check(1)"
) -> None:
    verdict = connection.execute(f"PRAGMA {check}").fetchone()[0]
    if verdict != "ok":
        raise StorageUnavailable(f"{path} is damaged: {verdict}")


def _draft(target: Path) -> Path:
    if not target.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {target.parent}")
    draft = target.with_name(f".{target.name}.{secrets.token_hex(8)}")
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY))
    return draft


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
