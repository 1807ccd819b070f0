"""What the parts need of a connection: SQLite's own, and PostgreSQL's behind a thin one of ours.

Placeholders are SQLite's, `?` or `:name`. Moments are whole microseconds, flags are 0 and 1, text
is compared byte by byte.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

Parameters = Sequence[Any] | Mapping[str, Any]


class Cursor(Protocol):
    """What a statement gave."""

    @property
    def rowcount(self) -> int:
        """How many rows it changed."""

    def fetchone(self) -> Any:
        """Return the next row, None after the last."""

    def fetchall(self) -> list[Any]:
        """Return the rows that are left."""

    def __iter__(self) -> Iterator[Any]: ...


class Connection(Protocol):
    """A connection inside a transaction that somebody else begins and ends."""

    @property
    def IntegrityError(self) -> type[Exception]:  # noqa: N802 - DB-API's name
        """What a statement raises that a constraint refuses. The job has to raise after it."""

    def execute(self, sql: str, parameters: Parameters = (), /) -> Cursor:
        """Run one statement."""

    def executemany(self, sql: str, parameters: Iterable[Parameters], /) -> Cursor:
        """Run one statement for each row of parameters."""
