"""Which offers a Chinese keyword finds, and how well."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sandbox.marketplace.catalogue import CatalogueOffer

HALF = 0.5
_CHINESE = re.compile(r"[\u4e00-\u9fff]+")
_FILLING = frozenset("子儿的个们款类")
_LATIN = re.compile(r"[a-z]+|\d+(?:\.\d+)?")


def terms(text: str) -> frozenset[str]:
    """Pairs of neighbouring Chinese characters (a lone one by itself), words, numbers."""
    return frozenset(_terms(text.lower()))


def relevance(keyword: str, offer: CatalogueOffer) -> float:
    """The share of the keyword's terms that the offer's Chinese words contain, 0 to 1."""
    wanted = terms(keyword)
    if not wanted:
        return 0.0
    words = " ".join(
        (offer.subject, offer.category.zh, *(row.value.zh for row in offer.attributes))
    ).lower()
    latin = frozenset(_LATIN.findall(words))
    found = sum(term in latin if term.isascii() else term in words for term in wanted)
    return max(found / len(wanted), HALF if _says_the_same(keyword, words) else 0.0)


def _says_the_same(keyword: str, words: str) -> bool:
    """Whether each character that carries meaning occurs: people write 杯子, titles 水杯."""
    telling = {each for run in _CHINESE.findall(keyword) for each in run} - _FILLING
    return bool(telling) and not _LATIN.search(keyword.lower()) and telling <= set(words)


def _terms(text: str) -> Iterator[str]:
    for run in _CHINESE.findall(text):
        if len(run) == 1:
            yield run
        yield from (run[start : start + 2] for start in range(len(run) - 1))
    yield from _LATIN.findall(text)
