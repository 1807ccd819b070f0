"""Databases to be moved: one that is full, empty ones to move to, and sums to compare."""

import asyncio
import contextlib
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.storage.moving import digest
from bot.storage.postgres.moving import PostgresSide
from bot.storage.sealing import Sealer
from bot.storage.sqlite.moving import SqliteSide
from bot.storage.sqlite.storage import SqliteStorage
from tests.postgres import Server
from tests.storage.earlier.filling import NOW, fill
from tests.storage.grouping import group_buy
from tests.storage.posting import posts
from tests.storage.questioning import question
from tests.storage.samples import KEY
from tests.storage.shopping import shop
from tests.storage.watching import watches


@pytest.fixture(scope="session")
def once_filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of what each test has a copy of: filling takes ten times as long."""
    folder = tmp_path_factory.mktemp("filled")

    async def make() -> None:
        storage = SqliteStorage(folder / "bot.db", Sealer(KEY), lambda: NOW)
        await storage.open()
        for each in (fill, shop, question, group_buy, posts, watches):
            await each(storage)
        await storage.runs.begin_run(NOW)
        await storage.close()

    asyncio.run(make())
    return folder


@pytest.fixture
def filled(once_filled: Path, tmp_path: Path) -> Path:
    """A SQLite database with something of everything, as a bot left it."""
    shutil.copytree(once_filled, tmp_path, dirs_exist_ok=True)
    return tmp_path / "bot.db"


@pytest.fixture
def empty(postgres_server: Server) -> Iterator[Callable[[], str]]:
    """Addresses of new databases, for as many moves as a test makes."""
    made: list[str] = []

    def make() -> str:
        made.append(postgres_server.create())
        return postgres_server.url(made[-1])

    yield make
    for each in made:
        postgres_server.drop(each)


@contextlib.contextmanager
def held(path: Path) -> Iterator[None]:
    """Another process owns the file: to its own process a lock is none."""
    script = (
        "import sys; from pathlib import Path; from bot.storage.sqlite.ownership import Ownership;"
        "Ownership(Path(sys.argv[1])).take(); print('taken', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"taken\n"
        yield
        other.kill()


def sums(side: SqliteSide | PostgresSide) -> dict[str, tuple[int, str]]:
    sealer = Sealer(KEY)
    try:
        return digest(side, sealer.open).tables
    finally:
        side.close()
