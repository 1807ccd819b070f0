"""A transaction of several jobs in the connection's thread, each kept or undone alone."""

import sqlite3
from collections.abc import Callable, Sequence

from bot.storage.sql.batch import JobResult, Work
from bot.storage.sqlite.connection import unavailable

# These concern one statement; any other error of the database concerns every job of the batch.
_OF_ONE_JOB = (
    sqlite3.IntegrityError,
    sqlite3.DataError,
    sqlite3.ProgrammingError,
    sqlite3.NotSupportedError,
)


class _Again(Exception):
    """A job failed in a transaction without savepoints, which undid the others' work as well."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


def run_batch(works: Sequence[Work], connection: sqlite3.Connection) -> list[JobResult]:
    """Run all jobs in one transaction; return what came of each.

    Nearly always each succeeds, and a savepoint for each would be half of all statements. Where
    one fails they run anew, in savepoints, so that only that one's work is undone.

    Raises `sqlite3.Error`, then nothing was kept, when the database itself fails.
    """
    try:
        return _transaction(works, connection, _run_with_others)
    except _Again as failed:
        if len(works) == 1:
            return [_failed(failed.error)]
    return _transaction(works, connection, _run_alone)


def _transaction(
    works: Sequence[Work],
    connection: sqlite3.Connection,
    run: Callable[[Work, sqlite3.Connection], JobResult],
) -> list[JobResult]:
    if connection.in_transaction:  # a rollback that failed: disk or memory ran out before
        connection.execute("ROLLBACK")
    connection.execute("BEGIN IMMEDIATE")
    try:
        results = [run(work, connection) for work in works]
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return results


def _run_with_others(work: Work, connection: sqlite3.Connection) -> JobResult:
    try:
        return JobResult(result=work(connection))
    except Exception as error:
        if _is_of_database(error):
            raise
        raise _Again(error) from error


def _run_alone(work: Work, connection: sqlite3.Connection) -> JobResult:
    connection.execute("SAVEPOINT job")
    try:
        result = JobResult(result=work(connection))
    except Exception as error:
        if _is_of_database(error):
            raise
        connection.execute("ROLLBACK TO job")
        result = _failed(error)
    connection.execute("RELEASE job")
    return result


def _is_of_database(error: Exception) -> bool:
    """Tell whether an error concerns every job of the batch."""
    return isinstance(error, sqlite3.Error) and not isinstance(error, _OF_ONE_JOB)


def _failed(error: Exception) -> JobResult:
    return JobResult(error=unavailable(error) if isinstance(error, sqlite3.Error) else error)
