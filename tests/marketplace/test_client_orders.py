"""Look-up, detail, cancel and payment of orders (contract 5.3 to 6.1)."""

from datetime import UTC, datetime

import pytest
from daji_gateway import ORDER_ID, ORDER_NO, Gateway, as_json, enveloped, example

from bot.domain.identifiers import MarketplaceOrderId
from bot.domain.orders import OrderStatus
from bot.marketplace.daji.config import ListNotation
from bot.marketplace.errors import OutcomeUnclear, RefusalReason, Refused, Unreadable

ID = MarketplaceOrderId(ORDER_ID)
OTHER = MarketplaceOrderId("2257164624870311975")


async def test_look_ups_send_what_they_filter_by(gateway: Gateway, client):
    """Times in China's zone with milliseconds; filters that were not asked for are left out."""
    gateway.answers(enveloped({"result": [], "totalRecord": 0}))
    await client.find_orders(order_no=ORDER_NO)
    body = gateway.body
    body.pop("sign")
    assert body == {"appKey": "dj_test_key", "outOrderId": ORDER_NO, "page": 1, "pageSize": 20}
    await client.find_orders(
        created_from=datetime(2025, 7, 2, 13, 11, 13, 7_999, tzinfo=UTC),
        created_to=datetime(2025, 7, 3, 13, 11, 13, tzinfo=UTC),
        status=OrderStatus.AWAITING_PAYMENT,
        page=2,
    )
    assert gateway.body["createStartTime"] == "20250702211113007+0800"
    assert gateway.body["createEndTime"] == "20250703211113000+0800"
    assert (gateway.body["orderStatus"], gateway.body["page"]) == ("waitbuyerpay", 2)
    with pytest.raises(ValueError, match="zone"):
        await client.find_orders(created_from=datetime(2025, 7, 2))  # noqa: DTZ001  # that is the point


@pytest.mark.parametrize("data", [None, [], {"result": None}, {"result": [], "totalRecord": 0}])
async def test_nothing_found(gateway: Gateway, client, data):
    """Null stands for an empty list (contract 9)."""
    gateway.answers(enveloped(data))
    assert (await client.find_orders()).orders == ()


@pytest.mark.parametrize("data", [{}, {"orders": []}, {"result": [{}]}, {"result": "?"}, 5])
async def test_an_unknown_shape_is_not_nothing_found(gateway: Gateway, client, data):
    """A recovery must not conclude from a list that it cannot read."""
    gateway.answers(enveloped(data))
    with pytest.raises(Unreadable):
        await client.find_orders()


async def test_ids_above_two_to_the_53_survive_as_bare_numbers(gateway: Gateway, client):
    """Without `idOfStr` the bare number is read digit by digit; with it, the text wins."""
    bare = {"baseInfo": {"id": 2257164624870311973, "status": "success"}}
    rounded = {"baseInfo": {"id": 2257164624870312000, "idOfStr": ORDER_ID}}
    gateway.answers(enveloped({"result": [bare, rounded]}))
    assert [each.order_id for each in (await client.find_orders()).orders] == [ID, ID]


async def test_the_detail_of_another_order_is_not_taken(gateway: Gateway, client):
    """What was asked for is compared with what came."""
    gateway.answers(as_json(example("12")["response"]))
    with pytest.raises(Unreadable):
        await client.order_detail(OTHER)


async def test_unknown_states_and_odd_quantities(gateway: Gateway, client):
    """An unknown state keeps its text; 5.0 pieces are five, 2.5 are no number of pieces."""
    items = [{"productID": 7, "quantity": 5.0}, {"productID": 8, "quantity": 2.5}]
    head = {"idOfStr": ORDER_ID, "status": "waitsomething", "totalAmount": 11.96, "new": {}}
    gateway.answers(enveloped({"baseInfo": head, "productItems": items}))
    order = await client.order_detail(ID)
    assert (order.status, order.raw_status) == (OrderStatus.UNKNOWN, "waitsomething")
    assert [each.quantity for each in order.lines] == [5, None]


async def test_a_number_without_measure_is_no_quantity(gateway: Gateway, client):
    """It is refused before it is expanded, which would take all memory."""
    text = enveloped({"productItems": [{"productID": 7, "quantity": 7777}]})
    gateway.answers(text.replace(b"7777", b"1E+999999999"))
    (found,) = (await client.order_detail(ID)).lines
    assert found.quantity is None


async def test_a_deadline_of_the_lines_when_the_head_has_none(gateway: Gateway, client):
    """`gmtPayExpireTime` is China's time without a zone (contract 5.4)."""
    head = {"idOfStr": ORDER_ID, "status": "waitbuyerpay", "payTimeout": 10**30}
    items = [{"productID": 7, "quantity": 1, "gmtPayExpireTime": "2024-08-15 03:10:38"}]
    gateway.answers(enveloped({"baseInfo": head, "productItems": items}))
    order = await client.order_detail(ID)
    assert order.pay_before == datetime(2024, 8, 14, 19, 10, 38, tzinfo=UTC)


async def test_cancel(gateway: Gateway):
    """Sends the documented names; `tradeID` only when it is switched on."""
    gateway.answers(as_json(example("11")["response"]))
    await gateway.client().cancel(ID)
    body = gateway.body
    body.pop("sign")
    expected = {
        "appKey": "dj_test_key",
        "webSite": "1688",
        "orderId": ORDER_ID,
        "cancelReason": "buyerCancel",
    }
    assert body == expected
    await gateway.client(send_trade_id=True).cancel(ID)
    body = gateway.body
    body.pop("sign")
    assert body == expected | {"tradeID": ORDER_ID}


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("ORDER_STATUS_ERROR", RefusalReason.NOT_CANCELLABLE),
        ("ORDER_NOT_EXIST", RefusalReason.NOT_FOUND),
        ("400_3", RefusalReason.NOT_PERMITTED),
        ("CLOSE_ORDER_TOO_FAST", RefusalReason.TOO_SOON),
    ],
)
async def test_reasons_of_refused_cancels(gateway: Gateway, client, code, reason):
    """The official error names (contract 5.3)."""
    gateway.answers(enveloped({"success": False, "errorCode": code, "errorMessage": "no"}))
    with pytest.raises(Refused) as caught:
        await client.cancel(ID)
    assert caught.value.reason is reason


@pytest.mark.parametrize("data", [None, {}, {"success": None}])
async def test_cancel_without_a_word_of_success_is_unclear(gateway: Gateway, client, data):
    """Silence is no confirmation."""
    gateway.answers(enveloped(data))
    with pytest.raises(OutcomeUnclear):
        await client.cancel(ID)


@pytest.mark.parametrize(
    ("notation", "text"),
    [(ListNotation.JSON, f"[{ID},{OTHER}]"), (ListNotation.COMMA, f"{ID},{OTHER}")],
)
async def test_notation_of_several_orders(gateway: Gateway, notation, text):
    """Unconfirmed, so it is a setting (contract 6.1)."""
    gateway.answers(as_json(example("15")["response"]))
    link = await gateway.client(list_notation=notation).payment_link([ID, OTHER])
    assert gateway.query["orderIdList"] == text
    assert link.order_ids == (ID, OTHER)
    assert link.url == f"https://trade.1688.com/order/cashier.htm?orderId={ID}"


@pytest.mark.parametrize("ids", [[], [ID] * 31, ["1;drop"]])
async def test_payment_link_takes_1_to_30_ids(client, gateway: Gateway, ids):
    """Documented limit; ids are digits."""
    with pytest.raises(ValueError, match="order"):
        await client.payment_link(ids)
    assert gateway.requests == []


@pytest.mark.parametrize("url", [None, "", "javascript:alert(1)", "/order/cashier.htm", "https://"])
async def test_only_web_addresses_are_payment_links(gateway: Gateway, client, url):
    """The text becomes a button, so it has to be an absolute web address."""
    gateway.answers(enveloped({"success": True, "payUrl": url, "erroMsg": None}))
    with pytest.raises(Unreadable):
        await client.payment_link([ID])


@pytest.mark.parametrize(
    "data",
    [
        {"success": False, "erroMsg": "PRODUCT_TRADE_STAT_ERROR"},
        {"success": False, "erroMsg": "Batch pay : not surport MANUAL-TRADE!"},
        {"success": True, "payUrl": "https://pay", "payFailureOrderList": [ORDER_ID]},
    ],
)
async def test_orders_that_cannot_be_paid(gateway: Gateway, client, data):
    """A link that covers a part only would show a wrong sum, so it is refused as well."""
    gateway.answers(enveloped(data))
    with pytest.raises(Refused) as caught:
        await client.payment_link([ID])
    assert caught.value.reason is RefusalReason.NOT_PAYABLE
