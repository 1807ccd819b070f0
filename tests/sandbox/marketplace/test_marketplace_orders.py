"""Preview, create, cancel, detail, list and links under the default switches."""

import pytest
from marketplace_client import (
    CANCEL,
    CREATE,
    LINKS,
    ORDER,
    ORDERS,
    PREVIEW,
    Caller,
    create_body,
    order_body,
)
from marketplace_goods import (
    GONE,
    LAMP,
    LAMP_WARM,
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

from sandbox.marketplace.clock import compact_time

Wanted = tuple[int, str | None, int]
XINJIANG = "650102"

REFUSED: list[tuple[str, list[Wanted]]] = [
    ("500_001", [(GONE, None, 1)]),
    ("500_001", [(LAMP, LAMP_WARM, 1)]),
    ("500_001", [(999, None, 1)]),
    ("500_002", [(MUG, None, 3)]),
    ("500_002", [(MUG, MUG_WHITE, 3), (PENCIL, PENCIL_2B, 60)]),
    ("500_003", [(MUG, PENCIL_2B, 3)]),
    ("500_003", [(TAPE, PENCIL_2B, 10)]),
    ("500_004", [(MUG, MUG_WHITE, 101)]),
    ("500_004", [(MUG, MUG_WHITE, 60), (MUG, MUG_WHITE, 60)]),
    ("500_005", [(MUG, MUG_WHITE, 2)]),
    ("500_005", [(TAPE, None, 12)]),
    ("500_006", [(TAPE, None, 5)]),
]


@pytest.mark.parametrize(("code", "lines"), REFUSED)
async def test_preview_and_create_refuse_alike(
    market: Caller, code: str, lines: list[Wanted]
) -> None:
    """Each broken rule has its official code and a Chinese text, and no order is made."""
    previewed = (await market.preview(*lines))["data"]
    assert previewed["success"] is False
    assert previewed["errorCode"] == code
    assert "\u4e00" <= previewed["errorMsg"][0] <= "\u9fff"
    assert previewed["orderPreviewResuslt"] is None
    created = (await market.create(*lines))["data"]
    assert (created["success"], created["code"], created["orderId"]) == (False, code, None)
    assert created["failedOfferList"][0]["errorCode"] == code
    assert await market.orders() == []


async def test_a_zero_price_and_a_late_first_tier_are_refused(market: Caller) -> None:
    """500_008 for a price of 0, 500_009 below the first tier of an offer with a lower minimum."""
    await market.patch_offer(MUG, priceDelta=-10_000)
    assert (await market.preview((MUG, MUG_WHITE, 3)))["data"]["errorCode"] == "500_008"
    await market.patch_offer(LAMP, tradable=True, tiers=[{"startQuantity": 5, "price": "20"}])
    assert (await market.preview((LAMP, LAMP_WARM, 2)))["data"]["errorCode"] == "500_009"
    assert (await market.preview((LAMP, LAMP_WARM, 5)))["data"]["success"] is True


async def test_a_mixed_batch_lets_a_small_line_pass(market: Caller) -> None:
    """Below its own minimum a line passes once the shop's pieces or amount are reached."""
    assert (await market.preview((TAPE, None, 5)))["data"]["errorCode"] == "500_006"
    pieces = await market.preview((TAPE, None, 5), (PENCIL, PENCIL_2B, 45))
    assert pieces["data"]["success"] is True
    amount = await market.preview((TAPE, None, 5), (PENCIL, PENCIL_2B, 44))
    assert amount["data"]["success"] is False, "44 x 1.8 + 5 x 4 = 99.20 yuan"
    await market.patch_offer(TAPE, priceDelta=16)
    amount = await market.preview((TAPE, None, 5), (PENCIL, PENCIL_2B, 44))
    assert amount["data"]["success"] is True, "44 x 1.8 + 5 x 4.16 = 100 yuan"


async def test_totals_add_up_over_lines_tiers_and_provinces(market: Caller) -> None:
    """Totals in fen are the lines in yuan; tiers count both sizes; Xinjiang costs more."""
    near = (await market.preview((TSHIRT, TULIP_S, 12), (TSHIRT, TULIP_M, 8)))["data"]
    entry = near["orderPreviewResuslt"][0]
    goods = sum(round(cargo["amount"] * 100) for cargo in entry["cargoList"])
    assert {cargo["finalUnitPrice"] for cargo in entry["cargoList"]} == {13.5}
    assert entry["sumPaymentNoCarriage"] == goods == 15390 + 10260
    assert entry["sumPayment"] == entry["sumCarriage"] + entry["sumPaymentNoCarriage"]
    assert entry["sumCarriage"] == 350 + 3 * 250
    far = (await market.preview((TSHIRT, TULIP_S, 20), districtCode=XINJIANG))["data"]
    assert far["orderPreviewResuslt"][0]["sumCarriage"] == 1500 + 3 * 1200


async def test_the_order_costs_what_its_preview_said(market: Caller) -> None:
    """Create, detail and list agree with preview, and the detail's identity holds."""
    lines = ((MUG, MUG_WHITE, 3), (MUG, MUG_BLACK, 2))
    entry = (await market.preview(*lines))["data"]["orderPreviewResuslt"][0]
    created = (await market.create(*lines))["data"]
    assert created["totalSuccessAmount"] == entry["sumPayment"] == 3 * 690 + 2 * 750 + 1300
    assert created["postFee"] == entry["sumCarriage"]
    base = (trade := await market.detail(created["orderId"]))["baseInfo"]
    items = sum(round(item["itemAmount"] * 100) for item in trade["productItems"])
    assert round(base["totalAmount"] * 100) == items + round(base["shippingFee"] * 100)
    assert round(base["totalAmount"] * 100) == created["totalSuccessAmount"]
    assert len({item["subItemIDString"] for item in trade["productItems"]}) == 2
    assert trade["productItems"][0]["skuInfos"] == [{"name": "颜色", "value": "白色"}]


async def test_stock_falls_with_an_order_and_returns_with_its_end(market: Caller) -> None:
    """Create takes pieces; a cancelled order gives them back."""
    created = await market.create((MUG, MUG_WHITE, 40))
    assert await market.stock(MUG, MUG_WHITE) == 60
    await market.advance(10)
    body = {"webSite": "1688", "orderId": created["data"]["orderId"], "cancelReason": "buyerCancel"}
    assert (await market.post(CANCEL, body))["data"]["success"] is True
    assert await market.stock(MUG, MUG_WHITE) == 100
    again = await market.post(CANCEL, body)
    assert again["data"]["errorCode"] == "ORDER_STATUS_ERROR"
    base = (await market.detail(created["data"]["orderId"]))["baseInfo"]
    assert (base["status"], base["closeReason"]) == ("cancel", "buyerCancel")
    assert base["closeOperateType"] == "CLOSE_TRADE_BY_BUYER"


async def test_only_known_orders_ten_seconds_old_are_cancelled(market: Caller) -> None:
    """A fresh order answers CLOSE_ORDER_TOO_FAST, an unknown one ORDER_NOT_EXIST."""
    created = await market.create((MUG, MUG_WHITE, 3))
    body = {"webSite": "1688", "cancelReason": "other"}
    young = await market.post(CANCEL, body | {"orderId": created["data"]["orderId"]})
    assert young["data"]["errorCode"] == "CLOSE_ORDER_TOO_FAST"
    unknown = await market.post(CANCEL, body | {"orderId": "2257164624870311973"})
    assert unknown["data"]["errorCode"] == "ORDER_NOT_EXIST"
    old_name = await market.post(CANCEL, body | {"tradeID": created["data"]["orderId"]})
    assert old_name["data"]["errorCode"] == "CLOSE_ORDER_TOO_FAST"


async def test_an_order_nobody_pays_closes_by_itself(market: Caller) -> None:
    """After `payTimeout` seconds it is closed by the platform, and its stock is back."""
    created = await market.create((MUG, MUG_WHITE, 3))
    await market.advance(43_199)
    base = (await market.detail(created["data"]["orderId"]))["baseInfo"]
    assert (base["status"], base["payTimeout"]) == ("waitbuyerpay", 43200)
    await market.advance(1)
    base = (await market.detail(created["data"]["orderId"]))["baseInfo"]
    assert (base["status"], base["closeReason"]) == ("cancel", "BUYER_NO_PAY")
    assert await market.stock(MUG, MUG_WHITE) == 100


async def test_more_than_fifty_skus_become_two_orders(market: Caller) -> None:
    """Top-level ids and amounts are empty; the orders in the list add up; 101 are refused."""
    lines = [(MUG, MUG_WHITE, 1), (MUG, MUG_BLACK, 1)] * 26
    entries = (await market.preview(*lines))["data"]["orderPreviewResuslt"]
    created = (await market.create(*lines))["data"]
    assert (created["orderId"], created["totalSuccessAmount"], created["postFee"]) == (None,) * 3
    assert len(created["orderList"]) == len(entries) == 2
    assert [made["orderAmmount"] for made in created["orderList"]] == [
        entry["sumPayment"] for entry in entries
    ]
    refused = await market.create(*[(MUG, MUG_WHITE, 1)] * 101)
    assert refused["code"] == 405
    assert len(await market.orders()) == 2


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"thirdOrderId": ""}, "thirdOrderId参数不能为空"),
        ({"message": None}, "message参数不能为空"),
        ({"flow": None}, "flow参数不能为空"),
        ({"cargoParamList": []}, "cargoParamList参数不能为空"),
        ({"addressParam": None}, "addressParam参数不能为空"),
        (
            {"cargoParamList": [{"offerId": str(MUG), "specId": MUG_WHITE, "quantity": 3}]},
            "cargoParamList.offerId参数类型错误，应为整数",
        ),
    ],
)
async def test_create_names_the_parameter_it_misses(
    market: Caller, change: dict[str, object], text: str
) -> None:
    """A wrong body is refused with code 405 and the parameter's name."""
    body = create_body((MUG, MUG_WHITE, 3), third="T1") | change
    answer = await market.post(CREATE, {k: v for k, v in body.items() if v is not None})
    assert (answer["code"], answer["message"], answer["data"]) == (405, text, None)


async def test_the_address_needs_every_field_and_a_real_district(market: Caller) -> None:
    """Missing field: code 400; letters in a number: code 400; unknown district: refused."""
    body = order_body((MUG, MUG_WHITE, 3))
    del body["addressParam"]["townText"]
    assert (await market.post(PREVIEW, body))["message"] == "addressParam.townText参数不能为空"
    letters = await market.preview((MUG, MUG_WHITE, 3), phone="+86 138")
    assert letters["message"] == "addressParam.phone只能包含数字"
    nowhere = await market.preview((MUG, MUG_WHITE, 3), districtCode="999999")
    assert nowhere["data"]["errorCode"] == "AddressId invalid"


async def test_the_list_filters_pages_and_counts(market: Caller) -> None:
    """By time window, status, merchant number and name; newest first; total of all pages."""
    first = (await market.create((MUG, MUG_WHITE, 3), third="A"))["data"]["orderId"]
    await market.advance(100)
    second = (await market.create((PENCIL, PENCIL_2B, 60), third="B"))["data"]["orderId"]
    await market.http.post(f"/sandbox/orders/{second}/pay")
    made = {order["orderId"]: order["createdMs"] for order in await market.orders()}

    async def ids(**filters: object) -> list[str]:
        data = (await market.post(ORDERS, {"page": 1, "pageSize": 20} | filters))["data"]
        assert data["totalRecord"] == len(data["result"])
        return [trade["baseInfo"]["idOfStr"] for trade in data["result"]]

    assert await ids() == [second, first]
    assert await ids(outOrderId="A") == [first]
    assert await ids(orderStatus="waitbuyerpay") == [first]
    assert await ids(orderStatus="waitsellersend", productName="铅笔") == [second]
    assert await ids(createStartTime=compact_time(made[first] + 1)) == [second]
    assert await ids(createEndTime=compact_time(made[first])) == [first]
    page = (await market.post(ORDERS, {"page": 2, "pageSize": 1}))["data"]
    assert page["totalRecord"] == 2
    assert [trade["baseInfo"]["outOrderId"] for trade in page["result"]] == ["A"]
    assert "nativeLogistics" not in page["result"][0]
    bad = await market.post(ORDERS, {"createStartTime": "2025-07-02 21:11:13"})
    assert bad["code"] == 400


async def test_a_payment_link_needs_unpaid_orders_in_the_switched_notation(market: Caller) -> None:
    """One id, two ids joined by `;`, a paid one refused, the other notation refused."""
    a = (await market.create((MUG, MUG_WHITE, 3), third="A"))["data"]["orderId"]
    b = (await market.create((MUG, MUG_WHITE, 3), third="B"))["data"]["orderId"]
    base = str(market.http.base_url).rstrip("/")
    one = await market.get(LINKS, orderIdList=f"[{a}]")
    assert one["data"]["payUrl"] == f"{base}/order/cashier.htm?orderId={a}"
    two = await market.get(LINKS, orderIdList=f"[{a},{b}]")
    assert two["data"]["payUrl"].endswith(f"orderId={a};{b}")
    for wrong in (a, f"{a},{b}", f'["{a}"]', "[]"):
        assert (await market.get(LINKS, orderIdList=wrong))["code"] == 400, wrong
    many = ",".join(str(2257164624870311973 + n) for n in range(31))
    assert (await market.get(LINKS, orderIdList=f"[{many}]"))["code"] == 400
    await market.http.post(f"/sandbox/orders/{a}/pay")
    paid = (await market.get(LINKS, orderIdList=f"[{a},{b}]"))["data"]
    assert paid == {"erroMsg": "PRODUCT_TRADE_STAT_ERROR", "payUrl": None, "success": False}


async def test_a_paid_order_says_so_and_cannot_be_cancelled(market: Caller) -> None:
    """Status, pay time and one pay term; cancelling is refused."""
    order_id = (await market.create((MUG, MUG_WHITE, 3)))["data"]["orderId"]
    assert (await market.detail(order_id))["tradeTerms"] == []
    await market.http.post(f"/sandbox/orders/{order_id}/pay")
    trade = await market.detail(order_id)
    assert trade["baseInfo"]["status"] == "waitsellersend"
    assert trade["tradeTerms"][0]["payStatus"] == "2"
    assert trade["tradeTerms"][0]["phasAmount"] == trade["baseInfo"]["totalAmount"]
    await market.advance(10)
    body = {"webSite": "1688", "orderId": order_id, "cancelReason": "other"}
    assert (await market.post(CANCEL, body))["data"]["errorCode"] == "ORDER_STATUS_ERROR"


async def test_the_seller_changes_the_price_of_an_unpaid_order(market: Caller) -> None:
    """Goods 1 yuan down over two lines, freight set: the identity holds, `discount` is -100."""
    lines = ((MUG, MUG_WHITE, 3), (MUG, MUG_BLACK, 2))
    order_id = (await market.create(*lines))["data"]["orderId"]
    before = (await market.detail(order_id))["baseInfo"]
    change = {"goodsDelta": -100, "freight": 0}
    await market.http.post(f"/sandbox/orders/{order_id}/price", json=change)
    trade = await market.detail(order_id)
    base = trade["baseInfo"]
    assert (base["discount"], base["shippingFee"]) == (-100, 0)
    assert round(base["totalAmount"] * 100) == round(before["totalAmount"] * 100) - 100 - 1300
    assert sum(item["entryDiscount"] for item in trade["productItems"]) == -100
    items = sum(round(item["itemAmount"] * 100) for item in trade["productItems"])
    assert items == round(base["totalAmount"] * 100)


async def test_an_unknown_order_is_not_found(market: Caller) -> None:
    """The detail of a foreign number is refused, with a trace for support."""
    answer = await market.post(ORDER, {"webSite": "1688", "orderId": "2257164624870311973"})
    assert (answer["code"], answer["data"]) == (404, None)
    assert answer["traceId"]
