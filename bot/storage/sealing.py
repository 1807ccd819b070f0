"""Personal data sealed at rest with AES-256-GCM, and the key that opens it.

SealingError
├── WrongKey   sealed with another key, for another place, or altered since
└── BadKey     the setting or the key file holds no 32-byte key
"""

import base64
import binascii
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
_NONCE_BYTES = 12
_HEADER_BYTES = 1 + _NONCE_BYTES
_OWNER_ONLY = 0o600


class SealingError(Exception):
    """Anything that keeps sealed data from being opened."""


class WrongKey(SealingError):
    """Sealed with another key, for another place, or altered since."""


class BadKey(SealingError):
    """A setting or a file that holds no 32-byte key."""


class Sealer:
    """Seals bytes for one place: key id (1 byte), nonce (12), ciphertext with its tag.

    `context` names the place (table and row key) and must be the same to open, so a sealed
    value that was moved to another row opens nowhere. The key id leaves room for rotation.
    """

    def __init__(self, key: bytes, key_id: int = 1) -> None:
        if len(key) != KEY_BYTES:
            raise BadKey(f"a key has {KEY_BYTES} bytes, not {len(key)}")
        self._cipher = AESGCM(key)
        self._key_id = key_id.to_bytes(1, "big")

    def seal(self, plain: bytes, context: str) -> bytes:
        """Return `plain` sealed for `context`; sealing twice gives different bytes."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return self._key_id + nonce + self._cipher.encrypt(nonce, plain, context.encode())

    def open(self, sealed: bytes, context: str) -> bytes:
        """Return what was sealed. Raises `WrongKey`."""
        if sealed[:1] != self._key_id:
            raise WrongKey(f"{context} was sealed under another key id")
        nonce = sealed[1:_HEADER_BYTES]
        try:
            return self._cipher.decrypt(nonce, sealed[_HEADER_BYTES:], context.encode())
        except (InvalidTag, ValueError) as error:
            raise WrongKey(f"{context} cannot be opened with this key") from error


def load_or_create_key(setting: str | None, key_file: Path) -> bytes:
    """Return the 32-byte key from the `DATA_KEY` setting, else from its file.

    The setting is base64 or 64 hex digits. Without it the file is read, or made on the first
    run, readable by its owner only. Raises `BadKey`, and `OSError` when the file can be
    neither read nor made.
    """
    if setting and setting.strip():
        return _decode(setting, "DATA_KEY")
    if not key_file.exists():
        _create(key_file)
    return _decode(key_file.read_text(encoding="ascii", errors="replace"), str(key_file))


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
    draft = key_file.with_name(f".{key_file.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            key_file.hardlink_to(draft)
        except FileExistsError:
            return
        _sync_directory(key_file.parent)
    finally:
        draft.unlink()


def _sync_directory(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
