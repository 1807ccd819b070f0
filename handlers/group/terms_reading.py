"""Reading what an organiser types for a term of a group buy."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo, available_timezones

from pydantic import ValidationError

from bot.chat.buttons import natural
from bot.domain.currencies import CNY, Currency, MoneyUnreadable, UnknownCurrency, read_money
from bot.domain.group_buys.shares import FreightKey
from bot.domain.group_buys.terms import LONGEST_TEXT, InPack, Mode, Terms
from bot.domain.money import Fen
from bot.domain.patterns import lazily
from bot.domain.rates import YUAN_RATE, Rate, RateUnreadable, read_rates
from bot.domain.shop_terms import PPM

_LONGEST_OPEN = timedelta(days=90)
_LONGEST_TIME = 24 * 60  # hours or days: more is a mistake
_MOST_EXTENSIONS = 9
_PERCENT = 100
_AFTER = lazily(r"(\d{1,3})\s*([dhд天日]|days?|hours?|小时)?", re.IGNORECASE)
_AT = lazily(r"(\d{4})-(\d{1,2})-(\d{1,2})\s+(\d{1,2})[:：](\d\d)")
_SHARE = lazily(r"(\d{1,3}(?:[.,]\d{1,4})?)\s*[%％]?")
_CODE = lazily(r"[A-Za-z]{3}")
_OFFSET = lazily(r"(?:UTC|GMT)\s*([+-])\s*(\d{1,2})", re.IGNORECASE)
_NUMBERS = lazily(r"\d{1,7}")


def read_term(terms: Terms, name: str, typed: str, now: datetime) -> Terms | None:
    """Return the terms with one of them as it was typed; None for what can't be used."""
    try:
        changes = _read(terms, name, typed, now)
        return None if changes is None else terms.changed(**changes)
    except (ValidationError, MoneyUnreadable, RateUnreadable, UnknownCurrency, ValueError):
        return None


def _read(terms: Terms, name: str, typed: str, now: datetime) -> dict[str, object] | None:  # noqa: PLR0911, PLR0912, C901 - one a term
    match name:
        case "mode":
            return {"mode": Mode(typed)}
        case "fee":
            return {"fee_ppm": _ppm(typed)}
        case "cap":
            return {"cap_ppm": PPM + _ppm(typed)}
        case "freight_key":
            return {"freight_key": FreightKey(typed)}
        case "freight_each" | "abroad_each":
            return {name: _fen(typed)}
        case "grams":
            return {"grams": _grams(terms, typed), "freight_key": FreightKey.WEIGHT}
        case "currency":
            return {"rate": _rate(typed)}
        case "minimum" | "row_fill":
            number = natural(typed)
            return None if number is None else {name: number}
        case "most_each":
            number = natural(typed)
            return None if number is None else {name: number or None}
        case "deadline":
            moment = read_moment(typed, terms.zone, now)
            return {"deadline": moment} if moment else None
        case "zone":
            return {"zone": _zone(typed)}
        case "row":
            return {"row": _row(terms, typed)}
        case "answer_within" | "pay_within":
            return {name: timedelta(hours=_between(typed, 1))}
        case "dispute_within" | "fetch_within":
            return {name: timedelta(days=_between(typed, 1))}
        case "extensions":
            number = natural(typed)
            return {name: number} if number is not None and number <= _MOST_EXTENSIONS else None
        case "payment" | "handout":
            return {name: typed} if 0 < len(typed) <= LONGEST_TEXT else None
    return None


def _ppm(typed: str) -> int:
    read = _SHARE.fullmatch(typed)
    if read is None:
        raise ValueError(typed)
    return int(Decimal(read[1].replace(",", ".")) * PPM / _PERCENT)


def _fen(typed: str) -> Fen:
    if natural(typed) == 0:
        return Fen(0)
    return Fen(read_money(typed, CNY).units)


def _between(typed: str, least: int) -> int:
    number = natural(typed)
    if number is None or not least <= number <= _LONGEST_TIME:
        raise ValueError(typed)
    return number


def _grams(terms: Terms, typed: str) -> dict[str, int]:
    """Read what a piece weighs: one number for all variants, or one each in their sequence."""
    numbers = [int(each) for each in _NUMBERS.findall(typed)]
    keys = [each.spec_id or "" for each in terms.variants]
    if len(numbers) == 1:
        numbers *= len(keys)
    if len(numbers) != len(keys) or not all(numbers):
        raise ValueError(typed)
    return dict(zip(keys, numbers, strict=True))


def _row(terms: Terms, typed: str) -> tuple[InPack, ...]:
    """Read how many of each variant a set has, in their sequence; 0 alone for no sets."""
    numbers = [int(each) for each in _NUMBERS.findall(typed)]
    specs = [each.spec_id for each in terms.variants]
    if numbers == [0]:
        return ()
    if len(numbers) != len(specs) or not any(numbers):
        raise ValueError(typed)
    pairs = zip(specs, numbers, strict=True)
    return tuple(InPack(spec_id=spec, pieces=count) for spec, count in pairs if count)


def _rate(typed: str) -> Rate:
    """Read `CNY`, or a rate that says which way it is meant: `1 CNY = 12.9 RUB`."""
    codes = [each.upper() for each in _CODE.findall(typed)]
    others = [each for each in codes if each != CNY.code]
    if not others and codes:
        return YUAN_RATE
    currency = Currency(others[0] if others else "")
    readings = read_rates(typed, currency)
    if len(readings) != 1:
        raise RateUnreadable(typed)
    return readings[0]


def _zone(typed: str) -> str:
    if match := _OFFSET.fullmatch(typed):
        # POSIX counts the other way round.
        typed = f"Etc/GMT{'-' if match[1] == '+' else '+'}{int(match[2])}"
    named = typed.strip().replace(" ", "_").casefold()
    known = next((each for each in available_timezones() if each.casefold() == named), None)
    if known is None:
        raise ValueError(typed)
    return known


class OddHour(StrEnum):
    """An hour that the clocks of a zone do not show once."""

    TWICE = "twice"
    NEVER = "never"


def odd_hour(typed: str, zone: str) -> OddHour | None:
    """Tell whether the clocks of a zone show a typed moment twice or never; None for once."""
    read = _AT.fullmatch(typed)
    if read is None:
        return None
    try:
        first = datetime(*map(int, read.groups()), tzinfo=ZoneInfo(zone))  # type: ignore[arg-type,misc]  # five numbers
    except ValueError:
        return None
    if first.utcoffset() == first.replace(fold=1).utcoffset():
        return None
    there = first.astimezone(UTC).astimezone(first.tzinfo)
    return (
        OddHour.TWICE if there.replace(tzinfo=None) == first.replace(tzinfo=None) else OddHour.NEVER
    )


def read_moment(typed: str, zone: str, now: datetime) -> datetime | None:
    """Read `3` (days), `12h`, or `2026-12-05 20:00` on the clocks of the group's zone.

    An hour that clocks show twice is its first; one that they skip is the one after. None for
    what is no moment, or past, or further than a buy may be open.
    """
    if read := _AFTER.fullmatch(typed):
        hours = (read[2] or "d").lower()[:1] in {"h", "小"}
        ahead = timedelta(hours=int(read[1])) if hours else timedelta(days=int(read[1]))
        moment = now + ahead
    elif read := _AT.fullmatch(typed):
        try:
            local = datetime(*map(int, read.groups()), tzinfo=ZoneInfo(zone))  # type: ignore[arg-type,misc]  # five numbers
        except ValueError:
            return None
        moment = local.astimezone(UTC)
    else:
        return None
    return moment if now < moment <= now + _LONGEST_OPEN else None
