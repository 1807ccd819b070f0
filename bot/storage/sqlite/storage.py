"""The SQLite storage: every port over one file."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from bot.storage.sealing import Sealer
from bot.storage.sql.storage import SqlStorage
from bot.storage.sqlite.database import SqliteDatabase


def _now() -> datetime:
    return datetime.now(UTC)


class SqliteStorage(SqlStorage):
    """Implements `Storage` over a file."""

    def __init__(
        self,
        path: str | Path,
        sealer: Sealer,
        clock: Callable[[], datetime] = _now,
        *,
        busy_timeout: float = 5.0,
        on_statement: Callable[[str], None] | None = None,
        even_moved: bool = False,
    ) -> None:
        """Name the file; `open` opens it. See `SqliteDatabase` for what else it takes."""
        super().__init__(
            SqliteDatabase(
                path,
                sealer,
                clock,
                busy_timeout=busy_timeout,
                on_statement=on_statement,
                even_moved=even_moved,
            )
        )
