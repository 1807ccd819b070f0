"""Backends that the storage tests run over."""

from pathlib import Path

import pytest

from bot.storage.sealing import Sealer
from bot.storage.sqlite.storage import SqliteStorage
from tests.storage.backends import BACKENDS, backend
from tests.storage.samples import KEY, NOW


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "data" / "bot.sqlite3"


@pytest.fixture
async def sqlite(database: Path):
    storage = SqliteStorage(database, Sealer(KEY), lambda: NOW, busy_timeout=0.3)
    await storage.open()
    yield storage
    await storage.close()


@pytest.fixture(params=BACKENDS)
async def storage(request: pytest.FixtureRequest, database: Path):
    made = backend(request.param, database)
    await made.open()
    yield made
    await made.close()
