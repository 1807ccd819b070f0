"""The address book: keeping, changing, choosing; nobody else reaches it."""

import re

import pytest
from buying import ADDRESS, SNEAKERS, TAPE_MEASURE, Market, at_lines, at_preview

from bot.chat.buttons import to_base36
from tests.tiers import SLOW

LABELLED = """收货人：李四
手机号码：139 0013 8000
所在地区：广东省深圳市南山区
详细地址：科技园路1号A座1201"""


async def save(buyer, text=ADDRESS):
    """Paste one more address and save it."""
    await buyer.send("/address")
    await buyer.sees("address|地址")
    await buyer.do("Add an address", "New address")
    await buyer.say(text, "Is this right")
    return await buyer.do("Save", "The address is saved")


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
    await buyer.do("Delete", "can't be brought back.*张三丰")
    await buyer.do("Keep it", "330108")
    await buyer.do("Delete", "can't be brought back.*张三丰")
    shown = await buyer.do("Yes, delete", "The address of 张三丰 is deleted")
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
    """Without an address there is nothing to confirm; one press leads back to the goods."""
    buyer = await person()
    await at_preview(buyer)
    await buyer.say("/address", "Your addresses")
    await buyer.do("张三", "330108")
    await buyer.do("Delete", "can't be brought back")
    await buyer.do("Yes, delete", "is deleted.*no address yet")
    shown = await buyer.do("Back", "no address yet|Your order")
    assert "Confirm order" not in " ".join(shown.labels)


@SLOW
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
    await buyer.do("Delete", "can't be brought back")
    await buyer.do("Yes, delete", "is deleted")
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
    for action in ("open", "deliver", "edit", "delete", "address_gone", "default"):
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


@pytest.mark.parametrize(("language", "results"), [("en", "Results for"), ("zh-hans", "搜索结果")])
async def test_a_products_name_is_looked_for_in_the_address_book_too(
    person, language: str, results: str
):
    """Nothing in it is a person, a place or a number; a place still begins an address."""
    buyer = await person(language)
    await buyer.say("/address", "You have no address yet|还没有收货地址")
    await buyer.say("杯子", f"杯子.*{results}|{results}.*杯子")
    await buyer.say("/address", "You have no address yet|还没有收货地址")
    await buyer.say("深圳南山", "Who receives it|收货人姓名是")


async def test_a_street_alone_is_part_of_the_address_that_an_order_waits_for(person):
    """Where an order is to go is a question: whatever is typed answers it."""
    buyer = await person()
    await at_lines(buyer, TAPE_MEASURE, 4)
    await buyer.do("Continue", "address yet")
    await buyer.say("网商路", "Street: 网商路")
