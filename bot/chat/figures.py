"""Numbers, signs of currencies and days as each language writes them.

Babel would know it all, and hold two locales of 2 MB each in memory for what is here. A test holds
each of these against the Babel in use.
"""

from datetime import date, datetime
from decimal import Context, Decimal
from typing import Final

from bot.domain.currencies import Currency
from bot.domain.money import Fen

_MONTHS: Final = (
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
)
# As CLDR has them; any other currency is told by its code.
_SIGNS: Final = {
    "BRL": "R$",
    "CAD": "CA$",
    "EUR": "€",
    "GBP": "£",
    "HKD": "HK$",
    "ILS": "₪",
    "INR": "₹",
    "JPY": "JP¥",  # in English a bare one by CLDR, which would be taken for a yuan's
    "KRW": "₩",
    "MXN": "MX$",
    "NZD": "NZ$",
    "TWD": "NT$",
    "VND": "₫",
    "XAF": "FCFA",
    "XCD": "EC$",
    "XCG": "Cg.",
    "XOF": "F\N{NARROW NO-BREAK SPACE}CFA",
    "XPF": "CFPF",
}
_SIGNS_IN: Final = {
    "en": {"AUD": "A$", "PHP": "₱", "USD": "$"},
    "zh": {"AUD": "AU$", "USD": "US$"},
}
_THOUSANDTH: Final = Decimal("0.001")
_EXACT: Final = Context(prec=100)


def number_shown(number: int | Decimal) -> str:
    """Write a number with its thousands set apart, to three decimals at most: 1,234.5."""
    if isinstance(number, int):
        return f"{number:,}"
    written = f"{number.quantize(_THOUSANDTH, context=_EXACT):,f}"
    return written.rstrip("0").rstrip(".")


def yuan_shown(fen: Fen) -> str:
    """Write an amount of fen as yuan: -¥1,234.50."""
    yuan, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}¥{yuan:,}.{rest:02}"


def amount_shown(number: Decimal, currency: Currency, language: str) -> str:
    """Write an amount of a currency with all decimals that ISO 4217 gives it: -US$1,234.50."""
    sign = _SIGNS_IN[language].get(currency.code) or _SIGNS.get(currency.code, currency.code)
    gap = "\N{NO-BREAK SPACE}" if sign[-1].isalpha() else ""
    minus = "-" if number < 0 else ""
    return f"{minus}{sign}{gap}{abs(number):,.{currency.decimals}f}"


def day_shown(day: date, language: str, *, with_year: bool = False) -> str:
    """Write a day: Nov 30, or 11月30日; with its year Nov 30, 2026, or 2026年11月30日."""
    if language == "zh":
        return f"{f'{day.year}年' if with_year else ''}{day.month}月{day.day}日"
    return f"{_MONTHS[day.month - 1]} {day.day}{f', {day.year}' if with_year else ''}"


def moment_shown(moment: datetime, language: str) -> str:
    """Write a day and its time: Nov 30, 09:05, or 11月30日 09:05."""
    between = " " if language == "zh" else ", "
    return f"{day_shown(moment, language)}{between}{moment:%H:%M}"
