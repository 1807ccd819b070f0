"""Replay the Dockerfile's steps in a fresh folder and environment, and start the bot from them.

There need be no container engine: each stage becomes a folder, absolute paths of the image are
looked for in it, and what only a system can do (making users) is named and left out. What this
finds: a file that is not copied, a package that the lock lacks, a module that was not compiled, a
setting that no longer fits, a health check that follows another address. It does not build an
image, and says nothing of the base.

    python scripts/replay_dockerfile.py [--keep FOLDER]
"""

import argparse
import fnmatch
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parent.parent
_SYSTEM_ONLY = re.compile(r"\s*(useradd|groupadd|apt-get)\b")
_STARTS_WITHIN, _STOPS_WITHIN = 60.0, 10.0  # seconds; Docker kills after ten
_HANDED_DOWN = ("HOME", "LANG", "TMPDIR", "PIP_INDEX_URL", "PIP_CONFIG_FILE", "SSL_CERT_FILE")


class Failed(Exception):
    """A step that does not work; the text says which and why."""


@dataclass
class Stage:
    """One stage of the Dockerfile as a folder."""

    root: Path
    environment: dict[str, str] = field(default_factory=dict)
    folder: str = "/"
    command: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)
    user: str = "root"
    volumes: list[str] = field(default_factory=list)


def instructions(text: str) -> Iterator[tuple[str, str]]:
    """Yield the Dockerfile's instructions with their arguments, comments and breaks removed."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    for line in re.sub(r"\\\n", " ", "\n".join(lines)).splitlines():
        if line.strip():
            name, _, rest = line.strip().partition(" ")
            yield name.upper(), re.sub(r"\s+", " ", rest.strip())


def ignored(path: str, patterns: list[str]) -> bool:
    """Tell whether .dockerignore leaves a file out of the build's context."""
    out = False
    for pattern in patterns:
        name = pattern.removeprefix("!")
        parts = path.split("/")
        heads = ["/".join(parts[: at + 1]) for at in range(len(parts))]
        plain = name.removeprefix("**/")
        hits = any(fnmatch.fnmatch(head, name) for head in heads) or (
            name.startswith("**/") and any(fnmatch.fnmatch(part, plain) for part in parts)
        )
        if hits:
            out = not pattern.startswith("!")
    return out


def make_context(target: Path) -> None:
    """Copy what a build would be sent: what git does not ignore, nor .dockerignore."""
    patterns = (ROOT / ".dockerignore").read_text().split()
    listed = subprocess.run(
        ["git", "ls-files", "-coz", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file() and not ignored(name, patterns):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)


class Replay:
    """Runs the steps one after the other."""

    def __init__(self, work: Path) -> None:
        self._work = work
        self._context = work / "context"
        self._stages: dict[str, Stage] = {}
        self._stage = Stage(work / "none")
        self._arguments: dict[str, str] = {}
        self.left_out: list[str] = []

    def run(self, dockerfile: Path) -> Stage:
        """Replay every step and return the last stage. Raises `Failed`."""
        self._context.mkdir(parents=True)
        make_context(self._context)
        for name, rest in instructions(dockerfile.read_text()):
            getattr(self, f"_{name.lower()}", self._unknown(name))(rest)
        return self._stage

    @staticmethod
    def _unknown(name: str) -> Callable[[str], None]:
        def refuse(_: str) -> None:
            raise Failed(f"{name}: this check does not know that instruction")

        return refuse

    def _arg(self, rest: str) -> None:
        name, _, default = rest.partition("=")
        self._arguments[name] = default

    def _from(self, rest: str) -> None:
        base, _, name = rest.partition(" AS ")
        if "$" in base and not self._arguments.get(base.strip("${}")):
            raise Failed(f"FROM {base}: that argument has no default")
        self._stage = Stage(self._work / f"stage-{len(self._stages)}")
        self._stage.root.mkdir()
        (self._stage.root / "tmp").mkdir()
        self._stages[name or str(len(self._stages))] = self._stage

    def _env(self, rest: str) -> None:
        for each in shlex.split(rest):
            name, _, value = each.partition("=")
            self._stage.environment[name] = value

    def _workdir(self, rest: str) -> None:
        self._stage.folder = rest
        self._inside(rest).mkdir(parents=True, exist_ok=True)

    def _copy(self, rest: str) -> None:
        words = shlex.split(rest)
        source = self._context
        if words[0].startswith("--from="):
            source = self._stages[words.pop(0).removeprefix("--from=")].root
        *wanted, target = words
        for each in wanted:
            there = source / each.lstrip("/")
            if not there.exists():
                raise Failed(f"COPY {each}: it is not in the build's context")
            goes_to = self._inside(target)
            if target.endswith("/"):
                goes_to /= there.name
            if there.is_dir():
                shutil.copytree(there, goes_to, symlinks=True, dirs_exist_ok=True)
            else:
                goes_to.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(there, goes_to)

    def _run(self, rest: str) -> None:
        for step in rest.split("&&"):
            if _SYSTEM_ONLY.match(step):
                self.left_out.append(step.strip())
                continue
            here = re.sub(r"\s-[og] \w+", "", step)  # users that do not exist here
            words = [self._mapped(each) for each in shlex.split(here)]
            print(f"  RUN {step.strip()[:80]}", flush=True)
            done = subprocess.run(
                words,
                cwd=self._inside(self._stage.folder),
                env=self.environment(self._stage),
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                raise Failed(f"RUN {step.strip()}: {done.stdout[-2000:]}{done.stderr[-2000:]}")

    def _user(self, rest: str) -> None:
        self._stage.user = rest

    def _volume(self, rest: str) -> None:
        self._stage.volumes = json.loads(rest) if rest.startswith("[") else rest.split()

    def _expose(self, rest: str) -> None:
        port = self._stage.environment.get("LISTEN", "").rpartition(":")[2]
        if rest != port:
            raise Failed(f"EXPOSE {rest}: LISTEN says {port}")

    def _stopsignal(self, rest: str) -> None:
        if rest != "SIGTERM":
            raise Failed(f"STOPSIGNAL {rest}: the bot stops at SIGTERM")

    def _healthcheck(self, rest: str) -> None:
        self._stage.health = json.loads(rest.partition("CMD ")[2])

    def _cmd(self, rest: str) -> None:
        self._stage.command = json.loads(rest)

    def _inside(self, path: str) -> Path:
        absolute = path if path.startswith("/") else f"{self._stage.folder.rstrip('/')}/{path}"
        return self._stage.root / absolute.lstrip("/")

    def _mapped(self, word: str) -> str:
        if word == "python":
            return str(Path(sys.executable).resolve())
        return str(self._inside(word)) if word.startswith("/") else word

    def environment(self, stage: Stage) -> dict[str, str]:
        """Return a stage's environment with its paths, and of this one only the network's."""
        here = {name: os.environ[name] for name in _HANDED_DOWN if name in os.environ}
        here["PATH"] = "/usr/bin:/bin"
        for name, value in stage.environment.items():
            parts = value.replace("$PATH", here["PATH"]).split(":")
            here[name] = ":".join(self._in_stage(stage, each) for each in parts)
        return here

    def _in_stage(self, stage: Stage, value: str) -> str:
        """Return a path of the image where the replay has it; anything else as it is."""
        path = Path(value)
        if path.is_absolute() and (stage.root / path.parts[1]).exists():
            return str(stage.root / value.lstrip("/"))
        return value


class Container:
    """The image's command in the environment that a `docker run` would give it."""

    def __init__(self, stage: Stage, environment: dict[str, str]) -> None:
        self._stage = stage
        self._folder = stage.root / stage.folder.lstrip("/")
        self.environment = environment

    def start(self, log: Path) -> "subprocess.Popen[bytes]":
        """`docker run -d`."""
        with log.open("wb") as output:
            return subprocess.Popen(
                self._words(self._stage.command),
                cwd=self._folder,
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def once(self, *words: str) -> tuple[int, str]:
        """`docker exec` and `docker run --rm`: another command in the same environment."""
        done = subprocess.run(
            self._words(list(words)),
            cwd=self._folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        return done.returncode, done.stdout + done.stderr

    def _words(self, words: list[str]) -> list[str]:
        # The environment's PATH is looked through by the child, not by subprocess.
        return [shutil.which(words[0], path=self.environment["PATH"]) or words[0], *words[1:]]


def _stopped(process: "subprocess.Popen[bytes]") -> float:
    """`docker stop`; return the seconds that it took. Raises `Failed`."""
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    try:
        code = process.wait(_STOPS_WITHIN)
    except subprocess.TimeoutExpired:
        raise Failed("it does not end within Docker's ten seconds") from None
    if code:
        raise Failed(f"SIGTERM ends it with code {code}")
    return time.monotonic() - began


def free_port() -> int:
    """Return a port of this machine that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _until_ready(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    deadline = time.monotonic() + _STARTS_WITHIN
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise Failed(f"the bot ended:\n{log.read_text()[-3000:]}")
        try:
            with urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.2)
    raise Failed(f"the bot never got ready:\n{log.read_text()[-3000:]}")


def _files_below(*folders: Path) -> set[Path]:
    return {each for folder in folders for each in folder.rglob("*")}


def _check_compiled(stage: Stage) -> int:
    modules = [
        each
        for name in ("app", "venv/lib")
        for each in (stage.root / name).rglob("*.py")
        if "-" not in each.parent.name and each.stat().st_size
    ]
    plain = [
        each for each in modules if not any((each.parent / "__pycache__").glob(f"{each.stem}.*"))
    ]
    ours = [each for each in plain if (stage.root / "app") in each.parents]
    if ours:
        raise Failed(f"not compiled at the build: {ours[0].relative_to(stage.root)} and more")
    for catalog in (stage.root / "app" / "locales").rglob("*.po"):
        if not catalog.with_suffix(".mo").exists():
            raise Failed(f"not compiled at the build: {catalog.relative_to(stage.root)}")
    return len(modules) - len(plain)


def try_out(replay: Replay, stage: Stage, work: Path) -> None:
    """Start the bot between a simulated Telegram and 1688, and do what an operator does."""
    print(f"  {_check_compiled(stage)} modules are compiled", flush=True)
    world = subprocess.Popen(
        [sys.executable, "-m", "sandbox", "--without-bot", "--port", "0"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        _life(replay, stage, work, json.loads(next(iter(world.stdout or ()))))
    finally:
        world.terminate()
        world.wait(10)


def _life(replay: Replay, stage: Stage, work: Path, addresses: dict[str, str]) -> None:
    port, log = free_port(), work / "bot.log"
    secret = work / "app_secret"
    secret.write_text("sandbox-secret\n")
    container = Container(
        stage,
        {
            **replay.environment(stage),
            "BOT_TOKEN": "123456789:sandbox-token",
            "TELEGRAM_API_URL": addresses["chat"],
            "MARKETPLACE_URL": addresses["marketplace"],
            "MARKETPLACE_APP_KEY": "sandbox-key",
            "MARKETPLACE_APP_SECRET_FILE": str(secret),
            "LISTEN": f"0.0.0.0:{port}",
        },
    )
    image = [stage.root / name for name in ("app", "venv")]
    before = _files_below(*image)
    if container.once(*stage.health)[0] == 0:
        raise Failed("the health check is content with a bot that does not run")
    process = container.start(log)
    try:
        _until_ready(process, port, log)
        print("  the bot is ready", flush=True)
        _expect(container, stage.health, 0)
        _expect(container, ["python", "-m", "bot", "doctor"], 0)
        copy = str(stage.root / "data" / "copy.db")
        _expect(container, ["python", "-m", "bot", "backup", copy], 0)
        _expect(container, ["python", "-m", "bot", "restore", copy], 1)  # it runs
        print(f"  it stopped in {_stopped(process):.1f} s", flush=True)
        _expect(container, ["python", "-m", "bot", "restore", copy], 0)
        _expect(container, ["python", "-m", "bot", "rotate-key"], 0)
        _expect(container, ["python", "-m", "bot", "orders"], 0)
    finally:
        process.kill()
        process.wait()
    written = _files_below(*image) - before
    if written:
        raise Failed(f"it writes into the image: {min(written)}")
    kept = {each.parent.name for each in stage.root.rglob("snaporder.*")}
    if not {"data", "key"} <= kept:
        raise Failed(f"database and key are not on volumes of their own: {sorted(kept)}")


def _expect(container: Container, words: list[str], code: int) -> None:
    got, said = container.once(*words)
    if got != code:
        raise Failed(f"{shlex.join(words)} ended with {got}, not {code}:\n{said[-3000:]}")
    print(f"  {shlex.join(words[1:])}: {got}", flush=True)


def main() -> int:
    """Replay, and return the exit code."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--keep", type=Path, help="keep what was made in this folder")
    keep = options.parse_args().keep
    work = keep or Path(tempfile.mkdtemp(prefix="snaporder-image-"))
    try:
        replay = Replay(work)
        stage = replay.run(ROOT / "Dockerfile")
        try_out(replay, stage, work)
        for each in replay.left_out:
            print(f"  left out, needs an image: {each}")
    except Failed as failure:
        print(f"the Dockerfile does not work: {failure}")
        return 1
    finally:
        if keep is None:
            shutil.rmtree(work)
    print("the Dockerfile's steps work, and the bot runs from them")
    return 0


if __name__ == "__main__":
    sys.exit(main())
