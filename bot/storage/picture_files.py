"""Telegram's file ids of pictures in SQLite. They name no person."""

from bot.storage.codec import to_micros
from bot.storage.database import Database

_REMEMBER = (
    "INSERT INTO picture_files (key, file_id, touched_at) VALUES (?, ?, ?)"
    " ON CONFLICT (key) DO UPDATE"
    " SET file_id = excluded.file_id, touched_at = excluded.touched_at"
)


class PictureFiles(Database):
    """Implements `PictureFilePort`."""

    async def file_id(self, key: str) -> str | None:
        """Return the file id remembered under a picture's key."""
        waiting = self._deferred(("picture_files", key))
        if waiting is not None:
            return str(waiting[1][1])
        row = await self._row("SELECT file_id FROM picture_files WHERE key = ?", key)
        return None if row is None else str(row[0])

    async def remember_file(self, key: str, file_id: str) -> None:
        """Remember a file id; durable a little later."""
        now = to_micros(self._clock())
        self._defer(("picture_files", key), (_REMEMBER, (key, file_id, now)))
