"""What is typed when one thing of an address is asked for: a name, a street, a number."""

import pytest

from bot.addresses import (
    Fit,
    ParsedAddress,
    PhoneError,
    load_divisions,
    parse_address,
    read_name,
    read_number,
    read_street,
)

DIVISIONS = load_divisions()


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
    known = parse_address("张三 13812345678 浙江省杭州市西湖区", DIVISIONS)
    answer = read_street(text, known, DIVISIONS)
    assert answer is not None
    assert answer.value == street
