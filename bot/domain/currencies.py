"""Currencies and amounts of them, in whole minor units.

MoneyUnreadable
├── NotAnAmount      words, NaN, 1_000, or nothing at all
├── NotPositive      zero or less
├── TooFine          more decimals than the currency has
├── TooLarge         above `LARGEST`
├── TwoReadings      1.005 and 1,005: five thousandths, or a thousand and five
└── OtherCurrency    of a currency that was not asked for
"""

import re
from decimal import Context, Decimal, Inexact
from functools import total_ordering
from typing import Annotated

from pydantic import Field, PlainSerializer, PlainValidator, StrictInt, WithJsonSchema

from bot.domain.model import Value
from bot.domain.money import Fen
from bot.domain.patterns import lazily

# Decimals as ISO 4217 has them (list one, published by SIX, edition of 2026-01-01): libraries
# and phones differ in IDR, HUF, MGA and others, and an amount must mean one thing everywhere.
# Without metals, funds and units of account, which nobody is paid in. Where money of a currency
# no longer comes in such small parts, the shop's rounding says so, not this table.
_BY_DECIMALS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF",
    2: "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD"
    " CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD"
    " GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL"
    " MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN"
    " PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP"
    " SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG",
    3: "BHD IQD JOD KWD LYD OMR TND",
}
LARGEST = 10**15
"""Minor units; no amount here is larger, and sums of many still fit into 64 bits."""

_EXACT = Context(prec=60, traps=[Inexact])
_CODE = lazily(r"[A-Z]{3}")
# As formatters write them where a bare sign would have two meanings; we do, too.
_SIGNS_WITH_LETTERS = {
    "US$": "USD",
    "AU$": "AUD",
    "CA$": "CAD",
    "HK$": "HKD",
    "MX$": "MXN",
    "NT$": "TWD",
    "NZ$": "NZD",
    "SG$": "SGD",
    "JP¥": "JPY",
    "CN¥": "CNY",
}
_SIGNS = {
    "¥": {"CNY", "JPY"},
    "$": {"USD", "AUD", "CAD", "HKD", "NZD", "SGD", "TWD", "MXN"},
    "€": {"EUR"},
    "£": {"GBP"},
    "₽": {"RUB"},
    "₩": {"KRW"},
    "₸": {"KZT"},
    "₫": {"VND"},
    "₴": {"UAH"},
    "₺": {"TRY"},
    "₹": {"INR"},
    "฿": {"THB"},
    "元": {"CNY"},
}
_DIGITS = "[0-9]"
_PLAIN = lazily(rf"({_DIGITS}+)(?:[.,]({_DIGITS}+))?")
_GROUPED = lazily(
    rf"([1-9]{_DIGITS}{{0,2}}(?:(?P<mark>[,.' ]){_DIGITS}{{3}})(?:(?P=mark){_DIGITS}{{3}})*)"
    rf"(?:(?!(?P=mark))[.,]({_DIGITS}+))?"
)
_ONE_MARK_THREE_DIGITS = lazily(rf"[1-9]{_DIGITS}{{0,2}}[.,]{_DIGITS}{{3}}")
_THREE = 3
# Full-width signs as Chinese keyboards write them, and the minus and apostrophe of others.
_SPELLINGS = {
    **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},
    **str.maketrans({"−": "-", "–": "-", "—": "-", "’": "'", "。": ".", "￥": "¥"}),
}


class UnknownCurrency(ValueError):
    """A code that the table does not have."""


class CurrencyMismatch(TypeError):
    """Two currencies in one sum or comparison."""


class Currency:
    """A currency: its ISO 4217 code, and how many decimals it has.

    Get one by its code; each exists once.
    """

    __slots__ = ("code", "decimals")

    code: str
    decimals: int

    def __new__(cls, code: str) -> "Currency":  # noqa: PYI034 - one that is there already
        """Return the currency of that code. Raises `UnknownCurrency`."""
        try:
            return _KNOWN[code]
        except (KeyError, TypeError) as error:
            raise UnknownCurrency(f"no currency: {code!r}") from error

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a currency's {name} never changes")

    def __reduce__(self) -> tuple[type["Currency"], tuple[str]]:
        return Currency, (self.code,)

    def __repr__(self) -> str:
        return f"Currency({self.code!r})"

    @property
    def units(self) -> int:
        """How many minor units make one of it."""
        return int(10**self.decimals)


def _made(code: str, decimals: int) -> Currency:
    currency = object.__new__(Currency)
    object.__setattr__(currency, "code", code)
    object.__setattr__(currency, "decimals", decimals)
    return currency


_KNOWN = {
    code: _made(code, decimals)
    for decimals, codes in _BY_DECIMALS.items()
    for code in codes.split()
}
CNY = Currency("CNY")


def known_currencies() -> tuple[Currency, ...]:
    """Return every currency of the table, by code."""
    return tuple(_KNOWN[code] for code in sorted(_KNOWN))


def _stored(value: object) -> Currency:
    return value if isinstance(value, Currency) else Currency(str(value))


StoredCurrency = Annotated[
    Currency,
    PlainValidator(_stored),
    PlainSerializer(lambda currency: currency.code, return_type=str),
    WithJsonSchema({"type": "string"}),
]
"""A currency as a field of a value, stored as its code."""


@total_ordering
class Money(Value):
    """An amount of a currency in whole minor units: `units` of 1250 are 12.50 USD, 1250 JPY.

    Amounts of different currencies are never equal; adding or comparing them raises
    `CurrencyMismatch`.
    """

    currency: StoredCurrency
    units: Annotated[StrictInt, Field(ge=-LARGEST, le=LARGEST)]

    def __add__(self, other: "Money") -> "Money":
        return self.of(self.units + self._same(other))

    def __sub__(self, other: "Money") -> "Money":
        return self.of(self.units - self._same(other))

    def __neg__(self) -> "Money":
        return self.of(-self.units)

    def __lt__(self, other: "Money") -> bool:
        return self.units < self._same(other)

    def __bool__(self) -> bool:
        return self.units != 0

    def of(self, units: int) -> "Money":
        """Return another amount of the same currency."""
        return Money(currency=self.currency, units=units)

    @property
    def decimal(self) -> Decimal:
        """The exact amount with all of the currency's decimals, for formatters and exports."""
        return _EXACT.scaleb(Decimal(self.units), -self.currency.decimals)

    @property
    def text(self) -> str:
        """The amount in plain digits with its code, such as `1250.00 USD`."""
        return f"{self.decimal:f} {self.currency.code}"

    def _same(self, other: "Money") -> int:
        if not isinstance(other, Money) or other.currency is not self.currency:
            what = other.currency.code if isinstance(other, Money) else type(other).__name__
            raise CurrencyMismatch(f"{self.currency.code} and {what}")
        return other.units


def nothing(currency: Currency) -> Money:
    """Return zero of a currency."""
    return Money(currency=currency, units=0)


def yuan(fen: Fen | int) -> Money:
    """Return an amount of fen as money."""
    return Money(currency=CNY, units=int(fen))


class MoneyUnreadable(ValueError):
    """A typed amount that is not taken; the subclasses say why."""


class NotAnAmount(MoneyUnreadable):
    """No number as people write amounts."""


class NotPositive(MoneyUnreadable):
    """Zero or less."""


class TooFine(MoneyUnreadable):
    """More decimals than the currency has."""


class TooLarge(MoneyUnreadable):
    """More than `LARGEST` minor units."""


class TwoReadings(MoneyUnreadable):
    """One mark before exactly three digits: the thousands' in one country, a point in another."""


class OtherCurrency(MoneyUnreadable):
    """An amount that names another currency."""


def read_money(text: str, currency: Currency) -> Money:
    """Read a positive amount as a person types it: 1250, 1250.5, 1,250.50, 1 250,50 USD.

    Nothing is ever rounded or guessed. Raises `MoneyUnreadable`.
    """
    number = _without_currency(text, currency)
    negative = number.startswith("-")
    number = number.removeprefix("-").removeprefix("+").strip()
    whole, part = _split(number, currency)
    if part[currency.decimals :].strip("0"):
        raise TooFine(text)
    part = part[: currency.decimals].ljust(currency.decimals, "0")
    digits = (whole + part).lstrip("0")
    if len(digits) > len(str(LARGEST)):
        raise TooLarge(text)
    units = int(digits or "0")
    if negative or not units:
        raise NotPositive(text)
    if units > LARGEST:
        raise TooLarge(text)
    return Money(currency=currency, units=units)


def _without_currency(text: str, currency: Currency) -> str:
    """Return the bare number. Raises `OtherCurrency`."""
    plain = text.translate(_SPELLINGS).strip().upper()
    for code in _CODE.findall(plain):
        if code != currency.code:
            raise OtherCurrency(text) if code in _KNOWN else NotAnAmount(text)
    plain = plain.replace(currency.code, "", 1)
    for sign, code in _SIGNS_WITH_LETTERS.items():
        if sign in plain:
            if code != currency.code:
                raise OtherCurrency(text)
            return " ".join(plain.replace(sign, "", 1).split())
    for sign, codes in _SIGNS.items():
        if sign in plain:
            if currency.code not in codes:
                raise OtherCurrency(text)
            plain = plain.replace(sign, "", 1)
    return " ".join(plain.split())


def _split(number: str, currency: Currency) -> tuple[str, str]:
    """Return the digits before and after the decimal mark. Raises `MoneyUnreadable`."""
    if _ONE_MARK_THREE_DIGITS.fullmatch(number) and currency.decimals:
        # Our own writing of the currencies with three decimals has a point there.
        if currency.decimals != _THREE or "," in number:
            raise TwoReadings(number)
        whole, _, part = number.partition(".")
        return whole, part
    if match := _GROUPED.fullmatch(number):
        return re.sub("[,.' ]", "", match[1]), match[3] or ""
    if match := _PLAIN.fullmatch(number):
        return match[1], match[2] or ""
    raise NotAnAmount(number)
