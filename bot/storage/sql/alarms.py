"""What the operators were told of, in SQLite."""

import json

from bot.storage.codec import from_micros, to_micros
from bot.storage.operator_ports import ToldAlarm
from bot.storage.sql.database import Database


class AlarmsTold:
    """Implements `AlarmPort`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def alarms_told(self) -> dict[str, ToldAlarm]:
        """Return every trouble that the operators were told of and that has not passed."""
        rows = await self._database.rows("SELECT trouble, about, told_at FROM alarms_told")
        return {
            trouble: ToldAlarm(about=frozenset(json.loads(about)), at=from_micros(told_at))
            for trouble, about, told_at in rows
        }

    async def note_alarm(self, trouble: str, told: ToldAlarm) -> None:
        """Remember that a trouble is told, instead of what was remembered of it before."""
        row = (trouble, json.dumps(sorted(told.about)), to_micros(told.at))
        await self._database.write(
            lambda connection: connection.execute(
                "INSERT INTO alarms_told (trouble, about, told_at) VALUES (?, ?, ?)"
                " ON CONFLICT (trouble) DO UPDATE"
                " SET about = excluded.about, told_at = excluded.told_at",
                row,
            )
        )

    async def drop_alarm(self, trouble: str) -> None:
        """Forget that a trouble was told: it has passed, or nobody could be reached."""
        await self._database.write(
            lambda connection: connection.execute(
                "DELETE FROM alarms_told WHERE trouble = ?", (trouble,)
            )
        )
