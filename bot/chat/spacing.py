"""Spaces between Chinese and what is put into it: one beside Latin letters and digits, else none.

`{name}提交了` reads `Anna 提交了` and `王磊提交了`; `满 {pieces} 成团` reads `满 3 双成团`. Where a
text has a space beside something else, such as an amount or an emoji, it keeps it.
"""

import string
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple


class _Edge(StrEnum):
    """How a text stands beside what is put into it."""

    FREE = "free"
    HAN = "han"  # a Chinese character: a Latin neighbour wants a space
    GAP = "gap"  # a Chinese character and a space: a Chinese neighbour wants none


_FREE, _HAN, _GAP = _Edge


class _Piece(NamedTuple):
    """A text between two that are put in; a space at an edge that may go is not in it."""

    lead_tags: str
    lead: _Edge
    core: str
    trail: _Edge
    trail_tags: str


class _Hole(NamedTuple):
    """Where something is put in: what is beside it, and the text from there to the next one."""

    trail: _Edge
    trail_tags: str
    name: str
    lead_tags: str
    lead: _Edge
    core: str


class _Cut(NamedTuple):
    """A text cut at what is put into it."""

    begin: str
    holes: tuple[_Hole, ...]


def woven(text: str, shown: Mapping[str, str]) -> str:
    """Fill a Chinese text in as `str.format` does, and space what is filled in.

    Both are markup: tags are looked through. Raises `KeyError` for a name that is not given.
    """
    cut = _cut(text)
    if cut is None:
        return text.format(**shown)
    made = cut.begin
    for trail, trail_tags, name, lead_tags, lead, core in cut.holes:
        put = shown[name]
        before = "" if trail is _FREE else _gap(trail, put, last=False)
        after = "" if lead is _FREE else _gap(lead, put, last=True)
        made += f"{before}{trail_tags}{put}{lead_tags}{after}{core}"
    return made


def _gap(edge: _Edge, neighbour: str, *, last: bool) -> str:
    seen = _seen(neighbour, last=last)
    if edge is _HAN:
        return " " if _is_latin(seen) else ""
    return "" if _is_han(seen) else " "


def _seen(markup: str, *, last: bool) -> str:
    """Return the first or last character that is seen; nothing where there is none.

    A moment ends in digits, whatever stands inside it for those who can't show it: others see
    their own clock there.
    """
    outermost = markup[-1:] if last else markup[:1]
    if outermost != (">" if last else "<"):
        return outermost
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
def _cut(text: str) -> _Cut | None:
    """Cut a text at what is put into it; None for one whose numbers have a form of their own."""
    parsed = list(string.Formatter().parse(text))
    if any(form or conversion for _, _, form, conversion in parsed):
        return None
    names = [name for _, name, _, _ in parsed if name is not None]
    literals = [literal for literal, _, _, _ in parsed]
    if len(names) == len(literals):  # nothing stands behind the last one
        literals.append("")
    pieces = [
        _piece(each, first=not number, final=number == len(names))
        for number, each in enumerate(literals)
    ]
    holes = [
        _Hole(before.trail, before.trail_tags, name, after.lead_tags, after.lead, after.core)
        for name, (before, after) in zip(names, pairwise(pieces), strict=True)
    ]
    return _Cut(pieces[0].core, tuple(holes))


def _piece(literal: str, *, first: bool, final: bool) -> _Piece:
    """Tell the edges of a text from what is within them; the text's own begin and end are none."""
    core, lead_tags, trail_tags = literal, "", ""
    # A tag may be cut, where an address is put into it.
    while core.startswith("<") and ">" in core:
        at = core.find(">") + 1
        lead_tags, core = lead_tags + core[:at], core[at:]
    while core.endswith(">") and "<" in core:
        at = core.rfind("<")
        trail_tags, core = core[at:] + trail_tags, core[:at]
    lead = trail = _FREE
    if core and not first:
        if _is_han(core[0]):
            lead = _HAN
        elif core[0] == " " and _is_han(core[1:2]):
            lead, core = _GAP, core[1:]
    if core and not final:
        if _is_han(core[-1]):
            trail = _HAN
        elif core[-1] == " " and _is_han(core[-2:-1]):
            trail, core = _GAP, core[:-1]
    begin, end = (lead_tags if first else ""), (trail_tags if final else "")
    return _Piece(lead_tags, lead, f"{begin}{core}{end}", trail, trail_tags)
