"""A transaction of several jobs in the connection's thread, each in a savepoint of its own."""

import sqlite3
from collections.abc import Sequence

from bot.storage.sql.batch import JobResult, Work
from bot.storage.sqlite.connection import unavailable

# These concern one statement; any other error of the database concerns every job of the batch.
_OF_ONE_JOB = (
    sqlite3.IntegrityError,
    sqlite3.DataError,
    sqlite3.ProgrammingError,
    sqlite3.NotSupportedError,
)


def run_batch(works: Sequence[Work], connection: sqlite3.Connection) -> list[JobResult]:
    """Run all jobs in one transaction; return what came of each.

    Raises `sqlite3.Error`, then nothing was kept, when the database itself fails.
    """
    if connection.in_transaction:  # a rollback that failed: disk or memory ran out before
        connection.execute("ROLLBACK")
    connection.execute("BEGIN IMMEDIATE")
    try:
        results = [_run_alone(work, connection) for work in works]
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return results


def _run_alone(work: Work, connection: sqlite3.Connection) -> JobResult:
    connection.execute("SAVEPOINT job")
    try:
        result = JobResult(result=work(connection))
    except Exception as error:
        of_database = isinstance(error, sqlite3.Error)
        if of_database and not isinstance(error, _OF_ONE_JOB):
            raise
        connection.execute("ROLLBACK TO job")
        result = JobResult(error=unavailable(error) if isinstance(error, sqlite3.Error) else error)
    connection.execute("RELEASE job")
    return result
