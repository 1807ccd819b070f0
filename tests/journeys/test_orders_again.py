"""Ordering an old order's goods again: what is different is shown before anything else."""

import pytest
from buying import SCISSORS, SNEAKERS, TAPE_MEASURE, Market, at_lines, at_preview, placed
from chat import Person, Shown
from my_orders import CARD, made_again, opened, two_lines

AGAIN = "Order again|再来一单"
REPORT = "Since then something has changed|和上次相比有变化"


async def pressed(buyer: Person, wanted: str = REPORT) -> Shown:
    """Press "order again" on the latest order's card."""
    await opened(buyer)
    return await buyer.do(AGAIN, wanted)


async def stock_of(market: Market, *, black: int) -> dict[str, int]:
    """The stock of every variant, with that many of what `two_lines` has in black."""
    offer, order = await market.offer(SNEAKERS), (await market.orders())[0]
    return offer["stock"] | {order["lines"][1]["specId"]: black}


async def test_the_same_goods_are_ordered_again(person, marketplace):
    """Straight to the lines with the same variants, quantities and address; one more order."""
    buyer, market = await person(), Market(marketplace)
    await two_lines(buyer)
    shown = await pressed(buyer, "are here again, to be sent to 张三")
    assert "1. White / 37 — 3 pairs" in shown.text
    assert "2. Black / 40 — 2 pairs" in shown.text
    preview = await buyer.do("Continue", "Total to pay")
    assert "网商路699号" in preview.text
    await buyer.do("Confirm order", "Order placed")
    first, second = await market.orders()
    assert first["thirdOrderId"] != second["thirdOrderId"]
    for name in ("specId", "quantity"):
        assert [each[name] for each in first["lines"]] == [each[name] for each in second["lines"]]
    assert first["address"] == second["address"]


async def test_it_can_go_elsewhere_this_time(person, marketplace):
    """The address is a suggestion: changed at the preview, it stays changed."""
    buyer = await person()
    await placed(buyer)
    await pressed(buyer, "are here again")
    await buyer.do("Continue", "Total to pay")
    await buyer.do("address", "Where should it go")
    await buyer.do("Add an address", "New address")
    await buyer.say("李四 13912345678 上海市普陀区长寿路街道1号", "Is this right")
    await buyer.do("Save", "李四.*Total to pay|Total to pay.*李四")
    await buyer.do("goods", "Your order")
    await buyer.do("Continue", "Where should it go")
    await buyer.do("李四", "李四")


@pytest.mark.parametrize(
    ("language", "gone", "left", "rest"),
    [
        ("en", "sold out", "1 of 2 items can be ordered", "Continue with the other 1"),
        ("zh-hans", "缺货", "2 项里有 1 项可以下单", "只要其余 1 项"),
    ],
)
async def test_a_variant_that_is_sold_out_is_shown_first(
    person, marketplace, language, gone, left, rest
):
    """Nothing is put on the order before the person agrees to the rest."""
    buyer, market = await person(language), Market(marketplace)
    await two_lines(buyer)
    await market.change(SNEAKERS, stock=await stock_of(market, black=0))
    report = await pressed(buyer, f"{REPORT}.*{gone}.*{left}")
    assert "2. " in report.text
    assert "1. " not in report.text
    shown = await buyer.do(rest, "are here again|已放好")
    assert "37" in shown.text
    assert "40" not in shown.text.replace("¥98.40", "")


async def test_less_than_before_is_shown_first(person, marketplace):
    """What is left is offered, not quietly taken."""
    buyer, market = await person(), Market(marketplace)
    await two_lines(buyer)
    await market.change(SNEAKERS, stock=await stock_of(market, black=1))
    await pressed(buyer, "2. .*only 1 pair left, you had 2 pairs")
    shown = await buyer.do("Continue with all 2", "are here again")
    assert "2. Black / 40 — 1 pair" in shown.text


@pytest.mark.parametrize(
    ("language", "dearer"),
    [("en", r"¥5\.91 each, was ¥5\.90"), ("zh-hans", r"单价 ¥5\.90 涨到 ¥5\.91")],
)
async def test_a_dearer_price_is_shown_first(person, marketplace, language, dearer):
    """Old price and new."""
    buyer, market = await person(language), Market(marketplace)
    await placed(buyer)
    await market.change(TAPE_MEASURE, priceDelta=1)
    report = await pressed(buyer, dearer)
    assert "can be ordered" not in report.text, "all of it can"
    assert "可以下单" not in report.text
    await buyer.do("Continue with 1 item|全部继续", "are here again|已放好")


async def test_a_cheaper_price_holds_nobody_up(person, marketplace):
    """The lines show it."""
    buyer, market = await person(), Market(marketplace)
    await placed(buyer)
    await market.change(TAPE_MEASURE, priceDelta=-10)
    await pressed(buyer, "are here again")


async def test_a_minimum_that_rose_is_shown_first(person, marketplace):
    """The lines ask for more, as for any order."""
    buyer, market = await person(), Market(marketplace)
    await placed(buyer, TAPE_MEASURE, 4)
    await market.change(TAPE_MEASURE, minOrderQuantity=6)
    await pressed(buyer, "minimum order 6 pieces, 2 pieces missing")
    await buyer.do("Continue with 1 item", "are here again")
    await buyer.do("Continue", "needs at least 6 pieces: 2 pieces short")


async def test_goods_that_are_gone_lead_back(person, marketplace):
    """Nothing to continue with: back to the card."""
    buyer, market = await person(), Market(marketplace)
    await placed(buyer)
    await market.change(TAPE_MEASURE, status="deleted")
    report = await pressed(buyer, "no longer sold.*None of it can be ordered")
    assert not [label for label in report.labels if "Continue" in label]
    await buyer.do("Back to the order", CARD)


async def test_another_variant_can_be_picked(person, marketplace):
    """The rest is taken, then the offer opens for the missing one."""
    buyer, market = await person(), Market(marketplace)
    await two_lines(buyer)
    await market.change(SNEAKERS, stock=await stock_of(market, black=0))
    await pressed(buyer, "sold out")
    await buyer.do("Another variant", "Minimum order")
    await buyer.do("Choose a variant", "Choose")
    await buyer.do("White", "Choose")
    await buyer.do("39", "How many")
    shown = await buyer.say("2", "Your order")
    assert "White / 37 — 3 pairs" in shown.text
    assert "White / 39 — 2 pairs" in shown.text


async def test_an_old_report_is_shown_anew(person, marketplace):
    """Its button is good for what it said alone."""
    buyer, market = await person(), Market(marketplace)
    await placed(buyer)
    await market.change(TAPE_MEASURE, priceDelta=1)
    await pressed(buyer, "was ¥5.90")
    await market.change(TAPE_MEASURE, priceDelta=1)
    await buyer.do("Continue with 1 item", r"changed once more.*¥5\.92 each")
    await buyer.do("Continue with 1 item", "are here again")


async def test_what_was_being_put_together_stays(person, marketplace):
    """Another shop's draft waits on the shelf; this shop's gets the goods added."""
    buyer, market = await person(), Market(marketplace)
    await placed(buyer)
    await buyer.do("Find something else", "Snaporder")
    await at_lines(buyer, SCISSORS, 5)
    shown = await pressed(buyer, "are here again")
    assert "Tape Measure" in shown.text
    await made_again_from_lines(buyer)
    assert len(await market.orders()) == 2
    await at_lines(buyer, TAPE_MEASURE, 9)
    shown = await pressed(buyer, "were added to what you had from this shop")
    assert "4 pieces" in shown.text
    assert "9 pieces" not in shown.text


async def made_again_from_lines(buyer: Person) -> None:
    await buyer.do("Continue", "Total to pay")
    await buyer.do("Confirm order", "Order placed")


async def test_a_marketplace_that_is_down_changes_nothing(person, marketplace):
    """Said on the card; the same button works again."""
    buyer, market = await person(), Market(marketplace)
    await placed(buyer)
    await market.fault("http_502_html", "product_detail", times=None)
    await pressed(buyer, "has a problem right now")
    await market.mend()
    await pressed(buyer, "are here again")


async def test_an_order_that_was_not_made_can_be_tried_again(person, marketplace):
    """Its goods come back, with what is different since."""
    buyer, market = await person(), Market(marketplace)
    await at_preview(buyer)
    await market.change(TAPE_MEASURE, priceDelta=1)
    await buyer.do("Confirm order", "Nothing was ordered")
    await opened(buyer, 1, "This order was not made")
    await buyer.do(AGAIN, r"¥5\.91 each, was ¥5\.90")


async def test_again_and_again(person, marketplace):
    """Each time it is an order of its own."""
    buyer, market = await person(), Market(marketplace)
    await placed(buyer)
    await made_again(buyer)
    await made_again(buyer)
    assert len({each["thirdOrderId"] for each in await market.orders()}) == 3
