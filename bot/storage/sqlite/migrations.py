"""Numbered schema changes, each applied once and in one transaction; to a new file all in one.

The number of applied steps is SQLite's `user_version`. A step is never changed once released.
"""

import sqlite3
from collections.abc import Callable, Sequence
from functools import partial

from bot.storage.ports import StorageUnavailable
from bot.storage.sql.migrations import NAMES, script, statements

Step = Callable[[sqlite3.Connection], None]
Seal = Callable[[bytes, str], bytes]
"""Seals a value for a place, or opens what was sealed for it."""


def _run_script(name: str, connection: sqlite3.Connection) -> None:
    # sqlite3.executescript would commit the transaction that a step must stay in.
    for statement in statements(script(name)):
        connection.execute(statement)


STEPS: tuple[Step, ...] = tuple(partial(_run_script, name) for name in NAMES)


def migrate(
    connection: sqlite3.Connection, steps: Sequence[Step] = STEPS, *, seal: Seal, unseal: Seal
) -> None:
    """Apply the steps that are missing. Raises `StorageUnavailable` for a newer database.

    A step's SQL may call `seal(value, place)` and `reseal(value, before, after)`. `unseal` raises
    `StorageUnavailable` for what it can't open; that stays as it is, and unreadable.
    """

    def reseal(value: bytes | None, before: str, after: str) -> bytes | None:
        if value is None:
            return None
        try:
            return seal(unseal(value, before), after)
        except StorageUnavailable:
            return value

    connection.create_function("seal", 2, seal)
    connection.create_function("reseal", 3, reseal)
    while _apply_next(connection, steps):
        pass


def _apply_next(connection: sqlite3.Connection, steps: Sequence[Step]) -> bool:
    """Apply the next step, to a new file all; return whether there was any."""
    # The version is read under the write lock: two processes may start at the same time.
    connection.execute("BEGIN IMMEDIATE")
    try:
        version: int = connection.execute("PRAGMA user_version").fetchone()[0]
        _refuse_newer(version, len(steps))
        # A commit waits for the disk, and of a new file nothing is lost with a step that fails.
        due = steps[version:] if version == 0 else steps[version : version + 1]
        for step in due:
            step(connection)
        if due:
            connection.execute(f"PRAGMA user_version = {version + len(due)}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return bool(due)


def _refuse_newer(version: int, known: int) -> None:
    if version > known:
        raise StorageUnavailable(
            f"the database has schema {version}, this release knows up to {known}: "
            "start the release that wrote it, or a newer one"
        )
