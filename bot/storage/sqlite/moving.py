"""A SQLite file as one side of a move."""

import contextlib
import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from bot.storage.ports import StorageUnavailable
from bot.storage.sql.connection import Connection
from bot.storage.sql.runs import beside
from bot.storage.sqlite.connection import database_errors


class SqliteSide:
    """Implements `Side` over a file that its caller owns and has migrated."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with database_errors():
            self._connection = sqlite3.connect(path, isolation_level=None)
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
                self._connection.execute(f"PRAGMA {pragma}").fetchall()

    @property
    def name(self) -> str:
        """Name it to people."""
        return str(self._path.absolute())

    def tables(self) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
        """Return each table's columns, and those that name a row."""
        found = {}
        for (table,) in self.read(
            "SELECT name FROM sqlite_master WHERE type = 'table'"
            " AND name NOT LIKE 'sqlite^_%' ESCAPE '^' ORDER BY name"
        ):
            rows = list(self.read(f"PRAGMA table_info({table})"))
            key = sorted((row[5], row[1]) for row in rows if row[5])
            found[table] = (tuple(row[1] for row in rows), tuple(name for _, name in key))
        return found

    def numbers(self) -> dict[str, int]:
        """Return the last number of each table that counts."""
        return dict(self.read("SELECT name, seq FROM sqlite_sequence"))

    def set_numbers(self, numbers: Mapping[str, int]) -> None:
        """Have tables count on from there; those that count by their last row do so."""
        counted = {
            table
            for (table,) in self.read(
                "SELECT name FROM sqlite_master WHERE sql LIKE '%AUTOINCREMENT%'"
            )
        }
        for table, number in numbers.items():
            if table in counted:
                self._connection.execute("DELETE FROM sqlite_sequence WHERE name = ?", (table,))
                self._connection.execute(
                    "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table, number)
                )

    def transaction(self, work: Callable[[Connection], object]) -> None:
        """Do something whole or not at all."""
        with database_errors():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                work(self._connection)
                self._connection.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")
                raise

    def read(self, sql: str) -> Iterator[tuple[Any, ...]]:
        """Return rows, a few at a time."""
        with database_errors():
            yield from self._connection.execute(sql)

    def settle(self) -> None:
        """Write the file that goes with this database: it was moved, not put back.

        Raises `StorageUnavailable`.
        """
        meta = dict(self.read("SELECT name, value FROM meta WHERE name IN ('lineage', 'beat')"))
        if "lineage" not in meta:
            return
        noted = {"lineage": str(meta["lineage"]), "beat": int(str(meta.get("beat", 0)))}
        try:
            beside(self._path).write_text(json.dumps(noted), encoding="ascii")
        except OSError as error:
            raise StorageUnavailable(f"can't write {beside(self._path)}: {error}") from error

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
