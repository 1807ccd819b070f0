"""An engine's timers and how it takes a dead worker's work over: `python waiting.py NAME WHAT URL`.

Imports nothing of the project. WHAT is

    work    a worker until it is killed; prints what it begins, so that another process can kill it
    timers  hands in jobs that are due a while later; prints how late each began
    left    hands in jobs that last for ever in a first worker, and prints nothing else

Every job prints one line: its number, and the time by the monotonic clock of the machine.
"""

import asyncio
import contextlib
import importlib
import json
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

_LEASE = 3.0
_BEAT = 0.5
_SWEEPS_EVERY = 0.5
Handle = Callable[[str], Awaitable[None]]


def _say(**what: object) -> None:
    print(json.dumps(what), flush=True)


class _Procrastinate:
    """procrastinate 3.10; what a dead worker had is found by a sweep of ours, since it has none."""

    def __init__(self, handle: Handle) -> None:
        self._handle = handle

    async def open(self, url: str) -> None:
        library = importlib.import_module("procrastinate")
        self.app = library.App(connector=library.PsycopgConnector(conninfo=url, min_size=2))

        @self.app.task(name="job")  # type: ignore[untyped-decorator]
        async def job(number: str) -> None:
            await self._handle(number)

        self._job = job
        await self.app.open_async()
        with contextlib.suppress(Exception):
            await self.app.schema_manager.apply_schema_async()

    async def put(self, number: str, after: float, lane: str | None = None) -> None:
        due = datetime.now(UTC) + timedelta(seconds=after)
        await self._job.configure(lock=lane, schedule_at=due).defer_async(number=number)

    async def work(self) -> None:
        sweeping = asyncio.create_task(self._sweep())
        await self.app.run_worker_async(
            concurrency=32,
            install_signal_handlers=False,
            fetch_job_polling_interval=0.5,
            update_heartbeat_interval=_BEAT,
            stalled_worker_timeout=_LEASE,
        )
        sweeping.cancel()

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(_SWEEPS_EVERY)
            manager = self.app.job_manager
            for job in await manager.get_stalled_jobs(seconds_since_heartbeat=_LEASE):
                await manager.retry_job(job)


class _PgQueuer:
    """PgQueuer 1.6; it takes up again what nobody has beaten for."""

    def __init__(self, handle: Handle) -> None:
        self._handle = handle

    async def open(self, url: str) -> None:
        asyncpg = importlib.import_module("asyncpg")
        db = importlib.import_module("pgqueuer.db")
        manager = importlib.import_module("pgqueuer.qm").QueueManager
        queries = importlib.import_module("pgqueuer.queries").Queries
        pool = await asyncpg.create_pool(url, min_size=2, max_size=8)
        self.manager = manager(queries(db.AsyncpgPoolDriver(pool)))
        with contextlib.suppress(Exception):
            await self.manager.queries.install()

        @self.manager.entrypoint("job")  # type: ignore[untyped-decorator]
        async def job(found: Any) -> None:
            await self._handle(found.payload.decode())

    async def put(self, number: str, after: float, lane: str | None = None) -> None:
        del lane  # it has no lock by key
        due = timedelta(seconds=after) if after else None
        await self.manager.queries.enqueue("job", number.encode(), execute_after=due)

    async def work(self) -> None:
        await self.manager.run(
            dequeue_timeout=timedelta(seconds=0.5),
            max_concurrent_tasks=32,
            heartbeat_timeout=timedelta(seconds=_LEASE),
        )


_ENGINES: dict[str, type[Any]] = {"procrastinate": _Procrastinate, "pgqueuer": _PgQueuer}


async def _main(name: str, what: str, url: str) -> None:
    lasting: set[str] = set()

    async def handle(number: str) -> None:
        _say(number=number, at=time.monotonic())
        if number in lasting:
            await asyncio.sleep(3600)

    engine = _ENGINES[name](handle)
    await engine.open(url)
    if what == "timers":
        began = {f"t{each}": time.monotonic() for each in range(100)}
        for number in began:
            after = 2.0 + int(number[1:]) / 50
            began[number] = time.monotonic() + after
            await engine.put(number, after)
        await engine.put("later", 4.0, "lane")
        await engine.put("now", 0.0, "lane")
        _say(due={**began, "later": time.monotonic() + 4.0, "now": time.monotonic()})
    elif what == "left":
        lasting |= {f"l{each}" for each in range(16)}
        for number in sorted(lasting):
            await engine.put(number, 0.0)
    await engine.work()


if __name__ == "__main__":
    asyncio.run(_main(*sys.argv[1:4]))
