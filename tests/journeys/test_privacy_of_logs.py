"""The log of a whole journey, with faults, at its most talkative: nothing personal, no secret."""

import asyncio
import json
from collections.abc import Iterator

import pytest
from buying import TAPE_MEASURE, at_lines
from chat import Person
from crashing import SHOWING, Clients, Own, own_world, until
from my_orders import old_enough, one_more, opened

from bot.marketplace.daji.push_messages import signature_of
from tests.loopback import http_client

NAME, PHONE, STREET, NOTE = "欧阳测试", "13987654321", "植入路 4711 号", "planted note 0815"
WORDS = "植入关键词"
CARRIER, TRACKING = "植入快递", "ZT4711004711"
SECRET = "sandbox-secret"
PUSHES_HANDLED = "snaporder_pushes_total{"
OF_FAULTS = ("screen_not_drawn", "flood_control", "buttons_left")
ADDRESS = f"{NAME} {PHONE} 浙江省杭州市滨江区长河街道{STREET}"


@pytest.fixture(scope="module")
def own() -> Iterator[Own]:
    talkative = {"LOG_LEVEL": "DEBUG", "PYTHONASYNCIODEBUG": "1"}
    with own_world(**talkative, LOOKUP_DELAYS="0.2,0.2", FLOOD_UPDATES="0") as own:
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

        async def told_in_the_log() -> bool:
            return any(each in own.bot.log.read_text("utf-8") for each in OF_FAULTS)

        await until(told_in_the_log)
        await clients.no_faults()
        await _go_on_to_the_total(buyer)
        await buyer.do("Note to", "tell the seller")
        await buyer.say(NOTE, NOTE)
        await clients.market_fault("create", "answer_lost", times=1)
        await buyer.tap("Confirm order")
        await buyer.sees("Order placed")
        await buyer.do("I have paid", "to be paid")
        await _look_after_it(buyer, clients)
        await _pushed(own, clients)
        await _change_ones_mind(buyer, clients)


async def _look_after_it(buyer: Person, clients: Clients) -> None:
    """The order is paid and sent; its card is read, and everything that is kept is asked for."""
    order_id = (await clients.orders.orders())[0]["orderId"]
    await clients.orders.order(order_id, "pay")
    await clients.orders.order(order_id, "ship", carrier=CARRIER, trackingNumber=TRACKING)
    await buyer.do("Details", TRACKING)
    await clients.market_fault("confirm_receipt", "refuse", times=1, code="500", message=PHONE)
    await buyer.do("Confirm receipt", "Has everything arrived")
    await buyer.do("Yes, hand over", "State: shipped")
    await buyer.say("/mydata", "everything")


async def _change_ones_mind(buyer: Person, clients: Clients) -> None:
    """A second order is cancelled: refused once, in words that quote its buyer, then done."""
    await clients.no_faults()
    await one_more(buyer, who=NAME)
    await old_enough(clients.orders)
    await clients.market_fault("cancel", "refuse", times=1, code="500", message=f"{NAME} {PHONE}")
    for leads_to in ("State: to be paid", "closed"):
        await opened(buyer)
        await buyer.do("Cancel order", "Cancel this order")
        await buyer.do("Yes, cancel", leads_to)


def _pushes(order_id: str) -> list[str]:
    """Messages as they come, odd and broken; each tells of a person."""
    data = {"orderId": order_id, "toFullName": NAME, "mobile": PHONE, "toArea": STREET}
    parcel = {"cpCode": CARRIER, "mailNo": TRACKING, "statusChanged": NOTE, "logisticsId": PHONE}
    trace = {**parcel, "orderLogsItems": [{"orderId": order_id, "orderEntryId": {"of": NAME}}]}
    topic = "ORDER_BUYER_VIEW_ANNOUNCE_SENDGOODS"
    whole = [
        {"type": topic, "msgId": 1, "data": data, "userInfo": NAME},
        {"type": topic, "msgId": 2, "data": {**data, "currentStatus": {"of": NAME}}},
        {"type": topic, "msgId": {"of": PHONE}, "data": data},
        {"type": {"of": NAME}, "msgId": 4, "data": PHONE},
        {"type": f"TOPIC_{NAME}", "msgId": 5, "data": data},
        {
            "type": "LOGISTICS_BUYER_VIEW_TRACE",
            "msgId": 6,
            "data": {"OrderLogisticsTracingModel": trace},
        },
    ]
    return [*(json.dumps(each, ensure_ascii=False) for each in whole), f"{{{NAME} {PHONE}", NAME]


async def _pushed(own: Own, clients: Clients) -> None:
    """Each push in a wrong and in its right signature; and a body that is no form."""
    order_id = (await clients.orders.orders())[0]["orderId"]
    await clients.market_fault("order_detail", "refuse", times=2, code="500", message=PHONE)
    answers = []
    async with http_client(base_url=f"http://127.0.0.1:{own.bot.port}") as http:
        for message in _pushes(order_id):
            for signature in (f"{PHONE}{NAME}", signature_of(message, SECRET)):
                form = {"message": message, "_dj_signature": signature}
                answer = await http.post("/marketplace/push", data=form)
                answers.append(answer.status_code)
        answers.append((await http.post("/marketplace/push", json={NAME: PHONE})).status_code)
        for part in (PHONE, f"message={PHONE}"):
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            sent = await http.post("/marketplace/push", content=part, headers=headers)
            answers.append(sent.status_code)
        assert answers == [403, 200] * len(_pushes(order_id)) + [415, 400, 400]

        async def all_handled() -> bool:
            return _handled((await http.get("/metrics")).text) >= len(_pushes(order_id))

        await until(all_handled)


def _handled(metrics: str) -> float:
    lines = (each for each in metrics.splitlines() if each.startswith(PUSHES_HANDLED))
    return sum(float(each.rpartition(" ")[2]) for each in lines)


async def _go_on_to_the_total(buyer: Person) -> None:
    """Press on through whatever the faults left behind."""

    async def there() -> bool:
        screen = await buyer.screen()
        if "Total to pay" in screen.text:
            return True
        await buyer.tap("(?i)again|get the total|save|deliver|continue", screen)
        await buyer.catches_up()
        return False

    await until(there)


async def test_the_log_of_a_journey_with_faults_tells_nothing(own: Own) -> None:
    """No token, secret, signature, phone, name, street, note, word, nor a button's data."""
    await _journey(own)
    assert own.bot.stop() == 0
    log = own.bot.log.read_text("utf-8")
    assert "marketplace call" in log
    assert any(each in log for each in OF_FAULTS)
    planted = [NAME, PHONE, "4711 号", "植入", TRACKING, NOTE, "crafted", WORDS, "sandbox-token"]
    planted += [SECRET, "_dj_signature", "123456789:", "sign=", "appSecret"]
    planted += [".confirm.", "callback_data"]
    assert [each for each in planted if each in log] == []
