"""The wheel: the bot with everything it reads, its command, and nothing of the sandbox."""

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from locales import languages
from tests.tiers import SLOW

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("bot", "handlers", "locales")
LARGEST = 3_000_000  # bytes; the sandbox's pictures alone are 12 MB

pytestmark = SLOW


def _run(*command: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=cwd,
        env={"PATH": os.environ["PATH"], "HOME": str(cwd), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build one offline, with the pinned tools, from a copy without what was built before."""
    source = tmp_path_factory.mktemp("source")
    for room in ROOMS:
        ignored = shutil.ignore_patterns("__pycache__", "*.mo", "*.part")
        shutil.copytree(ROOT / room, source / room, ignore=ignored)
    for file in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / file, source)
    compiled = _run(sys.executable, "-m", "locales", cwd=source)
    assert compiled.returncode == 0, compiled.stderr
    uv = Path(sys.executable).with_name("uv")
    options = ("--wheel", "--offline", "--no-build-isolation", "--python", sys.executable)
    built = _run(uv, "build", *options, "-o", "dist", cwd=source)
    assert built.returncode == 0, built.stderr
    (found,) = (source / "dist").glob("*.whl")
    return found


@pytest.fixture(scope="module")
def command(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install it into a fresh environment, beside the pinned packages; return `snaporder`."""
    folder = tmp_path_factory.mktemp("installed")
    environment = folder / "venv"
    uv = Path(sys.executable).with_name("uv")
    made = _run(uv, "venv", "--offline", "--python", sys.executable, environment, cwd=folder)
    assert made.returncode == 0, made.stderr
    python = environment / "bin" / "python"
    install = ("pip", "install", "--offline", "--no-deps", "--python", str(python), str(wheel))
    installed = _run(uv, *install, cwd=folder)
    assert installed.returncode == 0, installed.stderr
    (packages,) = environment.glob("lib/python*/site-packages")
    (packages / "pinned.pth").write_text(sysconfig.get_path("purelib"))
    return environment / "bin" / "snaporder"


def test_it_holds_all_that_the_bot_reads_and_nothing_of_the_sandbox(wheel: Path) -> None:
    """Texts, migrations, divisions: every file of the three rooms; and it stays small."""
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    files = {
        path.relative_to(ROOT).as_posix()
        for room in ROOMS
        for path in (ROOT / room).rglob("*")
        if path.is_file()
        and "__pycache__" not in path.parts
        and path.suffix not in {".mo", ".part"}
    }
    # As the build compiled them; a checkout's own may be made at any time.
    files |= {f"locales/{each}/LC_MESSAGES/snaporder.mo" for each in languages()}
    assert files - names == set()
    assert {name.partition("/")[0] for name in names if ".dist-info" not in name} == {*ROOMS}
    assert wheel.stat().st_size < LARGEST


def test_the_installed_command_says_how_it_is_used(command: Path, tmp_path: Path) -> None:
    """`snaporder --help` needs no settings."""
    said = _run(command, "--help", cwd=tmp_path)
    assert said.returncode == 0, said.stderr
    assert "doctor" in said.stdout


def test_the_installed_command_names_the_settings_that_are_missing(
    command: Path, tmp_path: Path
) -> None:
    """Without a token it stops with a line that names it."""
    said = _run(command, cwd=tmp_path)
    assert said.returncode == 2
    assert "BOT_TOKEN" in said.stderr


def test_the_installed_doctor_runs(command: Path, tmp_path: Path) -> None:
    """With settings it gets to work, and reaches as far as Telegram, which is not there."""
    settings = {
        "BOT_TOKEN": "123456789:made-up",
        "MARKETPLACE_APP_KEY": "key",
        "MARKETPLACE_APP_SECRET": "secret",
        "TELEGRAM_API_URL": "http://127.0.0.1:9",
        "MARKETPLACE_URL": "http://127.0.0.1:9",
        "DATABASE_URL": str(tmp_path / "bot.db"),
    }
    said = _run(command, "doctor", cwd=tmp_path, **settings)
    assert said.returncode == 1, said.stderr
    assert "FAIL  Telegram: no answer" in said.stdout
    assert "Traceback" not in said.stdout + said.stderr
