"""Recognising that an address lies abroad, so that the refusal can say why."""

import re
from functools import lru_cache

from babel import Locale

LANGUAGES = ("zh", "en", "ru")
SHORTEST_LATIN = 4
NOT_ABROAD = {"CN"}
ALSO = (
    "USA",
    "UK",
    "UAE",
    "Hong Kong",
    "Hongkong",
    "Kowloon",
    "Macau",
    "Macao",
    "Taiwan",
    "Гонконг",
)


@lru_cache(maxsize=1)
def _countries() -> re.Pattern[str]:
    han: set[str] = set()
    words = set(ALSO)
    for language in LANGUAGES:
        for code, name in Locale(language).territories.items():
            if code in NOT_ABROAD or not code.isalpha():
                continue
            if language == "zh":
                han.add(name)
            elif len(name) >= SHORTEST_LATIN:
                words.add(name)
    latin = "|".join(map(re.escape, sorted(words)))
    chinese = "|".join(map(re.escape, sorted(han)))
    return re.compile(rf"\b(?:{latin})\b|{chinese}", re.IGNORECASE)


def foreign_country(text: str) -> str:
    """Return the country or territory other than mainland China that a text names, or nothing."""
    found = _countries().search(text)
    return found.group() if found else ""
