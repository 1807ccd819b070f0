"""Answers are read quickly where they can be, and always as the standard library reads them."""

import json
from decimal import Decimal
from itertools import product
from typing import Any, NoReturn

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.marketplace.daji.wire import read_json

ODD = [
    b"1e400",
    b"-0.0",
    b"1.10",
    b"1E5",
    b"-0",
    b"18446744073709551616",
    b"-9223372036854775809",
    b"123456789012345678901234567890",
    b"0." + b"1" * 500,
    b'{"a":1,"a":2}',
    b"\xef\xbb\xbf[1]",
    "[1]".encode("utf-16"),
    b'"\\ud83d\\ude00"',
    b'"\\/"',
    b'"\x7f"',
    b'"\\u0000"',
    b" [1] ",
    b'{"":[]}',
]
NONE = [
    b"",
    b"NaN",
    b"Infinity",
    b"-Infinity",
    b"01",
    b"1.",
    b".5",
    b"[1,]",
    b"[1]\x00",
    b"\x0b[1]",
    b'"a\nb"',
    b'"\xff"',
    b'"\xc0\xaf"',
    b'"\\x"',
    b"[" * 100_000,
]
HALVES = [r"\ud800", r"\uD83D", r"\udc00", r"\ude00", r"\u0041", "a", r"\n"]
NUMBERS = st.from_regex(rb"\A-?(0|[1-9][0-9]{0,40})(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?\Z")
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda each: st.lists(each, max_size=4) | st.dictionaries(TEXTS, each, max_size=4),
    max_leaves=12,
)


def as_the_library_reads(content: bytes) -> Any:
    """The standard library's reading, decimals kept, halves of an emoji as question marks."""
    return whole(json.loads(content, parse_float=Decimal, parse_constant=no_constant))


def no_constant(name: str) -> NoReturn:
    """NaN and Infinity are no JSON."""
    raise ValueError(name)


def whole(value: Any) -> Any:
    """The same with every half of an emoji replaced."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [whole(each) for each in value]
    if isinstance(value, dict):
        return {whole(name): whole(each) for name, each in value.items()}
    return value


@pytest.mark.parametrize("content", ODD, ids=repr)
def test_what_is_json_is_read_as_the_standard_library_reads_it(content):
    """Digits, exponents, big whole numbers, encodings: by value and by type."""
    assert repr(read_json(content)) == repr(as_the_library_reads(content))


@pytest.mark.parametrize("content", NONE, ids=lambda content: repr(content[:12]))
def test_what_is_no_json_is_a_value_error(content):
    """Also what one of two readers might have let pass."""
    with pytest.raises(ValueError, match=r"."):
        read_json(content)


@pytest.mark.parametrize("length", [1, 2, 3])
def test_halves_of_an_emoji_become_question_marks_and_whole_ones_stay(length):
    """Escaped in every order with other signs between; raw ones in a text, too."""
    for pieces in product(HALVES, repeat=length):
        content = ('"' + "".join(pieces) + '"').encode()
        assert read_json(content) == as_the_library_reads(content)
        raw = json.dumps(json.loads(content), ensure_ascii=False)
        assert read_json(raw) == as_the_library_reads(content)


@given(NUMBERS)
def test_a_number_keeps_every_digit(number):
    """Whole ones stay whole, the others decimals with the exponent they came with."""
    assert repr(read_json(number)) == repr(as_the_library_reads(number))


@given(VALUES, st.booleans(), st.integers(0, 400), st.binary(max_size=2))
@example("é", True, 2, b"")  # noqa: FBT003 - as the strategies come
def test_a_value_and_its_damaged_copy_are_read_alike(value, ensure_ascii, at, put):
    """A byte or two put in or changed: the same value, or refused by both."""
    content = json.dumps(value, ensure_ascii=ensure_ascii).encode()
    assert read_json(content) == value
    damaged = content[:at] + put + content[at + 1 :]
    try:
        wanted = as_the_library_reads(damaged)
    except ValueError:
        with pytest.raises(ValueError, match=r"."):
            read_json(damaged)
    else:
        assert repr(read_json(damaged)) == repr(wanted)
