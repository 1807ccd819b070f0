"""Reading the town behind the divisions: full, short, or what looks like one."""

from bot.addresses.characters import fold
from bot.addresses.divisions import Division, Divisions, Level
from bot.addresses.finding import (
    NOT_A_DISTRICT,
    SEPARATORS,
    town_stem,
    towns_below,
)
from bot.addresses.history import WIDER_THAN_TOWNS
from bot.domain.patterns import lazily

SHORTEST_NAME = 2
TOWN_SHAPE = lazily(
    r"([\u3400-\u9fff]{1,8}?)(街道办事处|街道办|街道|苏木|地区|镇|乡)(?![路街口巷]|政府|大道)"
)
NOT_IN_TOWN = lazily(r"[路街号园区城厦栋楼村]|小$|古$|特色$")
OFFICE = lazily(r"办事处|办(?!公)")
AREA_AFTER = lazily(r"域|政府|委")


def towns_at(
    text: str, start: int, place: Division, divisions: Divisions
) -> list[tuple[Division, int]]:
    """Return the towns of a place that the folded text names at `start`, with their ends."""
    skipped = SEPARATORS.match(text, start)
    begin = skipped.end() if skipped else start
    if begin >= len(text):
        return []
    first = text[begin : begin + SHORTEST_NAME]
    towns = [(town, fold(town.name)) for town in towns_below(place, divisions, holding=first)]
    full = [(town, name) for town, name in towns if text.startswith(name, begin)]
    if full:
        longest = max(len(name) for _, name in full)
        end = begin + longest
        office = OFFICE.match(text, end)
        end = _whole_island(text, end)
        named = [town for town, name in full if len(name) == longest]
        return [(town, office.end() if office else end) for town in named]
    if shape := TOWN_SHAPE.match(text, begin):
        same = [town for town, name in towns if town_stem(name) == shape.group(1)]
        if same:
            return [(town, shape.end()) for town in same] if len(same) == 1 else []
    if place.level is not Level.CITY or not divisions.deliverable(place.code):
        return []
    return _short_towns(text, begin, [town for town, _ in towns])


def _whole_island(text: str, end: int) -> int:
    """永兴岛 is the town 永兴 of 西沙群岛, written with what it is."""
    return end + 1 if text.startswith("岛", end) else end


def _short_towns(text: str, begin: int, towns: list[Division]) -> list[tuple[Division, int]]:
    """Return the town that a city without districts is followed by: 东莞长安, 东莞南城区."""
    found = []
    for town in towns:
        stem = fold(town_stem(town.name))
        end = begin + len(stem)
        road = stem.endswith(("路", "街", "道"))  # 人民路街道 in 五家渠市人民路525号
        if road or stem == fold(town.name) or not text.startswith(stem, begin):
            continue
        if text.startswith("区", end) and not AREA_AFTER.match(text, end + 1):
            if town.parent not in WIDER_THAN_TOWNS:
                found.append((town, end + 1))
        elif not NOT_A_DISTRICT.match(text, end):
            found.append((town, end))
    return found if len(found) == 1 else []


def unknown_town(text: str, start: int) -> str:
    """Return what looks like a town's name at `start`, or nothing."""
    skipped = SEPARATORS.match(text, start)
    shape = TOWN_SHAPE.match(text, skipped.end() if skipped else start)
    if not shape or NOT_IN_TOWN.search(shape.group(1)) or shape.group(2) == "地区":
        return ""
    return shape.group()
