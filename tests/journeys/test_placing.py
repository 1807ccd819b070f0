"""Confirm: one consent makes at most one order, whatever the marketplace answers."""

import asyncio
import re

import pytest
from buying import SNEAKERS, TAPE_MEASURE, Market, at_lines, at_preview, placed

UNCLEAR = "didn't answer clearly"
CONFIRM = "Confirm order"


async def confirm(buyer, wanted):
    return await buyer.do(CONFIRM, wanted)


async def test_one_consent_makes_one_order(person, marketplace):
    """The order carries our number, exactly the agreed goods and the agreed total."""
    buyer, market = await person(), Market(marketplace)
    preview = await at_preview(buyer, SNEAKERS, 3, "White", "37")
    shown = await confirm(buyer, "Order placed")
    order = await market.only_order()
    assert await market.count("create") == 1
    assert [line["quantity"] for line in order["lines"]] == [3]
    assert order["thirdOrderId"] in shown.text
    assert order["orderId"] in shown.text
    assert f"¥{order['totalFen'] / 100:.2f}" in preview.button(CONFIRM)["text"]
    assert not (await buyer.screen()).text.startswith("⚠️")


async def test_a_hundred_presses_of_one_button_make_one_order(person, marketplace):
    """Apps re-send unanswered presses: all are answered, one counts, the chat stays calm."""
    buyer, market = await person(), Market(marketplace)
    shown = await at_preview(buyer)
    before = len(await buyer.history())
    data = shown.button(CONFIRM)["callback_data"]
    await asyncio.gather(*(buyer.press(shown.id, data) for _ in range(100)))
    await buyer.sees("Order placed")
    await buyer.sees_nothing_new()
    assert await market.count("create") == 1
    await market.only_order()
    assert len(await buyer.history()) - before <= 2


async def test_an_old_confirm_button_orders_nothing(person, marketplace):
    """After the goods changed, the button of the former numbers only shows where one is."""
    buyer, market = await person(), Market(marketplace)
    old = await at_preview(buyer, TAPE_MEASURE, 4)
    await buyer.do("Edit goods", "Your order")
    await buyer.say("6", "6 pieces")
    await buyer.press(old.id, old.button(CONFIRM)["callback_data"])
    await buyer.sees("earlier step")
    await buyer.sees_nothing_new()
    assert await market.count("create") == 0


@pytest.mark.parametrize(
    ("patch", "moved"),
    [
        ({"priceDelta": 100}, ["Goods: +¥4.00", "Total: +¥4.00"]),
        ({"priceDelta": -100}, ["Goods: −¥4.00", "Total: −¥4.00"]),
        ({"freight": {"firstFee": "50", "nextFee": "2"}}, ["Freight: +¥", "Total: +¥"]),
    ],
    ids=["dearer", "cheaper", "freight"],
)
async def test_numbers_that_moved_are_shown_and_asked_again(person, marketplace, patch, moved):
    """Nothing is created on the old consent; the new one orders at the new total."""
    buyer, market = await person(), Market(marketplace)
    await at_preview(buyer, TAPE_MEASURE, 4)
    await market.change(TAPE_MEASURE, **patch)
    shown = await confirm(buyer, "numbers changed since you agreed. Nothing was ordered")
    for line in moved:
        assert line in shown.text
    assert await market.count("create") == 0
    total = shown.button(CONFIRM)["text"].partition("¥")[2]
    await confirm(buyer, "Order placed")
    order = await market.only_order()
    assert f"{order['totalFen'] / 100:.2f}" == total


async def test_stock_that_went_leads_to_the_lines(person, marketplace):
    """The re-check refuses; the line is there to be changed."""
    buyer, market = await person(), Market(marketplace)
    await at_preview(buyer, TAPE_MEASURE, 4)
    await market.change(TAPE_MEASURE, stock=1)
    shown = await confirm(buyer, "isn't enough stock any more")
    assert "Your order" in shown.text
    assert "4 pieces" in shown.text
    assert await market.count("create") == 0


async def test_stock_that_goes_at_the_last_moment_is_refused_by_create(person, marketplace):
    """A refusal of create means that nothing was ordered; the person can mend and confirm."""
    buyer, market = await person(), Market(marketplace)
    await at_preview(buyer, TAPE_MEASURE, 4)
    await market.fault("refuse", "create", code=1009, message="500_004")
    await confirm(buyer, "isn't enough stock any more")
    await buyer.do("Continue", "Where should it go")
    await buyer.do("张三", "Total to pay")
    await confirm(buyer, "Order placed")
    await market.only_order()


async def test_an_unreachable_marketplace_at_the_recheck_orders_nothing(person, marketplace):
    """The consent is over, the order is kept, and the same button works again."""
    buyer, market = await person(), Market(marketplace)
    await at_preview(buyer)
    await market.fault("http_502_html", "preview", times=None)
    await confirm(buyer, "couldn't be reached, so nothing was ordered")
    await market.mend()
    await confirm(buyer, "Order placed")
    assert await market.count("create") == 1


async def test_a_split_order_is_shown_with_all_its_numbers(person, marketplace):
    """Several orders for one consent: each with its amount, one link for all."""
    buyer, market = await person(), Market(marketplace)
    await market.switch(split_orders="always")
    await at_lines(buyer, SNEAKERS, 3, "White", "37")
    await at_preview(buyer, SNEAKERS, 3, "Black", "40")
    shown = await confirm(buyer, "Order placed")
    orders = await market.orders()
    assert len(orders) == 2
    assert "made 2 orders of it" in shown.text
    assert all(order["orderId"] in shown.text for order in orders)
    total = sum(order["totalFen"] for order in orders)
    assert f"💳 Pay ¥{total / 100:.2f}" in shown.labels


async def test_lines_that_failed_are_named(person, marketplace):
    """The rest is ordered; what was left out stands there with its reason."""
    buyer, market = await person(), Market(marketplace)
    await market.switch(stock_shortage="order_the_rest")
    await at_lines(buyer, SNEAKERS, 3, "White", "37")
    await at_preview(buyer, SNEAKERS, 4, "Black", "40")
    await market.fault("slow", "create", seconds=5.0)
    await confirm(buyer, "Placing your order")
    stock = (await market.offer(SNEAKERS))["stock"]
    await market.until_called("create")
    await market.change(SNEAKERS, stock=dict.fromkeys(stock, 3))
    shown = await buyer.sees("Order placed")
    assert "Not ordered:" in shown.text
    assert "Black / 40: 商品库存不足" in shown.text
    order = await market.only_order()
    assert [line["quantity"] for line in order["lines"]] == [3]


async def test_an_order_number_counts_whatever_the_flags_say(person, marketplace):
    """`success: false` beside an order id is an order."""
    buyer, market = await person(), Market(marketplace)
    await market.switch(create_success_flag="false_with_order")
    shown = await placed(buyer)
    assert (await market.only_order())["orderId"] in shown.text


async def test_nothing_disturbs_an_order_under_way(person, marketplace):
    """Words, photos, links and commands wait until the order is placed."""
    buyer, market = await person(), Market(marketplace)
    await at_preview(buyer)
    await market.fault("slow", "create", seconds=8.0)
    await confirm(buyer, "Placing your order")
    await buyer.say("hello", "Nothing is needed from you now")
    await buyer.say("/cancel", "already on its way")
    await buyer.send("https://detail.1688.com/offer/692428411078.html")
    await buyer.send("/start")
    await buyer.send("/address")
    await buyer.sees("Order placed")
    await market.only_order()


async def test_another_persons_order_cannot_be_looked_up(person, marketplace):
    """A crafted press with a foreign number tells nothing."""
    owner, thief = await person(), await person()
    await placed(owner)
    number = (await Market(marketplace).only_order())["thirdOrderId"]
    shown = await thief.say("/start", "Snaporder")
    data = shown.button("My orders|orders")["callback_data"]
    for action in ("look", "pay", "check"):
        crafted = re.sub(r"\.orders\.$", f".{action}.{number}", data)
        crafted = re.sub(r"^(1\.\w+)\.\w+\.", r"\1.*.", crafted)
        await thief.press(shown.id, crafted)
        answer = await thief.sees("I don't have that order of yours")
        assert number not in answer.text


async def test_the_waiting_message_becomes_the_record_of_the_consent(person) -> None:
    """Once placed, the message that said "placing" says what was agreed to, and for how much."""
    anna = await person()
    preview = await at_preview(anna)
    total = re.search(r"Total to pay: (¥[\d.,]+)", preview.text)
    assert total is not None
    await anna.do("Confirm", "Order placed")
    records = [each.text for each in await anna.history() if "agreed to" in each.text]
    assert len(records) == 1
    assert total[1] in records[0]
    await anna.sees_no_longer(lambda each: "Placing your order" in each.text)
