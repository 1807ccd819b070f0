"""Words at the address screens: they change what they name, say yes, or leave everything alone."""

import pytest
from buying import TAPE_MEASURE, Market, at_lines

from tests.tiers import slow_but

CHECKED = "张三 13812345678 浙江省杭州市滨江区长河街道网商路699号"
_ASKS_NAME = "Who receives it|收货人姓名是"
_CHECK = "Is this right|请核对地址"


async def at_new_address(buyer):
    """Open the address book and an empty form."""
    await buyer.say("/address", "no address yet|还没有收货地址")
    return await buyer.do("Add an address|添加地址", "New address|新地址")


async def at_check(buyer):
    """Paste an address that is read in full."""
    await at_new_address(buyer)
    return await buyer.say(CHECKED, _CHECK)


async def at_name(buyer):
    """Come to the question who receives it, with everything else known."""
    await at_new_address(buyer)
    return await buyer.say("13812345678 浙江省杭州市滨江区长河街道网商路699号", _ASKS_NAME)


async def at_street(buyer):
    """Come to the question about the street."""
    await at_new_address(buyer)
    return await buyer.say("张三 13812345678 浙江省杭州市滨江区", "Which street|门牌号")


def is_whole(shown) -> bool:
    """Tell whether everything of the checked address is on the screen."""
    parts = ("张三", "13812345678", "浙江省 杭州市 滨江区", "网商路699号")
    return all(part in shown.text for part in parts)


@pytest.mark.parametrize("language", slow_but(["zh-hans"], ["en", "zh-hans"]))
@pytest.mark.parametrize(
    "word", slow_but(["好的", "yes", "да"], ["是的", "好的", "确认", "yes", "OK", "да"])
)
async def test_a_yes_at_the_check_saves(person, language, word):
    """Whoever answers the question with a yes has answered it."""
    buyer = await person(language)
    await at_check(buyer)
    shown = await buyer.say(word, "The address is saved|地址已保存")
    assert any("张三" in label for label in shown.labels)


@pytest.mark.parametrize("language", slow_but(["zh-hans"], ["en", "zh-hans"]))
@pytest.mark.parametrize(
    "words",
    [
        "多久到货",
        "请发圆通快递",
        "在吗",
        "红色",
        "马克杯",
        "red mug",
        "Red Mug",
        "白色",
        "不对",
        "3单元502",
        "where is my order",
        "how much is it?",
    ],
)
async def test_talk_at_the_check_changes_nothing(person, language, words):
    """A question, a wish and goods are no part of an address: it stays, and the way on is said."""
    buyer = await person(language)
    await at_check(buyer)
    shown = await buyer.say(words, "changed nothing|没有改动")
    assert is_whole(shown)


@pytest.mark.parametrize(
    ("words", "command"), [("help", "/help"), ("订单", "/orders"), ("取消", "/cancel")]
)
async def test_a_command_without_its_slash_is_told_at_the_check(person, words, command):
    """The address stays; the command is named."""
    buyer = await person()
    await at_check(buyer)
    shown = await buyer.say(words, f"send {command}")
    assert is_whole(shown)


@pytest.mark.parametrize(
    ("words", "changed", "kept"),
    [
        ("李四", "Name: 李四", ("13812345678", "网商路699号", "(330108)")),
        ("名字改成李四", "Name: 李四", ("13812345678", "网商路699号", "(330108)")),
        ("电话改成13987654321", "Phone: 13987654321", ("张三", "网商路699号", "(330108)")),
        ("地址改成江南大道1号", "Street: 江南大道1号", ("张三", "13812345678", "(330108)")),
        (
            "地址改成深圳市南山区科苑路15号",
            "Street: 科苑路15号",
            ("张三", "13812345678", "(440305)"),
        ),
        ("姓名：李四", "Name: 李四", ("13812345678", "网商路699号", "(330108)")),
        ("Anna Ivanova", "Name: Anna Ivanova", ("13812345678", "网商路699号", "(330108)")),
        ("咔佳 KA-112", "Name: 咔佳 KA-112", ("13812345678", "网商路699号", "(330108)")),
        ("+86 139 8765 4321", "Phone: 13987654321", ("张三", "网商路699号", "(330108)")),
        ("电话：139-87654321", "Phone: 13987654321", ("张三", "网商路699号", "(330108)")),
        ("江南大道1号", "Street: 江南大道1号", ("张三", "13812345678", "(330108)")),
        ("Nanshan, Shenzhen", r"\(440305\)", ("张三", "13812345678", "网商路699号")),
        ("深圳市南山区科苑路15号", "Street: 科苑路15号", ("张三", "13812345678", "(440305)")),
    ],
)
async def test_a_lone_part_changes_itself_alone(person, words, changed, kept):
    """A name, a number, a street or a place replaces what it names, and the rest stays."""
    buyer = await person()
    await at_check(buyer)
    shown = await buyer.say(words, changed)
    assert all(part in shown.text for part in kept)
    await buyer.do("Save", "The address is saved")


async def test_another_whole_address_replaces_the_checked_one(person):
    """Nothing of the first one is left."""
    buyer = await person()
    await at_check(buyer)
    shown = await buyer.say("李四 13987654321 广东省深圳市南山区科苑路15号", "李四")
    assert "13987654321" in shown.text
    assert "张三" not in shown.text


@pytest.mark.parametrize("language", slow_but(["zh-hans"], ["en", "zh-hans"]))
@pytest.mark.parametrize(
    "words",
    slow_but(
        ["请问运费多少", "13号楼501室"], ["请问运费多少", "周末不送货", "13号楼501室", "what time?"]
    ),
)
async def test_what_is_no_name_is_refused_at_the_name(person, language, words):
    """A question, a wish and a door are nobody's name; the question stays with its reason."""
    buyer = await person(language)
    await at_name(buyer)
    await buyer.say(words, "isn't a recipient's name|不像收货人")
    shown = await buyer.say("李四", _CHECK)
    assert "李四" in shown.text


@pytest.mark.parametrize("words", ["李四 13987654321", "收件人：李四，电话：13987654321"])
async def test_a_name_with_its_number_answers_both(person, words):
    """Who was asked for the recipient gives both, as on a card: neither is lost."""
    buyer = await person()
    await at_name(buyer)
    shown = await buyer.say(words, _CHECK)
    assert "Name: 李四" in shown.text
    assert "Phone: 13987654321" in shown.text


async def test_goods_at_the_name_are_asked_about(person):
    """马克杯 begins with a surname: it is confirmed, not believed."""
    buyer = await person()
    await at_name(buyer)
    shown = await buyer.say("马克杯", "Is “马克杯” the recipient's name")
    assert "✅ Yes, that's the name" in shown.labels
    shown = await buyer.say("我叫李四", _CHECK)
    assert "Name: 李四" in shown.text
    assert "马克杯" not in shown.text


async def test_an_address_at_the_name_is_read_as_one(person):
    """Its place and street are taken; who receives it is still asked."""
    buyer = await person()
    await at_name(buyer)
    shown = await buyer.say("浙江省杭州市西湖区文三路1号", "took that as the address")
    assert "Street: 文三路1号" in shown.text
    assert "(330106)" in shown.text
    await buyer.say("李四（收）", "Name: 李四")


async def test_an_extension_joins_the_name_that_is_answered(person):
    """18412345678-1234 without a name, then 张三: 张三[1234]."""
    buyer = await person()
    await at_new_address(buyer)
    await buyer.say("18412345678-1234 广东省深圳市南山区科苑路15号", "Who receives it")
    shown = await buyer.say("张三", "Is this right")
    assert "Name: 张三[1234]" in shown.text
    await buyer.do("✏️ Name", "Who receives it")
    await buyer.say("李四", r"Name: 李四\[1234\]")


@pytest.mark.parametrize("language", slow_but(["zh-hans"], ["en", "zh-hans"]))
@pytest.mark.parametrize(
    "words", slow_but(["不知道", "李四"], ["不知道", "周末不送货", "李四", "help me?"])
)
async def test_what_is_no_street_is_refused_at_the_street(person, language, words):
    """A wish, a name and a question are no street."""
    buyer = await person(language)
    await at_street(buyer)
    await buyer.say(words, "isn't a street|不像详细地址")
    shown = await buyer.say("详细地址：网商路699号", _CHECK)
    assert "网商路699号" in shown.text


@pytest.mark.parametrize(
    "typed",
    [
        "电话：+86 138 1234 5678",
        "WhatsApp: +86 138 1234 5678",
        "13812345678 / 13987654321",
        "13812345678 (after 6pm)",
        "tel:+8613812345678",
    ],
)
async def test_a_number_is_found_among_what_stands_around_it(person, typed):
    """People answer with a label, two numbers or an hour."""
    buyer = await person()
    await at_new_address(buyer)
    await buyer.say("张三 浙江省杭州市滨江区网商路699号", "Which phone number")
    await buyer.say(typed, "Phone: 13812345678")


@pytest.mark.parametrize("language", slow_but(["zh-hans"], ["en", "zh-hans"]))
@pytest.mark.parametrize("open_form", slow_but([True], [False, True]))
async def test_an_offers_number_opens_the_offer(person, language, open_form):
    """At the address book and in its form a number of an offer is one; no form eats it."""
    buyer = await person(language)
    await buyer.say("/address", "no address yet|还没有收货地址")
    if open_form:
        await buyer.do("Add an address|添加地址", "New address|新地址")
    await buyer.say("748177702248", "马克杯.*(?:起订量|Minimum)")


@pytest.mark.parametrize("words", ["好", "多久到货", "请发圆通快递"])
async def test_talk_is_no_new_address(person, words):
    """Where an order is to go, a sentence leaves the order as it was."""
    buyer = await person("zh-hans")
    await at_lines(buyer, TAPE_MEASURE, 4)
    await buyer.do("下一步", "还没有收货地址")
    await buyer.say(words, "没有识别到地址")
    await buyer.say(CHECKED, "请核对地址")


async def test_a_remark_behind_the_street_is_asked_once(person):
    """The street without it is the first button, with it the second."""
    buyer = await person()
    await at_new_address(buyer)
    shown = await buyer.say(f"{CHECKED} 周末送货", "Is “网商路699号” the street line")
    assert shown.labels[:2] == ["✅ 网商路699号", "网商路699号 周末送货"]
    shown = await buyer.do("网商路699号 周末送货", "Is this right")
    assert "Street: 网商路699号 周末送货" in shown.text


async def test_a_town_that_moved_is_asked(person):
    """临平街道 lies in 临平区 since 2021: the code decides where the parcel goes."""
    buyer = await person("zh-hans")
    await at_new_address(buyer)
    shown = await buyer.say("张三 13812345678 杭州市余杭区临平街道迎宾路1号", "对不上")
    assert shown.labels[0] == "临平区"
    shown = await buyer.do("临平区", "请核对地址")
    assert "浙江省 杭州市 临平区 临平街道" in shown.text
    assert "详细地址：迎宾路1号" in shown.text


PASTES = {
    "Taobao": "收货人: 咔佳\n手机号码: 86-13812345678\n"
    "所在地区: 广东省 佛山市 南海区 大沥镇\n详细地址: 工业区16号",
    "Taobao, virtual number": "张三[4521] 18412345678转4521 广东省佛山市南海区大沥镇工业区16号",
    "Pinduoduo": "收件人：张三\n手机号：13812345678\n"
    "省市区：广东省 佛山市 南海区\n详细地址：大沥镇工业区16号",
    "WeChat": "张三，13812345678，广东省佛山市南海区大沥镇工业区16号",
    "forwarder": "收货人:咔佳 KA-112\n电话: 13812345678\n广东省佛山市南海区大沥镇工业区16号",
    "forwarder, English": "Consignee: Anna KA-112, Tel: 13812345678, "
    "No. 16 Industrial Zone, Dali Town, Nanhai District, Foshan, Guangdong, China",
    "forwarder, Russian": "Получатель: Анна KA-112\nТелефон: 13812345678\n"
    "Адрес: 广东省佛山市南海区大沥镇工业区16号",
    "forwarder, Kazakh": "Қабылдаушы: Айгүл KZ-77\nWhatsApp: +8613812345678\n"
    "Мекенжайы: 广东省佛山市南海区大沥镇工业区16号",
}


@pytest.mark.parametrize("language", slow_but(["zh-hans"], ["en", "zh-hans"]))
@pytest.mark.parametrize("paste", PASTES.values(), ids=PASTES)
async def test_a_newcomers_paste_goes_through(person, paste, language):
    """Each usual form is read with nothing left to ask, and saved."""
    buyer = await person(language)
    await at_new_address(buyer)
    shown = await buyer.say(paste, _CHECK)
    assert "(440605)" in shown.text or "（440605）" in shown.text
    await buyer.do("Save|保存", "The address is saved|地址已保存")


async def test_an_english_reader_finishes_without_chinese(person, marketplace):
    """The place is chosen from lists in both scripts, and the order goes there."""
    buyer, market = await person(), Market(marketplace)
    await at_lines(buyer, TAPE_MEASURE, 4)
    await buyer.do("Continue", "no address yet")
    await buyer.do("Add an address", "New address")
    await buyer.do("Field by field", "Who receives it")
    await buyer.say("Anna KA-112", "Which phone number")
    await buyer.say("+86 138 1234 5678", "Which province")
    await buyer.do("Choose from the list", "Which province")
    await buyer.do("Guangdong", "Which province")
    await buyer.do("Shenzhen", "Which province")
    await buyer.do("Nanshan District", "Which street")
    shown = await buyer.say("Room 501, No. 18 Keyuan Road", "Is this right")
    assert "Nanshan District, Shenzhen, Guangdong" in shown.text
    await buyer.do("Save", "Total to pay")
    await buyer.do("Confirm order", "Order placed")
    address = (await market.only_order())["address"]
    assert address["fullName"] == "Anna KA-112"
    assert address["districtCode"] == "440305"
    assert address["address"] == "Room 501, No. 18 Keyuan Road"


async def test_a_typed_english_place_is_found(person):
    """Nanshan, Shenzhen is enough; Nanshan alone offers both in both scripts."""
    buyer = await person()
    await at_new_address(buyer)
    await buyer.do("Field by field", "Who receives it")
    await buyer.say("张三", "Which phone number")
    await buyer.say("13812345678", "Which province")
    shown = await buyer.say("Nanshan", "Several places fit")
    assert any("Nanshan District, Shenzhen, Guangdong · 广东省" in label for label in shown.labels)
    await buyer.say("Nanshan, Shenzhen", "Which street")


async def test_a_forwarders_warehouse_is_marked_and_shown(person):
    """The mark is set on the card, stands in the list, and goes again."""
    buyer = await person()
    await at_new_address(buyer)
    await buyer.say("咔佳 KA-112 13812345678 广东省佛山市南海区大沥镇工业区16号", "Is this right")
    await buyer.do("Save", "The address is saved")
    await buyer.do("咔佳 KA-112", "Address")
    await buyer.do("It's a forwarder's warehouse", "📦 A forwarder's warehouse")
    shown = await buyer.do("Back", "Pick the address|Your addresses")
    assert any(label.startswith("★ 📦 咔佳 KA-112") for label in shown.labels)
    await buyer.do("📦 咔佳 KA-112", "📦 A forwarder's warehouse")
    shown = await buyer.do("Not a forwarder's warehouse", "Division code")
    assert "📦" not in shown.text


@pytest.mark.parametrize("word", ["杭州", "下一步", "付款", "skip", "same as before"])
async def test_a_word_that_is_nobodys_name_is_confirmed_at_the_name(person, word):
    """A city, a wish to go on or to pay may be a name, so it is asked and not taken."""
    buyer = await person()
    await at_name(buyer)
    await buyer.say(word, f"Is “{word}” the recipient's name")


async def test_an_address_of_another_city_at_the_street_is_taken_whole(person):
    """It never becomes a street of the city that was named before."""
    buyer = await person()
    await at_street(buyer)
    shown = await buyer.say("上海市徐汇区漕溪路1号", _CHECK)
    assert "上海市 徐汇区" in shown.text
    assert "杭州" not in shown.text
    assert "张三" in shown.text


async def test_a_recipient_behind_the_street_is_taken_with_it(person):
    """A name and a number that come with the answer are no part of the street."""
    buyer = await person()
    await at_street(buyer)
    shown = await buyer.say("网商路699号 李四 13912345678", _CHECK)
    assert "李四" in shown.text
    assert "13912345678" in shown.text
    assert "13812345678" not in shown.text
    assert "网商路699号 李四" not in shown.text
