"""Where the keys come from: the `DATA_KEY` setting, or a file beside the database.

Both hold one key, or several while they are exchanged: the first seals, all of them open. A key
is 32 bytes as base64 or hex, with `2:` (its id) before it unless the id is 1.
"""

import base64
import binascii
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from bot.storage.sealing import KEY_BYTES, MOST_KEY_ID, BadKey, Sealer

_OWNER_ONLY = 0o600


@dataclass(frozen=True, slots=True, repr=False)
class Keyring:
    """Keys by their ids, the one that seals first."""

    keys: tuple[tuple[int, bytes], ...]

    def sealer(self) -> Sealer:
        """Return what seals with the first key and opens with every one."""
        (key_id, key), *retired = self.keys
        return Sealer(key, key_id, dict(retired))

    @property
    def is_exchanging(self) -> bool:
        """Tell whether an exchange of keys was begun and not ended."""
        return len(self.keys) > 1

    def with_new_key(self) -> Self:
        """Return the ring with a fresh key before the others. Raises `BadKey` when it is full."""
        taken = {key_id for key_id, _ in self.keys}
        first = self.keys[0][0]
        after = (*range(first + 1, MOST_KEY_ID + 1), *range(1, first))
        free = next((key_id for key_id in after if key_id not in taken), None)
        if free is None:
            raise BadKey("no key id is free")
        return type(self)(((free, secrets.token_bytes(KEY_BYTES)), *self.keys))

    def current_only(self) -> Self:
        """Return the ring with the first key alone."""
        return type(self)(self.keys[:1])

    def retired_only(self) -> Self:
        """Return the ring without its first key."""
        return type(self)(self.keys[1:])

    def text(self) -> str:
        """Write the ring as its file holds it, a key a line."""
        return "".join(f"{_prefix(key_id)}{_encoded(key)}\n" for key_id, key in self.keys)

    @classmethod
    def parse(cls, text: str, source: str) -> Self:
        """Read what `text` or an operator wrote. Raises `BadKey`, naming `source`."""
        keys: dict[int, bytes] = {}
        for entry in text.replace(",", " ").split() or [""]:
            number, colon, key = entry.rpartition(":")
            if colon and not (number.isascii() and number.isdigit()):
                raise BadKey(f"{source}: a key's id is a number before a colon")
            key_id = int(number) if colon else 1
            if key_id in keys:
                raise BadKey(f"{source} holds two keys with the id {key_id}")
            keys[key_id] = _decode(key, source)
        ring = cls(tuple(keys.items()))
        ring.sealer()  # refuses an id that is out of range
        return ring


def load_keyring(setting: str | None, key_file: Path) -> Keyring:
    """Return the keys from the `DATA_KEY` setting, else from their file.

    Without the setting the file is read, or made on the first run, readable by its owner only.
    Raises `BadKey`, and `OSError` when the file can be neither read nor made.
    """
    if setting and setting.strip():
        return Keyring.parse(setting, "DATA_KEY")
    if not key_file.exists():
        _create(key_file)
    text = key_file.read_text(encoding="ascii", errors="replace")
    return Keyring.parse(text, str(key_file))


def replace_keyring(ring: Keyring, key_file: Path) -> None:
    """Put the ring in the place of the file, whole or not at all, and on the disk.

    Only for whoever owns the database: drafts that a killed exchange left, which hold keys, go.
    """
    for left in key_file.parent.glob(f".{key_file.name}.*"):
        left.unlink(missing_ok=True)
    draft = _draft(ring, key_file)
    try:
        draft.replace(key_file)
    except OSError:
        draft.unlink()
        raise
    sync_directory(key_file.parent)


def sync_directory(folder: Path) -> None:
    """Make what was renamed or linked in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _prefix(key_id: int) -> str:
    return "" if key_id == 1 else f"{key_id}:"


def _encoded(key: bytes) -> str:
    return base64.b64encode(key).decode()


def _decode(text: str, source: str) -> bytes:
    text = text.strip()
    try:
        if len(text) == 2 * KEY_BYTES:
            key = bytes.fromhex(text)
        else:
            padded = text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4)
            key = base64.b64decode(padded, validate=True)
    except (ValueError, binascii.Error) as error:
        raise BadKey(f"{source} holds no key: give 32 bytes as base64 or hex") from error
    if len(key) != KEY_BYTES:
        raise BadKey(f"{source} holds a key of {len(key)} bytes; {KEY_BYTES} are needed")
    return key


def _create(key_file: Path) -> None:
    """Make the key file whole or not at all; when two processes race, the first one wins."""
    key_file.parent.mkdir(parents=True, exist_ok=True)
    draft = _draft(Keyring(((1, secrets.token_bytes(KEY_BYTES)),)), key_file)
    try:
        try:
            key_file.hardlink_to(draft)
        except FileExistsError:
            return
        sync_directory(key_file.parent)
    finally:
        draft.unlink()


def _draft(ring: Keyring, key_file: Path) -> Path:
    draft = key_file.with_name(f".{key_file.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(ring.text())
        file.flush()
        os.fsync(file.fileno())
    return draft
