"""Small talk, commands without a slash and orders' numbers: none of them is looked for as goods."""

import re

import pytest
from buying import TAPE_MEASURE, Market, at_lines, at_offer, at_preview, placed

from tests.tiers import SLOW, slow_but

_TALK = "can't chat|不会聊天|called “|想找叫|You're welcome|不客气"


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize(
    "words",
    slow_but(
        ["在吗", "where is my order"],
        ["在吗", "付完了", "where is my order", "how much is shipping to London?", "спасибо"],
    ),
)
async def test_small_talk_is_no_search(person, marketplace, language, words):
    """It is answered with what can be sent, and nothing is asked of the marketplace."""
    buyer, market = await person(language), Market(marketplace)
    before = await market.count("product.search.keywordQuery")
    await buyer.say("/start", "1688")
    await buyer.say(words, _TALK)
    assert await market.count("product.search.keywordQuery") == before


@pytest.mark.parametrize(
    ("words", "shown"),
    slow_but(
        ["help"],
        [
            ("help", "What you can send"),
            ("订单", "No orders yet"),
            ("中文", "Which language"),
            ("购物车", "cart is empty"),
        ],
    ),
)
async def test_a_command_without_its_slash_is_carried_out(person, words, shown):
    """What it leads to says how to find goods of that name."""
    buyer = await person()
    answer = await buyer.say(words, shown)
    assert f"send “search {words}”" in answer.text


@pytest.mark.parametrize(
    ("words", "shown"),
    slow_but(
        ["/订单"],
        [("/订单", "No orders yet"), ("／help", "What you can send"), ("/隐私", "Privacy|privacy")],
    ),
)
async def test_a_command_that_telegram_does_not_mark_is_carried_out(person, words, shown):
    """Nobody who writes a slash looks for goods, so nothing is said of any."""
    buyer = await person()
    answer = await buyer.say(words, shown)
    assert "send “search" not in answer.text


async def test_cancelling_in_words_and_turning_back(person):
    """取消 ends the draft as /cancel does; who only turns back is asked, and loses nothing."""
    buyer = await person()
    await at_lines(buyer, TAPE_MEASURE, 4)
    await buyer.say("返回", "in progress with 1 item")
    await buyer.do("Continue", "Your order")
    await buyer.say("取消", "Cancelled")


@SLOW
@pytest.mark.parametrize(
    ("language", "words"), [("en", "where is my order?"), ("zh-hans", "多久到")]
)
async def test_who_asks_for_an_order_sees_the_list(person, language, words):
    """Where there is one; before that it is talk."""
    buyer = await person(language)
    await buyer.say(words, _TALK)
    await placed(buyer)
    await buyer.say(words, "My orders|我的订单")


async def test_greetings_and_thanks_are_answered_as_such(person):
    """The first screen greets already; none of them is looked for."""
    buyer = await person()
    shown = await buyer.say("hello", "I'm Snaporder")
    assert "Hello!" not in shown.text
    await buyer.say("谢谢老板", "You're welcome")
    await at_offer(buyer, TAPE_MEASURE)
    await buyer.say("你好", "Hello!.*Minimum order")


async def test_a_note_to_the_seller_may_be_any_words(person):
    """What a screen asks for is taken as it is; 取消 takes the question back, not the order."""
    buyer = await person()
    await at_preview(buyer)
    await buyer.do("Note to", "tell the seller")
    await buyer.say("谢谢", "Total to pay.*谢谢")
    await buyer.do("Change the note", "tell the seller")
    shown = await buyer.say("取消", "Total to pay.*谢谢")
    assert "取消" not in shown.text


async def test_cancelling_a_placed_order_shows_the_button_for_it(person):
    """The sentence that names the button stands above it."""
    buyer = await person()
    await placed(buyer)
    shown = await buyer.say("/cancel", "placed already")
    assert any("Cancel order" in label for label in shown.labels)


async def test_help_names_no_command_that_is_not_there(person):
    """Nobody answers questions here, so it does not say how to ask one."""
    buyer = await person()
    shown = await buyer.say("/help", "What you can send")
    assert "/support" not in shown.text
    assert "/watches" in shown.text


async def test_goods_of_that_name_can_be_searched_for(person):
    """Whoever says so gets goods."""
    buyer = await person()
    await buyer.say("search 马克杯", "马克杯")


async def test_talk_on_an_offer_leaves_its_buttons_alive(person):
    """The offer stays under the answer, and can be ordered."""
    buyer = await person()
    await at_offer(buyer, TAPE_MEASURE)
    shown = await buyer.say("do you ship to London?", _TALK)
    assert any("quantity" in label for label in shown.labels)
    await buyer.do("Choose a quantity", "How many")


async def test_an_orders_number_opens_the_order(person, marketplace):
    """Ours, however it is written, with or without /orders; and 1688's."""
    buyer, market = await person(), Market(marketplace)
    shown = await placed(buyer)
    number = re.search(r"S\d{6}-\w{8}", shown.text)
    assert number is not None
    theirs = str((await market.only_order())["orderId"])
    for text in (number[0], number[0].lower(), f"/orders {number[0]}", theirs):
        shown = await buyer.say(text, number[0])
        assert any("My orders" in label for label in shown.labels)


async def test_a_strangers_number_opens_nothing(person):
    """Nobody sees another person's order by its number."""
    buyer, stranger = await person(), await person()
    shown = await placed(buyer)
    number = re.search(r"S\d{6}-\w{8}", shown.text)
    assert number is not None
    shown = await stranger.say(number[0], "order")
    assert number[0] not in shown.text


@pytest.mark.parametrize(
    ("language", "words", "not_yet", "done"),
    [
        ("en", "I paid", "hasn't|not.*payment|yet", "Paid"),
        ("zh-hans", "付完了", "还没收到付款", "已付款"),
    ],
)
async def test_who_says_that_it_is_paid_has_the_order_read_at_once(
    person, marketplace, language, words, not_yet, done
):
    """Under the order, and later from elsewhere; what was not paid is not believed."""
    buyer, market = await person(language), Market(marketplace)
    await placed(buyer)
    before = await market.count("order_detail")
    await buyer.say(words, not_yet)
    assert await market.count("order_detail") > before
    await market.order((await market.only_order())["orderId"], "pay")
    await buyer.say("/start", "1688")
    await buyer.say(words, done)


@SLOW
@pytest.mark.parametrize("caption", ["这个多少钱", "do you have this?", "取消"])
async def test_what_is_said_below_a_photo_is_no_keyword(person, samples, caption):
    """The photo is looked for, as without words."""
    buyer = await person()
    await buyer.photo(samples["red-mug.jpg"], caption)
    shown = await buyer.sees("Looks similar|look.*like|similar")
    assert caption not in shown.text
    assert not [label for label in shown.labels if caption in label]
