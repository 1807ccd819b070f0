"""An order's card: everything about it as the marketplace has it now, in plain words."""

import pytest
from buying import (
    ADDRESS,
    SNEAKERS,
    TAPE_MEASURE,
    Market,
    at_lines,
    at_preview,
    from_lines_to_preview,
    placed,
)
from my_orders import CARD, LIST, add_black, opened, shipped, two_lines, yuan


async def test_a_card_tells_everything_of_an_unpaid_order(person, marketplace):
    """Goods with variants and amounts, totals, address, deadline, numbers; a picture above."""
    buyer, market = await person(), Market(marketplace)
    await two_lines(buyer)
    order = await market.only_order()
    card = await opened(buyer)
    assert card.has_picture
    for wanted in (
        order["thirdOrderId"],
        order["orderId"],
        "State: to be paid",
        "1. White / 37 (白色 / 37) — 3 pairs",
        "2. Black / 40 (黑色 / 40) — 2 pairs",
        f"Total {yuan(order['totalFen'])}",
        f"freight {yuan(order['freightFen'])}",
        "张三 · 13812345678",
        "网商路699号",
        "Pay before",
    ):
        assert wanted in card.text, wanted
    assert card.button("Copy the order number")["copy_text"]["text"] == order["orderId"]
    assert card.button(f"Pay {yuan(order['totalFen'])}")
    assert card.button("Cancel order")
    assert not [label for label in card.labels if "receipt" in label]


async def test_a_card_follows_the_order_through_its_life(person, marketplace):
    """Paid, shipped with a parcel whose number can be copied, received, completed."""
    buyer, market = await person(), Market(marketplace)
    await placed(buyer)
    order = (await market.only_order())["orderId"]
    await market.order(order, "pay")
    card = await opened(buyer, 1, "paid, to be shipped.*Paid")
    assert not [label for label in card.labels if "Cancel" in label or "💳" in label]
    await market.order(order, "ship", carrier="顺丰速运", trackingNumber="SF1234567890")
    card = await opened(buyer, 1, "State: shipped.*顺丰速运.*SF1234567890.*Shipped")
    assert card.button("SF1234567890")["copy_text"]["text"] == "SF1234567890"
    assert card.button("Confirm receipt")
    await market.order(order, "receive")
    card = await opened(buyer, 1, "State: received.*Received")
    assert not [label for label in card.labels if "receipt" in label]
    await market.order(order, "complete")
    await opened(buyer, 1, "State: completed.*Completed")


async def test_refresh_reads_the_order_in_its_place(person, marketplace):
    """However lately it was read; the message stays the same one."""
    buyer, market = await person(), Market(marketplace)
    await placed(buyer)
    card = await opened(buyer)
    await market.order((await market.only_order())["orderId"], "pay")
    again = await buyer.do("Refresh", "paid, to be shipped")
    assert again.id == card.id


async def test_a_card_opens_while_the_marketplace_is_down(person, marketplace):
    """With what is known, saying so; and as it is once the marketplace answers again."""
    buyer, market = await person(), Market(marketplace)
    await placed(buyer)
    await market.order((await market.only_order())["orderId"], "pay")
    await market.fault("http_502_html", "order_detail", times=None)
    card = await opened(buyer, 1, "has a problem right now.*Shown as it stood at.*to be paid")
    assert card.has_picture
    await market.mend()
    await buyer.do("Refresh", "paid, to be shipped")


@pytest.mark.parametrize(
    ("language", "how", "wanted"),
    [
        ("en", {}, "Closed by the seller: out of stock"),
        ("zh-hans", {}, "卖家关闭（卖家缺货）"),
        (
            "en",
            {"reason": "BUYER_NO_PAY", "operateType": "CLOSE_TRADE_BY_BOPS"},
            "Closed by 1688: not paid in time",
        ),
        (
            "zh-hans",
            {"reason": "BUYER_NO_PAY", "operateType": "CLOSE_TRADE_BY_SYSTEM"},
            "1688 关闭（超时未付款）",
        ),
        ("en", {"reason": "other"}, "✖️ Closed by the seller\n"),
        ("en", {"reason": "仓库失火"}, "Closed by the seller: 仓库失火"),
    ],
)
async def test_a_closed_order_says_who_closed_it_and_why(
    person, marketplace, language, how, wanted
):
    """In plain words, or in the marketplace's own where we have none."""
    buyer, market = await person(language), Market(marketplace)
    await placed(buyer)
    await market.order((await market.only_order())["orderId"], "close", **how)
    card = await opened(buyer, 1, wanted)
    assert not [label for label in card.labels if "💳" in label]


@pytest.mark.parametrize(
    ("language", "applied", "agreed", "done"),
    [
        (
            "en",
            "Refund: waiting for the seller to agree",
            "Refund: agreed",
            "Refund of ¥5.00: refunded",
        ),
        ("zh-hans", "退款：待卖家同意", "退款：卖家已同意", "退款 ¥5.00：退款成功"),
    ],
)
async def test_a_refund_is_told_step_by_step(person, marketplace, language, applied, agreed, done):
    """What it waits for, and in the end how much it was."""
    buyer, market = await person(language), Market(marketplace)
    await placed(buyer)
    order = (await market.only_order())["orderId"]
    await shipped(market, order)
    await market.order(order, "refund", step="apply", amount=500)
    await opened(buyer, 1, applied)
    await market.order(order, "refund", step="agree")
    await opened(buyer, 1, agreed)
    await market.order(order, "refund", step="refund")
    await opened(buyer, 1, done)


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({"goodsDelta": 500}, r"You agreed to ¥27\.10; 1688 asks ¥32\.10"),
        ({"goodsDelta": -500}, r"You agreed to ¥27\.10; 1688 now asks only ¥22\.10"),
    ],
)
async def test_an_amount_that_moved_is_named_with_what_was_agreed(
    person, marketplace, change, wanted
):
    """Both sums stand on the card."""
    buyer, market = await person(), Market(marketplace)
    await placed(buyer)
    await market.order((await market.only_order())["orderId"], "price", **change)
    await opened(buyer, 1, wanted)


async def test_a_split_order_tells_each_part_apart(person, marketplace):
    """Which goods, how much, which state; only what is still open is to be paid."""
    buyer, market = await person(), Market(marketplace)
    await market.switch(split_orders="always")
    await two_lines(buyer)
    first, second = await market.orders()
    await shipped(market, first["orderId"])
    card = await opened(buyer, 1, "its parts are at different stages")
    for number, order, state in ((1, first, "shipped"), (2, second, "to be paid")):
        assert f"Part {number} · {yuan(order['totalFen'])} · {state}" in card.text
        assert order["orderId"] in card.text
    assert "Item 1\n" in card.text
    assert card.button(f"Pay {yuan(second['totalFen'])}")
    assert card.button("Confirm receipt of part 1")
    both = f"{first['orderId']} {second['orderId']}"
    assert card.button("Copy the order number")["copy_text"]["text"] == both


async def test_what_the_marketplace_left_out_stands_on_the_card(person, marketplace):
    """A line that failed is named with the reason; the rest is an order."""
    buyer, market = await person(), Market(marketplace)
    await market.switch(stock_shortage="order_the_rest")
    await at_lines(buyer, SNEAKERS, 3, "White", "37")
    await add_black(buyer, 4)
    await from_lines_to_preview(buyer)
    await market.fault("slow", "create", seconds=5.0)
    await buyer.do("Confirm order", "Placing your order")
    stock = (await market.offer(SNEAKERS))["stock"]
    await market.until_called("create")
    await market.change(SNEAKERS, stock=dict.fromkeys(stock, 3))
    await buyer.sees("Order placed")
    await opened(buyer, 1, "Not ordered:.*Black / 40: 商品库存不足")


async def test_an_order_being_looked_up_has_a_card(person, marketplace):
    """No earlier order proves its absence: said plainly, can be looked up, not ordered again."""
    buyer, market = await person(), Market(marketplace)
    await at_preview(buyer, TAPE_MEASURE, 6)
    await market.fault("http_500", "create")
    await buyer.tap("Confirm order")
    await buyer.sees("couldn't find order S")
    card = await opened(buyer, 1, "Not found at 1688 so far")
    assert card.button("Look again")
    assert not [label for label in card.labels if "again" in label and "Look" not in label]
    assert ADDRESS.split()[0] in card.text


async def test_the_payment_step_leads_to_the_card_and_the_list(person, marketplace):
    """The deadline stands there at once, and the ways on."""
    buyer = await person()
    shown = await placed(buyer)
    assert "Pay before" in shown.text
    await buyer.tap("Details", on=shown)
    await buyer.sees(CARD)
    await buyer.tap("My orders", on=shown)
    await buyer.sees(LIST)
    await buyer.sees_nothing_new(0.05)


async def test_paying_from_the_card_gives_a_fresh_link(person, marketplace):
    """As often as wanted; once it is paid the card says that nothing is left to pay."""
    buyer, market = await person(), Market(marketplace)
    await placed(buyer)
    order = await market.only_order()
    await buyer.do("Find something else", "Snaporder")
    card = await opened(buyer)
    assert card.button("Pay ¥")
    shown = await buyer.do("Pay ¥", "Order placed")
    assert shown.url("Pay ¥")
    assert await market.count("payment_links") >= 2
    await buyer.do("Find something else", "Snaporder")
    await opened(buyer)
    await market.order(order["orderId"], "pay")
    await buyer.tap("Pay ¥")
    await buyer.sees("Nothing is left to pay.*paid, to be shipped")
