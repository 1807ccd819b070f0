"""Reading the answer to one question: a name, a number or a street, with whatever leads it in.

Answer  a value, and how well it fits the question
"""

import re
from enum import IntEnum
from typing import NamedTuple

from bot.addresses.characters import fold
from bot.addresses.contacts import take_numbers
from bot.addresses.divisions import Divisions
from bot.addresses.labels import PHONE_MARK, Part, clean, segments
from bot.addresses.parsed import LONGEST_NAME, ParsedAddress
from bot.addresses.parsing import parse_address
from bot.addresses.people import (
    GOODS,
    GOODS_WORDS,
    LATIN_PLACE,
    QUANTITY,
    Likeness,
    has_code,
    likeness,
    tidy_name,
)
from bot.addresses.phones import Phone, read_phone
from bot.addresses.streets import REMARK, tidy_street
from bot.addresses.territories import foreign_country
from bot.domain.patterns import lazily

# A number with its unit, or a road: what a recipient's name never has.
STREET_SIGN = lazily(
    r"\d+\s*(?:号|弄|栋|幢|单元|室|楼|层|座|米|组|队)|[路街巷弄道村](?:[^\u3400-\u9fff]|\d|$)|大道|胡同|小区|工业园|"
    r"开发区|[\u3400-\u9fff]{2,}(?:镇|乡|街道|村|路|街|巷|大厦|广场|花园|公寓|中心|大学|医院|宿舍|仓库?|市场|商城)"
)
SHORTEST_STREET = 2
# A door without its road is no street of its own, and nobody knows what 加上 is to be added to.
_DOOR = r"(?:号楼|号|栋|幢|单元|室|楼|层|座|户)"
_NUMBERED = rf"(?:[A-Za-z]?\d+[A-Za-z]?{_DOOR}?|(?:[一二三四五六七八九十]+|[A-Za-z]){_DOOR})"
DOOR_ONLY = lazily(
    rf"{_NUMBERED}(?:[- ]?{_NUMBERED})*"
    r"|(?:(?:room|rm|building|bldg|unit|floor|apt|suite|no)\.? ?[A-Za-z]?-?\d+[A-Za-z]?[, ]*)+",
    re.IGNORECASE,
)
ADDITION = lazily(
    r"(?:不是|再?加上?|补上|还有|后面|前面|去掉|删掉|少了|漏了|add\b|remove\b|without\b)",
    re.IGNORECASE,
)
LIVING_AT = lazily(r"^(?:我(?:家|们)?(?:就)?(?:住在?|在)|住在)(?=[\u3400-\u9fff]{2})")
# How people say what is to be changed, and into what: 名字改成李四, change the street to …
CHANGED_TO = lazily(
    r"^(?:请|麻烦|帮我|把)*(?P<field>收货人|收件人|联系人|姓名|名字|(?:联系)?电话(?:号码)?|手机(?:号码?)?|号码|"
    r"(?:详细|收货|街道)?地址|街道|门牌号?|楼层)?(?:帮我|请|应该|要|需要)*"
    r"(?:(?:修改|更改|更正|改|换|写|寄|送|发)(?:成|为|到|做)|应该是|应为|(?P<is>是|为|改|换))[:, ]*"
    r"|^(?:please )?(?:change|update|correct|set)(?: the| my)?"
    r"(?: (?P<changed>name|recipient|phone(?: number)?|number|street|address))?(?: to)?[: ]+"
    r"|^(?:the |my )?(?P<given>name|recipient|phone(?: number)?|number|street|address)"
    r" (?:is|should be)[: ]+"
    r"|^(?:измените?|поменяйте?|смените?) (?P<other>имя|получателя|телефон|номер|адрес|улицу) "
    r"на[: ]+",
    re.IGNORECASE,
)
_NAME_WORDS = "收货人 收件人 联系人 姓名 名字 name recipient имя получателя"
_STREET_WORDS = "地址 详细地址 收货地址 街道地址 街道 门牌 门牌号 楼层 street address адрес улицу"
LABEL_OF = {
    "收件人": frozenset(_NAME_WORDS.split()),
    "地址": frozenset(_STREET_WORDS.split()),
}


class Fit(IntEnum):
    """How well a text answers a question."""

    DOUBTFUL = 0  # to be confirmed
    FITTING = 1  # taken, since it was asked for
    CERTAIN = 2  # understood without having been asked for


class Answer(NamedTuple):
    """What an answer says, and how well it fits the question."""

    value: str
    fit: Fit


def said_plainly(text: str) -> str:
    """Return what a wish for a change says: 名字改成李四 as 收件人:李四, 改成李四 as 李四."""
    plain = clean(text)
    found = CHANGED_TO.match(fold(plain))
    if found is None or found.end() == len(plain):
        return text
    field = found["field"] or found["changed"] or found["given"] or found["other"] or ""
    if found["is"] and not field and "应该" not in found.group():
        return text
    label = next((each for each, words in LABEL_OF.items() if field.lower() in words), "")
    rest = plain[found.end() :]
    return f"{label}:{rest}" if label else rest


def read_name(text: str) -> Answer | None:
    """Return the recipient that an answer names (姓名：李四, 我叫李四, 李四（收）), or None.

    Numbers, streets and remarks are nobody's name; a forwarder's code is one.
    """
    plain = clean(said_plainly(text))
    labelled = _labelled(plain, Part.NAME)
    name = _without_particle(tidy_name(labelled or plain))
    if not name or len(name) > LONGEST_NAME or "\n" in name:
        return None
    if PHONE_MARK in take_numbers(name).text or REMARK.fullmatch(fold(name)):
        return None
    like = likeness(name)
    if QUANTITY.fullmatch(name):
        return None
    if like is Likeness.NONE and (_is_place(name) or not any(map(str.isalpha, name))):
        return None
    abroad = foreign_country(name) == name
    if like is Likeness.NONE or abroad or GOODS.search(fold(name)) or GOODS_WORDS.search(name):
        return Answer(name, Fit.DOUBTFUL)
    told = bool(labelled) or name != " ".join(plain.split())
    # Telephones begin every sentence with a capital letter; a name has one in every word.
    strong = like is Likeness.STRONG and (not name.isascii() or has_code(name) or name.istitle())
    return Answer(name, Fit.CERTAIN if strong or told else Fit.FITTING)


def _without_particle(name: str) -> str:
    """Return 李四 of 李四啊 and 李四的: no name ends so."""
    bare = name.rstrip("的啊吧哦哟呀")
    return bare if bare != name and likeness(bare) is Likeness.STRONG else name


def _is_place(name: str) -> bool:
    return STREET_SIGN.search(fold(name)) is not None or LATIN_PLACE.search(name) is not None


def read_number(text: str) -> Phone:
    """Return the number that an answer gives, the first mobile of several; words may stand around.

    Raises `PhoneError` with the problem of what was typed.
    """
    numbers = take_numbers(clean(text))
    if numbers.phone is not None:
        return numbers.phone
    return read_phone(numbers.refused or text)


def read_street(text: str, known: ParsedAddress, divisions: Divisions) -> Answer | None:
    """Return the street line that an answer gives, without its label and the divisions, or None.

    A name, a number and a remark are no street.
    """
    plain = clean(said_plainly(text))
    line = tidy_street(_labelled(plain, Part.STREET) or " ".join(plain.split()))
    line = LIVING_AT.sub("", line, count=1)
    whole = parse_address(line, divisions)
    there = whole.district_code == known.district_code is not None
    if whole.street and (there or (whole.mobile and any(map(str.isdigit, whole.street)))):
        line = whole.street
    if len(line) < SHORTEST_STREET or REMARK.fullmatch(fold(line)) or _is_number(line):
        return None
    numbered = any(map(str.isdigit, line)) and any(map(str.isalpha, line))
    if ADDITION.match(fold(line)):
        return Answer(line, Fit.DOUBTFUL)
    if _is_place(line):
        whole_street = numbered and not DOOR_ONLY.fullmatch(fold(line))
        return Answer(line, Fit.CERTAIN if whole_street else Fit.FITTING)
    if likeness(line) is Likeness.STRONG:
        return None
    return Answer(line, Fit.DOUBTFUL)


def _is_number(line: str) -> bool:
    return not any(map(str.isalpha, take_numbers(line).text.replace(PHONE_MARK, "")))


def _labelled(plain: str, part: Part) -> str:
    """Return what stands behind a label of this kind, empty when there is none."""
    return next((piece.text.strip() for piece in segments(plain) if piece.part is part), "")
