"""News that depends on the clock: the reminder before an order closes, and quiet hours."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from buying import placed
from chat import Person
from crashing import Clients, Own, own_world
from my_orders import SELDOM, yuan

pytestmark = pytest.mark.slow  # real minutes pass

REMINDER = "still to be paid|你有一笔订单待付款"
CLOSED = "The order was closed|订单已关闭"
PAID = "Paid: ¥"
TIME_TO_PAY = 30  # seconds; the reminder comes when half of them are over


@pytest.fixture(scope="module")
def reminding() -> Iterator[Own]:
    """A bot that reads an order only when something is due, such as the reminder."""
    with own_world(**SELDOM, PAY_REMINDER_MINUTES="1") as own:
        own.bot.start()
        asyncio.run(own.bot.ready())
        yield own
        assert own.bot.stop() == 0


@pytest.fixture
async def clients(reminding: Own) -> AsyncIterator[Clients]:
    async with reminding.clients() as clients:
        await clients.market.post("/sandbox/reset")
        await clients.orders.switch(pay_timeout_seconds=TIME_TO_PAY)
        yield clients


async def _ordered(clients: Clients, language: str = "en") -> tuple[Person, dict]:
    buyer = await clients.arrive(language)
    await placed(buyer)
    return buyer, await clients.orders.only_order()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
async def test_an_unpaid_order_is_called_to_mind_before_it_closes(clients, language) -> None:
    """Once: what is to be paid, until when, and a button to the payment; then that it closed."""
    buyer, order = await _ordered(clients, language)
    news = await buyer.sees(REMINDER)
    total = yuan(order["totalFen"])
    deadline = datetime.fromtimestamp(order["payBeforeMs"] / 1000, UTC)
    assert datetime.now(UTC) < deadline
    assert total in news.text
    assert f"{deadline + timedelta(hours=8):%H:%M}" in news.text
    await buyer.tap(f"¥.*{total[1:]}", on=news)
    await buyer.sees(f"(Order placed|下单成功).*{total}")
    closed = await buyer.sees(CLOSED)
    assert "not paid in time" in closed.text or "超时未付款" in closed.text
    await buyer.sees_nothing_new(1)
    said = [each.text for each in await buyer.history() if total in each.text]
    assert len([text for text in said if "⏰" in text]) == 1


async def test_who_has_paid_is_not_reminded(clients) -> None:
    """Nobody told the bot of the payment; it looks before it reminds, and tells that instead."""
    buyer, order = await _ordered(clients)
    await clients.orders.order(order["orderId"], "pay")
    await buyer.sees(PAID)
    await buyer.sees_nothing_new(TIME_TO_PAY)


async def test_news_of_the_night_is_told_in_the_morning() -> None:
    """Held back while it is quiet, also over a restart; once, when the quiet hours are over."""
    now = datetime.now(UTC)
    over = (now + timedelta(seconds=90)).replace(second=0, microsecond=0)
    begun = now - timedelta(hours=1)
    quiet = f"{begun:%H:%M}-{over:%H:%M}"
    with own_world(**SELDOM, QUIET_HOURS=quiet, QUIET_ZONE="UTC") as own:
        own.bot.start()
        await own.bot.ready()
        async with own.clients() as clients:
            url = f"http://127.0.0.1:{own.bot.port}/marketplace/push"
            await clients.orders.switch(push_url=url)
            buyer, order = await _ordered(clients)
            await clients.orders.order(order["orderId"], "pay")
            await clients.orders.until_called("order_detail")
            await own.restart()
            # Its own screen may be drawn once more: it may not have been known yet to be drawn.
            left = (over - datetime.now(UTC)).total_seconds() - 1
            assert not await buyer.sees_within(left, PAID)
            await buyer.sees(PAID)
            assert datetime.now(UTC) >= over
            await buyer.sees_nothing_new(1)
        assert own.bot.stop() == 0
