"""Make `bot/addresses/data/countries.json` from the CLDR names that Babel carries.

    python scripts/vendor_countries.py

The bot needs the names of countries in three languages and nothing else of two of their locales;
Babel would keep both locales whole in memory. A test holds the file against the Babel in use.
"""

import json
from pathlib import Path

from babel import Locale

TARGET = Path(__file__).resolve().parent.parent / "bot" / "addresses" / "data" / "countries.json"
SHORTEST_LATIN = 4  # letters; shorter ones are words of other meanings
HOME = "CN"


def names(language: str) -> list[str]:
    """Return what a language calls every country and territory but mainland China."""
    territories = Locale(language).territories.items()
    return sorted({name for code, name in territories if code.isalpha() and code != HOME})


def content() -> dict[str, list[str]]:
    """Return the Chinese names, and those in other scripts that are words of their own."""
    others = {name for language in ("en", "ru") for name in names(language)}
    return {
        "han": names("zh"),
        "words": sorted(name for name in others if len(name) >= SHORTEST_LATIN),
    }


if __name__ == "__main__":
    TARGET.write_text(json.dumps(content(), ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
