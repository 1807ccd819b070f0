"""One engine at work, in an environment of its own: `python contestants.py NAME URL UPDATES CHATS`.

Imports nothing of the project. Every engine stores an update, works each chat's in order, and has
the same step made: a session is loaded, then one transaction checks the replica's fence, stores the
session, and notes which update it was. Prints one JSON object.
"""

import asyncio
import contextlib
import importlib
import json
import sys
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

_AT_ONCE = 32
_BODY = b"x" * 1500  # a sealed session
_PAYLOAD = "y" * 600  # an update

_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS replicas (replica BIGINT PRIMARY KEY, beat_at TIMESTAMPTZ)",
    "CREATE TABLE IF NOT EXISTS sessions (chat BIGINT PRIMARY KEY, revision BIGINT, body BYTEA)",
    "CREATE TABLE IF NOT EXISTS steps (update_id BIGINT PRIMARY KEY, chat BIGINT)",
    "CREATE TABLE IF NOT EXISTS updates (update_id BIGINT PRIMARY KEY, lane BIGINT, payload TEXT)",
    "CREATE INDEX IF NOT EXISTS updates_lane ON updates (lane)",
    "CREATE TABLE IF NOT EXISTS leases (kind TEXT, key BIGINT, replica BIGINT, UNIQUE (kind, key))",
    "TRUNCATE sessions, steps, updates, leases",
    "INSERT INTO replicas VALUES (1, clock_timestamp()) ON CONFLICT DO NOTHING",
)
_LOAD = "SELECT revision, body FROM sessions WHERE chat = $1"
_FENCE = "SELECT 1 FROM replicas WHERE replica = $1 FOR SHARE"
_SAVE = (
    "INSERT INTO sessions VALUES ($1, 1, $2) ON CONFLICT (chat)"
    " DO UPDATE SET revision = sessions.revision + 1, body = excluded.body"
)
_NOTE = "INSERT INTO steps VALUES ($1, $2) ON CONFLICT DO NOTHING"
_PUT = (
    "WITH new AS (INSERT INTO updates (update_id, lane, payload) VALUES ($1, $2, $3)"
    " ON CONFLICT DO NOTHING)"
    " INSERT INTO leases VALUES ('lane', $2, 1) ON CONFLICT DO NOTHING RETURNING replica"
)
_FINISH = (
    "WITH gone AS (DELETE FROM updates WHERE update_id = $1 RETURNING lane)"
    " DELETE FROM leases USING gone WHERE kind = 'lane' AND key = gone.lane AND NOT EXISTS"
    " (SELECT 1 FROM updates WHERE updates.lane = gone.lane AND update_id <> $1)"
)

Handle = Callable[[int, int], Awaitable[None]]


class Failed(Exception):
    """Raised by a step that is to be tried again."""


class _OverAsyncpg:
    """The step's statements over asyncpg."""

    async def open(self, url: str) -> None:
        asyncpg = importlib.import_module("asyncpg")
        self.pool = await asyncpg.create_pool(url, min_size=8, max_size=16)

    async def run(self, statement: str, *values: object) -> list[Any]:
        return list(await self.pool.fetch(statement, *values))

    async def step(self, update_id: int, chat: int) -> None:
        await self.run(_LOAD, chat)
        async with self.pool.acquire() as connection, connection.transaction():
            await connection.fetchrow(_FENCE, 1)
            await connection.execute(_SAVE, chat, _BODY)
            await connection.execute(_NOTE, update_id, chat)

    async def close(self) -> None:
        await self.pool.close()


class _OverPsycopg:
    """The same over psycopg 3, what does not depend on an answer in one round trip."""

    async def open(self, url: str) -> None:
        pools = importlib.import_module("psycopg_pool")
        psycopg = importlib.import_module("psycopg")
        self.cursor = psycopg.AsyncRawCursor
        self.pool = pools.AsyncConnectionPool(
            url, min_size=8, max_size=16, open=False, kwargs={"autocommit": True}
        )
        await self.pool.open()

    async def run(self, statement: str, *values: object) -> list[Any]:
        async with self.pool.connection() as connection:
            cursor = self.cursor(connection)
            await cursor.execute(statement, values)
            return await cursor.fetchall() if cursor.description else []

    async def step(self, update_id: int, chat: int) -> None:
        await self.run(_LOAD, chat)
        async with (
            self.pool.connection() as connection,
            connection.pipeline(),
            connection.transaction(),
        ):
            await self.cursor(connection).execute(_FENCE, (1,))
            await self.cursor(connection).execute(_SAVE, (chat, _BODY))
            await self.cursor(connection).execute(_NOTE, (update_id, chat))

    async def close(self) -> None:
        await self.pool.close()


class _Plain:
    """Leases by chat in plain SQL, as a bot with this engine would do it."""

    def __init__(self, over: Any, handle: Handle) -> None:
        self._over, self._handle = over, handle
        self._lanes: dict[int, deque[int]] = {}
        self._workers: set[asyncio.Task[None]] = set()

    @contextlib.asynccontextmanager
    async def working(self, url: str) -> AsyncIterator[None]:  # noqa: ARG002 - as the others
        beating = asyncio.create_task(self._beat())
        yield
        beating.cancel()

    async def receive(self, update_id: int, chat: int) -> None:
        await self._over.run(_PUT, update_id, chat, _PAYLOAD)
        if chat in self._lanes:
            self._lanes[chat].append(update_id)
            return
        self._lanes[chat] = deque([update_id])
        worker = asyncio.create_task(self._work(chat))
        self._workers.add(worker)
        worker.add_done_callback(self._workers.discard)

    async def _work(self, chat: int) -> None:
        lane = self._lanes[chat]
        while lane:
            try:
                await self._handle(lane[0], chat)
            except Failed:
                await asyncio.sleep(0.1)
                continue
            await self._over.run(_FINISH, lane[0])
            lane.popleft()
        del self._lanes[chat]

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(0.5)
            await self._over.run(
                "UPDATE replicas SET beat_at = clock_timestamp() WHERE replica = 1"
            )


class _Procrastinate:
    """procrastinate: a lock by chat keeps its order."""

    def __init__(self, over: Any, handle: Handle) -> None:
        del over
        self._handle = handle

    @contextlib.asynccontextmanager
    async def working(self, url: str) -> AsyncIterator[None]:
        library = importlib.import_module("procrastinate")
        app = library.App(connector=library.PsycopgConnector(conninfo=url, min_size=8, max_size=16))
        retry = library.RetryStrategy(max_attempts=3, wait=0)

        @app.task(name="update", retry=retry)  # type: ignore[untyped-decorator]
        async def update(update_id: int, chat: int, payload: str) -> None:
            del payload
            await self._handle(update_id, chat)

        self._update = update
        async with app.open_async():
            with contextlib.suppress(Exception):
                await app.schema_manager.apply_schema_async()
            worker = asyncio.create_task(
                app.run_worker_async(
                    concurrency=_AT_ONCE,
                    delete_jobs="successful",
                    install_signal_handlers=False,
                    fetch_job_polling_interval=0.5,
                )
            )
            await asyncio.sleep(0.5)
            yield
            worker.cancel()
            await asyncio.gather(worker, return_exceptions=True)

    async def receive(self, update_id: int, chat: int) -> None:
        await self._update.configure(lock=str(chat)).defer_async(
            update_id=update_id, chat=chat, payload=_PAYLOAD
        )


class _PgQueuer:
    """PgQueuer; it has no lock by chat."""

    def __init__(self, over: _OverAsyncpg, handle: Handle) -> None:
        self._over, self._handle = over, handle

    @contextlib.asynccontextmanager
    async def working(self, url: str) -> AsyncIterator[None]:  # noqa: ARG002 - as the others
        db = importlib.import_module("pgqueuer.db")
        manager_of = importlib.import_module("pgqueuer.qm").QueueManager
        errors = importlib.import_module("pgqueuer.domain.errors")
        queries_of = importlib.import_module("pgqueuer.queries").Queries
        manager = manager_of(queries_of(db.AsyncpgPoolDriver(self._over.pool)))
        with contextlib.suppress(Exception):
            await manager.queries.install()

        @manager.entrypoint("update")  # type: ignore[untyped-decorator]
        async def update(job: Any) -> None:
            update_id, chat, _ = json.loads(job.payload)
            try:
                await self._handle(update_id, chat)
            except Failed as error:
                raise errors.RetryRequested(timedelta(seconds=0.1)) from error

        self._queries = manager.queries
        worker = asyncio.create_task(manager.run(batch_size=10, max_concurrent_tasks=_AT_ONCE))
        await asyncio.sleep(0.5)
        yield
        manager.shutdown.set()
        await asyncio.wait({worker}, timeout=5)

    async def receive(self, update_id: int, chat: int) -> None:
        payload = json.dumps([update_id, chat, _PAYLOAD]).encode()
        await self._queries.enqueue("update", payload)


CONTESTANTS: dict[str, tuple[type[Any], type[Any]]] = {
    "plain-asyncpg": (_Plain, _OverAsyncpg),
    "plain-psycopg": (_Plain, _OverPsycopg),
    "procrastinate": (_Procrastinate, _OverPsycopg),
    "pgqueuer": (_PgQueuer, _OverAsyncpg),
}


class Round:
    """People who send updates to an engine, and what they saw."""

    def __init__(self, over: Any) -> None:
        self._over = over
        self._waits: dict[int, asyncio.Future[None]] = {}
        self._sent: dict[int, float] = {}
        self.seconds: list[float] = []
        self.order: dict[int, list[int]] = defaultdict(list)
        self.fails: set[int] = set()

    async def handle(self, update_id: int, chat: int) -> None:
        """Make one update's step."""
        if update_id in self.fails:
            self.fails.discard(update_id)
            raise Failed
        await self._over.step(update_id, chat)
        self.order[chat].append(update_id)
        self.seconds.append(time.perf_counter() - self._sent[update_id])
        self._waits[update_id].set_result(None)

    async def send(self, engine: Any, update_id: int, chat: int) -> asyncio.Future[None]:
        """Hand an update in; the future ends when its step is committed."""
        self._sent[update_id] = time.perf_counter()
        self._waits[update_id] = asyncio.get_running_loop().create_future()
        await engine.receive(update_id, chat)
        return self._waits[update_id]

    @property
    def overtaken(self) -> int:
        """How many chats had a later update worked before an earlier one."""
        return sum(made != sorted(made) for made in self.order.values())


async def measure(name: str, url: str, updates: int, chats: int) -> dict[str, Any]:
    """Run one engine: one update at a time in each chat, then all ten of an album at once."""
    engine_of, driver = CONTESTANTS[name]
    over = driver()
    await over.open(url)
    for statement in _SCHEMA:
        await over.run(statement)
    steady = Round(over)
    now = steady

    async def handle(update_id: int, chat: int) -> None:
        await now.handle(update_id, chat)

    engine = engine_of(over, handle)
    numbers = iter(range(1, 10**9))
    async with engine.working(url):

        async def person(chat: int, turns: int) -> None:
            for _ in range(turns):
                await (await steady.send(engine, next(numbers), chat))

        await asyncio.gather(*(person(chat, 10) for chat in range(1, chats + 1)))
        print("ready", flush=True)
        sys.stdin.readline()
        steady.seconds.clear()
        cpu, began = time.process_time(), time.perf_counter()
        await asyncio.gather(*(person(chat, updates // chats) for chat in range(1, chats + 1)))
        cpu, took = time.process_time() - cpu, time.perf_counter() - began
        print("measured", flush=True)
        sys.stdin.readline()
        alone = now = Round(over)
        for _ in range(100):
            await (await alone.send(engine, next(numbers), 500))
            await asyncio.sleep(0.01)
        albums = now = Round(over)
        waits = []
        for chat in range(1000, 1000 + chats):
            for place in range(10):
                update_id = next(numbers)
                if place == 1:
                    albums.fails.add(update_id)
                waits.append(await albums.send(engine, update_id, chat))
        await asyncio.wait(waits, timeout=60)
    await over.close()
    ordered, one = sorted(steady.seconds), sorted(alone.seconds)
    return {
        "rate": updates / took,
        "own_ms": cpu * 1000 / updates,
        "p50_ms": ordered[len(ordered) // 2] * 1000,
        "p99_ms": ordered[len(ordered) * 99 // 100] * 1000,
        "alone_p50_ms": one[len(one) // 2] * 1000,
        "overtaken": albums.overtaken,
        "chats": chats,
    }


if __name__ == "__main__":
    with contextlib.suppress(ImportError):
        importlib.import_module("uvloop").install()
    found = asyncio.run(measure(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
    print(json.dumps(found))
