"""One writer for all processes; a commit whose answer was lost is looked up; the fence holds."""

import asyncio
import threading
import time
from typing import Any

import psycopg
import pytest

from bot.domain.identifiers import ChatId, UserId
from bot.storage.ports import Fenced, StorageUnavailable, VersionConflict
from bot.storage.postgres.batch import CommitUnknown
from bot.storage.postgres.storage import PostgresStorage
from bot.storage.sealing import Sealer
from bot.storage.sql.batch import executing
from bot.storage.sql.connection import Connection
from tests.cutting import Cutting
from tests.postgres import Server
from tests.storage.samples import KEY, NOW, first, following, update

pytestmark = pytest.mark.postgres


@pytest.fixture
async def opened(postgres: str):
    """Storages over one database, as replicas have them."""
    made: list[PostgresStorage] = []

    async def open_(url: str = postgres, **more: float) -> PostgresStorage:
        storage = PostgresStorage(url, Sealer(KEY), lambda: NOW, **more)
        await storage.open()
        made.append(storage)
        return storage

    yield open_
    for each in made:
        await each.close()


@pytest.fixture
def through(postgres: str, postgres_server: Server):
    """A proxy before the server, and the address through it."""
    with Cutting(postgres_server.port) as proxy:
        name = postgres.partition("@/")[2].partition("?")[0]
        yield proxy, f"postgresql://snaporder@127.0.0.1:{proxy.port}/{name}?sslmode=disable"


def _count(connection: Connection) -> int:
    """Read, think, write: what only works where nobody writes in between."""
    row = connection.execute("SELECT value FROM meta WHERE name = 'counted'").fetchone()
    number = int(row[0]) + 1 if row else 1
    time.sleep(0.001)
    connection.execute(
        "INSERT INTO meta (name, value) VALUES ('counted', ?)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (str(number),),
    )
    return number


async def test_what_is_read_and_then_written_is_serial_over_processes(opened):
    """Three writers count to ninety together, each number once."""
    storages = [await opened() for _ in range(3)]
    numbers = await asyncio.gather(
        *(storages[each % 3].database.write(_count) for each in range(90))
    )
    assert sorted(numbers) == list(range(1, 91))


async def test_who_was_replaced_writes_nothing_more(opened, postgres: str):
    """From the moment its row is gone every write is refused, and nothing of it is kept."""
    stale, other = await opened(), await opened()
    assert await stale.inbox.put_updates([update(1)]) == (1,)
    with psycopg.connect(postgres) as there:
        there.execute("DELETE FROM writers WHERE writer = %s", (stale.database.writer,))
    with pytest.raises(Fenced):
        await stale.inbox.put_updates([update(2)])
    with pytest.raises(Fenced):
        await stale.database.write(_count)
    assert await other.database.write(_count) == 1
    assert await other.inbox.take_update(2) is None


async def test_a_commit_that_took_place_without_an_answer_is_found(opened, through):
    """The caller gets its result, as if nothing had been; it was done once."""
    proxy, url = through
    storage = await opened(url)
    proxy.arm(b"COMMIT\0", passes=True)
    assert await storage.database.write(_count) == 1
    assert await asyncio.to_thread(proxy.cut.wait, 20)
    assert await storage.database.write(_count) == 2


async def test_a_commit_that_never_arrived_is_told_as_that(opened, through):
    """Nothing was kept, and the caller hears so; the next write goes through."""
    proxy, url = through
    storage = await opened(url)
    proxy.arm(b"COMMIT\0", passes=False)
    with pytest.raises(StorageUnavailable) as refused:
        await storage.database.write(_count)
    assert not isinstance(refused.value, CommitUnknown)
    assert await storage.database.write(_count) == 1


async def test_a_commit_that_nobody_can_be_asked_about_is_unknown(opened, through, postgres: str):
    """Neither a success nor a failure is told; here it took place."""
    proxy, url = through
    storage = await opened(url, busy_timeout=0.2)
    proxy.arm(b"COMMIT\0", passes=True, refuses=True)
    with pytest.raises(CommitUnknown, match="can't be asked"):
        await storage.database.write(_count)
    with psycopg.connect(postgres) as there:
        row = there.execute("SELECT value FROM meta WHERE name = 'counted'").fetchone()
    assert row == ("1",)
    proxy.refuses = False
    assert await storage.database.write(_count) == 2


async def test_a_process_that_stops_within_a_batch_loses_it(opened):
    """The others wait no longer than the server does; what it had written is undone."""
    stopped, other = await opened(stall=0.3), await opened()
    within, goes_on = threading.Event(), threading.Event()

    def hangs(connection: Connection) -> int:
        number = _count(connection)
        within.set()
        assert goes_on.wait(20)
        return number

    hanging = asyncio.create_task(stopped.database.write(hangs))
    await asyncio.to_thread(within.wait, 20)
    assert await other.database.write(_count) == 1
    goes_on.set()
    with pytest.raises(StorageUnavailable):
        await hanging
    assert await stopped.database.write(_count) == 2


async def test_a_cut_connection_is_opened_again(opened, postgres: str):
    """What was begun on no connection yet goes through on the next; reads as well."""
    storage = await opened()
    await storage.inbox.put_updates([update(1)])
    assert await storage.inbox.take_update(1)
    with psycopg.connect(postgres, autocommit=True) as there:
        there.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = %s AND datname = current_database()",
            (f"snaporder {storage.database.writer}",),
        )
    assert await storage.inbox.put_updates([update(2)]) == (2,)
    assert await storage.upkeep.nudges() == 0
    assert storage.database.writer


async def test_a_failing_neighbour_costs_nobody_their_write(opened):
    """Jobs of one batch are apart, though they share no savepoint while all goes well."""
    storage = await opened()

    def fails(connection: Connection) -> None:
        _count(connection)
        connection.execute("INSERT INTO meta (name, value) VALUES ('key_check', 'x')")

    results = await asyncio.gather(
        *(storage.database.write(each) for each in (_count, fails, _count, fails, _count)),
        return_exceptions=True,
    )
    assert [each for each in results if isinstance(each, int)] == [1, 2, 3]
    assert sum(isinstance(each, StorageUnavailable) for each in results) == 2


async def test_a_connection_on_which_nothing_comes_any_more_is_given_up(opened, through):
    """It stands, and no byte comes: nothing was kept, and another connection goes on."""
    proxy, url = through
    storage = await opened(url)
    assert await storage.database.write(_count) == 1
    with proxy.silent():
        writing = asyncio.create_task(storage.database.write(_count))
        while not (await asyncio.wait({writing}, timeout=0.1))[0]:
            storage.database.hang_up(0.2)
            proxy.refuses = True
        with pytest.raises(StorageUnavailable):
            await writing
    proxy.refuses = False
    assert await storage.database.write(_count) == 2


async def test_what_was_only_sent_along_fails_alone(opened):
    """A statement that rides with a later one, or with the commit, is refused to its own job."""
    storage = await opened()
    refused = executing("INSERT INTO meta (name, value) VALUES ('key_check', 'x')")
    with pytest.raises(StorageUnavailable, match="UniqueViolation"):
        await storage.database.write(refused)
    results = await asyncio.gather(
        *(storage.database.write(each) for each in (refused, _count, refused, _count, refused)),
        return_exceptions=True,
    )
    assert [each for each in results if isinstance(each, int)] == [1, 2]
    assert sum("UniqueViolation" in str(each) for each in results) == 3


async def test_a_lost_connection_is_opened_again_for_what_is_only_sent_along(opened, postgres: str):
    """It was not begun anywhere, so it is done once on the next."""
    storage = await opened()
    with psycopg.connect(postgres, autocommit=True) as there:
        there.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = %s AND datname = current_database()",
            (f"snaporder {storage.database.writer}",),
        )
    await storage.database.write(
        executing("INSERT INTO meta (name, value) VALUES ('along', 'once')")
    )
    assert await storage.database.row("SELECT value FROM meta WHERE name = 'along'") == ("once",)


async def _talk(storage: PostgresStorage, people: range) -> list[Any]:
    """Have each of them make the second step of a conversation, all at once."""
    steps = [following(UserId(each)) for each in people]
    return await asyncio.gather(
        *(storage.conversations.commit_step(each) for each in steps), return_exceptions=True
    )


async def test_steps_that_wait_together_take_two_round_trips(opened):
    """One for all of them with what begins the batch, one for the commit; updates one more."""
    storage = await opened()
    for each in range(1, 13):
        await storage.conversations.commit_step(first(UserId(each)))
    await _talk(storage, range(1, 3))  # statements are prepared once
    await storage.inbox.put_updates([update(1), update(2)])
    connection = storage.database._writer.opened()
    before, commits = connection.round_trips, storage.commits
    assert await _talk(storage, range(3, 13)) == [None] * 10
    # The first one finds nobody else waiting and goes alone.
    assert connection.round_trips - before == 2 * (storage.commits - commits)
    before = connection.round_trips
    await storage.inbox.put_updates([update(number) for number in range(3, 23)])
    assert connection.round_trips - before == 3


async def test_one_step_that_conflicts_leaves_the_others_standing(opened):
    """What a step learns late fails that step alone, whoever shares its commit."""
    storage, other = await opened(), await opened()
    for each in range(1, 9):
        await storage.conversations.commit_step(first(UserId(each)))
    await _talk(other, range(4, 6))
    found = await _talk(storage, range(1, 9))
    failed = [number for number, each in enumerate(found, 1) if each is not None]
    assert failed == [4, 5]
    assert all(isinstance(found[number - 1], VersionConflict) for number in failed)
    for each in range(1, 9):
        kept = await other.conversations.load_session(ChatId(each), UserId(each))
        assert kept is not None
        assert kept.revision == 2
