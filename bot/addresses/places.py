"""Locating the divisions in a whole address: where they stand, what they mean, what is open."""

import re
from typing import NamedTuple

from bot.addresses.characters import fold, one_off
from bot.addresses.divisions import Division, Divisions, Level
from bot.addresses.finding import (
    MOST_CANDIDATES,
    NOT_AFTER_SUFFIX,
    PLACEHOLDER,
    ROAD,
    SEPARATORS,
    Route,
    RouteFinder,
)
from bot.addresses.history import AREAS
from bot.addresses.labels import BOUNDARY
from bot.addresses.naming import short_name
from bot.addresses.second_names import contradicting, second_names
from bot.addresses.towns import towns_at, unknown_town
from bot.domain.patterns import lazily

TITLED = lazily(r"(?:街道|[镇乡区])$")
SHORTEST_TELLING = 3  # characters of a full name; 城区 and 东区 are words as well as names
LONGEST_NAME = 20  # characters that a division before the chain may have
CLEAR_VALUE = 8  # a chain worth two short names or one full one
ROAD_AFTER = lazily(ROAD)
_IS_NAME = lazily(r"(?!高新|经开|开发|工业|科技)[\u3400-\u9fff]+")


class Located(NamedTuple):
    """What the text names, from `start` to `end`.

    `places` holds one division, several when the text fits them alike, none when it names none.
    """

    start: int
    end: int
    places: tuple[Division, ...]
    town: Division | None = None
    rivals: tuple[Division, ...] = ()  # what contradicts `places`
    unsure: bool = False  # one short name alone, or a title that the division no longer has
    unknown_town: str = ""
    town_codes: tuple[str, ...] = ()  # towns that the text names without any division above them
    area: tuple[str, ...] = ()  # codes of the districts of a named area that is no division
    mistyped: str = ""  # what stands where a district's name belongs
    meant: tuple[str, ...] = ()  # codes of the districts that `mistyped` is one character from
    elsewhere: tuple[tuple[int, int], ...] = ()  # where `rivals` stand outside the chain


class Locator:
    """Locates the divisions of an address."""

    def __init__(self, divisions: Divisions) -> None:
        self._divisions = divisions
        self._finder = RouteFinder(divisions)

    def locate(self, text: str) -> Located:
        """Return the divisions that the text names. The text is cleaned and without numbers."""
        text = fold(text)
        routes = self._best_routes(text)
        if not routes:
            return Located(0, 0, (), town_codes=self._lone_towns(text))
        places = tuple(self._finder.settle(route.terminal) for route in routes)
        route = routes[0]
        located = Located(route.start, route.end, places)
        located = located._replace(
            unsure=(route.retitled or (route.steps == 1 and not route.first_exact))
            and not places[0].outside_mainland
            and all(self._divisions.deliverable(place.code) for place in places),
            area=self._area(text[route.start : route.end]),
        )
        if places[0].outside_mainland:
            return located
        located = self._with_second_chain(text, self._with_chain_before(text, located))
        return self._with_second_names(text, self._with_town(text, located))

    def _with_second_names(self, text: str, located: Located) -> Located:
        """Decide an open district by a name elsewhere, or doubt one that is contradicted there."""
        if located.rivals or located.mistyped:
            return located
        gaps = ((0, located.start), (located.end, len(text)))
        for found in second_names(text, gaps, self._finder, located.places):
            spots = (*located.elsewhere, (found.start, found.end))
            if rivals := contradicting(text, found, located.places, self._divisions):
                return located._replace(rivals=rivals, elsewhere=spots)
            fitting = tuple(
                place
                for place in located.places
                if any(self._divisions.within(place.code, each.code) for each in found.places)
            )
            if fitting and (found.apart or len(fitting) < len(located.places)):
                located = located._replace(places=fitting, elsewhere=spots)
        return located

    def _area(self, named: str) -> tuple[str, ...]:
        return next((codes for area, codes in AREAS.items() if area in named), ())

    def _best_routes(self, text: str) -> list[Route]:
        """Return the best chains of the best beginning, equal in value."""
        best: list[Route] = []
        best_rank = (False, 0)
        for start, character in enumerate(text):
            begins_token = start == 0 or text[start - 1] in BOUNDARY
            if character in BOUNDARY or not self._finder.may_begin(text, start):
                continue
            routes = [
                route
                for route in self._finder.routes(text, start)
                if begins_token or self._clear_inside_word(route)
            ]
            top = self._finder.best(routes)
            if not top:
                continue
            whole = any(self._divisions.deliverable(route.terminal.code) for route in top)
            clear = begins_token and whole and top[0].value >= CLEAR_VALUE
            if (clear, top[0].value) > best_rank:
                best, best_rank = top, (clear, top[0].value)
        return best

    @staticmethod
    def _clear_inside_word(route: Route) -> bool:
        if route.first_exact:
            return route.value > SHORTEST_TELLING * 2
        return route.steps > 1 and route.first_level <= Level.CITY

    def _lone_towns(self, text: str) -> tuple[str, ...]:
        """Return the codes of all towns named at the beginning of any piece of the text."""
        for piece in re.finditer(r"[^\s,;。|]+", text):
            if name := unknown_town(text, piece.start()):
                owners = self._divisions.owners_of_town(name)[:MOST_CANDIDATES]
                towns = [town for each in owners for town in self._divisions.towns(each.code)]
                return tuple(town.code for town in towns if town.name == name)
        return ()

    def _with_chain_before(self, text: str, located: Located) -> Located:
        """Read names right before the chain: 广东 深圳 深圳市南山区 fits, 广东省杭州市 does not."""
        rivals = [
            route
            for start in range(max(located.start - LONGEST_NAME, 0), located.start)
            for route in self._finder.routes(text[: located.start], start)
            if (route.first_exact or route.first_level is Level.PROVINCE)
            and not text[route.end : located.start].strip(" ,、/\n-")
        ]
        top = self._finder.best(rivals)
        if not top:
            return located
        other = [self._finder.settle(route.terminal) for route in top]
        fitting = tuple(
            known
            for known in located.places
            if any(self._divisions.within(known.code, place.code) for place in other)
        )
        if fitting:
            # Names are often written twice: 山西省 运城市运城市 新绛县.
            wider = located._replace(start=top[0].start, places=fitting)
            return self._with_chain_before(text, wider)
        return located._replace(start=top[0].start, rivals=tuple(other))

    def _with_second_chain(self, text: str, located: Located) -> Located:
        """Read on over names that repeat, narrow or contradict the first chain."""
        routes = [
            route
            for route in self._finder.routes(text, located.end)
            if route.first_exact and self._is_telling(text, route)
        ]
        top = self._finder.best(routes)
        if not top or self._longest_town(text, located) > top[0].end:
            return located
        other = top[0]
        second = [self._finder.settle(route.terminal) for route in top]
        fitting = [
            place
            for place in second
            if any(self._divisions.within(place.code, known.code) for known in located.places)
        ]
        if fitting:
            deeper = located._replace(end=other.end, places=tuple(fitting), unsure=False)
            return self._with_second_chain(text, deeper)
        kept = [
            known
            for known in located.places
            if any(self._divisions.within(known.code, place.code) for place in second)
        ]
        if kept:
            # 白云区 广州市 广东省: the other way round, as English has it.
            gap = SEPARATORS.match(text, located.end)
            ends = not text[other.end : other.end + 1].strip() or text[other.end] in BOUNDARY
            whole = other.steps > 1 or (ends and gap is not None and gap.end() > gap.start())
            if not whole:
                return located._replace(places=tuple(kept), unsure=False)
            further = located._replace(end=other.end, places=tuple(kept), unsure=False)
            return self._with_second_chain(text, further) if ends else further
        if self._contradicts(located, other, second):
            return located._replace(end=other.end, rivals=(*located.rivals, *second))
        return located

    def _longest_town(self, text: str, located: Located) -> int:
        """Return where the longest town's name ends that may follow; a town may repeat names."""
        ends = [
            end
            for place in located.places
            for _, end in towns_at(text, located.end, place, self._divisions)
        ]
        return max(ends, default=0)

    def _is_telling(self, text: str, route: Route) -> bool:
        if route.steps > 1:
            return True
        named = SEPARATORS.sub("", text[route.start : route.end], count=1)
        following = NOT_AFTER_SUFFIX.match(text, route.end) or ROAD_AFTER.match(text, route.end)
        telling = len(named) >= SHORTEST_TELLING or (route.first_exact and named.endswith("县"))
        return telling and not following

    def _contradicts(self, located: Located, other: Route, second: list[Division]) -> bool:
        if any(not self._divisions.deliverable(place.code) for place in located.places):
            return True
        cities = {place.parent for place in located.places}
        return other.steps > 1 or any(place.parent in cities for place in second)

    def _with_town(self, text: str, located: Located) -> Located:
        """Read the town, and let it decide a district that is open."""
        located = self._past_placeholder(text, located)
        found = [
            (town, end)
            for place in located.places
            for town, end in towns_at(text, located.end, place, self._divisions)
        ]
        owners = {town.parent for town, _ in found}
        if len(owners) == 1:
            town, end = max(found, key=lambda pair: pair[1])
            if text[end : end + 1] == "区" and not TITLED.search(town.name):
                end += 1  # 松山湖区: the town is called 松山湖 and nothing more
            place = self._divisions.by_code(town.parent)
            return located._replace(end=end, places=(place,), town=town, unsure=False)
        if len(located.places) != 1:
            return located
        if mistyped := self._mistyped(text, located):
            return mistyped
        if typed := unknown_town(text, located.end):
            located, typed = _uncut(text, located, typed)
            return self._in_another_district(typed, located._replace(unknown_town=typed))
        return located

    @staticmethod
    def _past_placeholder(text: str, located: Located) -> Located:
        """Leave out what a picker puts where a level is missing: 嘉峪关市/市辖区/新华路."""
        skipped = SEPARATORS.match(text, located.end)
        placeholder = PLACEHOLDER.match(text, skipped.end() if skipped else located.end)
        return located._replace(end=placeholder.end()) if placeholder else located

    def _mistyped(self, text: str, located: Located) -> Located | None:
        """Recognise a district's name with one wrong character: 杭州市西胡区."""
        place = located.places[0]
        if self._divisions.deliverable(place.code) or located.area:
            return None
        skipped = SEPARATORS.match(text, located.end)
        begin = skipped.end() if skipped else located.end
        below = self._divisions.children(place.code)
        if place.level is Level.PROVINCE:
            below = tuple(each for city in below for each in self._divisions.children(city.code))
        meant = [(each.code, typed) for each in below if (typed := _misspelt(text, begin, each))]
        if not meant:
            return None
        longest = max((typed for _, typed in meant), key=len)
        return located._replace(
            end=begin + len(longest),
            mistyped=longest,
            meant=tuple(code for code, typed in meant if typed == longest),
            unsure=True,
        )

    def _in_another_district(self, town: str, located: Located) -> Located:
        """Doubt a district when the town lies in another one of its city: 余杭区临平街道."""
        place = located.places[0]
        if place.level is not Level.DISTRICT or located.rivals:
            return located
        others = [
            other
            for other in self._divisions.children(place.parent)
            if other.code != place.code
            and self._divisions.deliverable(other.code)
            and self._divisions.may_have_town(other.code, town)
            and any(fold(each.name) == town for each in self._divisions.towns(other.code))
        ]
        if not others:
            return located
        return located._replace(places=tuple(others), rivals=(place,), unknown_town="")


def _uncut(text: str, located: Located, typed: str) -> tuple[Located, str]:
    """Give a town its whole name back, of which a district's short name was read: 海棠湾镇."""
    short = fold(short_name(located.places[0].name))
    begin = located.end - len(short)
    if len(typed) > len("湾镇") or begin <= located.start or text[begin : located.end] != short:
        return located, typed
    return located._replace(end=begin), short + typed


def _misspelt(text: str, begin: int, division: Division) -> str:
    """Return what stands at `begin` in the place of a district's name, one character off."""
    name = fold(division.name)
    if len(name) < SHORTEST_TELLING:
        return ""
    for length in (len(name), len(name) + 1, len(name) - 1):
        typed = text[begin : begin + length]
        if typed.endswith(name[-1]) and one_off(typed, name) and _IS_NAME.fullmatch(typed):
            return typed
    return ""
