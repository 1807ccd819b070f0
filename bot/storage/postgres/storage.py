"""The PostgreSQL storage: every port over one database that replicas share."""

from collections.abc import Callable
from datetime import UTC, datetime

from bot.storage.postgres.connection import ANSWERS_WITHIN
from bot.storage.postgres.database import PostgresDatabase
from bot.storage.postgres.lanes import SharedLanes
from bot.storage.postgres.replicas import Replicas
from bot.storage.sealing import Sealer
from bot.storage.sql.storage import SqlStorage


def _now() -> datetime:
    return datetime.now(UTC)


class PostgresStorage(SqlStorage):
    """Implements `Storage` over a database server."""

    def __init__(
        self,
        url: str,
        sealer: Sealer,
        clock: Callable[[], datetime] = _now,
        *,
        busy_timeout: float = 5.0,
        stall: float = 3.0,
        alone: bool = False,
        bot_id: int | None = None,
        even_moved: bool = False,
        serves: bool = False,
        answers_within: float = ANSWERS_WITHIN,
    ) -> None:
        """Name the database; `open` opens it. See `PostgresDatabase` for what else it takes."""
        database = PostgresDatabase(
            url,
            sealer,
            clock,
            busy_timeout=busy_timeout,
            stall=stall,
            alone=alone,
            bot_id=bot_id,
            even_moved=even_moved,
            serves=serves,
            answers_within=answers_within,
        )
        replicas = Replicas(database, url, stall)
        super().__init__(database, replicas, SharedLanes(replicas))
