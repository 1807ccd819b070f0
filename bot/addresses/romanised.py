"""The divisions in Latin letters: how they are shown to whoever reads no Chinese, and found again.

`scripts/vendor_romanised.py` makes the data, where each has the reading on signs, the usual English
name if there is one, and the other spellings that people type: Lu'an, Luan and Liuan are 六安.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib import resources
from typing import NamedTuple

from bot.addresses.cyrillic import CYRILLIC, folded, spellings
from bot.addresses.divisions import Division, Divisions, Level
from bot.addresses.naming import is_zone, short_name

# What a zone's name ends with, and what that is called.
_ZONES = (
    ("高新技术产业开发区", "High-tech Zone"),
    ("高新技术产业园区", "High-tech Park"),
    ("高技术产业开发区", "High-tech Zone"),
    ("高新技术开发区", "High-tech Zone"),
    ("经济技术开发区", "Economic Development Zone"),
    ("经济开发区", "Economic Development Zone"),
    ("工业园区", "Industrial Park"),
    ("产业园区", "Industrial Park"),
    ("产业园", "Industrial Park"),
    ("管理区", "Administrative Area"),
    ("示范区", "Demonstration Area"),
    ("新区", "New Area"),
    ("园区", "Park"),
    ("区", "Area"),
)
_KINDS = (
    ("自治县", "County"),
    ("自治旗", "Banner"),
    ("自治州", ""),
    ("自治区", ""),
    ("特别行政区", ""),
    ("地区", ""),
    ("新区", "New Area"),
    ("区", "District"),
    ("县", "County"),
    ("旗", "Banner"),
    ("盟", ""),
    ("州", ""),
    ("省", ""),
    ("市", ""),
)
_WORDS = {"城区": "Urban District", "郊区": "Suburban District", "矿区": "Mining District"}
_TOWNS = (("街道", "Subdistrict"), ("镇", "Town"), ("乡", "Township"))
_VOWELS = "aeo"


class Names(NamedTuple):
    """One division in Latin letters: as it is shown, and how else it is spelt, letters alone."""

    shown: str
    spellings: tuple[str, ...]  # the likeliest first
    syllables: str = ""


def stem_and_kind(division: Division) -> tuple[str, str]:
    """Return a name without what it is, and that in English: 南山区 is 南山, District."""
    name = division.name
    if is_zone(division):
        for ending, kind in _ZONES:
            if name.endswith(ending) and len(name) > len(ending) + 1:
                return name.removesuffix(ending), kind
        return name, ""
    if name in _WORDS:
        return name, _WORDS[name]
    if name.endswith("矿区"):
        return name.removesuffix("矿区"), _WORDS["矿区"]
    if name == "神农架林区":
        return "神农架", "Forestry District"
    stem = short_name(name)
    return stem, next((kind for ending, kind in _KINDS if name.endswith(ending)), "")


def letters(text: str) -> str:
    """Return what two spellings of a name have in common: Xi'an and XIAN, Lüliang and Lvliang."""
    if CYRILLIC.search(text):
        return folded(text)
    plain = unicodedata.normalize("NFKD", text.lower())
    bare = re.sub(r"[^a-z]", "", plain)
    return re.sub(r"([ln])v", r"\1u", bare)


def _joined(syllables: str) -> str:
    """Return syllables as one word, with the apostrophe that keeps them apart: Xi'an."""
    word = ""
    for syllable in syllables.split():
        word += f"'{syllable}" if word and syllable[0] in _VOWELS else syllable
    return word[:1].upper() + word[1:]


class AllNames(Mapping[str, Names]):
    """Every division's names by its code; of towns, those of cities without districts.

    They are read out of their lines when they are asked for: few of them ever are.
    """

    def __init__(self, text: str) -> None:
        self._lines = dict(line.split("\t", 1) for line in text.splitlines())

    def __getitem__(self, code: str) -> Names:
        syllables, english, others, *_ = (*self._lines[code].split("\t"), "", "")
        signs = _joined(syllables)
        spelt = dict.fromkeys(
            letters(each) for each in (english, signs, *others.split("|")) if each
        )
        return Names(english or signs, tuple(spelt), syllables)

    def __iter__(self) -> Iterator[str]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)


@lru_cache(maxsize=1)
def names() -> AllNames:
    """Return them, loaded once."""
    file = resources.files("bot.addresses").joinpath("data", "romanised.txt")
    return AllNames(file.read_text(encoding="utf-8"))


@lru_cache(maxsize=512)
def shown(division: Division) -> str:
    """Return a division for whoever reads Latin letters, such as `Nanshan District`, or nothing."""
    known = names().get(division.code)
    if known is None:
        return ""
    if division.level is Level.TOWN:
        kind = next((kind for ending, kind in _TOWNS if division.name.endswith(ending)), "")
    else:
        _, kind = stem_and_kind(division)
    if division.name in _WORDS:
        return kind  # the word itself is the name
    one_character = division.level is Level.DISTRICT and len(division.name) <= len("歙县")
    stem = known.shown
    if one_character and kind and stem.lower().endswith(("xian", "qu")):
        stem = stem[: -len("xian")] if stem.endswith("xian") else stem[: -len("qu")]
    return f"{stem.rstrip(chr(39))} {kind}".strip()


@lru_cache(maxsize=1)
def spelt() -> dict[str, tuple[tuple[str, int], ...]]:
    """Return, by spelling, the codes that it may stand for and how unlikely each is (0: signs)."""
    found: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    for code, known in names().items():
        for rank, spelling in enumerate(known.spellings):
            found[spelling].append((code, min(rank, 1)))
        for spelling, rank in spellings(code, known.syllables):
            found[spelling].append((code, rank))
    return {spelling: tuple(codes) for spelling, codes in found.items()}


def described(code: str, divisions: Divisions) -> str:
    """Return a division with what holds it, such as `Nanshan District, Shenzhen, Guangdong`.

    A town without romanised name is left out, a municipality is named once. Raises `KeyError`.
    """
    path = divisions.path(code)
    return ", ".join(dict.fromkeys(filter(None, map(shown, reversed(path)))))
