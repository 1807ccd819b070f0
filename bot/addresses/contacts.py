"""Finding telephone numbers and post codes among the other numbers of an address."""

import re
from typing import NamedTuple

from bot.addresses.labels import PHONE_MARK
from bot.addresses.phones import Phone, PhoneError, PhoneKind, read_phone

COUNTRY = r"(?:\(?(?:\+ ?|00)?86\)?[- ]?)?"
# An extension after a dash has three digits or more and no unit: 13812345678-3栋 has none.
EXTENSION = r"(?: ?(?:转分机|转接|转|分机号?|ext\.?) ?\d{1,6}|-\d{3,6}(?![\d号栋室楼单座幢层]))?"
# No local number begins with 0, 1 or 9; people write such ones as examples, never in two groups:
# `0101 138-1234-5678` is a room and a mobile.
LOCAL = r"(?:\d{7,8}|[2-8]\d{2,3}[- ]\d{4})"
SHAPES = (
    rf"{COUNTRY}1[3-9]\d(?:\d{{8}}|(?P<sep>[- ])\d{{4}}(?P=sep)\d{{4}}){EXTENSION}",
    rf"{COUNTRY}\(?0\d{{2,3}}\)?[- ]?{LOCAL}{EXTENSION}",
    rf"(?:\+|00)86[- ]?\d{{2,3}}[- ]{LOCAL}{EXTENSION}",
    r"1\d{1,6}[*•●xX×]{2,8}\d{0,4}",
    r"\+(?!\s?86)\d[\d() -]{5,16}\d",
    r"[48]00[- ]?\d{3}[- ]?\d{4}",
    r"1\d{9}|1\d{11,12}|1[012]\d{9}",
)
NUMBER = re.compile(r"(?<![\d.])(?:" + "|".join(f"(?:{shape})" for shape in SHAPES) + r")(?!\d)")
POST_CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")
# The first two digits of post codes by the first two of division codes (China Post).
POST_PREFIXES = {
    "11": "10",
    "12": "30",
    "13": "05 06 07",
    "14": "03 04",
    "15": "01 02 16",
    "21": "11 12",
    "22": "13",
    "23": "15 16",
    "31": "20",
    "32": "21 22",
    "33": "31 32",
    "34": "23 24",
    "35": "35 36",
    "36": "33 34",
    "37": "25 26 27",
    "41": "45 46 47",
    "42": "43 44",
    "43": "41 42",
    "44": "51 52",
    "45": "53 54",
    "46": "57",
    "50": "40",
    "51": "61 62 63 64",
    "52": "55 56",
    "53": "65 66 67",
    "54": "85",
    "61": "71 72",
    "62": "73 74",
    "63": "81",
    "64": "75",
    "65": "83 84",
}


class Numbers(NamedTuple):
    """The text with a mark in the place of every number, and the number to call.

    Of several numbers the first mobile is taken, else the first landline; `refused` is the first
    piece that looked like a number and is none, empty when there is none.
    """

    text: str
    phone: Phone | None
    refused: str


def take_numbers(text: str) -> Numbers:
    """Take the telephone numbers out of a cleaned text."""
    phones: list[Phone] = []
    refused = ""
    for found in NUMBER.finditer(text):
        try:
            phones.append(read_phone(found.group()))
        except PhoneError:
            refused = refused or found.group().strip()
    mobile = next((phone for phone in phones if phone.kind is PhoneKind.MOBILE), None)
    phone = mobile or (phones[0] if phones else None)
    return Numbers(NUMBER.sub(PHONE_MARK, text), phone, refused)


def is_post_code(token: str, division_code: str) -> bool:
    """Return whether six digits standing alone are a post code of the division's province."""
    digits = token.strip("()[]")
    prefixes = POST_PREFIXES.get(division_code[:2], "").split()
    return POST_CODE.fullmatch(digits) is not None and digits[:2] in prefixes
