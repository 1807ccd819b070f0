"""`/orders`: what was ordered, newest first, by stage, a page at a time; each with its card."""

import pytest
from buying import SNEAKERS, TAPE_MEASURE, Market, at_lines, at_preview, placed
from my_orders import CARD, LIST, one_more, opened, shipped, yuan

from tests.tiers import slow_but


async def test_no_orders_yet(person):
    """An empty list says what to do."""
    buyer = await person()
    await buyer.say("/orders", "No orders yet. Send a photo")


async def test_the_list_names_each_order_with_its_state(person, marketplace):
    """Newest first: goods, amount, state; a number's button opens that order's card."""
    buyer, market = await person(), Market(marketplace)
    await placed(buyer)
    await market.order((await market.only_order())["orderId"], "pay")
    await buyer.do("I have paid", "Paid")
    await one_more(buyer, TAPE_MEASURE, 6)
    shown = await buyer.say("/orders", LIST)
    paid, unpaid = await market.orders()
    newest, oldest = shown.text.split("2. ")
    assert f"{yuan(unpaid['totalFen'])} · to be paid" in newest
    assert f"{yuan(paid['totalFen'])} · paid" in oldest
    assert "Tape Measure" in oldest
    days = [each for each in shown.raw["entities"] if each["type"] == "date_time"]
    assert [each["date_time_format"] for each in days] == ["D", "D"]  # by the reader's calendar
    await buyer.tap("^2$", on=shown)
    await buyer.sees(paid["thirdOrderId"])
    await buyer.tap("^1$", on=shown)
    await buyer.sees(unpaid["thirdOrderId"])


@pytest.mark.parametrize(
    ("language", "to_pay", "on_the_way", "nothing", "every"),
    slow_but(
        ["en"],
        [
            ("en", "^To pay 1", "^On the way 1", "No order is here now", "^All 2"),
            ("zh-hans", "^待付款 1", "^待收货 1", "这里暂时没有订单", "^全部 2"),
        ],
    ),
)
async def test_stages_narrow_the_list(
    person, marketplace, language, to_pay, on_the_way, nothing, every
):
    """Each stage names how many there are; the list changes where it stands."""
    buyer, market = await person(language), Market(marketplace)
    await placed(buyer)
    first = await market.only_order()
    await shipped(market, first["orderId"])
    await opened(buyer)
    await one_more(buyer, TAPE_MEASURE, 6)
    shown = await buyer.say("/orders", LIST)
    there = await buyer.do(on_the_way, LIST)
    assert there.id == shown.id
    assert yuan(first["totalFen"]) in there.text
    assert len([label for label in there.labels if label.isdigit()]) == 1
    only = await buyer.do(to_pay, LIST)
    assert yuan(first["totalFen"]) not in only.text
    all_again = await buyer.do(every, LIST)
    second = (await market.orders())[-1]
    await market.order(second["orderId"], "pay")
    await opened(buyer)  # the bot hears of it
    await buyer.tap(to_pay, on=all_again)
    await buyer.sees(nothing)


async def test_a_page_at_a_time(person, marketplace):
    """Eight orders a page; an old one is never out of reach, a page that shrank shows its rest."""
    buyer, market = await person(), Market(marketplace)
    await placed(buyer)
    first = await market.only_order()
    await at_lines(buyer, TAPE_MEASURE, 4)
    await buyer.do("Continue", "Where should it go")
    await buyer.do("张三", "Total to pay")
    for rise in range(1, 9):
        await market.change(TAPE_MEASURE, priceDelta=rise)
        await buyer.do("Confirm order", "Nothing was ordered")
    shown = await buyer.say("/orders", "1–8 of 9")
    assert "to be paid" not in shown.text
    later = await buyer.do("Earlier", "9–9 of 9")
    assert later.id == shown.id
    assert f"{yuan(first['totalFen'])} · to be paid" in later.text
    back = await buyer.do("Newer", "1–8 of 9")
    assert back.labels == shown.labels
    await buyer.do("Earlier", "9–9 of 9")
    await buyer.do("^9$", first["thirdOrderId"])


async def test_looking_at_orders_leaves_the_journey_where_it_is(person, marketplace):
    """List and card are shown beside the current step, whose buttons still work."""
    buyer = await person()
    await placed(buyer)
    await buyer.do("Find something else", "Snaporder")
    lines = await at_lines(buyer, SNEAKERS, 3, "White", "37")
    await opened(buyer)
    await buyer.tap("Continue", on=lines)
    await buyer.sees("Where should it go")


async def test_an_order_that_was_not_made_says_so(person, marketplace):
    """A refused consent stays in the list; its card says why, and nothing is to be paid."""
    buyer, market = await person(), Market(marketplace)
    await at_preview(buyer)
    await market.change(TAPE_MEASURE, stock=0)
    await buyer.do("Confirm order", "isn't enough stock")
    await buyer.say("/orders", "not made")
    card = await buyer.do("^1$", "This order was not made.*enough stock")
    assert not [label for label in card.labels if "Pay" in label or "Cancel" in label]


async def test_a_list_that_an_earlier_bot_drew_still_leads_on(person, marketplace):
    """Its button names how many orders were shown already; beyond the last it shows the last."""
    buyer = await person()
    await placed(buyer)
    shown = await buyer.say("/orders", LIST)
    data = shown.button("^1$")["callback_data"].replace(".card.", ".earlier.")
    await buyer.press(shown.id, data.rpartition(".")[0] + ".10")
    await buyer.sees(LIST)
    await buyer.do("^1$", CARD)
