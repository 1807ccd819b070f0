"""What goods are called on 1688, for words that its own search does not understand.

Goods, colours, materials and qualities in English, and the commonest goods in Russian, with their
Chinese (`glossary.txt`: about 700 meanings of 1,600 words, written for this project). No
translation of sentences: what it does not know it leaves out.
"""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from bot.domain.patterns import lazily

_FILE = Path(__file__).with_name("glossary.txt")
_GOODS, _KINDS = "goods", ("qualities", "colours", "materials")  # in the order of a Chinese title
_FILLING = frozenset(
    {"a", "an", "the", "some", "any", "for", "with", "in", "of", "and", "or", "to", "from", "by"}
    | {"my", "your", "our", "this", "that", "one", "piece", "pieces", "pc", "pcs", "style", "type"}
    | {"good", "cheap", "best", "nice", "high", "quality", "made", "для", "из", "с", "в", "на", "и"}
)
_AFTER_THE_GOODS = frozenset(["for", "with", "in", "of", "from", "by", "made", "для", "из", "с"])
_TOKEN = lazily(r"[^\W_]+(?:['’-][^\W_]+)*")
_CHINESE = lazily(r"[\u4e00-\u9fff]")
_MODEL = lazily(r"\d|^[A-Z][A-Z]+$")
_LONGEST = 4  # words of one entry

Words = tuple[str, ...]


def in_chinese(text: str) -> tuple[str, ...]:
    """Return what to search for instead: everything that is understood, then the goods alone.

    Nothing for a text that has Chinese in it or names no goods that are known; words that only
    describe (a colour, a material) are translated when all of them are known.
    """
    if _CHINESE.search(text):
        return ()
    written = _TOKEN.findall(unicodedata.normalize("NFKC", text))
    words = [each.casefold().replace("’", "'") for each in written]
    goods, begin, end = _goods_in(words)
    rest = [*range(begin), *range(end, len(words))]
    known, unknown = _described(words, rest)
    if not goods:
        only = "".join(zh for kind in _KINDS for zh in known[kind])
        return (only,) if only and not unknown else ()
    models = [written[at] for at in unknown if _MODEL.search(written[at])]
    described = "".join(zh for kind in _KINDS for zh in known[kind] if zh not in goods)
    whole = " ".join([*models, described + goods])
    return (whole,) if whole == goods else (whole, goods)


def _goods_in(words: Sequence[str]) -> tuple[str, int, int]:
    """Return the goods with the range of their words; the last ones before "for" or "with"."""
    found = ("", 0, 0)
    for begin, end in _phrases(words):
        zh = _known(_GOODS, words[begin:end])
        if zh is None:
            continue
        behind = any(each in _AFTER_THE_GOODS for each in words[:begin])
        longer = begin < found[2] and end - begin <= found[2] - found[1]
        if not found[0] or not (behind or longer):
            found = (zh, begin, end)
    return found


def _phrases(words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Ranges of neighbouring words, from the left, the longest first."""
    for begin in range(len(words)):
        for end in range(min(begin + _LONGEST, len(words)), begin, -1):
            yield begin, end


def _described(words: Sequence[str], rest: Sequence[int]) -> tuple[dict[str, list[str]], list[int]]:
    """Translate the words around the goods; return them by kind, and which are not known."""
    known: dict[str, list[str]] = {kind: [] for kind in _KINDS}
    unknown: list[int] = []
    at = 0
    while at < len(rest):
        for length in range(_LONGEST, 0, -1):
            span = rest[at : at + length]
            if len(span) < length or span[-1] - span[0] != length - 1:
                continue
            part = [words[each] for each in span]
            kind = next((each for each in (*_KINDS[::-1], _GOODS) if _known(each, part)), None)
            if kind is not None:
                zh = _known(kind, part) or ""
                known["qualities" if kind == _GOODS else kind].append(zh)
                break
        else:
            length = 1
            if words[rest[at]] not in _FILLING:
                unknown.append(rest[at])
        at += length
    return known, unknown


def _known(kind: str, words: Sequence[str]) -> str | None:
    """Return an entry's Chinese, also for its plural and however it is hyphenated."""
    entries = _entries()[kind]
    *first, last = " ".join(words).replace("-", " ").split(" ")
    return next((zh for each in _singulars(last) if (zh := entries.get((*first, each)))), None)


def _singulars(word: str) -> Iterator[str]:
    yield word
    if word.endswith("ies"):
        yield word[:-3] + "y"
    if word.endswith("ves"):
        yield word[:-3] + "f"
        yield word[:-3] + "fe"
    if word.endswith("es"):
        yield word[:-2]
    if word.endswith("s"):
        yield word[:-1]
    if word.endswith(("'s", "s'")):
        yield word[:-2]


@lru_cache(maxsize=1)
def _entries() -> Mapping[str, Mapping[Words, str]]:
    entries: dict[str, dict[Words, str]] = {}
    section: dict[Words, str] = {}
    for line in _FILE.read_text("utf-8").splitlines():
        if line.startswith("["):
            section = entries.setdefault(line.strip("[]"), {})
        elif line and not line.startswith("#"):
            zh, _, words = line.partition(":")
            for each in words.split(","):
                section[tuple(each.casefold().replace("-", " ").split())] = zh
    return entries
