"""Comparing what is written with what is known: in traditional characters, or misspelt.

`scripts/vendor_traditional.py` makes the data. Both sides of a comparison are folded; a text keeps
its length, so that places found in the folded one are cut out of the text as it was written.
"""

from functools import lru_cache
from importlib import resources


@lru_cache(maxsize=1)
def _table() -> dict[int, int]:
    file = resources.files("bot.addresses").joinpath("data", "traditional.txt")
    traditional, simplified = file.read_text(encoding="utf-8").split()
    return str.maketrans(traditional, simplified)


def fold(text: str) -> str:
    """Return the text with one form for each character, as long as before."""
    if text.isascii():
        return text
    folded = text.translate(_table())
    return text if folded == text else folded  # not one more copy of each name in the index


def one_off(typed: str, name: str) -> bool:
    """Return whether two names differ by one character: another, one more or less, or swapped."""
    if typed == name or abs(len(typed) - len(name)) > 1:
        return False
    if len(typed) == len(name):
        pairs = zip(typed, name, strict=True)
        apart = sum(one != other for one, other in pairs)
        return apart == 1 or (apart == len("ab") and sorted(typed) == sorted(name))
    longer, shorter = (typed, name) if len(typed) > len(name) else (name, typed)
    return any(longer[:cut] + longer[cut + 1 :] == shorter for cut in range(len(longer)))
