"""What people call the divisions: full names, short ones, local and former ones."""

import re
from collections import defaultdict
from functools import lru_cache
from typing import NamedTuple

from bot.addresses.divisions import Division, Divisions, Level

SHORTEST_NAME = 2
TITLES = ("特别行政区", "自治区", "自治州", "自治县", "自治旗", "林区", "地区", "新区")
LAST_CHARACTERS = "省市区县盟旗"
PEOPLES = re.compile(
    "(?:蒙古|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|高山|拉祜|水|"
    "东乡|纳西|景颇|柯尔克孜|土|达斡尔|仫佬|羌|布朗|撒拉|毛南|仡佬|锡伯|阿昌|普米|塔吉克|怒|乌孜别克|"
    "俄罗斯|鄂温克|德昂|保安|裕固|京|塔塔尔|独龙|鄂伦春|赫哲|门巴|珞巴|基诺|各)族$"
    "|(?:蒙古|维吾尔|哈萨克|柯尔克孜|塔吉克|锡伯)$"
)
ZONE_DIGIT = "7"  # the fifth digit of a development zone's statistical code
ZONE_KINDS = (
    (re.compile(r"高新技术(?:产业)?(?:开发区|园区)$|高技术产业开发区$"), ("高新区",)),
    (re.compile(r"经济(?:技术)?开发区$"), ("经开区", "开发区")),
)
OTHER_NAMES = {
    "内蒙": "150000",
    "香港": "810000",
    "澳门": "820000",
    "澳門": "820000",
    "臺灣省": "710000",
    "臺灣": "710000",
    "雄安新区": "130600",
    "河北雄安新区": "130600",
    "雄安": "130600",
    "巴州": "652800",
    "克州": "653000",
    "呼市": "150100",
}
# Districts that went into one other as a whole, so that a parcel for them belongs to that one.
FORMER_DISTRICTS = {
    "崇文区": "110101",
    "宣武区": "110102",
    "塘沽区": "120116",
    "汉沽区": "120116",
    "大港区": "120116",
    "卢湾区": "310101",
    "闸北区": "310106",
    "南汇区": "310115",
    "白下区": "320104",
    "下关区": "320106",
    "平江区": "320508",
    "沧浪区": "320508",
    "金阊区": "320508",
    "下城区": "330105",
    "芳村区": "440103",
    "东山区": "440104",
    "萝岗区": "440112",
}
# Areas that are no division of their own, with the districts that they cover.
AREAS = {"雄安": ("130629", "130632", "130638")}


class Entry(NamedTuple):
    """One reading of a name. A `local` name counts only right after the city's own."""

    division: Division
    exact: bool
    local: bool


class NameIndex:
    """Every name of every division above the towns."""

    def __init__(self, divisions: Divisions) -> None:
        names: defaultdict[str, list[Entry]] = defaultdict(list)
        for division in divisions.all_above_towns():
            for name, exact, local in _names_of(division, divisions):
                names[name].append(Entry(division, exact, local))
        for name, code in (OTHER_NAMES | FORMER_DISTRICTS).items():
            if (known := divisions.get(code)) is not None:
                names[name].append(Entry(known, name in FORMER_DISTRICTS, local=False))
        self._names = {name: tuple(entries) for name, entries in names.items()}
        self.longest = max(map(len, self._names))
        self.first_characters = frozenset(name[0] for name in self._names)

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def readings(self, name: str) -> tuple[Entry, ...]:
        """Return every division that the name may stand for."""
        return self._names.get(name, ())


@lru_cache(maxsize=2)
def name_index(divisions: Divisions) -> NameIndex:
    """Return the index of the divisions, built once."""
    return NameIndex(divisions)


def _names_of(division: Division, divisions: Divisions) -> list[tuple[str, bool, bool]]:
    """Return `(name, exact, local)` for every way to name a division."""
    nested = division.outside_mainland and not _known_alone(division)
    found = [(division.name, True, nested)]
    if _is_zone(division):
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


def _is_zone(division: Division) -> bool:
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
