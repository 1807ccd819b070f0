"""What a message says twice: the same sentence, or two that say one thing in much the same words.

Every message that a journey is shown is held against this (`Person._events`). Lists repeat what
stands in them, and so do lines with numbers and labels with their values.
"""

import re

_ENDS = re.compile(r"(?<=[.!?])\s+|(?<=[。！？…])|\n+")
_LISTED = re.compile(r"[\d¥$€₽₸•“]|…$|^[^\s.。]{1,16}[:：] |^\W*[\w ]{1,16}: ")
_WORD = re.compile(r"[^\W\d_\u3400-\u9fff]{3,}(?:'[a-z]+)?|[\u3400-\u9fff]")
_SHORTEST = 5  # words or Chinese characters that tell a sentence from a label
_ALIKE = 0.8  # of the shorter sentence's words


def said_twice(text: str) -> list[tuple[str, str]]:
    """Return the pairs of sentences of which one is enough."""
    pieces = [piece.strip() for piece in _ENDS.split(text)]
    sentences = [piece for piece in pieces if piece and not _LISTED.search(piece)]
    words = [frozenset(_WORD.findall(each.casefold())) for each in sentences]
    return [
        (sentences[first], sentences[second])
        for first in range(len(sentences))
        for second in range(first + 1, len(sentences))
        if _alike(words[first], words[second])
    ]


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    shorter = min(len(one), len(other))
    return shorter >= _SHORTEST and len(one & other) >= _ALIKE * shorter
