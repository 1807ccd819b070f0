"""`python -m bot backup FILE` and `restore FILE`."""

import asyncio
import os
import secrets
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from bot.operator import CommandRefused
from bot.settings import Settings
from bot.storage.keys import load_keyring, sync_directory
from bot.storage.ports import StorageUnavailable
from bot.storage.sql.runs import mark_copied
from bot.storage.sqlite.copying import copy_database, mark_restored, put_in_place, verify_copy
from bot.storage.sqlite.ownership import Ownership
from bot.wiring.parts import build_storage

_OWNER_ONLY = 0o600
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
    if settings.database_path is None:
        dump(settings.database_url, target)
    else:
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
    path = settings.database_path
    if path is None:
        return _restore_dump(settings, copy)
    ownership = Ownership(path)
    ownership.take()
    try:
        setting = settings.data_key.get_secret_value() if settings.data_key else None
        verify_copy(copy, load_keyring(setting, settings.key_path).sealer())
        aside = put_in_place(copy, path)
    finally:
        ownership.give_back()
    kept = f" What was there is kept as {aside}." if aside else ""
    return f"{path} restored from {copy}.{kept} {_NEXT_START}"


def restored(settings: Settings) -> str:
    """Mark a database that other means put back, such as a machine's snapshot.

    Raises `CommandRefused`, and what else `restore` does.
    """
    path = settings.database_path
    if path is None:
        asyncio.run(_mark_shared(settings))
        return f"The database is marked as put back. {_NEXT_START}"
    if not path.exists():
        raise CommandRefused(f"DATABASE_URL: there is no {path}")
    ownership = Ownership(path)
    ownership.take()
    try:
        mark_restored(path)
    finally:
        ownership.give_back()
    return f"{path} is marked as put back. {_NEXT_START}"


def dump(url: str, target: Path) -> None:
    """Write a dump in pg_dump's own format, for its owner alone.

    Raises `CommandRefused`, `StorageUnavailable`, `OSError`.
    """
    if not target.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {target.parent}")
    draft = target.with_name(f".{target.name}.{secrets.token_hex(8)}")
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY))
    try:
        _run("pg_dump", url, "--format=custom", "--no-owner", "--no-privileges", f"--file={draft}")
        with draft.open("rb") as written:
            os.fsync(written.fileno())
        target.hardlink_to(draft)
    finally:
        draft.unlink(missing_ok=True)
    sync_directory(target.parent)


def _restore_dump(settings: Settings, copy: Path) -> str:
    """Fill an empty database from a dump, and open it once, so that the key is tried."""
    from bot.storage.postgres.looking import refuse_full  # noqa: PLC0415 - an extra

    with copy.open("rb"):
        pass
    refuse_full(settings.database_url)
    options = ("--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction")
    _run("pg_restore", settings.database_url, *options, str(copy))
    asyncio.run(_mark_shared(settings))
    return f"The database is restored from {copy}. {_NEXT_START}"


async def _mark_shared(settings: Settings) -> None:
    storage = build_storage(settings, alone=True, even_moved=True)
    await storage.open()
    try:
        await storage.database.write(lambda connection: mark_copied(connection, datetime.now(UTC)))
    finally:
        await storage.close()


def _run(program: str, url: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs on a database; nothing secret on its command line."""
    from bot.storage.postgres.looking import environment_of  # noqa: PLC0415 - an extra

    newest = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), key=str, reverse=True)
    found = shutil.which(program) or next(iter(map(str, newest)), None)
    if found is None:
        raise CommandRefused(
            f"{program} is not here: install PostgreSQL's client programs of the server's release"
        )
    environment = environment_of(url)
    into = (f"--dbname={environment['PGDATABASE']}",) if program == "pg_restore" else ()
    done = subprocess.run(  # noqa: S603 - PostgreSQL's own program
        [found, *into, *arguments],
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.strip()]
        raise StorageUnavailable(f"{program} failed: {said[0] if said else done.returncode}")
