"""Pushes as a receiver meets them: what is told, how signed, when, how often, what is retried."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from marketplace_client import CANCEL, LINKS, SECRET, Caller, example
from marketplace_goods import MUG, MUG_BLACK, MUG_WHITE

from sandbox.marketplace.signing import push_signature

TWO = ((MUG, MUG_WHITE, 3), (MUG, MUG_BLACK, 2))
VIEW = "ORDER_BUYER_VIEW_"
PATIENCE = 20.0


class Receiver:
    """Takes pushes, keeps them as they came, and answers what it is told to."""

    def __init__(self) -> None:
        self.forms: list[dict[str, str]] = []
        self.content_types: list[str] = []
        self.statuses: list[int] = []
        self.hold = 0.0
        self.open = 0

    async def take(self, request: web.Request) -> web.Response:
        self.content_types.append(request.content_type)
        self.forms.append({name: str(value) for name, value in (await request.post()).items()})
        if self.hold:
            self.open += 1
            await asyncio.sleep(self.hold)
        status = self.statuses.pop(0) if self.statuses else 200
        where = {"Location": "/push"} if status == 302 else {}
        return web.Response(status=status, headers=where)

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [json.loads(form["message"]) for form in self.forms]

    @property
    def topics(self) -> list[str]:
        return [message["type"] for message in self.messages]

    async def until(self, count: int) -> list[dict[str, Any]]:
        for _ in range(int(PATIENCE / 0.02)):
            if len(self.forms) >= count:
                return self.messages
            await asyncio.sleep(0.02)
        raise AssertionError(f"{len(self.forms)} of {count} pushes came")


@pytest.fixture
async def receiver(market: Caller) -> AsyncIterator[Receiver]:
    taking = Receiver()
    app = web.Application()
    app.router.add_post("/push", taking.take)
    async with TestServer(app) as server:
        await market.switch(push_url=str(server.make_url("/push")), push_answer_seconds=10)
        yield taking


async def ordered(market: Caller, *steps: str) -> str:
    order_id = (await market.create(*TWO))["data"]["orderId"]
    for step in steps:
        await do(market, order_id, step)
    return order_id


async def do(market: Caller, order_id: str, action: str, **body: Any) -> dict[str, Any]:
    answer = await market.http.post(f"/sandbox/orders/{order_id}/{action}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def pushes(market: Caller, **query: str) -> dict[str, Any]:
    return (await market.http.get("/sandbox/pushes", params=query)).json()


async def until_state(market: Caller, state: str, count: int = 1) -> list[dict[str, Any]]:
    for _ in range(int(PATIENCE / 0.02)):
        found = (await pushes(market, state=state))["recent"]
        if len(found) >= count:
            return found
        await asyncio.sleep(0.02)
    raise AssertionError(f"no {count} pushes are {state}: {await pushes(market)}")


async def test_an_order_s_life_is_told_in_its_topics(market: Caller, receiver: Receiver) -> None:
    """Made, repriced, paid, part sent, sent, received, completed: in that order, each once."""
    order_id = await ordered(market)
    await do(market, order_id, "price", freight=0)
    await do(market, order_id, "pay")
    lines = [line["lineId"] for line in (await market.orders())[0]["lines"]]
    await do(market, order_id, "ship", lines=lines[:1])
    await do(market, order_id, "ship")
    await do(market, order_id, "receive", lines=lines[:1])
    await do(market, order_id, "receive")
    await do(market, order_id, "complete")
    told = await receiver.until(8)
    assert [(m["type"].removeprefix(VIEW), m["data"]["currentStatus"]) for m in told] == [
        ("BUYER_MAKE", "waitbuyerpay"),
        ("ORDER_PRICE_MODIFY", "waitbuyerpay"),
        ("ORDER_PAY", "waitsellersend"),
        ("PART_PART_SENDGOODS", "waitsellersend"),
        ("ANNOUNCE_SENDGOODS", "waitbuyerreceive"),
        ("ORDER_COMFIRM_RECEIVEGOODS", "confirm_goods_and_has_subsidy"),
        ("ORDER_COMFIRM_RECEIVEGOODS", "confirm_goods_and_has_subsidy"),
        ("ORDER_SUCCESS", "success"),
    ]
    assert {m["data"]["orderId"] for m in told} == {int(order_id)}
    assert len({m["msgId"] for m in told}) == 8
    assert {len(str(m["msgId"])) for m in told} == {11}


async def test_a_push_looks_like_the_published_one(market: Caller, receiver: Receiver) -> None:
    """Form-encoded; the same keys in the same order; the id as 19 bare digits; China time."""
    order_id = await ordered(market, "pay")
    await receiver.until(2)
    assert set(receiver.content_types) == {"application/x-www-form-urlencoded"}
    form = receiver.forms[1]
    assert form.keys() == {"message", "_dj_signature"}
    shown = json.loads(example("17-message-push.json")["form"]["message"])
    sent = receiver.messages[1]
    assert list(sent) == list(shown)
    assert list(sent["data"]) == list(shown["data"])
    for name, value in shown["data"].items():
        assert type(sent["data"][name]) is type(value)
    assert f'"orderId":{order_id},' in form["message"]
    assert sent["bizKey"] != order_id
    assert len(sent["data"]["msgSendTime"]) == len("2024-08-09 09:44:24")


@pytest.mark.parametrize("rule", ["official", "bare"])
async def test_pushes_are_signed_by_the_switched_rule(
    market: Caller, receiver: Receiver, rule: str
) -> None:
    """Over the text as it arrives, with the app secret or another one."""
    await market.switch(push_signature=rule)
    await ordered(market)
    await receiver.until(1)
    form = receiver.forms[0]
    assert form["_dj_signature"] == push_signature(form["message"], SECRET, rule)  # type: ignore[arg-type]
    await market.switch(push_secret="another")
    await ordered(market)
    await receiver.until(2)
    form = receiver.forms[1]
    assert form["_dj_signature"] == push_signature(form["message"], "another", rule)  # type: ignore[arg-type]


async def test_who_closes_an_order_decides_the_topic(market: Caller, receiver: Receiver) -> None:
    """Buyer, seller, time-out without any call, and a dispute."""
    await market.switch(cancel_after_seconds=0)
    buyer = await ordered(market)
    body = {"webSite": "1688", "orderId": buyer, "cancelReason": "buyerCancel"}
    await market.post(CANCEL, body)
    await ordered(market, "close")
    await ordered(market, "pay", "terminate")
    await market.switch(pay_timeout_seconds=1)
    await ordered(market)
    told = await receiver.until(9)
    closings = [m for m in told if m["type"].endswith("_CLOSE")]
    assert [(m["type"].removeprefix(VIEW), m["data"]["currentStatus"]) for m in closings] == [
        ("ORDER_BUYER_CLOSE", "cancel"),
        ("ORDER_SELLER_CLOSE", "cancel"),
        ("ORDER_BOPS_CLOSE", "terminated"),
        ("ORDER_BOPS_CLOSE", "cancel"),
    ]


async def test_orders_paid_together_are_told_together_too(
    market: Caller, receiver: Receiver
) -> None:
    """One payment topic each, and one for the batch with both."""
    both = [await ordered(market), await ordered(market)]
    link = await market.get(LINKS, orderIdList=f"[{','.join(both)}]")
    total = sum(order["totalFen"] for order in await market.orders())
    await market.http.post(link["data"]["payUrl"], data={"total": str(total)})
    told = await receiver.until(5)
    assert receiver.topics[2:] == [f"{VIEW}ORDER_PAY", f"{VIEW}ORDER_PAY", "ORDER_BATCH_PAY"]
    assert told[4]["data"] == {
        "batchPay": [{"orderId": int(each), "status": "successed"} for each in both]
    }


async def test_each_step_of_a_refund_is_told(market: Caller, receiver: Receiver) -> None:
    """Action and operator during the sale; the close it leads to; another topic after the sale."""
    order_id = await ordered(market, "pay", "ship")
    for step in ("apply", "reject", "apply", "agree", "return", "refund"):
        await do(market, order_id, "refund", step=step)
    told = (await receiver.until(10))[3:]
    during = [m for m in told if m["type"] == f"{VIEW}ORDER_BUYER_REFUND_IN_SALES"]
    assert [(m["data"]["refundAction"], m["data"]["operator"]) for m in during] == [
        ("BUYER_APPLY_REFUND", "buyer"),
        ("SELLER_REJECT_REFUND_PROCOTOL", "seller"),
        ("BUYER_APPLY_REFUND", "buyer"),
        ("SELLER_AGREE_REFUND_PROCOTOL", "seller"),
        ("BUYER_SEND_GOODS", "buyer"),
        ("SELLER_RECEIVE_GOODS", "seller"),
    ]
    assert told[-1]["type"] == f"{VIEW}ORDER_SELLER_CLOSE"
    finished = await ordered(market, "pay", "ship", "receive", "complete")
    await do(market, finished, "refund", step="apply")
    last = (await receiver.until(16))[-1]
    assert last["type"] == f"{VIEW}ORDER_REFUND_AFTER_SALES"


async def test_shipping_ends_a_refund_and_says_so(market: Caller, receiver: Receiver) -> None:
    """The seller's parcel closes what the buyer asked for."""
    order_id = await ordered(market, "pay")
    await do(market, order_id, "refund", step="apply")
    await do(market, order_id, "ship")
    told = await receiver.until(5)
    assert [m["data"].get("refundAction") for m in told[2:]] == [
        "BUYER_APPLY_REFUND",
        None,
        "SELLER_SEND_GOODS_CLOSE",
    ]


async def test_carriers_and_corrected_numbers_are_told(market: Caller, receiver: Receiver) -> None:
    """The logistics topics name parcel, order and lines."""
    order_id = await ordered(market, "pay")
    await do(market, order_id, "ship", trackingNumber="78912345678901")
    await do(market, order_id, "trace", status="TRANSPORT")
    await do(market, order_id, "mail-no", newTrackingNumber="new")
    trace, change = (await receiver.until(5))[3:]
    shown = example("17-message-push.json")["otherMessages"][-1]
    model = trace["data"]["OrderLogisticsTracingModel"]
    assert trace["type"] == shown["type"]
    assert model.keys() == shown["data"]["OrderLogisticsTracingModel"].keys()
    assert (model["mailNo"], model["statusChanged"]) == ("78912345678901", "TRANSPORT")
    assert [item["orderId"] for item in model["orderLogsItems"]] == [int(order_id)] * 2
    assert change["type"] == "LOGISTICS_MAIL_NO_CHANGE"
    assert change["data"]["MailNoChangeModel"]["oldMailNo"] == "78912345678901"
    assert change["data"]["MailNoChangeModel"]["newMailNo"] == "new"


async def test_stock_and_shelf_are_told_when_they_change(
    market: Caller, receiver: Receiver
) -> None:
    """The variants whose stock changed; other prices; an offer taken off sale."""
    await market.patch_offer(MUG, stock={MUG_WHITE: 7})
    await market.patch_offer(MUG, priceDelta=10)
    await market.patch_offer(MUG, status="expired")
    stock, dearer, gone = await receiver.until(3)
    assert stock["type"] == "PRODUCT_PRODUCT_INVENTORY_CHANGE"
    assert dearer["type"] == "PRODUCT_RELATION_VIEW_PRODUCT_NEW_OR_MODIFY"
    assert dearer["data"]["productIds"] == str(MUG)
    [change] = stock["data"]["OfferInventoryChangeList"]
    assert (change["offerId"], change["skuId"], change["skuOnSale"]) == (MUG, 1, 7)
    assert gone["type"] == "PRODUCT_RELATION_VIEW_PRODUCT_EXPIRE"
    assert gone["data"]["productIds"] == str(MUG)


async def test_what_is_off_is_never_sent(market: Caller, receiver: Receiver) -> None:
    """It is listed as off, also after the switch is on again."""
    await market.switch(push_delivery="off")
    await ordered(market)
    await market.switch(push_delivery="on")
    await ordered(market, "pay")
    told = await receiver.until(2)
    assert [m["type"] for m in told] == [f"{VIEW}BUYER_MAKE", f"{VIEW}ORDER_PAY"]
    assert [p["state"] for p in (await pushes(market))["recent"]] == [
        "off",
        "delivered",
        "delivered",
    ]


@pytest.mark.parametrize("order", ["born", "reversed", "random"])
async def test_held_pushes_leave_together_as_often_and_in_the_order_switched(
    market: Caller, receiver: Receiver, order: str
) -> None:
    """Nothing leaves before the flush; then each three times; repeats have the same number."""
    await market.switch(push_delivery="held", push_times=3, push_order=order)
    await ordered(market, "pay", "ship", "receive", "complete")
    assert receiver.forms == []
    flushed = await market.http.post("/sandbox/pushes/flush")
    assert flushed.json() == {"sent": 5, "delivered": 5}
    numbers = [m["msgId"] for m in receiver.messages]
    assert len(numbers) == 15
    assert {numbers.count(number) for number in numbers} == {3}
    born = sorted(numbers)
    expected = {"born": born, "reversed": born[::-1]}.get(order)
    assert numbers == expected if expected else numbers != born
    assert (await market.http.post("/sandbox/pushes/flush")).json()["sent"] == 0


async def test_pushes_born_together_may_overtake_one_another(
    market: Caller, receiver: Receiver
) -> None:
    """With another order than the born one, what happens within a moment is sent as one batch."""
    await market.switch(push_order="reversed", push_delay_seconds=1)
    await ordered(market, "pay", "ship")
    await receiver.until(3)
    assert receiver.topics == [
        f"{VIEW}ANNOUNCE_SENDGOODS",
        f"{VIEW}ORDER_PAY",
        f"{VIEW}BUYER_MAKE",
    ]


async def test_a_delay_holds_pushes_until_it_is_switched_off(
    market: Caller, receiver: Receiver
) -> None:
    """An hour late, unless the hour is taken back."""
    await market.switch(push_delay_seconds=3600)
    await ordered(market)
    assert [p["state"] for p in (await pushes(market))["recent"]] == ["waiting"]
    assert receiver.forms == []
    await market.switch(push_delay_seconds=0)
    await receiver.until(1)


async def test_a_push_without_200_is_sent_again(market: Caller, receiver: Receiver) -> None:
    """Any other answer counts as none; the same text and signature come again."""
    await market.switch(push_retry_seconds=0.05)
    receiver.statuses = [503, 302, 204]
    await ordered(market)
    await receiver.until(4)
    [push] = await until_state(market, "delivered")
    assert [attempt["status"] for attempt in push["attempts"]] == [503, 302, 204, 200]
    assert len({form["message"] + form["_dj_signature"] for form in receiver.forms}) == 1


async def test_retries_end(market: Caller, receiver: Receiver) -> None:
    """After the last one the push has failed, and the next one is tried all the same."""
    await market.switch(push_retry_seconds=0.05, push_retries=2)
    receiver.statuses = [500] * 3
    await ordered(market)
    [failed] = await until_state(market, "failed")
    assert len(failed["attempts"]) == 3
    await ordered(market)
    await until_state(market, "delivered")


async def test_a_slow_receiver_holds_up_no_call(market: Caller, receiver: Receiver) -> None:
    """Orders are made, paid and shipped while the first push is still being answered."""
    receiver.hold = 2.0
    order_id = await ordered(market, "pay", "ship")
    assert (await market.detail(order_id))["baseInfo"]["status"] == "waitbuyerreceive"
    assert len(receiver.forms) <= 1, "the second push waits for the answer to the first"


async def test_no_answer_in_time_is_no_answer(market: Caller, receiver: Receiver) -> None:
    """The receiver has as long as the switch says; then the push counts as not taken."""
    await market.switch(push_answer_seconds=0.2, push_retries=0)
    receiver.hold = 5.0
    await ordered(market)
    [push] = await until_state(market, "failed")
    assert push["attempts"][0]["error"] == "no answer in time"


async def test_nobody_there_is_told_apart_from_no_address(market: Caller) -> None:
    """A refused connection is retried and fails; without an address nothing is tried."""
    await ordered(market)
    [push] = await until_state(market, "nowhere")
    assert push["attempts"] == []
    await market.switch(push_url="http://127.0.0.1:9/", push_retry_seconds=0.05, push_retries=1)
    await ordered(market)
    [push] = await until_state(market, "failed")
    assert {attempt["error"] for attempt in push["attempts"]} == {"ClientConnectorError"}


async def test_any_push_can_be_sent_by_hand(market: Caller, receiver: Receiver) -> None:
    """Rightly signed, forged, repeated, and one that is no JSON: at once, whatever is switched."""
    await market.switch(push_delivery="off")
    order_id = 2257164624870311973
    body = {"type": "X", "data": {"orderId": order_id}, "msgId": 92705609220}
    right = (await market.http.post("/sandbox/pushes", json=body)).json()
    assert right["state"] == "delivered"
    assert right["message"].count(str(order_id)) == 1
    forged = await market.http.post("/sandbox/pushes", json=body | {"signature": "00"})
    assert forged.json()["signature"] == "00"
    receiver.statuses = [401]
    raw = (await market.http.post("/sandbox/pushes", json={"message": "{"})).json()
    assert (raw["state"], raw["attempts"][0]["status"]) == ("failed", 401)
    assert [form["message"] for form in receiver.forms][2] == "{"
    assert receiver.forms[2]["_dj_signature"] == push_signature("{", SECRET, "official")
    assert [json.loads(f["message"])["msgId"] for f in receiver.forms[:2]] == [92705609220] * 2
    assert (await market.http.post("/sandbox/pushes", json={"kind": 1})).status_code == 400


async def test_pushes_can_be_looked_up_and_forgotten(market: Caller, receiver: Receiver) -> None:
    """By order, topic and state; forgetting drops what is held back too."""
    await market.switch(push_delivery="held")
    first, second = await ordered(market), await ordered(market, "pay")
    assert len((await pushes(market, orderId=first))["recent"]) == 1
    assert len((await pushes(market, orderId=second))["recent"]) == 2
    assert len((await pushes(market, type=f"{VIEW}ORDER_PAY"))["recent"]) == 1
    assert (await pushes(market))["counts"] == {"held": 3}
    await market.http.delete("/sandbox/pushes")
    assert (await market.http.post("/sandbox/pushes/flush")).json()["sent"] == 0
    assert receiver.forms == []


async def test_a_blast_sends_distinct_pushes_at_its_rate(
    market: Caller, receiver: Receiver
) -> None:
    """All answered 200, all different, in the time that the rate says, and every one signed."""
    nothing = await market.http.post("/sandbox/pushes/blast", json={"count": 1})
    assert nothing.status_code == 409
    await ordered(market)
    await ordered(market, "pay")
    await receiver.until(3)
    wanted = {"count": 200, "perSecond": 400}
    report = (await market.http.post("/sandbox/pushes/blast", json=wanted)).json()
    assert (report["count"], report["answered200"], report["errors"]) == (200, 200, 0)
    assert report["seconds"] >= 199 / 400
    forms = receiver.forms[3:]
    assert len(forms) == 200
    numbers = sorted(json.loads(form["message"])["msgId"] for form in forms)
    assert numbers == list(range(report["firstMsgId"], report["lastMsgId"] + 1))
    assert {json.loads(form["message"])["data"]["orderId"] for form in forms} == {
        int(order["orderId"]) for order in await market.orders()
    }
    for form in forms:
        assert form["_dj_signature"] == push_signature(form["message"], SECRET, "official")
    receiver.statuses = [503] * 5
    report = (await market.http.post("/sandbox/pushes/blast", json={"count": 20})).json()
    assert (report["answered200"], report["otherStatus"]) == (15, 5)
    too_many = await market.http.post("/sandbox/pushes/blast", json={"count": 20_001})
    assert too_many.status_code == 400
