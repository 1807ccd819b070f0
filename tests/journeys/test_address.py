"""Where it goes: pasting, typing, choosing, keeping; and what reaches the marketplace."""

import pytest
from buying import ADDRESS, TAPE_MEASURE, Market, at_lines, placed

LABELLED = """收货人：李四
手机号码：139 0013 8000
所在地区：广东省深圳市南山区
详细地址：科技园路1号A座1201"""


async def at_new_address(buyer):
    """Open the address book and an empty form."""
    await buyer.say("/address", "no address yet|还没有收货地址")
    return await buyer.do("Add an address|添加地址", "New address|新地址")


@pytest.mark.parametrize(
    ("pasted", "expected"),
    [
        (ADDRESS, ("张三", "13812345678", "浙江省 杭州市 滨江区", "330108", "网商路699号")),
        (
            LABELLED,
            ("李四", "13900138000", "广东省 深圳市 南山区", "440305", "科技园路1号A座1201"),
        ),
        (
            "北京市朝阳区建国路88号SOHO现代城 王五 +86 13712345678",
            ("王五", "13712345678", "北京市 朝阳区", "110105", "建国路88号SOHO现代城"),
        ),
        (
            "赵六，13612345678，广东省东莞市长安镇振安中路1号",
            ("赵六", "13612345678", "广东省 东莞市", "441900", "振安中路1号"),
        ),
    ],
)
async def test_a_pasted_address_is_read_and_shown_for_a_yes(person, pasted, expected):
    """Name, phone, divisions with their code and the street are understood in any usual form."""
    buyer = await person()
    await at_new_address(buyer)
    shown = await buyer.say(pasted, "Is this right")
    for part in expected:
        assert part in shown.text
    shown = await buyer.do("Save", "The address is saved")
    assert any(expected[0] in label for label in shown.labels)


async def test_names_and_codes_of_one_row_arrive_at_the_marketplace(person, marketplace):
    """The district code and the texts beside it are those of one division."""
    buyer, market = await person(), Market(marketplace)
    await placed(buyer)
    address = (await market.only_order())["address"]
    assert address["districtCode"] == "330108"
    assert (address["provinceText"], address["cityText"], address["areaText"]) == (
        "浙江省",
        "杭州市",
        "滨江区",
    )
    assert address["fullName"] == "张三"
    assert address["mobile"] == address["phone"] == "13812345678"
    assert address["address"] == "网商路699号"
    assert address["townText"] == "长河街道"


async def test_a_city_without_districts_is_delivered_by_its_own_code(person, marketplace):
    """东莞 has no districts: the city's code goes, the district stays empty."""
    buyer, market = await person(), Market(marketplace)
    await at_lines(buyer, TAPE_MEASURE, 4)
    await buyer.do("Continue", "no address yet")
    await buyer.say("赵六 13612345678 广东省东莞市长安镇振安中路1号", "Is this right")
    await buyer.do("Save", "Total to pay")
    await buyer.do("Confirm order", "Order placed")
    address = (await market.only_order())["address"]
    assert address["districtCode"] == "441900"
    assert address["cityText"] == "东莞市"
    assert address["areaText"] == ""


async def test_field_by_field_asks_one_thing_at_a_time(person):
    """Name, phone, place and street in turn; the place is chosen from the list downwards."""
    buyer = await person()
    await at_new_address(buyer)
    await buyer.do("Field by field", "Who receives it")
    await buyer.say("张三", "Which phone number")
    await buyer.say("13812345678", "Which province, city and district")
    await buyer.do("Choose from the list", "Which province")
    await buyer.do("浙江省", "Which province")
    await buyer.do("杭州市", "Which province")
    await buyer.do("滨江区", "Which street")
    shown = await buyer.say("浙江省杭州市滨江区网商路699号", "Is this right")
    assert "Street: 网商路699号" in shown.text, "the divisions are known already"
    assert "(330108)" in shown.text
    await buyer.do("Save", "The address is saved")


async def test_a_municipality_is_chosen_in_two_taps(person):
    """上海 leads to its districts at once, and is not named twice."""
    buyer = await person()
    await at_new_address(buyer)
    await buyer.do("Field by field", "Who receives it")
    await buyer.say("张三", "Which phone number")
    await buyer.say("13812345678", "Which province")
    await buyer.do("Choose from the list", "Which province")
    await buyer.do("上海市", "Which province")
    await buyer.do("普陀区", "Which street")
    shown = await buyer.say("曹杨路1号", "Is this right")
    assert "Place: 上海市 普陀区 (310107)" in shown.text


async def test_the_place_can_be_typed(person):
    """A short name that is unique is enough; one that is not offers buttons."""
    buyer = await person()
    await at_new_address(buyer)
    await buyer.do("Field by field", "Who receives it")
    await buyer.say("张三", "Which phone number")
    await buyer.say("13812345678", "Which province")
    await buyer.say("亚特兰蒂斯", "I don't know that place")
    shown = await buyer.say("鼓楼区", "Several places fit")
    assert len([label for label in shown.labels if "鼓楼区" in label]) >= 4
    await buyer.do("南京市 鼓楼区", "Which street")
    shown = await buyer.say("中山路1号", "Is this right")
    assert "(320106)" in shown.text


async def test_a_doubtful_district_is_asked_with_buttons(person):
    """An address that names no district is completed by one tap; what was read stays."""
    buyer = await person()
    await at_new_address(buyer)
    shown = await buyer.say("张三 13812345678 浙江省杭州市网商路699号", "Which district is it")
    assert "Binjiang District · 滨江区" in shown.labels
    shown = await buyer.do("滨江区", "Is this right")
    assert "浙江省 杭州市 滨江区 (330108)" in shown.text
    assert "网商路699号" in shown.text


@pytest.mark.parametrize(
    ("number", "answer"),
    [
        ("138****5678", "masked with stars"),
        ("1381234567", "too short"),
        ("138123456789", "too long"),
        ("+1 415 555 2671", "can't call numbers abroad"),
        ("call me", "isn't a phone number"),
    ],
)
async def test_a_phone_that_no_courier_can_call_is_refused_with_its_reason(person, number, answer):
    """Masked, short, long, foreign or no number: each has its own words; a good one goes on."""
    buyer = await person()
    await at_new_address(buyer)
    await buyer.do("Field by field", "Who receives it")
    await buyer.say("张三", "Which phone number")
    await buyer.say(number, answer)
    await buyer.say("13812345678", "Which province")


async def test_a_masked_phone_in_a_paste_is_asked_again(person):
    """A number copied from an app with stars is shown and asked for."""
    buyer = await person()
    await at_new_address(buyer)
    shown = await buyer.say("张三 138****5678 浙江省杭州市滨江区网商路699号", r"138\*\*\*\*5678")
    assert "masked with stars" in shown.text
    await buyer.say("13812345678", "Is this right")


async def test_a_lone_short_name_is_confirmed_with_the_whole_place(person):
    """义乌 alone may be part of a street's name, so it is asked, with province and city."""
    buyer = await person("zh-hans")
    await buyer.say("/address", "还没有收货地址")
    await buyer.do("添加地址", "新地址")
    shown = await buyer.say("义乌稠州北路100号 张三 13812345678", "“义乌”是下面这个地方吗")
    assert "浙江省 金华市 义乌市" in shown.labels
    shown = await buyer.do("义乌市", "请核对地址")
    assert "详细地址：稠州北路100号" in shown.text


async def test_a_place_that_is_open_shows_no_code(person):
    """A province alone has no code for couriers yet, and no dash stands for it."""
    buyer = await person()
    await at_new_address(buyer)
    shown = await buyer.say("张三 13812345678 浙江省杭州市网商路699号", "Which district is it")
    assert "Place: 浙江省 杭州市\nHangzhou, Zhejiang" in shown.text


async def test_hong_kong_is_outside_the_mainland(person):
    """Sellers deliver in the mainland only; a place there can be given instead."""
    buyer = await person()
    await at_new_address(buyer)
    await buyer.say("陈大文 13812345678 香港九龙旺角弥敦道1号", "mainland China only")
    await buyer.say("深圳南山", "Which street|Is this right")


async def test_what_is_no_address_is_not_read_as_one(person):
    """A greeting leaves the form as it was."""
    buyer = await person()
    await at_new_address(buyer)
    await buyer.say("!!!", "can't find an address")


async def test_one_part_is_changed_without_losing_the_rest(person):
    """Fixing a part can be given up; the whole comes back."""
    buyer = await person()
    await at_new_address(buyer)
    await buyer.say(ADDRESS, "Is this right")
    await buyer.do("✏️ Name", "Who receives it")
    await buyer.do("Back", "Is this right")
    await buyer.do("✏️ Phone", "Which phone number")
    shown = await buyer.say("13700000000", "Is this right")
    assert "13700000000" in shown.text
    assert "张三" in shown.text
    await buyer.do("✏️ Street", "Which street")
    shown = await buyer.say("江南大道1号", "Is this right")
    assert "江南大道1号" in shown.text
    await buyer.do("✏️ Name", "Who receives it")
    await buyer.say("名" * 51, "at most 50 characters")
