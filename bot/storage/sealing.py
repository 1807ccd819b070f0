"""Personal data sealed at rest with AES-256-GCM.

SealingError
├── WrongKey   sealed with another key, for another place, or altered since
└── BadKey     the setting or the key file holds no 32-byte key
"""

import hmac
import os
from collections.abc import Callable, Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
MOST_KEY_ID = 255
_NONCE_BYTES = 12
_HEADER_BYTES = 1 + _NONCE_BYTES
_RANDOM_BYTES = 16


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
        self,
        key: bytes,
        key_id: int = 1,
        retired: Mapping[int, bytes] | None = None,
        *,
        random: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._ciphers = {
            each_id: AESGCM(_checked(each_id, each))
            for each_id, each in {**(retired or {}), key_id: key}.items()
        }
        self.key_id = key_id
        self._random = random
        # The cipher's key does nothing but encrypt.
        # Keyed once and copied for each nonce: `hmac.digest` keys anew, and lets other threads in.
        nonce_key = hmac.digest(key, b"snaporder nonces", "sha256")
        self._nonces = hmac.new(nonce_key, digestmod="sha256")

    def seal(self, plain: bytes, context: str) -> bytes:
        """Return `plain` sealed for `context`; sealing twice gives different bytes."""
        place = context.encode()
        nonce = self._nonce(plain, place)
        sealed = self._ciphers[self.key_id].encrypt(nonce, plain, place)
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

    def _nonce(self, plain: bytes, place: bytes) -> bytes:
        """Return a nonce that differs when the randomness or what is sealed differs.

        Two processes resumed from one snapshot may draw the same random bytes (decision 0003).
        """
        drawn = self._random(_RANDOM_BYTES) + len(place).to_bytes(4, "big")
        nonces = self._nonces.copy()
        nonces.update(drawn + place + plain)
        return nonces.digest()[:_NONCE_BYTES]


def _checked(key_id: int, key: bytes) -> bytes:
    if len(key) != KEY_BYTES:
        raise BadKey(f"a key has {KEY_BYTES} bytes, not {len(key)}")
    if not 0 < key_id <= MOST_KEY_ID:
        raise BadKey(f"a key's id is a number from 1 to {MOST_KEY_ID}, not {key_id}")
    return key
