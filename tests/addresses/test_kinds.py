"""What people really write: every kind with its neighbours, and what is asked about it.

`kinds.json` has a table for each kind: the text, then recipient, number, district code, town,
street and post code as they are read, the questions that are left, and the first place proposed.
"""

import json
import re
import time
from pathlib import Path
from typing import NamedTuple

import pytest

from bot.addresses import (
    DoubtKind,
    ParsedAddress,
    find_division,
    load_divisions,
    parse_address,
    read_phone,
)
from bot.addresses.characters import fold
from bot.addresses.cyrillic import transcribed
from bot.addresses.divisions import Division, Level
from bot.addresses.naming import is_zone
from bot.addresses.romanised import described, names
from tests.tiers import SLOW

DIVISIONS = load_divisions()
KINDS = json.loads(Path(__file__).with_name("kinds.json").read_text(encoding="utf-8"))


class Row(NamedTuple):
    """One text and what is read from it."""

    text: str
    full_name: str | None
    mobile: str | None
    district_code: str | None
    town: str | None
    street: str | None
    post_code: str | None
    asked: list[str]
    proposed: str = ""


ROWS = [
    pytest.param(Row(*row), id=f"{kind}: {row[0][:40]}") for kind in KINDS for row in KINDS[kind]
]


def parse(text: str) -> ParsedAddress:
    return parse_address(text, DIVISIONS)


@pytest.mark.parametrize("row", ROWS)
def test_each_kind_is_read_or_asked(row: Row):
    """Every part is right or asked about; a proposed place comes first."""
    parsed = parse(row.text)
    found = Row(
        row.text,
        *(getattr(parsed, name) for name in Row._fields[1:7]),
        [doubt.kind.value for doubt in parsed.blocking],
        row.proposed,
    )
    assert found == row
    if row.proposed:
        candidates = [code for doubt in parsed.blocking for code in doubt.candidates]
        assert DIVISIONS.describe(candidates[0]) == row.proposed


def test_every_kind_has_a_table():
    """The tables hold neighbours, not the examples alone."""
    assert len(KINDS) >= 10
    assert sum(map(len, KINDS.values())) >= 280


@pytest.mark.parametrize(
    ("text", "name", "street"),
    [
        ("广东省深圳市福田区 华强北 赛格广场3楼 13812345678", "张三", "华强北 赛格广场3楼"),
        ("张三KA112X 13800000000 广东省佛山市南海区大沥镇工业区16号", "张三KA112X", "工业区16号"),
        ("上海市徐汇区漕溪北路8号大厦李小龙13812345678", "李小龙", "漕溪北路8号大厦"),
        ("18412345678-1234 广东省深圳市南山区科苑路15号", "张三", "科苑路15号"),
    ],
)
def test_a_wrong_guess_goes_back_and_a_right_one_leaves_the_street(
    text: str, name: str, street: str
):
    """Whatever the recipient's answer is, it stands in one place, and nothing else is lost."""
    settled = parse(text).with_name(name)
    assert settled.street == street
    assert (settled.full_name or "").startswith(name)


def test_an_extension_survives_another_name_and_goes_with_its_number():
    """张三[1234] renamed is 李四[1234]; with another number it is 李四."""
    parsed = parse("张三 18412345678-1234 广东省深圳市南山区科苑路15号")
    renamed = parsed.with_name("李四")
    assert renamed.full_name == "李四[1234]"
    assert renamed.with_phone(read_phone("13812345678")).full_name == "李四"
    saved = ParsedAddress(full_name="张三[1234]", mobile="18412345678")
    assert saved.with_name("李四").full_name == "李四[1234]"


@pytest.mark.parametrize(
    ("text", "code", "town", "street"),
    [
        ("张三 13812345678 杭州市余杭区临平街道迎宾路1号", "330113", "临平街道", "迎宾路1号"),
        ("张三 13812345678 浙江省抗州市西湖区文三路1号", "330106", None, "文三路1号"),
        ("张三 13812345678 杭州市西胡区文三路1号", "330106", None, "文三路1号"),
        ("张三 13812345678 杭州市三墩镇文三路1号", "330106", "三墩镇", "文三路1号"),
    ],
)
def test_a_settled_place_leaves_the_street(text: str, code: str, town: str | None, street: str):
    """Names that the answer has settled are not printed twice."""
    parsed = parse(text)
    settled = parsed.with_division(code, DIVISIONS) if parsed.blocking else parsed
    assert (settled.district_code, settled.town, settled.street) == (code, town, street)


def test_a_number_that_was_answered_leaves_the_street():
    """However it was broken into groups."""
    parsed = ParsedAddress(street="文三路1号 138 12 345 678")
    assert parsed.with_phone(read_phone("13812345678")).street == "文三路1号"


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Nanshan, Shenzhen", ["440305"]),
        ("guangdong shenzhen nanshan", ["440305"]),
        ("Bao'an qu", ["440306"]),
        ("lu'an", ["341500"]),
        ("Liuan", ["341500"]),
        ("she county", ["130426", "341021"]),
        ("Yanshan County, Jiangxi", ["361124"]),
        ("Qianshan Xian, Jiangxi", ["361124"]),
        ("Chaoyang, Beijing", ["110105"]),
        ("Zhaoyang, Beijing", ["110105"]),
        ("Inner Mongolia", ["150000"]),
        ("Hohhot", ["150100"]),
        ("Dongguan, Chang'an Town", ["441900119"]),
        ("廣東省廣州市天河區", ["440106"]),
        ("Урумчи", ["650100"]),
        ("район Байюнь, Гуанчжоу", ["440111"]),
        ("г. Иу", ["330782"]),
        ("Шеньжень, Наньшань", ["440305"]),
        ("Қашқар қаласы", ["653101"]),
    ],
)
def test_places_typed_in_either_script(text: str, codes: list[str]):
    """English, pinyin with both readings, and traditional characters find the same rows."""
    found = [each.code for each in find_division(text, DIVISIONS)]
    named = {DIVISIONS.describe(code) for code in codes if DIVISIONS.get(code)}
    assert {DIVISIONS.describe(code) for code in found} >= named
    assert len(found) == len(codes)


def test_every_division_has_a_latin_name():
    """Whoever reads no Chinese can choose from every list above the towns."""
    for each in DIVISIONS.all_above_towns():
        if each.outside_mainland:
            continue
        assert re.fullmatch(r"[A-Za-züÜê' ,-]+", described(each.code, DIVISIONS)), each
    assert described("440305", DIVISIONS) == "Nanshan District, Shenzhen, Guangdong"
    assert described("341021", DIVISIONS) == "She County, Huangshan, Anhui"
    assert described("610113", DIVISIONS) == "Yanta District, Xi'an, Shaanxi"
    assert described("110105", DIVISIONS) == "Chaoyang District, Beijing"
    assert set(names()) >= {each.code for each in DIVISIONS.all_above_towns()}


def test_folding_keeps_the_length_and_meets_both_forms():
    """乾 and 於 fold on both sides; nothing that is stored is folded."""
    assert fold("廣東省於潛鎮乾縣") == fold("广东省于潜镇干县") == "广东省于潜镇干县"
    assert len(fold("臺灣龍岡皇后")) == len("臺灣龍岡皇后")
    parsed = parse("張三 13812345678 深圳市南山區科苑路15號後門")
    assert (parsed.full_name, parsed.street) == ("張三", "科苑路15號後門")


def test_a_doubt_about_the_street_keeps_everything():
    """A remark is no street, but nothing is lost: both can be chosen."""
    parsed = parse("张三 13812345678 浙江省杭州市西湖区文三路1号 周末送货")
    doubt = parsed.blocking[0]
    assert doubt.kind is DoubtKind.STREET_DOUBTFUL
    assert (doubt.text, doubt.rest) == ("文三路1号", "文三路1号 周末送货")


@SLOW
def test_districts_are_found_by_their_latin_names():
    """In English order and the other way round: read right, or asked about, never another one."""
    asked = 0
    mainland = [each for each in DIVISIONS.all_above_towns() if not each.outside_mainland]
    deliverable = [each for each in mainland if DIVISIONS.deliverable(each.code)]
    for index, each in enumerate(deliverable[::3]):
        places = described(each.code, DIVISIONS)
        if index % 2:
            places = ", ".join(reversed(places.split(", ")))
        parsed = parse(f"5 Renmin Road, {places}, China; Li Lei 13800138000")
        assert (parsed.full_name, parsed.street) == ("Li Lei", "5 Renmin Road"), places
        assert parsed.blocking or parsed.district_code == each.code, places
        asked += bool(parsed.blocking)
    assert asked <= 30


def in_russian(place: Division) -> str:
    if place.level is Level.CITY and place.name[-1] in "州盟区":
        kind = "автономный округ"
    elif place.level is Level.PROVINCE:
        kind = "провинция"
    else:
        kind = {"市": "г.", "县": "уезд", "旗": "уезд"}.get(place.name[-1], "район")
    return f"{kind} {transcribed(names()[place.code].syllables).capitalize()}"


def test_districts_are_found_by_their_russian_names():
    """By Palladius' transcription, the kind first: read right or asked about, never another one."""
    asked = 0
    mainland = [each for each in DIVISIONS.all_above_towns() if not each.outside_mainland]
    named = [each for each in mainland if DIVISIONS.deliverable(each.code) and not is_zone(each)]
    for each in named[::5]:
        path = DIVISIONS.path(each.code)
        city_alone = path[0].name.endswith("市")
        places = ", ".join(dict.fromkeys(map(in_russian, path[1:] if city_alone else path)))
        parsed = parse(f"Ли Мин 13800138000, {places}, ул. Пекин 5")
        assert parsed.full_name == "Ли Мин"
        assert parsed.blocking or parsed.district_code == each.code, places
        assert parsed.blocking or parsed.street == "ул. Пекин 5", places
        asked += bool(parsed.blocking)
    assert asked <= 20


def test_signs_are_read_as_signs():
    """长 is chang but in 长子; 万柏林区 is no forest, 东城区 no suburb of anything."""
    shown_as = {
        "310105": "Changning District, Shanghai",
        "140428": "Zhangzi County, Changzhi, Shanxi",
        "140109": "Wanbailin District, Taiyuan, Shanxi",
        "110101": "Dongcheng District, Beijing",
        "429021": "Shennongjia Forestry District, Hubei",
        "140302": "Urban District, Yangquan, Shanxi",
        "411100": "Luohe, Henan",
    }
    for code, words in shown_as.items():
        assert described(code, DIVISIONS) == words


@pytest.mark.parametrize(
    "text",
    [
        "收货人：" + "苏州公司 顾晨 " * 100,
        "收货人：" + "Anna-112 " * 100,
        "x:AB-12" * 140,
        "浙 " * 500,
        "1号请勿" * 240,
        "客户代码A1 " * 140,
    ],
)
def test_no_paste_holds_the_others_up(text: str):
    """The longest text that is read costs a fraction of a second; the first one took six."""
    begun = time.process_time()
    parse(text)
    assert time.process_time() - begun < 1
