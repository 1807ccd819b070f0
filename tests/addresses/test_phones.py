"""Telephone numbers of recipients."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.addresses import PhoneError, PhoneKind, PhoneProblem, read_phone


@pytest.mark.parametrize(
    ("text", "digits", "extension"),
    [
        ("13812345678", "13812345678", ""),
        ("+86 138-1234-5678", "13812345678", ""),
        ("0086 138 1234 5678", "13812345678", ""),
        ("8613812345678", "13812345678", ""),
        ("(+86)13812345678", "13812345678", ""),
        ("１３８１２３４５６７８", "13812345678", ""),
        ("13812345678-1234", "13812345678", "1234"),
        ("020-12345678-801", "02012345678", "801"),
        ("0571-88888888转801", "057188888888", "801"),
        ("(0755) 8888 8888", "075588888888", ""),
        ("+86 10 6234 5678", "01062345678", ""),
    ],
)
def test_numbers_of_the_mainland(text: str, digits: str, extension: str):
    """Digits only, without the country, the area code with its zero."""
    phone = read_phone(text)
    assert (phone.digits, phone.extension) == (digits, extension)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", PhoneProblem.EMPTY),
        ("张三", PhoneProblem.EMPTY),
        ("138****5678", PhoneProblem.MASKED),
        ("1381234567", PhoneProblem.TOO_SHORT),
        ("138123456789", PhoneProblem.TOO_LONG),
        ("12812345678", PhoneProblem.UNKNOWN),
        ("400-123-4567", PhoneProblem.UNKNOWN),
        ("+852 9123 4567", PhoneProblem.FOREIGN),
        ("+7 912 345 67 89", PhoneProblem.FOREIGN),
    ],
)
def test_numbers_that_are_refused(text: str, problem: PhoneProblem):
    """The problem is named, so that the person can mend it."""
    with pytest.raises(PhoneError) as refused:
        read_phone(text)
    assert refused.value.problem is problem


@pytest.mark.parametrize(
    "text", ["1" * 4096, "1 " * 2048, "1" + " " * 4094 + "1", "13812345678 " * 341]
)
def test_a_message_full_of_digits_is_no_number(text: str):
    """Told at once: everybody else's messages wait meanwhile."""
    began = time.process_time()
    with pytest.raises(PhoneError):
        read_phone(text)
    assert time.process_time() - began < 0.5


def test_an_extension_travels_in_the_name():
    """The marketplace takes digits only: the courier reads the extension beside the name."""
    virtual = read_phone("13812345678-1234")
    office = read_phone("020-12345678-801")
    assert (virtual.kind, office.kind) == (PhoneKind.MOBILE, PhoneKind.LANDLINE)
    assert virtual.name_with_extension("张三") == "张三[1234]"
    assert virtual.name_with_extension("张三[1234]") == "张三[1234]"
    assert office.name_with_extension("张三") == "张三[转801]"
    assert read_phone("13812345678").name_with_extension("张三") == "张三"


@given(st.text(max_size=40))
def test_any_text_is_a_number_or_refused(text: str):
    """Nothing but `PhoneError` comes out, and digits are digits."""
    try:
        digits = read_phone(text).digits
    except PhoneError:
        return
    assert digits.isdigit()
