"""Telegram's file ids of pictures in SQLite. They name no person."""

from bot.domain.recent import Recent
from bot.storage.codec import to_micros
from bot.storage.sql.database import Database

_REMEMBERED = 2048
_REMEMBER = (
    "INSERT INTO picture_files (key, file_id, touched_at) VALUES (?, ?, ?)"
    " ON CONFLICT (key) DO UPDATE"
    " SET file_id = excluded.file_id, touched_at = excluded.touched_at"
)


class PictureFiles:
    """Implements `PictureFilePort`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # Telegram keeps a file for ever, so an id that outlived its row does no harm.
        self._file_ids: Recent[str, str] = Recent(_REMEMBERED)

    async def file_id(self, key: str) -> str | None:
        """Return the file id remembered under a picture's key."""
        known = self._file_ids.get(key)
        if known is not None:
            return known
        waiting = self._database.deferred(("picture_files", key))
        if waiting is not None:
            return str(waiting[1][1])
        row = await self._database.row("SELECT file_id FROM picture_files WHERE key = ?", key)
        if row is None:
            return None
        self._file_ids.put(key, str(row[0]))
        return str(row[0])

    async def remember_file(self, key: str, file_id: str) -> None:
        """Remember a file id; durable a little later."""
        now = to_micros(self._database.now())
        self._file_ids.put(key, file_id)
        self._database.defer(("picture_files", key), (_REMEMBER, (key, file_id, now)))
