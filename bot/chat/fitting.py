"""Texts short enough for Telegram, which refuses longer captions and messages."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from bot.chat.measuring import fits
from bot.chat.screens import CAPTION_LIMIT
from bot.chat.texts import Html

T = TypeVar("T")


def fitting(make: Callable[[T], Html], lengths: Sequence[T], limit: int = CAPTION_LIMIT) -> Html:
    """Return `make` of the first length whose text stays within `limit`, else of the last.

    `lengths` are what `make` cuts foreign texts to, longest first, or how much it tells.
    Unless told otherwise the limit is what Telegram allows under a picture.
    """
    for longest in lengths[:-1]:
        text = make(longest)
        if fits(text, limit):
            return text
    return make(lengths[-1])
