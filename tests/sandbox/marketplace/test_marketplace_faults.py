"""Faults on demand, the record of calls, and the steering routes."""

import asyncio

import httpx
import pytest
from marketplace_client import (
    CREATE,
    DETAIL,
    KEYWORD_SEARCH,
    PAGE,
    UPLOAD,
    Caller,
    create_body,
)
from marketplace_goods import MUG, MUG_WHITE, TSHIRT

MUGS = (MUG, MUG_WHITE, 3)


@pytest.mark.parametrize(
    ("kind", "status", "kind_of_text"),
    [
        ("http_500", 500, "text/plain"),
        ("http_502_html", 502, "text/html"),
        ("throttle_429", 429, "text/plain"),
    ],
)
async def test_an_http_error_comes_instead_of_the_call(
    market: Caller, kind: str, status: int, kind_of_text: str
) -> None:
    """The caller sees the status and no JSON; no order is made; the next call is well."""
    await market.fault(kind, "create")
    answer = await market.raw_post(CREATE, create_body(MUGS, third="T1"))
    assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (
        status,
        kind_of_text,
    )
    assert await market.orders() == []
    assert (await market.create(MUGS))["data"]["orderId"]


@pytest.mark.parametrize(("kind", "orders"), [("cut_before", 0), ("answer_lost", 1)])
async def test_a_cut_connection_before_and_after_the_order(
    market: Caller, kind: str, orders: int
) -> None:
    """Both look the same to the caller; only one of them left an order behind."""
    await market.fault(kind, "create")
    with pytest.raises(httpx.TransportError):
        await market.create(MUGS)
    assert len(await market.orders()) == orders
    calls = await market.calls()
    assert calls["counts"] == {"create": 1}
    [call] = calls["recent"]
    assert (call["outcome"], call["fault"]) == ("cut", kind)
    assert call["thirdOrderId"] == "T20240708002"


async def test_an_answer_cut_in_the_middle(market: Caller) -> None:
    """The status line arrives, the body does not end, and the order exists."""
    await market.fault("cut_mid_answer", "create")
    with pytest.raises(httpx.ReadError):
        await market.create(MUGS)
    assert len(await market.orders()) == 1


async def test_an_answer_without_a_length_and_then_a_reset(market: Caller) -> None:
    """All of it may have come: only the reset says that nobody can know. The order exists."""
    await market.fault("reset_after_answer", "create")
    try:
        answer = await market.raw_post(CREATE, create_body(MUGS, third="T1"))
    except httpx.TransportError:
        pass  # who is careful sees an error; others take what came for the whole
    else:
        assert not answer.headers.keys() & {"content-length", "transfer-encoding"}
    assert len(await market.orders()) == 1
    [call] = (await market.calls())["recent"]
    assert (call["outcome"], call["fault"]) == ("cut", "reset_after_answer")


async def test_a_compressed_answer_without_its_end_mark(market: Caller) -> None:
    """Its length is right and its text readable; only the mark is missing. The order exists."""
    await market.fault("cut_gzip", "create")
    body = market.signed(create_body(MUGS, third="T1"))
    async with market.http.stream("POST", CREATE, json=body) as answer:
        await answer.aread()
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.json()["code"] == 200  # httpx does not look for the mark
    assert len(await market.orders()) == 1


@pytest.mark.parametrize("kind", ["not_json", "null_data", "missing_ids"])
async def test_an_unusable_answer_of_a_made_order(market: Caller, kind: str) -> None:
    """HTTP 200 without JSON, with null data, or with its ids gone: the order was made."""
    await market.fault(kind, "create")
    answer = await market.raw_post(CREATE, create_body(MUGS, third="T1"))
    assert answer.status_code == 200
    assert len(await market.orders()) == 1
    if kind == "not_json":
        assert answer.text.startswith("<!DOCTYPE")
        return
    body = answer.json()
    assert body["code"] == 200
    if kind == "null_data":
        assert body["data"] is None
    else:
        assert body["data"]["orderId"] is None
        assert body["data"]["totalSuccessAmount"] > 0


async def test_a_refusal_with_a_chosen_code(market: Caller) -> None:
    """Envelope code and text as given, data null, nothing done."""
    await market.fault("refuse", "create", code=1009, message="系统维护中")
    answer = await market.create(MUGS)
    assert (answer["code"], answer["message"], answer["data"]) == (1009, "系统维护中", None)
    assert await market.orders() == []


async def test_a_gateway_error_may_hide_an_order_that_was_made(market: Caller) -> None:
    """`processed` lets the call take effect behind a 502."""
    await market.fault("http_502_html", "create", processed=True)
    answer = await market.raw_post(CREATE, create_body(MUGS, third="T1"))
    assert answer.status_code == 502
    assert len(await market.orders()) == 1


async def test_a_slow_call_is_done_though_its_caller_has_left(market: Caller) -> None:
    """The caller's time-out passes; the order appears all the same."""
    await market.fault("slow", "create", seconds=1)
    body = market.signed(create_body(MUGS, third="T1"))
    with pytest.raises(httpx.ReadTimeout):
        await market.http.post(CREATE, json=body, timeout=0.1)
    assert await market.orders() == []
    async with asyncio.timeout(60):
        while not await market.orders():  # noqa: ASYNC110 - seen over HTTP only
            await asyncio.sleep(0.02)
    assert len(await market.orders()) == 1


async def test_faults_count_skip_and_clear(market: Caller) -> None:
    """Skip one, hit two, then well; `*` hits any endpoint until cleared."""
    await market.fault("http_500", "keyword_search", after=1, times=2)
    query = {"keyword": "杯", **PAGE}
    statuses = [(await market.raw_get(KEYWORD_SEARCH, **query)).status_code for _ in range(4)]
    assert statuses == [200, 500, 500, 200]
    await market.fault("throttle_429", times=None, retryAfter=3)
    for _ in range(3):
        answer = await market.raw_get(DETAIL, offerId=str(TSHIRT), country="en")
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "3")
    assert (await market.http.delete("/sandbox/faults")).json() == []
    assert (await market.get(DETAIL, offerId=str(TSHIRT), country="en"))["code"] == 200


async def test_a_misspelt_fault_is_refused(market: Caller) -> None:
    """An unknown endpoint or kind would never fire: say so at once."""
    for body in ({"kind": "http_500", "endpoint": "creat"}, {"kind": "http_501"}):
        assert (await market.http.post("/sandbox/faults", json=body)).status_code == 400


async def test_calls_are_recorded_with_their_outcome(market: Caller) -> None:
    """Path, outcome, envelope code and merchant number of each call; clearing forgets them."""
    await market.create(MUGS, third="A")
    await market.create((MUG, MUG_WHITE, 1), third="B")
    await market.http.get(DETAIL, params={"appKey": "demo"})
    report = await market.calls()
    assert report["counts"] == {"create": 2, "product_detail": 1}
    seen = [(call["path"], call["outcome"], call["thirdOrderId"]) for call in report["recent"]]
    assert seen == [(CREATE, "ok", "A"), (CREATE, "refused", "B"), (DETAIL, "refused", None)]
    assert report["recent"][2]["code"] == 401
    only = (await market.http.get("/sandbox/calls", params={"endpoint": "create"})).json()
    assert len(only["recent"]) == 2
    await market.http.delete("/sandbox/calls")
    assert (await market.calls())["counts"] == {}


async def test_an_offer_changes_between_two_previews(market: Caller) -> None:
    """Price, freight, stock and minimum move at once; unknown offers and specs are refused."""
    before = (await market.preview(MUGS))["data"]["orderPreviewResuslt"][0]
    await market.patch_offer(
        MUG,
        priceDelta=100,
        freight={"firstUnit": "1", "firstFee": "9", "nextUnit": "1", "nextFee": "0"},
    )
    after = (await market.preview(MUGS))["data"]["orderPreviewResuslt"][0]
    assert after["sumPaymentNoCarriage"] == before["sumPaymentNoCarriage"] + 300
    assert after["sumCarriage"] == 900
    await market.patch_offer(MUG, freePostage=True)
    free = (await market.preview(MUGS))["data"]["orderPreviewResuslt"][0]
    assert free["sumCarriage"] == 0
    await market.patch_offer(MUG, stock={MUG_WHITE: 2})
    assert (await market.preview(MUGS))["data"]["errorCode"] == "500_004"
    await market.patch_offer(MUG, stock=500, minOrderQuantity=4)
    assert (await market.preview(MUGS))["data"]["errorCode"] == "500_005"
    missing = await market.http.post("/sandbox/offers/1", json={"stock": 1})
    unknown = await market.http.post(f"/sandbox/offers/{MUG}", json={"stock": {"x": 1}})
    assert (missing.status_code, unknown.status_code) == (404, 404)


async def test_reset_makes_a_new_world(market: Caller) -> None:
    """Orders, stock, switches, faults and calls are as at the start."""
    await market.create(MUGS)
    await market.switch(promotions="off")
    await market.fault("http_500", times=None)
    await market.http.post("/sandbox/reset")
    assert await market.orders() == []
    assert await market.stock(MUG, MUG_WHITE) == 100
    assert (await market.http.get("/sandbox/switches")).json()["promotions"] == "on"


async def test_an_order_is_paid_once_and_closed_never_after(market: Caller) -> None:
    """The steering routes hold to the states of an order, and answer 409 and 404."""
    order_id = (await market.create(MUGS))["data"]["orderId"]
    paid = await market.http.post(f"/sandbox/orders/{order_id}/pay")
    assert paid.json()["status"] == "waitsellersend"
    for verb in ("pay", "close"):
        again = await market.http.post(f"/sandbox/orders/{order_id}/{verb}")
        assert again.status_code == 409
    assert (await market.http.post("/sandbox/orders/1/pay")).status_code == 404


async def test_a_seller_closes_an_unpaid_order(market: Caller) -> None:
    """Stock returns; the detail tells who closed it."""
    order_id = (await market.create(MUGS))["data"]["orderId"]
    await market.http.post(f"/sandbox/orders/{order_id}/close")
    base = (await market.detail(order_id))["baseInfo"]
    assert base["closeOperateType"] == "CLOSE_TRADE_BY_SELLER"
    assert await market.stock(MUG, MUG_WHITE) == 100


async def test_a_body_that_is_no_json_is_refused(market: Caller) -> None:
    """Broken JSON and a bare list get code 400, not a server error."""
    json_type = {"Content-Type": "application/json"}
    for content in (b"{", b"[]", b"\xff"):
        answer = await market.http.post(CREATE, content=content, headers=json_type)
        assert answer.json()["code"] == 400
    file = await market.http.post(UPLOAD, files={"image_base64": ("a.jpg", b"x")})
    assert file.json()["code"] == 400
