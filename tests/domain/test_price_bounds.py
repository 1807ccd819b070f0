"""Price ranges as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.money import Fen
from bot.domain.price_bounds import (
    HIGHEST,
    PriceBounds,
    PriceTooFine,
    PriceTooHigh,
    PriceUnreadable,
    read_clear_bounds,
    read_price_bounds,
)


def between(low: int | None, high: int | None) -> PriceBounds:
    return PriceBounds(
        low=None if low is None else Fen(low), high=None if high is None else Fen(high)
    )


@pytest.mark.parametrize(
    ("typed", "low", "high"),
    [
        ("10-50", 1000, 5000),
        ("10 - 50", 1000, 5000),
        ("1.5万以上", 1_500_000, None),
        ("两百元以下", None, 20_000),
        ("三千到五千", 300_000, 500_000),
        ("3千-5千", 300_000, 500_000),
        ("3万5千以内", None, 3_500_000),
        ("不超过一百二", None, 12_000),
        ("十元以上", 1_000, None),
        ("十到二十块", 1_000, 2_000),
        ("两块五以下", None, 250),
        ("2块5毛以内", None, 250),
        ("2元5角以内", None, 250),
        ("五毛以上", 50, None),
        ("3万五千以内", None, 3_500_000),
        ("百元以内", None, 10_000),
        ("千元以上", 100_000, None),
        ("1块2毛5以下", None, 125),
        ("一毛五到两毛", 15, 20),
        ("两块零五以内", None, 205),
        ("20元以上，50元以下", 2_000, 5_000),
        ("最高50", None, 5_000),
        ("不要超过50", None, 5_000),
        ("50封顶", None, 5_000),
        ("最低10元", 1_000, None),
        ("от 10 до 50", 1_000, 5_000),
        ("до 50 юаней", None, 5_000),
        ("1k-2k", 100_000, 200_000),
        ("10–50", 1000, 5000),
        ("10~50元", 1000, 5000),
        ("１０～５０", 1000, 5000),
        ("10到50块", 1000, 5000),
        ("从10到50", 1000, 5000),
        ("10至50元之间", 1000, 5000),
        ("¥10-¥50", 1000, 5000),
        ("10 to 50", 1000, 5000),
        ("between 10 and 50", 1000, 5000),
        ("50-10", 1000, 5000),
        ("9.9-19.90", 990, 1990),
        ("1,000-2,000", 100_000, 200_000),
        ("0-20", None, 2000),
        ("from 10", 1000, None),
        ("over 10 yuan", 1000, None),
        ("10+", 1000, None),
        ("10-", 1000, None),
        (">= 10", 1000, None),
        ("10以上", 1000, None),
        ("10元起", 1000, None),
        ("不低于10", 1000, None),
        ("up to 50", None, 5000),
        ("Under 50.", None, 5000),
        ("<50", None, 5000),
        ("50元以内", None, 5000),
        ("50以下", None, 5000),
        ("不超过50元", None, 5000),
    ],
)
def test_a_range_is_read_as_people_write_it(typed: str, low: int | None, high: int | None) -> None:
    """Two numbers in either order, or one with its side named; in any digits."""
    assert read_price_bounds(typed) == read_clear_bounds(typed) == between(low, high)


def test_a_number_alone_is_the_most_that_one_pays_but_no_clear_range() -> None:
    """Where a price was asked for it is one; elsewhere it may be anything."""
    assert read_price_bounds("50") == between(None, 5000)
    assert read_clear_bounds("50") is None


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", PriceUnreadable),
        ("cheap", PriceUnreadable),
        ("0", PriceUnreadable),
        ("-5", PriceUnreadable),
        ("0-0", PriceUnreadable),
        ("10 50", PriceUnreadable),
        ("9,9", PriceUnreadable),
        ("红色 10-50", PriceUnreadable),
        ("iphone 15", PriceUnreadable),
        ("15-20 cm", PriceUnreadable),
        ("1e3", PriceUnreadable),
        ("1.234", PriceTooFine),
        ("1-2.345", PriceTooFine),
        ("10000001", PriceTooHigh),
        ("1-99999999999999999999", PriceTooHigh),
        ("9" * 4096, PriceTooHigh),
    ],
)
def test_what_is_no_price_range_says_why(typed: str, problem: type[PriceUnreadable]) -> None:
    """Each with its own answer to the person."""
    with pytest.raises(PriceUnreadable) as caught:
        read_price_bounds(typed)
    assert type(caught.value) is problem


@given(st.text(max_size=40))
def test_whatever_is_typed_is_read_or_refused(typed: str) -> None:
    """Nothing else is raised, and no range is upside down."""
    try:
        bounds = read_price_bounds(typed)
    except PriceUnreadable:
        return
    assert bounds.low is None or bounds.high is None or bounds.low <= bounds.high
    assert max(bounds.low or 0, bounds.high or 0) <= HIGHEST


def test_bounds_admit_what_lies_on_them() -> None:
    """Both ends belong to the range; an open side admits everything."""
    assert [between(1000, 5000).admit(Fen(each)) for each in (999, 1000, 5000, 5001)] == [
        False,
        True,
        True,
        False,
    ]
    assert between(None, None).admit(Fen(10**12))
    assert between(None, None).are_open
    assert not between(1, None).are_open


@pytest.mark.parametrize("typed", ["1.000", "up to 1.000", "10-1.000"])
def test_a_thousand_in_half_of_europe_is_no_yuan(typed: str):
    """1.000 is one yuan to some and a thousand to others: asked again, as with quantities."""
    with pytest.raises(PriceTooFine):
        read_price_bounds(typed)
