"""A rate is exact, an amount is converted and rounded once, and a fee never exceeds its percent."""

from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.domain.currencies import CNY, Currency, known_currencies
from bot.domain.identifiers import UserId
from bot.domain.money import Fen
from bot.domain.rates import (
    YUAN_RATE,
    Rate,
    RateNotPositive,
    RateOutOfRange,
    RateUnreadable,
    nearest,
    read_rates,
)
from bot.domain.shop_terms import Charge, ShopTerms

USD, RUB, JPY, KWD = (Currency(code) for code in ("USD", "RUB", "JPY", "KWD"))
NOW = datetime(2026, 11, 30, tzinfo=UTC)

quoted = st.decimals("0.0001", "10000", places=4)
rates = st.builds(
    Rate,
    currency=st.sampled_from([each for each in known_currencies() if each is not CNY]),
    quoted=quoted,
    per_yuan=st.booleans(),
) | st.just(YUAN_RATE)
fens = st.integers(0, 10**9)
steps = st.sampled_from([1, 5, 100, 1000])


@given(rates, fens, steps)
def test_an_amount_is_rounded_once_to_the_nearest_step(rate: Rate, fen: int, step: int) -> None:
    exact = Fraction(fen, 100) * rate.ratio * rate.currency.units
    money = rate.convert(fen, step)
    assert money.units % step == 0
    assert abs(money.units - exact) * 2 <= step
    assert rate.convert(-fen, step) == -money


@given(rates, fens, fens, steps)
def test_more_fen_are_never_less_money(rate: Rate, a: int, b: int, step: int) -> None:
    low, high = sorted((a, b))
    assert rate.convert(low, step).units <= rate.convert(high, step).units


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (Fraction(5, 2), 3),
        (Fraction(-5, 2), -3),
        (Fraction(7, 2), 4),
        (Fraction(-10055, 1000), -10),
        (Fraction(1, 3), 0),
        (Fraction(-1, 2), -1),
        (Fraction(0), 0),
    ],
)
def test_halves_go_away_from_zero(number: Fraction, expected: int) -> None:
    assert nearest(number) == expected


def test_yuan_stay_the_same_fen() -> None:
    assert YUAN_RATE.convert(1234).text == "12.34 CNY"


@pytest.mark.parametrize(
    ("text", "currency", "expected"),
    [
        ("12.85", RUB, ["1 CNY = 12.85 RUB", "1 RUB = 12.85 CNY"]),
        ("12,85", RUB, ["1 CNY = 12.85 RUB", "1 RUB = 12.85 CNY"]),
        ("1 USD = 7.2 CNY", USD, ["1 USD = 7.2 CNY"]),
        ("usd = 7.2", USD, ["1 USD = 7.2 CNY"]),
        ("1 ¥ = 0.1389 USD", USD, ["1 CNY = 0.1389 USD"]),
        ("CNY=12", RUB, ["1 CNY = 12 RUB"]),
        ("1", CNY, ["1 CNY = 1 CNY"]),
    ],
)
def test_rates_as_operators_write_them(text: str, currency: Currency, expected: list[str]) -> None:
    assert [each.text for each in read_rates(text, currency)] == expected


@pytest.mark.parametrize(
    ("text", "currency", "error"),
    [
        ("0", USD, RateNotPositive),
        ("-7.2", USD, RateNotPositive),
        ("1000000000", USD, RateOutOfRange),
        ("1 USD = 1000000000 CNY", USD, RateOutOfRange),
        ("0.0000001", USD, RateOutOfRange),
        ("seven", USD, RateUnreadable),
        ("", USD, RateUnreadable),
        ("NaN", USD, RateUnreadable),
        ("1 EUR = 7.2 CNY", USD, RateUnreadable),
        ("1 USD = 7.2 EUR", USD, RateUnreadable),
        ("1 USD = 7.2 USD", USD, RateUnreadable),
        ("1e9", USD, RateUnreadable),
        ("2", CNY, RateOutOfRange),
        ("9" * 60, USD, RateUnreadable),
    ],
)
def test_what_is_no_rate_is_refused(
    text: str, currency: Currency, error: type[RateUnreadable]
) -> None:
    with pytest.raises(error):
        read_rates(text, currency)


@given(rates)
def test_a_stored_rate_is_the_same_rate(rate: Rate) -> None:
    again = Rate.model_validate_json(rate.model_dump_json())
    assert again == rate
    assert again.ratio == rate.ratio


terms = st.builds(
    lambda rate, ppm, fixed, step: ShopTerms(
        currency=rate.currency, rate=rate, fee_ppm=ppm, fee_fixed=Fen(fixed), rounding=step
    ),
    rates,
    st.integers(0, 300_000),
    st.integers(0, 10_000),
    steps,
)


@given(terms, st.integers(0, 10**8), st.integers(0, 10**6))
def test_a_price_is_goods_freight_and_a_fee_within_the_percent(
    these: ShopTerms, goods: int, freight: int
) -> None:
    charge = these.price(Fen(goods), Fen(goods + freight))
    share = charge.fee - these.fee_fixed
    assert share * 1_000_000 <= these.fee_ppm * goods < (share + 1) * 1_000_000
    assert charge.total == goods + freight + charge.fee
    assert charge.due == these.rate.convert(charge.total, these.rounding)
    assert Charge.model_validate_json(charge.model_dump_json()) == charge


@given(terms, st.integers(0, 10**8), st.integers(0, 10**8))
def test_a_fee_given_back_is_never_more_than_its_share(
    these: ShopTerms, goods: int, refunded: int
) -> None:
    charge = these.price(Fen(goods), Fen(goods))
    assert 0 <= charge.fee_given_back(Fen(refunded)) <= charge.fee - these.fee_fixed
    assert charge.fee_given_back(Fen(goods)) == charge.fee - these.fee_fixed


def test_an_order_keeps_the_terms_it_was_agreed_under() -> None:
    old = ShopTerms(currency=USD, rate=Rate(currency=USD, quoted=Decimal("0.14")), fee_ppm=80_000)
    charge = old.price(Fen(10_000), Fen(12_000))
    new = old.changed(UserId(1), NOW, fee_ppm=200_000, rate=Rate(currency=USD, quoted=Decimal(1)))
    assert (old.version, new.version) == (0, 1)
    assert charge.due.text == "17.92 USD"
    assert charge.again(Fen(11_000), Fen(13_000)).due.text == "19.43 USD"
    assert new.price(Fen(10_000), Fen(12_000)).due.text == "140.00 USD"


@pytest.mark.parametrize(
    "change",
    [
        {"fee_ppm": -1},
        {"fee_ppm": 1_000_001},
        {"fee_fixed": -1},
        {"rounding": 0},
        {"currency": JPY},
        {"instructions": {"en": "x" * 1001}},
        {"pay_within": 60},
    ],
)
def test_terms_that_no_shop_has_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ShopTerms().changed(UserId(1), NOW, **change)


def test_zero_and_three_decimals_come_out_right() -> None:
    yen = Rate(currency=JPY, quoted=Decimal("21.3"))
    dinar = Rate(currency=KWD, quoted=Decimal("23.4"), per_yuan=False)
    assert yen.convert(1050).text == "224 JPY"
    assert dinar.convert(1050).text == "0.449 KWD"


def test_instructions_fall_back_to_the_language_that_there_is() -> None:
    told = ShopTerms(instructions={"en": "Pay here", "zh": " "})
    assert told.instructions_in("zh") == "Pay here"
    assert told.are_complete
    assert not ShopTerms(instructions={"en": "  "}).are_complete
