"""What only the SQLite storage has to promise: power cuts, secrecy, quick queries."""

import asyncio
import inspect
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from pathlib import Path

import aiosqlite
import pytest

from bot.domain.identifiers import ChatId
from bot.domain.orders import Placing, settled_states
from bot.domain.writes import ClaimOrder, KeepOffer, KeepResults, SaveAddress
from bot.storage.codec import pack
from bot.storage.ports import StepCommit, StorageUnavailable
from bot.storage.sealing import Sealer
from bot.storage.sqlite import connection as connection_module
from bot.storage.sqlite.storage import SqliteStorage
from tests.storage.samples import (
    ALICE,
    KEY,
    MESSAGE,
    MOBILE,
    NAME,
    NOTE,
    NOW,
    STREET,
    first,
    following,
    offer,
    order,
    page,
    rich_session,
    saved_address,
    session,
    update,
)

ROOT = Path(__file__).parents[2]
_COMMITS_THEN_WAITS = """
import asyncio, sys
from bot.domain.writes import ClaimOrder
from bot.storage.sealing import Sealer
from bot.storage.sqlite.storage import SqliteStorage
from tests.storage.samples import KEY, first, following, order, update

async def main():
    storage = SqliteStorage(sys.argv[1], Sealer(KEY))
    await storage.open()
    await storage.inbox.put_updates([update(1)])
    await storage.conversations.commit_step(first(update_id=1))
    await storage.conversations.commit_step(following(writes=(ClaimOrder(order()),)))
    print("committed", flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


def _python(code: str, path: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


async def _open(path: Path, key: bytes = KEY) -> SqliteStorage:
    storage = SqliteStorage(path, Sealer(key), lambda: NOW, busy_timeout=0.3)
    await storage.open()
    return storage


class TestWhatIsGone:
    async def test_no_content_of_a_message_outlives_it(self, sqlite: SqliteStorage):
        """Sealed as it is: of a finished one, a dropped one, one whose sender was forgotten."""
        await sqlite.inbox.put_updates([update(each).replace(lane=ALICE) for each in (1, 2, 3, 4)])
        await sqlite.inbox.finish_update(1)
        for parked in (2, 3):
            await sqlite.inbox.park_update(parked, "why")
        await sqlite.inbox.drop_parked(2)
        rows = await sqlite.database.rows("SELECT payload FROM inbox WHERE update_id < 3")
        assert rows == [(None,)] * 2
        await sqlite.rights.forget(ALICE)
        rows = await sqlite.database.rows(
            "SELECT state, payload, error FROM inbox ORDER BY update_id"
        )
        assert rows == [("finished", None, None)] * 4


class TestDurability:
    async def test_a_kill_right_after_the_commit_keeps_it(self, database: Path):
        """What `commit_step` returned from is there after kill -9."""
        process = _python(_COMMITS_THEN_WAITS, database)
        assert process.stdout is not None
        assert process.stdout.readline() == "committed\n"
        process.send_signal(signal.SIGKILL)
        process.communicate()
        storage = await _open(database)
        assert await storage.conversations.load_session(ChatId(ALICE), ALICE) == session(revision=2)
        assert await storage.orders.unsettled_orders() == [order()]
        waiting = await storage.inbox.waiting_updates()
        assert [(each.update_id, each.committed) for each in waiting] == [(1, True)]
        await storage.close()

    async def test_the_writer_syncs_every_commit(self, sqlite: SqliteStorage):
        """WAL and synchronous=FULL are on: a commit survives the loss of power."""
        assert sqlite.database._writer is not None
        pragmas = [
            await sqlite.database._writer.run(
                lambda db, p=p: db.execute(f"PRAGMA {p}").fetchone()[0]
            )
            for p in ("journal_mode", "synchronous", "foreign_keys")
        ]
        assert pragmas == ["wal", 2, 1]

    async def test_the_reader_cannot_write(self, sqlite: SqliteStorage):
        """A write that strays to the reader is refused by SQLite."""
        with pytest.raises(StorageUnavailable, match="readonly"):
            await sqlite.database.rows("DELETE FROM meta")

    async def test_a_load_does_not_wait_for_a_write(self, sqlite: SqliteStorage):
        """While the writer is busy the reader answers with the last committed state."""
        await sqlite.conversations.commit_step(first())
        assert sqlite.database._writer is not None
        release = asyncio.Event()
        loop = asyncio.get_running_loop()

        def hold(db: sqlite3.Connection) -> None:
            asyncio.run_coroutine_threadsafe(release.wait(), loop).result(10)

        holding = asyncio.create_task(sqlite.database.write(hold))
        await asyncio.sleep(0.01)
        committing = asyncio.create_task(sqlite.conversations.commit_step(following()))
        assert await sqlite.conversations.load_session(ChatId(ALICE), ALICE) == session()
        assert not committing.done()
        release.set()
        await asyncio.gather(holding, committing)
        assert await sqlite.conversations.load_session(ChatId(ALICE), ALICE) == session(revision=2)


class TestSecrecy:
    async def test_nothing_personal_is_readable_in_the_files(self, database: Path):
        """Name, phone, street, note and message text appear in no file while open or closed."""
        storage = await _open(database)
        await storage.inbox.put_updates([update(1), update(2), update(3)])
        await storage.inbox.retry_update(2, f"ValueError: {NAME}", NOW)
        await storage.inbox.park_update(3, f"ValueError: {STREET}")
        await storage.conversations.commit_step(
            StepCommit(
                session=rich_session(),
                expected_revision=None,
                update_id=1,
                writes=(ClaimOrder(order()),),
            )
        )
        await storage.conversations.commit_step(
            following(
                writes=(SaveAddress(saved_address(1)), KeepOffer(offer()), KeepResults(page()))
            )
        )
        await storage.picture_files.remember_file("https://cbu01.alicdn.com/mug.jpg", "file")
        await storage.check()
        opened = _bytes_of(database.parent)
        await storage.inbox.finish_update(1)
        await storage.close()
        closed = _bytes_of(database.parent)
        for secret in (NAME, MOBILE, STREET, NOTE, MESSAGE, "杯子"):
            for spelling in (
                secret.encode(),
                secret.encode("utf-16-le"),
                ascii(secret)[1:-1].encode(),
            ):
                assert spelling not in opened
                assert spelling not in closed
        assert b"cbu01.alicdn.com/mug.jpg" in opened  # what is public is found by the same search

    async def test_a_finished_update_keeps_no_payload(self, sqlite: SqliteStorage, database: Path):
        """Once answered, even the sealed message is dropped."""
        await sqlite.inbox.put_updates([update(1)])
        await sqlite.inbox.finish_update(1)
        await sqlite.check()
        with sqlite3.connect(database) as other:
            assert other.execute("SELECT payload, error FROM inbox").fetchall() == [(None, None)]

    async def test_another_key_is_refused_at_opening(self, database: Path):
        """The message says what to do, and the right key still opens."""
        await (await _open(database)).close()
        with pytest.raises(StorageUnavailable, match="DATA_KEY"):
            await _open(database, bytes(32))
        await (await _open(database)).close()

    async def test_the_files_are_their_owners_alone(self, sqlite: SqliteStorage, database: Path):
        """Database, log and index are made with mode 0600."""
        await sqlite.inbox.put_updates([update(1)])
        modes = {stat.S_IMODE(each.stat().st_mode) for each in database.parent.iterdir()}
        assert modes == {0o600}


class TestQueries:
    @pytest.mark.parametrize(
        ("sql", "index"),
        [
            ("SELECT lane FROM inbox WHERE state = 'waiting' ORDER BY update_id", "inbox_waiting"),
            ("SELECT lane FROM inbox WHERE state = 'parked' ORDER BY update_id", "inbox_parked"),
        ],
    )
    async def test_rare_rows_are_found_by_their_index(
        self, sqlite: SqliteStorage, sql: str, index: str
    ):
        """Open work is found without reading through finished rows."""
        plan = await sqlite.database.rows(f"EXPLAIN QUERY PLAN {sql}")
        assert [index in row[3] for row in plan] == [True]

    async def test_every_query_uses_an_index(self, database: Path):
        """No read of the storage goes through a whole table or sorts in memory."""
        storage = await _open(database)
        asked: list[str] = []
        assert storage.database._reader is not None
        await storage.database._reader.set_trace_callback(asked.append)
        await storage.inbox.waiting_updates()
        await storage.inbox.take_update(1)
        await storage.inbox.parked_updates()
        await storage.conversations.load_session(ChatId(1), ALICE)
        await storage.conversations.results_of("x")
        await storage.offers.offer(offer().offer_id)
        await storage.orders.orders_of(ALICE)
        await storage.orders.order(order().order_no)
        await storage.orders.unsettled_orders()
        await storage.orders.untold_orders()
        await storage.picture_files.file_id("x")
        await storage.database._reader.set_trace_callback(None)
        assert len(asked) == 11
        for sql in asked:
            for row in await storage.database.rows(f"EXPLAIN QUERY PLAN {sql}"):
                assert "USING" in row[3], (sql, row)
                assert "TEMP B-TREE" not in row[3], (sql, row)
        await storage.close()

    async def test_start_is_fast_with_many_finished_updates(
        self, sqlite: SqliteStorage, database: Path
    ):
        """Reading the open work takes as many steps beside 20,000 finished rows as beside none."""
        await sqlite.inbox.put_updates([update(1)])
        assert sqlite.database._reader is not None
        steps = [0]

        def count() -> None:
            steps[0] += 1

        await sqlite.database._reader.set_progress_handler(count, 1)
        await sqlite.inbox.waiting_updates()
        alone, steps[0] = steps[0], 0
        with sqlite3.connect(database) as other:
            other.execute(
                "WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)"
                " INSERT INTO inbox (update_id, lane, state, received_at)"
                " SELECT i, 1, 'finished', 0 FROM n"
            )
        assert [each.update_id for each in await sqlite.inbox.waiting_updates()] == [1]
        assert steps[0] <= alone + 5  # the schema did not change, only rows were added

    async def test_the_same_offer_is_parsed_once(self, sqlite: SqliteStorage):
        """Reading an unchanged offer again gives the same immutable value."""
        await sqlite.conversations.commit_step(first(writes=(KeepOffer(offer(skus=20)),)))
        assert await sqlite.offers.offer(offer().offer_id) is await sqlite.offers.offer(
            offer().offer_id
        )

    async def test_a_long_offer_is_stored_small(self, sqlite: SqliteStorage, database: Path):
        """An offer of many variants takes a fraction of its JSON; a short page stays plain."""
        long = offer(skus=120)
        await sqlite.conversations.commit_step(first(writes=(KeepOffer(long),)))
        with sqlite3.connect(database) as other:
            ((packed,),) = other.execute("SELECT body FROM offers")
        assert len(packed) * 5 < len(long.model_dump_json())
        assert pack(page()) == page().model_dump_json().encode()
        assert await sqlite.offers.offer(long.offer_id) == long

    def test_unsettled_in_sql_is_unsettled_in_the_domain(self):
        """The states written out in the queries are those that the domain calls unsettled."""
        unsettled = {state.value for state in set(Placing) - settled_states()}
        assert unsettled == {"claimed", "creating", "uncertain"}


class TestPrivateApi:
    def test_aiosqlite_still_has_what_one_place_uses(self):
        """A release without `_execute(fn, ...)` or `_conn` fails here, loudly (decision 0002)."""
        execute = aiosqlite.Connection._execute
        assert inspect.iscoroutinefunction(execute)
        assert list(inspect.signature(execute).parameters)[:2] == ["self", "fn"]
        assert isinstance(inspect.getattr_static(aiosqlite.Connection, "_conn"), property)

    def test_one_place_uses_it(self):
        """No other module of the storage reaches into aiosqlite."""
        folder = Path(inspect.getfile(connection_module)).parent
        users = {each.name for each in folder.rglob("*.py") if "._execute(" in each.read_text()}
        assert users == {"connection.py"}

    async def test_a_whole_function_runs_off_the_loop(self, sqlite: SqliteStorage):
        """The function gets the real connection, in another thread."""
        assert sqlite.database._writer is not None
        kind, thread = await sqlite.database._writer.run(
            lambda db: (type(db), threading.current_thread().ident)
        )
        assert kind is sqlite3.Connection
        assert thread != threading.get_ident()


def _bytes_of(folder: Path) -> bytes:
    return b"".join(each.read_bytes() for each in folder.iterdir())
