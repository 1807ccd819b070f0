"""The key is exchanged for good, however often that is killed."""

import shutil
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from bot.domain.identifiers import UserId
from bot.domain.writes import ClaimOrder, SaveAddress
from bot.operator import CommandRefused
from bot.operator.rotate import new_key, rotate
from bot.settings import Settings
from bot.storage.keys import load_keyring
from bot.storage.ports import DatabaseInUse, StorageUnavailable
from bot.storage.sqlite.ownership import Ownership
from bot.storage.sqlite.storage import SqliteStorage
from tests.operator.conftest import Configure
from tests.storage.samples import ALICE, address, first, order, saved_address, update
from tests.tiers import SLOW, slow_but

ROOT = Path(__file__).resolve().parents[2]
_KILLED_MIDWAY = """
import asyncio, os, sys
from bot.operator.rotate import rotate
from bot.settings import Settings

def kill(done):
    if done >= int(sys.argv[2]):
        os.kill(os.getpid(), 9)

settings = Settings(_env_file=None, bot_token="1:x", marketplace_app_key="k",
                    marketplace_app_secret="s", database_url=sys.argv[1])
asyncio.run(rotate(settings, kill))
"""
_PEOPLE = 700


async def _filled(storage: SqliteStorage) -> None:
    await storage.inbox.put_updates([update(number) for number in range(1200)])
    await storage.inbox.park_update(3, "why")
    for number in range(_PEOPLE):
        user = UserId(10_000 + number)
        claim = order(number, user)
        await storage.conversations.commit_step(
            first(user, writes=(ClaimOrder(claim), SaveAddress(saved_address(1))))
        )


async def _all_is_there(path: Path, key_file: Path) -> None:
    storage = SqliteStorage(path, load_keyring(None, key_file).sealer())
    await storage.open()
    try:
        assert await storage.inbox.take_update(1199) == update(1199)
        assert (await storage.inbox.parked_updates())[0][1] == "why"
        for number in (0, _PEOPLE - 1):
            user = UserId(10_000 + number)
            assert await storage.orders.orders_of(user) == [order(number, user)]
            assert (await storage.addresses.addresses_of(user))[0].address == address()
    finally:
        await storage.close()


def _rotate_until_killed(path: Path, after: int) -> int:
    arguments = [sys.executable, "-c", _KILLED_MIDWAY, str(path), str(after)]
    return subprocess.run(arguments, check=False, cwd=ROOT).returncode


def _owner(path: Path) -> subprocess.Popen[str]:
    code = (
        "import sys; from pathlib import Path; from bot.storage.sqlite.ownership import Ownership;"
        "o = Ownership(Path(sys.argv[1])); o.take(); print('mine', flush=True); input()"
    )
    return subprocess.Popen(
        [sys.executable, "-c", code, str(path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _key_ids(path: Path) -> set[bytes]:
    sealed = ("inbox.payload", "inbox.error", "sessions.body", "addresses.body", "orders.body")
    with sqlite3.connect(path) as connection:
        return {
            row[0]
            for table, column in (each.split(".") for each in sealed)
            for row in connection.execute(
                f"SELECT DISTINCT substr({column}, 1, 1) FROM {table} WHERE {column} IS NOT NULL"  # noqa: S608 - names from above
            )
        }


async def test_everything_is_sealed_with_the_new_key(
    configure: Configure, storage: SqliteStorage
) -> None:
    """Afterwards the new key alone opens the database, and the old one lies apart."""
    await _filled(storage)
    await storage.close()
    settings = configure()
    old = settings.key_path.read_text()
    said = await rotate(settings)
    retired = settings.key_path.with_name("bot.key.retired-1")
    assert str(retired) in said
    assert retired.read_text() == old
    assert stat.S_IMODE(retired.stat().st_mode) == 0o600
    assert stat.S_IMODE(settings.key_path.stat().st_mode) == 0o600
    assert settings.key_path.read_text().startswith("2:")
    assert _key_ids(settings.database_path) == {b"\x02"}
    await _all_is_there(settings.database_path, settings.key_path)
    with pytest.raises(StorageUnavailable, match="another key"):
        await SqliteStorage(settings.database_path, load_keyring(None, retired).sealer()).open()


@pytest.mark.parametrize("after", slow_but([1200], [500, 1200, 2000]))
async def test_a_killed_exchange_goes_on(
    configure: Configure, storage: SqliteStorage, after: int
) -> None:
    """After kill -9 both keys open, and the next exchange ends with the same new one."""
    await _filled(storage)
    await storage.close()
    settings = configure()
    assert _rotate_until_killed(settings.database_path, after) == -9
    assert _key_ids(settings.database_path) == {b"\x01", b"\x02"}
    begun = load_keyring(None, settings.key_path)
    await _all_is_there(settings.database_path, settings.key_path)
    await rotate(settings)
    assert load_keyring(None, settings.key_path).keys == begun.keys[:1]
    assert _key_ids(settings.database_path) == {b"\x02"}
    await _all_is_there(settings.database_path, settings.key_path)


async def test_a_key_from_the_setting_is_exchanged_by_the_setting(
    configure: Configure, storage: SqliteStorage
) -> None:
    """With one key the command says what to do; with two it seals with the first."""
    await storage.conversations.commit_step(first(writes=(ClaimOrder(order()),)))
    await storage.close()
    old = configure().key_path.read_text().strip()
    with pytest.raises(CommandRefused, match="2:NEW,1:OLD"):
        await rotate(configure(data_key=old))
    fresh = new_key(configure(data_key=old))
    assert "leave only the first key" in await rotate(configure(data_key=f"{fresh},{old}"))
    alone = SqliteStorage(configure().database_path, load_keyring(fresh, Path("none")).sealer())
    await alone.open()
    assert await alone.orders.orders_of(ALICE) == [order()]
    await alone.close()


async def test_a_running_bot_is_not_met(configure: Configure, storage: SqliteStorage) -> None:
    """While another process owns the database nothing is exchanged."""
    settings = configure()
    before = settings.key_path.read_text()
    with _owner(settings.database_path) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == "mine\n"
        with pytest.raises(DatabaseInUse, match="running bot"):
            await rotate(settings)
        owner.kill()
        owner.wait()
    assert settings.key_path.read_text() == before
    ownership = Ownership(settings.database_path)
    ownership.take()  # the dead owner's lock is gone
    ownership.give_back()


_KILLED_AT_A_STEP = """
import asyncio, os, sys
from bot.operator.rotate import rotate
from bot.settings import Settings

seen, limit = 0, int(sys.argv[2])

def step(*_):
    global seen
    seen += 1
    if seen == limit:
        os.kill(os.getpid(), 9)

# Whatever changes a file's place, and each batch: all that a kill can come between.
sys.addaudithook(lambda event, _: step() if event in {"os.rename", "os.link", "os.remove"} else 0)
settings = Settings(_env_file=None, bot_token="1:x", marketplace_app_key="k",
                    marketplace_app_secret="s", database_url=sys.argv[1])
asyncio.run(rotate(settings, step))
print(seen)
"""


def _rotate_with_a_kill(path: Path, step: int) -> subprocess.CompletedProcess[str]:
    arguments = [sys.executable, "-c", _KILLED_AT_A_STEP, str(path), str(step)]
    return subprocess.run(arguments, check=False, cwd=ROOT, capture_output=True, text=True)


@SLOW
@pytest.mark.crash
async def test_killed_at_each_step_it_goes_on(
    configure: Configure, storage: SqliteStorage, tmp_path: Path
) -> None:
    """Before every change of a file and after every batch: nothing is lost, nothing lies about."""
    await storage.inbox.put_updates([update(1)])
    await storage.conversations.commit_step(
        first(writes=(ClaimOrder(order()), SaveAddress(saved_address(1))))
    )
    await storage.close()
    settings = configure()
    kept = tmp_path / "kept"
    shutil.copytree(settings.database_path.parent, kept)
    whole = _rotate_with_a_kill(settings.database_path, 0)
    assert whole.returncode == 0, whole.stderr
    steps = int(whole.stdout)
    assert steps >= 5
    for step in range(1, steps + 1):
        shutil.rmtree(settings.database_path.parent)
        shutil.copytree(kept, settings.database_path.parent)
        assert _rotate_with_a_kill(settings.database_path, step).returncode == -9
        await _one_is_there(settings)
        await rotate(settings)
        await _one_is_there(settings)
        ids = _key_ids(settings.database_path)
        assert len(ids) == 1, step
        files = {each.name for each in settings.database_path.parent.iterdir()}
        drafts = {each for each in files if each.startswith(".")}
        assert drafts == set(), step  # they hold keys


async def _one_is_there(settings: Settings) -> None:
    ring = load_keyring(None, settings.key_path)
    opened = SqliteStorage(settings.database_path, ring.sealer())
    await opened.open()
    try:
        assert await opened.inbox.take_update(1) == update(1)
        assert await opened.orders.orders_of(ALICE) == [order()]
        assert (await opened.addresses.addresses_of(ALICE))[0].address == address()
    finally:
        await opened.close()
