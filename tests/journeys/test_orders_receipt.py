"""Confirming receipt: behind a warning, for exactly what it named, and told as it is."""

import pytest
from buying import Market, placed
from chat import Person, Shown
from my_orders import CARD, opened, shipped, two_lines, yuan

from tests.tiers import slow_but

ASK, LATER = "Has everything arrived|货都收到了吗", "Not yet|先不确认"
YES = "Yes, hand over|确认收货，付给卖家"


async def warned(buyer: Person, market: Market) -> Shown:
    """Place, pay, ship, and come before the warning."""
    await placed(buyer)
    await shipped(market, (await market.only_order())["orderId"])
    await opened(buyer)
    return await buyer.do("Confirm receipt|确认收货", ASK)


@pytest.mark.parametrize(
    ("language", "warning", "done", "state"),
    [
        (
            "en",
            "hands {} over to the seller. It can't be undone",
            "Receipt confirmed",
            "State: received",
        ),
        ("zh-hans", "{} 将打给卖家，不能撤回", "已确认收货", "状态：已收货"),
    ],
)
async def test_receipt_is_confirmed_behind_a_warning(
    person, marketplace, language, warning, done, state
):
    """It says how much goes to whom, that it is for good, and comes in the card's place."""
    buyer, market = await person(language), Market(marketplace)
    ask = await warned(buyer, market)
    order = await market.only_order()
    assert warning.format(yuan(order["totalFen"])) in ask.text
    assert order["status"] == "waitbuyerreceive"
    after = await buyer.do(YES, f"{done}.*{state}")
    assert after.id == ask.id
    assert (await market.only_order())["status"] == "confirm_goods"
    assert await market.count("confirm_receipt") == 1
    assert not [label for label in after.labels if "receipt" in label or "确认收货" in label]


async def test_not_yet_hands_nothing_over(person, marketplace):
    """The way back stands first."""
    buyer, market = await person(), Market(marketplace)
    ask = await warned(buyer, market)
    assert "Not yet" in ask.labels[0]
    await buyer.do(LATER, CARD)
    assert await market.count("confirm_receipt") == 0


async def test_nothing_can_be_confirmed_before_all_is_shipped(person, marketplace):
    """No button for it; one from elsewhere says why not."""
    buyer, market = await person(), Market(marketplace)
    await two_lines(buyer)
    order = await market.only_order()
    await market.order(order["orderId"], "pay")
    await market.order(order["orderId"], "ship", lines=[order["lines"][0]["lineId"]])
    card = await opened(buyer, 1, "partly shipped")
    assert not [label for label in card.labels if "receipt" in label]
    data = card.button("Order again")["callback_data"].replace(".reorder.", ".receipt.") + ".1"
    await buyer.press(card.id, data)
    await buyer.sees("Not everything has been shipped yet")
    assert await market.count("confirm_receipt") == 0


@pytest.mark.parametrize(
    ("language", "doubt"),
    [("en", "refund is under way.*may end your claim"), ("zh-hans", "有退款正在进行")],
)
async def test_an_open_refund_is_warned_of(person, marketplace, language, doubt):
    """It can be confirmed all the same, knowingly."""
    buyer, market = await person(language), Market(marketplace)
    await placed(buyer)
    order = (await market.only_order())["orderId"]
    await shipped(market, order)
    await market.order(order, "refund", step="apply", amount=500)
    await opened(buyer)
    await buyer.do("Confirm receipt|确认收货", doubt)


async def test_a_refund_opened_meanwhile_asks_anew(person, marketplace):
    """The warning did not name it, so its button confirms nothing."""
    buyer, market = await person(), Market(marketplace)
    await warned(buyer, market)
    order = (await market.only_order())["orderId"]
    await market.order(order, "refund", step="apply", amount=500)
    await buyer.do(YES, "has changed meanwhile.*may end your claim")
    assert await market.count("confirm_receipt") == 0


async def test_what_was_received_meanwhile_is_not_confirmed_again(person, marketplace):
    """The card shows it as it is."""
    buyer, market = await person(), Market(marketplace)
    await warned(buyer, market)
    await market.order((await market.only_order())["orderId"], "receive")
    await buyer.do(YES, "no receipt to confirm.*State: received")
    assert await market.count("confirm_receipt") == 0


async def test_a_refused_confirmation_is_told_in_the_marketplaces_words(person, marketplace):
    """Nothing was handed over, and it can be tried again."""
    buyer, market = await person(), Market(marketplace)
    await warned(buyer, market)
    await market.fault("refuse", "confirm_receipt", code=1009, message="买家确认收货失败")
    await buyer.do(YES, "1688 refused: 买家确认收货失败.*State: shipped")
    await buyer.do("Confirm receipt", ASK)


async def test_an_answer_that_was_lost_is_looked_up(person, marketplace):
    """The money went although nobody said so: the order's state tells."""
    buyer, market = await person(), Market(marketplace)
    await warned(buyer, market)
    await market.fault("answer_lost", "confirm_receipt")
    await buyer.do(YES, "Receipt confirmed.*State: received")
    assert await market.count("confirm_receipt") == 1


@pytest.mark.parametrize(
    "kind", slow_but(["http_500"], ["http_500", "http_502_html", "cut_before"])
)
async def test_an_unclear_answer_is_said_to_be_unclear(person, marketplace, kind):
    """Money is never handed over a second time by itself."""
    buyer, market = await person(), Market(marketplace)
    await warned(buyer, market)
    await market.fault(kind, "confirm_receipt")
    await buyer.do(YES, "may or may not be confirmed. Refresh.*State: shipped")
    assert await market.count("confirm_receipt") == 1


@pytest.mark.parametrize("answer", ["result", "flat", "null"])
async def test_every_shape_of_the_answer_ends_in_the_truth(person, marketplace, answer):
    """How success looks is not documented: the state read afterwards decides."""
    buyer, market = await person(), Market(marketplace)
    await market.switch(confirm_receipt_answer=answer)
    await warned(buyer, market)
    await buyer.do(YES, "Receipt confirmed.*State: received")


async def test_parts_are_confirmed_one_by_one(person, marketplace):
    """The warning names the part, its goods and its amount alone."""
    buyer, market = await person(), Market(marketplace)
    await market.switch(split_orders="always")
    await two_lines(buyer)
    first, second = await market.orders()
    for each in (first, second):
        await shipped(market, each["orderId"])
    await opened(buyer)
    ask = await buyer.do("receipt of part 2", ASK)
    assert second["orderId"] in ask.text
    assert yuan(second["totalFen"]) in ask.text
    assert "Black" in ask.text
    assert "White / 37" not in ask.text
    await buyer.do(YES, "Part 1 .*shipped.*Part 2 .*received")
    states = {each["orderId"]: each["status"] for each in await market.orders()}
    assert states == {first["orderId"]: "waitbuyerreceive", second["orderId"]: "confirm_goods"}


async def test_pressing_twice_confirms_once(person, marketplace):
    """Both presses are answered; one call is made."""
    buyer, market = await person(), Market(marketplace)
    ask = await warned(buyer, market)
    data = ask.button(YES)["callback_data"]
    taps = [await buyer.press(ask.id, data) for _ in range(3)]
    await buyer.sees("Receipt confirmed")
    for tap in taps:
        await buyer.toast(tap)
    await buyer.sees_nothing_new()
    assert await market.count("confirm_receipt") == 1


async def test_a_part_that_there_never_was_confirms_nothing(person, marketplace):
    """Anybody can send any number."""
    buyer, market = await person(), Market(marketplace)
    ask = await warned(buyer, market)
    data = ask.button(YES)["callback_data"]
    head, number, digest = data.rsplit(".", 2)
    for wrong in ("0", "2", "99999", "x", ""):
        await buyer.toast(await buyer.press(ask.id, f"{head}.{wrong}.{digest}"))
    await buyer.sees("no receipt to confirm")
    assert number == "1"
    assert await market.count("confirm_receipt") == 0
