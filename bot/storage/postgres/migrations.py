"""The schema in PostgreSQL: one script to begin with, then the same steps as everywhere.

A new database gets `baseline.sql`, which is the schema of step `BASELINE`. Each later step is the
shared script, translated (`dialect.py`); where that does not do, a script of the same name that
ends with `.postgres.sql` stands beside it and is taken instead.

Bots of the release before run on while the first of the next one changes the schema, and are
started again over it. So each step after `ADDING_SINCE` only adds, in a way that releases which do
not know it live with; one that takes something away says `-- Needs: NNNN`, the step whose release
no longer uses it. The latest of these is the database's floor: releases below it are refused, and
their runs are ended before one that knows more writes anything.
"""

import re
import time
from collections.abc import Iterator, Sequence
from importlib import resources

from bot.storage.ports import StorageUnavailable
from bot.storage.postgres.connection import CHANNEL, ENDING, WRITING, PostgresConnection
from bot.storage.postgres.dialect import translated_schema
from bot.storage.replica_ports import NEWER
from bot.storage.sql.migrations import NAMES, own_script, script, statements

BASELINE = 19
ADDING_SINCE = 20
_VERSION = "schema_version"
_FLOOR = "schema_floor"
_LOOKS_EVERY = 0.1  # seconds
# Whether a release below the floor still brings something to its end: what it does, where it hears
# that it is to end, and else its orders. Who is silent does nothing any more.
_NOT_ENDED = (
    "SELECT 1 FROM replicas JOIN writers ON writer = replica WHERE knows < ?"
    " AND beat_at > clock_timestamp() - ?::float8 * interval '1 second'"
    " AND (knows > 0 OR EXISTS (SELECT 1 FROM leases WHERE leases.replica = writer"
    " AND leases.kind = 'order')) LIMIT 1"
)
_END_OLDER = (
    "WITH ended AS (DELETE FROM writers WHERE knows < ? RETURNING writer)"
    " DELETE FROM replicas USING ended WHERE replica = writer RETURNING replica"
)
_NEEDS = re.compile(r"^-- Needs: (\d{4})$", re.MULTILINE)


def version(connection: PostgresConnection) -> int:
    """Return which steps a database has, 0 for one that is not ours yet."""
    # By a snapshot of its own: what a name leads to may be remembered from before the lock.
    there = (
        "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'meta'"
    )
    if not connection.plain(there)[0][0]:
        return 0
    return _number(connection, _VERSION) or 0


def floor(connection: PostgresConnection) -> int | None:
    """Return which steps a release has to know at least, None where it has to know all."""
    return _number(connection, _FLOOR) if version(connection) else None


def _number(connection: PostgresConnection, name: str) -> int | None:
    rows = connection.plain(f"SELECT value FROM meta WHERE name = '{name}'")  # noqa: S608 - ours
    return int(rows[0][0]) if rows else None


def migrate(connection: PostgresConnection, names: Sequence[str] = NAMES) -> None:
    """Apply the steps that are missing, one process at a time, each whole or not at all.

    Raises `StorageUnavailable` for a newer database, or one that holds something else.
    """
    while _apply_next(connection, names):
        pass


def _apply_next(connection: PostgresConnection, names: Sequence[str]) -> bool:
    # The version is read under the lock: several processes may start at the same time.
    connection.plain(f"BEGIN; SELECT pg_advisory_xact_lock({WRITING})")
    try:
        before = version(connection)
        refuse_newer(before, len(names), floor(connection))
        missing = before < len(names)
        if missing:
            if before == 0:
                _refuse_foreign(connection)
            after = BASELINE if before == 0 else before + 1
            for statement in _baseline() if before == 0 else _step(names[before]):
                connection.plain(statement)
            for name, number in ((_VERSION, after), (_FLOOR, floor_of(names[:after]))):
                connection.execute(
                    "INSERT INTO meta (name, value) VALUES (?, ?)"
                    " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                    (name, str(number)),
                )
        connection.plain("COMMIT")
    except BaseException:
        if not connection.is_lost and connection.in_transaction:
            connection.plain("ROLLBACK")
        raise
    return missing


def end_older(connection: PostgresConnection, lease: float, patience: float) -> None:
    """Begin a transaction under the lock in which no run of a release below the floor is left.

    Such a one would store values again without what it knows nothing of. It is told, and ends as
    when it is stopped; what has not ended within `patience` seconds, or can't hear, hears what a
    replica hears that was taken for dead, and its work is everybody's once it is surely silent,
    `lease` seconds later. Started again it is refused. Raises `StorageUnavailable` when a newer
    release was quicker.
    """
    # One at a time: who comes second would not know how long to wait.
    connection.plain(f"SELECT pg_advisory_lock({ENDING})")
    until = time.monotonic() + patience
    while True:
        connection.plain(f"BEGIN; SELECT pg_advisory_xact_lock({WRITING})")
        least = floor(connection) or 0
        refuse_newer(version(connection), least=least)
        if connection.execute(_NOT_ENDED, (least, lease)).fetchone() and time.monotonic() < until:
            connection.plain(f"ROLLBACK; SELECT pg_notify('{CHANNEL}', '{NEWER} {least}')")
            time.sleep(_LOOKS_EVERY)
            continue
        if not connection.execute(_END_OLDER, (least,)).fetchall():
            connection.plain(f"SELECT pg_advisory_unlock({ENDING})")
            return
        connection.plain("COMMIT")
        time.sleep(lease)


def floor_of(names: Sequence[str]) -> int:
    """Return which steps a release has to know at least to live with all of these."""
    texts = (own_script(name, "postgres") or script(name) for name in names[ADDING_SINCE:])
    needed = (int(each) for text in texts for each in _NEEDS.findall(text))
    return max((ADDING_SINCE, *needed))


def refuse_newer(found: int, known: int = len(NAMES), least: int | None = None) -> None:
    """Raise `StorageUnavailable` for a schema that this release can't live with.

    That is one which it does not know, but for what was added since `least`.
    """
    if found > known and (least is None or known < least):
        raise StorageUnavailable(
            f"the database has schema {found}, this release knows up to {known}: "
            "start the release that wrote it, or a newer one"
        )


def _refuse_foreign(connection: PostgresConnection) -> None:
    (tables,) = connection.plain(
        "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()"
    )[0]
    if tables:
        raise StorageUnavailable(
            f"the database holds {tables} tables of something else: name an empty one"
        )


def _baseline() -> Iterator[str]:
    yield resources.files(__package__).joinpath("baseline.sql").read_text(encoding="utf-8")


def _step(name: str) -> Iterator[str]:
    own = own_script(name, "postgres")
    if own is not None:
        yield own
        return
    for statement in statements(script(name)):
        yield from translated_schema(statement)
