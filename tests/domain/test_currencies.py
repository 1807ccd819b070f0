"""Amounts are whole minor units of one currency, and text comes from the same integer."""

import copy
import pickle
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.domain.currencies import (
    CNY,
    LARGEST,
    Currency,
    CurrencyMismatch,
    Money,
    MoneyUnreadable,
    NotAnAmount,
    NotPositive,
    OtherCurrency,
    TooFine,
    TooLarge,
    TwoReadings,
    UnknownCurrency,
    known_currencies,
    nothing,
    read_money,
    yuan,
)

currencies = st.sampled_from(known_currencies())
units = st.integers(-LARGEST // 4, LARGEST // 4)


@pytest.mark.parametrize(
    ("code", "decimals"),
    [
        ("CNY", 2),
        ("JPY", 0),
        ("KRW", 0),
        ("KWD", 3),
        ("IDR", 2),
        ("HUF", 2),
        ("MGA", 2),
        ("LAK", 2),
        ("IQD", 3),
        ("ISK", 0),
        ("TWD", 2),
        ("UZS", 2),
        ("IRR", 2),
        ("MRU", 2),
    ],
)
def test_decimals_are_those_of_iso_4217(code: str, decimals: int) -> None:
    """Where Babel, Intl and packages differ, the table has the standard's."""
    assert Currency(code).decimals == decimals


@pytest.mark.parametrize("code", ["XAU", "XXX", "CLF", "usd", "", "US", "USDT"])
def test_a_metal_or_a_unit_of_account_is_no_currency(code: str) -> None:
    with pytest.raises(UnknownCurrency):
        Currency(code)


def test_a_currency_exists_once_and_never_changes() -> None:
    assert Currency("CNY") is CNY
    assert pickle.loads(pickle.dumps(CNY)) is CNY  # noqa: S301 - our own bytes
    assert copy.deepcopy(CNY) is CNY
    with pytest.raises(AttributeError):
        CNY.decimals = 3  # type: ignore[misc]


@given(currencies, currencies, units)
def test_different_currencies_are_never_equal_and_never_added(
    one: Currency, other: Currency, amount: int
) -> None:
    here, there = Money(currency=one, units=amount), Money(currency=other, units=amount)
    assert (here == there) is (one is other)
    assert here != amount
    if one is not other:
        for operation in (Money.__add__, Money.__sub__, Money.__lt__):
            with pytest.raises(CurrencyMismatch):
                operation(here, there)


@pytest.mark.parametrize("amount", [1.0, True, "5", Decimal(5), None, LARGEST + 1])
def test_units_are_integers_of_a_bounded_size(amount: object) -> None:
    with pytest.raises(ValidationError):
        Money.model_validate({"currency": "USD", "units": amount})


@given(currencies, units, units)
def test_arithmetic_is_that_of_the_integers(currency: Currency, a: int, b: int) -> None:
    one, other = Money(currency=currency, units=a), Money(currency=currency, units=b)
    assert (one + other).units == a + b
    assert (one - other) == -(other - one)
    assert (one < other) is (a < b)
    assert bool(one) is (a != 0)


@given(currencies, units)
def test_the_text_says_exactly_the_units(currency: Currency, amount: int) -> None:
    money = Money(currency=currency, units=amount)
    assert money.decimal * currency.units == amount
    assert money.decimal.as_tuple().exponent == -currency.decimals
    assert money.text == f"{money.decimal:f} {currency.code}"


@given(currencies, st.integers(1, LARGEST))
def test_a_text_of_ours_is_read_back_to_the_same_units(currency: Currency, amount: int) -> None:
    money = Money(currency=currency, units=amount)
    grouped = f"{money.decimal:,f}"
    assert read_money(money.text, currency) == money
    ambiguous = currency.decimals == 3 and "." not in grouped
    if not ambiguous:
        assert read_money(grouped, currency) == money
        assert read_money(grouped.replace(",", " "), currency) == money


@given(currencies, units)
def test_a_stored_amount_is_the_same_amount(currency: Currency, amount: int) -> None:
    money = Money(currency=currency, units=amount)
    assert Money.model_validate_json(money.model_dump_json()) == money


@pytest.mark.parametrize(
    ("text", "code", "expected"),
    [
        ("1250", "USD", 125000),
        ("1,250.50", "USD", 125050),
        ("1.250,50", "EUR", 125050),
        ("1 250,5 RUB", "RUB", 125050),
        ("1\u00a0250,50", "RUB", 125050),
        ("1’250.50", "CHF", 125050),
        ("12,5", "USD", 1250),
        ("0,50", "EUR", 50),
        ("0.500", "USD", 50),
        ("12.50", "USD", 1250),
        ("usd 12.50", "USD", 1250),
        ("$12.50", "CAD", 1250),
        ("¥12.5", "CNY", 1250),
        ("12.5元", "CNY", 1250),
        ("１２．５", "CNY", 1250),
        ("12。5", "CNY", 1250),
        ("+5", "USD", 500),
        ("150.000", "VND", 150000),
        ("150,000", "KRW", 150000),
        ("1.00", "JPY", 1),
        ("1.234", "KWD", 1234),
        ("1,234,567.8", "USD", 123456780),
        ("12.345.678", "USD", 1234567800),
    ],
)
def test_amounts_as_people_write_them(text: str, code: str, expected: int) -> None:
    assert read_money(text, Currency(code)).units == expected


@pytest.mark.parametrize(
    ("text", "code", "error"),
    [
        ("", "USD", NotAnAmount),
        ("fifty", "USD", NotAnAmount),
        ("五十", "CNY", NotAnAmount),
        ("NaN", "USD", NotAnAmount),
        ("Infinity", "USD", NotAnAmount),
        ("1_000", "USD", NotAnAmount),
        ("1e5", "USD", NotAnAmount),
        ("½", "USD", NotAnAmount),
        ("²", "USD", NotAnAmount),
        ("٣", "USD", NotAnAmount),
        ("1.2.3", "USD", NotAnAmount),
        ("1,25,000", "INR", NotAnAmount),
        ("5 5", "USD", NotAnAmount),
        ("--5", "USD", NotAnAmount),
        ("5 USD USD", "USD", NotAnAmount),
        ("0", "USD", NotPositive),
        ("0.00", "USD", NotPositive),
        ("-5", "USD", NotPositive),
        ("−5,00", "EUR", NotPositive),
        ("1.005", "USD", TwoReadings),
        ("1,005", "USD", TwoReadings),
        ("1,234", "KWD", TwoReadings),
        ("150.000", "IDR", TwoReadings),
        ("1.0050", "USD", TooFine),
        ("0.005", "USD", TooFine),
        ("1.5", "JPY", TooFine),
        ("1.2345", "KWD", TooFine),
        ("9" * 40, "USD", TooLarge),
        (str(LARGEST), "USD", TooLarge),
        ("5 EUR", "USD", OtherCurrency),
        ("€5", "USD", OtherCurrency),
        ("¥5", "USD", OtherCurrency),
    ],
)
def test_what_is_no_amount_is_refused_and_says_why(
    text: str, code: str, error: type[MoneyUnreadable]
) -> None:
    with pytest.raises(error):
        read_money(text, Currency(code))


@given(st.text(max_size=20), currencies)
def test_any_text_is_an_amount_or_is_refused(text: str, currency: Currency) -> None:
    try:
        money = read_money(text, currency)
    except MoneyUnreadable:
        return
    assert 0 < money.units <= LARGEST
    assert money.currency is currency


def test_fen_become_money_as_they_are() -> None:
    assert yuan(1234).text == "12.34 CNY"
    assert nothing(CNY) == yuan(0)


@pytest.mark.parametrize("typed", ["US$12.85", "us$ 12.85", "US$12,85", "12.85 US$", "＄12.85"])
def test_an_amount_is_read_as_we_write_it(typed: str) -> None:
    """Copied from one of our own screens, in either language."""
    assert read_money(typed, Currency("USD")).units == 1_285


def test_a_sign_with_letters_names_one_currency() -> None:
    with pytest.raises(OtherCurrency):
        read_money("HK$12.85", Currency("USD"))
