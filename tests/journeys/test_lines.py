"""The order being put together: several lines, each changeable."""

import re

from buying import (
    BASKETBALL,
    SNEAKERS,
    TAPE_MEASURE,
    Market,
    at_lines,
    at_offer,
    at_quantity,
)


async def test_two_variants_stand_as_two_lines_with_one_estimate(person):
    """Both count together towards the price tier."""
    buyer = await person()
    await at_lines(buyer, SNEAKERS, 20, "White", "37")
    shown = await at_lines(buyer, SNEAKERS, 10, "Black", "40")
    assert "1. White / 37 — 20 pairs × ¥29.90 = ¥598.00" in shown.text
    assert "2. Black / 40 — 10 pairs × ¥29.90 = ¥299.00" in shown.text
    assert "Goods, estimated: ¥897.00" in shown.text


async def test_removing_a_line_prices_the_others_anew(person):
    """Fewer units may fall out of a tier; the last line removed leaves an empty order."""
    buyer = await person()
    await at_lines(buyer, SNEAKERS, 20, "White", "37")
    await at_lines(buyer, SNEAKERS, 10, "Black", "40")
    shown = await buyer.do("Remove 2", "20 pairs × ¥32.80")
    assert "Black" not in shown.text
    shown = await buyer.do("Remove 1", "Your order is empty")
    await buyer.do("Start over", "starting fresh")


async def test_a_search_in_between_keeps_the_lines(person):
    """Words here are a new search; the order is one tap away from it."""
    buyer = await person()
    await at_lines(buyer, BASKETBALL, 2, ".")
    shown = await buyer.say("篮球", "Your order is kept; this is a new search")
    await at_offer(buyer, SNEAKERS)
    shown = await buyer.do(r"Cart \(1 item\)", "Your order")
    assert "2 pieces × ¥35.90" in shown.text


async def test_another_variant_is_of_what_was_ordered_not_of_what_was_looked_at(person):
    """After a look at another shop's offer, 'add another variant' leads back to the order's."""
    buyer = await person()
    await at_lines(buyer, BASKETBALL, 2, ".")
    await at_offer(buyer, SNEAKERS)
    await buyer.do("Cart", "Your order")
    shown = await buyer.do("Add another variant", "Minimum order")
    assert "Basketball" in shown.text


async def test_goods_without_variants_offer_no_other_variant(person):
    """A button that leads to nothing new is not shown."""
    buyer = await person()
    shown = await at_lines(buyer, TAPE_MEASURE, 4)
    assert "✅ Continue: address" in shown.labels
    assert not [label for label in shown.labels if "variant" in label]


async def test_a_number_changes_the_only_line(person):
    """What was just ordered is corrected by typing the right number."""
    buyer = await person()
    await at_lines(buyer, SNEAKERS, 3, "White", "37")
    shown = await buyer.say("5", "5 pairs")
    assert "5 pairs × ¥32.80 = ¥164.00" in shown.text
    shown = await buyer.say("2", "The minimum is 3 pairs")


async def test_a_number_with_several_lines_asks_which(person):
    """Nothing is changed by a guess."""
    buyer = await person()
    await at_lines(buyer, SNEAKERS, 3, "White", "37")
    await at_lines(buyer, SNEAKERS, 4, "Black", "40")
    shown = await buyer.say("5", "Tap ✏️ at the line")
    assert "3 pairs" in shown.text
    assert "4 pairs" in shown.text


async def test_checkout_is_blocked_under_the_minimum_until_it_is_reached(person):
    """The offer is named with what is missing; raising the line opens the way."""
    buyer = await person()
    await at_quantity(buyer, SNEAKERS, "White", "37")
    await buyer.say("2", "1 pair short")
    await buyer.do("Keep 2", "Your order")
    shown = await buyer.do("Continue", "needs at least 3 pairs: 1 pair short")
    assert "Your order" in shown.text
    await buyer.do("Change 1", "On your order now: 2 pairs")
    await buyer.do("^3$", "3 pairs × ¥32.80")
    await buyer.do("Continue", "no address yet")


async def test_a_line_whose_offer_is_gone_says_so(person, marketplace):
    """Changing it is answered with what happened, and it can be removed."""
    buyer, market = await person(), Market(marketplace)
    await at_lines(buyer, BASKETBALL, 2, ".")
    await market.fault("refuse", "product_detail", code=404, message="商品不存在")
    await buyer.do("Change 1", "no longer on 1688. Remove line 1")
    await buyer.do("Remove 1", "Your order is empty")


async def test_a_press_for_a_line_that_is_not_there_changes_nothing(person):
    """Anybody can send any callback data."""
    buyer = await person()
    shown = await at_lines(buyer, BASKETBALL, 2, ".")
    for arg in ("7", "-1", "²", "x", ""):
        shown = await buyer.screen()
        data = re.sub(r"remove\..*$", f"remove.{arg}", shown.button("Remove 1")["callback_data"])
        await buyer.press(shown.id, data)
        await buyer.sees("Your order")
        await buyer.do("Add another variant", "Minimum order")
        shown = await buyer.do("Cart", "Your order")
        assert "2 pieces × ¥35.90" in shown.text


async def test_a_quantity_typed_at_the_order_obeys_the_quantity_steps_rules(person):
    """However it is written, and whatever is wrong with it."""
    buyer = await person()
    await at_lines(buyer, BASKETBALL, 2, ".")
    await buyer.say("99999999", "more than can be ordered here")
    await buyer.say("一打", "12 pieces")
    await buyer.say("1.5", "Only whole pieces")
    await buyer.say("十二", "12 pieces")
    await buyer.say("0", "smallest order")


async def test_a_stray_sentence_leaves_the_order_as_it_is(person):
    """Nothing is found for it, and every button goes on working."""
    buyer = await person()
    await at_lines(buyer, BASKETBALL, 2, ".")
    await buyer.say("qwertzuiop asdf?", "Your order is as it was")
    await buyer.do("Continue", "no address yet")
