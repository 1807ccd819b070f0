"""The log of a whole journey, with faults, at its most talkative: nothing personal, no secret."""

import asyncio
from collections.abc import Iterator

import pytest
from buying import TAPE_MEASURE, at_lines
from chat import Person
from crashing import SHOWING, Clients, Own, own_world

NAME, PHONE, STREET, NOTE = "欧阳测试", "13987654321", "植入路 4711 号", "planted note 0815"
WORDS = "植入关键词"
CARRIER, TRACKING = "植入快递", "ZT4711004711"
ADDRESS = f"{NAME} {PHONE} 浙江省杭州市滨江区长河街道{STREET}"


@pytest.fixture(scope="module")
def own() -> Iterator[Own]:
    with own_world(LOG_LEVEL="DEBUG", PYTHONASYNCIODEBUG="1", LOOKUP_DELAYS="0.2,0.2") as own:
        own.bot.start()
        asyncio.run(own.bot.ready())
        yield own


async def _journey(own: Own) -> None:
    async with own.clients() as clients:
        buyer = await clients.arrive()
        await buyer.say(WORDS, "Nothing found|Results for")
        await buyer.press(1, f"crafted {PHONE}")
        await at_lines(buyer, TAPE_MEASURE, 4)
        await buyer.do("Continue", "address yet")
        await buyer.say(ADDRESS, "Is this right")
        for endpoint in ("preview", "product_detail", "keyword_search"):
            await clients.market_fault(endpoint, "http_502_html", times=2)
            await clients.market_fault(endpoint, "cut_before", times=1)
            await clients.market_fault(endpoint, "refuse", times=1, code="500", message=PHONE)
        for method in SHOWING:
            await clients.fault(method, "http_502_html", times=1)
            await clients.fault(method, "cut_before", times=1)
        await clients.fault("getUpdates", "cut_after", times=1)
        await buyer.tap("Save")
        await asyncio.sleep(1.5)
        await clients.no_faults()
        await _go_on_to_the_total(buyer)
        await buyer.do("Note to", "tell the seller")
        await buyer.say(NOTE, NOTE)
        await clients.market_fault("create", "answer_lost", times=1)
        await buyer.tap("Confirm order")
        await buyer.sees("Order placed", within=30)
        await buyer.tap("I have paid")
        await asyncio.sleep(0.5)
        await _look_after_it(buyer, clients)


async def _look_after_it(buyer: Person, clients: Clients) -> None:
    """The order is paid and sent; its card is read, and everything that is kept is asked for."""
    order_id = (await clients.orders.orders())[0]["orderId"]
    await clients.orders.order(order_id, "pay")
    await clients.orders.order(order_id, "ship", carrier=CARRIER, trackingNumber=TRACKING)
    await buyer.do("Details", TRACKING)
    await buyer.send("/mydata")
    await buyer.sees("everything")


async def _go_on_to_the_total(buyer: Person) -> None:
    """Press on through whatever the faults left behind."""
    for _ in range(8):
        screen = await buyer.screen()
        if "Total to pay" in screen.text:
            return
        await buyer.tap("(?i)again|get the total|save|deliver|continue")
        await asyncio.sleep(0.5)
    raise AssertionError(screen.text)


async def test_the_log_of_a_journey_with_faults_tells_nothing(own: Own) -> None:
    """No token, secret, signature, phone, name, street, note, word, nor a button's data."""
    await _journey(own)
    assert own.bot.stop() == 0
    log = own.bot.log.read_text("utf-8")
    assert "marketplace call" in log
    assert "screen_not_drawn" in log or "flood_control" in log or "buttons_left" in log
    planted = [NAME, PHONE, "4711 号", "植入", TRACKING, NOTE, "crafted", WORDS, "sandbox-token"]
    planted += ["sandbox-secret", "123456789:", "sign=", "appSecret", ".confirm.", "callback_data"]
    assert [each for each in planted if each in log] == []
