"""Reading the answer to one question: a name, a number or a street, with whatever leads it in.

Answer  a value, and how well it fits the question
"""

from enum import IntEnum
from typing import NamedTuple

from bot.addresses.characters import fold
from bot.addresses.contacts import take_numbers
from bot.addresses.divisions import Divisions
from bot.addresses.labels import PHONE_MARK, Part, clean, segments
from bot.addresses.parsed import LONGEST_NAME, ParsedAddress
from bot.addresses.parsing import parse_address
from bot.addresses.patterns import lazily
from bot.addresses.people import (
    GOODS,
    LATIN_PLACE,
    Likeness,
    has_code,
    likeness,
    tidy_name,
)
from bot.addresses.phones import Phone, read_phone
from bot.addresses.streets import REMARK, tidy_street

# A number with its unit, or a road: what a recipient's name never has.
STREET_SIGN = lazily(
    r"\d+\s*(?:号|弄|栋|幢|单元|室|楼|层|座|米|组|队)|[路街巷弄道村](?:[^\u3400-\u9fff]|\d|$)|大道|胡同|小区|工业园|"
    r"开发区|[\u3400-\u9fff]{2,}(?:镇|乡|街道|村|路|街|巷|大厦|广场|花园|公寓|中心|大学|医院|宿舍|仓库?|市场|商城)"
)
SHORTEST_STREET = 2


class Fit(IntEnum):
    """How well a text answers a question."""

    DOUBTFUL = 0  # to be confirmed
    FITTING = 1  # taken, since it was asked for
    CERTAIN = 2  # understood without having been asked for


class Answer(NamedTuple):
    """What an answer says, and how well it fits the question."""

    value: str
    fit: Fit


def read_name(text: str) -> Answer | None:
    """Return the recipient that an answer names (姓名：李四, 我叫李四, 李四（收）), or None.

    Numbers, streets and remarks are nobody's name; a forwarder's code is one.
    """
    plain = clean(text)
    labelled = _labelled(plain, Part.NAME)
    name = tidy_name(labelled or plain)
    if not name or len(name) > LONGEST_NAME or "\n" in name:
        return None
    if PHONE_MARK in take_numbers(name).text or REMARK.fullmatch(fold(name)):
        return None
    like = likeness(name)
    if like is Likeness.NONE and (_is_place(name) or not any(map(str.isalpha, name))):
        return None
    if like is Likeness.NONE or GOODS.search(fold(name)):
        return Answer(name, Fit.DOUBTFUL)
    told = bool(labelled) or name != " ".join(plain.split())
    # Telephones begin every sentence with a capital letter; a name has one in every word.
    strong = like is Likeness.STRONG and (not name.isascii() or has_code(name) or name.istitle())
    return Answer(name, Fit.CERTAIN if strong or told else Fit.FITTING)


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
    plain = clean(text)
    line = tidy_street(_labelled(plain, Part.STREET) or " ".join(plain.split()))
    whole = parse_address(line, divisions)
    if whole.street and whole.district_code == known.district_code is not None:
        line = whole.street
    if len(line) < SHORTEST_STREET or REMARK.fullmatch(fold(line)) or _is_number(line):
        return None
    numbered = any(map(str.isdigit, line)) and any(map(str.isalpha, line))
    if _is_place(line):
        return Answer(line, Fit.CERTAIN if numbered else Fit.FITTING)
    if likeness(line) is Likeness.STRONG:
        return None
    return Answer(line, Fit.DOUBTFUL)


def _is_number(line: str) -> bool:
    return not any(map(str.isalpha, take_numbers(line).text.replace(PHONE_MARK, "")))


def _labelled(plain: str, part: Part) -> str:
    """Return what stands behind a label of this kind, empty when there is none."""
    return next((piece.text.strip() for piece in segments(plain) if piece.part is part), "")
