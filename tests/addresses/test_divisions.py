"""The division data and its look-ups."""

import pytest

from bot.addresses import Level, find_division, load_divisions
from bot.addresses.history import ALSO, AREAS, FORMER, FOUNDED, MOSTLY
from bot.addresses.naming import short_name

DIVISIONS = load_divisions()


def test_the_data_is_complete():
    """31 provinces, and every deliverable row has a code of six digits and names of its own."""
    assert len(DIVISIONS.provinces()) == 31
    mainland = [each for each in DIVISIONS.all_above_towns() if not each.outside_mainland]
    deliverable = [each for each in mainland if DIVISIONS.deliverable(each.code)]
    assert len(deliverable) == 2978 + len(FOUNDED)
    names = set()
    for each in deliverable:
        location = DIVISIONS.location(each.code)
        assert location.district_code == each.code
        names.add((location.province, location.city, location.district))
    assert len(names) == len(deliverable)


def test_no_placeholder_is_ever_shown():
    """市辖区, 县 and 省直辖县级行政区划 are rows of the statistics, not places."""
    shown = {each.name for each in DIVISIONS.all_above_towns()}
    assert shown.isdisjoint({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})
    for each in DIVISIONS.all_above_towns():
        assert all("直辖" not in town.name for town in DIVISIONS.towns(each.code))


def test_names_are_unique_among_siblings():
    """Whoever picks a name below a division has picked one row."""
    for each in DIVISIONS.all_above_towns():
        names = [child.name for child in DIVISIONS.children(each.code)]
        assert len(names) == len(set(names)), each


@pytest.mark.parametrize(
    ("code", "province", "city", "district"),
    [
        ("110105", "北京市", "北京市", "朝阳区"),
        ("500235", "重庆市", "重庆市", "云阳县"),
        ("441900", "广东省", "东莞市", ""),
        ("442000", "广东省", "中山市", ""),
        ("460400", "海南省", "儋州市", ""),
        ("620200", "甘肃省", "嘉峪关市", ""),
        ("429004", "湖北省", "仙桃市", ""),
        ("429021", "湖北省", "神农架林区", ""),
        ("419001", "河南省", "济源市", ""),
        ("659001", "新疆维吾尔自治区", "石河子市", ""),
        ("659012", "新疆维吾尔自治区", "白杨市", ""),
        ("469021", "海南省", "定安县", ""),
        ("130629", "河北省", "保定市", "容城县"),
        ("540481", "西藏自治区", "林芝市", "米林市"),
        ("320576", "江苏省", "苏州市", "苏州工业园区"),
    ],
)
def test_special_rows(code: str, province: str, city: str, district: str):
    """Names and code of one row, as an order carries them."""
    assert DIVISIONS.location(code)[:3] == (province, city, district)
    assert DIVISIONS.location(code).district_code == code


def test_towns_have_nine_digits_and_lead_to_their_district():
    """A town's code gives the whole row; 嘉峪关's statistical code is understood."""
    assert DIVISIONS.location("440305007") == ("广东省", "深圳市", "南山区", "粤海街道", "440305")
    assert DIVISIONS.by_code("620201").code == "620200"
    assert DIVISIONS.location("620201001").district_code == "620200"


def test_choosing_goes_down_without_empty_steps():
    """A municipality offers districts at once, 东莞 its towns, 湖北 仙桃 beside 武汉."""
    assert DIVISIONS.children("110000")[0].name == "东城区"
    assert {child.level for child in DIVISIONS.children("441900")} == {Level.TOWN}
    assert {"武汉市", "仙桃市"} <= {child.name for child in DIVISIONS.children("420000")}
    assert len(DIVISIONS.children("500000")) == 38 + len(["两江新区"])


def test_unknown_codes_are_refused():
    """No row, no answer."""
    assert DIVISIONS.get("999999") is None
    assert DIVISIONS.get("440305999") is None
    with pytest.raises(KeyError):
        DIVISIONS.describe("999999")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("深圳南山", ["广东省 深圳市 南山区"]),
        ("南山区", ["黑龙江省 鹤岗市 南山区", "广东省 深圳市 南山区"]),
        ("江苏南京", ["江苏省 南京市"]),
        ("东莞长安", ["广东省 东莞市 长安镇"]),
        ("杭州滨江长河", ["浙江省 杭州市 滨江区 长河街道"]),
        ("朝阳", ["北京市 朝阳区", "辽宁省 朝阳市", "吉林省 长春市 朝阳区"]),
        ("恩施", ["湖北省 恩施土家族苗族自治州"]),
        ("闸北区", ["上海市 静安区"]),
        ("合肥高新区", ["安徽省 合肥市 合肥高新技术产业开发区"]),
        ("粤海街道", ["广东省 深圳市 南山区 粤海街道"]),
        ("香港", ["香港特别行政区"]),
        ("什么也不是", []),
        ("", []),
    ],
)
def test_typed_answers_find_divisions(text: str, expected: list[str]):
    """What a person types becomes the candidates to choose from."""
    found = [DIVISIONS.describe(each.code) for each in find_division(text, DIVISIONS)]
    assert sorted(found) == sorted(expected)


def test_typed_answers_stay_within_what_was_chosen():
    """Below 广东 there is one 南山区; below 滨江区, 长河 is a town."""
    assert [each.code for each in find_division("南山", DIVISIONS, "440000")] == ["440305"]
    assert [each.name for each in find_division("长河", DIVISIONS, "330108")] == ["长河街道"]
    assert find_division("福田区", DIVISIONS, "330000") == []


def test_other_names_lead_to_rows_that_exist():
    """Former districts, nicknames and areas point into the data."""
    for name, code in (FORMER | MOSTLY | ALSO).items():
        assert DIVISIONS.get(code) is not None, name
    for codes in AREAS.values():
        assert all(DIVISIONS.deliverable(code) for code in codes)


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("恩施土家族苗族自治州", "恩施"),
        ("积石山保安族东乡族撒拉族自治县", "积石山"),
        ("东乡族自治县", "东乡族"),
        ("新疆维吾尔自治区", "新疆"),
        ("浦东新区", "浦东"),
        ("清新区", "清新"),
        ("赵县", "赵县"),
        ("锡林郭勒盟", "锡林郭勒"),
        ("鄂伦春自治旗", "鄂伦春"),
    ],
)
def test_short_names(name: str, short: str):
    """A name without its title, never of one character."""
    assert short_name(name) == short
