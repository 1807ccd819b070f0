"""A link as a QR code, for the person whose wallet is on another phone."""

import io
from functools import lru_cache
from typing import Final

from PIL import Image

from bot.pictures.qr_masks import modules_of

MIN_SIDE: Final = 600


# Pressing "I have paid" draws the same code again; what is kept is forgotten with the process.
@lru_cache(maxsize=64)
def qr_png(text: str) -> bytes:
    """PNG of a QR code at error level M with its quiet zone, at least 600 pixels a side.

    Raises: ValueError if the text is empty or does not fit into a QR code (2331 bytes at level M).
    """
    if not text:
        raise ValueError("nothing to encode")
    code = modules_of(text)
    scale = -(-MIN_SIDE // code.side)
    picture = Image.frombytes("1", (code.side, code.side), code.packed())
    out = io.BytesIO()
    picture.resize((code.side * scale,) * 2, Image.Resampling.NEAREST).save(out, "PNG")
    return out.getvalue()
