"""Locating the divisions in a whole address: where they stand, what they mean, what is open."""

import re
from typing import NamedTuple

from bot.addresses.divisions import Division, Divisions, Level
from bot.addresses.finding import (
    MOST_CANDIDATES,
    NOT_A_DISTRICT,
    NOT_AFTER_SUFFIX,
    ROAD,
    SEPARATORS,
    Route,
    RouteFinder,
    town_stem,
    towns_below,
)
from bot.addresses.labels import BOUNDARY
from bot.addresses.naming import AREAS

SHORTEST_TELLING = 3  # characters of a full name; 城区 and 东区 are words as well as names
LONGEST_NAME = 20  # characters that a division before the chain may have
CLEAR_VALUE = 8  # a chain worth two short names or one full one
TOWN_SHAPE = re.compile(
    r"([\u3400-\u9fff]{1,8}?)(街道办事处|街道办|街道|苏木|地区|镇|乡)(?![路街口巷]|政府|大道)"
)
NOT_IN_TOWN = re.compile(r"[路街号园区城厦栋楼村]|小$|古$|特色$")
OFFICE = re.compile(r"办事处|办(?!公)")
ROAD_AFTER = re.compile(ROAD)


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


class Locator:
    """Locates the divisions of an address."""

    def __init__(self, divisions: Divisions) -> None:
        self._divisions = divisions
        self._finder = RouteFinder(divisions)

    def locate(self, text: str) -> Located:
        """Return the divisions that the text names. The text is cleaned and without numbers."""
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
        return self._with_town(text, located)

    def _area(self, named: str) -> tuple[str, ...]:
        return next((codes for area, codes in AREAS.items() if area in named), ())

    def _best_routes(self, text: str) -> list[Route]:
        """Return the best chains of the best beginning, equal in value."""
        best: list[Route] = []
        best_rank = (False, 0)
        for start, character in enumerate(text):
            begins_token = start == 0 or text[start - 1] in BOUNDARY
            if character in BOUNDARY:
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
            return located._replace(start=top[0].start, places=fitting)
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
            return located._replace(end=other.end, places=tuple(fitting), unsure=False)
        kept = [
            known
            for known in located.places
            if any(self._divisions.within(known.code, place.code) for place in second)
        ]
        if kept:
            end = other.end if other.steps > 1 else located.end
            return located._replace(end=end, places=tuple(kept), unsure=False)
        if self._contradicts(located, other, second):
            return located._replace(end=other.end, rivals=(*located.rivals, *second))
        return located

    def _longest_town(self, text: str, located: Located) -> int:
        """Return where the longest town's name ends that may follow; a town may repeat names."""
        ends = [
            end for place in located.places for _, end in self._towns_at(text, located.end, place)
        ]
        return max(ends, default=0)

    def _is_telling(self, text: str, route: Route) -> bool:
        if route.steps > 1:
            return True
        named = SEPARATORS.sub("", text[route.start : route.end], count=1)
        following = NOT_AFTER_SUFFIX.match(text, route.end) or ROAD_AFTER.match(text, route.end)
        return len(named) >= SHORTEST_TELLING and not following

    def _contradicts(self, located: Located, other: Route, second: list[Division]) -> bool:
        if any(not self._divisions.deliverable(place.code) for place in located.places):
            return True
        cities = {place.parent for place in located.places}
        return other.steps > 1 or any(place.parent in cities for place in second)

    def _with_town(self, text: str, located: Located) -> Located:
        """Read the town, and let it decide a district that is open."""
        found = [
            (town, end)
            for place in located.places
            for town, end in self._towns_at(text, located.end, place)
        ]
        owners = {town.parent for town, _ in found}
        if len(owners) == 1:
            town, end = max(found, key=lambda pair: pair[1])
            place = self._divisions.by_code(town.parent)
            return located._replace(end=end, places=(place,), town=town, unsure=False)
        if len(located.places) == 1 and (typed := unknown_town(text, located.end)):
            return located._replace(unknown_town=typed)
        return located

    def _towns_at(self, text: str, start: int, place: Division) -> list[tuple[Division, int]]:
        skipped = SEPARATORS.match(text, start)
        begin = skipped.end() if skipped else start
        towns = towns_below(place, self._divisions)
        full = [town for town in towns if text.startswith(town.name, begin)]
        if full:
            longest = max(len(town.name) for town in full)
            end = begin + longest
            office = OFFICE.match(text, end)
            named = [town for town in full if len(town.name) == longest]
            return [(town, office.end() if office else end) for town in named]
        if shape := TOWN_SHAPE.match(text, begin):
            same = [town for town in towns if town_stem(town.name) == shape.group(1)]
            if same:
                return [(town, shape.end()) for town in same] if len(same) == 1 else []
        if place.level is not Level.CITY or not self._divisions.deliverable(place.code):
            return []
        return self._short_towns(text, begin, towns)

    @staticmethod
    def _short_towns(text: str, begin: int, towns: list[Division]) -> list[tuple[Division, int]]:
        """Return the town that a city without districts is followed by: 东莞长安."""
        found = []
        for town in towns:
            stem = town_stem(town.name)
            end = begin + len(stem)
            if (
                stem != town.name
                and text.startswith(stem, begin)
                and not NOT_A_DISTRICT.match(text, end)
            ):
                found.append((town, end))
        return found if len(found) == 1 else []


def unknown_town(text: str, start: int) -> str:
    """Return what looks like a town's name at `start`, or nothing."""
    skipped = SEPARATORS.match(text, start)
    shape = TOWN_SHAPE.match(text, skipped.end() if skipped else start)
    if not shape or NOT_IN_TOWN.search(shape.group(1)) or shape.group(2) == "地区":
        return ""
    return shape.group()
