"""A shop's rate between the yuan and its own currency, and the one place that converts.

RateUnreadable
├── RateNotPositive   zero or less
└── RateOutOfRange    no two currencies are that far apart
"""

from decimal import Decimal
from fractions import Fraction
from typing import Self

from pydantic import model_validator

from bot.domain.currencies import CNY, Currency, Money, StoredCurrency, UnknownCurrency
from bot.domain.model import Value
from bot.domain.patterns import lazily

_FEN_PER_YUAN = 100
_MOST = Decimal(1_000_000)
_LEAST = Decimal("0.000001")
_MOST_DIGITS = 12
_NUMBER = r"([+-]?[0-9]{1,15}(?:[.,][0-9]{1,12})?)"
_ALONE = lazily(_NUMBER)
_STATED = lazily(rf"1?\s*([A-Z]{{3}}|¥)\s*(?:=|:|IS)\s*{_NUMBER}\s*([A-Z]{{3}}|¥)?")


class RateUnreadable(ValueError):
    """A text that is no rate, or none that is taken."""


class RateNotPositive(RateUnreadable):
    """Zero or less."""


class RateOutOfRange(RateUnreadable):
    """Below a millionth or above a million."""


class Rate(Value):
    """An exact rate, kept as it was named: `1 CNY = quoted` of the currency, or the other way.

    `quoted` has at most twelve digits; `per_yuan` is False for `1 USD = 7.2 CNY`.
    """

    currency: StoredCurrency
    quoted: Decimal
    per_yuan: bool = True

    @model_validator(mode="after")
    def _in_range(self) -> Self:
        if not self.quoted.is_finite() or not _LEAST <= self.quoted <= _MOST:
            raise ValueError("no rate that two currencies have")
        if len(self.quoted.as_tuple().digits) > _MOST_DIGITS:
            raise ValueError("more digits than a rate has")
        if self.currency is CNY and self.quoted != 1:
            raise ValueError("a yuan is a yuan")
        return self

    @property
    def ratio(self) -> Fraction:
        """How much of the currency one yuan is, exactly."""
        quoted = Fraction(self.quoted)
        return quoted if self.per_yuan else 1 / quoted

    @property
    def text(self) -> str:
        """The rate as it was named, such as `1 USD = 7.2 CNY`."""
        one, other = (CNY, self.currency) if self.per_yuan else (self.currency, CNY)
        return f"1 {one.code} = {self.quoted:f} {other.code}"

    def convert(self, fen: int, step: int = 1) -> Money:
        """Convert fen, rounded once: to the nearest `step` minor units, halves away from zero."""
        exact = Fraction(fen, _FEN_PER_YUAN) * self.ratio * self.currency.units
        return Money(currency=self.currency, units=nearest(exact / step) * step)


YUAN_RATE = Rate(currency=CNY, quoted=Decimal(1))
"""The rate of a shop whose customers pay in yuan."""


def nearest(number: Fraction) -> int:
    """Round to a whole number, halves away from zero: `nearest(-x)` is `-nearest(x)`."""
    size = (2 * abs(number.numerator) + number.denominator) // (2 * number.denominator)
    return size if number >= 0 else -size


def read_rates(text: str, currency: Currency) -> tuple[Rate, ...]:
    """Read a typed rate: `12.85`, `1 CNY = 12.85 RUB`, `USD = 7.2`.

    A number alone may be meant either way, so both come back, the one per yuan first; whoever
    typed it says which. Raises `RateUnreadable`.
    """
    plain = " ".join(text.upper().replace("元", "¥").replace("￥", "¥").split())
    if match := _ALONE.fullmatch(plain):
        quoted = _quoted(match[1])
        if currency is CNY:
            return (_rate(currency, quoted, per_yuan=True),)
        return tuple(_rate(currency, quoted, per_yuan=each) for each in (True, False))
    if match := _STATED.fullmatch(plain):
        one = _currency(match[1])
        other = _currency(match[3]) if match[3] else (currency if one is CNY else CNY)
        if {one, other} != {CNY, currency}:
            raise RateUnreadable(text)
        return (_rate(currency, _quoted(match[2]), per_yuan=one is CNY),)
    raise RateUnreadable(text)


def _currency(code: str) -> Currency:
    try:
        return CNY if code == "¥" else Currency(code)
    except UnknownCurrency as error:
        raise RateUnreadable(code) from error


def _quoted(number: str) -> Decimal:
    quoted = Decimal(number.replace(",", "."))
    if quoted <= 0:
        raise RateNotPositive(number)
    if not _LEAST <= quoted <= _MOST or len(quoted.as_tuple().digits) > _MOST_DIGITS:
        raise RateOutOfRange(number)
    return quoted


def _rate(currency: Currency, quoted: Decimal, *, per_yuan: bool) -> Rate:
    if currency is CNY and quoted != 1:
        raise RateOutOfRange(quoted)
    return Rate(currency=currency, quoted=quoted, per_yuan=per_yuan)
