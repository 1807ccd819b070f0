"""What a host does to a bot: no room, a locked file, no rights. Works as root and without."""

import contextlib
import ctypes
import os
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from processes import ROOT, BotProcess

_PR_CAPBSET_DROP = 24
_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH = 1, 2


@contextlib.contextmanager
def no_room(bot: BotProcess) -> Iterator[None]:
    """Let the running bot's files grow no further, as a full disk would.

    The limit is on each file: the log, shorter than the database's, still takes its lines.
    """
    assert bot.process is not None
    pid = bot.process.pid
    wal = bot.folder / "bot.db-wal"
    size = wal.stat().st_size if wal.exists() else 0
    assert size > bot.log.stat().st_size + 20_000, "the log would be cut off as well"
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


@contextlib.contextmanager
def locked(database: Path) -> Iterator[None]:
    """Hold SQLite's one write lock, as another process would."""
    connection = sqlite3.connect(database, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")
    finally:
        connection.close()


def run_to_its_end(bot: BotProcess, *, powerless: bool = False) -> tuple[int, str]:
    """Start a bot that can't; return its exit code and what it said.

    `powerless` takes the right to ignore file modes, which root has, away from it.
    """
    ended = subprocess.run(
        [sys.executable, "-m", "bot"],
        cwd=ROOT,
        env=bot.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        preexec_fn=_drop_file_powers if powerless and os.geteuid() == 0 else None,
    )
    return ended.returncode, ended.stderr


def _drop_file_powers() -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    for power in (_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH):
        if libc.prctl(_PR_CAPBSET_DROP, power, 0, 0, 0):
            raise OSError(ctypes.get_errno(), "prctl")
