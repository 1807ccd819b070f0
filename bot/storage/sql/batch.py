"""Jobs that share a transaction, each kept or undone alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.storage.sql.connection import Connection

Work = Callable[[Connection], Any]
Statement = tuple[str, tuple[Any, ...]]


def executing(sql: str, *parameters: object) -> Work:
    """Return a job of one statement whose result nobody reads."""
    return lambda connection: connection.executemany(sql, (parameters,))


@dataclass(slots=True)
class JobResult:
    """What one job returned or raised."""

    result: Any = None
    error: Exception | None = None


def run_statements(statements: Sequence[Statement], connection: Connection) -> None:
    """Run statements one after the other."""
    for sql, parameters in statements:
        connection.executemany(sql, (parameters,))
