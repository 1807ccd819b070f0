"""A link as a QR code, for the person whose wallet is on another phone."""

import io
from typing import Final

import segno

MIN_SIDE: Final = 600
QUIET_ZONE: Final = 4  # modules, as ISO/IEC 18004 asks


def qr_png(text: str) -> bytes:
    """PNG of a QR code at error level M with its quiet zone, at least 600 pixels a side.

    Raises: ValueError if the text is empty or does not fit into a QR code (2331 bytes at level M).
    """
    if not text:
        raise ValueError("nothing to encode")
    code = segno.make(text, error="m", micro=False, boost_error=False)
    modules = code.symbol_size(border=QUIET_ZONE)[0]
    out = io.BytesIO()
    code.save(out, kind="png", scale=-(-MIN_SIDE // modules), border=QUIET_ZONE)
    return out.getvalue()
