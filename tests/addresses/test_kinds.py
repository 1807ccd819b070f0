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
    Fit,
    ParsedAddress,
    PhoneError,
    find_division,
    load_divisions,
    parse_address,
    read_name,
    read_number,
    read_phone,
    read_street,
)
from bot.addresses.characters import fold
from bot.addresses.cyrillic import transcribed
from bot.addresses.divisions import Division, Level
from bot.addresses.naming import is_zone
from bot.addresses.romanised import described, names
from bot.domain.small_talk import command_meant, is_talk, is_yes
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


@pytest.mark.parametrize(
    ("text", "value", "fit"),
    [
        ("李四", "李四", Fit.CERTAIN),
        ("姓名：李四", "李四", Fit.CERTAIN),
        ("收件人是李四", "李四", Fit.CERTAIN),
        ("我叫李四", "李四", Fit.CERTAIN),
        ("李四（收）", "李四", Fit.CERTAIN),
        ("my name is Anna", "Anna", Fit.CERTAIN),
        ("Name: Anna", "Anna", Fit.CERTAIN),
        ("Anna Ivanova", "Anna Ivanova", Fit.CERTAIN),
        ("咔佳 KA-112", "咔佳 KA-112", Fit.CERTAIN),
        ("岩温", "岩温", Fit.CERTAIN),
        ("Anna", "Anna", Fit.FITTING),
        ("改成李四", "李四", Fit.CERTAIN),
        ("名字改成李四", "李四", Fit.CERTAIN),
        ("收货人改为 王小明", "王小明", Fit.CERTAIN),
        ("change the name to Anna", "Anna", Fit.CERTAIN),
        ("имя Анна Иванова", "Анна Иванова", Fit.CERTAIN),
        ("я Анна", "Анна", Fit.CERTAIN),
        ("李四的", "李四", Fit.CERTAIN),
        ("给李四", "李四", Fit.CERTAIN),
        ("Michael Jordan", "Michael Jordan", Fit.CERTAIN),
        ("Red mug", "Red mug", Fit.DOUBTFUL),
        ("Red Mug", "Red Mug", Fit.DOUBTFUL),
        ("Size L", "Size L", Fit.DOUBTFUL),
        ("白色", "白色", Fit.DOUBTFUL),
        ("Казахстан", "Казахстан", Fit.DOUBTFUL),
        ("马克杯", "马克杯", Fit.DOUBTFUL),
    ],
)
def test_answers_that_name_the_recipient(text: str, value: str, fit: Fit):
    """Lead-ins go; goods and carriers are confirmed; a lone foreign word is no name unasked."""
    answer = read_name(text)
    assert answer is not None
    assert (answer.value, answer.fit) == (value, fit)


@pytest.mark.parametrize(
    "text",
    [
        "浙江省杭州市西湖区文三路1号",
        "13812345678",
        "周末不送货",
        "圆通",
        "Room 5, 18 Keyuan Road",
        "两件",
        "3双",
    ],
)
def test_answers_that_name_nobody(text: str):
    """An address, a number and a wish are no recipient."""
    assert read_name(text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("网商路699号", "网商路699号"),
        ("详细地址：网商路699号", "网商路699号"),
        ("浙江省杭州市滨江区网商路699号", "网商路699号"),
        ("Room 5, 18 Keyuan Road", "Room 5, 18 Keyuan Road"),
        ("地址改成文三路1号", "文三路1号"),
        ("街道改为文三路1号", "文三路1号"),
        ("换成文三路1号3楼", "文三路1号3楼"),
        ("应该是网商路700号", "网商路700号"),
        ("change the street to 18 Keyuan Road", "18 Keyuan Road"),
        ("my address is 18 Keyuan Road", "18 Keyuan Road"),
    ],
)
def test_answers_that_name_the_street(text: str, value: str):
    """Its label and the places known already go."""
    known = ParsedAddress(district_code="330108")
    answer = read_street(text, known, DIVISIONS)
    assert answer is not None
    assert (answer.value, answer.fit) == (value, Fit.CERTAIN)


@pytest.mark.parametrize(
    "text",
    ["700号", "门牌号改成700号", "3单元502", "B座1201", "Room 5", "加上3楼302", "不是699号是700号"],
)
def test_a_door_without_its_road_replaces_no_street(text: str):
    """Taken where a street is asked for, or confirmed; at the check the road would be lost."""
    street = read_street(text, ParsedAddress(district_code="330108"), DIVISIONS)
    assert street is not None
    assert street.fit < Fit.CERTAIN


@pytest.mark.parametrize("text", ["李四", "13812345678", "748177702248", "周末不送货", "好"])
def test_answers_that_name_no_street(text: str):
    """A name, a number, an offer and a wish are no street."""
    assert read_street(text, ParsedAddress(), DIVISIONS) is None


@pytest.mark.parametrize(
    "text",
    [
        "电话：+86 138 1234 5678",
        "WhatsApp: +86 138 1234 5678",
        "13812345678 / 13987654321",
        "13812345678 (after 6pm)",
        "tel:+8613812345678",
        "我的电话是13812345678",
        "138-12345678",
        "１３８１２３４５６７８",
    ],
)
def test_answers_that_give_a_number(text: str):
    """The first mobile of what was typed, whatever stands around it."""
    assert read_number(text).digits == "13812345678"


@pytest.mark.parametrize("text", ["call me", "138****5678", "1381234567", "好的", "1010 0000"])
def test_answers_that_give_no_number(text: str):
    """Each is refused with its problem."""
    with pytest.raises(PhoneError):
        read_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "是的",
        "好的",
        "确认",
        "对，没错",
        "yes",
        "OK",
        "ok 👌",
        "Yes, that's right",
        "да",
        "好的好的",
        "👍",
    ],
)
def test_a_yes(text: str):
    """In every language that people say it in."""
    assert is_yes(text)


@pytest.mark.parametrize(
    "text", ["是的吗", "好马配好鞍", "yes or no", "好运来", "okra", "不是", "no"]
)
def test_no_yes(text: str):
    """Words that only begin like one."""
    assert not is_yes(text)


@pytest.mark.parametrize(
    "text",
    [
        "多久到货",
        "请发圆通快递",
        "在吗",
        "付完了",
        "where is my order",
        "how much is shipping?",
        "谢谢",
        "运费多少",
        "不知道",
        "周末不送货",
        "где мой заказ",
        "Can you ship today",
    ],
)
def test_talk(text: str):
    """Questions, thanks and wishes are told from what fills a form."""
    assert is_talk(text)


@pytest.mark.parametrize(
    "text", ["李四", "网商路699号", "Anna Ivanova", "Will Smith", "KA-112", "深圳市南山区", "杯子"]
)
def test_no_talk(text: str):
    """Names, streets, places and goods are not."""
    assert not is_talk(text)


@pytest.mark.parametrize(
    ("text", "command"), [("help", "/help"), ("我的订单", "/orders"), ("取消", "/cancel")]
)
def test_commands_without_a_slash(text: str, command: str):
    """Whole messages only."""
    assert command_meant(text) == command
    assert command_meant(f"{text}本") is None


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
        "付款",
        "支付宝",
        "明天",
        "下一步",
        "继续",
        "跳过",
        "本人",
        "匿名",
        "优惠券",
        "none",
        "next",
        "skip",
        "same as before",
        "back",
    ],
)
def test_wishes_to_go_on_are_taken_for_nobody_unasked(text: str):
    """Where a name is asked for, they are confirmed; elsewhere they change nothing."""
    answer = read_name(text)
    assert answer is None or answer.fit is Fit.DOUBTFUL


@pytest.mark.parametrize("text", ["Anna Back", "明天华", "Will Smith", "付明", "Agent Cooper"])
def test_names_made_of_such_words_are_names(text: str):
    """A part of a name decides nothing."""
    answer = read_name(text)
    assert answer is not None
    assert answer.fit >= Fit.FITTING


@pytest.mark.parametrize(
    ("text", "street"),
    [
        ("我住文三路1号", "文三路1号"),
        ("我家在文三路1号", "文三路1号"),
        ("住友路1号", "住友路1号"),
        ("文三路1号 李四 13912345678", "文三路1号"),
    ],
)
def test_what_is_said_around_a_street_is_no_part_of_it(text: str, street: str):
    """Nor are the recipient and the number that come with it."""
    known = parse("张三 13812345678 浙江省杭州市西湖区")
    answer = read_street(text, known, DIVISIONS)
    assert answer is not None
    assert answer.value == street


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
