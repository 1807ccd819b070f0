"""A link as a QR code, for the person whose wallet is on another phone."""

import struct
import zlib
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import segno

MIN_SIDE: Final = 600
QUIET_ZONE: Final = 4  # modules, as ISO/IEC 18004 asks
_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_MASK: Final = 0
"""The chessboard. Every reader takes any of the eight; weighing all of them, to find the one with
the fewest even areas, is three quarters of the time that drawing takes."""


# Pressing "I have paid" draws the same code again; what is kept is forgotten with the process.
@lru_cache(maxsize=64)
def qr_png(text: str) -> bytes:
    """PNG of a QR code at error level M with its quiet zone, at least 600 pixels a side.

    Raises: ValueError if the text is empty or does not fit into a QR code (2331 bytes at level M).
    """
    if not text:
        raise ValueError("nothing to encode")
    code = segno.make(text, error="m", micro=False, boost_error=False, mask=_MASK)
    edge = bytes(QUIET_ZONE)
    rows = [edge + row + edge for row in code.matrix]
    margin = [bytes(len(rows[0]))] * QUIET_ZONE
    return _png([*margin, *rows, *margin], scale=-(-MIN_SIDE // len(rows[0])))


def _png(rows: Sequence[bytes], scale: int) -> bytes:
    """Write a square of modules, 1 for a dark one, each as `scale` x `scale` pixels of one bit.

    A row of modules is packed once and its other lines are "as above", PNG's filter for that:
    Pillow would pack and compress each line by itself, which takes as long as making the code.
    """
    side = len(rows) * scale
    line = -(-side // 8)  # bytes
    light, dark = b"1" * scale, b"0" * scale
    as_above = (b"\x02" + bytes(line)) * (scale - 1)
    lines = []
    for row in rows:
        digits = row.replace(b"\x00", light).replace(b"\x01", dark).ljust(line * 8, b"1")
        lines += [b"\x00", int(digits, 2).to_bytes(line, "big"), as_above]
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    pieces = ((b"IHDR", header), (b"IDAT", zlib.compress(b"".join(lines))), (b"IEND", b""))
    return _SIGNATURE + b"".join(_chunk(kind, data) for kind, data in pieces)


def _chunk(kind: bytes, data: bytes) -> bytes:
    """A part of a PNG: its length, kind, data and checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
