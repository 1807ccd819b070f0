"""Small talk, commands without a slash and orders' numbers: none of them is looked for as goods."""

import re

import pytest
from buying import TAPE_MEASURE, Market, at_offer, placed

from tests.tiers import slow_but

_TALK = "can't chat|不会聊天"


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
    ("words", "command"), [("help", "/help"), ("订单", "/orders"), ("中文", "/language")]
)
async def test_a_command_without_its_slash_is_named(person, words, command):
    """The way is said, and how to find goods of that name."""
    buyer = await person()
    await buyer.say(words, f"send {command}.*search {words}")


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
