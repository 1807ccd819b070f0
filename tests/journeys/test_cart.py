"""The cart: each seller's goods an order of its own, long orders split, nothing lost between."""

import re

from buying import (
    BASKETBALL,
    SCISSORS,
    SNEAKERS,
    TAPE_MEASURE,
    Market,
    at_lines,
    at_offer,
    at_quantity,
    from_lines_to_preview,
    placed,
)
from chat import Person, Shown

from tests.tiers import SLOW

CONFIRM = "Confirm order"
PHONE_CASE = 626489650618  # 128 variants, from 1


async def two_shops(buyer: Person) -> Shown:
    """Sneakers of one shop, tape measures of another, and a look at both."""
    await at_lines(buyer, SNEAKERS, 3, "White", "37")
    await at_lines(buyer, TAPE_MEASURE, 4)
    return await buyer.say("/cart", "Your cart|购物车")


async def to_preview(buyer: Person, button: str) -> Shown:
    """From a button that leads to the address book on to the numbers, at the saved address."""
    await buyer.do(button, "Where should it go")
    return await buyer.do("张三", "Total to pay")


async def test_each_shop_is_listed_with_its_estimate_and_all_of_them_together(person):
    """The one taken last stands first; the goods give the shop its name."""
    shown = await two_shops(await person())
    first, second = shown.text.index("1. "), shown.text.index("2. ")
    assert "1 item, about ¥23.60" in shown.text[first:second]
    assert "Canvas Shoes" in shown.text[second:]
    assert "1 item, about ¥98.40" in shown.text[second:]
    assert "All goods, estimated: ¥122.00" in shown.text
    assert shown.labels[:3] == ["✅ Order 1", "✏️ Open 1", "🗑 Clear 1"]


async def test_two_shops_are_ordered_each_on_its_own(person, marketplace):
    """Two consents, two orders, each of exactly one shop's goods; then the cart is empty."""
    buyer, market = await person(), Market(marketplace)
    await two_shops(buyer)
    await buyer.do("Open 1", "Your order.*4 pieces")
    preview = await from_lines_to_preview(buyer)
    assert "pairs" not in preview.text
    shown = await buyer.do(CONFIRM, "Order placed")
    assert "Still in your cart: 1 item" in shown.text
    assert [line["offerId"] for line in (await market.only_order())["lines"]] == [TAPE_MEASURE]
    await buyer.do("Cart", "Your order.*3 pairs")
    preview = await to_preview(buyer, "Continue")
    assert "pieces" not in preview.text
    shown = await buyer.do(CONFIRM, "Order placed")
    assert "in your cart" not in shown.text
    orders = await market.orders()
    assert sorted(line["offerId"] for each in orders for line in each["lines"]) == [
        SNEAKERS,
        TAPE_MEASURE,
    ]
    assert len({each["thirdOrderId"] for each in orders}) == 2
    await buyer.say("/cart", "Your cart is empty. Send a photo")


async def test_order_leads_from_the_cart_to_the_address(person, marketplace):
    """With an address at hand it is three taps to a consent."""
    buyer = await person()
    await placed(buyer)
    await two_shops(buyer)
    preview = await to_preview(buyer, "Order 2")
    assert "3 pairs" in preview.text
    assert "pieces" not in preview.text


async def test_a_shop_below_its_minimum_is_opened_instead_of_ordered(person):
    """The cart's button keeps the rule that the order's own button has."""
    buyer = await person()
    await at_quantity(buyer, SNEAKERS, "White", "37")
    await buyer.say("2", "1 pair short")
    await buyer.do("Keep 2", "Your order")
    await buyer.say("/cart", "Your cart")
    shown = await buyer.do("Order 1", "needs at least 3 pairs: 1 pair short")
    assert "Your order" in shown.text


async def test_the_note_of_one_shop_never_goes_to_another(person, marketplace):
    """It waits with its goods, and is there again with them."""
    buyer, market = await person(), Market(marketplace)
    await at_lines(buyer, SNEAKERS, 3, "White", "37")
    await from_lines_to_preview(buyer)
    await buyer.do("Note to", "tell the seller")
    await buyer.say("white laces please", "white laces please.*Confirm|Total to pay")
    await at_lines(buyer, TAPE_MEASURE, 4)
    preview = await to_preview(buyer, "Continue")
    assert "white laces" not in preview.text
    await buyer.do(CONFIRM, "Order placed")
    assert "white laces" not in str(await market.orders())
    await buyer.do("Cart", "Your order.*3 pairs")
    preview = await to_preview(buyer, "Continue")
    assert "white laces please" in preview.text
    await buyer.do(CONFIRM, "Order placed")
    assert "white laces" in str(await market.orders())


async def test_an_emptied_shop_can_be_put_back_until_the_next_step(person):
    """A slip of the thumb costs nothing; the other shop's goods were never touched."""
    buyer = await person()
    await two_shops(buyer)
    shown = await buyer.do("Clear 2", "Cleared: “Canvas.*1 item")
    assert "¥98.40" not in shown.text
    assert "¥23.60" in shown.text
    shown = await buyer.do("Put it back", "¥98.40")
    assert "¥23.60" in shown.text
    assert "↩️ Put it back" not in shown.labels
    await buyer.do("Clear 1", "Cleared")
    await buyer.do("Clear 1", "Your cart is empty")
    await buyer.do("Put it back", "Your cart")
    await buyer.do("Open 1", "Your order")
    shown = await buyer.say("/cart", "Your cart")
    assert "↩️ Put it back" not in shown.labels


async def test_removing_the_last_line_leads_to_what_else_waits(person):
    """An empty order is no place to stay at while there are others."""
    buyer = await person()
    await two_shops(buyer)
    await buyer.do("Open 1", "4 pieces")
    shown = await buyer.do("Remove 1", "Your cart")
    assert "¥98.40" in shown.text
    assert "¥23.60" not in shown.text


async def test_cancelling_ends_the_order_in_hand_and_leaves_the_others(person, marketplace):
    """And says so; what is left is one tap away."""
    buyer = await person()
    await two_shops(buyer)
    await buyer.do("Open 1", "4 pieces")
    shown = await buyer.say("/cancel", "Nothing was ordered. The goods of other shops stay")
    await buyer.do(r"Cart \(1 item\)", "Your order.*3 pairs")
    await buyer.do("Cancel the order", "starting fresh")
    shown = await buyer.screen()
    assert not [label for label in shown.labels if "Cart" in label]


async def test_the_cart_is_one_tap_away_wherever_one_looks_around(person):
    """On results, an offer, the start and the lines, with everything in it counted."""
    buyer = await person()
    await two_shops(buyer)
    await buyer.say("背包", "Your cart is kept.*Results for")
    await buyer.do(r"Cart \(2 items\)", "Your cart")
    await at_offer(buyer, SCISSORS)
    await buyer.do(r"Cart \(2 items\)", "Your cart")
    await buyer.do("Open 2", "3 pairs")
    await buyer.do(r"Cart \(2 items\)", "Your cart")
    await buyer.say("/start", "Continue where you were")
    await buyer.do("Continue", "Your cart")


async def test_a_number_opens_what_stands_there(person):
    """Typed as it is shown; one that is not there is said so, and nothing is looked for."""
    buyer = await person()
    await two_shops(buyer)
    await buyer.say("3", "no number 3 in your cart")
    await buyer.say("0", "no number 0 in your cart")
    await buyer.say("２", "Your order.*3 pairs")


async def test_goods_that_became_dearer_are_pointed_out_before_consent(person, marketplace):
    """Estimates grow old in a cart; the numbers to agree to are read anew."""
    buyer, market = await person(), Market(marketplace)
    await placed(buyer)
    await two_shops(buyer)
    await market.change(SNEAKERS, priceDelta=100)
    preview = await to_preview(buyer, "Order 2")
    assert "The goods cost ¥101.40 now; the estimate was ¥98.40 when you chose them" in preview.text


async def test_a_line_left_out_stays_in_the_cart(person, marketplace):
    """What was ordered is gone from it, what the marketplace refused is not."""
    buyer, market = await person(), Market(marketplace)
    await market.switch(stock_shortage="order_the_rest")
    await at_lines(buyer, SNEAKERS, 3, "White", "37")
    await at_lines(buyer, SNEAKERS, 4, "Black", "40")
    await from_lines_to_preview(buyer)
    await market.fault("slow", "create", seconds=5.0)
    await buyer.do(CONFIRM, "Placing your order")
    await market.until_called("create")
    stock = (await market.offer(SNEAKERS))["stock"]
    await market.change(SNEAKERS, stock=dict.fromkeys(stock, 3))
    shown = await buyer.sees("Order placed.*Not ordered:")
    assert "Still in your cart: 1 item" in shown.text
    shown = await buyer.do("Cart", "Your order")
    assert "Black / 40 — 4 pairs" in shown.text
    assert "White / 37" not in shown.text


@SLOW
async def test_sixty_variants_of_one_shop_are_two_orders_one_after_the_other(person, marketplace):
    """Fifty, then ten: each with its own total and consent, no variant lost, none twice."""
    buyer, market = await person(), Market(marketplace)
    await many_variants(buyer, 60)
    shown = await buyer.screen()
    assert "Lines 1 to 8 of 60" in shown.text
    assert "goes as 2 orders, one after the other" in shown.text
    shown = await buyer.do("Next", "Lines 9 to 16 of 60")
    assert "✏️ Change 9" in shown.labels
    shown = await from_lines_to_preview(buyer)
    assert "check order 1 of 2" in shown.text
    assert "50. " in shown.text
    assert "51. " not in shown.text
    together = _yuan(shown, r"All of them together: ¥([\d.,]+)")
    first = _yuan(shown, r"Total to pay: ¥([\d.,]+)")
    shown = await buyer.do(CONFIRM, "Order placed")
    assert "This was order 1 of 2. The other 10 items wait in your cart" in shown.text
    assert await market.count("create") == 1
    shown = await buyer.do("On to order 2 of 2", "check order 2 of 2")
    assert "10. " in shown.text
    assert "11. " not in shown.text
    assert first + _yuan(shown, r"Total to pay: ¥([\d.,]+)") == together
    shown = await buyer.do(CONFIRM, "Order placed")
    assert "in your cart" not in shown.text
    orders = await market.orders()
    assert sorted(len(order["lines"]) for order in orders) == [10, 50]
    assert len({line["specId"] for order in orders for line in order["lines"]}) == 60
    assert len({order["thirdOrderId"] for order in orders}) == 2
    assert sum(order["totalFen"] for order in orders) == together


async def test_the_cart_in_chinese(person):
    """As a shopper there would read it."""
    buyer = await person("zh")
    await at_lines(buyer, SNEAKERS, 3, "白", "37")
    shown = await at_lines(buyer, BASKETBALL, 2, ".")
    assert "另一家店的商品，会单独成一单" in shown.text
    shown = await buyer.say("/cart", "购物车")
    assert "1 个规格，约 ¥98.40" in shown.text
    assert "货款合计（预估）" in shown.text
    assert "✅ 结算 1" in shown.labels
    shown = await buyer.do("清空 2", "已清空")
    await buyer.do("放回购物车", "¥98.40")
    await buyer.say("/cancel", "其他店的商品还在购物车里")
    await buyer.do("购物车（1）", "待下单")


async def many_variants(buyer: Person, count: int) -> None:
    """Choose so many different phone cases, one by one."""
    await at_offer(buyer, PHONE_CASE)
    for number in range(count):
        if number:
            await buyer.do("Add another variant", "Minimum order")
        models = await buyer.do("Choose a variant", "Choose: Model")
        label = models.labels[number // 7]
        colors = await buyer.do(f"^{label}$", "Choose: Color")
        free = [each for each in colors.labels if "✕" not in each and "Back" not in each]
        await buyer.do(f"^{re.escape(free[number % 7])}$", "How many")
        await buyer.say("1", "Your order")


def _yuan(shown: Shown, pattern: str) -> int:
    """Read an amount off a screen, in fen."""
    found = re.search(pattern, shown.text)
    assert found is not None, shown.text
    return int(found[1].replace(",", "").replace(".", ""))
