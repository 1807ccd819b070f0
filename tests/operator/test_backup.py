"""A copy made under load is whole, and comes back whole."""

import asyncio
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.domain.identifiers import UserId
from bot.domain.writes import ClaimOrder
from bot.operator import CommandRefused
from bot.operator.backup import backup, restore
from bot.storage.keys import load_keyring
from bot.storage.ports import StorageUnavailable
from bot.storage.sqlite.storage import SqliteStorage
from tests.operator.conftest import Configure
from tests.storage.samples import first, following, order, update
from tests.tiers import SLOW


async def _open(configure: Configure) -> SqliteStorage:
    settings = configure()
    ring = load_keyring(None, settings.key_path)
    opened = SqliteStorage(settings.database_path, ring.sealer())
    await opened.open()
    return opened


async def _until(reached: Callable[[], bool]) -> None:
    while not reached():  # noqa: ASYNC110 - a count is waited for, not an event
        await asyncio.sleep(0.01)


async def test_a_backup_under_load_restores_to_one_moment(
    configure: Configure, storage: SqliteStorage, tmp_path: Path
) -> None:
    """What was committed together is in the copy together, and the writer never waits for it."""
    settings, copy = configure(), tmp_path / "copy.db"
    done = 0

    async def write() -> None:
        nonlocal done
        for number in range(100_000):
            user = UserId(20_000 + number)
            await storage.inbox.put_updates([update(number)])
            claim = order(number, user)
            await storage.conversations.commit_step(
                first(user, update_id=number, writes=(ClaimOrder(claim),))
            )
            await storage.inbox.finish_update(number)
            done += 1

    writer = asyncio.create_task(write())
    await _until(lambda: done >= 150)
    said = await asyncio.to_thread(backup, settings, copy)
    at_backup = done
    await _until(lambda: done >= at_backup + 20)
    writer.cancel()
    await asyncio.gather(writer, return_exceptions=True)
    assert "The key is not in it" in said
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    total = done
    await storage.close()

    assert "is kept as" in restore(settings, copy)
    again = await _open(configure)
    try:
        restored = sum((await again.upkeep.census()).orders.values())
        assert 150 <= restored < total
        for number in range(restored):
            user = UserId(20_000 + number)
            assert await again.orders.orders_of(user) == [order(number, user)]
        assert await again.orders.orders_of(UserId(20_000 + restored)) == []
        assert await again.inbox.put_updates([update(restored - 1)]) == ()
        await again.check()
    finally:
        await again.close()
    assert len(list(settings.database_path.parent.glob("bot.db.replaced-*"))) == 1


async def test_what_was_replaced_can_come_back(
    configure: Configure, storage: SqliteStorage, tmp_path: Path
) -> None:
    """The kept file is a whole database itself."""
    settings, copy = configure(), tmp_path / "copy.db"
    backup(settings, copy)
    await storage.conversations.commit_step(first(writes=(ClaimOrder(order()),)))
    await storage.close()
    restore(settings, copy)
    (kept,) = settings.database_path.parent.glob("bot.db.replaced-*")
    restore(settings, kept)
    again = await _open(configure)
    assert await again.orders.order(order().order_no) == order()
    await again.conversations.commit_step(following())
    await again.close()


async def test_a_backup_overwrites_nothing(
    configure: Configure, storage: SqliteStorage, tmp_path: Path
) -> None:
    """A file that exists is left alone."""
    copy = tmp_path / "copy.db"
    copy.write_text("mine")
    with pytest.raises(CommandRefused, match="exists already"):
        backup(configure(), copy)
    assert copy.read_text() == "mine"


async def test_of_a_damaged_database_there_is_no_backup(
    configure: Configure, storage: SqliteStorage, tmp_path: Path
) -> None:
    """Better told now than found out when it is needed; the copy is not left behind."""
    settings, copy = configure(), tmp_path / "copy.db"
    await storage.inbox.put_updates([update(number) for number in range(1, 500)])
    await storage.close()
    with settings.database_path.open("r+b") as file:
        file.seek(settings.database_path.stat().st_size - 3 * 4096)
        file.write(b"\xff" * 4096)
    with pytest.raises(StorageUnavailable):
        backup(settings, copy)
    assert not copy.exists()
    assert not list(copy.parent.glob(".*"))


@pytest.mark.parametrize("spoilt", ["damaged", "no database", "another key"])
async def test_a_bad_copy_is_refused_and_changes_nothing(
    configure: Configure, storage: SqliteStorage, tmp_path: Path, spoilt: str
) -> None:
    """Integrity and key are checked before anything is touched."""
    settings, copy = configure(), tmp_path / "copy.db"
    await storage.inbox.put_updates([update(number) for number in range(400)])
    await storage.conversations.commit_step(first(writes=(ClaimOrder(order()),)))
    backup(settings, copy)
    await storage.close()
    if spoilt == "damaged":
        with copy.open("r+b") as file:
            file.seek(20_000)
            file.write(b"\xa5" * 40_000)
    elif spoilt == "no database":
        copy.write_bytes(b"certainly not a database" * 100)
    else:
        settings = configure(data_key="00" * 32)
    before = settings.database_path.read_bytes()
    with pytest.raises(StorageUnavailable, match=r"damaged|malformed|not a database|another key"):
        restore(settings, copy)
    assert settings.database_path.read_bytes() == before
    assert not list(settings.database_path.parent.glob("*.replaced-*"))


@SLOW
def test_the_command_line_says_what_is_wrong(tmp_path: Path) -> None:
    """Exit code 1 for what failed, 2 for arguments; one line, no traceback."""
    environment = {
        "BOT_TOKEN": "1:x",
        "MARKETPLACE_APP_KEY": "k",
        "MARKETPLACE_APP_SECRET": "s",
        "DATABASE_URL": str(tmp_path / "none.db"),
        "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
    }

    def run(*words: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-m", "bot", *words],
            check=False,
            capture_output=True,
            text=True,
            env=environment,
            cwd=tmp_path,
        )
        assert "Traceback" not in done.stderr
        return done.returncode, done.stdout + done.stderr

    assert run("backup", str(tmp_path / "copy.db"))[0] == 1
    assert run("orders")[0] == 2
    assert run("rotate-key")[0] == 2
    code, said = run("nonsense")
    assert code == 2
    assert "invalid choice" in said
    assert "Exit codes" in run("--help")[1]
