"""Turning what was read into the questions that are left."""

from bot.addresses.contacts import Numbers
from bot.addresses.divisions import Divisions
from bot.addresses.parsed import LONGEST_NAME, LONGEST_STREET, Doubt, DoubtKind, Hint
from bot.addresses.places import Located
from bot.addresses.territories import foreign_country
from bot.domain.patterns import lazily

HAN = lazily(r"[\u3400-\u9fff]")
LATIN = lazily(r"[A-Za-z]")
SHORTEST_LATIN = 8  # letters; fewer may be a door or a brand
SHORTEST_STREET = 2


def name_doubts(name: str, *, sure: bool, rest: str = "") -> list[Doubt]:
    """Return what is open about the recipient. `rest` is the street if the guess is not them."""
    if not name or len(name) > LONGEST_NAME:
        return [Doubt(kind=DoubtKind.NAME_MISSING, text=name)]
    if not sure:
        return [Doubt(kind=DoubtKind.NAME_DOUBTFUL, text=name, rest=rest)]
    return []


def phone_doubts(numbers: Numbers, number_like: str) -> list[Doubt]:
    """Return what is open about the number. `number_like` stood behind a label."""
    if numbers.phone:
        return []
    if refused := numbers.refused or number_like:
        return [Doubt(kind=DoubtKind.PHONE_INVALID, text=refused)]
    return [Doubt(kind=DoubtKind.PHONE_MISSING)]


def division_doubts(text: str, located: Located, divisions: Divisions) -> list[Doubt]:
    """Return what is open about the divisions."""
    named = " ".join(text[located.start : located.end].split())
    if not located.places:
        foreign = len(LATIN.findall(text)) > max(len(HAN.findall(text)), SHORTEST_LATIN)
        hint = Hint.WRITE_IN_CHINESE if foreign else None
        found = located.town_codes
        return [Doubt(kind=DoubtKind.DIVISION_MISSING, candidates=found, text=named, hint=hint)]
    codes = tuple(place.code for place in located.places)
    if located.rivals:
        both = (*codes, *(place.code for place in located.rivals))
        return [Doubt(kind=DoubtKind.DIVISION_CONFLICT, candidates=both, text=named)]
    if located.mistyped or len(codes) > 1 or located.unsure:
        typed, meant = (located.mistyped or named), (located.meant or codes)
        return [Doubt(kind=DoubtKind.DISTRICT_AMBIGUOUS, candidates=meant, text=typed)]
    return _below(codes[0], named, located, divisions)


def _below(code: str, named: str, located: Located, divisions: Divisions) -> list[Doubt]:
    if not divisions.deliverable(code):
        below = located.area or tuple(child.code for child in divisions.children(code))
        return [Doubt(kind=DoubtKind.DISTRICT_MISSING, candidates=below, text=named)]
    if located.unknown_town:
        return [Doubt(kind=DoubtKind.TOWN_UNKNOWN, text=located.unknown_town)]
    return []


def outside(text: str, located: Located) -> list[Doubt]:
    """Return the one doubt that makes all others idle, if the address is not in the mainland."""
    if located.places and located.places[0].outside_mainland:
        named = " ".join(text[located.start : located.end].split())
        return [Doubt(kind=DoubtKind.OUTSIDE_MAINLAND, text=named)]
    if not located.places and (country := foreign_country(text)):
        return [Doubt(kind=DoubtKind.OUTSIDE_MAINLAND, text=country)]
    return []


def street_doubts(street: str, located: Located, whole: str = "") -> list[Doubt]:
    """Return what is open about the street line. `whole` has what may be no part of it as well."""
    if len(street) > LONGEST_STREET:
        return [Doubt(kind=DoubtKind.STREET_TOO_LONG, text=street)]
    if len(street) < SHORTEST_STREET or street == located.unknown_town:
        return [Doubt(kind=DoubtKind.STREET_MISSING)]
    if whole:
        return [Doubt(kind=DoubtKind.STREET_DOUBTFUL, text=street, rest=whole)]
    return []
