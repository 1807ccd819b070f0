"""Bounds of a unit price, and how people write them: 10-50, 10到50, up to 50, 两百元以下."""

import re
import unicodedata

from bot.domain.model import Value
from bot.domain.money import Fen, MoneyError, from_yuan
from bot.domain.numerals import in_figures
from bot.domain.patterns import lazily

HIGHEST = Fen(1_000_000_000)
"""Ten million yuan: no unit price lies above it."""

_YUAN = r"(?:¥|￥|rmb|cny|yuan|юан(?:ей|я|ь)|元|块钱|块)"
_DIGITS = r"((?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?)"
_NUMBER = rf"{_YUAN}?\s*{_DIGITS}\s*{_YUAN}?"
_THOUSANDS_OR_PART = lazily(r"[0-9]{1,3}\.[0-9]{3}")  # 1.000: one, or a thousand elsewhere
_LONGEST = 12  # digits, past any price
_TO = r"(?:-|–|—|−|~|～|至|到|to|and|до|\.\.+|…)"
_RANGE = lazily(
    rf"(?:from|between|从|от)?\s*{_NUMBER}\s*{_TO}\s*{_NUMBER}\s*(?:之间)?", re.IGNORECASE
)
_AT_LEAST = (
    r"(?:from|over|above|more than|at least|min|>=?|≥|高于|大于|不低于|不少于|至少|"
    r"最低|最少|从|от|больше|не меньше)"
)
_OR_MORE = r"(?:\+|-|~|以上|起|and (?:up|more|above)|or more|and over)"
_BOTH = lazily(
    rf"{_NUMBER}\s*(?:{_OR_MORE})[\s,]*{_NUMBER}\s*(?:以下|以内|之内|封顶)", re.IGNORECASE
)
_LOW = lazily(rf"(?:{_AT_LEAST}\s*{_NUMBER}\s*(?:起)?|{_NUMBER}\s*{_OR_MORE})", re.IGNORECASE)
_AT_MOST = (
    r"(?:up to|to|under|below|less than|at most|max|<=?|≤|低于|小于|不高于|"
    r"不要?超过|最多|最高|到|до|меньше|не больше)"
)
_OR_LESS = r"(?:以下|以内|之内|封顶|or less|and less|and under|max)"
_HIGH = lazily(rf"(?:{_AT_MOST}\s*{_NUMBER}|{_NUMBER}\s*{_OR_LESS})", re.IGNORECASE)
_ALONE = lazily(_NUMBER, re.IGNORECASE)


class PriceBounds(Value):
    """The lowest and the highest unit price in fen; None leaves that side open."""

    low: Fen | None = None
    high: Fen | None = None

    @property
    def are_open(self) -> bool:
        """Tell whether every price lies within them."""
        return self.low is None and self.high is None

    def admit(self, price: Fen) -> bool:
        """Tell whether a price lies within them."""
        above = self.low is None or price >= self.low
        return above and (self.high is None or price <= self.high)


class PriceUnreadable(ValueError):
    """A text that is no bound of a price; the subclasses say why.

    PriceUnreadable
    ├── PriceTooFine   a fraction of a fen
    └── PriceTooHigh   above `HIGHEST`
    """


class PriceTooFine(PriceUnreadable):
    """A fraction of a fen."""


class PriceTooHigh(PriceUnreadable):
    """Above `HIGHEST`, where nothing is sold by the piece."""


def read_price_bounds(text: str) -> PriceBounds:
    """Read bounds in yuan; the lower one may stand second, and a number alone is the highest.

    Raises `PriceUnreadable`.
    """
    bounds = read_clear_bounds(text)
    if bounds is not None:
        return bounds
    alone = _ALONE.fullmatch(_plain(text))
    if alone is None:
        raise PriceUnreadable(text)
    return _checked(None, _fen(alone[1]))


def read_clear_bounds(text: str) -> PriceBounds | None:
    """Read what can be nothing but bounds: two numbers, or one with its side named.

    None for anything else, a lone number included. Raises `PriceUnreadable` for bounds that no
    price has.
    """
    plain = _plain(text)
    if match := _RANGE.fullmatch(plain) or _BOTH.fullmatch(plain):
        low, high = sorted((_fen(match[1]), _fen(match[2])))
        return _checked(low, high)
    if match := _LOW.fullmatch(plain):
        return _checked(_fen(match[1] or match[2]), None)
    if match := _HIGH.fullmatch(plain):
        return _checked(None, _fen(match[1] or match[2]))
    return None


def _checked(low: Fen | None, high: Fen | None) -> PriceBounds:
    if high == 0:
        raise PriceUnreadable("nothing is given away")
    if max(low or 0, high or 0) > HIGHEST:
        raise PriceTooHigh(HIGHEST)
    return PriceBounds(low=low or None, high=high)


def _plain(text: str) -> str:
    words = unicodedata.normalize("NFKC", text).split()
    return in_figures(" ".join(words).rstrip("。.!?！？"))


def _fen(number: str) -> Fen:
    if _THOUSANDS_OR_PART.fullmatch(number):
        raise PriceTooFine(number)
    if len(number.partition(".")[0]) > _LONGEST:
        raise PriceTooHigh(HIGHEST)
    try:
        return from_yuan(number.replace(",", ""))
    except MoneyError as error:
        raise PriceTooFine(number) from error
