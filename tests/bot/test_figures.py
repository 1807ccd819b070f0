"""What the bot writes by itself is what Babel's CLDR says, in both languages."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal, get_currency_symbol
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.figures import amount_shown, day_shown, moment_shown, number_shown, yuan_shown
from bot.domain.currencies import CNY, Currency, Money, known_currencies
from bot.domain.money import Fen, to_yuan

_LOCALES = {"en": Locale("en"), "zh": Locale("zh", script="Hans")}
_DAYS = {"en": "MMM d", "zh": "M月d日"}
_DAYS_WITH_YEAR = {"en": "MMM d, y", "zh": "y年M月d日"}
_MOMENTS = {"en": "MMM d, HH:mm", "zh": "M月d日 HH:mm"}
_LANGUAGES = sorted(_LOCALES)
_AMOUNTS = st.integers(-(10**17), 10**17)


@given(
    st.integers(-(10**17), 10**17) | st.decimals(-(10**9), 10**9, places=5),
    st.sampled_from(_LANGUAGES),
)
def test_a_number_is_written_as_cldr_has_it(number: int | Decimal, language: str) -> None:
    assert number_shown(number) == format_decimal(number, locale=_LOCALES[language])


@given(_AMOUNTS, st.sampled_from(_LANGUAGES))
def test_yuan_are_written_as_cldr_has_them(fen: int, language: str) -> None:
    theirs = format_currency(
        to_yuan(Fen(fen)), "CNY", format="¥#,##0.00;-¥#,##0.00", locale=_LOCALES[language]
    )
    assert yuan_shown(Fen(fen)) == theirs


@given(st.sampled_from(known_currencies()), st.integers(-(10**14), 10**14))
def test_an_amount_is_written_as_cldr_has_it(currency: Currency, units: int) -> None:
    """With the ledger's digits: Babel's own differ in some currencies."""
    number = Money(currency=currency, units=units).decimal
    pattern = "#,##0" + ("." + "0" * currency.decimals if currency.decimals else "")
    for language, locale in _LOCALES.items():
        shown = amount_shown(number, currency, language)
        assert shown.startswith("-") == (units < 0)
        assert shown.endswith(format_decimal(abs(number), format=pattern, locale=locale))


@pytest.mark.parametrize("language", _LANGUAGES)
def test_each_currency_has_the_sign_that_cldr_has(language: str) -> None:
    """But for the yen, whose bare sign would be taken for a yuan, which is `yuan_shown`."""
    for currency in set(known_currencies()) - {CNY}:
        sign = amount_shown(Decimal(1), currency, language).partition("1")[0].rstrip("\xa0")
        theirs = get_currency_symbol(currency.code, _LOCALES[language])
        assert sign == ("JP¥" if currency.code == "JPY" else theirs)


@pytest.mark.parametrize("language", _LANGUAGES)
def test_a_day_is_written_as_cldr_has_it(language: str) -> None:
    locale, first = _LOCALES[language], datetime(2027, 12, 31, 23, 59)  # noqa: DTZ001 - shown as it is
    for days in range(366):
        moment = first + timedelta(days=days, minutes=7 * days)
        assert day_shown(moment, language) == format_date(moment, _DAYS[language], locale)
        with_year = format_date(moment, _DAYS_WITH_YEAR[language], locale)
        assert day_shown(moment, language, with_year=True) == with_year
        assert moment_shown(moment, language) == format_datetime(
            moment, _MOMENTS[language], locale=locale
        )
