"""An amount is written from its integer, with the ledger's digits, whatever Babel thinks."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.texts import texts_in
from bot.domain.currencies import Currency, Money, known_currencies, read_money, yuan
from bot.domain.rates import YUAN_RATE, Rate


def amount(code: str, units: int) -> Money:
    return Money(currency=Currency(code), units=units)


@pytest.mark.parametrize(
    ("code", "units", "english", "chinese"),
    [
        ("USD", 123450, "$1,234.50", "US$1,234.50"),
        ("JPY", 1235, "JP¥1,235", "JP¥1,235"),
        ("KWD", 1234567, "KWD\u00a01,234.567", "KWD\u00a01,234.567"),
        ("IDR", 250000, "IDR\u00a02,500.00", "IDR\u00a02,500.00"),
        ("HUF", 250050, "HUF\u00a02,500.50", "HUF\u00a02,500.50"),
        ("MGA", 12345, "MGA\u00a0123.45", "MGA\u00a0123.45"),
        ("RUB", -5, "-RUB\u00a00.05", "-RUB\u00a00.05"),
        ("CNY", 5, "¥0.05", "¥0.05"),
        ("KRW", 0, "₩0", "₩0"),
    ],
)
def test_amounts_in_both_languages(code: str, units: int, english: str, chinese: str) -> None:
    assert texts_in("en").amount(amount(code, units)) == english
    assert texts_in("zh").amount(amount(code, units)) == chinese


@given(st.sampled_from(known_currencies()), st.integers(1, 10**14), st.sampled_from(["en", "zh"]))
def test_what_is_shown_is_what_is_booked(currency: Currency, units: int, language: str) -> None:
    """The digits that a person sees, typed in, are the same minor units."""
    money = Money(currency=currency, units=units)
    shown = texts_in(language).amount(money)
    # Some currencies have a dot in their sign, such as Cg.
    digits = "".join(each for each in shown if each.isdigit() or each in ".,").strip(".,")
    if currency.decimals == 3:
        digits = digits.replace(",", "")
    assert read_money(digits, currency) == money


def test_in_a_shop_prices_stand_in_both_currencies() -> None:
    rate = Rate(currency=Currency("USD"), quoted=Decimal("7.2"), per_yuan=False)
    t = texts_in("en").priced(rate)
    assert t.money(1200) == "¥12.00 (≈\xa0$1.67)"
    assert t.yuan(1200) == "¥12.00"
    assert t.money(0) == "¥0.00"
    assert t.amount(yuan(1200)) == "¥12.00"
    assert t("start.cleared") == texts_in("en")("start.cleared")


def test_where_people_pay_in_yuan_nothing_is_added() -> None:
    assert texts_in("zh").priced(YUAN_RATE) is texts_in("zh")
    assert texts_in("zh").priced(None).money(1200) == "¥12.00"
