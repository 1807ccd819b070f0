"""The administrative divisions of mainland China, as an address for the marketplace needs them.

Source: National Bureau of Statistics, as of 2023-06-30, and what was founded since then
(`docs/decisions/0004-division-data.md`).
The statistical placeholders of that source (市辖区, 县, 省直辖县级行政区划, ...) never leave here:

* a municipality is its own city: 北京市 / 北京市 / 朝阳区;
* a county-level place right under a province is a city without districts: 湖北省 / 仙桃市;
* so is a prefecture without districts: 广东省 / 东莞市, whose code is 441900.
"""

import gzip
import json
import re
from enum import IntEnum
from functools import lru_cache
from importlib import resources
from typing import Any, NamedTuple

from msgspec import Struct

from bot.addresses.characters import fold
from bot.addresses.history import FOUNDED

PLACEHOLDERS = ("自治区直辖县级行政区划", "省直辖县级行政区划", "市辖区", "县")
NO_TOWN = "直辖村级区划"  # stands in the statistics where villages lie right under a district
BRACKETS = str.maketrans("（）", "()")  # as cleaned text has them
TOWN_KINDS = ("街道", "镇", "乡")
SHORTEST_TOWN = 2
OUTSIDE_CODES = {"台湾省": "71", "香港特别行政区": "81", "澳门特别行政区": "82"}
DISTRICT_CODE_LENGTH = 6


class Level(IntEnum):
    """How deep a division lies."""

    PROVINCE = 1
    CITY = 2
    DISTRICT = 3
    TOWN = 4


class Division(Struct, frozen=True):
    """One division. `code` has six digits, a town's nine; a province's `parent` is empty."""

    code: str
    name: str
    level: Level
    parent: str

    @property
    def outside_mainland(self) -> bool:
        """Return whether this is Hong Kong, Macau or Taiwan: no domestic delivery."""
        return self.code[:2] in OUTSIDE_CODES.values()


class Location(NamedTuple):
    """The names and the code of one row, ready for `Address`. Unknown parts are empty."""

    province: str
    city: str
    district: str
    town: str
    district_code: str  # empty above the level that the marketplace can deliver to


class Divisions:
    """Look-ups over all divisions. Towns stay packed until a district's are asked for."""

    def __init__(self, content: dict[str, Any]) -> None:
        self._by_code: dict[str, Division] = {}
        self._children: dict[str, list[str]] = {"": []}
        self._towns: dict[str, tuple[str, str]] = {}  # code -> (prefix of town codes, packed towns)
        self._aliases: dict[str, str] = {}
        for code, name, cities in content["provinces"]:
            self._add_province(code, name, cities)
        for later in FOUNDED:
            level = Level.CITY if later.parent.endswith("0000") else Level.DISTRICT
            self._add(later.code, later.name, level, later.parent)
            self._towns[later.code] = (later.code, "")
        for name, regions in content["outside"].items():
            self._add_outside(OUTSIDE_CODES[name], name, regions)

    def _add(self, code: str, name: str, level: Level, parent: str) -> Division:
        division = Division(code, name, level, parent)
        self._by_code[code] = division
        self._children.setdefault(parent, []).append(code)
        return division

    def _add_province(self, short: str, name: str, cities: list[Any]) -> None:
        province = self._add(f"{short}0000", name, Level.PROVINCE, "")
        for code, city_name, areas in cities:
            if city_name in {"市辖区", "县"}:
                city = self._by_code.get(f"{short}0100")
                city = city or self._add(f"{short}0100", name, Level.CITY, province.code)
                self._aliases[f"{code}00"] = city.code
            elif city_name in PLACEHOLDERS:
                for area_code, area_name, towns in areas:
                    self._add(area_code, area_name, Level.CITY, province.code)
                    self._towns[area_code] = (area_code, towns)
                continue
            else:
                city = self._add(f"{code}00", city_name, Level.CITY, province.code)
                if [area[1] for area in areas] == [city_name]:
                    self._towns[city.code] = (areas[0][0], areas[0][2])
                    self._aliases[areas[0][0]] = city.code
                    continue
            for area_code, area_name, towns in areas:
                self._add(area_code, area_name, Level.DISTRICT, city.code)
                self._towns[area_code] = (area_code, towns)

    def _add_outside(self, short: str, name: str, regions: dict[str, list[str]]) -> None:
        province = self._add(f"{short}0000", name, Level.PROVINCE, "")
        for number, (region, districts) in enumerate(regions.items(), start=1):
            city = self._add(f"{short}{number:02}00", region, Level.CITY, province.code)
            for count, district in enumerate(districts, start=1):
                self._add(f"{short}{number:02}{count:02}", district, Level.DISTRICT, city.code)

    def get(self, code: str) -> Division | None:
        """Return the division of a code with six digits (nine: a town), or None.

        620201, the statistical code of 嘉峪关's only row, is understood as 620200.
        """
        code = self._aliases.get(code, code)
        if (found := self._by_code.get(code)) is not None or len(code) <= DISTRICT_CODE_LENGTH:
            return found
        owner = self._aliases.get(code[:6], code[:6])
        return next((town for town in self.towns(owner) if town.code == code), None)

    def by_code(self, code: str) -> Division:
        """Return the division of a code. Raises `KeyError` for an unknown one."""
        if (found := self.get(code)) is None:
            raise KeyError(code)
        return found

    def provinces(self) -> tuple[Division, ...]:
        """Return the 31 provinces of the mainland in the order of their codes."""
        every = (self._by_code[code] for code in self._children[""])
        return tuple(division for division in every if not division.outside_mainland)

    def children(self, code: str) -> tuple[Division, ...]:
        """Return what to choose from below a division.

        A municipality answers with its districts at once, a city without districts with its
        towns. Raises `KeyError` for an unknown code.
        """
        division = self.by_code(code)
        below = self._children.get(division.code, [])
        if not below:
            return self.towns(division.code)
        only = self._by_code[below[0]]
        if len(below) == 1 and only.name == division.name:
            return self.children(only.code)
        return tuple(self._by_code[child] for child in below)

    def towns(self, code: str) -> tuple[Division, ...]:
        """Return the towns right below a district or a city without districts."""
        prefix, packed = self._towns.get(code, ("", ""))
        owner = self._by_code[code].name if packed else ""
        return tuple(
            Division(prefix + town[:3], town_name(town[3:], owner), Level.TOWN, code)
            for town in packed.split("|")
            if town and not town.endswith(NO_TOWN)
        )

    def may_have_town(self, code: str, characters: str) -> bool:
        """Tell without unpacking whether a town's folded name may hold these characters."""
        _, packed = self._towns.get(code, ("", ""))
        return characters in packed or characters in fold(packed)

    def owners_of_town(self, name: str) -> tuple[Division, ...]:
        """Return every division with a town of that exact name right below it."""
        plain = name.partition("(")[0]  # the packed names have full-width brackets
        if not plain:
            return ()
        begins = re.compile(rf"(?:^|\|)\d{{3}}{re.escape(plain)}")
        holding = (
            self._by_code[code] for code, (_, packed) in self._towns.items() if plain in packed
        )
        return tuple(
            owner
            for owner in holding
            if self._may_own(owner, plain, begins)
            and any(town.name == name for town in self.towns(owner.code))
        )

    def _may_own(self, owner: Division, town: str, begins: re.Pattern[str]) -> bool:
        """Tell cheaply whether unpacking is worth while; some towns repeat their owner's name."""
        packed = self._towns[owner.code][1]
        return begins.search(packed) is not None or f"{owner.name}{town}" in packed

    def path(self, code: str) -> tuple[Division, ...]:
        """Return the divisions from the province down to `code`. Raises `KeyError`."""
        division = self.by_code(code)
        above = self.path(division.parent) if division.parent else ()
        return (*above, division)

    def within(self, code: str, ancestor: str) -> bool:
        """Return whether `code` is `ancestor` or lies below it. Both must be known."""
        if code[:2] != ancestor[:2]:  # the province's
            return False
        above = self.by_code(ancestor).code
        division = self.by_code(code)
        while division.code != above:
            if not division.parent:
                return False
            division = self._by_code[division.parent]
        return True

    def deliverable(self, code: str) -> bool:
        """Return whether the code is one that an order can be sent to (`districtCode`)."""
        division = self.by_code(code)
        return not division.outside_mainland and division.code in self._towns

    def location(self, code: str) -> Location:
        """Return the names of a division and of all above it. Raises `KeyError`."""
        names = dict.fromkeys(Level, "")
        district_code = ""
        for division in self.path(code):
            names[division.level] = division.name
            if division.level != Level.TOWN and self.deliverable(division.code):
                district_code = division.code
        province, city, district, town = (names[level] for level in Level)
        return Location(province, city, district, town, district_code)

    def describe(self, code: str) -> str:
        """Return the full name, such as `广东省 深圳市 南山区`. Raises `KeyError`."""
        names = dict.fromkeys(division.name for division in self.path(code))
        return " ".join(names)

    def all_above_towns(self) -> tuple[Division, ...]:
        """Return every division except the towns, those outside the mainland included."""
        return tuple(self._by_code.values())


def town_name(name: str, owner: str) -> str:
    """Return a town's name without its office and without what it lies in.

    漓东街道办事处 is 漓东街道; 当阳市半月镇, as the source writes it, is 半月镇 in 当阳市.
    """
    plain = name.translate(BRACKETS)
    if plain.endswith(("街道办事处", "地区办事处")):
        plain = plain.removesuffix("办事处")
    alone = plain.removeprefix(owner)
    return alone if len(alone) > SHORTEST_TOWN and alone.endswith(TOWN_KINDS) else plain


@lru_cache(maxsize=1)
def load_divisions() -> Divisions:
    """Read the division data, once for the process."""
    packed = resources.files("bot.addresses").joinpath("data", "divisions.json.gz").read_bytes()
    return Divisions(json.loads(gzip.decompress(packed)))
