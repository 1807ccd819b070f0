"""Locating the divisions of an address that is written in Latin letters, in whichever order."""

import re
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from bot.addresses.characters import one_off
from bot.addresses.cyrillic import CYRILLIC, hardened, turned
from bot.addresses.divisions import Division, Divisions, Level
from bot.addresses.romanised import letters, names, spelt
from bot.domain.patterns import lazily

LONGEST_WORDS = 6
SHORTEST_BEGINNING = 3
SHORTEST = 2  # letters: E, Yi and Li are counties of one syllable
_KINDS: dict[str, tuple[Level, str]] = {}
for _level, _ends, _words in (
    (Level.PROVINCE, "省", "province|prov|sheng"),
    (Level.PROVINCE, "区", "autonomous region|zizhiqu|zhuang autonomous region|ar"),
    (Level.PROVINCE, "区", "hui autonomous region|uygur autonomous region"),
    (Level.PROVINCE, "区", "uyghur autonomous region|weiwuer zizhiqu|zhuangzu zizhiqu"),
    (Level.CITY, "市", "city|shi|municipality|prefecture level city|prefecture-level city"),
    (Level.CITY, "州盟区", "prefecture|zhou|autonomous prefecture|league|meng|diqu"),
    (Level.DISTRICT, "区", "district|dist|qu|new area|new district|xinqu|xin qu"),
    (Level.DISTRICT, "区", "mining district|forestry district|kuangqu|linqu"),
    (Level.DISTRICT, "区", "distict|distric|distrct|disrict|destrict|districk|didtrict"),
    (Level.DISTRICT, "县", "county|xian|autonomous county"),
    (Level.DISTRICT, "旗", "banner|qi"),
    (Level.TOWN, "镇乡道", "town|zhen|township|xiang|street|jiedao|subdistrict|sub-district"),
):
    for _word in _words.split("|"):
        _KINDS[letters(_word)] = (_level, _ends)
_KIND_LENGTHS = sorted({len(word) for word in _KINDS}, reverse=True)
_LETTER = "A-Za-zÀ-ÿА-Яа-яЁёӘәҒғҚқҢңӨөҰұҮүҺһІі"
WORD = lazily(rf"[{_LETTER}]+(?:['’][{_LETTER}]+)*")
KIND_WORDS = 4
# Behind a bare name these make it part of a road, a building or an institution.
ROAD = lazily(
    r"[ ]*(?:(?:east|west|south|north|middle|central|e|w|s|n|dong|xi|nan|bei|zhong|\d+(?:st|nd|"
    r"rd|th)?|yi|er|san|"
    r"first|second|third)\.?\s+)?(?:[a-z]*(?:lu|jie|dadao)|road|rd|street|st|avenue|ave|lu|jie|"
    r"dadao|dajie|boulevard|"
    r"blvd|lane|"
    r"alley|xiang|nong|highway|expressway|square|plaza|park|tower|building|bldg|mansion|hotel|"
    r"university|"
    r"college|school|hospital|garden|gardens|centre|center|mall|market|station|airport|bridge|"
    r"gate|village|"
    r"cun|industrial|international|technology|science|software|bay|port|logistics|"
    r"warehouse)(?![\w'’])",
    re.IGNORECASE,
)
COUNTRY = lazily(
    r"(?:Китайская Народная Республика|Китай|КНР|Қытай|people'?s republic of china|"
    r"p\.? ?r\.? ?(?:of )?china|mainland china|china|prc|chn|cn)\b\.?",
    re.IGNORECASE,
)


class Span(NamedTuple):
    """A name in the text: what it may mean, and what its kind says of it."""

    start: int
    end: int
    codes: tuple[tuple[str, int], ...]
    level: Level | None  # of a name with its kind: Nanshan District
    ends: str


MISTYPED = lazily(
    r"(?<![A-Za-z'])(?P<name>[A-Z][A-Za-z']+)[ ]?(?P<kind>District|Dist\.?|Qu|County|"
    r"Xian)(?![\w'])",
    re.IGNORECASE,
)


class Romanised(NamedTuple):
    """What the names mean together. `spans` are the pieces of the text that name them."""

    places: tuple[Division, ...]
    town: Division | None
    spans: tuple[tuple[int, int], ...]
    rivals: tuple[Division, ...] = ()
    mistyped: str = ""  # a district's name that none below the place has
    meant: tuple[str, ...] = ()  # codes of those that it is one letter from
    bare: bool = False  # one name without its kind is all there is: Liu Yang may be 浏阳


def locate_romanised(text: str, divisions: Divisions) -> Romanised:
    """Return the divisions that a text names in Latin or Cyrillic letters, those that fit best."""
    if not CYRILLIC.search(text):
        return _located(text, divisions)
    other = turned(text)
    found = _located(other.text, divisions)
    return found._replace(spans=tuple(other.span(*span) for span in found.spans))


def _located(text: str, divisions: Divisions) -> Romanised:
    found = _spans(text, divisions)
    best: list[tuple[int, Division, tuple[Span, ...]]] = []
    for code in _terminals(found, divisions):
        value, used = _value(code, found, divisions)
        if value and (not best or value >= best[0][0]):
            best = [each for each in best if each[0] == value]
            best.append((value, divisions.by_code(code), used))
    if not best:
        return Romanised((), None, ())
    deepest = _widest([each[1] for each in best], divisions)
    used = next(spans for _, place, spans in best if place in deepest)
    places = tuple(deepest)
    rivals, against = _rivals(text, places, used, found, divisions)
    place = places[0]
    town = None
    if len(places) == 1 and place.level is Level.TOWN:
        town, places = place, (divisions.by_code(place.parent),)
    spans = tuple((span.start, span.end) for span in (*used, *against))
    bare = len(used) == 1 and used[0].level is None
    read = Romanised(places, town, spans, rivals, bare=bare)
    return _with_mistyped(text, read, found, divisions)


def _with_mistyped(
    text: str, read: Romanised, found: list[Span], divisions: Divisions
) -> Romanised:
    """Recognise a district's name that is none: Nanshna District, Shenzhen."""
    if len(read.places) != 1 or divisions.deliverable(read.places[0].code):
        return read
    for typed in MISTYPED.finditer(text):
        if any(span.start < typed.end() and typed.start() < span.end for span in found):
            continue
        name = letters(typed["name"])
        meant = tuple(
            child.code
            for child in divisions.children(read.places[0].code)
            if any(one_off(name, spelling) for spelling in names()[child.code].spellings)
        )
        spans = (*read.spans, typed.span())
        return read._replace(spans=spans, mistyped=typed.group() if meant else "", meant=meant)
    return read


def _widest(places: list[Division], divisions: Divisions) -> list[Division]:
    """Leave out what lies within another; a municipality's city stands for its province."""
    return [
        place
        for place in places
        if not any(
            other.code != place.code
            and divisions.within(place.code, other.code)
            and other.name != place.name
            for other in places
        )
        and not any(
            other.code != place.code
            and other.name == place.name
            and divisions.within(other.code, place.code)
            for other in places
        )
    ]


def _spans(text: str, divisions: Divisions) -> list[Span]:
    """Return every name in the text, the longest at each place."""
    words = list(WORD.finditer(text))
    known = spelt()
    found: list[Span] = []
    index = 0
    while index < len(words):
        span, used = _span_at(text, words, index, known, divisions)
        if span is not None:
            found.append(span)
        index += used
    return found


def _span_at(
    text: str,
    words: list[re.Match[str]],
    index: int,
    known: dict[str, tuple[tuple[str, int], ...]],
    divisions: Divisions,
) -> tuple[Span | None, int]:
    for count in range(min(LONGEST_WORDS, len(words) - index), 0, -1):
        run = words[index : index + count]
        if not _together(text, run):
            continue
        joined = letters("".join(word.group() for word in run))
        first, last = run[0], run[-1]
        for stem, level, ends in _readings(joined, text, last.end()):
            named = known.get(stem) or known.get(hardened(stem), ())
            if level is Level.DISTRICT:  # 献县 is Xian County as well as 西安 a city
                named = (*named, *_singles(divisions).get(stem, ()))
            codes = _fitting(named, level, ends, divisions)
            if not codes:
                continue
            kind_end = _kind_end(text, last.end()) if stem == joined and level else last.end()
            if not level and (ROAD.match(text, last.end()) or _is_town(text, last.end())):
                continue
            if level and ROAD.match(text, kind_end) and level is not Level.CITY:
                continue
            if not level and len(stem) <= SHORTEST and not CYRILLIC.search(stem):
                continue
            span = Span(first.start(), kind_end, codes, level, ends)
            used = sum(1 for word in words[index:] if word.start() < kind_end)
            return span, max(used, 1)
    return None, 1


def _together(text: str, run: list[re.Match[str]]) -> bool:
    """Return whether the words are of one script, with but a space or a hyphen between."""
    gaps = (text[one.end() : other.start()] for one, other in pairwise(run))
    if len({bool(CYRILLIC.match(word.group())) for word in run}) > 1:
        return False  # Кашгар City: the kind was turned round
    return all(gap in {" ", "-", "", "  "} for gap in gaps)


def _readings(joined: str, text: str, end: int) -> list[tuple[str, Level | None, str]]:
    """Return a run as a stem before its kind, a stem with its kind in it, and a bare name."""
    found: list[tuple[str, Level | None, str]] = []
    if kind := _kind_at(text, end):
        found.append((joined, *kind))
    found += [
        (joined[:-length], *_KINDS[joined[-length:]])
        for length in _KIND_LENGTHS
        if len(joined) > length + 1 and joined[-length:] in _KINDS
    ]
    found.append((joined, None, ""))
    return found


_KIND_WORD = r"[A-Za-z]+(?:-[A-Za-z]+)?\.?"
_KIND = lazily(rf"[ \-]({_KIND_WORD}(?: {_KIND_WORD}){{0,{KIND_WORDS - 1}}})")


def _kind_match(text: str, end: int) -> tuple[int, tuple[Level, str]] | None:
    found = _KIND.match(text, end)
    if found is None:
        return None
    words = list(re.finditer(_KIND_WORD, found.group(1)))
    for count in range(len(words), 0, -1):
        piece = found.group(1)[: words[count - 1].end()]
        if kind := _KINDS.get(letters(piece)):
            return found.start(1) + len(piece), kind
    return None


def _kind_at(text: str, end: int) -> tuple[Level, str] | None:
    found = _kind_match(text, end)
    return found[1] if found else None


def _is_town(text: str, end: int) -> bool:
    """Return whether a name is a town's: Licheng Town is no 鲤城区."""
    kind = _kind_at(text, end)
    return kind is not None and kind[0] is Level.TOWN


def _kind_end(text: str, end: int) -> int:
    found = _kind_match(text, end)
    return found[0] if found else end


def _fitting(
    codes: tuple[tuple[str, int], ...], level: Level | None, ends: str, divisions: Divisions
) -> tuple[tuple[str, int], ...]:
    """Return the codes whose divisions are what the kind says; a city may be a county's."""
    if level is None:
        return tuple(pair for pair in codes if divisions.by_code(pair[0]).level is not Level.TOWN)
    kept: list[tuple[str, int]] = []
    for code, rank in codes:
        division = divisions.by_code(code)
        city = (
            level is Level.CITY and division.level is Level.DISTRICT and division.name[-1] == "市"
        )
        # Chaoyang City of old, Pudong District: what people call it matters less than where it is.
        loose = level is Level.DISTRICT and division.level is Level.DISTRICT
        # 定安县 and 神农架林区 lie right under their province.
        direct = level is Level.DISTRICT and division.level is Level.CITY
        direct = direct and division.name[-1] in ends and divisions.deliverable(code)
        if (division.level is level or city or loose or direct) and (
            loose or division.name[-1] in ends or level is Level.PROVINCE
        ):
            kept.append((code, rank if division.name[-1] in ends else rank + 1))
    best = min((rank for _, rank in kept), default=0)
    return tuple((code, rank) for code, rank in kept if rank <= max(best, 1))


@lru_cache(maxsize=4)
def _singles(divisions: Divisions) -> dict[str, tuple[tuple[str, int], ...]]:
    """Return the divisions of one character by its reading alone: She County, Yu Xian."""
    found: dict[str, list[tuple[str, int]]] = {}
    for code, known in names().items():
        division = divisions.get(code)
        if division is None or len(division.name) != len("歙县") or division.level is Level.TOWN:
            continue
        for rank, spelling in enumerate(known.spellings):
            for kind in ("xian", "qu", "shi"):
                if spelling.endswith(kind) and len(spelling) > len(kind):
                    pair = (code, min(rank, 1))
                    found.setdefault(spelling.removesuffix(kind), []).append(pair)
    return {stem: tuple(codes) for stem, codes in found.items()}


def _terminals(found: list[Span], divisions: Divisions) -> list[str]:
    codes = dict.fromkeys(code for span in found for code, _ in span.codes)
    return [code for code in codes if divisions.get(code) is not None]


def _value(code: str, found: list[Span], divisions: Divisions) -> tuple[int, tuple[Span, ...]]:
    """Return how much of the text names a division and what holds it, and where."""
    path = divisions.path(code)
    value = 0
    used: list[Span] = []
    for place in path:
        spans = [span for span in found if any(each == place.code for each, _ in span.codes)]
        if place is path[-1] and not spans:
            return 0, ()
        # A municipality and its city are one word, 朝阳市 and 朝阳县 are two.
        twice = any(other.name == place.name for other in path if other is not place)
        spans = [span for span in spans if twice or span not in used]
        for span in spans[:1]:
            rank = next(rank for each, rank in span.codes if each == place.code)
            value += 20 - 2 * rank + (6 if span.level is not None else 0)
        used += [span for span in spans if span not in used]
    return value, tuple(used)


def _is_apart(text: str, span: Span) -> bool:
    """Return whether nothing but a comma stands before and behind a name."""
    before, after = text[: span.start].rstrip(" ")[-1:], text[span.end :].lstrip(" ")[:1]
    return before in {"", ",", ";", "\n"} and after in {"", ",", ";", "\n"}


def _rivals(
    text: str,
    places: tuple[Division, ...],
    used: tuple[Span, ...],
    found: list[Span],
    divisions: Divisions,
) -> tuple[tuple[Division, ...], tuple[Span, ...]]:
    """Return what a name says that the best reading leaves out, and where it stands."""
    for span in found:
        if span in used or span.level is Level.TOWN:
            continue
        others = [divisions.by_code(code) for code, rank in span.codes if not rank]
        above = any(other.level < Level.DISTRICT for other in others)
        if span.level is None and not (above and _is_apart(text, span)):
            continue  # a bare name within a street, or a district's, may be anything
        apart = [
            other
            for other in others
            if not any(
                divisions.within(place.code, other.code) or divisions.within(other.code, place.code)
                for place in places
            )
        ]
        if apart and len(apart) == len(others):
            return tuple(apart[:4]), (span,)
    return (), ()


def find_romanised(text: str, divisions: Divisions, within: str | None = None) -> list[Division]:
    """Return what a typed answer in Latin letters may mean: `Nanshan, Shenzhen`, `bao'an qu`.

    `within` is a code that all answers must lie under. What begins so is found as well.
    """

    def fits(division: Division) -> bool:
        return within is None or (
            division.code != within and divisions.within(division.code, within)
        )

    located = locate_romanised(text, divisions)
    named = (located.town,) if located.town else located.places
    if found := [division for division in named if fits(division)]:
        return found
    typed = letters(text)
    if len(typed) < SHORTEST_BEGINNING:
        return []
    codes = dict.fromkeys(
        code
        for spelling, pairs in spelt().items()
        if spelling.startswith(typed)
        for code, _ in pairs
    )
    begun = [division for code in codes if (division := divisions.get(code)) is not None]
    return sorted((each for each in begun if fits(each)), key=lambda each: (each.level, each.code))
