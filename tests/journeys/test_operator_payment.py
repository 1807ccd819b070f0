"""An operator pays without a password: asked once more, sent once, told as it is."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest
from buying import Market, placed
from chat import Person, Shown
from crashing import Clients, Own, over_both, own_world, stored_in
from my_orders import opened

from bot.chat.buttons import Press
from tests.tiers import SLOW

SURE = "without a password\\?|免密支付 ¥"


@dataclass
class Desk:
    """A bot with a few operators, each of whom has nothing behind them."""

    own: Own
    waiting: dict[str, list[int]]


@pytest.fixture(scope="module")
def desk(request: pytest.FixtureRequest) -> Iterator[Desk]:
    with stored_in(request) as there, own_world(PAY_DAILY_LIMIT="200", **there) as own:
        yield Desk(own, {})


@pytest.fixture
async def clients(desk: Desk) -> AsyncIterator[Clients]:
    async with desk.own.clients() as clients:
        await clients.market.post("/sandbox/reset")
        if not desk.waiting:
            for code, count in (("en", 6), ("zh-hans", 1)):
                desk.waiting[code] = [(await clients.arrive(code)).id for _ in range(count)]
            ids = [str(each) for some in desk.waiting.values() for each in some]
            desk.own.bot.environment["ADMIN_IDS"] = ",".join(ids)
            desk.own.bot.start()
        await desk.own.bot.ready()
        yield clients


@pytest.fixture
def market(clients: Clients) -> Market:
    return Market(clients.market)


@pytest.fixture
def operator(desk: Desk, clients: Clients) -> Person:
    return Person(clients.telegram, desk.waiting["en"].pop(), "en")


async def asked(operator: Person) -> Shown:
    await placed(operator)
    await opened(operator)
    return await operator.do("Pay without|免密支付", SURE)


async def test_an_operator_pays_from_the_card(operator: Person, market: Market):
    """The question names amount, order and what is left of the day; one payment is sent."""
    question = await asked(operator)
    order = await market.only_order()
    for wanted in ("¥27.10", order["orderId"], order["thirdOrderId"], "Spent today", "¥200.00"):
        assert wanted in question.text, wanted
    assert await market.count("pay_without_password") == 0
    old = question.button("Pay ¥27")["callback_data"]
    await operator.do("Pay ¥27", r"¥27\.10 paid.*paid, to be shipped")
    assert (await market.only_order())["status"] == "waitsellersend"
    card = await operator.screen()
    await operator.press(card.id, old)
    await operator.sees("does not wait for payment")
    assert await market.count("pay_without_password") == 1


async def test_a_time_out_after_the_money_went_is_told_as_paid(
    desk: Desk, clients: Clients, market: Market
):
    """`paySuccess` is false, and the order says otherwise. In Chinese."""
    operator = Person(clients.telegram, desk.waiting["zh-hans"].pop(), "zh")
    await asked(operator)
    await market.switch(protocol_pay="late")
    await operator.do("确认支付", r"已支付 ¥27\.10")


async def test_what_shows_nothing_yet_may_have_been_taken(operator: Person, market: Market):
    """No other try for a minute; and it counts for the day."""
    await asked(operator)
    await market.switch(protocol_pay="failed")
    await operator.do("Pay ¥27", "money may have been taken.*State: to be paid")
    await operator.do("Pay without", "Wait a minute")
    assert await market.count("pay_without_password") == 1


@SLOW
@over_both("desk")
async def test_a_bot_killed_while_it_pays_sends_nothing_again(
    desk: Desk, operator: Person, market: Market
):
    """The press is handled once more at the next start, which says what may have happened."""
    question = await asked(operator)
    await market.switch(protocol_pay="failed")
    await market.fault("slow", "pay_without_password", seconds=8)
    await operator.press(question.id, question.button("Pay ¥27")["callback_data"])
    await market.until_called("pay_without_password")
    await desk.own.restart()
    await operator.sees("money may have been taken.*Wait a minute")
    await operator.press(question.id, question.button("Pay ¥27")["callback_data"])
    await operator.sees_nothing_new()
    assert await market.count("pay_without_password") == 1


async def test_a_refusal_takes_no_money_and_says_why(operator: Person, market: Market):
    """The agreement is not signed."""
    await asked(operator)
    await market.switch(protocol_agreement="unsigned")
    await operator.do("Pay ¥27", "refused the payment: “未签约免密支付协议”. No money")


async def test_a_price_that_moved_is_asked_anew(operator: Person, market: Market):
    """Nothing is sent for the old amount."""
    await asked(operator)
    await market.order((await market.only_order())["orderId"], "price", goodsDelta=500)
    await operator.do("Pay ¥27", r"no longer as you saw it.*Pay ¥32\.10 now")
    await market.order((await market.only_order())["orderId"], "price", goodsDelta=20000)
    await operator.do(r"Pay ¥32", "exceed today's limit")
    assert await market.count("pay_without_password") == 0


async def test_a_price_that_nobody_agreed_to_takes_a_second_question(
    operator: Person, market: Market
):
    """Agreed and asked total stand side by side; the first question's button pays nothing."""
    await asked(operator)
    await market.order((await market.only_order())["orderId"], "price", goodsDelta=500)
    await operator.do("Pay ¥27", r"agreed to ¥27\.10 · 1688 asks ¥32\.10.*¥5\.00 more")
    await operator.do(r"¥5\.00 more than agreed", "Nobody agreed to this price")
    assert await market.count("pay_without_password") == 0
    await operator.do(r"Yes, pay ¥32\.10", r"¥32\.10 paid")
    assert await market.count("pay_without_password") == 1


async def test_nobody_else_pays_whatever_they_press(clients: Clients, market: Market):
    """Not even for their own order; the card shows no such button."""
    guest = await clients.arrive()
    await placed(guest)
    card = await opened(guest)
    assert not [label for label in card.labels if "password" in label]
    number = (await market.only_order())["thirdOrderId"]
    session = Press.decode(card.button("Refresh")["callback_data"])
    for action, arg in (("debit", f"{number}.1"), ("debit_yes", f"{number}.1.00000000.0.x")):
        press = Press(session.session_id, None, action, arg, drawn=session.drawn)
        query = await guest.press(card.id, press.encode())
        assert "earlier step" in (await guest.toast(query) or "")
    assert await market.count("pay_without_password") == 0
