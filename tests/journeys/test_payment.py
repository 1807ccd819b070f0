"""Paying: the link, what the marketplace says of the money, and amounts that moved."""

import os
from pathlib import Path

import pytest
from buying import SNEAKERS, TAPE_MEASURE, Market, at_lines, at_preview, pay_at_cashier, placed
from chat import Person
from processes import BotProcess, SandboxProcess

from tests.loopback import http_client
from tests.tiers import SLOW


async def test_paying_is_seen_when_asked(person, marketplace):
    """Before: not seen yet, the link stays. After: paid, and no link any more."""
    buyer = await person()
    shown = await placed(buyer)
    assert shown.has_picture, "a code for the phone with the wallet"
    url = shown.url("Pay ¥")
    again = await buyer.do("I have paid", "has not seen the payment yet")
    assert again.url("Pay ¥") == url
    await pay_at_cashier(url)
    shown = await buyer.do("I have paid", "Paid. The seller is preparing your goods")
    await buyer.sees_no_longer(lambda each: "One step left: pay it" in each.text)
    assert not [label for label in shown.labels if "Pay" in label or "paid" in label]


async def test_a_missing_link_is_asked_for_again(person, marketplace):
    """The order stands; one tap gets the link as soon as there is one."""
    buyer, market = await person(), Market(marketplace)
    await at_preview(buyer)
    await market.fault("http_502_html", "payment_links", times=None)
    shown = await buyer.do("Confirm order", "Order placed")
    assert "payment link can't be had right now. Your order stands" in shown.text
    await buyer.do("Get the payment link", "can't be had right now")
    await market.mend()
    shown = await buyer.do("Get the payment link", "Tap the button")
    assert shown.url("Pay ¥")
    assert await market.count("create") == 1


@pytest.mark.parametrize(
    ("change", "warning"),
    [
        ({"goodsDelta": 500}, "You agreed to ¥.*1688 asks ¥.*Pay only if"),
        ({"goodsDelta": -500}, "1688 now asks only ¥"),
        ({"freight": 9900}, "Pay only if"),
    ],
)
async def test_a_price_that_moved_before_paying_is_warned_of(person, marketplace, change, warning):
    """The seller may change an unpaid order; it is said before the money goes."""
    buyer, market = await person(), Market(marketplace)
    await placed(buyer)
    order = await market.only_order()
    await market.order(order["orderId"], "price", **change)
    shown = await buyer.do("I have paid", warning)
    now = (await market.only_order())["totalFen"]
    assert f"💳 Pay ¥{now / 100:.2f}" in shown.labels


async def test_an_order_closed_by_the_seller_is_not_to_be_paid(person, marketplace):
    """No link, no warning, a plain word."""
    buyer, market = await person(), Market(marketplace)
    await placed(buyer)
    await market.order((await market.only_order())["orderId"], "close")
    shown = await buyer.do("I have paid", "This order is closed")
    assert not [label for label in shown.labels if "Pay" in label]
    assert "agreed" not in shown.text


async def test_a_marketplace_that_does_not_answer_keeps_the_screen(person, marketplace):
    """'I have paid' says what is wrong and works again."""
    buyer, market = await person(), Market(marketplace)
    await placed(buyer)
    await market.fault("http_502_html", "order_detail", times=None)
    await buyer.do("I have paid", "has a problem right now")
    await market.mend()
    await buyer.do("I have paid", "has not seen the payment yet")


async def test_the_payment_page_reads_naturally_in_chinese(person, marketplace):
    """Numbers, state and buttons."""
    buyer = await person("zh-hans")
    shown = await placed(buyer)
    assert "下单成功" in shown.text
    assert "待付款" in shown.text
    assert shown.button("去付款 ¥")
    await pay_at_cashier(shown.url("去付款"))
    await buyer.do("我已付款", "已付款。卖家正在备货")


async def test_order_numbers_and_link_can_be_copied(person, marketplace):
    """For the person whose wallet is elsewhere."""
    buyer = await person()
    shown = await placed(buyer)
    number = (await Market(marketplace).only_order())["orderId"]
    assert not any("Copy" in label for label in shown.labels)
    await buyer.tap("More")
    shown = await buyer._opened("Copy the link")
    assert shown.button("Copy the order number")["copy_text"]["text"] == number
    assert shown.button("Copy the link")["copy_text"]["text"] == shown.url("Pay ¥")


async def test_after_paying_something_new_begins(person, marketplace):
    """The placed goods are off the order; a new one starts empty."""
    buyer = await person()
    await placed(buyer)
    await buyer.do("Find something else", "Snaporder")
    shown = await at_lines(buyer, TAPE_MEASURE, 6)
    assert "1. standard — 6 pieces" in shown.text


@SLOW
async def test_the_order_list_can_be_written_with_commas(tmp_path: Path):
    """A gateway that wants `1,2` instead of `[1,2]` gets it by a setting; one link pays both."""
    world = SandboxProcess()
    bot = BotProcess(world, tmp_path, MARKETPLACE_LIST_NOTATION="comma")
    bot.start()
    try:
        await bot.ready()
        async with (
            http_client(base_url=world.marketplace) as http,
            http_client(base_url=world.chat) as telegram,
        ):
            market, buyer = Market(http), await Person.arrive(telegram)
            await market.switch(split_orders="always", order_id_list="comma")
            await at_lines(buyer, SNEAKERS, 3, "White", "37")
            await at_preview(buyer, SNEAKERS, 3, "Black", "40")
            shown = await buyer.do("Confirm order", "Order placed")
            await pay_at_cashier(shown.url("Pay ¥"))
            await buyer.do("I have paid", "Paid. The seller")
            states = {order["status"] for order in await market.orders()}
            assert states == {"waitsellersend"}
    finally:
        assert bot.stop() == 0, os.fspath(bot.log)
        world.stop()
