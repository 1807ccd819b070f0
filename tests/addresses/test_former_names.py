"""Names of before: every one that the national standard had leads to what it is today, or asks."""

from bot.addresses import DoubtKind, load_divisions, parse_address
from bot.addresses.history import Former, areas, former_names
from bot.addresses.naming import is_zone

DIVISIONS = load_divisions()
WHO = "张三 13812345678"


def read(former: Former):
    above = former.below or DIVISIONS.path(former.codes[0])[0].code
    city = "" if above == former.codes[0] else DIVISIONS.describe(above).replace(" ", "")
    return parse_address(f"{WHO} {city}{former.name}人民路1号", DIVISIONS)


def test_each_former_name_is_followed_or_asked_about():
    """One place of today is taken, several are asked about, and the name leaves the street."""
    wrong = []
    for former in former_names():
        parsed = read(former)
        if parsed.street != "人民路1号":
            wrong.append((former, parsed.street))
        if len(former.codes) > 1:
            asked = [each.candidates for each in parsed.blocking]
            if asked != [former.codes] and set(*asked) != set(former.codes):
                wrong.append((former, asked))
        elif not DIVISIONS.deliverable(former.codes[0]):
            if [each.kind for each in parsed.blocking] != [DoubtKind.DISTRICT_MISSING]:
                wrong.append((former, parsed.blocking))
        elif parsed.district_code != former.codes[0]:
            wrong.append((former, parsed.district_code))
    assert wrong == []


def test_each_area_proposes_the_districts_it_lies_in():
    """A new area is no division: what it may be is asked, the likeliest first."""
    for area in areas():
        parsed = read(area)
        if is_zone(DIVISIONS.by_code(area.codes[0])):
            continue
        assert [each.kind for each in parsed.blocking] == [DoubtKind.DISTRICT_AMBIGUOUS], area
        assert set(parsed.blocking[0].candidates) <= set(area.codes), area
        assert parsed.street == "人民路1号", area


def test_the_table_is_whole():
    """As `scripts/vendor_former.py` writes it."""
    former = former_names()
    assert len(former) > 1_000
    assert len({(each.name, each.below) for each in former}) == len(former)
    assert all(DIVISIONS.get(code) for each in former for code in each.codes)
