"""Jobs that share a transaction, each kept or undone alone."""

from collections.abc import Callable, Sequence
from typing import Any, cast

from msgspec import Struct

from bot.storage.sql.connection import Connection, Cursor, Parameters

Work = Callable[[Connection], Any]
Statement = tuple[str, tuple[Any, ...]]


def executing(sql: str, *parameters: object) -> Work:
    """Return a job of one statement whose result nobody reads."""
    return lambda connection: connection.executemany(sql, (parameters,))


class JobResult(Struct):
    """What one job returned or raised."""

    result: Any = None
    error: Exception | None = None


def run_statements(statements: Sequence[Statement], connection: Connection) -> None:
    """Run statements one after the other."""
    for sql, parameters in statements:
        connection.executemany(sql, (parameters,))


def execute_then(
    connection: Connection, sql: str, parameters: Parameters, then: Callable[[Cursor], None]
) -> None:
    """Run a statement and tell `then` what it gave, before the job counts as done.

    Over a network that is when there is something else to wait for. What `then` raises fails the
    job. Not for what a constraint may refuse.
    """
    later = getattr(connection, "execute_later", None)
    if later is not None:
        later(sql, parameters, then)
    else:
        then(connection.execute(sql, parameters))


def execute_each(connection: Connection, sql: str, rows: Sequence[Parameters]) -> Sequence[Cursor]:
    """Run one statement for each row of parameters, over a network in one round trip."""
    together = getattr(connection, "execute_each", None)
    if together is not None:
        return cast("Sequence[Cursor]", together(sql, rows))
    return [connection.execute(sql, row) for row in rows]
