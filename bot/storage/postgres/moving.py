"""A PostgreSQL database as one side of a move."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import psycopg

from bot.storage.ports import DatabaseInUse
from bot.storage.postgres.address import name_of
from bot.storage.postgres.connection import WRITING, connect, take_running
from bot.storage.postgres.database import HOME
from bot.storage.postgres.dialect import translated
from bot.storage.postgres.errors import unavailable
from bot.storage.sql.connection import Connection

ONLY_HERE = ("writers", "replicas", "leases", "allowances")
"""Tables of who works now, which no other database has."""
_COLUMNS = (
    "SELECT c.table_name, c.column_name, k.ordinal_position, c.is_identity"
    " FROM information_schema.columns c"
    " LEFT JOIN information_schema.table_constraints t ON t.table_name = c.table_name"
    " AND t.table_schema = c.table_schema AND t.constraint_type = 'PRIMARY KEY'"
    " LEFT JOIN information_schema.key_column_usage k"
    " ON k.constraint_name = t.constraint_name AND k.table_schema = t.table_schema"
    " AND k.column_name = c.column_name"
    " WHERE c.table_schema = current_schema() ORDER BY c.table_name, c.ordinal_position"
)


class PostgresSide:
    """Implements `Side` over a database that is migrated and that nobody else has open."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection = connect(url, {"synchronous_commit": "on"}, 10.0)
        try:
            with _errors():
                is_ours = take_running(self._connection, alone=True)
        except BaseException:
            self.close()
            raise
        if not is_ours:
            self.close()
            raise DatabaseInUse(f"{self.name} is in use by a running bot")

    @property
    def name(self) -> str:
        """Name it to people."""
        return name_of(self._url)

    def tables(self) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
        """Return each table's columns, and those that name a row."""
        found: dict[str, list[tuple[str, int | None]]] = {}
        for table, column, place, _ in self._plain(_COLUMNS):
            if table not in ONLY_HERE:
                found.setdefault(table, []).append((column, place))
        return {
            table: (
                tuple(name for name, _ in columns),
                tuple(name for _, name in sorted((at, name) for name, at in columns if at)),
            )
            for table, columns in found.items()
        }

    def numbers(self) -> dict[str, int]:
        """Return the last number of each table that counts."""
        found = {}
        for table, column in self._identities():
            ((last,),) = self._plain(
                "SELECT last_value FROM pg_sequences WHERE schemaname = current_schema() AND"  # noqa: S608
                " format('%I.%I', schemaname, sequencename) = "
                f"pg_get_serial_sequence('{table}', '{column}')"
            )
            if last is not None:
                found[table] = last
        return found

    def set_numbers(self, numbers: Mapping[str, int]) -> None:
        """Have tables count on from there, and from their last row at least."""
        for table, column in self._identities():
            self._plain(
                f"SELECT setval(pg_get_serial_sequence('{table}', '{column}'), greatest("  # noqa: S608 - the schema's
                f"{numbers.get(table, 0)}, (SELECT max({column}) FROM {table}), 0) + 1, false)"
            )

    def transaction(self, work: Callable[[Connection], object]) -> None:
        """Do something whole or not at all."""
        with _errors():
            self._connection.plain(f"BEGIN; SELECT pg_advisory_xact_lock({WRITING})")
            try:
                work(self._connection)
                self._connection.plain("COMMIT")
            except BaseException:
                if not self._connection.is_lost:
                    self._connection.plain("ROLLBACK")
                raise

    def read(self, sql: str) -> Iterator[tuple[Any, ...]]:
        """Return rows, a few at a time."""
        with _errors():
            cursor = self._connection.raw.cursor(binary=True)
            yield from cursor.stream(translated(sql)[0].encode(), size=500)

    def settle(self) -> None:
        """Remember that what was moved here is at home here, and was not put back."""

        def note(connection: Connection) -> None:
            ((home,),) = connection.execute(HOME).fetchall()
            connection.execute(
                "INSERT INTO meta (name, value) VALUES ('home', ?)"
                " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                (home,),
            )

        self.transaction(note)

    def close(self) -> None:
        """Leave the database."""
        self._connection.raw.close()

    def _identities(self) -> list[tuple[str, str]]:
        return [
            (table, column)
            for table, column, _, identity in self._plain(_COLUMNS)
            if identity == "YES" and table not in ONLY_HERE
        ]

    def _plain(self, sql: str) -> list[Any]:
        with _errors():
            return self._connection.plain(sql)


@contextlib.contextmanager
def _errors() -> Iterator[None]:
    """Tell PostgreSQL's errors as the port's."""
    try:
        yield
    except psycopg.Error as error:
        raise unavailable(error) from error
