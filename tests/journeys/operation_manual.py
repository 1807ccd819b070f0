"""Commands of docs/operation.md, run as they stand there, on a host that is a folder."""

import os
import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from processes import ROOT, SandboxProcess, free_port

MANUAL = ROOT / "docs" / "operation.md"
_PLACES = ("/opt/snaporder", "/etc/snaporder", "/var/backups/snaporder", "/var/lib/snaporder")
_SYSTEMCTL = """
#!{python}
# Stands for systemd: starts and stops what the unit file says.
import os, pathlib, shlex, signal, subprocess, sys, time, urllib.request

host, unit = pathlib.Path({host!r}), pathlib.Path({unit!r}).read_text()
for place in {places!r}:
    unit = unit.replace(place, str(host) + place)
fields = [line.split("=", 1) for line in unit.splitlines() if "=" in line and line[0] != "#"]
environment = dict(os.environ) | dict(
    each.split("=", 1) for name, value in fields if name == "Environment" for each in value.split()
)
settings, pid = dict(fields), host / "pid"
if sys.argv[1:] == ["start", "snaporder"]:
    log = (host / "log").open("ab")
    bot = subprocess.Popen(shlex.split(settings["ExecStart"]), cwd=settings["WorkingDirectory"],
                           env=environment, stdout=log, stderr=log, start_new_session=True)
    pid.write_text(str(bot.pid))
    for _ in range(600):
        if bot.poll() is not None:
            sys.exit("the bot ended: " + (host / "log").read_text()[-2000:])
        try:
            urllib.request.urlopen("http://{listen}/readyz", timeout=2)
            break
        except OSError:
            time.sleep(0.1)
    else:
        sys.exit("the bot never got ready")
elif sys.argv[1:] == ["stop", "snaporder"]:
    number = int(pid.read_text())
    os.kill(number, signal.SIGTERM)
    for _ in range(int(settings["TimeoutStopSec"]) * 10):
        try:
            if pathlib.Path(f"/proc/{{number}}/stat").read_text().split()[2] == "Z":
                break
        except FileNotFoundError:
            break
        time.sleep(0.1)
    else:
        sys.exit("it did not stop")
    pid.unlink()
else:
    sys.exit(f"not understood: {{sys.argv}}")
"""


def commands(name: str) -> str:
    """Return the block of the manual that is named so."""
    found = re.search(
        rf"^```sh {name}\n(.*?)^```", MANUAL.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    assert found, name
    return found[1]


class Host:
    """Where the service is installed."""

    def __init__(self, folder: Path, world: SandboxProcess) -> None:
        self.folder = folder
        self.listen = f"127.0.0.1:{free_port()}"
        self.state = folder / "var/lib/snaporder"
        self.backups = folder / "var/backups/snaporder"
        for each in (self.state, self.backups, folder / "etc/snaporder", folder / "bin"):
            each.mkdir(parents=True)
        (folder / "etc/snaporder/snaporder.env").write_text(
            "BOT_TOKEN=123456789:sandbox-token\n"
            "MARKETPLACE_APP_KEY=sandbox-key\nMARKETPLACE_APP_SECRET=sandbox-secret\n"
            f"TELEGRAM_API_URL={world.chat}\nMARKETPLACE_URL={world.marketplace}\n"
            f"ADMIN_IDS=1\nLOG_FORMAT=json\nLISTEN={self.listen}\n"
            f"DATABASE_URL={self.state}/snaporder.db\n"
            f"DATA_KEY_FILE={folder}/var/lib/snaporder-key/snaporder.key\n"
        )
        shutil.copy(ROOT / "deploy/systemd/snaporder", folder / "bin/snaporder")
        self._write_systemctl()

    def release(self, name: str, *, newer_schema: bool = False) -> None:
        """Unpack a release; its environment is this one's, so that `make` finds it made."""
        there = self.folder / "opt/snaporder/releases" / name
        for each in ("bot", "handlers", "locales"):
            shutil.copytree(ROOT / each, there / each, ignore=shutil.ignore_patterns("__pycache__"))
        for each in ("Makefile", "requirements.lock", "pyproject.toml"):
            shutil.copy(ROOT / each, there / each)
        venv, real = there / ".venv", Path(sys.prefix)
        venv.mkdir()
        for each in ("bin", "lib", "pyvenv.cfg"):
            (venv / each).symlink_to(real / each)
        (venv / ".run").touch()
        if newer_schema:
            _add_migration(there / "bot/storage/sql/migrations")

    def use(self, name: str) -> None:
        """Point `current` at a release."""
        (self.folder / "opt/snaporder/current").symlink_to(f"releases/{name}")

    def run(self, block: str, **variables: str) -> str:
        """Run a block of the manual; what its first line sets may be set otherwise."""
        for place in _PLACES:
            block = block.replace(place, f"{self.folder}{place}")
        for name, value in variables.items():
            block, count = re.subn(rf"\b{name}=\S+", f"{name}={value}", block)
            assert count == 1, name
        done = subprocess.run(
            ["sh", "-eu"],
            input=block,
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            env={
                "PATH": f"{self.folder}/bin:{os.environ['PATH']}",
                "SNAPORDER_APP": f"{self.folder}/opt/snaporder/current",
                "SETTINGS_FILE": f"{self.folder}/etc/snaporder/snaporder.env",
                "PYTHONDONTWRITEBYTECODE": "1",
            },
        )
        assert done.returncode == 0, f"{block}\n{done.stdout}{done.stderr}"
        return done.stdout

    def systemctl(self, verb: str) -> None:
        """Start or stop the service."""
        self.run(f"systemctl {verb} snaporder")

    def _write_systemctl(self) -> None:
        script = self.folder / "bin/systemctl"
        script.write_text(
            textwrap.dedent(_SYSTEMCTL)
            .lstrip()
            .format(
                python=sys.executable,
                host=str(self.folder),
                unit=str(ROOT / "deploy/systemd/snaporder.service"),
                places=_PLACES,
                listen=self.listen,
            )
        )
        script.chmod(0o755)


def _add_migration(folder: Path) -> None:
    """Make a release one step newer, as the next one will be."""
    (folder / "9999_next.sql").write_text("CREATE TABLE what_comes_next (x INTEGER);\n")
    text = (folder / "__init__.py").read_text()
    changed, count = re.subn(
        r'((?:.*"\d{4}_\w+\.sql",\n)+)', r'\1        "9999_next.sql",\n', text, count=1
    )
    assert count == 1
    (folder / "__init__.py").write_text(changed)


@contextmanager
def host(folder: Path, world: SandboxProcess) -> Iterator[Host]:
    """A host that ends with its service."""
    made = Host(folder, world)
    try:
        yield made
    finally:
        if (folder / "pid").exists():
            made.systemctl("stop")
