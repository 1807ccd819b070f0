"""Several unpaid orders paid at once: chosen, read anew, one link for as many as is safe."""

import re

import pytest
from buying import TAPE_MEASURE, Market, pay_at_cashier, placed
from chat import Person, Shown
from my_orders import LIST, made_again, one_more, opened, two_lines, yuan

from tests.tiers import SLOW, slow_but

CHOOSE = "Pay several orders at once|合并付款"
GO = "Get the link|^💳 合并付款"


async def unpaid(buyer: Person, count: int) -> None:
    """Place that many orders, each of another amount, the dearest last."""
    await placed(buyer)
    for number in range(1, count):
        await buyer.do("Find something else|继续找货", "Snaporder")
        await one_more(buyer, TAPE_MEASURE, 4 + 2 * number)


async def choosing(buyer: Person) -> Shown:
    await buyer.say("/orders", LIST)
    return await buyer.do("Pay several at once|合并付款", CHOOSE)


def total_of(orders: list[dict], *indexes: int) -> str:
    return yuan(sum(orders[index]["totalFen"] for index in indexes))


@pytest.mark.parametrize(
    ("language", "chosen", "title", "settled"),
    slow_but(
        ["en"],
        [
            ("en", "3 orders chosen: {}", "One payment for 3 orders: {}", "3 orders are settled"),
            ("zh-hans", "已选 3 笔，共 {}", "合并付款 3 笔，共 {}", "有 3 笔已处理完"),
        ],
    ),
)
async def test_all_unpaid_orders_are_paid_through_one_link(
    person, marketplace, language, chosen, title, settled
):
    """All of them unless said otherwise; the total is the sum of what each costs now."""
    buyer, market = await person(language), Market(marketplace)
    await unpaid(buyer, 3)
    orders = await market.orders()
    total = total_of(orders, 0, 1, 2)
    shown = await choosing(buyer)
    assert chosen.format(total) in shown.text
    assert all(each["thirdOrderId"] in shown.text for each in orders)
    link = await buyer.do(GO, re.escape(title.format(total)))
    assert link.has_picture, "a code for the phone with the wallet"
    url = link.url(f"(Pay|去付款) {re.escape(total)}")
    assert link.button("Copy the link|复制付款链接")["copy_text"]["text"] == url
    await pay_at_cashier(url)
    await buyer.do("I have paid|我已付款", settled)
    assert {each["status"] for each in await market.orders()} == {"waitsellersend"}
    await buyer.sees_no_longer(lambda each: each.has_picture and title[:8] in each.text)


async def test_one_order_can_be_left_out(person, marketplace):
    """A number's button switches it off and on again; the sum follows, in place."""
    buyer, market = await person(), Market(marketplace)
    await unpaid(buyer, 3)
    orders = await market.orders()
    shown = await choosing(buyer)
    less = await buyer.do("^✅ 2$", "2 orders chosen")
    assert less.id == shown.id
    assert total_of(orders, 0, 2) in less.text
    await buyer.do("^▫️ 2$", "3 orders chosen")
    await buyer.do("^✅ 2$", "2 orders chosen")
    link = await buyer.do(GO, "One payment for 2 orders")
    assert orders[1]["thirdOrderId"] not in link.text
    await pay_at_cashier(link.url("Pay ¥"))
    states = [each["status"] for each in await market.orders()]
    assert states == ["waitsellersend", "waitbuyerpay", "waitsellersend"]


async def test_with_nothing_chosen_there_is_nothing_to_pay(person, marketplace):
    """The button for the link is gone until an order is chosen."""
    buyer = await person()
    await unpaid(buyer, 2)
    await choosing(buyer)
    await buyer.do("^✅ 1$", "1 order chosen")
    none = await buyer.do("^✅ 2$", "0 orders chosen")
    assert not [label for label in none.labels if "link" in label]
    await buyer.do("^▫️ 2$", "1 order chosen")


async def test_an_order_that_is_paid_by_now_is_left_out_and_said(person, marketplace):
    """The choice is shown anew with the rest; no link was asked for."""
    buyer, market = await person(), Market(marketplace)
    await unpaid(buyer, 3)
    first, second, third = await market.orders()
    await choosing(buyer)
    links = await market.count("payment_links")
    await market.order(second["orderId"], "pay")
    left = await buyer.do(GO, f"{second['thirdOrderId']} is left out.*paid, to be shipped")
    assert f"2 orders chosen: {total_of([first, third], 0, 1)}" in left.text
    assert await market.count("payment_links") == links
    await buyer.do(GO, "One payment for 2 orders")


async def test_a_price_that_moved_is_said_before_the_link(person, marketplace):
    """Old amount, new amount, new sum; then the same button leads on."""
    buyer, market = await person(), Market(marketplace)
    await unpaid(buyer, 2)
    first, second = await market.orders()
    await choosing(buyer)
    await market.order(first["orderId"], "price", goodsDelta=150)
    now = yuan(first["totalFen"] + 150)
    again = await buyer.do(
        GO, f"costs {re.escape(now)} now, not {re.escape(yuan(first['totalFen']))}"
    )
    total = yuan(first["totalFen"] + 150 + second["totalFen"])
    assert total in again.text
    link = await buyer.do(GO, re.escape(total))
    assert link.url(f"Pay {re.escape(total)}")


async def test_an_order_that_cannot_be_paid_is_dropped(person, marketplace):
    """The marketplace refuses the whole; which one it means is found, said, and left out."""
    buyer, market = await person(), Market(marketplace)
    await unpaid(buyer, 2)
    first, second = await market.orders()
    await choosing(buyer)
    # The batch is refused, and after that the older order by itself.
    await market.fault("refuse", "payment_links", code=1009, message="PRODUCT_TRADE_STAT_ERROR")
    await market.fault(
        "refuse", "payment_links", code=1009, message="PRODUCT_TRADE_STAT_ERROR", after=1
    )
    left = await buyer.do(GO, f"{first['thirdOrderId']} is left out, 1688 takes no")
    assert "1 order chosen" in left.text
    link = await buyer.do(GO, "One payment for 1 order")
    assert link.url(f"Pay {re.escape(yuan(second['totalFen']))}")


async def test_orders_that_are_refused_only_together_can_be_paid_one_by_one(person, marketplace):
    """Said so; the choice stays."""
    buyer, market = await person(), Market(marketplace)
    await unpaid(buyer, 2)
    await choosing(buyer)
    words = "Batch pay : not surport MANUAL-TRADE!"
    await market.fault("refuse", "payment_links", code=1009, message=words)
    shown = await buyer.do(GO, "does not take these in one payment.*MANUAL-TRADE")
    assert "2 orders chosen" in shown.text


@pytest.mark.parametrize("endpoint", slow_but(["payment_links"], ["order_detail", "payment_links"]))
async def test_a_marketplace_that_is_down_keeps_the_choice(person, marketplace, endpoint):
    """The same button works again."""
    buyer, market = await person(), Market(marketplace)
    await unpaid(buyer, 2)
    await choosing(buyer)
    await buyer.do("^✅ 1$", "1 order chosen")
    await market.fault("http_502_html", endpoint, times=None)
    shown = await buyer.do(GO, "has a problem right now")
    assert "1 order chosen" in shown.text
    await market.mend()
    await buyer.press(shown.id, shown.button("^▫️ 1$")["callback_data"])
    await buyer.sees("2 orders chosen")
    await buyer.do(GO, "One payment for 2 orders")


@pytest.mark.parametrize("slow", [False, True])
async def test_not_paid_yet_keeps_the_link(person, marketplace, slow):
    """Checking says so and leaves the code where it is, also where it takes a while."""
    buyer = await person()
    await unpaid(buyer, 2)
    await choosing(buyer)
    link = await buyer.do(GO, "One payment for 2 orders")
    if slow:
        await Market(marketplace).fault("slow", "order_detail", times=None, seconds=1)
    tap = await buyer.tap("I have paid", on=link)
    if not (said := await buyer.toast(tap)):  # the look took long: the tap was answered meanwhile
        said = (await buyer.sees("has not seen the payment yet")).text
    assert "has not seen the payment yet" in said
    assert any(each.id == link.id and each.has_picture for each in await buyer.history())


@SLOW
async def test_more_than_ten_come_in_several_links(person, marketplace):
    """1688 takes about ten at a time: each link has its own sum; together they are all of it."""
    buyer, market = await person(), Market(marketplace)
    await market.switch(split_orders="always")
    await two_lines(buyer)
    for _ in range(5):
        await made_again(buyer)
    orders = await market.orders()
    assert len(orders) == 12
    await choosing(buyer)
    first = await buyer.do(GO, "One payment for 5 orders.*Link 1 of 2")
    second = await buyer.do("Link 2", "One payment for 1 order.*Link 2 of 2")
    assert second.id == first.id
    amounts = [fen(each.button("Pay ¥")["text"]) for each in (first, second)]
    assert sum(amounts) == sum(each["totalFen"] for each in orders)
    await pay_at_cashier(second.url("Pay ¥"))
    await buyer.do("Link 1", "is left out.*5 orders chosen")
    await pay_at_cashier((await buyer.do(GO, "One payment for 5 orders")).url("Pay ¥"))
    await buyer.do("I have paid", "5 orders are settled")


def fen(label: str) -> int:
    """The amount on a button."""
    return int(re.sub(r"\D", "", label))


async def test_an_old_choice_of_other_orders_means_nothing(person, marketplace):
    """Once an order is paid the numbers stand for others: the choice is shown anew."""
    buyer, market = await person(), Market(marketplace)
    await unpaid(buyer, 3)
    first = (await market.orders())[0]
    shown = await choosing(buyer)
    await market.order(first["orderId"], "pay")
    await opened(buyer, 3)  # the bot hears of it
    await buyer.tap(GO, on=shown)
    await buyer.sees("have changed meanwhile.*2 orders chosen")
    await buyer.toast(await buyer.tap("^✅ 1$", on=shown))
    stands = next(each for each in await buyer.history() if each.id == shown.id)
    assert "have changed meanwhile" in stands.text
    assert "2 orders chosen" in stands.text


async def test_nothing_unpaid_says_so(person, marketplace):
    """An old button when all is paid."""
    buyer, market = await person(), Market(marketplace)
    await unpaid(buyer, 2)
    shown = await choosing(buyer)
    for each in await market.orders():
        await market.order(each["orderId"], "pay")
    for number in (1, 2):
        await opened(buyer, number)
    await buyer.tap("^✅ 1$", on=shown)
    await buyer.sees("No order waits for its payment")
