"""Replicas over one PostgreSQL: who is alive, who holds what, and what the dead can't do."""

import asyncio
import socket
import struct
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import psycopg
import pytest

from bot.storage.ports import Fenced, InboxUpdate, StorageError, StorageUnavailable
from bot.storage.postgres.connection import WRITING
from bot.storage.postgres.storage import PostgresStorage
from bot.storage.replica_ports import Held
from bot.storage.sealing import Sealer
from tests.cutting import Cutting
from tests.postgres import Server
from tests.storage.samples import KEY, NOW

pytestmark = pytest.mark.postgres
LEASE = 0.8


@asynccontextmanager
async def replicas(url: str, count: int = 2) -> AsyncIterator[list[PostgresStorage]]:
    """So many that have joined; nobody beats unless a test has it beat."""
    made = [PostgresStorage(url, Sealer(KEY), lambda: NOW, stall=LEASE) for _ in range(count)]
    try:
        for each in made:
            await each.open()
        joins = []
        for each in made:
            joining = asyncio.create_task(each.replicas.join())
            while not joining.done():
                for other in made[: made.index(each)]:
                    await other.replicas.beat()
                await asyncio.wait({joining}, timeout=0.05)
            joins.append(await joining)
        assert joins == [True] + [False] * (count - 1)
        yield made
    finally:
        for each in made:
            await each.close()
            try:
                await each.replicas.leave()
            except StorageUnavailable:
                await each.replicas.close()


async def beating(*those: PostgresStorage, until: Callable[[tuple[int, ...]], bool]) -> None:
    """Let some beat until one of them hears what is waited for."""
    async with asyncio.timeout(15):
        while True:
            heard = [await each.replicas.beat() for each in those]
            if until(heard[0]):
                return
            await asyncio.sleep(0.1)


@pytest.mark.parametrize("by", ["beat", "write"])
async def test_a_database_that_lost_commits_is_begun_anew_by_all(postgres_url: str, by: str):
    """As after a failover: who was told of them notices, nobody writes on, the next doubts."""
    async with replicas(postgres_url) as (told, other):
        await told.runs.begin_run(NOW)
        assert await told.inbox.put_updates([update(1, 5)]) == (1,)
        assert await other.replicas.take(Held.DUTY, ("poll",))
        set_back = "UPDATE writers SET batch = batch - 1 WHERE writer = %s"
        with psycopg.connect(postgres_url) as there:
            there.execute(set_back, (told.replicas.number,))
        with pytest.raises(Fenced, match="lost commits"):
            await (told.replicas.beat() if by == "beat" else told.upkeep.nudge())
        for refused in (other.replicas.beat(), other.upkeep.nudge(), told.upkeep.nudge()):
            with pytest.raises(Fenced):
                await refused
        after = PostgresStorage(postgres_url, Sealer(KEY), lambda: NOW)
        await after.open()
        assert await after.replicas.join()
        assert (await after.runs.begin_run(NOW)).restored
        await after.close()
        await after.replicas.leave()


async def test_who_writes_nothing_for_days_but_beats_is_not_forgotten(postgres_url: str):
    """A newcomer clears away writers that nobody has heard of, and no replica that is alive."""
    async with replicas(postgres_url, 1) as (quiet,):
        command = PostgresStorage(postgres_url, Sealer(KEY), lambda: NOW)
        await command.open()
        assert command.database.writer
        later = PostgresStorage(postgres_url, Sealer(KEY), lambda: NOW + timedelta(days=3))
        await later.open()
        await later.close()
        await quiet.replicas.beat()
        assert await quiet.inbox.put_updates([update(1, 5)]) == (1,)
        with pytest.raises(Fenced):
            await command.inbox.put_updates([update(2, 5)])
        await command.close()


def update(update_id: int, lane: int) -> InboxUpdate:
    return InboxUpdate(update_id=update_id, lane=lane, payload=b"{}", received_at=NOW)


async def test_a_silent_one_is_declared_dead_and_can_write_nothing(postgres_url: str):
    """Its leases are the others' from then on, its beat tells it, and so does every write."""
    async with replicas(postgres_url) as (first, second):
        assert await first.replicas.take(Held.DUTY, ("poll", "watch")) == {"poll", "watch"}
        assert await second.replicas.take(Held.DUTY, ("poll",)) == set()
        commits = second.commits
        assert await second.replicas.take(Held.DUTY, ("poll", "watch")) == set()
        assert second.commits == commits  # who finds all taken has nothing to write
        gone = first.replicas.number
        await beating(second, until=lambda alive: gone not in alive)
        assert await second.replicas.take(Held.DUTY, ("poll", "other")) == {"poll", "other"}
        writes = (
            first.inbox.put_updates([update(1, 5)]),
            first.replicas.take(Held.ORDER, ("a",)),
            first.upkeep.nudge(),
            first.replicas.beat(),
        )
        for write in writes:
            with pytest.raises(Fenced):
                await write
        assert await second.inbox.waiting_updates() == []


async def test_who_beats_stays(postgres_url: str):
    async with replicas(postgres_url) as (first, second):
        for _ in range(12):
            assert len(await first.replicas.beat()) == 2
            assert len(await second.replicas.beat()) == 2
            await asyncio.sleep(0.1)
        await first.upkeep.nudge()


async def test_who_was_away_itself_declares_nobody_dead(postgres_url: str):
    """After a database that was away, all have been silent: first everybody gets to speak."""
    async with replicas(postgres_url) as (first, second):
        await asyncio.sleep(LEASE * 1.2)
        assert len(await first.replicas.beat()) == 2
        assert len(await second.replicas.beat()) == 2
        await first.upkeep.nudge()


async def test_one_that_is_stopped_within_a_transaction_holds_nobody_up(postgres_url: str):
    """It has the lock of all writers; with its connections that goes, and its work undone."""
    async with replicas(postgres_url) as (first, second):
        begun, go_on = threading.Event(), threading.Event()

        def stop(connection) -> None:
            connection.execute("INSERT INTO meta (name, value) VALUES ('stopped', '1')")
            begun.set()
            go_on.wait(20)

        stopped = asyncio.create_task(first.database.write(stop))
        assert await asyncio.to_thread(begun.wait, 10)
        gone = first.replicas.number
        await beating(second, until=lambda alive: gone not in alive)
        await second.upkeep.nudge()
        go_on.set()
        with pytest.raises(StorageError):
            await stopped
        with pytest.raises(Fenced):
            await first.upkeep.nudge()
        assert await second.database.rows("SELECT 1 FROM meta WHERE name = 'stopped'") == []


async def test_a_lane_has_one_holder_who_hears_of_it(postgres_url: str):
    """Wherever its updates arrive; it is given back with the last of them."""
    async with replicas(postgres_url) as (first, second):
        for each in (first, second):
            each.replicas.on_join(lambda _: second.replicas.number)
        heard: asyncio.Queue[str] = asyncio.Queue()

        async def listen() -> None:
            async for bell in second.replicas.bells():
                heard.put_nowait(bell)

        listening = asyncio.create_task(listen())
        async with asyncio.timeout(15):
            assert await heard.get() == ""
            assert await first.inbox.put_updates([update(1, -7), update(2, -7)]) == ()
            assert await heard.get() == "lane -7"
        # Who holds it only reads, and nobody else has it rung again.
        commits = first.commits, second.commits
        assert await first.inbox.waiting_updates() == []
        for lanes in ([-7, 8], None):
            found = await second.inbox.waiting_updates(lanes)
            assert [each.update_id for each in found] == [1, 2]
        assert await second.inbox.waiting_updates([8]) == []
        assert (first.commits, second.commits) == commits
        assert heard.empty()
        # While it is held nothing moves, whoever would get it now.
        first.replicas.on_join(lambda _: first.replicas.number)
        assert await first.inbox.put_updates([update(3, -7)]) == ()
        for update_id in (1, 2, 3):
            assert await first.replicas.take(Held.LANE, ("-7",)) == set()
            await second.inbox.finish_update(update_id)
        async with asyncio.timeout(15):
            while not await first.replicas.take(Held.LANE, ("-7",)):  # noqa: ASYNC110 - durable a little later
                await asyncio.sleep(0.05)
        listening.cancel()
        await asyncio.wait({listening})


async def test_what_a_dead_one_was_working_on_is_found(postgres_url: str):
    """All that waits in its lanes, in order, and what was committed is only to be drawn."""
    async with replicas(postgres_url) as (first, second):
        assert await first.inbox.put_updates([update(n, n % 2) for n in (1, 2, 3, 4)]) == (
            1,
            2,
            3,
            4,
        )
        await first.inbox.park_update(4, "bug")
        assert await second.inbox.waiting_updates() == []
        gone = first.replicas.number
        await beating(second, until=lambda alive: gone not in alive)
        assert [each.update_id for each in await second.inbox.waiting_updates()] == [1, 2, 3]


async def test_who_retires_gets_nothing_new_and_keeps_what_it_has(postgres_url: str):
    async with replicas(postgres_url) as (first, second):
        await first.replicas.take(Held.ORDER, ("a",))
        await first.replicas.retire()
        assert await second.replicas.beat() == (second.replicas.number,)
        assert await second.replicas.take(Held.ORDER, ("a",)) == set()
        await first.upkeep.nudge()
        await first.close()
        await first.replicas.leave()
        assert await second.replicas.take(Held.ORDER, ("a",)) == {"a"}


async def test_an_allowance_is_one_for_all_and_fills_with_time(postgres_url: str):
    async with replicas(postgres_url) as (first, second):
        drawn = 0
        for each in (first, second, first, second):
            got, _ = await each.replicas.draw("messages", 10, 4)
            drawn += got
        assert 10 <= drawn <= 12
        got, wait = await first.replicas.draw("messages", 0.5, 1)
        async with asyncio.timeout(15):
            while not got:
                assert 0 <= wait <= 60
                got, wait = await first.replicas.draw("messages", 10, 1)
                await asyncio.sleep(0.01)


async def test_a_start_beside_a_dead_one_waits_until_it_is_known_to_be(postgres_url: str):
    """And is the first then, so that what the dead one left is ended as after any restart."""
    async with replicas(postgres_url, 1):
        third = PostgresStorage(postgres_url, Sealer(KEY), lambda: NOW, stall=LEASE)
        await third.open()
        assert await third.replicas.join()
        await third.close()
        await third.replicas.leave()


async def test_a_database_that_restarts_makes_nobody_dead(postgres_server: Server):
    """Covered end to end by the faults' own tests; here that a lost connection is opened again."""
    name = postgres_server.create()
    try:
        async with replicas(postgres_server.url(name)) as (first, second):
            postgres_server.sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND application_name LIKE 'snaporder%'",
                database=name,
            )
            assert len(await first.replicas.beat()) == 2
            await second.upkeep.nudge()
    finally:
        postgres_server.drop(name)


@pytest.mark.slow
async def test_connections_that_nobody_ends_are_given_up_once_the_server_waits_for_them(
    postgres_url: str, postgres_server: Server
):
    """As behind a router that forgot them: within seconds, though they stand and all is sent."""
    database = postgres_url.partition("@/")[2].partition("?")[0]
    with Cutting(postgres_server.port) as proxy:
        through = f"postgresql://snaporder@127.0.0.1:{proxy.port}/{database}?sslmode=disable"
        async with replicas(through, 1) as (alone,):
            working = asyncio.create_task(
                alone.database.write(lambda connection: connection.execute("SELECT pg_sleep(10)"))
            )
            while not working.done():
                await alone.replicas.beat()
                await asyncio.wait({working}, timeout=0.3)
            await working  # long, and not given up
            proxy.strand()
            began = asyncio.get_running_loop().time()
            asked = asyncio.create_task(alone.inbox.put_updates([update(1, 5)]))
            while not asked.done():
                with suppress(StorageUnavailable):  # that connection is lost as well
                    await alone.replicas.beat()
                await asyncio.wait({asked}, timeout=0.3)
            with suppress(StorageUnavailable):
                await asked
            assert asyncio.get_running_loop().time() - began < 60
            await alone.inbox.put_updates([update(1, 5)])
            assert await alone.inbox.take_update(1) is not None


@pytest.mark.slow
async def test_a_start_does_not_wait_for_one_that_stopped_within_a_batch(
    postgres_url: str, postgres_server: Server
):
    """The rest of what it sent together never comes, so the server's own timeout never begins."""
    async with replicas(postgres_url, 1) as (stopped,):
        with socket.create_connection(("127.0.0.1", postgres_server.port)) as halfway:
            begin_without_end(halfway, postgres_url, f"snaporder {stopped.replicas.number}")
            started = PostgresStorage(
                postgres_url, Sealer(KEY), lambda: NOW, busy_timeout=2 * LEASE, stall=LEASE
            )
            await started.open()
            assert await started.inbox.put_updates([update(1, 5)])
            await started.close()


def begin_without_end(there: socket.socket, url: str, name: str) -> None:
    """Take the writers' lock as a batch does that stops before its last word."""

    def say(kind: bytes, body: bytes) -> None:
        there.sendall(kind + struct.pack("!i", len(body) + 4) + body)

    database = url.partition("@/")[2].partition("?")[0]
    words = ("user", "snaporder", "database", database, "application_name", name, "")
    say(b"", struct.pack("!i", 3 << 16) + b"\0".join(each.encode() for each in words) + b"\0")
    while not there.recv(65536).endswith(b"Z\0\0\0\x05I"):
        pass
    for statement in (b"BEGIN", f"SELECT pg_advisory_xact_lock({WRITING})".encode()):
        say(b"P", b"\0" + statement + b"\0\0\0")
        say(b"B", bytes(8))
        say(b"E", bytes(5))
    say(b"H", b"")  # what it did is answered, and still it does not end
    while b"pg_advisory_xact_lock" not in (seen := there.recv(65536)) and b"SELECT 1" not in seen:
        pass
