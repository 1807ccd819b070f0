"""Addresses: what the marketplace would refuse is not constructed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.domain.addresses import MOST_PER_PERSON, Address

FIELDS = {
    "full_name": "王小明",
    "mobile": "13812345678",
    "province": "广东省",
    "city": "东莞市",
    "street": "莞太路1号",
    "district_code": "441900",
}


def test_a_city_without_districts_needs_none():
    """东莞 has no districts; the code alone names the division."""
    address = Address(**FIELDS)
    assert (address.district, address.post_code) == ("", "000000")
    assert address.division == "广东省 东莞市"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("full_name", ""),
        ("full_name", "王" * 51),
        ("mobile", "1234"),
        ("mobile", "1" * 21),
        ("street", ""),
        ("street", "路" * 201),
        ("district_code", ""),
        ("district_code", "44190"),
        ("district_code", "4419000"),
        ("district_code", "44190a"),
        ("district_code", "441900\n"),
        ("district_code", "４４１９００"),
        ("district_code", 441900),
    ],
)
def test_fields_out_of_their_limits_are_refused(field: str, value: object):
    """Too short, too long, or a code that is not six ASCII digits."""
    with pytest.raises(ValidationError, match=field):
        Address(**{**FIELDS, field: value})


@pytest.mark.parametrize("field", list(FIELDS))
def test_no_required_field_may_be_missing(field: str):
    """An address is whole or it is none."""
    with pytest.raises(ValidationError, match=field):
        Address(**{name: value for name, value in FIELDS.items() if name != field})


@given(
    full_name=st.text(min_size=1, max_size=50),
    street=st.text(min_size=1, max_size=200),
    district_code=st.from_regex(r"[0-9]{6}", fullmatch=True),
)
def test_any_text_within_the_limits_is_kept_as_it_is(**fields: str):
    """Storage gives back what the person wrote, to the letter."""
    address = Address(**{**FIELDS, **fields})
    assert Address.model_validate_json(address.model_dump_json()) == address
    assert {name: getattr(address, name) for name in fields} == fields


def test_a_municipality_is_named_once():
    """上海市 is province and city at the same time."""
    address = Address(
        **{
            **FIELDS,
            "province": "上海市",
            "city": "上海市",
            "district": "黄浦区",
            "town": "外滩街道",
        }
    )
    assert address.division == "上海市 黄浦区 外滩街道"


def test_a_person_keeps_twenty():
    """The limit that the address book states."""
    assert MOST_PER_PERSON == 20
