"""Second divisions in an address: one in the street, or before a whole other chain.

A name that means the same place repeats it, one that means another contradicts it and is asked
about, and a part of a road's or a building's name (户县路, 上海宾馆) is neither.
"""

from collections.abc import Iterator
from typing import NamedTuple

from bot.addresses.divisions import Division, Divisions, Level
from bot.addresses.finding import SUFFIXES, Route, RouteFinder
from bot.addresses.labels import BOUNDARY, PHONE_MARK
from bot.addresses.naming import is_zone
from bot.domain.patterns import lazily

SHORTEST = 3  # characters of a name in the midst of a street; 户县 only where a word begins
# What a division's name is followed by when it is a part of another name.
PART_OF_A_NAME = lazily(
    r"(?:[东西南北中]?[一二三四五六七八九十]?(?:路|街(?!道)|大道|大街|巷|弄|胡同|线|桥|高速"
    r"|公路|国道|站|港|码头|口岸)"
    r"|城|域|立|级|直|民|府|委|政|团|驻|籍|人(?!民(?:路|街|大道))|办(?!事处)|法院|检|公安|交"
    r"|第[一二三四五六七八九十\d]"
    r"|[\u3400-\u9fff]{0,12}?(?:院|校|学|局|馆|所|公司|厂|中心|大厦|大楼|广场|酒店|饭店|宾馆"
    r"|店|会|站|社|银行|"
    r"集团|商城|市场|小区|花园|公寓|新村|基地|园区|产业园|工业园|科技园|大厅|机关|部队|医院"
    r"|仓库?|货运|物流|专线))"
)
# Words for a part of many cities: they contradict only what lies in the same city.
_COMMON = (
    "市中区 新城区 新市区 城中区 城东区 城西区 城南区 城北区 城关区 城区 郊区 矿区 东城区 西城区"
)
COMMON = frozenset(_COMMON.split())
COUNTY = "县"


class SecondName(NamedTuple):
    """A division that a text names beside those that were located."""

    start: int
    end: int
    places: tuple[Division, ...]
    apart: bool  # nothing but separators stand around it


def second_names(
    text: str, gaps: tuple[tuple[int, int], ...], finder: RouteFinder, near: tuple[Division, ...]
) -> Iterator[SecondName]:
    """Yield the divisions that the folded text names by a whole name between the given ends.

    `near` are the places that were located: in mid-word only names of their province count.
    """
    for begin, finish in gaps:
        position = begin
        while position < finish:
            found = _at(text, position, finish, finder, near, position in {begin, 0})
            if found is None:
                position += 1
                continue
            yield found
            position = found.end


def _at(
    text: str,
    start: int,
    finish: int,
    finder: RouteFinder,
    near: tuple[Division, ...],
    begins: bool,  # noqa: FBT001 - whether a piece of the text begins here
) -> SecondName | None:
    if text[start] in BOUNDARY or not finder.may_begin(text, start):
        return None
    whole_word = begins or text[start - 1] in BOUNDARY
    routes = [
        route
        for route in finder.routes(text, start)
        if route.end <= finish and _is_whole(text, route, whole_word=whole_word)
    ]
    if not whole_word:
        routes = [route for route in routes if _counts_in_mid_word(route, near)]
    top = finder.best(routes)
    if not top or PART_OF_A_NAME.match(text, top[0].end):
        return None
    places = tuple(finder.settle(route.terminal) for route in top)
    return SecondName(start, top[0].end, places, whole_word and _ends(text, top[0].end))


def _is_whole(text: str, route: Route, *, whole_word: bool) -> bool:
    """Return whether a name is written with what it is, so that it can be nothing else."""
    named = text[route.start : route.end].strip()
    if whole_word and _is_city_alone(text, route):
        return True
    if named[-1] not in SUFFIXES or not (route.first_exact or route.retitled or route.steps > 1):
        return False
    return len(named) >= SHORTEST or (whole_word and named.endswith(COUNTY))


def _ends(text: str, end: int) -> bool:
    return end == len(text) or text[end] in BOUNDARY


def _is_city_alone(text: str, route: Route) -> bool:
    """Return whether a short name of a city stands by itself, and away from any number: 上海."""
    beside = text[: route.start].rstrip(" ,")[-1:] + text[route.end :].lstrip(" ,")[:1]
    return (
        route.terminal.level <= Level.CITY
        and _ends(text, route.end)
        and route.end - route.start >= 2  # noqa: PLR2004 - the shortest of all names
        and PHONE_MARK not in beside
    )


def _counts_in_mid_word(route: Route, near: tuple[Division, ...]) -> bool:
    same = any(place.code[:2] == route.terminal.code[:2] for place in near)
    return same or route.steps > 1 or route.terminal.level <= Level.CITY


def agree(one: Division, others: tuple[Division, ...], divisions: Divisions) -> bool:
    """Return whether a place is, holds or lies within one of others, or overlaps it as a zone."""
    return any(
        divisions.within(one.code, other.code)
        or divisions.within(other.code, one.code)
        or (one.parent == other.parent and (is_zone(one) or is_zone(other)))
        for other in others
    )


def contradicting(
    text: str, found: SecondName, known: tuple[Division, ...], divisions: Divisions
) -> tuple[Division, ...]:
    """Return where else a second name says that the parcel goes, the same city first."""
    if any(agree(place, found.places, divisions) for place in known):
        return ()
    cities = {place.parent for place in known}
    beside = tuple(place for place in found.places if place.parent in cities)
    if text[found.start : found.end] in COMMON:
        return beside
    return beside or found.places
