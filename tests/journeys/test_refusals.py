"""What the marketplace refuses, in both shapes: a plain sentence, and the step that mends it."""

import pytest
from buying import BASKETBALL, SNEAKERS, SOCKS, TAPE_MEASURE, Market, at_lines, at_quantity

SHAPES = ("success_false", "code_1009")
ADDRESS = "张三 13812345678 浙江省杭州市滨江区网商路699号"


@pytest.fixture(params=SHAPES)
async def market(request, marketplace):
    """The marketplace, refusing in one of the two shapes."""
    steered = Market(marketplace)
    await steered.switch(refusals=request.param)
    return steered


async def refused(buyer, wanted):
    """From the lines to the refusal."""
    await buyer.do("Continue", "no address yet")
    await buyer.say(ADDRESS, "Is this right")
    return await buyer.do("Save", wanted)


async def again(buyer, wanted="Total to pay"):
    """From the mended lines to the numbers."""
    await buyer.do("Continue", "Where should it go")
    return await buyer.do("张三", wanted)


async def test_out_of_stock_names_the_line_and_what_is_left(person, market):
    """The lines come back; a smaller quantity passes."""
    buyer = await person()
    await at_lines(buyer, SNEAKERS, 5, "White", "37")
    await at_lines(buyer, SNEAKERS, 6, "Black", "40")
    spec = await _spec_of_second_line(buyer, market)
    await market.change(SNEAKERS, stock={spec: 4})
    shown = await refused(buyer, "isn't enough stock any more")
    assert "line 2: 4 pairs left" in shown.text
    assert "line 1" not in shown.text
    assert "Your order" in shown.text
    await buyer.do("Change 2", "In stock of this variant: 4 pairs")
    await buyer.say("6", "Only 4 pairs in stock")
    await buyer.do("Take all 4 pairs", "Your order")
    await again(buyer)
    assert await market.orders() == []


async def _spec_of_second_line(buyer, market):
    """The variant Black / 40, found by its stock."""
    await buyer.do("Change 2", "In stock of this variant")
    left = int((await buyer.screen()).text.split("of this variant: ")[1].split(" ")[0])
    await buyer.do("Back", "Choose")
    await buyer.do("Back", "Minimum order")
    await buyer.do("Cart", "Your order")
    stock = (await market.offer(SNEAKERS))["stock"]
    specs = [spec for spec, count in stock.items() if count == left]
    assert len(specs) == 1
    return specs[0]


async def test_below_the_minimum_leads_to_the_lines(person, market):
    """The seller raised the minimum meanwhile; a larger quantity passes."""
    buyer = await person()
    await at_lines(buyer, BASKETBALL, 2, ".")
    await market.change(BASKETBALL, minOrderQuantity=3)
    shown = await refused(buyer, "minimum isn't reached")
    assert "Your order" in shown.text
    await buyer.do("Change 1", "Minimum order: 3 pieces")
    await buyer.say("3", "Your order")
    await again(buyer)


async def test_the_first_tier_can_be_a_minimum_of_its_own(person, market):
    """500_009 reads like the minimum it is."""
    buyer = await person()
    await at_lines(buyer, TAPE_MEASURE, 4)
    await market.change(TAPE_MEASURE, tiers=[{"startQuantity": 10, "price": "5.9"}])
    await refused(buyer, "minimum isn't reached")


async def test_the_mixed_batch_condition_leads_to_the_lines(person, market):
    """Four pairs of socks alone are no mixed batch; twenty of the shop are."""
    buyer = await person()
    await at_quantity(buyer, SOCKS, ".")
    await buyer.say("4", "6 pairs short")
    await buyer.do("Keep 4 pairs: mixed batch", "Your order")
    await refused(buyer, "mixed-batch condition isn't reached")
    await buyer.do("Change 1", "How many")
    await buyer.say("20", "Your order")
    await again(buyer)


async def test_goods_that_cannot_be_traded_are_named(person, market):
    """The line can be removed."""
    buyer = await person()
    await at_lines(buyer, BASKETBALL, 2, ".")
    await market.change(BASKETBALL, status="expired")
    shown = await refused(buyer, "can't be bought online")
    assert "line 1: no longer sold" in shown.text
    await buyer.do("Remove 1", "Your order is empty")


async def test_a_price_of_zero_is_no_bargain(person, market):
    """500_008: the seller has set no price."""
    buyer = await person()
    await at_lines(buyer, BASKETBALL, 2, ".")
    await market.change(BASKETBALL, tiers=[{"startQuantity": 1, "price": "0"}])
    await refused(buyer, "has set no price")


@pytest.mark.parametrize(
    ("message", "words", "lands_on"),
    [
        ("500_003", "variant is no longer sold", "Your order"),
        ("500_007", "to its partners only", "Your order"),
        ("AddressId invalid", "doesn't accept this address", "Where should it go"),
        ("无法识别的原因", "refused: 无法识别的原因. Your order is kept", "Your order"),
    ],
)
async def test_a_refusal_that_the_goods_cannot_provoke(
    person, marketplace, message, words, lands_on
):
    """Each known reason has its sentence and its step; an unknown one is quoted."""
    buyer, market = await person(), Market(marketplace)
    await at_lines(buyer, TAPE_MEASURE, 4)
    await market.fault("refuse", "preview", code=1009, message=message)
    shown = await refused(buyer, words)
    assert lands_on in shown.text
