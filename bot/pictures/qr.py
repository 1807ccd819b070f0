"""A link as a QR code, for the person whose wallet is on another phone."""

import struct
import zlib
from collections.abc import Sequence
from functools import lru_cache
from string import printable
from typing import Final
from urllib.parse import quote

import zxingcpp

MIN_SIDE: Final = 600
_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_DARK: Final = b"\x00"


# Pressing "I have paid" draws the same code again; what is kept is forgotten with the process.
@lru_cache(maxsize=64)
def qr_png(link: str) -> bytes:
    """PNG of a QR code at error level M with its quiet zone, at least 600 pixels a side.

    What is not ASCII is percent-encoded as UTF-8 (RFC 3987, 3.1): a QR code does not say which
    character set its bytes are in, and readers guess.

    Raises: ValueError if the link is empty or does not fit into a QR code (2331 bytes at level M).
    """
    code = zxingcpp.create_barcode(
        quote(link, safe=printable), zxingcpp.BarcodeFormat.QRCode, ec_level="M"
    )
    modules = code.to_image(scale=1, add_quiet_zones=True)
    side = modules.shape[1]
    # It has the buffer protocol, which Python 3.11's types cannot say.
    rows = bytes(modules)  # type: ignore[call-overload]
    return _png(
        [rows[at : at + side] for at in range(0, len(rows), side)], scale=-(-MIN_SIDE // side)
    )


def _png(rows: Sequence[bytes], scale: int) -> bytes:
    """Write a square of modules, 0 for a dark one, each as `scale` x `scale` pixels of one bit.

    A row of modules is packed once and its other lines are "as above", PNG's filter for that:
    Pillow would pack and compress each line by itself, which takes as long as making the code.
    """
    side = len(rows) * scale
    line = -(-side // 8)  # bytes
    light, dark = b"1" * scale, b"0" * scale
    as_above = (b"\x02" + bytes(line)) * (scale - 1)
    lines = []
    for row in rows:
        digits = row.replace(b"\xff", light).replace(_DARK, dark).ljust(line * 8, b"1")
        lines += [b"\x00", int(digits, 2).to_bytes(line, "big"), as_above]
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    pieces = ((b"IHDR", header), (b"IDAT", zlib.compress(b"".join(lines), level=1)), (b"IEND", b""))
    return _SIGNATURE + b"".join(_chunk(kind, data) for kind, data in pieces)


def _chunk(kind: bytes, data: bytes) -> bytes:
    """A part of a PNG: its length, kind, data and checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
