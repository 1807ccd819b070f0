"""`python -m benchmarks.engines`: every engine over the same PostgreSQL, in turns, in one run.

With `--waiting` the two libraries alone: how late their timers are, whether a delayed job of a lane
holds up the lane's next one, and how long a killed worker's jobs wait for another worker.
"""

import argparse
import contextlib
import json
import subprocess
import tempfile
import time
import venv
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.engines.server import Server, running

NAMES = ("plain-asyncpg", "plain-psycopg", "procrastinate", "pgqueuer")
LIBRARIES = (
    "procrastinate==3.10.0",
    "pgqueuer==1.6.0",
    "asyncpg==0.32.0",
    "psycopg[binary]==3.3.9",
    "psycopg-pool==3.3.3",
    "uvloop==0.23.0",
)
_COLUMNS = ("own_ms", "database_ms", "rate", "p50_ms", "p99_ms", "alone_p50_ms", "overtaken")


def main() -> None:
    """Measure, and print a table in Markdown: medians of the rounds."""
    parser = argparse.ArgumentParser(prog="engines", description=__doc__)
    parser.add_argument("--python", type=Path, help="of an environment that has the libraries")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--updates", type=int, default=4000)
    parser.add_argument("--chats", type=int, default=16)
    parser.add_argument("--waiting", action="store_true", help="timers and take-over instead")
    options = parser.parse_args()
    if options.waiting:
        _waiting(options.python)
        return
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in NAMES}
    with tempfile.TemporaryDirectory(prefix="engines-") as folder, running(Path(folder)) as server:
        python = options.python or _environment(Path(folder))
        for _ in range(options.rounds):
            for name in NAMES:
                found[name].append(_one(python, name, server, options.updates, options.chats))
                print(name, found[name][-1], flush=True)
    print("| engine |", " | ".join(_COLUMNS), "|")
    print("|---|" + "---|" * len(_COLUMNS))
    for name, rounds in found.items():
        values = [median(each[column] for each in rounds) for column in _COLUMNS]
        print(f"| {name} |", " | ".join(f"{value:.2f}" for value in values), "|")


def _waiting(python: Path | None) -> None:
    with tempfile.TemporaryDirectory(prefix="engines-") as folder, running(Path(folder)) as server:
        python = python or _environment(Path(folder))
        for name in ("procrastinate", "pgqueuer"):
            _timers(python, name, server.url)
            _take_over(python, name, server.url)


def _timers(python: Path, name: str, url: str) -> None:
    began: dict[str, float] = {}
    due: dict[str, float] = {}
    with _worker(python, name, "timers", url) as worker:
        assert worker.stdout is not None
        for line in worker.stdout:
            said = json.loads(line)
            due |= said.get("due", {})
            if "number" in said:
                began.setdefault(said["number"], said["at"])
            if due and began.keys() >= due.keys():
                break
    late = sorted(began[each] - due[each] for each in due if each.startswith("t"))
    print(
        f"{name}: {len(late)} timers, late p50 {median(late):.2f} s, most {late[-1]:.2f} s;"
        f" the lane's next job waited {began['now'] - due['now']:.2f} s behind one delayed by 4 s",
        flush=True,
    )


def _take_over(python: Path, name: str, url: str) -> None:
    with _worker(python, name, "left", url) as first:
        _numbers(first, 16)
        with _worker(python, name, "work", url) as second:
            time.sleep(3.0)  # it works, and has nothing to do
            first.kill()
            killed = time.monotonic()
            took = sorted(at - killed for at in _numbers(second, 16))
    print(
        f"{name}: 16 jobs of a killed worker begun by another after p50 {median(took):.2f} s,"
        f" most {took[-1]:.2f} s",
        flush=True,
    )


def _numbers(worker: "subprocess.Popen[str]", wanted: int) -> list[float]:
    """Wait for so many different jobs of those that last; return when each began."""
    began: dict[str, float] = {}
    assert worker.stdout is not None
    for line in worker.stdout:
        said = json.loads(line)
        if said.get("number", "").startswith("l"):
            began.setdefault(said["number"], said["at"])
        if len(began) == wanted:
            return list(began.values())
    raise SystemExit(f"only {len(began)} of {wanted} jobs began")


@contextlib.contextmanager
def _worker(python: Path, name: str, what: str, url: str) -> Iterator["subprocess.Popen[str]"]:
    script = Path(__file__).with_name("waiting.py")
    with subprocess.Popen(
        [str(python), str(script), name, what, url], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _environment(folder: Path) -> Path:
    venv.create(folder / "venv", with_pip=True)
    python = folder / "venv" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", *LIBRARIES], check=True)
    return python


def _one(python: Path, name: str, server: Server, updates: int, chats: int) -> dict[str, Any]:
    script = Path(__file__).with_name("contestants.py")
    arguments = [str(python), str(script), name, server.url, str(updates), str(chats)]
    with subprocess.Popen(
        arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        _until(process, "ready")
        began = server.cpu_seconds
        _go(process)
        _until(process, "measured")
        used = server.cpu_seconds - began
        _go(process)
        found = json.loads(process.stdout.read().splitlines()[-1])
    return {**found, "database_ms": used * 1000 / updates}


def _go(process: "subprocess.Popen[str]") -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def _until(process: "subprocess.Popen[str]", word: str) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if line.strip() == word:
            return
    raise SystemExit(f"ended before it was {word}")


if __name__ == "__main__":
    main()
