"""The pieces of an unlabelled address: which is the recipient, which a post code."""

import re
from typing import NamedTuple

from bot.addresses.contacts import is_post_code
from bot.addresses.labels import BOUNDARY, PHONE_MARK
from bot.addresses.people import (
    WORD,
    Likeness,
    has_code,
    is_casual,
    is_code,
    is_either,
    likeness,
    tidy_name,
)
from bot.addresses.places import Located
from bot.domain.patterns import lazily

LONGEST_RECIPIENT = 5  # pieces
TOKEN = lazily(
    rf"{PHONE_MARK}"
    r"|(?:UID|ID|uid|id|VIP)[:#] ?\w+"
    rf"|(?=[A-ZÀ-ÝА-ЯЁ]){WORD}(?: (?=[A-ZÀ-ÝА-ЯЁ]){WORD}){{1,3}}(?![\w\-])"
    rf"|[^\s,;。|{PHONE_MARK}]+"
)
HARD = lazily(rf"[\n,;。|{PHONE_MARK}]")
IDLE = lazily(
    r"[(\[]?(?:亲?收|启|(?:麻烦|请)?(?:帮我|帮忙)?(?:寄|发|送|邮)(?:到|往|给|至)?|我在|我住在?"
    r"|喂|喂?你好|您好|谢谢(?:老板|亲|您|你)?|多谢|辛苦了?|感谢|微信同号|同微信|手机同号|[vV]同号|"
    r"地址|收货|收件|收件人|收货人|联系人|姓名|电话|手机|微信|号码|(?:收件|收货|详细|默认"
    r"|我的)?地址|"
    r"国家|中国|中华人民共和国|默认|设为默认(?:收货地址|地址)?|默认(?:收货)?地址|复制(?:地址"
    r"|信息)?|全部复制|一键复制|编辑|修改|删除|保存|常用(?:地址)?|淘宝|天猫|京东|拼多多|抖音"
    r"|快手|闲鱼|家|公司|学校|"
    r"China|CHINA|P\.?R\.?C?\.?|Phone|Tel|Mobile|WeChat|WhatsApp|Address|Name|Number|Handy|"
    r"Телефон|Тел|Адрес|Китай|КНР)[)\]]?[.:!]*"
    r"|[\W_]+",
    re.IGNORECASE,
)
DIGITS = lazily(r"[(\[#]?\d{2,10}[)\]]?")
LONG_NUMBER = lazily(r"\d{5,8}")  # fewer digits may be a room
BOXED_POST_CODE = lazily(r"(?:[(\[]|(?<=[号室楼栋座]))(\d{6})[)\]]?$")
LEADING_POST_CODE = lazily(r"(\d{6})(?=[\u3400-\u9fff])(?![号弄栋幢室楼座层])")
SHORTEST_CODED = 5  # characters; fewer may be a door
HOUSE = lazily(r"[省市区县镇乡村路街巷弄栋幢楼室层座]|\d号")
ADDRESS_END = lazily(r"[\d号室楼层栋座单元幢户房店铺A-Za-z)]$")


class Token(NamedTuple):
    """A piece between separators."""

    text: str
    start: int
    end: int
    near_number: bool  # nothing but separators between it and a telephone number
    apart: bool  # not glued to the divisions before it
    chunk: int  # pieces of one chunk have but spaces between them
    before: bool  # before the divisions


class Person(NamedTuple):
    """The recipient and how sure that is."""

    name: str
    sure: bool
    tokens: tuple[Token, ...] = ()  # the pieces to keep out of the street


NOBODY = Person("", sure=False)


class _Candidate(NamedTuple):
    tokens: tuple[Token, ...]
    text: str
    like: Likeness
    rank: int


def cut(text: str, located: Located) -> list[Token]:
    """Return the pieces before and after the divisions."""
    found = list(TOKEN.finditer(text[: located.start]))
    found += TOKEN.finditer(text, located.end)
    tokens: list[Token] = []
    chunk = 0
    for index, match in enumerate(found):
        last = found[index - 1] if index else None
        if last is not None and (
            HARD.search(text, last.end(), match.start())
            or PHONE_MARK in (last.group(), match.group())
            or last.end() <= located.start < located.end <= match.start()
        ):
            chunk += 1
        if match.group() == PHONE_MARK:
            continue
        beside = found[max(index - 1, 0) : index] + found[index + 1 : index + 2]
        near = any(
            other.group() == PHONE_MARK and not _divided(match, other, located) for other in beside
        )
        apart = match.start() != located.end or text[located.end - 1 : located.end] in BOUNDARY
        tokens.append(
            Token(
                match.group(),
                match.start(),
                match.end(),
                near,
                apart or located.end == 0,
                chunk,
                match.start() < located.start,
            )
        )
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
        behind = BOXED_POST_CODE.search(token.text)  # 1号(310012), 1号310012
        if behind and is_post_code(behind.group(1), code):
            shorter = token._replace(text=token.text[: behind.start()])
            rest = [shorter if other is token else other for other in tokens]
            return behind.group(1), rest
        glued = None if token.apart else LEADING_POST_CODE.match(token.text)  # 西湖区310012文三路
        if glued and is_post_code(glued.group(1), code):
            shorter = token._replace(text=token.text[glued.end() :])
            return glued.group(1), [shorter if other is token else other for other in tokens]
    return "", tokens


def recipient(names: tuple[str, ...], text: str, tokens: list[Token]) -> Person:
    """Return the labelled name, or the pieces that look most like one.

    A forwarder's code that stands alone goes with the name, and is asked about.
    """
    if names:
        return _with_lone_code(Person(names[0], sure=True), tokens)
    candidates = _candidates(text, tokens)
    if not candidates:
        codes = [token for token in tokens if token.apart and is_code(token.text)]
        codes = codes or [token for token in tokens if _may_be_coded(token, tokens)]
        return Person(codes[-1].text, sure=False, tokens=(codes[-1],)) if codes else NOBODY
    best = max(candidate.rank for candidate in candidates)
    top = [each for each in candidates if each.rank == best]
    chosen = next((each for each in top if each.tokens[0].before), None)
    if chosen is None:
        chosen = next((each for each in top if _near(each.tokens)), top[-1])
    rivals = [
        each
        for each in candidates
        if not {*each.tokens} & {*chosen.tokens} and each.rank >= best - 1
    ]
    sure = not rivals and _is_sure(chosen, tokens) and _all_known(chosen, tokens)
    return _with_lone_code(Person(tidy_name(chosen.text), sure, chosen.tokens), tokens)


def _may_be_coded(token: Token, tokens: list[Token]) -> bool:
    """Tell whether letters and digits beside the number may be a recipient: aidos7718, 7718陈仓."""
    alone = sum(each.chunk == token.chunk for each in tokens) == 1
    placed = token.before or (alone and len(token.text) >= SHORTEST_CODED)
    mixed = any(map(str.isdigit, token.text)) and any(map(str.isalpha, token.text))
    return token.near_number and placed and mixed and not HOUSE.search(token.text)


def _with_lone_code(person: Person, tokens: list[Token]) -> Person:
    """Add a code that stands on a line of its own; whether it belongs there is asked."""
    if has_code(person.name):
        return person
    for token in tokens:
        alone = sum(each.chunk == token.chunk for each in tokens) == 1
        behind = token.before or token.near_number or token is tokens[-1]
        beside = any(each.chunk == token.chunk for each in person.tokens) or token.before
        coded = is_code(token.text) and alone and behind
        leads = any(each.chunk == token.chunk for each in person.tokens) and token.before
        close = token.near_number or leads
        numbered = DIGITS.fullmatch(token.text) is not None and beside and close
        numbered = numbered or _leads_a_name(token, person)
        if token not in person.tokens and token.apart and (coded or numbered):
            first = bool(person.tokens) and token.start < person.tokens[0].start
            pair = (token.text, person.name) if first else (person.name, token.text)
            return Person(" ".join(pair), sure=False, tokens=(*person.tokens, token))
    return person


def _leads_a_name(token: Token, person: Person) -> bool:
    """Return whether a long number stands right before the name: 3单元 889900 小赵."""
    behind = [each for each in person.tokens if each.start > token.end]
    close = bool(behind) and behind[0].start - token.end <= 1 and behind[0].near_number
    return close and LONG_NUMBER.fullmatch(token.text) is not None


def _candidates(text: str, tokens: list[Token]) -> list[_Candidate]:
    found = []
    for chunk in dict.fromkeys(token.chunk for token in tokens):
        pieces = [token for token in tokens if token.chunk == chunk]
        for first in range(len(pieces)):
            for last in range(first, min(len(pieces), first + LONGEST_RECIPIENT)):
                run = tuple(pieces[first : last + 1])
                # A name in mid-street is none; only one that a chunk begins or ends with.
                amid = first > 0 and last < len(pieces) - 1
                if not run[0].apart or (amid and not _near(run)):
                    continue
                piece = text[run[0].start : run[-1].end]
                like = likeness(piece)
                if rank := _rank(run, piece, like):
                    found.append(_Candidate(run, piece, like, rank))
    return found


def _near(run: tuple[Token, ...]) -> bool:
    return run[0].near_number or run[-1].near_number


def _rank(run: tuple[Token, ...], piece: str, like: Likeness) -> int:
    """Return how likely a run is the name; 0 for one that is none."""
    if like is Likeness.NONE or IDLE.fullmatch(piece):
        return 0
    near, before = _near(run), run[0].before
    if like is Likeness.WEAK and not near and not before:
        return 0
    return 10 * (4 * like + 3 * near + before) + len(run)


def _is_sure(chosen: _Candidate, tokens: list[Token]) -> bool:
    """Return whether nobody has to be asked: a place in mid-address may look like a name too."""
    run = chosen.tokens
    before, near = run[0].before, _near(run)
    whole = sum(token.chunk == run[0].chunk for token in tokens) == len(run)
    if chosen.like is Likeness.STRONG:
        return near or before or run[-1] is tokens[-1]
    if not near or is_either(chosen.text):
        return False
    if before:
        return whole or is_casual(chosen.text)
    if is_code(chosen.text):
        return False
    if is_casual(chosen.text):
        index = tokens.index(run[0])
        return whole or (index > 0 and ADDRESS_END.search(tokens[index - 1].text) is not None)
    return False


def _all_known(chosen: _Candidate, tokens: list[Token]) -> bool:
    """Return whether nothing else before the divisions might be a part of the name."""
    return not any(
        token.before
        and token not in chosen.tokens
        and not IDLE.fullmatch(token.text)
        and (is_code(token.text) or likeness(token.text) is not Likeness.NONE)
        for token in tokens
    )
