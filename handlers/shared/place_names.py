"""Places in the reader's letters: Chinese names for who reads Chinese, Latin ones for others.

The marketplace takes and prints Chinese alone, so an address shows both to whoever reads Latin
letters: one to read, one that the courier will see. Streets stay as they were written.
"""

from functools import lru_cache

from bot.addresses import Division, Level, find_division, load_divisions
from bot.addresses.romanised import described, shown
from bot.chat.texts import Html, Texts
from bot.domain.addresses import Address

_READS_CHINESE = "zh"


def place_shown(t: Texts, address: Address) -> str:
    """Return where an address lies, such as `Nanshan District, Shenzhen, Guangdong (广东省 …)`."""
    latin = "" if t.language == _READS_CHINESE else _described(address.district_code)
    return f"{latin} ({address.division})" if latin else address.division


def place_in_short(t: Texts, address: Address) -> str:
    """Return the district, or the city where there is none, as a button has room for."""
    chinese = address.district or address.city
    division = _division(address.district_code)
    if t.language == _READS_CHINESE or division is None:
        return chinese
    return shown(division) or chinese


def city_shown(t: Texts, address: Address) -> str:
    """Return the city of an address."""
    division = _division(address.district_code)
    if t.language == _READS_CHINESE or division is None:
        return address.city
    path = load_divisions().path(division.code)
    return next((shown(each) for each in path if each.level is Level.CITY), "") or address.city


def origin_shown(t: Texts, place: str) -> str:
    """Return where a seller ships from, in the reader's letters when it is a place we know."""
    return place if t.language == _READS_CHINESE else _of_text(place) or place


def address_shown(t: Texts, address: Address) -> Html:
    """Write out where an order goes: who, which number, where."""
    return t(
        "preview.address",
        name=address.full_name,
        mobile=address.mobile,
        division=place_shown(t, address),
        street=address.street,
    )


def _division(code: str) -> Division | None:
    return load_divisions().get(code)


@lru_cache(maxsize=256)
def _described(code: str) -> str:
    return described(code, load_divisions()) if _division(code) is not None else ""


@lru_cache(maxsize=256)
def _of_text(place: str) -> str:
    found = find_division(place, load_divisions())
    return _described(found[0].code) if len(found) == 1 else ""
