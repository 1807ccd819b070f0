"""The operator's commands over PostgreSQL: a copy put back, another key, what the doctor sees."""

import asyncio
import time
from pathlib import Path

import psycopg
import pytest

from bot.operator import CommandRefused
from bot.operator.backup import backup, restore, restored
from bot.operator.findings import Verdict
from bot.operator.rotate import rotate
from bot.operator.storage_findings import of_server
from bot.settings import Settings
from bot.storage.keys import load_keyring
from bot.storage.ports import DatabaseInUse, StorageUnavailable
from bot.storage.postgres.storage import PostgresStorage
from tests.postgres import Server
from tests.storage.earlier.filling import NOW, fill
from tests.storage.samples import ALICE

pytestmark = pytest.mark.postgres


def settings(url: str, folder: Path) -> Settings:
    return Settings(
        _env_file=None,
        bot_token="123:x",
        marketplace_url="https://example.com",
        marketplace_app_key="k",
        marketplace_app_secret="s",
        database_url=url,
        data_key_file=folder / "bot.key",
    )


def opened(given: Settings) -> PostgresStorage:
    return PostgresStorage(
        given.database_url, load_keyring(None, given.key_path).sealer(), lambda: NOW
    )


@pytest.fixture
def filled(postgres_url: str, tmp_path: Path) -> Settings:
    given = settings(postgres_url, tmp_path)

    async def make() -> None:
        storage = opened(given)
        await storage.open()
        await storage.runs.begin_run(NOW)
        await fill(storage)
        await storage.close()

    asyncio.run(make())
    return given


def test_a_copy_is_put_back_into_an_empty_database(
    filled: Settings, postgres_server: Server, tmp_path: Path
):
    """For its owner alone; the next start takes nothing in it for certain."""
    copy = tmp_path / "copy.dump"
    assert "The key is not in it" in backup(filled, copy)
    assert copy.stat().st_mode & 0o077 == 0
    with pytest.raises(CommandRefused, match="exists already"):
        backup(filled, copy)
    with pytest.raises(StorageUnavailable, match="is not empty"):
        restore(filled, copy)
    name = postgres_server.create()
    there = settings(postgres_server.url(name), tmp_path)
    assert "looks up what was in flight" in restore(there, copy)

    async def begun() -> None:
        storage = opened(there)
        await storage.open()
        assert (await storage.runs.begin_run(NOW)).restored
        assert await storage.orders.orders_of(ALICE)
        await storage.close()

    asyncio.run(begun())
    postgres_server.drop(name)


def test_a_dump_put_back_by_hand_elsewhere_is_noticed(filled: Settings, postgres_server: Server):
    """It is another database, whatever stands in it."""
    name = postgres_server.create(filled.database_url.partition("@/")[2].partition("?")[0])
    there = filled.model_copy(update={"database_url": postgres_server.url(name)})

    async def begun(given: Settings) -> bool:
        storage = opened(given)
        await storage.open()
        found = (await storage.runs.begin_run(NOW)).restored
        await storage.close()
        return found

    assert asyncio.run(begun(there))
    assert not asyncio.run(begun(there)), "once"
    assert not asyncio.run(begun(filled))
    assert "marked as put back" in restored(filled)
    assert asyncio.run(begun(filled))
    postgres_server.drop(name)


def test_the_key_is_exchanged_while_no_bot_runs(filled: Settings):
    """With a bot nothing is touched; without one everything is under the new key."""

    async def running() -> None:
        storage = opened(filled)
        await storage.open()
        before = filled.key_path.read_text()
        with pytest.raises(DatabaseInUse):
            await rotate(filled)
        assert filled.key_path.read_text() == before
        await storage.close()

    asyncio.run(running())
    assert "values sealed again" in asyncio.run(rotate(filled))
    with psycopg.connect(filled.database_url) as there:
        rows = there.execute("SELECT DISTINCT substr(body, 1, 1) FROM orders").fetchall()
        check = there.execute("SELECT value FROM meta WHERE name = 'key_check'").fetchone()
    assert rows == [(b"\x02",)]
    assert check is not None
    assert check[0].startswith("02")

    async def reads() -> None:
        storage = opened(filled)
        await storage.open()
        assert await storage.orders.orders_of(ALICE)
        await storage.close()

    asyncio.run(reads())


def test_the_doctor_sees_server_key_connections_and_runs(filled: Settings, tmp_path: Path):
    """One line each; a key that does not open it is a failure."""
    found = {each.subject: each for each in of_server(filled, time.time())}
    assert found["database"].verdict is Verdict.OK
    assert "the key opens it" in found["database"].text
    assert "connections in use" in found["connections"].text
    assert found["last run"].text.startswith("alive at ")
    other = settings(filled.database_url, tmp_path / "other")
    (tmp_path / "other").mkdir()
    load_keyring(None, other.key_path)
    (failed,) = of_server(other, time.time())
    assert failed.verdict is Verdict.FAIL
    assert "another key" in failed.text
    nowhere = settings("postgresql://x:s3cret@127.0.0.1:1/y", tmp_path)
    (failed,) = of_server(nowhere, time.time())
    assert "nobody listens there" in failed.text
    assert "s3cret" not in failed.text
    assert "s3cret" in nowhere.secrets
    assert "s3cret" not in repr(nowhere)
