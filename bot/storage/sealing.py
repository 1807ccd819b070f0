"""Personal data sealed at rest with AES-256-GCM.

SealingError
├── WrongKey   sealed with another key, for another place, or altered since
└── BadKey     the setting or the key file holds no 32-byte key
"""

import os
import secrets
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
MOST_KEY_ID = 255
_NONCE_BYTES = 12
_HEADER_BYTES = 1 + _NONCE_BYTES
_NONCES_TOGETHER = 256


class SealingError(Exception):
    """Anything that keeps sealed data from being opened."""


class WrongKey(SealingError):
    """Sealed with another key, for another place, or altered since."""


class BadKey(SealingError):
    """A setting or a file that holds no 32-byte key."""


class Sealer:
    """Seals bytes for one place: key id (1 byte), nonce (12), ciphertext with its tag.

    `context` names the place (table and row key) and must be the same to open, so a sealed
    value that was moved to another row opens nowhere. The key id tells which key sealed: while
    keys are exchanged, `retired` ones (by their ids) still open.
    """

    def __init__(
        self, key: bytes, key_id: int = 1, retired: Mapping[int, bytes] | None = None
    ) -> None:
        self._ciphers = {
            each_id: AESGCM(_checked(each_id, each))
            for each_id, each in {**(retired or {}), key_id: key}.items()
        }
        self.key_id = key_id
        self._nonces: list[bytes] = []
        # A copy of this process would seal with the same nonces again.
        os.register_at_fork(after_in_child=self._nonces.clear)

    def seal(self, plain: bytes, context: str) -> bytes:
        """Return `plain` sealed for `context`; sealing twice gives different bytes."""
        nonce = self._nonce()
        sealed = self._ciphers[self.key_id].encrypt(nonce, plain, context.encode())
        return self.key_id.to_bytes(1, "big") + nonce + sealed

    def open(self, sealed: bytes, context: str) -> bytes:
        """Return what was sealed. Raises `WrongKey`."""
        cipher = self._ciphers.get(sealed[0]) if sealed else None
        if cipher is None:
            raise WrongKey(f"{context} was sealed under another key id")
        nonce = sealed[1:_HEADER_BYTES]
        try:
            return cipher.decrypt(nonce, sealed[_HEADER_BYTES:], context.encode())
        except (InvalidTag, ValueError) as error:
            raise WrongKey(f"{context} cannot be opened with this key") from error

    def _nonce(self) -> bytes:
        """Return random bytes that are used once. The system is asked for many at a time."""
        try:
            return self._nonces.pop()
        except IndexError:
            many = secrets.token_bytes(_NONCE_BYTES * _NONCES_TOGETHER)
            self._nonces += (
                many[at : at + _NONCE_BYTES] for at in range(0, len(many), _NONCE_BYTES)
            )
            return self._nonces.pop()


def _checked(key_id: int, key: bytes) -> bytes:
    if len(key) != KEY_BYTES:
        raise BadKey(f"a key has {KEY_BYTES} bytes, not {len(key)}")
    if not 0 < key_id <= MOST_KEY_ID:
        raise BadKey(f"a key's id is a number from 1 to {MOST_KEY_ID}, not {key_id}")
    return key
