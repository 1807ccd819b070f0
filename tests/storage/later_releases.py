"""A database as a later release would leave it."""

from pathlib import Path

from bot.storage.postgres.connection import connect
from bot.storage.postgres.migrations import migrate
from bot.storage.sql.migrations import NAMES

MORE = "ALTER TABLE inbox ADD COLUMN more TEXT NOT NULL DEFAULT '';\nCREATE TABLE further (a TEXT);"


def changed(url: str, folder: Path, *scripts: str) -> None:
    """Apply what releases after this one would."""
    names = list(NAMES)
    for text in scripts:
        step = folder / f"{len(names) + 1:04}_later.sql"
        step.write_text(text, encoding="utf-8")
        names.append(str(step))
    connection = connect(url, {}, 5)
    migrate(connection, names)
    connection.raw.close()
