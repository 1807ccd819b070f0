"""`/orders`: what was ordered lately, and the way back to its payment."""

from buying import SNEAKERS, TAPE_MEASURE, Market, at_lines, at_preview, placed
from test_payment import pay_at_cashier


async def test_no_orders_yet(person):
    """An empty list says what to do."""
    buyer = await person()
    await buyer.say("/orders", "No orders yet. Send a photo")


async def test_the_list_names_each_order_with_its_state(person, marketplace):
    """Newest first: number, goods, amount, and whether it is to be paid."""
    buyer, market = await person(), Market(marketplace)
    first = await placed(buyer)
    await pay_at_cashier(first.url("Pay ¥"))
    await buyer.do("I have paid", "Paid")
    await buyer.do("Find something else", "Snaporder")
    await at_lines(buyer, TAPE_MEASURE, 6)
    await buyer.do("Continue", "Where shall it go")
    await buyer.do("张三", "Total to pay")
    await buyer.do("Confirm order", "Order placed")
    shown = await buyer.say("/orders", "Your latest orders")
    paid, unpaid = await market.orders()
    newest, oldest = shown.text.split(paid["thirdOrderId"])
    assert unpaid["thirdOrderId"] in newest
    assert f"¥{unpaid['totalFen'] / 100:.2f} · to be paid" in newest
    assert f"¥{paid['totalFen'] / 100:.2f} · paid" in oldest
    assert "Tape Measure" in shown.text


async def test_an_unpaid_order_is_opened_with_a_fresh_link(person, marketplace):
    """Opening reads its present state: a price that moved is warned of, no payment is missed."""
    buyer, market = await person(), Market(marketplace)
    await placed(buyer)
    order = await market.only_order()
    await buyer.do("Find something else", "Snaporder")
    await market.order(order["orderId"], "price", goodsDelta=1000)
    await buyer.say("/orders", "Your latest orders")
    shown = await buyer.do(f"Open {order['thirdOrderId']}", "Order placed")
    assert "Pay only if that is fine" in shown.text
    assert "has not seen the payment" not in shown.text
    assert shown.url("Pay ¥")


async def test_an_order_paid_elsewhere_opens_as_paid(person, marketplace):
    """The state is the marketplace's, not what was last seen here."""
    buyer, market = await person(), Market(marketplace)
    await placed(buyer)
    order = await market.only_order()
    await market.order(order["orderId"], "pay")
    await buyer.say("/orders", "Your latest orders")
    await buyer.do(f"Open {order['thirdOrderId']}", "Paid. The seller prepares")


async def test_looking_at_orders_leaves_the_journey_where_it_is(person, marketplace):
    """The list is shown beside the current step, whose buttons still work."""
    buyer = await person()
    await placed(buyer)
    await buyer.do("Find something else", "Snaporder")
    lines = await at_lines(buyer, SNEAKERS, 3, "White", "37")
    await buyer.say("/orders", "Your latest orders")
    await buyer.tap("Continue", on=lines)
    await buyer.sees("Where shall it go")


async def test_an_order_that_was_not_made_says_so(person, marketplace):
    """A refused consent stays in the list, without a way to pay."""
    buyer, market = await person(), Market(marketplace)
    await at_preview(buyer)
    await market.change(TAPE_MEASURE, stock=0)
    await buyer.do("Confirm order", "isn't enough stock")
    shown = await buyer.say("/orders", "Your latest orders")
    assert "not made" in shown.text
    assert not [label for label in shown.labels if "Open" in label]


async def test_orders_before_the_latest_ten_can_be_reached(person, marketplace):
    """An unpaid order never falls out of reach because newer attempts came."""
    buyer, market = await person(), Market(marketplace)
    await placed(buyer)
    first = await market.only_order()
    await at_lines(buyer, TAPE_MEASURE, 4)
    await buyer.do("Continue", "Where shall it go")
    await buyer.do("张三", "Total to pay")
    for rise in range(1, 11):
        await market.change(TAPE_MEASURE, priceDelta=rise)
        await buyer.do("Confirm order", "Nothing was ordered")
    shown = await buyer.say("/orders", "Your latest orders")
    assert first["thirdOrderId"] not in shown.text
    shown = await buyer.do("Earlier orders", first["thirdOrderId"])
    assert "Earlier orders" not in " ".join(shown.labels)
    await buyer.do(f"Open {first['thirdOrderId']}", "Order placed")
