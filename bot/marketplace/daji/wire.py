"""What wire models are made of: lenient to unknown fields and nulls, strict on units and ids.

The wire's names and misspellings live here and in the other modules named `wire_…` only.
"""

import json
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Annotated, Any, Final, NoReturn, TypeVar

from msgspec import MsgspecError
from msgspec.json import Decoder
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WrapValidator, model_validator
from pydantic.alias_generators import to_camel

from bot.domain.identifiers import MarketplaceOrderId, OfferId, SkuId, SpecId
from bot.domain.money import Fen, estimate_from_yuan, from_yuan

T = TypeVar("T")

_LARGEST = 15  # powers of ten: no price, count or amount in yuan comes near
_FINEST = 15
TOO_LARGE = 10 ** (_LARGEST + 1)
_MOST_FEN = 10 ** (_LARGEST + 3)
_COMPACT = re.compile(r"(\d{14})(\d{0,9})([+-]\d{4}|Z)", re.ASCII)
_YEARS = range(1999, 2101)
_MOST_DIGITS = 20  # of an id: one in 64 bits has no more
LARGEST_NUMBER = 2**63 - 1  # of an id that is kept as a number: what the database holds

_QUICK: Final = Decoder(float_hook=Decimal)
CHINA = timezone(timedelta(hours=8))


class Wire(BaseModel):
    """One JSON object. A null counts as absent, so that every default also stands for null."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        extra="ignore",
        frozen=True,
        coerce_numbers_to_str=True,
        defer_build=True,  # as the domain's values
    )

    @model_validator(mode="before")
    @classmethod
    def _nulls_are_absent(cls, value: Any) -> Any:
        if isinstance(value, dict) and None in value.values():
            return {name: each for name, each in value.items() if each is not None}
        return value


def read_json(content: bytes | str) -> Any:
    """Parse JSON with whole numbers of any size and decimals as `Decimal`: never a float.

    Half an emoji, as a cut at a number of UTF-16 units leaves it, becomes a question mark: no
    storage and no chat takes it. Raises `ValueError` for everything that is not JSON, NaN, endless
    nesting and numbers without measure included.
    """
    # What it reads it reads as the standard library does, in half of the time. What it refuses is
    # the library's to read or to refuse: byte order marks, UTF-16, halves of an emoji, nesting.
    with suppress(MsgspecError, UnicodeError, RecursionError, ArithmeticError):
        return _QUICK.decode(content)
    try:
        return _whole_signs(json.loads(content, parse_float=Decimal, parse_constant=_no_constant))
    except (RecursionError, ArithmeticError) as error:
        raise ValueError("nested too deeply, or a number without measure") from error


def _whole_signs(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_whole_signs(each) for each in value]
    if isinstance(value, dict):
        return {_whole_signs(name): _whole_signs(each) for name, each in value.items()}
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"not JSON: {name}")


def _whole(value: Any) -> int:
    """Read 5, 5.0 and "5" as 5; refuse booleans, fractions, words and negative numbers."""
    if type(value) is int and 0 <= value < TOO_LARGE:
        return value  # nearly all of them, in a tenth of the time
    return _natural(_modest(value))


def _natural(value: Any) -> int:
    if type(value) is int and value >= 0:
        return value
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    if isinstance(value, Decimal) and value.is_finite() and value == value.to_integral_value():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"not a whole number: {value!r}")
    return value


def _fen(value: Any) -> Fen:
    # A fraction here would mean that the unit is not fen: refuse it even when it is zero.
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < _MOST_FEN:
        raise ValueError(f"not an amount in fen: {value!r:.40}")
    return Fen(value)


def _not_negative(amount: Fen) -> Fen:
    if amount < 0:
        raise ValueError(f"negative: {amount}")
    return amount


def _exact(value: Any) -> Fen:
    return _not_negative(from_yuan(_modest(value)))


def estimate(value: Any) -> Fen:
    """Read a list price in yuan. Raises `ValueError`."""
    return _not_negative(estimate_from_yuan(_modest(value)))


def _fine(value: Any) -> Decimal:
    estimate(value)  # refuses floats, words, NaN, infinities and negative amounts
    return Decimal(value.strip() if isinstance(value, str) else value)


def _modest(value: Any) -> Any:
    """Refuse numbers such as 1E+999999, on which arithmetic or the database would overflow."""
    try:
        number = Decimal(value) if isinstance(value, str | int) else value
    except InvalidOperation:
        return value  # the reader has its own words for that
    if isinstance(number, Decimal) and not -_FINEST <= number.adjusted() <= _LARGEST:
        raise ValueError("a number out of all proportion")
    return value


def _id_number(value: Any) -> int:
    # As a decimal, such as 6.7E+11, it may have lost digits already.
    if isinstance(value, Decimal) or not 0 < (number := _natural(value)) < 10**_MOST_DIGITS:
        raise ValueError("not an id")
    return number


def _kept_number(value: Any) -> int:
    if (number := _id_number(value)) > LARGEST_NUMBER:
        raise ValueError("not an id")
    return number


def _id_text(value: Any) -> str:
    return str(_id_number(value))


def _time(value: Any) -> datetime:
    """Read `yyyyMMddHHmmssSSS±zzzz`, or `yyyy-MM-dd HH:mm:ss` in China's time (contract 5.4).

    The fraction may have any length, or be missing: it is never taken for the seconds. Refuses
    years that no order can be of: arithmetic on them would overflow.
    """
    return _read_time(str(value).strip())


# An order is read again and again until it is over, and its times stay what they were.
@lru_cache(maxsize=1024)
def _read_time(text: str) -> datetime:
    compact = _COMPACT.fullmatch(text)
    if compact is None:
        time = datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA)
    else:
        seconds, fraction, zone = compact.groups()
        time = datetime.strptime(seconds + zone, "%Y%m%d%H%M%S%z")
        time = time.replace(microsecond=int(f"{fraction:0<6}"[:6]))
    if time.year not in _YEARS:
        raise ValueError(f"a time in the year {time.year}")
    return time


def _plain(value: Any) -> str:
    """Return a text or a number as a text without blanks around it, anything else as none."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).strip()


def _or_none(value: Any, read: Callable[[Any], Any]) -> Any:
    try:
        return read(value)
    except (ValueError, ArithmeticError):
        return None


def web_address(url: str) -> str | None:
    """Return an absolute web address; the marketplace also writes `//host/path`."""
    url = url.strip()
    if url.startswith("//"):
        return f"https:{url}"
    return url if url.startswith(("https://", "http://")) else None


Lenient = Annotated[T | None, WrapValidator(_or_none)]
"""None for what cannot be read: only where nothing that binds hangs on it."""

WHOLE = BeforeValidator(_whole)
Whole = Annotated[int, WHOLE]
FenAmount = Annotated[Fen, BeforeValidator(_fen)]
"""A whole number that the contract states in fen."""

YuanAmount = Annotated[Fen, BeforeValidator(_exact)]
"""An amount that the contract states in yuan and that is exact to the fen."""

YuanPrice = Annotated[Fen, BeforeValidator(estimate)]
"""A list price in yuan: an estimate, rounded up where it is finer than a fen."""

YuanDecimal = Annotated[Decimal, BeforeValidator(_fine)]
"""A unit price in yuan, kept as fine as it is."""

OfferNumber = Annotated[OfferId, BeforeValidator(_kept_number)]
SkuNumber = Annotated[SkuId, BeforeValidator(_kept_number)]
SpecText = Annotated[SpecId, Field(pattern=r"^[0-9A-Za-z]{1,64}$")]
IdText = BeforeValidator(_id_text)
"""Reads 19 digits, given as a text or as a bare number above 2**53 (contract 1.1)."""

OrderIdText = Annotated[MarketplaceOrderId, IdText]
Text = Annotated[str, BeforeValidator(_plain)]
"""A text that nothing binding hangs on: empty when it is none."""

Moment = Annotated[datetime, BeforeValidator(_time)]
