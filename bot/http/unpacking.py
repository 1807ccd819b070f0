"""Unpacking compressed answers: bounded, and never a part taken for the whole."""

import zlib
from typing import Final

from bot.http.errors import BadAnswer, TooLarge

ASKED_FOR: Final = "gzip"
_ZLIB_OR_GZIP: Final = zlib.MAX_WBITS | 32
_BARE: Final = -zlib.MAX_WBITS
_PLAIN: Final = frozenset({"", "identity"})
_PACKED: Final = frozenset({"gzip", "x-gzip", "deflate"})
_MOST_MEMBERS: Final = 1000
"""Each has what follows copied: a body of nothing but empty ones would hold the loop for long."""


def unpacked(content: bytes, encoding: str, most: int) -> bytes:
    """Return what `content` was before `encoding`, the answer's Content-Encoding.

    All members of a gzip stream are read. Raises `TooLarge` beyond `most` bytes and `BadAnswer`
    for what is damaged, cut, packed otherwise, or in more members than anybody packs it in.
    """
    kind = encoding.strip().lower()
    if kind in _PLAIN or not content:
        if len(content) > most:
            raise TooLarge(most)
        return content
    if kind not in _PACKED:
        raise BadAnswer("packed in a way that was not asked for")
    try:
        return _inflated(content, _ZLIB_OR_GZIP, most)
    except zlib.error:
        if kind != "deflate":
            raise BadAnswer("damaged inside its compression") from None
    try:
        # Some servers send "deflate" without the frame that RFC 9110 asks for.
        return _inflated(content, _BARE, most)
    except zlib.error:
        raise BadAnswer("damaged inside its compression") from None


def _inflated(content: bytes, bits: int, most: int) -> bytes:
    found = bytearray()
    rest = content
    for _ in range(_MOST_MEMBERS):
        if not rest:
            return bytes(found)
        reader = zlib.decompressobj(bits)
        found += reader.decompress(rest, most - len(found) + 1)
        if len(found) > most:
            raise TooLarge(most)
        if not reader.eof:
            raise BadAnswer("cut inside its compression")
        rest = reader.unused_data.lstrip(b"\0")  # padding is allowed behind the last member
    if rest:
        raise BadAnswer("packed in too many pieces")
    return bytes(found)
