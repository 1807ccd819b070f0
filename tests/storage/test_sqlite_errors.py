"""What keeps SQLite from working is told as `StorageUnavailable`, and passes."""

import asyncio
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from bot.domain.identifiers import ChatId
from bot.domain.orders import Placing
from bot.domain.writes import ClaimOrder, KeepOffer, SaveAddress
from bot.storage.ports import StorageUnavailable
from bot.storage.sealing import Sealer
from bot.storage.sqlite.connection import database_errors
from bot.storage.sqlite.storage import SqliteStorage
from tests.storage.samples import (
    ALICE,
    KEY,
    NOW,
    first,
    following,
    offer,
    order,
    saved_address,
    session,
    update,
)

ROOT = Path(__file__).parents[2]
_LOCKS = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
connection.execute("UPDATE meta SET value = value")
print("locked", flush=True)
sys.stdin.read()
"""
_FILLS_THE_DISK = """
import asyncio, resource, sys
from bot.storage.ports import StorageUnavailable
from bot.storage.sealing import Sealer
from bot.storage.sqlite.storage import SqliteStorage
from tests.storage.samples import KEY, update

async def main():
    storage = SqliteStorage(sys.argv[1], Sealer(KEY))
    await storage.open()
    await storage.inbox.put_updates([update(1)])
    free = resource.RLIM_INFINITY
    resource.setrlimit(resource.RLIMIT_FSIZE, (256 * 1024, free))
    try:
        await storage.inbox.put_updates([update(2, text="x" * 1_000_000)])
    except StorageUnavailable as error:
        print(type(error.__cause__).__name__)
    resource.setrlimit(resource.RLIMIT_FSIZE, (free, free))
    await storage.inbox.put_updates([update(3)])
    print([each.update_id for each in await storage.inbox.waiting_updates()])
    await storage.close()

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


def _sqlite_errors(base: type[Exception] = sqlite3.Error) -> list[type[Exception]]:
    return [base, *(each for sub in base.__subclasses__() for each in _sqlite_errors(sub))]


class TestErrors:
    @pytest.mark.parametrize("kind", _sqlite_errors())
    def test_every_error_of_sqlite_is_mapped(self, kind: type[Exception]):
        """No error of the driver reaches a caller; its cause is chained."""
        with pytest.raises(StorageUnavailable, match="why") as caught, database_errors():
            raise kind("why")
        assert isinstance(caught.value.__cause__, kind)

    async def test_a_file_that_is_no_database_is_unavailable(self, database: Path):
        """Opening something else says so and leaves no thread behind."""
        _overwrite(database, 0, b"certainly not a database" * 100)
        threads = _connection_threads()
        with pytest.raises(StorageUnavailable, match="not a database") as caught:
            await _open(database)
        assert isinstance(caught.value.__cause__, sqlite3.DatabaseError)
        for _ in range(100):  # a thread ends a moment after it answered
            if _connection_threads() == threads:
                break
            await asyncio.sleep(0.02)
        assert _connection_threads() == threads

    async def test_a_folder_that_cannot_be_made_is_unavailable(self, tmp_path: Path):
        """A path under a file, or that is a folder, is refused at opening."""
        (tmp_path / "file").touch()
        with pytest.raises(StorageUnavailable, match="cannot make"):
            await _open(tmp_path / "file" / "bot.sqlite3")
        with pytest.raises(StorageUnavailable):
            await _open(tmp_path)

    async def test_a_corrupt_page_is_unavailable(self, database: Path):
        """A database whose pages were overwritten raises instead of answering wrongly."""
        storage = await _open(database)
        await storage.inbox.put_updates([update(number) for number in range(200)])
        await storage.close()
        _overwrite(database, 4096, b"\xa5" * 200_000)
        with pytest.raises(StorageUnavailable):
            await _open(database)

    async def test_a_row_that_was_tampered_with_is_unavailable(
        self, sqlite: SqliteStorage, database: Path
    ):
        """A sealed body moved to another row, or unreadable offers, are refused."""
        await sqlite.conversations.commit_step(
            first(writes=(ClaimOrder(order(1)), KeepOffer(offer(skus=150))))
        )
        await sqlite.conversations.commit_step(following(writes=(ClaimOrder(order(2)),)))
        with sqlite3.connect(database) as other:
            other.execute(
                "UPDATE orders SET body = (SELECT body FROM orders ORDER BY rowid DESC LIMIT 1)"
            )
            other.execute("UPDATE offers SET body = x'7801ff'")
        with pytest.raises(StorageUnavailable):
            await sqlite.orders.order(order(1).order_no)
        assert await sqlite.orders.order(order(2).order_no) == order(2)
        await sqlite.close()
        await sqlite.open()  # what was just written is not read from its row
        with pytest.raises(StorageUnavailable, match="Offer"):
            await sqlite.offers.offer(offer().offer_id)

    async def test_a_locked_database_is_unavailable_then_recovers(
        self, sqlite: SqliteStorage, database: Path
    ):
        """Every method gives up after its time-out, and works once the lock is gone."""
        await sqlite.conversations.commit_step(
            first(writes=(ClaimOrder(order()), SaveAddress(saved_address(1))))
        )
        blocker = _python(_LOCKS, database)
        assert blocker.stdout is not None
        assert blocker.stdout.readline() == "locked\n"
        try:
            for write in (
                lambda: sqlite.inbox.put_updates([update(1)]),
                lambda: sqlite.conversations.commit_step(following()),
                lambda: sqlite.orders.save_order(order().moved(Placing.CREATING), Placing.CLAIMED),
                lambda: sqlite.inbox.retry_update(1, "x", NOW),
                lambda: sqlite.inbox.park_update(1, "x"),
                lambda: sqlite.inbox.purge(NOW),
                lambda: sqlite.orders.mark_told(order().order_no, Placing.CLAIMED),
                sqlite.check,
            ):
                with pytest.raises(StorageUnavailable, match="locked"):
                    await write()
            # In WAL mode a load needs no lock that a writer holds.
            assert await sqlite.conversations.load_session(ChatId(ALICE), ALICE) == session()
        finally:
            blocker.communicate()
        await sqlite.inbox.put_updates([update(1)])
        await sqlite.conversations.commit_step(following())
        assert await sqlite.conversations.load_session(ChatId(ALICE), ALICE) == session(revision=2)

    async def test_a_database_locked_at_opening_is_unavailable(self, database: Path):
        """A second process that holds the file exclusively keeps the bot from starting."""
        database.parent.mkdir()
        with sqlite3.connect(database, isolation_level=None) as other:
            other.execute("BEGIN EXCLUSIVE")
            with pytest.raises(StorageUnavailable, match="locked"):
                await _open(database)
            other.execute("ROLLBACK")
        await (await _open(database)).close()

    def test_a_full_disk_is_unavailable_then_recovers(self, database: Path):
        """What did not fit is refused and undone; with room again the same storage goes on."""
        output, _ = _python(_FILLS_THE_DISK, database).communicate(timeout=30)
        assert output.splitlines() == ["OperationalError", "[1, 3]"]


def _connection_threads() -> int:
    """Count threads, without the event loop's own helpers."""
    return sum(not each.name.startswith("asyncio_") for each in threading.enumerate())


def _overwrite(path: Path, offset: int, content: bytes) -> None:
    path.parent.mkdir(exist_ok=True)
    path.touch()
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(content)
