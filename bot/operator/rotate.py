"""`python -m bot rotate-key`: a new key for everything that is sealed."""

from collections.abc import Callable
from pathlib import Path

from bot.operator import CommandRefused
from bot.settings import Settings
from bot.storage.keys import Keyring, load_keyring, replace_keyring
from bot.storage.sqlite.ownership import Ownership
from bot.wiring.parts import build_storage

_ONE_KEY = (
    "DATA_KEY holds one key. Put a new one before it, as DATA_KEY={new_id}:NEW,{old_id}:OLD, and "
    "run this again; `python -m bot rotate-key --print` makes a new one."
)


def new_key(settings: Settings) -> str:
    """Return a fresh key with its id, as `DATA_KEY` takes it."""
    ring = _ring(settings).with_new_key()
    return Keyring(ring.keys[:1]).text().strip()


async def rotate(settings: Settings, on_batch: Callable[[int], None] = lambda _: None) -> str:
    """Exchange the key; return what is to be said of it.

    The new key is on the disk before anything is sealed with it, and the old one stays until
    nothing is sealed with that. Killed at any moment, it goes on when it is run again.

    Raises `CommandRefused`, `BadKey`, `DatabaseInUse`, `StorageUnavailable`, `OSError`.
    """
    path = settings.database_path
    if path is None:
        return await _rotate_owned(settings, on_batch)  # opened alone, or not at all
    if not path.exists():
        raise CommandRefused(f"DATABASE_URL: there is no {path.absolute()}")
    ownership = Ownership(path)
    ownership.take()
    try:
        return await _rotate_owned(settings, on_batch)
    finally:
        ownership.give_back()


async def _rotate_owned(settings: Settings, on_batch: Callable[[int], None]) -> str:
    ring, in_setting = _ring(settings), settings.data_key is not None
    if not ring.is_exchanging:
        ring = ring.with_new_key()
        (new_id, _), (old_id, _) = ring.keys
        if in_setting:
            raise CommandRefused(_ONE_KEY.format(new_id=new_id, old_id=old_id))
        if settings.database_path is None:
            await _open_alone(settings)  # the key file stays as it is while a bot runs
        replace_keyring(ring, settings.key_path)
    storage = build_storage(settings, alone=True)
    await storage.open()
    try:
        sealed = await storage.reseal(on_batch)
    finally:
        await storage.close()
    if in_setting:
        return (
            f"{sealed} values sealed again. Now leave only the first key in DATA_KEY; "
            "keep the other one apart as long as backups made before now are kept."
        )
    retired = _retire(ring, settings.key_path)
    return (
        f"{sealed} values sealed again. The old key is in {retired}: move it to where the backups' "
        "key is kept, and delete it when no backup made before now is left."
    )


async def _open_alone(settings: Settings) -> None:
    """Raise `DatabaseInUse` while a bot runs, and `StorageUnavailable`."""
    storage = build_storage(settings, alone=True)
    await storage.open()
    await storage.close()


def _retire(ring: Keyring, key_file: Path) -> Path:
    old = ring.retired_only()
    retired = key_file.with_name(f"{key_file.name}.retired-{old.keys[0][0]}")
    replace_keyring(old, retired)
    replace_keyring(ring.current_only(), key_file)
    return retired


def _ring(settings: Settings) -> Keyring:
    setting = settings.data_key.get_secret_value() if settings.data_key else None
    return load_keyring(setting, settings.key_path)
