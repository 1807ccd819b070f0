"""Reading pasted addresses."""

import json
from pathlib import Path
from typing import NamedTuple

import pytest

from bot.addresses import (
    DoubtKind,
    Hint,
    IncompleteAddressError,
    ParsedAddress,
    load_divisions,
    parse_address,
    read_phone,
)


class Pasted(NamedTuple):
    """A text as people send it and every field that has to be read from it."""

    text: str
    full_name: str
    mobile: str
    province: str
    city: str
    district: str
    town: str | None
    street: str
    district_code: str
    post_code: str | None


TABLE = Path(__file__).with_name("pasted.json")
PASTED = tuple(Pasted(*row) for row in json.loads(TABLE.read_text(encoding="utf-8")))
DIVISIONS = load_divisions()
WHO = "张三 13812345678"


def parse(text: str) -> ParsedAddress:
    return parse_address(text, DIVISIONS)


def kinds(parsed: ParsedAddress) -> list[DoubtKind]:
    return [doubt.kind for doubt in parsed.doubts]


def candidates(parsed: ParsedAddress, kind: DoubtKind) -> list[str]:
    doubt = next(doubt for doubt in parsed.doubts if doubt.kind is kind)
    return [DIVISIONS.describe(code) for code in doubt.candidates]


@pytest.mark.parametrize("pasted", PASTED, ids=lambda pasted: pasted.text[:30])
def test_every_field_is_read(pasted: Pasted):
    """Each text is read in full, nothing is left to ask, and the address can be delivered."""
    parsed = parse(pasted.text)
    found = Pasted(pasted.text, *(getattr(parsed, name) for name in Pasted._fields[1:]))
    assert found == pasted
    assert parsed.blocking == ()
    address = parsed.complete()
    assert address.district_code == pasted.district_code
    assert address.post_code == (pasted.post_code or "000000")


def test_the_table_covers_every_special_case():
    """At least sixty texts are held to every field."""
    assert len(PASTED) >= 60


@pytest.mark.parametrize(
    ("place", "among"),
    [
        ("朝阳区建国路88号", ["北京市 朝阳区", "吉林省 长春市 朝阳区"]),
        ("和平区南京路1号", ["天津市 和平区", "辽宁省 沈阳市 和平区"]),
        ("西湖区文三路1号", ["江西省 南昌市 西湖区", "浙江省 杭州市 西湖区"]),
        ("城区人民路1号", ["山西省 阳泉市 城区", "山西省 晋城市 城区", "广东省 汕尾市 城区"]),
        ("南山 科苑路15号", ["黑龙江省 鹤岗市 南山区", "广东省 深圳市 南山区"]),
    ],
)
def test_a_name_that_several_cities_have_is_asked(place: str, among: list[str]):
    """Without its city such a district is ambiguous; every holder of the name is a candidate."""
    parsed = parse(f"{place} {WHO}")
    assert kinds(parsed) == [DoubtKind.DISTRICT_AMBIGUOUS]
    assert set(candidates(parsed, DoubtKind.DISTRICT_AMBIGUOUS)) >= set(among)
    assert parsed.district_code is None


@pytest.mark.parametrize("place", ["余杭 文一西路1号", "浙江省余杭市人民路1号"])
def test_a_short_name_alone_or_an_old_title_is_confirmed(place: str):
    """One short name, or a former one whose place was divided since, is asked."""
    parsed = parse(f"{place} {WHO}")
    assert kinds(parsed) == [DoubtKind.DISTRICT_AMBIGUOUS]
    assert candidates(parsed, DoubtKind.DISTRICT_AMBIGUOUS)[:1] == ["浙江省 杭州市 余杭区"]


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("广东省杭州市西湖区文三路1号", {"浙江省 杭州市 西湖区", "广东省"}),
        ("广东省杭州市文三路1号", {"浙江省 杭州市", "广东省"}),
        ("广东省深圳市南山区福田区科苑路1号", {"广东省 深圳市 南山区", "广东省 深圳市 福田区"}),
    ],
)
def test_names_that_contradict_are_asked(place: str, expected: set[str]):
    """When the names lie in different places, neither is chosen."""
    parsed = parse(f"{place} {WHO}")
    assert kinds(parsed) == [DoubtKind.DIVISION_CONFLICT]
    assert set(candidates(parsed, DoubtKind.DIVISION_CONFLICT)) == expected
    assert parsed.district_code is None


@pytest.mark.parametrize(
    ("place", "first"),
    [
        ("成都市天府大道1号", "四川省 成都市 锦江区"),
        ("杭州 网商路699号", "浙江省 杭州市 上城区"),
        ("雄安新区奥威路1号", "河北省 保定市 容城县"),
        ("浙江省文三路1号", "浙江省 杭州市"),
        ("杭州西湖大道1号", "浙江省 杭州市 上城区"),
        ("北京朝阳门外大街1号", "北京市 东城区"),
        ("荆州市荆州开发大道1号", "湖北省 荆州市 沙市区"),
    ],
)
def test_a_missing_district_is_asked(place: str, first: str):
    """A road or gate named like a district (西湖大道, 朝阳门) is no district."""
    parsed = parse(f"{place} {WHO}")
    assert kinds(parsed) == [DoubtKind.DISTRICT_MISSING]
    assert candidates(parsed, DoubtKind.DISTRICT_MISSING)[0] == first
    with pytest.raises(IncompleteAddressError):
        parsed.complete()


@pytest.mark.parametrize(
    "place", ["南京东路100号", "北京路8号", "上海路1号", "科苑路15号", "中山公园旁"]
)
def test_a_street_named_like_a_city_is_no_city(place: str):
    """南京东路 does not lie in 南京."""
    assert kinds(parse(f"{place} {WHO}")) == [DoubtKind.DIVISION_MISSING]


def test_a_town_alone_gives_candidates_and_no_decision():
    """A town's name proposes its places; the person decides."""
    parsed = parse(f"粤海街道科技园15号 {WHO}")
    assert kinds(parsed) == [DoubtKind.DIVISION_MISSING]
    assert candidates(parsed, DoubtKind.DIVISION_MISSING) == ["广东省 深圳市 南山区 粤海街道"]


@pytest.mark.parametrize(
    "place",
    [
        "香港九龙旺角弥敦道1号",
        "香港特别行政区中西区皇后大道1号",
        "澳门氹仔1号",
        "台湾省台北市大安区忠孝东路1号",
        "台北市大安区忠孝东路1号",
        "臺灣新竹市1號",
        "日本东京都新宿区1-2-3",
        "123 Main Street, New York, USA",
        "Россия, Москва, улица Ленина 1",
        "Flat 5, Nathan Road, Kowloon, Hong Kong",
    ],
)
def test_places_outside_the_mainland_are_refused(place: str):
    """Domestic delivery only: that is the one doubt, and nothing else is asked."""
    parsed = parse(f"{place} {WHO}")
    assert kinds(parsed) == [DoubtKind.OUTSIDE_MAINLAND]
    assert parsed.district_code is None


@pytest.mark.parametrize(
    "place", ["深圳市南山区香港路1号", "青岛市市南区香港中路1号", "武汉市江汉区台北路1号"]
)
def test_streets_named_after_them_are_not(place: str):
    """香港中路 lies in 青岛."""
    assert kinds(parse(f"{place} {WHO}")) == []


def test_latin_letters_without_a_place_are_asked_for_one():
    """No division is named in either script: the hint says that both are understood."""
    parsed = parse(f"Keyuan Road 15, third gate on the left, {WHO}")
    doubt = next(d for d in parsed.doubts if d.kind is DoubtKind.DIVISION_MISSING)
    assert doubt.hint is Hint.WRITE_IN_CHINESE


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("", DoubtKind.PHONE_MISSING),
        ("138****5678", DoubtKind.PHONE_INVALID),
        ("1381234567", DoubtKind.PHONE_INVALID),
        ("138123456789", DoubtKind.PHONE_INVALID),
        ("+852 9123 4567", DoubtKind.PHONE_INVALID),
        ("400-123-4567", DoubtKind.PHONE_INVALID),
        ("电话：12345", DoubtKind.PHONE_INVALID),
    ],
)
def test_a_number_that_does_not_ring_is_asked(number: str, kind: DoubtKind):
    """No number and a wrong one are told apart; neither reaches the street."""
    parsed = parse(f"张三，{number}，广东省深圳市南山区科苑路15号")
    assert kinds(parsed) == [kind]
    assert parsed.mobile is None
    assert parsed.street == "科苑路15号"


@pytest.mark.parametrize("street", ["科苑路1381号23456室", "科苑路15号A座0101", "科苑路8号 1502"])
def test_room_numbers_are_no_telephone_numbers(street: str):
    """Digits of houses and rooms stay in the street, even right before the number."""
    parsed = parse(f"张三 广东省深圳市南山区{street} 138-1234-5678")
    assert (parsed.mobile, parsed.street) == ("13812345678", street)
    assert parsed.full_name == "张三"


@pytest.mark.parametrize(
    "name", ["欧阳修", "王先生", "阿依古丽·买买提", "Anna Ivanova", "小明", "李雷"]
)
def test_names_of_every_kind_are_found(name: str):
    """The name may stand on either side, beside the number."""
    for text in (
        f"{name} 13812345678 杭州市滨江区网商路6号",
        f"杭州市滨江区网商路6号，{name}，13812345678",
    ):
        parsed = parse(text)
        assert (parsed.full_name, parsed.street, parsed.doubts) == (name, "网商路6号", ())


def test_a_missing_name_is_asked():
    """A street is not taken for a name."""
    parsed = parse("广东省深圳市南山区科苑路15号 13812345678")
    assert kinds(parsed) == [DoubtKind.NAME_MISSING]
    assert parsed.street == "科苑路15号"


def test_a_doubtful_name_is_proposed():
    """A word that may be a name is shown for confirmation."""
    parsed = parse("广东省深圳市福田区 华强北 赛格广场3楼 13812345678")
    assert kinds(parsed) == [DoubtKind.NAME_DOUBTFUL]
    assert parsed.full_name == "华强北"


def test_a_missing_street_is_asked():
    """Divisions alone are not enough."""
    assert kinds(parse(f"广东省深圳市南山区粤海街道 {WHO}")) == [DoubtKind.STREET_MISSING]


def test_a_street_beyond_the_limit_is_asked():
    """The marketplace's line has an end; nothing is cut off silently."""
    parsed = parse(f"{WHO} 广东省深圳市南山区{'科苑路' * 70}1号")
    assert kinds(parsed) == [DoubtKind.STREET_TOO_LONG]


def test_an_unknown_town_stays_in_the_street():
    """It is reported and blocks nothing."""
    parsed = parse(f"广东省深圳市南山区无名街道科苑路15号 {WHO}")
    assert kinds(parsed) == [DoubtKind.TOWN_UNKNOWN]
    assert parsed.complete().street == "无名街道科苑路15号"


def test_answers_settle_the_doubts():
    """Each answer removes its own doubt, and the completed address carries it."""
    parsed = parse("朝阳区")
    assert [doubt.kind for doubt in parsed.blocking] == [
        DoubtKind.NAME_MISSING,
        DoubtKind.PHONE_MISSING,
        DoubtKind.DISTRICT_AMBIGUOUS,
        DoubtKind.STREET_MISSING,
    ]
    settled = (
        parsed.with_name("张三")
        .with_phone(read_phone("13812345678-1234"))
        .with_division("110105", DIVISIONS)
        .with_street("建国路88号")
    )
    address = settled.complete()
    assert (address.full_name, address.mobile) == ("张三[1234]", "13812345678")
    assert (address.province, address.city, address.district) == ("北京市", "北京市", "朝阳区")
    assert address.district_code == "110105"


def test_answers_are_checked():
    """A city with districts, an empty name and an endless street are refused."""
    parsed = parse("")
    with pytest.raises(ValueError, match="delivered"):
        parsed.with_division("440300", DIVISIONS)
    with pytest.raises(KeyError):
        parsed.with_division("999999", DIVISIONS)
    with pytest.raises(ValueError, match="name"):
        parsed.with_name(" ")
    with pytest.raises(ValueError, match="street"):
        parsed.with_street("路" * 201)
