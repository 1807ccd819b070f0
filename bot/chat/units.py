"""Numbers of goods in words: 1 pair, 40 pairs, 12 boxes; 40 双 for Chinese readers."""

import re

from bot.chat.texts import Texts, texts_in
from bot.domain.offers import Wording

_IRREGULAR = {"foot": "feet"}
# Written alike for one and for many.
_SAME = frozenset({"kg", "g", "cm", "mm", "m", "km", "ml", "l", "gross", "dozen"})
_LATIN_WORD = re.compile(r"[a-z]+$")
_HISSING = ("s", "x", "z", "ch", "sh")


def counted(t: Texts, quantity: int, unit: Wording) -> str:
    """Return a quantity with its unit, such as `40 pairs`. Foreign: to be escaped."""
    return f"{t.number(quantity)} {noun(t, unit, quantity)}"


def counted_anywhere(quantity: int, unit: Wording) -> Wording:
    """`counted` for a flash, which is written in the language its screen is drawn in."""
    zh, en = texts_in("zh"), texts_in("en")
    return Wording(zh=counted(zh, quantity, unit), translated=counted(en, quantity, unit))


def noun_anywhere(unit: Wording, quantity: int = 1) -> Wording:
    """`noun` for a flash."""
    zh, en = texts_in("zh"), texts_in("en")
    return Wording(zh=noun(zh, unit, quantity), translated=noun(en, unit, quantity))


def noun(t: Texts, unit: Wording, quantity: int = 1) -> str:
    """Return the unit as it stands beside that quantity. Foreign: to be escaped."""
    word = unit.in_language(t.language)
    return word if t.language == "zh" else _english(word.lower(), quantity)


def _english(word: str, quantity: int) -> str:
    """Return the plural of the marketplace's own word, unless it comes as one (`pieces`).

    What is no English word (an untranslated 双) stays as it is.
    """
    if quantity == 1 or not _LATIN_WORD.search(word):
        return word
    last = word.rsplit(maxsplit=1)[-1]
    head = word.removesuffix(last)
    plural_already = last.endswith("s") and not last.endswith(("ss", "us"))
    if last in _SAME or plural_already:
        return word
    if last in _IRREGULAR:
        return head + _IRREGULAR[last]
    if last.endswith("y") and last[-2:-1] not in {"", *"aeiou"}:
        return f"{head}{last[:-1]}ies"
    return f"{word}es" if last.endswith(_HISSING) else f"{word}s"


def both(shown: str, original: str) -> str:
    """A translation with its original in brackets, or the original alone."""
    return shown if shown == original else f"{shown} ({original})"
