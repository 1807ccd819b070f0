"""The switches of the contract's section 9: each one changes what it says."""

import httpx
import pytest
from marketplace_client import (
    CANCEL,
    CREATE,
    DETAIL,
    IMAGE_SEARCH,
    KEYWORD_SEARCH,
    LINKS,
    ORDERS,
    PAGE,
    Caller,
    create_body,
    picture,
)
from marketplace_goods import (
    MUG,
    MUG_BLACK,
    MUG_WHITE,
    PENCIL,
    PENCIL_2B,
    TAPE,
    TSHIRT,
    TULIP_M,
    TULIP_S,
)

MUGS = (MUG, MUG_WHITE, 3)


async def test_switches_are_read_replaced_and_changed(market: Caller) -> None:
    """PATCH keeps the others, PUT resets them, and a misspelt name or value is refused."""
    defaults = (await market.http.get("/sandbox/switches")).json()
    await market.switch(promotions="off")
    await market.switch(refusals="code_1009")
    changed = (await market.http.get("/sandbox/switches")).json()
    assert changed == defaults | {"promotions": "off", "refusals": "code_1009"}
    put = await market.http.put("/sandbox/switches", json={"promotions": "off"})
    assert put.json() == defaults | {"promotions": "off"}
    for wrong in ({"promotion": "off"}, {"promotions": "maybe"}):
        assert (await market.http.patch("/sandbox/switches", json=wrong)).status_code == 400


@pytest.mark.parametrize(("setting", "orders"), [("second_order", 2), ("same_order", 1)])
async def test_a_repeated_merchant_number(market: Caller, setting: str, orders: int) -> None:
    """By switch it makes a second order, or answers with the first one."""
    await market.switch(repeated_third_order_id=setting)
    told = {(await market.create(MUGS))["data"]["orderId"] for _ in range(2)}
    assert len(told) == orders
    assert {order["orderId"] for order in await market.orders()} == told


async def test_a_repeated_merchant_number_as_an_error(market: Caller) -> None:
    """By switch it is refused, and the first order stays alone."""
    await market.switch(repeated_third_order_id="error")
    await market.create(MUGS)
    again = (await market.create(MUGS))["data"]
    assert (again["success"], again["code"]) == (False, "THIRD_ORDER_ID_REPEATED")
    assert len(await market.orders()) == 1


async def test_a_lost_answer_leaves_the_order_behind(market: Caller) -> None:
    """The connection breaks without an answer, yet the order is there; a refusal is answered."""
    await market.switch(create_answer="lost")
    with pytest.raises(httpx.TransportError):
        await market.create(MUGS)
    [order] = await market.orders()
    assert order["thirdOrderId"] == "T20240708002"
    assert (await market.create((MUG, MUG_WHITE, 1)))["data"]["success"] is False


async def test_refusals_may_come_under_code_1009(market: Caller) -> None:
    """Same data, other envelope, for preview, create, cancel and links."""
    await market.switch(refusals="code_1009")
    previewed = await market.preview((MUG, MUG_WHITE, 1))
    assert (previewed["code"], previewed["data"]["errorCode"]) == (1009, "500_005")
    created = await market.create((MUG, MUG_WHITE, 1))
    assert (created["code"], created["data"]["code"]) == (1009, "500_005")
    order_id = (await market.create(MUGS))["data"]["orderId"]
    body = {"webSite": "1688", "orderId": order_id, "cancelReason": "other"}
    cancelled = await market.post(CANCEL, body)
    assert (cancelled["code"], cancelled["data"]["errorCode"]) == (1009, "CLOSE_ORDER_TOO_FAST")
    await market.http.post(f"/sandbox/orders/{order_id}/pay")
    linked = await market.get(LINKS, orderIdList=f"[{order_id}]")
    assert (linked["code"], linked["data"]["success"]) == (1009, False)


@pytest.mark.parametrize(("setting", "found"), [("honoured", 0), ("ignored", 1), ("late", 0)])
async def test_the_merchant_number_filter(market: Caller, setting: str, found: int) -> None:
    """Honoured finds only that number, ignored finds all."""
    await market.switch(out_order_id_filter=setting)
    await market.create(MUGS)
    data = (await market.post(ORDERS, {"outOrderId": "another"}))["data"]
    assert data["totalRecord"] == found


async def test_the_merchant_number_filter_may_be_late(market: Caller) -> None:
    """A new order hides from the filter for some seconds, not from the time window."""
    await market.switch(out_order_id_filter="late", out_order_id_late_seconds=7)
    await market.create(MUGS)
    number = {"outOrderId": "T20240708002"}
    assert (await market.post(ORDERS, number))["data"] == {"result": [], "totalRecord": 0}
    assert (await market.post(ORDERS, {}))["data"]["totalRecord"] == 1
    await market.advance(7)
    assert (await market.post(ORDERS, number))["data"]["totalRecord"] == 1


async def test_the_link_notation_may_be_commas(market: Caller) -> None:
    """`id` and `id,id` pass, the JSON array is refused."""
    await market.switch(order_id_list="comma")
    order_id = (await market.create(MUGS))["data"]["orderId"]
    assert (await market.get(LINKS, orderIdList=order_id))["data"]["success"] is True
    assert (await market.get(LINKS, orderIdList=f"[{order_id}]"))["code"] == 400


async def test_any_order_of_two_lines_may_split(market: Caller) -> None:
    """With `always` two lines become two orders, and preview says so first."""
    await market.switch(split_orders="always")
    lines = ((MUG, MUG_WHITE, 3), (MUG, MUG_BLACK, 3))
    assert len((await market.preview(*lines))["data"]["orderPreviewResuslt"]) == 2
    created = (await market.create(*lines))["data"]
    assert created["orderId"] is None
    assert [made["postFee"] for made in created["orderList"]] == [1500, 0]
    assert len(await market.orders()) == 2
    assert (await market.create(MUGS))["data"]["orderId"]


async def test_a_short_line_may_fail_alone(market: Caller) -> None:
    """The rest is ordered; the short line stands in `failedOfferList`; stock agrees."""
    await market.switch(stock_shortage="order_the_rest")
    created = (await market.create((MUG, MUG_WHITE, 101), (MUG, MUG_BLACK, 4)))["data"]
    assert created["orderId"]
    [failed] = created["failedOfferList"]
    assert (failed["specId"], failed["errorCode"]) == (MUG_WHITE, "500_004")
    [order] = await market.orders()
    assert [line["specId"] for line in order["lines"]] == [MUG_BLACK]
    nothing = (await market.create((MUG, MUG_WHITE, 101)))["data"]
    assert (nothing["orderId"], nothing["code"]) == (None, "500_004")


async def test_success_may_be_false_beside_a_made_order(market: Caller) -> None:
    """The flag lies, the id does not."""
    await market.switch(create_success_flag="false_with_order")
    created = (await market.create(MUGS))["data"]
    assert created["success"] is False
    assert created["orderId"] == (await market.orders())[0]["orderId"]


async def test_tiers_may_count_each_variant_by_itself(market: Caller) -> None:
    """12 + 8 pieces reach the tier of 20 together, but not apart."""
    await market.switch(tiers_count="per_sku")
    answer = await market.preview((TSHIRT, TULIP_S, 12), (TSHIRT, TULIP_M, 8))
    [entry] = answer["data"]["orderPreviewResuslt"]
    assert {cargo["finalUnitPrice"] for cargo in entry["cargoList"]} == {13.9}


async def test_promotions_and_the_lot_size_may_be_off(market: Caller) -> None:
    """List prices without PLUS; 12 pieces of a lot of 5 pass when it is ignored."""
    await market.switch(promotions="off", batch_multiple="ignored")
    [entry] = (await market.preview((PENCIL, PENCIL_2B, 60)))["data"]["orderPreviewResuslt"]
    assert entry["sumPaymentNoCarriage"] == 60 * 180
    assert entry["cargoList"][0]["cargoPromotionList"] == []
    assert (await market.preview((TAPE, None, 12)))["data"]["success"] is True


async def test_timings_are_switches(market: Caller) -> None:
    """A shorter payment time holds for new orders; cancelling may be allowed at once."""
    await market.switch(pay_timeout_seconds=60, cancel_after_seconds=0)
    first = (await market.create(MUGS))["data"]["orderId"]
    body = {"webSite": "1688", "orderId": first, "cancelReason": "other"}
    assert (await market.post(CANCEL, body))["data"]["success"] is True
    second = (await market.create(MUGS))["data"]["orderId"]
    assert (await market.detail(second))["baseInfo"]["payTimeout"] == 60
    await market.advance(60)
    assert (await market.detail(second))["baseInfo"]["status"] == "cancel"


async def test_a_language_not_activated_stays_chinese(market: Caller) -> None:
    """English is translated until it is switched off; Russian never was; nonsense is refused."""

    async def title(country: str) -> str:
        return (await market.get(DETAIL, offerId=str(MUG), country=country))["data"]["subjectTrans"]

    assert await title("en") == "Ceramic mug"
    assert await title("ru") == "陶瓷马克杯情侣水杯"
    await market.switch(activated_languages=[])
    assert await title("en") == "陶瓷马克杯情侣水杯"
    assert (await market.get(DETAIL, offerId=str(MUG), country="xx"))["code"] == 400


async def test_no_hits_come_in_three_shapes(market: Caller) -> None:
    """A null list, null data or an empty list."""
    nothing = {"keyword": "飞机", **PAGE}
    assert (await market.get(KEYWORD_SEARCH, **nothing))["data"]["data"] is None
    await market.switch(no_hits="null_data")
    assert (await market.get(KEYWORD_SEARCH, **nothing))["data"] is None
    await market.switch(no_hits="empty_list")
    assert (await market.get(KEYWORD_SEARCH, **nothing))["data"]["data"] == []


async def test_the_picture_address_has_two_names(market: Caller) -> None:
    """The refusal names the one in force; the other one counts as nothing."""
    missing = await market.get(IMAGE_SEARCH, **PAGE)
    assert missing["message"] == "imageUrl或imageId参数不能同时为空"
    address = str(market.http.base_url) + "img/red.jpg"
    assert (await market.get(IMAGE_SEARCH, imageUrl=address, **PAGE))["code"] == 200
    await market.switch(image_address_parameter="imageAddress")
    other = await market.get(IMAGE_SEARCH, imageUrl=address, **PAGE)
    assert other["message"] == "imageAddress或imageId参数不能同时为空"
    assert (await market.get(IMAGE_SEARCH, imageAddress=address, **PAGE))["code"] == 200


async def test_throttling_answers_429_beyond_the_rate(market: Caller) -> None:
    """Two calls in a second pass, the third does not, and none of it reaches an endpoint."""
    await market.switch(throttling="http_429", throttle_per_second=2)
    body = create_body(MUGS, third="T")
    statuses = [(await market.raw_post(CREATE, body)).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    assert len(await market.orders()) == 2


async def test_the_image_limit_counts_the_text_or_the_file(market: Caller) -> None:
    """A 2.6 MB file is 3.5 MB as Base64: over one limit, under the other."""
    noise = picture("red") + bytes(2_600_000)
    with pytest.raises(TypeError):
        await market.upload(noise)
    await market.switch(image_limit_counts="file")
    assert len(await market.upload(noise)) == 19
