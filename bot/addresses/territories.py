"""Recognising that an address lies abroad, so that the refusal can say why.

The names are CLDR's in Chinese, English and Russian, made by `scripts/vendor_countries.py`.
"""

import json
import re
from functools import lru_cache
from importlib import resources

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
    file = resources.files("bot.addresses").joinpath("data", "countries.json")
    names = json.loads(file.read_text(encoding="utf-8"))
    latin = "|".join(map(re.escape, sorted({*names["words"], *ALSO})))
    chinese = "|".join(map(re.escape, names["han"]))
    return re.compile(rf"\b(?:{latin})\b|{chinese}", re.IGNORECASE)


def foreign_country(text: str) -> str:
    """Return the country or territory other than mainland China that a text names, or nothing."""
    found = _countries().search(text)
    return found.group() if found else ""
