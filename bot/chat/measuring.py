"""Telegram's measure of a text, and cutting HTML to it without breaking its markup."""

import html
import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from bot.chat.screens import CAPTION_LIMIT
from bot.chat.texts import Html

_TOKEN = re.compile(r"</?[a-z][^>]*>|&(?:#\d+|#x[0-9a-fA-F]+|[a-z]+);|.", re.DOTALL)
_TAG = re.compile(r"</?([a-z-]+)[^>]*>")
_ELLIPSIS = "…"


def utf16_length(text: str) -> int:
    """Return the length as Telegram counts it: in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def without_markup(text: str) -> str:
    """Return what a reader of Telegram HTML sees."""
    return html.unescape(_TAG.sub("", text))


def visible_length(text: str) -> int:
    """Return the length that Telegram counts: UTF-16 units after the markup is taken out."""
    return utf16_length(without_markup(text))


def fits(text: str, limit: int) -> bool:
    """Tell whether Telegram takes the text: at most `limit` UTF-16 units without the markup."""
    # Most texts are short with their markup too, which reading can only shorten; and a character
    # has at most two units.
    short = len(text) * 2 <= limit or utf16_length(text) <= limit
    return short or visible_length(text) <= limit


def fitted(text: str, limit: int) -> str:
    """Cut Telegram HTML to `limit` visible UTF-16 units, at the end of a line where there is one.

    What is open at the cut is closed, so the result is whole HTML again.
    """
    if fits(text, limit):
        return text
    room = limit - utf16_length(_ELLIPSIS)
    length = end = end_of_line = seen_there = 0
    for token in _TOKEN.finditer(text):
        if not _TAG.fullmatch(token[0]):
            length += utf16_length(html.unescape(token[0]))
        if length > room:
            break
        end = token.end()
        if token[0] == "\n":
            end_of_line, seen_there = token.start(), length
    # One endless line: most of it is better than none.
    kept = text[: end_of_line if seen_there > room // 2 else end].rstrip()
    return kept + _ELLIPSIS + _closing(kept)


def _closing(text: str) -> str:
    """Return the tags that end what `text` leaves open."""
    still_open: list[str] = []
    for tag in _TAG.finditer(text):
        if tag[0].startswith("</"):
            still_open.pop()
        else:
            still_open.append(tag[1])
    return "".join(f"</{each}>" for each in reversed(still_open))


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
