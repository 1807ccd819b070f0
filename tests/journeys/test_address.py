"""Where it goes: pasting, typing, choosing, keeping; and what reaches the marketplace."""

import re

import pytest
from buying import ADDRESS, SNEAKERS, TAPE_MEASURE, Market, at_lines, at_preview, placed

from bot.buttons import to_base36

LABELLED = """收货人：李四
手机号码：139 0013 8000
所在地区：广东省深圳市南山区
详细地址：科技园路1号A座1201"""


async def at_new_address(buyer):
    """Open the address book and an empty form."""
    await buyer.say("/address", "no address yet|还没有收货地址")
    return await buyer.do("Add an address|添加地址", "New address|新地址")


async def save(buyer, text=ADDRESS):
    """Paste one more address and save it."""
    await buyer.send("/address")
    await buyer.sees("address|地址")
    await buyer.do("Add an address", "New address")
    await buyer.say(text, "Is this right")
    return await buyer.do("Save", "The address is saved")


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
    assert "滨江区" in shown.labels
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
    assert "courier" in shown.text
    await buyer.say("13812345678", "Is this right")


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


async def test_an_address_is_edited_made_default_and_deleted(person):
    """Each address of the book can be opened, changed, put first and removed."""
    buyer = await person()
    await save(buyer)
    await save(buyer, "李四 13900138000 广东省深圳市南山区科技园路1号")
    shown = await buyer.say("/address", "Your addresses")
    assert shown.labels[0].startswith("★ 张三")
    await buyer.do("李四", "440305")
    shown = await buyer.do("Make default", "Pick the address")
    assert shown.labels[0].startswith("★ 李四")
    await buyer.do("张三", "330108")
    await buyer.do("Edit", "Is this right")
    await buyer.do("✏️ Name", "Who receives it")
    await buyer.say("张三丰", "Is this right")
    await buyer.do("Save", "The address is saved")
    await buyer.say("/address", "Your addresses")
    await buyer.do("张三丰", "330108")
    shown = await buyer.do("Delete", "The address of 张三丰 is deleted")
    assert not [label for label in shown.labels if "张三" in label]


async def test_editing_the_address_in_use_asks_for_the_numbers_again(person, marketplace):
    """What is confirmed was always quoted for the address that is shown."""
    buyer, market = await person(), Market(marketplace)
    before = await at_preview(buyer)
    asked = await market.count("preview")
    await buyer.say("/address", "Your addresses")
    await buyer.do("张三", "330108")
    await buyer.do("Edit", "Is this right")
    await buyer.do("✏️ Province", "Which province")
    await buyer.say("乌鲁木齐市天山区", "Is this right")
    await buyer.do("Save", "The address is saved")
    shown = await buyer.do("Back", "Total to pay")
    assert "新疆维吾尔自治区 乌鲁木齐市 天山区" in shown.text
    assert await market.count("preview") == asked + 1
    assert shown.button("Confirm order")["text"] != before.button("Confirm order")["text"]


async def test_deleting_the_address_in_use_asks_where_to_deliver(person):
    """Without an address there is nothing to confirm."""
    buyer = await person()
    await at_preview(buyer)
    await buyer.say("/address", "Your addresses")
    await buyer.do("张三", "330108")
    await buyer.do("Delete", "is deleted")
    await buyer.do("Back", "no address yet")
    shown = await buyer.do("Back", "no address yet|Your order")
    assert "Confirm order" not in " ".join(shown.labels)


async def test_twenty_addresses_are_the_most(person):
    """The twenty-first has to wait until one is deleted."""
    buyer = await person()
    for number in range(20):
        await save(buyer, f"张三 138000000{number:02} 浙江省杭州市滨江区网商路{number}号")
    shown = await buyer.say("/address", "Your addresses")
    assert "➕ Add an address" not in shown.labels
    await buyer.say(ADDRESS, "You have 20 addresses, the most I keep")
    await buyer.do("Next", "You have 20|Your addresses")
    shown = await buyer.screen()
    await buyer.do("张三", "330108")
    shown = await buyer.do("Delete", "is deleted")
    await buyer.do("Back", "Your addresses")
    await buyer.do("Add an address", "New address")


async def test_another_persons_address_cannot_be_reached(person):
    """A crafted press with a foreign address id shows nothing and orders nothing."""
    owner, thief = await person(), await person()
    await save(owner)
    shown = await owner.say("/address", "Your addresses")
    foreign = shown.button("张三")["callback_data"].rsplit(".", 1)[1]
    await at_lines(thief, SNEAKERS, 3, "White", "37")
    await thief.do("Continue", "no address yet")
    for action in ("open", "deliver", "edit", "delete", "default"):
        shown = await thief.screen()
        back = shown.button("Back")["callback_data"]
        crafted = re.sub(r"back\.$", f"{action}.{foreign}", back)
        assert crafted != back
        await thief.press(shown.id, crafted)
        answer = await thief.sees("no longer here|no address yet")
        assert "张三" not in answer.text
        assert "13812345678" not in answer.text
    shown = await owner.say("/address", "Your addresses")
    assert any("张三" in label for label in shown.labels)


async def test_an_address_id_that_is_no_number_is_no_crash(person):
    """Whatever a press carries, the answer is the address book."""
    buyer = await person()
    await save(buyer)
    for arg in ("", "²", "zzzzzzzzzzzzzzzz", to_base36(2**48 + 5)):
        shown = await buyer.say("/address", "Your addresses")
        crafted = re.sub(r"back\.$", f"open.{arg}", shown.button("Back")["callback_data"])
        await buyer.press(shown.id, crafted)
        await buyer.sees("no longer here")


async def test_an_address_pasted_while_ordering_is_delivered_to_at_once(person):
    """Saving it leads on to the binding numbers, with that address in them."""
    buyer = await person("zh-hans")
    shown = await at_preview(buyer)
    assert "张三 · 13812345678" in shown.text
    assert "浙江省 杭州市 滨江区 长河街道" in shown.text
    shown = await buyer.do("改地址", "送到哪里")
    assert any("张三" in label for label in shown.labels)
    shown = await buyer.do("张三", "应付总额")
