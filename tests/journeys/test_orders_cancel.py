"""Cancelling an unpaid order: asked once more, sent once, every answer told as it is."""

import pytest
from buying import Market, placed
from chat import Person
from my_orders import CARD, LIST, old_enough, opened, shipped, two_lines

from tests.tiers import slow_but

ASK, KEEP, YES = "Cancel this order|要取消这笔订单吗", "Keep it|先不取消", "Yes, cancel|确定取消"


async def asked(buyer: Person) -> None:
    await opened(buyer)
    await buyer.do("Cancel order|取消订单", ASK)


@pytest.mark.parametrize(
    ("language", "question", "done", "state"),
    [
        ("en", "can't be brought back", "Cancelled. There is nothing to pay", "State: closed"),
        ("zh-hans", "取消后不能恢复", "订单已取消，不用付款", "状态：已关闭"),
    ],
)
async def test_an_unpaid_order_is_cancelled(person, marketplace, language, question, done, state):
    """After one more question, in the card's place; the card says who closed it."""
    buyer, market = await person(language), Market(marketplace)
    await placed(buyer)
    await old_enough(market)
    card = await opened(buyer)
    ask = await buyer.do("Cancel order|取消订单", question)
    assert ask.id == card.id
    assert (await market.only_order())["status"] == "waitbuyerpay"
    after = await buyer.do(YES, f"{done}.*{state}.*(Cancelled by the buyer|买家已取消)")
    assert after.id == card.id
    assert (await market.only_order())["status"] == "cancel"
    assert await market.count("cancel") == 1
    assert not [each for each in after.labels if "Cancel" in each or "取消" in each or "💳" in each]


async def test_keeping_the_order_sends_nothing(person, marketplace):
    """Back to the card, from which it can be asked again at once."""
    buyer, market = await person(), Market(marketplace)
    await placed(buyer)
    await asked(buyer)
    await buyer.do(KEEP, CARD)
    await buyer.do("Cancel order", ASK)
    assert await market.count("cancel") == 0


async def test_cancelling_at_the_payment_step_takes_the_code_away(person, marketplace):
    """The question stands in place of the payment code, which nobody is to scan by then."""
    buyer, market = await person(), Market(marketplace)
    shown = await placed(buyer)
    await old_enough(market)
    ask = await buyer.do("Cancel order", ASK)
    assert ask.id == shown.id
    await buyer.do(YES, "Cancelled")
    await buyer.sees_no_longer(lambda each: "One step left" in each.text)


@pytest.mark.parametrize(
    ("language", "wait"), [("en", r"Wait \d+ seconds?, then press"), ("zh-hans", r"请等 \d+ 秒")]
)
async def test_a_young_order_says_how_long_to_wait(person, marketplace, language, wait):
    """Within ten seconds the marketplace refuses; the same question can be pressed again."""
    buyer, market = await person(language), Market(marketplace)
    await placed(buyer)
    await asked(buyer)
    await buyer.do(YES, f"{wait}.*({ASK})")
    assert (await market.only_order())["status"] == "waitbuyerpay"
    await old_enough(market)
    await buyer.do(YES, "Cancelled|已取消")
    assert await market.count("cancel") == 2


async def test_an_order_paid_meanwhile_is_not_cancelled(person, marketplace):
    """The question was for an unpaid one: nothing is sent."""
    buyer, market = await person(), Market(marketplace)
    await placed(buyer)
    await old_enough(market)
    await asked(buyer)
    await market.order((await market.only_order())["orderId"], "pay")
    await buyer.do(YES, "Only an unpaid order can be cancelled here.*paid, to be shipped")
    assert await market.count("cancel") == 0


async def test_an_order_that_changed_is_asked_about_anew(person, marketplace):
    """Another total is another question; the old button does not answer it."""
    buyer, market = await person(), Market(marketplace)
    await placed(buyer)
    await old_enough(market)
    await asked(buyer)
    await market.order((await market.only_order())["orderId"], "price", goodsDelta=100)
    await buyer.do(YES, f"has changed meanwhile.*{ASK}")
    assert await market.count("cancel") == 0
    await buyer.do(YES, "Cancelled")
    assert await market.count("cancel") == 1


async def test_a_refusal_is_told_in_the_marketplaces_words(person, marketplace):
    """The order stands as it was."""
    buyer, market = await person(), Market(marketplace)
    await placed(buyer)
    await asked(buyer)
    await market.fault("refuse", "cancel", code=1009, message="卖家已锁定订单")
    await buyer.do(YES, "1688 refused: 卖家已锁定订单.*State: to be paid")


async def test_an_answer_that_was_lost_is_looked_up(person, marketplace):
    """The order was closed although nobody said so: its state tells, and it is not sent again."""
    buyer, market = await person(), Market(marketplace)
    await placed(buyer)
    await old_enough(market)
    await asked(buyer)
    await market.fault("answer_lost", "cancel")
    await buyer.do(YES, "Cancelled. There is nothing to pay.*State: closed")
    assert await market.count("cancel") == 1


@pytest.mark.parametrize(
    "kind", slow_but(["http_500"], ["http_500", "http_502_html", "throttle_429", "cut_before"])
)
async def test_an_unclear_answer_is_said_to_be_unclear(person, marketplace, kind):
    """Nothing shows that it was cancelled, nothing that it will not be: wait and look."""
    buyer, market = await person(), Market(marketplace)
    await placed(buyer)
    await old_enough(market)
    await asked(buyer)
    await market.fault(kind, "cancel")
    await buyer.do(YES, "may or may not be cancelled. Refresh.*State: to be paid")
    assert await market.count("cancel") == 1


async def test_a_state_that_cannot_be_read_afterwards_is_said(person, marketplace):
    """What the marketplace answered, and that the order was not looked at since."""
    buyer, market = await person(), Market(marketplace)
    await placed(buyer)
    await old_enough(market)
    await asked(buyer)
    await market.fault("http_500", "order_detail", after=1, times=None)
    await buyer.do(YES, "accepted the cancellation.*could not check the order afterwards")
    await market.mend()
    await buyer.do("Refresh", "State: closed")


async def test_a_marketplace_that_is_down_is_sent_nothing(person, marketplace):
    """The order can't be read, so no consent holds."""
    buyer, market = await person(), Market(marketplace)
    await placed(buyer)
    await old_enough(market)
    await asked(buyer)
    await market.fault("http_502_html", "order_detail", times=None)
    await buyer.do(YES, "has a problem right now.*Nothing was sent")
    assert await market.count("cancel") == 0


async def test_a_split_orders_parts_are_told_one_by_one(person, marketplace):
    """The paid part goes on; only the unpaid one is closed."""
    buyer, market = await person(), Market(marketplace)
    await market.switch(split_orders="always")
    await two_lines(buyer)
    await old_enough(market)
    first, second = await market.orders()
    await shipped(market, first["orderId"])
    await opened(buyer)
    await buyer.do("Cancel order", "1 of its 2 orders at 1688 is unpaid and will be closed")
    await buyer.do(YES, "Cancelled.*Part 1 .*shipped.*Part 2 .*closed")
    states = {each["orderId"]: each["status"] for each in await market.orders()}
    assert states == {first["orderId"]: "waitbuyerreceive", second["orderId"]: "cancel"}


async def test_both_parts_are_cancelled_and_one_may_fail(person, marketplace):
    """Each part's outcome has its own line."""
    buyer, market = await person(), Market(marketplace)
    await market.switch(split_orders="always")
    await two_lines(buyer)
    await old_enough(market)
    await opened(buyer)
    await buyer.do("Cancel order", "All 2 of its unpaid orders at 1688")
    await market.fault("refuse", "cancel", code=1009, message="卖家已锁定订单")
    await buyer.do(YES, "Part 1: ⚠️ 1688 refused: 卖家已锁定订单.*Part 2: ✅ Cancelled")
    assert await market.count("cancel") == 2


async def test_pressing_twice_cancels_once(person, marketplace):
    """Both presses are answered; one call is made."""
    buyer, market = await person(), Market(marketplace)
    await placed(buyer)
    await old_enough(market)
    await asked(buyer)
    ask = await buyer.screen()
    data = ask.button(YES)["callback_data"]
    taps = [await buyer.press(ask.id, data) for _ in range(3)]
    await buyer.sees("Cancelled")
    for tap in taps:
        await buyer.toast(tap)
    await buyer.sees_nothing_new()
    assert await market.count("cancel") == 1


async def test_an_old_question_pressed_again_sends_nothing(person, marketplace):
    """The order is closed by then; long after, too."""
    buyer, market = await person(), Market(marketplace)
    await placed(buyer)
    await old_enough(market)
    await asked(buyer)
    ask = await buyer.screen()
    await buyer.do(YES, "Cancelled")
    await opened(buyer)
    other = await buyer.screen()
    await buyer.press(other.id, ask.button(YES)["callback_data"])
    await buyer.sees("Only an unpaid order can be cancelled here")
    assert await market.count("cancel") == 1


async def test_cancelling_leaves_the_journey_where_it_is(person, marketplace):
    """A screen of the journey drawn before is still good."""
    buyer, market = await person(), Market(marketplace)
    await placed(buyer)
    await old_enough(market)
    start = await buyer.do("Find something else", "What are you looking for")
    await asked(buyer)
    await buyer.do(YES, "Cancelled")
    await buyer.tap("My orders", on=start)
    await buyer.sees(LIST)
