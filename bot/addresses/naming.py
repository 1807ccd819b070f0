"""What people call the divisions: full names, short ones, local and former ones."""

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from bot.addresses.characters import fold
from bot.addresses.divisions import Division, Divisions, Level
from bot.addresses.history import (
    ALSO,
    FORMER,
    MOSTLY,
    SHORTENED,
    Former,
    areas,
    former_names,
)
from bot.domain.patterns import lazily

SHORTEST_NAME = 2
TITLES = ("特别行政区", "自治区", "自治州", "自治县", "自治旗", "地区", "新区")
LAST_CHARACTERS = "省市区县盟旗"
PEOPLES = lazily(
    "(?:蒙古|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|高山|拉祜|水|"
    "东乡|纳西|景颇|柯尔克孜|土|达斡尔|仫佬|羌|布朗|撒拉|毛南|仡佬|锡伯|阿昌|普米|塔吉克|怒|乌孜别克|"
    "俄罗斯|鄂温克|德昂|保安|裕固|京|塔塔尔|独龙|鄂伦春|赫哲|门巴|珞巴|基诺|各)族$"
    "|(?:蒙古|维吾尔|哈萨克|柯尔克孜|塔吉克|锡伯)$"
)
ZONE_DIGIT = "7"  # the fifth digit of a development zone's statistical code
ZONE_KINDS = (
    (lazily(r"高新技术(?:产业)?(?:开发区|园区)$|高技术产业开发区$"), ("高新区",)),
    (lazily(r"经济(?:技术)?开发区$"), ("经开区", "开发区")),
)


class Entry(NamedTuple):
    """One reading of a name. A `local` name counts only right after the city's own.

    An `old` name's place lies in the division for the most part, so that it is confirmed.
    `below` is the code of what a former name counts below, empty when it counts anywhere.
    """

    division: Division
    exact: bool
    local: bool
    old: bool = False
    below: str = ""


class NameIndex:
    """Every name of every division above the towns, its characters folded."""

    def __init__(self, divisions: Divisions) -> None:
        names: defaultdict[str, list[Entry]] = defaultdict(list)
        for division in divisions.all_above_towns():
            for name, exact, local in _names_of(division, divisions):
                names[fold(name)].append(Entry(division, exact, local))
        for name, code in ALSO.items():
            names[name].append(Entry(divisions.by_code(code), exact=False, local=False))
        for known, old in ((FORMER, False), (MOSTLY, True)):
            for name, code in known.items():
                division = divisions.by_code(code)
                names[name].append(Entry(division, exact=True, local=False, old=old))
        for name, code in SHORTENED.items():
            names[name].append(Entry(divisions.by_code(code), exact=True, local=False))
        for each in former_names():
            _add_former(names, each, divisions, open_=len(each.codes) > 1)
        for each in areas():
            _add_former(names, each, divisions, open_=True)
        self._names = {name: tuple(entries) for name, entries in names.items()}
        self._lengths = _lengths(self._names)

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def may_begin(self, text: str, start: int) -> bool:
        """Tell cheaply whether any name can begin at `start`."""
        return text[start : start + SHORTEST_NAME] in self._lengths

    def readings(self, name: str) -> tuple[Entry, ...]:
        """Return every division that the name may stand for."""
        return self._names.get(name, ())

    def lengths(self, text: str, start: int) -> tuple[int, ...]:
        """Return how long the names are that may begin at `start`, the longest first."""
        return self._lengths.get(text[start : start + SHORTEST_NAME], ())


def _add_former(
    names: defaultdict[str, list[Entry]], former: Former, divisions: Divisions, *, open_: bool
) -> None:
    for code in former.codes:
        division, local = divisions.by_code(code), bool(former.below)
        entry = Entry(division, exact=True, local=local, old=open_, below=former.below)
        names[fold(former.name)].append(entry)


def _lengths(names: Iterable[str]) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    same: dict[tuple[int, ...], tuple[int, ...]] = {}  # a few dozen, of thousands of beginnings
    for name in names:
        first = name[:SHORTEST_NAME]
        lengths = tuple(sorted({*found.get(first, ()), len(name)}, reverse=True))
        found[first] = same.setdefault(lengths, lengths)
    return found


@lru_cache(maxsize=2)
def name_index(divisions: Divisions) -> NameIndex:
    """Return the index of the divisions, built once."""
    return NameIndex(divisions)


def _names_of(division: Division, divisions: Divisions) -> list[tuple[str, bool, bool]]:
    """Return `(name, exact, local)` for every way to name a division."""
    nested = division.outside_mainland and not _known_alone(division)
    found = [(division.name, True, nested)]
    if is_zone(division):
        return found + _zone_names(division, divisions)
    if (short := short_name(division.name)) != division.name:
        found.append((short, False, nested))
    return found


def _known_alone(outside: Division) -> bool:
    """Return whether a place outside the mainland is named without what it lies in.

    九龙 is not: a county of Sichuan has that name.
    """
    return outside.level is Level.PROVINCE or (
        outside.level is Level.CITY and outside.name != "九龙"
    )


def is_zone(division: Division) -> bool:
    """Return whether this is a development zone, which the national standard does not have."""
    return division.level is Level.DISTRICT and division.code[4] == ZONE_DIGIT


def _zone_names(zone: Division, divisions: Divisions) -> list[tuple[str, bool, bool]]:
    """Return what a development zone is called: 合肥高新区 and, in its own city, 高新区."""
    local = zone.name
    for above in divisions.path(zone.parent):
        for name in (above.name, short_name(above.name)):
            local = local.removeprefix(name)
    names = {local} - {zone.name, ""}
    for pattern, abbreviations in ZONE_KINDS:
        names |= {pattern.sub(word, local) for word in abbreviations if pattern.search(local)}
    city = short_name(divisions.by_code(zone.parent).name)
    found = [(name, True, True) for name in names if len(name) > SHORTEST_NAME]
    return found + [(city + name, True, False) for name in names if city + name != zone.name]


def short_name(name: str) -> str:
    """Return a division's name without what it is (恩施土家族苗族自治州 is 恩施)."""
    if name == "神农架林区":  # the only forestry district; 万柏林区 is 万柏林
        return "神农架"
    for title in TITLES:
        if name.endswith(title):
            stem = name.removesuffix(title)
            if title.startswith("自治"):
                stem = _without_peoples(stem)
            if len(stem) >= SHORTEST_NAME:
                return stem
    if len(name) > SHORTEST_NAME and name[-1] in LAST_CHARACTERS:
        return name[:-1]
    return name


def _without_peoples(stem: str) -> str:
    while (people := PEOPLES.search(stem)) and people.start() >= SHORTEST_NAME:
        stem = stem[: people.start()]
    return stem
