"""A PostgreSQL database that tests use one after the other, each as if it were new.

Making one from a template takes as long as thirty tests.
"""

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from bot.storage.postgres.storage import PostgresStorage
from bot.storage.sealing import Sealer
from tests.postgres import Server
from tests.storage.samples import KEY, NOW

Rows = Mapping[str, Sequence[tuple[Any, ...]]]
State = tuple[Rows, Mapping[str, int]]


class Emptied:
    """One migrated database, with what it holds when it is new."""

    def __init__(self, server: Server) -> None:
        self.url = server.url(server.create())

        async def migrate() -> None:
            storage = PostgresStorage(self.url, Sealer(KEY), lambda: NOW)
            await storage.open()
            await storage.close()

        # A thread of its own: a test that asks for it first may have a loop running.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(asyncio.run, migrate()).result()
        self._connection = psycopg.connect(self.url, autocommit=True)
        self._tables = [
            name
            for (name,) in self._connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
            )
        ]
        self._new = self.state()

    def state(self) -> State:
        """Return everything that the database holds, and how far its numbers have come."""
        numbers = self._connection.execute(
            "SELECT sequencename, last_value FROM pg_sequences WHERE last_value IS NOT NULL"
        ).fetchall()
        return self.rows(), dict(numbers)

    def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return everything that the database holds."""
        return {
            table: self._connection.execute(
                sql.SQL("SELECT * FROM {} AS t ORDER BY t::text").format(sql.Identifier(table))
            ).fetchall()
            for table in self._tables
        }

    def make_new(self, state: State | None = None) -> str:
        """Leave what is there of a new database, or `state`; return the address."""
        rows, numbers = state or self._new
        with self._connection.transaction(), self._connection.cursor() as cursor:
            # No triggers: what hangs on a row is put back by itself.
            cursor.execute("SET LOCAL session_replication_role = replica")
            for table in self._tables:
                cursor.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
            for table, each in rows.items():
                if each:
                    insert = sql.SQL("INSERT INTO {} OVERRIDING SYSTEM VALUE VALUES ({})").format(
                        sql.Identifier(table),
                        sql.SQL(", ").join([sql.Placeholder()] * len(each[0])),
                    )
                    cursor.executemany(insert, each)
            cursor.execute(
                "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false)"
                " FROM pg_sequences WHERE last_value IS NOT NULL"
            )
            for sequence, last in numbers.items():
                cursor.execute("SELECT setval(%s::text::regclass, %s)", (sequence, last))
        return self.url

    def close(self) -> None:
        """Leave the database."""
        self._connection.close()


def at(database: Path) -> Path:
    """Return the file in which a test's place for a database names one of PostgreSQL."""
    return database.with_suffix(".url")


def content(url: str) -> list[str]:
    """Return what a database says of everything but who writes."""
    with psycopg.connect(url) as connection:
        tables = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            " AND tablename <> 'writers' ORDER BY 1"
        ).fetchall()
        return [
            f"{table} {row}"
            for (table,) in tables
            for (row,) in connection.execute(
                sql.SQL("SELECT t::text FROM {} AS t ORDER BY 1").format(sql.Identifier(table))
            )
        ]
