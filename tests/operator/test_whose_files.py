"""Commands and services run as different users: settings and files work for both."""

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.tiers import SLOW

ROOT = Path(__file__).resolve().parents[2]
SERVICE = 65_534  # nobody
_PACKAGES = sysconfig.get_paths()["purelib"]


def _interpreter() -> str | None:
    """One of this version that every user may run: this one may lie in root's own folder."""
    version = f"python3.{sys.version_info.minor}"
    for each in (sys.executable, f"/usr/bin/{version}", f"/usr/local/bin/{version}"):
        there = Path(each).resolve()
        if there.exists() and all(each.stat().st_mode & 1 for each in (there, *there.parents)):
            return str(there)
    return None


INTERPRETER = _interpreter()
pytestmark = pytest.mark.skipif(INTERPRETER is None, reason="no interpreter for every user")
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
SETTINGS = {
    "BOT_TOKEN": "1:x",
    "MARKETPLACE_APP_KEY": "k",
    "MARKETPLACE_APP_SECRET": "a-secret",
    "PYTHONPATH": f"{ROOT}:{_PACKAGES}",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONPYCACHEPREFIX": os.environ.get("PYTHONPYCACHEPREFIX", ""),
}


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that every user can get to."""
    folder = Path(f"/tmp/snaporder-{os.getpid()}")  # noqa: S108 - pytest's own is closed to others
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o755)
    yield folder
    shutil.rmtree(folder)


def _run(
    home: Path, *words: str, user: int | None = None, **settings: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(INTERPRETER), "-m", "bot", *words],
        check=False,
        capture_output=True,
        text=True,
        env={**SETTINGS, **settings},
        cwd=home,
        user=user,
        group=user,
        extra_groups=None if user is None else [],
    )


def _owners(folder: Path) -> set[int]:
    return {each.stat().st_uid for each in folder.rglob("*")}


def _service_data(home: Path) -> tuple[Path, str]:
    """A database as a service has it."""
    data = home / "data"
    data.mkdir(mode=0o700)
    os.chown(data, SERVICE, SERVICE)
    url = str(data / "bot.db")
    code = (
        "import asyncio\n"
        "from bot.settings import load_settings\n"
        "from bot.wiring.parts import build_storage\n"
        "async def make():\n"
        "    storage = build_storage(load_settings())\n"
        "    await storage.open()\n"
        "    await storage.close()\n"
        "asyncio.run(make())\n"
    )
    subprocess.run(
        [str(INTERPRETER), "-c", code],
        check=True,
        env={**SETTINGS, "DATABASE_URL": url},
        cwd=home,
        user=SERVICE,
        group=SERVICE,
        extra_groups=[],
    )
    return data, url


@SLOW
@as_root
def test_a_settings_file_of_somebody_else_is_left_alone(home: Path) -> None:
    """A service that has every variable from its manager starts; its `.env` is not for it."""
    (home / ".env").write_text("BOT_TOKEN=2:other\n")
    (home / ".env").chmod(0o600)
    data, url = _service_data(home)
    done = _run(home, "orders", user=SERVICE, DATABASE_URL=url)
    assert (done.returncode, done.stdout) == (0, "No order is uncertain.\n")
    assert "settings_file_not_read" in done.stderr
    assert _owners(data) == {SERVICE}


@as_root
def test_what_is_missing_is_said_with_the_file_that_may_hold_it(home: Path) -> None:
    """Whoever forgot a variable hears of the file that could not be read as well."""
    (home / ".env").write_text("MARKETPLACE_APP_KEY=k\n")
    (home / ".env").chmod(0o600)
    done = _run(home, "orders", user=SERVICE, MARKETPLACE_APP_KEY="")
    assert done.returncode == 2
    assert "MARKETPLACE_APP_KEY is missing" in done.stderr
    assert ".env is there, but user nobody may not read it" in done.stderr
    assert "Traceback" not in done.stderr


@SLOW
@as_root
def test_what_root_does_belongs_to_the_service(home: Path) -> None:
    """Backup, restore and the exchange of the key leave nothing that the service can't use."""
    data, url = _service_data(home)
    copies = home / "copies"
    copies.mkdir(mode=0o700)
    os.chown(copies, SERVICE, SERVICE)
    copy = str(copies / "one.db")
    for words in (("backup", copy), ("restore", copy), ("rotate-key",)):
        done = _run(home, *words, DATABASE_URL=url)
        assert done.returncode == 0, done.stdout + done.stderr
    assert _owners(data) == _owners(copies) == {SERVICE}
    assert _run(home, "orders", user=SERVICE, DATABASE_URL=url).returncode == 0


@SLOW
@as_root
def test_a_copy_that_only_root_may_read_is_refused_by_name(home: Path) -> None:
    """One line that says who could not read it, and nothing was changed."""
    data, url = _service_data(home)
    copy = home / "roots.db"
    shutil.copyfile(data / "bot.db", copy)
    copy.chmod(0o600)
    done = _run(home, "restore", str(copy), DATABASE_URL=url)
    assert done.returncode == 1
    assert "Permission denied" in done.stdout
    assert "(as user nobody)" in done.stdout
    assert not list(data.glob("*.replaced-*"))
