"""Callback data: typed, versioned, carrying the session and the revision it was drawn for.

`1.K3M9QX.2f.pick.7` is version, session id, revision (base 36), action, argument. A standing
button, good at any revision, has `*2f`: a second press of what was drawn anew is no double tap.
"""

from functools import lru_cache

from msgspec import Struct

MOST_BYTES = 64
_VERSION = "1"
_STANDING = "*"
_PARTS = 5
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


class BadButton(ValueError):
    """Callback data that this bot never made, or made in a version it no longer reads."""


class Press(Struct, frozen=True):
    """A pressed button. `revision` is None for a standing button, whose `drawn` is known then."""

    session_id: str
    revision: int | None
    action: str
    arg: str = ""
    drawn: int | None = None

    def encode(self) -> str:
        """Return the callback data. Raises `BadButton` over 64 bytes or for a dotted action."""
        standing = self.revision is None
        head = head_of(
            self.session_id, self.drawn if standing else self.revision, standing=standing
        )
        return data_of(head, self.action, self.arg)

    @staticmethod
    def decode(data: str) -> "Press":
        """Read callback data. Raises `BadButton`; anybody can send any data."""
        return _decoded(data)


# Each handler that a press may be for reads it.
@lru_cache(maxsize=128)
def _decoded(data: str) -> Press:
    parts = data.split(".", _PARTS - 1)
    if len(parts) != _PARTS or parts[0] != _VERSION or len(data.encode()) > MOST_BYTES:
        raise BadButton("not ours")
    _, session_id, revision, action, arg = parts
    if not revision.startswith(_STANDING):
        return Press(session_id, from_base36(revision), action, arg)
    drawn = revision.removeprefix(_STANDING)
    return Press(session_id, None, action, arg, from_base36(drawn) if drawn else None)


def head_of(session_id: str, revision: int | None, *, standing: bool = False) -> str:
    """Return what the data of all buttons that a session draws at once begins with.

    Raises `BadButton` for a dotted id.
    """
    if "." in session_id:
        raise BadButton(session_id)
    number = "" if revision is None else to_base36(revision)
    return f"{_VERSION}.{session_id}.{_STANDING if standing else ''}{number}."


def data_of(head: str, action: str, arg: str = "") -> str:
    """Return callback data. Raises `BadButton` over 64 bytes or for a dotted action."""
    data = f"{head}{action}.{arg}"
    size = len(data) if data.isascii() else len(data.encode())
    if size > MOST_BYTES or "." in action:
        raise BadButton(f"{size} bytes: {action}")
    return data


def natural(text: str) -> int | None:
    """Read a button's argument that is a natural number; None for anything else."""
    return int(text) if text.isascii() and text.isdigit() else None


def to_base36(number: int) -> str:
    """Write a natural number in base 36. Raises `ValueError` for a negative one."""
    if number < 0:
        raise ValueError(number)
    digits = ""
    while True:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
        if not number:
            return digits


def from_base36(text: str) -> int:
    """Read base 36 as written by `to_base36`. Raises `BadButton`."""
    if not text or len(text) > 13 or any(each not in _DIGITS for each in text):  # noqa: PLR2004 - 64 bits
        raise BadButton("not a number")
    return int(text, 36)
