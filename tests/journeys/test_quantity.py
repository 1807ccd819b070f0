"""How many: every answer that a number, or what is none, deserves."""

import pytest
from buying import (
    BASKETBALL,
    GIFT_BAG,
    LED_STRIP,
    PENCILS,
    SNEAKERS,
    SOCKS,
    TAPE_MEASURE,
    Market,
    at_lines,
    at_quantity,
)

from tests.tiers import slow_but


async def test_the_screen_tells_every_rule_before_it_bites(person):
    """Variant in both languages, its own stock, unit price, minimum, and what more would save."""
    buyer = await person()
    shown = await at_quantity(buyer, SNEAKERS, "White", "37")
    assert "White / 37 (白色 / 37)" in shown.text
    assert "In stock of this variant: 421 pairs" in shown.text
    assert "10,150" not in shown.text  # of all variants together: it would mislead here
    assert "¥32.80 per pair\n" in shown.text  # no quantity is named yet
    assert "Minimum order: 3 pairs" in shown.text
    assert "From 30 pairs: ¥29.90 per pair, ¥2.90 cheaper" in shown.text
    assert shown.labels[:5] == ["3", "6", "15", "30", "300"]
    assert shown.has_picture


async def test_the_screen_reads_naturally_in_chinese(person):
    """Units and numbers are written as Chinese shoppers write them."""
    buyer = await person("zh-hans")
    shown = await at_quantity(buyer, SNEAKERS, "白色", "37")
    assert "规格：白色 / 37" in shown.text
    assert "起订量：3 双" in shown.text
    assert "满 30 双，每双 ¥29.90，便宜 ¥2.90" in shown.text
    assert "要多少双？" in shown.text
    shown = await buyer.say("2", "起订量是 3 双，现在共 2 双，还差 1 双。")
    assert "再加 28 双，每双便宜 ¥2.90（满 30 双，单价 ¥29.90）" in shown.text
    await buyer.say("3箱", "这件商品按双卖。要多少双？直接发数字")


@pytest.mark.parametrize(
    ("typed", "answer"),
    slow_but(
        ["0", "1.5", "a lot", "99999999999999999999", "2", "500"],
        [
            ("0", "That would be nothing. The smallest order is 3 pairs"),
            ("-3", "That would be nothing"),
            ("1.5", "Only whole pairs"),
            ("1.000", "Only whole pairs"),
            ("3箱", "sold by the pair. How many is that"),
            ("a lot", "I need a number, such as 12"),
            ("🤷", "I need a number"),
            ("...", "I need a number"),
            ("99999999999999999999", "more than can be ordered here: at most 421 pairs"),
            ("2", "The minimum is 3 pairs; with 2 pairs you are 1 pair short"),
            ("1", "The minimum is 3 pairs; with 1 pair you are 2 pairs short"),
            ("500", "Only 421 pairs in stock"),
        ],
    ),
)
async def test_a_quantity_that_cannot_be_has_its_own_answer(person, typed, answer):
    """Nothing is taken, the reason stands above the same screen, and a number still works."""
    buyer = await person()
    await at_quantity(buyer, SNEAKERS, "White", "37")
    shown = await buyer.say(typed, "How many pairs")
    assert answer in shown.text
    shown = await buyer.say("3", "Your order")
    assert "3 pairs × ¥32.80 = ¥98.40" in shown.text


@pytest.mark.parametrize(
    "typed",
    slow_but(
        ["１２", "12双", "一打"], ["１２", "12双", "12 pairs", "十二", " 12 ", "一打", "来12双吧"]
    ),
)
async def test_a_number_is_read_as_people_write_it(person, typed):
    """Full-width digits, units and Chinese numerals are numbers."""
    buyer = await person()
    await at_quantity(buyer, SNEAKERS, "White", "37")
    shown = await buyer.say(typed, "Your order")
    assert "12 pairs × ¥32.80 = ¥393.60" in shown.text


async def test_a_preset_is_taken_by_one_tap(person):
    """Tapping a number puts it on the order, priced by its tier."""
    buyer = await person()
    await at_quantity(buyer, SNEAKERS, "White", "37")
    shown = await buyer.do("^30$", "Your order")
    assert "30 pairs × ¥29.90 = ¥897.00" in shown.text


async def test_one_of_something_is_written_in_the_singular(person):
    """1 piece, not 1 pieces."""
    buyer = await person()
    shown = await at_lines(buyer, BASKETBALL, 1, ".")
    assert "1 piece × ¥35.90" in shown.text


async def test_units_have_their_english_plurals(person):
    """5 meters, 5 boxes."""
    buyer = await person()
    assert "5 boxes" in (await at_quantity(buyer, PENCILS)).text
    assert "5 meters" in (await at_quantity(buyer, LED_STRIP, ".")).text


async def test_over_stock_offers_to_take_all(person):
    """One tap takes what there is."""
    buyer = await person()
    await at_quantity(buyer, SNEAKERS, "White", "37")
    await buyer.say("5,000", "Only 421 pairs in stock")
    shown = await buyer.do("Take all 421 pairs", "Your order")
    assert "421 pairs × ¥27.50" in shown.text


async def test_a_variant_that_sold_out_meanwhile_says_so(person, marketplace):
    """An offer read afresh with no stock left is not answered with 'only 0'."""
    buyer, market = await person(), Market(marketplace)
    await at_lines(buyer, SNEAKERS, 3, "White", "37")
    await market.change(SNEAKERS, stock=0)
    shown = await buyer.do("Change 1", "How many")
    shown = await buyer.say("3", "out of stock now")
    assert not [label for label in shown.labels if "Take" in label or label.isdigit()]


async def test_below_the_minimum_leads_to_the_minimum_or_to_other_variants(person):
    """Without a mixed batch: take the minimum, or keep it and add variants."""
    buyer = await person()
    await at_quantity(buyer, SNEAKERS, "White", "37")
    shown = await buyer.say("2", "1 pair short")
    assert "✅ Take 3 pairs" in shown.labels
    shown = await buyer.do("Keep 2 pairs, add other variants", "Your order")
    assert "2 pairs" in shown.text
    shown = await buyer.do("Continue", "needs at least 3 pairs: 1 pair short")
    await buyer.do("Add another variant", "Minimum order")
    await buyer.do("Choose a variant", "Color")
    await buyer.do("Black", "Size")
    shown = await buyer.do("40", "How many")
    assert "Other variants of this on your order: 2 pairs" in shown.text
    assert "The minimum is reached with 1 pair more" in shown.text
    shown = await buyer.say("1", "Your order")
    assert "1. White / 37 — 2 pairs" in shown.text
    assert "2. Black / 40 — 1 pair " in shown.text
    await buyer.do("Continue", "no address yet")


async def test_a_shop_with_mixed_batches_takes_less_than_the_minimum(person):
    """Socks come from 10; with 20 pieces in the shop any number will do."""
    buyer = await person()
    await at_quantity(buyer, SOCKS, ".")
    shown = await buyer.say("4", "with 4 pairs you are 6 pairs short")
    assert "✅ Take 10 pairs" in shown.labels
    assert "takes a mixed order: 16 pieces more" in shown.text
    shown = await buyer.do("Keep 4 pairs: mixed batch", "Your order")
    assert "takes a mixed order: 16 pieces more" in shown.text
    await buyer.do("Continue anyway", "no address yet")


async def test_what_a_mixed_batch_lacks_is_said_in_chinese(person):
    """And gone once it is reached."""
    buyer = await person("zh-hans")
    await at_quantity(buyer, SOCKS, ".")
    shown = await buyer.say("4", "再加 16 件")
    shown = await buyer.do("混批", "再加 16 件")
    assert "➡️ 仍要继续" in shown.labels
    shown = await buyer.say("20", "20 双")
    assert "混批下单" not in shown.text


async def test_off_the_lot_offers_the_nearest_lots(person):
    """Sold by the dozen: 30 is answered with 24 and 36."""
    buyer = await person()
    await at_quantity(buyer, GIFT_BAG)
    shown = await buyer.say("30", "lots of 12 pieces; 30 is not a multiple")
    assert {"✅ Take 24 pieces", "✅ Take 36 pieces"} <= set(shown.labels)
    shown = await buyer.do("Take 36 pieces", "Your order")
    assert "36 pieces" in shown.text


async def test_under_the_first_lot_only_the_first_is_offered(person):
    """5 of a dozen can only become 12."""
    buyer = await person()
    await at_quantity(buyer, GIFT_BAG)
    shown = await buyer.say("5", "lots of 12 pieces")
    assert [label for label in shown.labels if "Take" in label] == ["✅ Take 12 pieces"]


async def test_editing_a_line_replaces_its_quantity(person):
    """The screen says what is on the order now; the new number takes its place."""
    buyer = await person()
    await at_lines(buyer, SNEAKERS, 3, "White", "37")
    shown = await buyer.do("Change 1", "How many pairs")
    assert "On your order now: 3 pairs" in shown.text
    shown = await buyer.say("40", "Your order")
    assert "40 pairs × ¥29.90" in shown.text
    assert shown.labels.count("🗑 Remove 1") == 1
    assert "🗑 Remove 2" not in shown.labels


async def test_another_sellers_goods_begin_an_order_of_their_own(person):
    """One order is of one shop; what was chosen before waits in the cart, and it is said so."""
    buyer = await person()
    await at_lines(buyer, SNEAKERS, 3, "White", "37")
    await at_quantity(buyer, TAPE_MEASURE)
    shown = await buyer.say("4", "Your order")
    assert "“Canvas Shoes" in shown.text
    assert "waits in your cart" in shown.text
    assert "4 pieces × ¥5.90 = ¥23.60" in shown.text
    assert "3 pairs" not in shown.text
    shown = await at_quantity(buyer, SNEAKERS, "White", "37")
    assert "On your order now: 3 pairs" in shown.text


async def test_back_from_a_quantity_changes_nothing(person):
    """The way back leads through the choices one by one, the last one first, to the offer."""
    buyer = await person()
    await at_quantity(buyer, SNEAKERS, "White", "37")
    shown = await buyer.do("Back", "Choose: Size")
    assert "Color: White" in shown.text
    shown = await buyer.do("Back", "Choose: Color")
    assert any("White" in label for label in shown.labels)
    await buyer.do("Back", "Minimum order")


async def test_an_answer_follows_a_change_of_language_to_the_last_word(person):
    """What is missing is told anew in the other language, its units included."""
    buyer = await person()
    await at_quantity(buyer, SNEAKERS, "White", "37")
    await buyer.say("2", "minimum is 3 pairs")
    await buyer.say("/language", "Which language")
    shown = await buyer.do("中文", "起订量是 3 双")
    assert "pair" not in shown.text
