"""Finding divisions in a text: the longest chain of names that lie within one another."""

from collections.abc import Iterator
from itertools import pairwise

from msgspec import Struct

from bot.addresses.characters import fold, one_off
from bot.addresses.divisions import Division, Divisions, Level
from bot.addresses.naming import Entry, NameIndex, name_index
from bot.domain.patterns import lazily

MOST_CANDIDATES = 20
HAN = lazily(r"[\u3400-\u9fff]")
WEIGHT_EXACT = 3  # a character of a full name tells more than one of a short name
WEIGHT_SHORT = 2
SEPARATORS = lazily(r"[\s,、/\\\->·|.;。]*")
# What pickers put where a level is missing; 县 alone only between separators, or before a county.
PLACEHOLDER = lazily(
    r"市辖区|自治区直辖县级行政区划|省直辖县级行政区划|省直辖县级|省直辖县|直辖县级|直辖县|直辖"
    r"|县(?=[\s,、/\\\->·|.;。]|[^\s,]{1,12}[县区市])"
)
# A city that nobody knows, between a province and a district that only one of its cities has.
UNKNOWN_CITY = lazily(r"[\u3400-\u9fff]{1,5}?(?:州?市|州|盟|地区)(?=[\u3400-\u9fff])")
# A short name before one of these is part of another name: 南京东路, 朝阳门, 中山公园.
ROAD = r"[东西南北中]?[一二三四五六七八九十]?(?:路|街(?!道)|大道|大街|巷|弄|胡同)"
INSTITUTION = (
    r"[^\s,]{0,4}大学|[^\s,]{0,2}学院|学校|中学|小学|医院|公园|花园|广场|书店|大厦|[^\s,]{0,2}酒店|饭店|宾馆|机场|火车站|"
    r"[东西南北]站|体育|文化|国际|中心|商城|商场|市场|小区|新村|银行|法院|政府|派出所|高速|立交|地铁|剧院|"
    r"图书|博物|会展"
)
NOT_A_CITY = lazily(f"{ROAD}|{INSTITUTION}")
NOT_A_DISTRICT = lazily(
    f"{ROAD}|{INSTITUTION}"
    r"|[东西南北中外内]?门|里(?!水)|大?桥|站|塔|寺|祠|村|镇|乡|街道|苑|坊"
    r"|经济|高新(?![一二三四五六七八九十]+路)|高技术|产业|管理区|港|[^\s,]?风景"
    r"|[^\s,]{0,2}(?:开发|工业园|新区|示范区)"
)
# 昆山开发区 lies in 昆山: a city of its own has zones, a city's district is named before them.
ZONE_OF_CITY = lazily(
    r"(?:国家级?)?(?:经济|高新|技术|产业){0,4}(?:开发区|工业园区?|新区|示范区)|经开区|高新区"
)
SUFFIXES = "市区县州盟旗省"
SHORTEST_TITLE = 3  # characters; of 苗族自治县 one may be wrong, of 区 none
NOT_AFTER_SUFFIX = lazily(r"场|民|路|街(?!道)|政府|府|委")


class Route(Struct, frozen=True):
    """A chain of names read from `start` to `end`; `terminal` is the deepest division named."""

    start: int
    end: int
    terminal: Division
    value: int
    steps: int
    first_exact: bool
    first_level: Level
    retitled: bool  # confirmed, not believed: another title than today's (余杭市), a lost city


class RouteFinder:
    """Reads chains of division names."""

    def __init__(self, divisions: Divisions) -> None:
        self._divisions = divisions
        self._index: NameIndex = name_index(divisions)

    def may_begin(self, text: str, start: int) -> bool:
        """Tell cheaply whether any chain can begin at `start`, which is no separator."""
        return self._index.may_begin(text, start)

    def routes(self, text: str, start: int, within: Division | None = None) -> Iterator[Route]:
        """Return every chain that begins at `start`, the shorter beginnings of each included."""
        for division, end, gain, exact, retitled in self._steps(text, start, within):
            first = Route(start, end, division, gain, 1, exact, division.level, retitled)
            yield first
            yield from self._longer(text, first)

    def _longer(self, text: str, route: Route) -> Iterator[Route]:
        position = SEPARATORS.match(text, route.end)
        after = position.end() if position else route.end
        if placeholder := PLACEHOLDER.match(text, after):
            after = placeholder.end()
        found = False
        for division, end, gain, _, retitled in self._steps(text, after, route.terminal):
            found = True
            longer = self._lengthened(route, division, end, gain, retitled=retitled)
            yield longer
            yield from self._longer(text, longer)
        if not found and route.terminal.level is Level.PROVINCE:
            yield from self._past_unknown_city(text, after, route)

    def _past_unknown_city(self, text: str, start: int, route: Route) -> Iterator[Route]:
        unknown = UNKNOWN_CITY.match(text, start)
        if unknown is None:
            return
        for division, end, gain, exact, _ in self._steps(text, unknown.end(), route.terminal):
            if exact and division.level is Level.DISTRICT:
                yield self._lengthened(route, division, end, gain, retitled=True)

    @staticmethod
    def _lengthened(
        route: Route, division: Division, end: int, gain: int, *, retitled: bool
    ) -> Route:
        return Route(
            route.start,
            end,
            division,
            route.value + gain,
            route.steps + 1,
            route.first_exact,
            route.first_level,
            retitled,
        )

    def _steps(
        self, text: str, start: int, above: Division | None
    ) -> Iterator[tuple[Division, int, int, bool, bool]]:
        """Return `(division, end, value, exact, retitled)` of each name that can follow `above`."""
        skipped = SEPARATORS.match(text, start)
        begin = skipped.end() if skipped else start
        if not self._index.may_begin(text, begin):
            return
        for length in self._index.lengths(text, begin):
            end = begin + length
            if end > len(text):
                continue  # a shorter name at the end of the text is met at its own length
            word = text[begin:end]
            readings = self._index.readings(word)
            if not readings:
                continue
            if above is not None and self._names_again(readings, above):
                return  # 玉树藏族自治州玉树藏族自治州: the second is no 玉树市
            for entry in readings:
                if not self._can_follow(entry, above):
                    continue
                if entry.exact:
                    yield entry.division, end, length * WEIGHT_EXACT, True, entry.old
                elif (shown := self._short_end(text, begin, end, entry.division)) is not None:
                    weight = WEIGHT_EXACT if entry.division.outside_mainland else WEIGHT_SHORT
                    yield entry.division, shown, (shown - begin) * weight, False, shown > end

    def _names_again(self, readings: tuple[Entry, ...], above: Division) -> bool:
        """Return whether a full name repeats what holds it, and names nothing below."""
        return any(
            entry.exact and self._divisions.within(above.code, entry.division.code)
            for entry in readings
        ) and not any(self._can_follow(entry, above) for entry in readings)

    def _can_follow(self, entry: Entry, above: Division | None) -> bool:
        division = entry.division
        if above is None:
            return not entry.local
        if entry.below:  # 乌兰察布盟武川县: it went to another city since
            return entry.below == above.code
        if entry.local and not above.outside_mainland and division.parent != above.code:
            return False
        # 嫩江市嫩江农场: the second 嫩江 belongs to what follows
        return division.code != above.code and self._divisions.within(division.code, above.code)

    def _short_end(self, text: str, begin: int, end: int, division: Division) -> int | None:
        """Return where a short name ends, or None when it is part of some other name.

        A wrong, misspelt or former title is read with it (余杭市 for 余杭区).
        """
        level = division.level
        title = division.name[end - begin :]
        if len(title) >= SHORTEST_TITLE and one_off(text[end : end + len(title)], title):
            return end + len(title)
        following = text[end : end + 1]
        if following and following in SUFFIXES:
            if text[begin : end + 1] in self._index:  # another's full name; but 济南市中区 is read
                return None if level is Level.DISTRICT else end
            return None if NOT_AFTER_SUFFIX.match(text, end + 1) else end + 1
        if level is Level.DISTRICT:
            zone = division.name.endswith("市") and ZONE_OF_CITY.match(text, end)
            return None if NOT_A_DISTRICT.match(text, end) and not zone else end
        return (
            None if NOT_A_CITY.match(text, end) and not self._goes_on(text, end, division) else end
        )

    def _goes_on(self, text: str, start: int, above: Division) -> bool:
        """Return whether a city's name is followed by a district's: 南宁西乡塘大学东路."""
        return self._index.may_begin(text, start) and any(
            self._can_follow(entry, above)
            for length in self._index.lengths(text, start)
            for entry in self._index.readings(text[start : start + length])
        )

    def best(self, routes: list[Route]) -> list[Route]:
        """Return the most telling routes, one for each place that they may mean."""
        if not routes:
            return []
        value = max(route.value for route in routes)
        top: dict[str, Route] = {}
        for route in routes:
            if route.value == value:
                top.setdefault(self.settle(route.terminal).code, route)
        return [
            route
            for code, route in top.items()
            if not any(other != code and self._divisions.within(code, other) for other in top)
        ]

    def settle(self, division: Division) -> Division:
        """Return a municipality's city in place of the province of the same name."""
        below = self._divisions.path(division.code)
        if len(below) == 1 and division.name.endswith("市"):
            return self._divisions.by_code(f"{division.code[:2]}0100")
        return division


def find_division(text: str, divisions: Divisions, within: str | None = None) -> list[Division]:
    """Return what a typed answer such as `深圳南山`, `长河街道` or `Nanshan` may mean, at most 20.

    `within` is a code that all answers must lie under (`KeyError` when unknown). Hong Kong, Macau
    and Taiwan are among the answers; `Divisions.deliverable` tells. Empty when nothing fits.
    """
    typed = " ".join(text.split())[:100]
    if not typed:
        return []
    above = divisions.by_code(within) if within else None
    if not HAN.search(typed):
        from bot.addresses.latin import find_romanised  # noqa: PLC0415 - data few texts need

        return find_romanised(typed, divisions, within)[:MOST_CANDIDATES]
    typed = fold(typed)
    finder = RouteFinder(divisions)
    best = finder.best(list(finder.routes(typed, 0, above)))
    if best:
        found = [finder.settle(route.terminal) for route in best]
        rest = typed[best[0].end :].strip(" ,")
        towns = [town for place in found for town in matching_towns(rest, place, divisions)]
        return (towns or found)[:MOST_CANDIDATES]
    if above is not None and (towns := matching_towns(typed, above, divisions)):
        return towns[:MOST_CANDIDATES]
    return _by_part_of_name(typed, divisions, above)


def matching_towns(name: str, place: Division, divisions: Divisions) -> list[Division]:
    """Return the towns at or below `place` whose name, full or without its kind, is `name`."""
    if not name:
        return []
    towns = towns_below(place, divisions)
    exact = [town for town in towns if fold(town.name) == name]
    return exact or [town for town in towns if fold(town_stem(town.name)) == name]


def towns_below(place: Division, divisions: Divisions, holding: str = "") -> list[Division]:
    """Return every town at any depth below a city or district; none for a whole province.

    With `holding` only those of districts where a town's folded name may have these characters.
    """
    if place.level is Level.PROVINCE:
        return []
    owners = (place,) if divisions.deliverable(place.code) else divisions.children(place.code)
    return [
        town
        for owner in owners
        if not holding or divisions.may_have_town(owner.code, holding)
        for town in divisions.towns(owner.code)
    ]


def town_stem(name: str) -> str:
    """Return a town's name without its kind (长河街道 is 长河)."""
    for kind in ("街道", "地区", "镇", "乡", "苏木"):
        if name.endswith(kind) and len(name) - len(kind) > 1:
            return name.removesuffix(kind)
    return name


def _by_part_of_name(text: str, divisions: Divisions, above: Division | None) -> list[Division]:
    def fits(division: Division) -> bool:
        return above is None or divisions.within(division.code, above.code)

    named = [each for each in divisions.all_above_towns() if text in fold(each.name) and fits(each)]
    if named:
        doubled = {b.code for a, b in pairwise(named) if a.name == b.name and b.parent == a.code}
        kept = [each for each in named if each.code not in doubled]
        return sorted(kept, key=lambda each: not fold(each.name).startswith(text))[:MOST_CANDIDATES]
    owners = [owner for owner in divisions.owners_of_town(text) if fits(owner)]
    towns = [town for owner in owners for town in divisions.towns(owner.code) if town.name == text]
    return towns[:MOST_CANDIDATES]
