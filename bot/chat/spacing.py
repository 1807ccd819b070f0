"""Spaces between Chinese and what is put into it: one beside Latin letters and digits, else none.

`{name}提交了` reads `Anna 提交了` and `王磊提交了`; `满 {pieces} 成团` reads `满 3 双成团`. Where a
text has a space beside something else, such as an amount or an emoji, it keeps it.
"""

import string
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple


class _Edge(StrEnum):
    """How a text stands beside what is put into it."""

    FREE = "free"
    HAN = "han"  # a Chinese character: a Latin neighbour wants a space
    GAP = "gap"  # a Chinese character and a space: a Chinese neighbour wants none


class _Piece(NamedTuple):
    """A text between two that are put in; a space at an edge that may go is not in it."""

    lead_tags: str
    lead: _Edge
    core: str
    trail: _Edge
    trail_tags: str
    name: str | None  # of what comes after it


def woven(text: str, shown: Mapping[str, str]) -> str:
    """Fill a Chinese text in as `str.format` does, and space what is filled in.

    Both are markup: tags are looked through. Raises `KeyError` for a name that is not given.
    """
    pieces = _pieces(text)
    if pieces is None:
        return text.format(**shown)
    made: list[str] = []
    before = ""
    for each in pieces:
        lead = "" if each.lead is _Edge.FREE else _gap(each.lead, before, last=True)
        made += (each.lead_tags, lead, each.core)
        if each.name is None:
            made.append(each.trail_tags)
            break
        before = shown[each.name]
        trail = "" if each.trail is _Edge.FREE else _gap(each.trail, before, last=False)
        made += (trail, each.trail_tags, before)
    return "".join(made)


def _gap(edge: _Edge, neighbour: str, *, last: bool) -> str:
    seen = _seen(neighbour, last=last)
    if edge is _Edge.HAN:
        return " " if _is_latin(seen) else ""
    return "" if _is_han(seen) else " "


def _seen(markup: str, *, last: bool) -> str:
    """Return the first or last character that is seen; nothing where there is none.

    A moment ends in digits, whatever stands inside it for those who can't show it: others see
    their own clock there.
    """
    while markup:
        if markup.endswith("</tg-time>") if last else markup.startswith("<tg-time"):
            return "0"
        if last and markup.endswith(">") and "<" in markup:
            markup = markup[: markup.rfind("<")]
        elif not last and markup.startswith("<") and ">" in markup:
            markup = markup[markup.find(">") + 1 :]
        else:
            return markup[-1] if last else markup[0]
    return ""


def _is_han(character: str) -> bool:
    return "\u4e00" <= character <= "\u9fff"


def _is_latin(character: str) -> bool:
    return character < "\u0530" and character.isalnum()


@lru_cache(maxsize=4096)
def _pieces(text: str) -> tuple[_Piece, ...] | None:
    """Cut a text at what is put into it; None for one whose numbers have a form of their own."""
    cut = list(string.Formatter().parse(text))
    if any(form or conversion for _, _, form, conversion in cut):
        return None
    if not cut or cut[-1][1] is not None:
        cut.append(("", None, None, None))
    return tuple(
        _piece(literal, name, first=not number) for number, (literal, name, _, _) in enumerate(cut)
    )


def _piece(literal: str, name: str | None, *, first: bool) -> _Piece:
    core, lead_tags, trail_tags = literal, "", ""
    # A tag may be cut, where an address is put into it.
    while core.startswith("<") and ">" in core:
        at = core.find(">") + 1
        lead_tags, core = lead_tags + core[:at], core[at:]
    while core.endswith(">") and "<" in core:
        at = core.rfind("<")
        trail_tags, core = core[at:] + trail_tags, core[:at]
    lead = trail = _Edge.FREE
    if core and not first:
        if _is_han(core[0]):
            lead = _Edge.HAN
        elif core[0] == " " and _is_han(core[1:2]):
            lead, core = _Edge.GAP, core[1:]
    if core and name is not None:
        if _is_han(core[-1]):
            trail = _Edge.HAN
        elif core[-1] == " " and _is_han(core[-2:-1]):
            trail, core = _Edge.GAP, core[:-1]
    return _Piece(lead_tags, lead, core, trail, trail_tags, name)
