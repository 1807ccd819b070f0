"""Comparing what is written in traditional characters with what is known in simplified ones.

`scripts/vendor_traditional.py` makes the data. Both sides of a comparison are folded; a text keeps
its length, so that places found in the folded one are cut out of the text as it was written.
"""

from functools import lru_cache
from importlib import resources


@lru_cache(maxsize=1)
def _table() -> dict[int, str]:
    file = resources.files("bot.addresses").joinpath("data", "traditional.txt")
    traditional, simplified = file.read_text(encoding="utf-8").split()
    return str.maketrans(dict(zip(traditional, simplified, strict=True)))


def fold(text: str) -> str:
    """Return the text with one form for each character, as long as before."""
    return text if text.isascii() else text.translate(_table())
