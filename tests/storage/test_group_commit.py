"""Many writes, few commits; one that fails fails alone; a commit that fails fails them all."""

import asyncio
import sqlite3
from functools import partial
from pathlib import Path

import pytest

from bot.domain.identifiers import ChatId, UserId
from bot.storage.ports import StorageUnavailable
from bot.storage.sealing import Sealer
from bot.storage.sql.group_commit import DEFER_SECONDS, MOST_TOGETHER, GroupCommit, Rest
from bot.storage.sqlite.batch import run_batch
from bot.storage.sqlite.connection import WholeConnection, connect_writer
from bot.storage.sqlite.storage import SqliteStorage
from tests.storage.samples import KEY, first, session, update


@pytest.fixture
async def statements(database: Path):
    """A storage together with every statement that its writer runs."""
    seen: list[str] = []
    storage = SqliteStorage(database, Sealer(KEY), on_statement=seen.append)
    await storage.open()
    yield storage, seen
    await storage.close()


def committing(connection: WholeConnection, rest: Rest | None = None) -> GroupCommit:
    return GroupCommit(lambda works: connection.run(partial(run_batch, works)), rest)


@pytest.fixture
async def connection(database: Path):
    writer = await connect_writer(database, busy_timeout=0.3)
    await writer.run(lambda db: db.execute("CREATE TABLE t (x INTEGER PRIMARY KEY)"))
    yield writer
    await writer.close()


def _insert(number: int):
    return lambda db: db.execute("INSERT INTO t VALUES (?)", (number,)).rowcount


async def _stored(connection) -> list[int]:
    return [
        row[0] for row in await connection.run(lambda db: db.execute("SELECT x FROM t").fetchall())
    ]


async def test_steps_that_wait_together_share_a_commit(statements):
    """Two hundred chats that commit at once need a handful of commits, not two hundred."""
    storage, seen = statements
    people = [UserId(number) for number in range(1, 201)]
    await asyncio.gather(*(storage.conversations.commit_step(first(user)) for user in people))
    assert seen.count("COMMIT") == storage.commits <= 3
    for user in people:
        assert await storage.conversations.load_session(ChatId(user), user) == session(user)


async def test_a_poll_of_a_hundred_updates_is_one_commit(statements):
    """A whole poll batch is stored with one fsync."""
    storage, seen = statements
    await storage.inbox.put_updates([update(number) for number in range(100)])
    assert seen.count("COMMIT") == 1


async def test_a_finished_update_rides_along(statements):
    """Finishing an update costs no commit of its own when a write follows."""
    storage, seen = statements
    await storage.inbox.put_updates([update(1), update(2)])
    await storage.inbox.finish_update(1)
    await storage.conversations.commit_step(first(update_id=2))
    assert seen.count("COMMIT") == 2
    assert sum(each.startswith("UPDATE inbox SET state = 'finished'") for each in seen) == 1


async def test_deferred_writes_become_durable_by_themselves(statements, database: Path):
    """Without any other write they are committed after a short time, together."""
    storage, seen = statements
    await storage.inbox.put_updates([update(1), update(2)])
    await storage.inbox.finish_update(1)
    await storage.inbox.finish_update(2)
    # A commit is told when it begins; it is seen by others once it is on the disk.
    async with asyncio.timeout(60):
        while _states(database) != [("finished", None)] * 2:  # noqa: ASYNC110 - SQLite has no event for it
            await asyncio.sleep(DEFER_SECONDS / 5)
    assert seen.count("COMMIT") == 2


def _states(database: Path) -> list[tuple[object, ...]]:
    with sqlite3.connect(database) as other:
        return other.execute("SELECT state, payload FROM inbox").fetchall()


async def test_a_batch_is_bounded(connection):
    """More jobs than fit one batch are committed in the next, all of them."""
    commits = committing(connection)
    count = MOST_TOGETHER * 2 + 1
    await asyncio.gather(*(commits.write(_insert(number)) for number in range(count)))
    assert commits.commits == 3
    assert commits.writes == count
    assert len(await _stored(connection)) == count


async def test_a_job_that_raises_fails_alone(connection):
    """What it wrote before is undone, its neighbours are kept, its error reaches its caller."""
    commits = committing(connection)

    def writes_then_raises(db: sqlite3.Connection) -> None:
        _insert(50)(db)
        raise LookupError("mine")

    outcomes = await asyncio.gather(
        commits.write(_insert(1)),
        commits.write(writes_then_raises),
        commits.write(_insert(1)),
        commits.write(_insert(2)),
        return_exceptions=True,
    )
    assert outcomes[0] == outcomes[3] == 1
    assert isinstance(outcomes[1], LookupError)
    assert isinstance(outcomes[2], StorageUnavailable)
    assert isinstance(outcomes[2].__cause__, sqlite3.IntegrityError)
    assert await _stored(connection) == [1, 2]
    assert commits.commits == 1


async def test_a_commit_that_fails_fails_every_job(connection):
    """Nobody is told of a success that did not become durable; the next batch works."""
    commits = committing(connection)
    await connection.run(
        lambda db: db.execute(
            "CREATE TABLE child (x REFERENCES t (x) DEFERRABLE INITIALLY DEFERRED)"
        )
    )
    outcomes = await asyncio.gather(
        commits.write(_insert(1)),
        commits.write(lambda db: db.execute("INSERT INTO child VALUES (404)")),
        return_exceptions=True,
    )
    assert [type(each) for each in outcomes] == [StorageUnavailable] * 2
    assert all(isinstance(each.__cause__, sqlite3.IntegrityError) for each in outcomes)
    assert await _stored(connection) == []
    assert await commits.write(_insert(2)) == 1
    assert await _stored(connection) == [2]


async def test_a_write_taken_back_in_time_is_not_made(connection):
    """A caller cancelled while its write waits for the batch before it leaves no trace."""
    commits = committing(connection)
    running = asyncio.create_task(commits.write(_insert(1)))
    await asyncio.sleep(0)
    await asyncio.sleep(0)  # the batch of the first write is on its way
    waiting = asyncio.create_task(commits.write(_insert(2)))
    await asyncio.sleep(0)
    waiting.cancel()
    await running
    await commits.close()
    assert await _stored(connection) == [1]
    assert waiting.cancelled()


async def test_closing_commits_what_waits_then_refuses(connection):
    """Queued and deferred writes are durable when `close` returns."""
    commits = committing(connection)
    writing = asyncio.create_task(commits.write(_insert(1)))
    await asyncio.sleep(0)
    commits.defer(("t", 2), ("INSERT INTO t VALUES (?)", (2,)))
    await commits.close()
    assert await writing == 1
    assert await _stored(connection) == [1, 2]
    with pytest.raises(StorageUnavailable, match="closed"):
        await commits.write(_insert(3))
    with pytest.raises(StorageUnavailable, match="closed"):
        commits.defer(("t", 4), ("INSERT INTO t VALUES (?)", (4,)))


async def test_a_deferred_write_survives_a_failing_batch(connection):
    """It stays visible as waiting and is made with the next commit that works."""
    commits = committing(connection)
    blocker = sqlite3.connect(
        await connection.run(lambda db: db.execute("PRAGMA database_list").fetchone()[2]),
        isolation_level=None,
    )
    blocker.execute("BEGIN IMMEDIATE")
    commits.defer(("t", 2), ("INSERT INTO t VALUES (?)", (2,)))
    with pytest.raises(StorageUnavailable, match="locked"):
        await commits.write(_insert(1))
    assert commits.deferred(("t", 2)) is not None
    blocker.execute("ROLLBACK")
    blocker.close()
    await commits.write(_insert(3))
    assert commits.deferred(("t", 2)) is None
    assert await _stored(connection) == [2, 3]


async def test_a_lone_write_is_not_kept_waiting(statements):
    """One write after the other makes one commit each: nobody waits for company."""
    storage, seen = statements
    for number in range(5):
        await storage.inbox.put_updates([update(number)])
    assert seen.count("COMMIT") == 5


async def test_what_follows_a_shared_commit_soon_shares_the_next(connection):
    """In a rush there is a rest between two commits; a lone write neither makes one nor waits."""
    rested = asyncio.Event()
    commits = committing(connection, rested.wait)
    await commits.write(_insert(1))
    await asyncio.gather(commits.write(_insert(2)), commits.write(_insert(3)))
    assert commits.commits == 2
    early = asyncio.create_task(commits.write(_insert(4)))
    for _ in range(5):
        await asyncio.sleep(0)  # long enough for a batch to be on its way
    late = asyncio.create_task(commits.write(_insert(5)))
    await asyncio.sleep(0)
    rested.set()
    await asyncio.gather(early, late)
    assert commits.commits == 3
    assert await _stored(connection) == [1, 2, 3, 4, 5]


async def test_closing_waits_for_no_rush(connection):
    """What is queued when the storage is closed is durable after at most one rest."""
    rested = asyncio.Event()
    commits = committing(connection, rested.wait)
    await asyncio.gather(commits.write(_insert(1)), commits.write(_insert(2)))
    more = [asyncio.create_task(commits.write(_insert(number))) for number in (3, 4)]
    await asyncio.sleep(0)
    closing = asyncio.create_task(commits.close())
    await asyncio.sleep(0)
    rested.set()
    await closing
    await asyncio.gather(*more)
    assert await _stored(connection) == [1, 2, 3, 4]
