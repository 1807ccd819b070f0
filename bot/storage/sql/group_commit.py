"""One commit, so one fsync, for all the writes that wait at the same time (decision 0002)."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from typing import Any, TypeVar

import structlog
from msgspec import Struct

from bot.storage.ports import Fenced, StorageUnavailable
from bot.storage.sql.batch import JobResult, Statement, Work, run_statements
from bot.storage.sql.connection import Connection

_Result = TypeVar("_Result")
DeferredKey = tuple[str, int | str]
Commit = Callable[[Sequence[Work]], Awaitable[list[JobResult]]]
Rest = Callable[[], Awaitable[None]]

MOST_TOGETHER = 256
DEFER_SECONDS = 0.2
_log = structlog.get_logger(__name__)


class _Job(Struct):
    work: Work
    future: asyncio.Future[Any]


class GroupCommit:
    """Collects writes and commits those that wait together.

    Each write is kept or undone alone: one that fails leaves the others standing. It may run twice.
    A lone write is committed at once; `rest`, where given, is awaited after a commit that several
    shared, so that in a rush more of them share the next.
    `commits` and `writes` count what was made durable, for metrics and tests.
    """

    def __init__(self, commit: Commit, rest: Rest | None = None) -> None:
        """`commit` runs jobs in one transaction, and raises `StorageUnavailable`."""
        self._commit = commit
        self._rest = rest
        self._queue: deque[_Job] = deque()
        self._deferred: dict[DeferredKey, Statement] = {}
        self._due = False
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[None] | None = None
        self._closed = False
        self.commits = 0
        self.writes = 0

    async def write(self, work: Callable[[Connection], _Result]) -> _Result:
        """Run `work` inside the next transaction; return when that is durable.

        Raises what `work` raised, then nothing of it was kept, or `StorageUnavailable`.
        A caller that is cancelled while its work waits takes the work back.
        """
        self._refuse_when_closed()
        future: asyncio.Future[_Result] = asyncio.get_running_loop().create_future()
        self._queue.append(_Job(work, future))
        self._start()
        return await future

    def defer(self, key: DeferredKey, statement: Statement) -> None:
        """Let a small write ride along with the next commit, or a short time later."""
        self._refuse_when_closed()
        self._deferred[key] = statement
        self._set_timer()

    def deferred(self, key: DeferredKey) -> Statement | None:
        """Return a write that was deferred and is not durable yet."""
        return self._deferred.get(key)

    def all_deferred(self, kind: str) -> list[int | str]:
        """Return what the deferred writes of a kind are about."""
        return [about for each, about in self._deferred if each == kind]

    async def close(self) -> None:
        """Commit everything that waits, then take nothing more."""
        self._closed = True
        self._cancel_timer()
        if self._deferred:
            self._due = True
            self._start()
        if self._task is not None:
            await self._task
        self._cancel_timer()
        if self._deferred:
            _log.warning("storage.deferred_writes_lost", count=len(self._deferred))

    def _refuse_when_closed(self) -> None:
        if self._closed:
            raise StorageUnavailable("the storage is closed")

    def _set_timer(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(DEFER_SECONDS, self._on_timer)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _on_timer(self) -> None:
        self._timer = None
        self._due = bool(self._deferred)
        self._start()

    def _start(self) -> None:
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._drain())

    async def _drain(self) -> None:
        try:
            while self._queue or self._due:
                self._due = False
                jobs = self._take_jobs()
                await self._commit_together(jobs, dict(self._deferred))
                if self._rest is not None and len(jobs) > 1 and not self._closed:
                    await self._rest()
        except BaseException as error:  # cancelled with the loop: nobody may wait for ever
            _fail(self._queue, error)
            self._queue.clear()
            raise
        finally:
            self._task = None

    def _take_jobs(self) -> list[_Job]:
        jobs: list[_Job] = []
        while self._queue and len(jobs) < MOST_TOGETHER:
            job = self._queue.popleft()
            if not job.future.done():
                jobs.append(job)
        return jobs

    async def _commit_together(self, jobs: list[_Job], late: dict[DeferredKey, Statement]) -> None:
        if not jobs and not late:
            return
        first: list[Work] = [partial(run_statements, list(late.values()))] if late else []
        works = [*first, *(job.work for job in jobs)]
        try:
            results = await self._commit(works)
        except Fenced as error:
            # Nothing of this run is ever kept again; another has what waits here.
            _fail(jobs, error)
            self._deferred.clear()
            return
        except StorageUnavailable as error:
            _fail(jobs, error)
            self._keep_deferred(error)
            return
        except BaseException as error:
            _fail(jobs, error)
            raise
        self.commits += 1
        self.writes += len(jobs)
        if late:
            self._forget(late, results[0].error)
        for job, result in zip(jobs, results[len(first) :], strict=True):
            _resolve(job.future, result)

    def _keep_deferred(self, error: StorageUnavailable) -> None:
        if self._deferred and not self._closed:
            _log.warning(
                "storage.deferred_writes_wait", count=len(self._deferred), error=str(error)
            )
            self._set_timer()

    def _forget(self, late: dict[DeferredKey, Statement], error: Exception | None) -> None:
        if error is not None:
            _log.error("storage.deferred_writes_refused", count=len(late), exc_info=error)
        for key, statement in late.items():
            if self._deferred.get(key) is statement:
                del self._deferred[key]


def _resolve(future: asyncio.Future[Any], result: JobResult) -> None:
    if future.done():  # its caller was cancelled meanwhile
        return
    if result.error is None:
        future.set_result(result.result)
    else:
        future.set_exception(result.error)


def _fail(jobs: Iterable[_Job], error: BaseException) -> None:
    for job in jobs:
        if not job.future.done():
            # One error each: a shared one would gather the traceback of every caller.
            known = isinstance(error, Fenced | StorageUnavailable)
            kind = type(error) if known else StorageUnavailable
            failure = kind(str(error) or type(error).__name__)
            failure.__cause__ = error.__cause__ or error
            job.future.set_exception(failure)
