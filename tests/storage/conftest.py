"""Backends that the storage tests run over."""

import asyncio
import shutil
from pathlib import Path

import pytest

from bot.storage.sealing import Sealer
from bot.storage.sqlite.storage import SqliteStorage
from tests.postgres import Server
from tests.storage.backends import backend, backends
from tests.storage.emptied import Emptied, at
from tests.storage.samples import KEY, NOW
from tests.tiers import SLOW


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of each part's methods one is tried elsewhere in `make test`, all in `make slow`.

    PostgreSQL shares the SQL and the one way of committing with SQLite, over which all are tried;
    what is kept in memory is a fake of both.
    """
    tried: set[tuple[str, str, str]] = set()
    for item in items:
        if item.path.name != "test_every_method.py":
            continue
        given: dict[str, str] = getattr(getattr(item, "callspec", None), "params", {})
        name = next((each for each in ("postgres", "memory") if each in given.values()), None)
        if name is None or "method" not in given:
            continue
        part = (item.name.partition("[")[0], name, given["method"].partition(".")[0])
        if part in tried:
            item.add_marker(SLOW)
        tried.add(part)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "data" / "bot.sqlite3"


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database with every table: making one takes eight times as long as a copy."""
    made = tmp_path_factory.mktemp("migrated") / "bot.sqlite3"

    async def make() -> None:
        storage = SqliteStorage(made, Sealer(KEY), lambda: NOW)
        await storage.open()
        await storage.close()

    asyncio.run(make())
    return made


@pytest.fixture
async def sqlite(database: Path, migrated: Path):
    database.parent.mkdir()
    shutil.copy(migrated, database)
    storage = SqliteStorage(database, Sealer(KEY), lambda: NOW, busy_timeout=0.3)
    await storage.open()
    yield storage
    await storage.close()


@pytest.fixture(scope="session")
def emptied(postgres_server: Server):
    """A PostgreSQL database for one test after the other."""
    made = Emptied(postgres_server)
    yield made
    made.close()


@pytest.fixture
def postgres(emptied: Emptied, database: Path) -> str:
    """The address of a new PostgreSQL database, which `database` names as well."""
    database.parent.mkdir(exist_ok=True)
    url = emptied.make_new()
    at(database).write_text(url, encoding="utf-8")
    return url


@pytest.fixture(params=backends())
async def storage(request: pytest.FixtureRequest, database: Path, migrated: Path):
    if request.param == "postgres":
        request.getfixturevalue("postgres")
    else:
        database.parent.mkdir()
        shutil.copy(migrated, database)
    made = backend(request.param, database)
    await made.open()
    yield made
    await made.close()
