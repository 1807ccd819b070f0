"""Settings over a database of the test's own."""

import os
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bot.settings import Settings
from bot.storage.keys import load_keyring
from bot.storage.sqlite.storage import SqliteStorage

sys.path.insert(0, os.fspath(Path(__file__).parent.parent / "journeys"))

Configure = Callable[..., Settings]


@pytest.fixture
def configure(tmp_path: Path) -> Configure:
    """Make settings: `configure(listen="127.0.0.1:0")`."""

    def make(**changed: object) -> Settings:
        return Settings(
            _env_file=None,
            **{
                "bot_token": "123456789:sandbox-token",
                "telegram_api_url": "http://127.0.0.1:9",
                "marketplace_url": "http://127.0.0.1:9",
                "marketplace_app_key": "sandbox-key",
                "marketplace_app_secret": "sandbox-secret",
                "database_url": str(tmp_path / "data" / "bot.db"),
                "admin_ids": "1",
                **changed,
            },
        )

    return make


@pytest.fixture
async def storage(configure: Configure) -> AsyncIterator[SqliteStorage]:
    settings = configure()
    settings.database_path.parent.mkdir()
    ring = load_keyring(None, settings.key_path)
    backend = SqliteStorage(settings.database_path, ring.sealer())
    await backend.open()
    yield backend
    await backend.close()
