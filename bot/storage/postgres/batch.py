"""One transaction of several jobs, nobody else's writing beside it, and a commit that is known.

Every batch of every process takes one lock first and keeps it until its commit is durable. So the
parts may look and then change, as they do where one process owns a file: nothing is written between
the two. A process that is stopped within a batch loses it: the server ends a transaction that waits
for its client for longer than `idle_in_transaction_session_timeout`.

Each batch leaves its number in the row of its writer, and does nothing where that row is gone: who
takes over a process's work deletes its row first (`Fenced`), so that a process which was taken for
dead and lives on changes nothing any more. Where the connection is lost while the
commit is on its way, that row tells whether it took place. A transaction's own number would not do:
after a failover to a server that lost it, another transaction may have that number.

And where that row is behind what its writer knows to be committed, the database lost commits: it
is marked as put back, and every run over it ends (`went_back`).
"""

import time
from collections.abc import Callable, Sequence
from typing import NoReturn

import psycopg
import structlog
from psycopg import errors
from psycopg.pq import TransactionStatus

from bot.storage.ports import Fenced, StorageUnavailable
from bot.storage.postgres.connection import WRITING, NotOurs, PostgresConnection
from bot.storage.postgres.errors import describe, is_of_one_job, unavailable
from bot.storage.postgres.wire import EarlierFailed
from bot.storage.sql.batch import JobResult, Work

_ATTEMPTS = 3
_FULL_FOR = 45.0  # seconds; polling tries again at least as often
_log = structlog.get_logger(__name__)


class CommitUnknown(StorageUnavailable):
    """The connection was lost at the commit, and nobody can be asked whether it took place."""


class _Again(Exception):
    """A job failed in a transaction without savepoints: the others run anew."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(str(cause))
        self.cause = cause


class Writer:
    """Commits batches over one connection, which is opened again when it was lost."""

    def __init__(
        self,
        number: int,
        opened: Callable[[], PostgresConnection],
        drop: Callable[[], None],
        now: Callable[[], int],
        patience: float,
        went_back: Callable[[PostgresConnection], None],
    ) -> None:
        """`now` is in microseconds, `patience` in seconds: how long a lost commit is looked up.

        `went_back` has everybody start anew over a database that lost commits, in a transaction.
        """
        self._number = number
        self._opened = opened
        self._drop = drop
        self._now = now
        self._patience = patience
        self._went_back = went_back
        self._batch = 0
        self._known: tuple[int, ...] = (0,)
        self._begun = self._is_lost = False
        self._full_at = float("-inf")

    def is_full(self) -> bool:
        """Tell whether the disk was full lately. What is small may fit all the same."""
        return time.monotonic() - self._full_at < _FULL_FOR

    @property
    def committed(self) -> int:
        """The number of the latest batch that is surely committed."""
        return self._known[0]

    def run(self, works: Sequence[Work]) -> list[JobResult]:
        """Run all jobs in one transaction; return what came of each.

        Raises `Fenced`, or `StorageUnavailable`: nothing was kept then, but for `CommitUnknown`.
        """
        apart = reopened = False
        for left in range(_ATTEMPTS, -1, -1):
            try:
                return self._attempt(works, apart=apart)
            except _Again:
                apart = True
            except (errors.DeadlockDetected, errors.SerializationFailure) as error:
                # With whoever writes past this lock: an operator's own statement, a vacuum.
                if not left:
                    raise unavailable(error) from error
            except psycopg.Error as error:
                if isinstance(error, errors.DiskFull):
                    self._full_at = time.monotonic()
                # A connection that turns out to be lost is opened once more.
                if self._begun or reopened or not self._is_lost:
                    raise unavailable(error) from error
                reopened = True
                self._drop()
        raise AssertionError("unreachable")

    def _attempt(self, works: Sequence[Work], *, apart: bool) -> list[JobResult]:
        connection = self._begin(apart=apart)
        try:
            results = [
                _run_alone(work, connection) if apart else _run_with_others(work, connection)
                for work in works
            ]
            self._commit(connection)
        except NotOurs:
            self._end(connection)
        except _Again as error:
            self._undo(connection)
            # What a constraint refused may have been sent ahead: run apart, its job hears of it.
            if len(works) == 1 and not isinstance(error.cause, psycopg.Error):
                return [JobResult(error=error.cause)]
            raise
        except BaseException:
            self._undo(connection)
            raise
        return results

    def _begin(self, *, apart: bool) -> PostgresConnection:
        """Have a batch begin with its first statement."""
        self._begun, self._is_lost = False, False
        connection = self._opened()
        self._batch += 1
        if connection.in_transaction:
            connection.plain("ROLLBACK")
        connection.begin(
            self._number, self._batch, self._now(), self._known, self._has_begun, apart=apart
        )
        return connection

    def _has_begun(self) -> None:
        self._begun = True

    def _end(self, connection: PostgresConnection) -> NoReturn:
        """Find out why this run may not write any more, in its last transaction."""
        self._undo(connection)
        try:
            # What the jobs did meanwhile is undone, so this is one of its own.
            connection.plain(f"BEGIN; SELECT pg_advisory_xact_lock({WRITING})")
            rows = connection.plain(
                f"SELECT batch FROM writers WHERE writer = {self._number}"  # noqa: S608 - ours
            )
            if rows:
                self._went_back(connection)
                connection.plain("SET LOCAL statement_timeout = 0; COMMIT")
        except psycopg.Error as error:
            self._undo(connection)
            raise unavailable(error) from error
        self._undo(connection)
        if not rows:
            raise Fenced(f"writer {self._number} was replaced")
        _log.error("storage.commits_lost", committed=self.committed, found=rows[0][0])
        raise Fenced("the database lost commits, as after a failover: all start anew over it")

    def _undo(self, connection: PostgresConnection) -> None:
        self._is_lost = connection.is_lost
        try:
            if not connection.is_lost:
                connection.roll_back()
        except psycopg.Error:
            self._drop()

    def _commit(self, connection: PostgresConnection) -> None:
        """Commit. Raises psycopg's errors when nothing was kept."""
        try:
            # A job may fail of what a statement gave; and whoever looks a lost commit up must find
            # the lock with whoever still commits it.
            if connection.is_awaited:
                connection.settle()
        except EarlierFailed as error:
            raise _of_one_job(error.cause) from error
        except (NotOurs, psycopg.Error):
            raise
        except Exception as error:
            raise _Again(error) from error
        try:
            connection.commit()
        except EarlierFailed as error:
            raise _of_one_job(error.cause) from error
        except psycopg.Error as error:
            status = connection.raw.info.transaction_status
            if not connection.is_lost and status is not TransactionStatus.UNKNOWN:
                # The server is there and says no: a refused commit is a rollback.
                raise
            _log.warning("storage.commit_lost", error=describe(error))
            self._drop()
            if not self._took_place(error):
                raise
        self._known = (self._batch,)

    def _took_place(self, lost: psycopg.Error) -> bool:
        """Ask whether the last batch was committed. Raises `CommitUnknown`."""
        until = time.monotonic() + self._patience
        while True:
            try:
                connection = self._opened()
                # Whoever still commits it has the lock.
                connection.plain(f"BEGIN; SELECT pg_advisory_xact_lock({WRITING})")
                rows = connection.plain(
                    f"SELECT batch FROM writers WHERE writer = {self._number}"  # noqa: S608 - ours
                )
                connection.plain("ROLLBACK")
            except (psycopg.Error, StorageUnavailable) as error:
                if time.monotonic() > until:
                    self._known = (*self._known, self._batch)
                    raise CommitUnknown(
                        f"the connection was lost at a commit, and the server can't be asked: "
                        f"{describe(lost)}"
                    ) from error
                self._drop()
                time.sleep(0.2)
            else:
                committed = bool(rows) and rows[0][0] == self._batch
                _log.warning("storage.commit_found", committed=committed)
                return committed


def _run_with_others(work: Work, connection: PostgresConnection) -> JobResult:
    """Run a job without a savepoint, which costs two round trips: few jobs fail."""
    try:
        return JobResult(result=work(connection))
    except NotOurs:
        raise
    except EarlierFailed as error:
        raise _of_one_job(error.cause) from error
    except psycopg.Error as error:
        raise _of_one_job(error) from error
    except Exception as error:
        raise _Again(error) from error


def _run_alone(work: Work, connection: PostgresConnection) -> JobResult:
    connection.plain("SAVEPOINT job")
    try:
        result = JobResult(result=work(connection))
        connection.settle()
    except NotOurs:
        raise
    except Exception as error:
        cause = error.cause if isinstance(error, EarlierFailed) else error
        if isinstance(cause, psycopg.Error) and not is_of_one_job(cause):
            raise cause from error
        connection.plain("ROLLBACK TO job")
        result = JobResult(error=_mapped(cause))
    connection.plain("RELEASE job")
    return result


def _of_one_job(error: psycopg.Error) -> Exception:
    """Return what has the jobs run apart where an error is of one of them, else the error."""
    return _Again(error) if is_of_one_job(error) else error


def _mapped(error: Exception) -> Exception:
    return unavailable(error) if isinstance(error, psycopg.Error) else error
