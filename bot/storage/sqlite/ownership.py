"""One process owns the database: the bot while it runs, or a command that must not meet it."""

import fcntl
import os
from pathlib import Path

from bot.storage.ports import DatabaseInUse, StorageUnavailable

_OWNER_ONLY = 0o600


class Ownership:
    """A lock on a file beside the database, given back by the system when its owner dies."""

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(f"{database.name}.lock")
        self._descriptor: int | None = None

    def take(self) -> None:
        """Own the database. Raises `DatabaseInUse`, or `StorageUnavailable` without the rights."""
        if self._descriptor is not None:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _OWNER_ONLY)
        except OSError as error:
            raise StorageUnavailable(f"can't write in {self._path.parent}: {error}") from error
        try:
            # Not flock: a child that a library forks must not keep the lock of a dead parent.
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            raise DatabaseInUse(f"{self._path.stem} is in use by a running bot") from error
        self._descriptor = descriptor

    def give_back(self) -> None:
        """Let others own it. The file stays: deleting it would let two owners in."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
