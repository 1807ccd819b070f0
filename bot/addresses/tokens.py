"""The pieces of an unlabelled address: which is the recipient, which a post code."""

import re
from typing import NamedTuple

from bot.addresses.contacts import is_post_code
from bot.addresses.labels import BOUNDARY, PHONE_MARK
from bot.addresses.people import Likeness, is_casual, likeness, tidy_name
from bot.addresses.places import Located

TOKEN = re.compile(
    rf"{PHONE_MARK}"
    r"|[A-ZÀ-ÝА-ЯЁ][A-Za-zÀ-ÿА-Яа-яЁё'.\-]+(?: [A-ZÀ-ÝА-ЯЁ][A-Za-zÀ-ÿА-Яа-яЁё'.\-]+){1,3}(?![\w])"
    rf"|[^\s,;。|{PHONE_MARK}]+"
)
IDLE = re.compile(
    r"[(\[]?(?:亲?收|启|寄到|寄往|寄给|发到|发往|送到|地址|中国|你好|您好|谢谢|默认|收货|收件)[)\]]?[:!！]?"
    r"|[\W_]+"
)


class Token(NamedTuple):
    """A piece between separators."""

    text: str
    start: int
    near_number: bool  # nothing but separators between it and a telephone number
    apart: bool  # not glued to the divisions before it


class Person(NamedTuple):
    """The recipient and how sure that is."""

    name: str
    sure: bool
    token: Token | None = None  # the token to keep out of the street


def cut(text: str, located: Located) -> list[Token]:
    """Return the pieces before and after the divisions."""
    found = list(TOKEN.finditer(text[: located.start]))
    found += TOKEN.finditer(text, located.end)
    tokens = []
    for index, match in enumerate(found):
        if match.group() == PHONE_MARK:
            continue
        beside = found[max(index - 1, 0) : index] + found[index + 1 : index + 2]
        near = any(
            other.group() == PHONE_MARK and not _divided(match, other, located) for other in beside
        )
        apart = match.start() != located.end or text[located.end - 1 : located.end] in BOUNDARY
        tokens.append(Token(match.group(), match.start(), near, apart or located.end == 0))
    return tokens


def _divided(one: re.Match[str], other: re.Match[str], located: Located) -> bool:
    """Return whether the divisions lie between two pieces."""
    first, last = sorted((one, other), key=re.Match.start)
    return first.end() <= located.start < last.start() and located.end > located.start


def take_post_code(labelled: str, tokens: list[Token], located: Located) -> tuple[str, list[Token]]:
    """Take six digits standing alone that the province's post codes begin with."""
    if labelled or not located.places:
        return labelled, tokens
    code = located.places[0].code
    for token in tokens:
        if token.apart and is_post_code(token.text, code):
            return token.text.strip("()[]"), [other for other in tokens if other is not token]
    return "", tokens


def recipient(names: tuple[str, ...], tokens: list[Token], located: Located) -> Person:
    """Return the labelled name, or the piece that looks most like one."""
    if names:
        return Person(names[0], sure=True)
    ranked: list[tuple[int, Token]] = []
    for token in tokens:
        rank = _rank(token, located)
        if rank:
            ranked.append((rank, token))
    if not ranked:
        return Person("", sure=False)
    best = max(rank for rank, _ in ranked)
    top = [token for rank, token in ranked if rank == best]
    token = top[0] if top[0].start < located.start or top[0].near_number else top[-1]
    return Person(tidy_name(token.text), len(top) == 1 and _is_sure(token, tokens, located), token)


def _is_sure(token: Token, tokens: list[Token], located: Located) -> bool:
    """Return whether nobody has to be asked: a place in mid-address may look like a name too."""
    if likeness(token.text) is Likeness.STRONG:
        at_an_end = token.start < located.start or token is tokens[-1]
        return token.near_number or at_an_end
    return token.near_number and is_casual(token.text)


def _rank(token: Token, located: Located) -> int:
    """Return how likely a token is the name; 0 for one that is none."""
    like = likeness(token.text)
    if like is Likeness.NONE or not token.apart or IDLE.fullmatch(token.text):
        return 0
    before = token.start < located.start
    if like is Likeness.WEAK and not token.near_number and not before:
        return 0
    return 4 * like + 3 * token.near_number + before
