"""Told without asking: each piece of an order's news once, with pushes, without, after kills."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator

import pytest
from buying import TAPE_MEASURE, at_offer, placed
from chat import Person, Shown
from crashing import Clients, Own, over_both, own_world, stored_in, until
from my_orders import POLL, SELDOM, two_lines, yuan

from tests.tiers import SLOW, slow_but

PAID = r"Paid: |已付款 ¥"
PART = "part of your goods was shipped|部分商品已发货"
SHIPPED = "Your goods were shipped|卖家已发货"
RECEIVED = "Receipt was confirmed|已确认收货"
COMPLETED = "order is completed|交易成功"
LIFE = (PAID, PART, SHIPPED, RECEIVED, COMPLETED)


@pytest.fixture(scope="module")
def pushed(request: pytest.FixtureRequest) -> Iterator[Own]:
    """A bot that hears of orders by pushes alone."""
    with stored_in(request) as there, own_world(**SELDOM, **there) as own:
        own.bot.start()
        asyncio.run(own.bot.ready())
        yield own
        assert own.bot.stop() == 0


@pytest.fixture(scope="module")
def polling() -> Iterator[Own]:
    """A bot that is never pushed anything."""
    with own_world(**POLL) as own:
        own.bot.start()
        asyncio.run(own.bot.ready())
        yield own
        assert own.bot.stop() == 0


@pytest.fixture
async def clients(pushed: Own) -> AsyncIterator[Clients]:
    async with pushed.clients() as clients:
        await clients.no_faults()
        await clients.market.post("/sandbox/reset")
        url = f"http://127.0.0.1:{pushed.bot.port}/marketplace/push"
        await clients.orders.switch(push_url=url)
        yield clients
        await clients.no_faults()


async def _ordered(clients: Clients, language: str = "en") -> tuple[Person, dict]:
    buyer = await clients.arrive(language)
    await two_lines(buyer)
    (order,) = await clients.orders.orders()
    return buyer, order


async def _lived(buyer: Person, clients: Clients, order: dict, *, wait: bool = True) -> None:
    """Take an order through its life; the person hears of each step before the next."""
    number, market = order["orderId"], clients.orders
    steps = (
        ("pay", {}, PAID),
        ("ship", {"lines": [order["lines"][0]["lineId"]], "trackingNumber": "ZTO001"}, PART),
        ("ship", {"trackingNumber": "ZTO002"}, SHIPPED),
        ("receive", {}, RECEIVED),
        ("complete", {}, COMPLETED),
    )
    for action, body, wanted in steps:
        await market.order(number, action, **body)
        if wait:
            await buyer.sees(wanted)


async def _told(buyer: Person) -> list[Shown]:
    """The news that stands in the chat, oldest first."""
    every = "|".join(LIFE)
    return [each for each in await buyer.history() if re.search(every, each.text)]


def _order_of(told: list[Shown]) -> list[str]:
    return [kind for each in told for kind in LIFE if re.search(kind, each.text)]


@pytest.mark.parametrize("language", slow_but(["en"], ["en", "zh-hans"]))
async def test_a_whole_life_with_every_push_three_times_in_random_order(clients, language) -> None:
    """Each notice once, in the order of things, in the person's language."""
    await clients.orders.switch(push_times=3, push_order="random", push_delay_seconds=0.1)
    buyer, order = await _ordered(clients, language)
    await _lived(buyer, clients, order)
    await buyer.sees_nothing_new(2)
    told = await _told(buyer)
    assert _order_of(told) == list(LIFE)
    assert yuan(order["totalFen"]) in told[0].text
    assert "ZTO001" in told[1].text
    assert "中通快递" in told[1].text
    assert re.findall(r"— (\d)", told[1].text) == ["3"], "the pairs that are in the parcel"
    assert re.findall(r"— (\d)", told[2].text) == ["2"]
    assert told[1].button("ZTO001")["copy_text"] == {"text": "ZTO001"}
    assert "ZTO002" in told[2].text
    assert "ZTO001" not in told[2].text


async def test_pushes_that_all_come_at_the_end_tell_the_newest_truth_once(clients) -> None:
    """Nobody is told of payment and shipment after the order is completed, but with it."""
    await clients.orders.switch(push_times=3, push_order="random", push_delivery="held")
    buyer, order = await _ordered(clients)
    await _lived(buyer, clients, order, wait=False)
    await buyer.sees_nothing_new(1)
    await clients.market.post("/sandbox/pushes/flush")
    news = await buyer.sees(COMPLETED)
    assert re.search("Paid .*\nShipped .*\nReceived ", news.text)
    assert {"ZTO001", "ZTO002"} <= set(re.findall(r"ZTO00\d", news.text))
    await buyer.sees_nothing_new(1.5)
    assert _order_of(await _told(buyer)) == [COMPLETED]


@SLOW
async def test_a_whole_life_without_any_push(polling: Own) -> None:
    """The schedule alone tells each step, once."""
    async with polling.clients() as clients:
        buyer, order = await _ordered(clients)
        await _lived(buyer, clients, order)
        await buyer.sees_nothing_new(2)
        assert _order_of(await _told(buyer)) == list(LIFE)


async def test_a_forged_push_is_refused_and_changes_nothing(clients, pushed: Own) -> None:
    """403, and the order is not even read."""
    await clients.orders.switch(push_delivery="off")
    buyer, order = await _ordered(clients)
    await clients.orders.order(order["orderId"], "pay")
    reads = await clients.orders.count("order_detail")
    body = {
        "type": "ORDER_BUYER_VIEW_ORDER_PAY",
        "data": {"orderId": order["orderId"], "currentStatus": "waitsellersend"},
        "signature": "0" * 40,
    }
    answer = (await clients.market.post("/sandbox/pushes", json=body)).json()
    assert [each["status"] for each in answer["attempts"]] == [403]
    await buyer.sees_nothing_new(1)
    assert await clients.orders.count("order_detail") == reads
    del body["signature"]
    await clients.market.post("/sandbox/pushes", json=body)
    await buyer.sees(PAID)


async def test_a_changed_price_is_told_with_both_totals_and_can_be_paid(clients) -> None:
    """The button leads to the payment of the new total."""
    buyer, order = await _ordered(clients)
    await clients.orders.order(order["orderId"], "price", goodsDelta=-700, freight=900)
    (changed,) = await clients.orders.orders()
    news = await buyer.sees("seller changed the price")
    before, now = yuan(order["totalFen"]), yuan(changed["totalFen"])
    assert f"Total to pay: {before} → {now}" in news.text
    assert yuan(900) in news.text
    await buyer.tap(f"Pay {re.escape(now)}", on=news)
    await buyer.sees(f"Order placed.*{re.escape(now)}")
    await buyer.sees_nothing_new(1)


async def test_an_order_that_the_seller_closes_is_told_with_the_reason(clients) -> None:
    """Who, why, and that nothing was paid."""
    buyer, order = await _ordered(clients)
    await clients.orders.order(order["orderId"], "close")
    news = await buyer.sees("The order was closed")
    assert "Closed by the seller: out of stock" in news.text
    assert "Nothing was paid" in news.text
    await buyer.tap("Details", on=news)
    await buyer.sees("State: closed")


async def test_each_step_of_a_refund_is_told(clients) -> None:
    """What was asked for, and how it ended."""
    buyer, order = await _ordered(clients)
    await clients.orders.order(order["orderId"], "pay")
    await buyer.sees(PAID)
    await clients.orders.order(order["orderId"], "refund", step="apply", amount=500)
    await buyer.sees("News of your refund.*waiting for the seller")
    await clients.orders.order(order["orderId"], "refund", step="reject")
    await buyer.sees("News of your refund.*declined")


async def test_a_carriers_words_are_told_as_far_as_they_matter(clients) -> None:
    """Waiting to be fetched, and delivered: once each; the way in between is not."""
    buyer, order = await _ordered(clients)
    await clients.orders.order(order["orderId"], "pay")
    await buyer.sees(PAID)
    await clients.orders.order(order["orderId"], "ship", trackingNumber="ZTO003")
    await buyer.sees(SHIPPED)
    await clients.orders.switch(push_times=3)
    for status in ("ACCEPT", "TRANSPORT", "AGENT_SIGN", "SIGN"):
        trace = {"trackingNumber": "ZTO003", "status": status}
        await clients.orders.order(order["orderId"], "trace", **trace)
        if status == "AGENT_SIGN":
            await buyer.sees("at the pick-up point.*ZTO003")
        if status == "SIGN":
            await buyer.sees("Delivered.*ZTO003")
        await buyer.sees_nothing_new(0.7)
    await clients.orders.order(order["orderId"], "mail-no", newTrackingNumber="ZTO004")
    news = await buyer.sees("New tracking details.*ZTO004")
    assert news.button("ZTO004")["copy_text"] == {"text": "ZTO004"}


async def test_what_a_person_does_here_is_not_told_a_second_time(clients) -> None:
    """The answer to the press is all there is, though pushes come for it."""
    buyer, _ = await _ordered(clients)
    await clients.orders.pass_time(11)
    await buyer.tap("Cancel order")
    await buyer.sees("Cancel|cancel")
    await buyer.do("Yes|Cancel it|Cancel the order", "State: closed")
    await buyer.sees_nothing_new(1.5)


@over_both("pushed")
async def test_killed_between_storing_a_push_and_handling_it(clients, pushed: Own) -> None:
    """What was acknowledged is told after the restart, once."""
    buyer, order = await _ordered(clients)
    await clients.market_fault("order_detail", "slow", seconds=30)
    before = await clients.orders.count("order_detail")
    await clients.orders.order(order["orderId"], "pay")

    async def read() -> bool:
        return await clients.orders.count("order_detail") > before

    await until(read)
    pushed.bot.kill()
    await clients.no_faults()
    pushed.bot.start()
    await pushed.bot.ready()
    await buyer.sees(PAID)
    await buyer.sees_nothing_new(1)


async def test_a_push_of_a_product_has_its_watchers_told(clients) -> None:
    """Nothing would read it for minutes; the push has it read, and the news comes at once."""
    buyer = await clients.arrive()
    await at_offer(buyer, TAPE_MEASURE)
    await buyer.do("🔔 Watch", "one message")
    await clients.orders.change(TAPE_MEASURE, priceDelta=-90)
    await buyer.sees("Cheaper now")
    await buyer.do("Tell me below", "Watching again")
    before = await clients.orders.count("product_detail")
    await clients.orders.change(TAPE_MEASURE, stock=0)

    async def read() -> bool:
        """Only what was seen to be sold out can come back."""
        return await clients.orders.count("product_detail") > before

    await until(read)
    await clients.orders.change(TAPE_MEASURE, stock=40, priceDelta=-90)
    await buyer.sees("Cheaper now")


@SLOW
@over_both("pushed")
async def test_killed_while_news_is_being_sent_it_is_never_sent_twice(clients, pushed: Own) -> None:
    """Telegram may have taken it: nobody is told again, and later news comes."""
    buyer, order = await _ordered(clients)
    await clients.fault("sendMessage", "slow", chat_id=buyer.id, seconds=30)
    before = await clients.calls("sendMessage")
    await clients.orders.order(order["orderId"], "pay")

    async def sent() -> bool:
        return await clients.calls("sendMessage") > before

    await until(sent)
    pushed.bot.kill()
    await clients.no_faults()
    pushed.bot.start()
    await pushed.bot.ready()
    await buyer.sees_nothing_new(1.5)
    await clients.orders.order(order["orderId"], "ship")
    await buyer.sees(SHIPPED)
    assert len([each for each in await _told(buyer) if re.search(PAID, each.text)]) <= 1


@SLOW
@over_both("pushed")
async def test_killed_the_moment_a_push_is_acknowledged(clients, pushed: Own) -> None:
    """Stored is enough: handled or not, it is told after the restart."""
    await clients.orders.switch(push_delivery="held")
    buyer, order = await _ordered(clients)
    await clients.orders.order(order["orderId"], "pay")
    answer = await clients.market.post("/sandbox/pushes/flush")
    pushed.bot.kill()
    assert answer.json()["delivered"] >= 1
    pushed.bot.start()
    await pushed.bot.ready()
    await buyer.sees(PAID)
    await buyer.sees_nothing_new(1)


@SLOW
async def test_an_answer_of_telegram_that_is_lost_does_not_have_it_sent_again(clients) -> None:
    """The message is there although nobody said so."""
    buyer, order = await _ordered(clients)
    await clients.fault("sendMessage", "cut_after", chat_id=buyer.id, times=1)
    await clients.orders.order(order["orderId"], "pay")
    await buyer.sees(PAID)
    await buyer.sees_nothing_new(7)
    assert _order_of(await _told(buyer)) == [PAID]


@pytest.mark.parametrize("kind", slow_but(["flood_429"], ["http_500", "flood_429"]))
async def test_what_telegram_surely_did_not_take_is_sent_again(clients, kind) -> None:
    """Refused with a 500 or held back: once it is there."""
    buyer, order = await _ordered(clients)
    await clients.fault("sendMessage", kind, chat_id=buyer.id, times=1)
    await clients.orders.order(order["orderId"], "pay")
    await buyer.sees(PAID)
    await buyer.sees_nothing_new(1)


async def test_nobody_else_hears_of_it(clients) -> None:
    """News goes to the chat that ordered."""
    other = await clients.arrive()
    await placed(other)
    buyer = await clients.arrive()
    await placed(buyer)
    mine = (await clients.orders.orders())[-1]
    await clients.orders.order(mine["orderId"], "pay")
    await buyer.sees(PAID)
    await other.sees_nothing_new(1)
