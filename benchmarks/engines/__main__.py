"""`python -m benchmarks.engines`: every engine over the same PostgreSQL, in turns, in one run."""

import argparse
import json
import subprocess
import tempfile
import venv
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
    options = parser.parse_args()
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
