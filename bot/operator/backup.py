"""`python -m bot backup FILE` and `restore FILE`."""

from pathlib import Path

from bot.operator import CommandRefused
from bot.settings import Settings
from bot.storage.keys import load_keyring
from bot.storage.sqlite.copying import copy_database, mark_restored, put_in_place, verify_copy
from bot.storage.sqlite.ownership import Ownership

_NEXT_START = (
    "The next start looks up what was in flight before it orders anything; orders made since the "
    "copy are unknown here: compare with the marketplace's list."
)


def backup(settings: Settings, target: Path) -> str:
    """Copy the database while the bot runs; return what is to be said of it.

    Raises `CommandRefused`, `StorageUnavailable`, `OSError`.
    """
    if target.exists():
        raise CommandRefused(f"{target} exists already: name a new file")
    copy_database(settings.database_path, target)
    where = "DATA_KEY" if settings.data_key else str(settings.key_path)
    return (
        f"{target} written, {target.stat().st_size} bytes. The key is not in it: "
        f"keep {where} as well, and apart from it."
    )


def restore(settings: Settings, copy: Path) -> str:
    """Put a copy in the place of the database; return what is to be said of it.

    Raises `DatabaseInUse` while the bot runs, `BadKey`, `StorageUnavailable`, `OSError`.
    """
    ownership = Ownership(settings.database_path)
    ownership.take()
    try:
        setting = settings.data_key.get_secret_value() if settings.data_key else None
        verify_copy(copy, load_keyring(setting, settings.key_path).sealer())
        aside = put_in_place(copy, settings.database_path)
    finally:
        ownership.give_back()
    kept = f" What was there is kept as {aside}." if aside else ""
    return f"{settings.database_path} restored from {copy}.{kept} {_NEXT_START}"


def restored(settings: Settings) -> str:
    """Mark a database that other means put back, such as a machine's snapshot.

    Raises as `restore` does.
    """
    if not settings.database_path.exists():
        raise CommandRefused(f"DATABASE_URL: there is no {settings.database_path}")
    ownership = Ownership(settings.database_path)
    ownership.take()
    try:
        mark_restored(settings.database_path)
    finally:
        ownership.give_back()
    return f"{settings.database_path} is marked as put back. {_NEXT_START}"
