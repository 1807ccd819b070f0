"""Any text is answered, and every division survives being written down and read back."""

import dataclasses
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.addresses import ParsedAddress, find_division, load_divisions, parse_address

DIVISIONS = load_divisions()
DELIVERABLE = tuple(
    division.code
    for division in DIVISIONS.all_above_towns()
    if not division.outside_mainland and DIVISIONS.deliverable(division.code)
)
WHO = "张三 13812345678"


def parse(text: str) -> ParsedAddress:
    return parse_address(text, DIVISIONS)


@settings(deadline=None)  # the first text builds the name index
@given(
    st.one_of(
        st.text(max_size=200),
        st.text("省市区县路号 ,:1380+-*张收件人朝阳广东深圳·\n", max_size=200),
    )
)
def test_no_text_breaks_the_reader(text: str):
    """Whatever is sent, there is an answer, and what claims to be complete is."""
    parsed = parse(text)
    if not parsed.blocking:
        assert DIVISIONS.deliverable(parsed.complete().district_code)
    find_division(text, DIVISIONS)


@pytest.mark.parametrize(
    "text", ["\ud800", "南" * 100_000, "鼓楼区" * 400, "\x00\u202e", "1" * 5000]
)
def test_hostile_texts_are_answered(text: str):
    """Lone surrogates, control characters and floods are read like any text."""
    assert parse(text).blocking


@dataclasses.dataclass(frozen=True)
class Composed:
    text: str
    code: str
    town: str | None
    street: str
    name: str


def compose(code: str, choose: random.Random) -> Composed:
    """Write down an address of the division the way people might."""
    location = DIVISIONS.location(code)
    names = [location.province, location.city, location.district]
    if location.city == location.province and choose.random() < 0.7:
        names.pop(1)
    towns = [town.name for town in DIVISIONS.towns(code)]
    town = choose.choice(towns) if towns and choose.random() < 0.5 else None
    street = choose.choice(["科苑路15号", "南京东路88号2栋1001室", "幸福村5组", "北京路8号A座1502"])
    name = choose.choice(["张三", "王小明", "欧阳修", "阿依古丽·买买提", "Anna Ivanova"])
    region = choose.choice(["", " "]).join(filter(None, names))
    gap = choose.choice(["", " "])
    parts = [
        f"{region}{gap}{town or ''}{gap}{street}",
        name,
        choose.choice(["13812345678", "+86 138 1234 5678", "138-1234-5678"]),
    ]
    choose.shuffle(parts)
    text = choose.choice([" ", "，", "\n", "；"]).join(parts)
    return Composed(text, code, town, street, name)


def test_every_kind_of_division_survives_the_round_trip():
    """Three hundred districts, in random order and punctuation, are read back to their codes."""
    choose = random.Random(4)
    wrong = []
    for code in choose.sample(DELIVERABLE, 300):
        composed = compose(code, choose)
        parsed = parse(composed.text)
        found = (parsed.district_code, parsed.full_name, parsed.mobile)
        if found != (code, composed.name, "13812345678") or parsed.blocking:
            wrong.append((composed, parsed))
    assert wrong == []


def test_short_names_are_never_read_as_another_city():
    """Province and city omitted, a full district name is its own or ambiguous, never another's."""
    wrong = []
    for code in DELIVERABLE[::7]:
        location = DIVISIONS.location(code)
        parsed = parse(f"{location.district or location.city}科苑路15号 {WHO}")
        if parsed.district_code not in {code, None}:
            wrong.append(location)
    assert wrong == []
