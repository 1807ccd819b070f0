"""Texts short enough to stand under a picture: Telegram refuses longer captions."""

from collections.abc import Callable, Sequence

from bot.drawing import visible_length
from bot.screens import CAPTION_LIMIT
from bot.texts import Html


def fitting(make: Callable[[int], Html], lengths: Sequence[int]) -> Html:
    """Return `make` of the first length whose text fits under a picture, else of the last.

    `lengths` are what `make` cuts foreign texts to, longest first.
    """
    for longest in lengths[:-1]:
        text = make(longest)
        if visible_length(text) <= CAPTION_LIMIT:
            return text
    return make(lengths[-1])
