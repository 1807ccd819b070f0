"""A link as a QR code, for the person whose wallet is on another phone."""

import io
from functools import lru_cache
from typing import Final

import segno
from PIL import Image

MIN_SIDE: Final = 600
QUIET_ZONE: Final = 4  # modules, as ISO/IEC 18004 asks
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
    modules = int(code.symbol_size(border=QUIET_ZONE)[0])
    scale = -(-MIN_SIDE // modules)
    rows = code.matrix_iter(border=QUIET_ZONE)
    picture = Image.new("1", (modules, modules), 1)
    picture.putdata([0 if dark else 255 for row in rows for dark in row])
    out = io.BytesIO()
    picture.resize((modules * scale,) * 2, Image.Resampling.NEAREST).save(out, "PNG")
    return out.getvalue()
