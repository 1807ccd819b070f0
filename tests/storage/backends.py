"""The storages that every promise is tried on: an entry here, and all these tests run over it."""

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import cast

import psycopg
import pytest
from _pytest.mark import ParameterSet

from bot.storage.ports import Storage
from bot.storage.postgres.connection import WRITING
from bot.storage.postgres.storage import PostgresStorage
from bot.storage.sealing import Sealer
from bot.storage.sqlite.storage import SqliteStorage
from tests.fakes.memory_storage import MemoryStorage
from tests.storage.emptied import at
from tests.storage.samples import KEY, NOW

Clock = Callable[[], datetime]
PATIENCE = 0.05  # seconds that a call waits for a lock in these tests


@dataclass(frozen=True)
class Backend:
    """How a storage is made, and how somebody else keeps it from working.

    `locked` is None where nobody else can reach what is stored. `reads_go_on` when a lock that
    keeps everybody from writing lets a read through.
    """

    make: Callable[[Path, Clock, float], Storage]
    locked: Callable[[Path], AbstractContextManager[None]] | None = None
    reads_go_on: bool = False


def _sqlite(database: Path, clock: Clock, patience: float) -> Storage:
    return SqliteStorage(database, Sealer(KEY), clock, busy_timeout=patience)


@contextlib.contextmanager
def _held_by_another(database: Path) -> Iterator[None]:
    with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


def _postgres(database: Path, clock: Clock, patience: float) -> Storage:
    url = at(database).read_text(encoding="utf-8")
    return PostgresStorage(url, Sealer(KEY), clock, busy_timeout=patience)


@contextlib.contextmanager
def _locked_by_another(database: Path) -> Iterator[None]:
    with psycopg.connect(at(database).read_text(encoding="utf-8")) as other:
        other.execute(f"SELECT pg_advisory_xact_lock({WRITING})".encode())
        yield
        other.rollback()


BACKENDS = {
    "sqlite": Backend(_sqlite, locked=_held_by_another, reads_go_on=True),
    "postgres": Backend(_postgres, locked=_locked_by_another, reads_go_on=True),
    # One object is each of its parts, which a protocol of changeable members does not admit.
    "memory": Backend(lambda _, clock, __: cast("Storage", MemoryStorage(now=clock()))),
}


def backends(*names: str) -> list[ParameterSet]:
    """Return backends, or some of them, as parameters of a fixture."""
    return [
        pytest.param(name, marks=pytest.mark.postgres if name == "postgres" else ())
        for name in names or BACKENDS
    ]


def backend(
    name: str, database: Path, clock: Clock = lambda: NOW, patience: float = PATIENCE
) -> Storage:
    return BACKENDS[name].make(database, clock, patience)
