"""The two calls that move money: confirming receipt, and paying without a password (5.6, 6.2)."""

import hashlib
from typing import Any

import pytest
from daji_gateway import ORDER_ID, SECRET, Gateway, as_json, enveloped, example

from bot.domain.identifiers import LineId, MarketplaceOrderId
from bot.domain.money import Fen
from bot.marketplace.daji.signing import Signing
from bot.marketplace.errors import OutcomeUnclear, RefusalReason, Refused
from bot.marketplace.port import PaymentAnswer

ID = MarketplaceOrderId(ORDER_ID)
LINES = [LineId("2257164624870311973"), LineId("2257164624870311975")]


@pytest.mark.parametrize("signing", [Signing.JSON, Signing.JAVA])
async def test_ids_of_a_receipt_are_bare_numbers_to_the_last_digit(gateway: Gateway, signing):
    """Above 2**53, and the same digits in the body's bytes and in what is signed (contract 5.6)."""
    gateway.answers(as_json(example("14")["variants"][0]["response"]))
    assert await gateway.client(signing=signing).confirm_receipt(ID, [*LINES, LINES[0]]) is None
    body = gateway.body
    listed = ",".join(LINES)
    expected = f'"orderId":{ID},"orderEntryIds":[{listed}],"sign":"{body["sign"]}"}}'
    assert gateway.requests[-1].content.decode() == '{"appKey":"dj_test_key",' + expected
    joined = listed if signing is Signing.JSON else listed.replace(",", ", ")
    text = f"appKey=dj_test_key&orderEntryIds=[{joined}]&orderId={ID}&secret={SECRET}"
    digest = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest().upper()
    assert body["sign"] == digest


@pytest.mark.parametrize(
    ("order_id", "line_ids"),
    [(ID, []), ("", LINES), ("1;2", LINES), (ID, ["", *LINES]), (ID, ["０１"]), (ID, ["0123"])],
)
async def test_what_is_no_id_is_not_sent(gateway: Gateway, client, order_id, line_ids):
    """A receipt names its lines; nothing made up of other signs goes out."""
    with pytest.raises(ValueError, match=r"id|lines"):
        await client.confirm_receipt(order_id, line_ids)
    assert gateway.requests == []


@pytest.mark.parametrize(
    "data",
    [
        {"success": True},
        {"result": {"success": True, "errorCode": None, "errorInfo": None}},
        {"success": True, "result": {"success": True}},
        {"success": "true"},
    ],
)
async def test_an_explicit_success_of_a_receipt(gateway: Gateway, client, data):
    """Its place is not shown, so both are read."""
    gateway.answers(enveloped(data))
    await client.confirm_receipt(ID, LINES)


@pytest.mark.parametrize("data", [None, {}, [], True, "ok", {"result": {}}, {"success": None}])
async def test_a_receipt_without_a_word_of_success_is_unclear(gateway: Gateway, client, data):
    """The money may be with the seller already: only the order itself can tell."""
    gateway.answers(enveloped(data))
    with pytest.raises(OutcomeUnclear):
        await client.confirm_receipt(ID, LINES)
    assert len(gateway.requests) == 1


RECEIPTS = [
    ("4003", "订单信息不存在,请核对后重试", RefusalReason.NOT_FOUND),
    ("4005", "子订单信息不存在,请核对后重试", RefusalReason.NOT_FOUND),
    ("4004", "订单状态不允许确认收货", RefusalReason.NOT_RECEIVABLE),
    ("ORDER_STATUS_ERROR", "", RefusalReason.NOT_RECEIVABLE),
    ("400_3", "无权限", RefusalReason.NOT_PERMITTED),
    ("order.nopermission.buyer", "", RefusalReason.NOT_PERMITTED),
    ("4999", "不行", RefusalReason.UNKNOWN),
]


@pytest.mark.parametrize(("code", "words", "reason"), RECEIPTS)
@pytest.mark.parametrize("envelope", [200, 1009])
@pytest.mark.parametrize("nested", [False, True])
async def test_refused_receipts(gateway: Gateway, client, code, words, reason, envelope, nested):
    """Each shape of a refusal: under 200 or 1009, in `data` or in `data.result`."""
    told = {"success": False, "errorCode": code, "errorInfo": words}
    gateway.answers(enveloped({"result": told} if nested else told, envelope, "买家确认收货失败"))
    with pytest.raises(Refused) as caught:
        await client.confirm_receipt(ID, LINES)
    assert (caught.value.reason, caught.value.code) == (reason, code)
    assert caught.value.message == words or not words


async def test_a_yes_around_a_no_is_a_no(gateway: Gateway, client):
    """The gateway's own success is not that of the marketplace behind it."""
    inner = {"success": False, "errorCode": "4003", "errorInfo": "订单信息不存在"}
    gateway.answers(enveloped({"success": True, "code": "OK", "result": inner}))
    with pytest.raises(Refused) as caught:
        await client.confirm_receipt(ID, LINES)
    assert (caught.value.code, caught.value.message) == ("4003", "订单信息不存在")


@pytest.mark.parametrize("words", ["系统繁忙，请重试", "调用超时", "请求处理中", "system error"])
async def test_a_failure_behind_the_gateway_is_no_refusal(gateway: Gateway, client, words):
    """Whether it happened is not known then."""
    gateway.answers(enveloped({"result": {"success": False, "errorInfo": words}}, 1009, "失败"))
    with pytest.raises(OutcomeUnclear):
        await client.confirm_receipt(ID, LINES)
    gateway.answers(enveloped({"success": False, "message": words}, 1009, "失败"))
    with pytest.raises(OutcomeUnclear):
        await client.pay_without_password(ID)


@pytest.mark.parametrize(
    ("guard", "amount", "sent"),
    [(False, None, {}), (False, Fen(1196), {}), (True, None, {}), (True, Fen(1196), 1196)],
)
async def test_the_amount_guard_is_sent_when_switched_on(gateway: Gateway, guard, amount, sent):
    """Fen, an official option that is not documented for this gateway (contract 6.2)."""
    gateway.answers(as_json(example("16")["response"]))
    answer = await gateway.client(pay_guard=guard).pay_without_password(ID, amount)
    assert answer == PaymentAnswer(paid=True, channel="alipay")
    body = gateway.body
    body.pop("sign")
    guarded = {"payAmount": sent} if sent else {}
    assert body == {"appKey": "dj_test_key", "orderId": ORDER_ID} | guarded


@pytest.mark.parametrize("amount", [0, -1])
async def test_no_payment_of_nothing(gateway: Gateway, client, amount):
    """An amount that is none would guard nothing."""
    with pytest.raises(ValueError, match="fen"):
        await client.pay_without_password(ID, Fen(amount))
    assert gateway.requests == []


def payment(*, paid: Any, **more: Any) -> dict[str, Any]:
    return {"paySuccess": paid, "payChannel": "shegou"} | more


@pytest.mark.parametrize(
    "nest",
    [
        lambda told: told,
        lambda told: {"result": told},
        lambda told: {"success": True, "code": None, "message": None, "result": told},
        lambda told: {"result": {"success": True, "result": told}},
    ],
)
@pytest.mark.parametrize("paid", [True, False])
async def test_answers_of_a_payment_in_each_nesting(gateway: Gateway, client, nest, paid):
    """How the gateway nests it was not captured; false proves nothing and is no error."""
    gateway.answers(enveloped(nest(payment(paid=paid))))
    assert await client.pay_without_password(ID) == PaymentAnswer(paid=paid, channel="shegou")


@pytest.mark.parametrize(
    "data",
    [
        {"success": True},
        {"success": True, "result": None},
        {"success": True, "result": {"payChannel": None, "paySuccess": None}},
        {"success": True, "paySuccess": True, "result": {"paySuccess": False}},
        {"success": True, "result": {"paySuccess": "perhaps"}},
        {"success": True, "result": {"paySuccess": 1}},
    ],
)
async def test_anything_but_a_clear_yes_proves_no_payment(gateway: Gateway, client, data):
    """The order has to be read."""
    gateway.answers(enveloped(data))
    assert await client.pay_without_password(ID) == PaymentAnswer(paid=False)


@pytest.mark.parametrize("data", [None, {}, [], "ok", True, {"result": {}}, {"payChannel": "x"}])
async def test_no_answer_to_a_payment_is_unclear(gateway: Gateway, client, data):
    """An empty success says neither yes nor no."""
    gateway.answers(enveloped(data))
    with pytest.raises(OutcomeUnclear):
        await client.pay_without_password(ID)
    assert len(gateway.requests) == 1


async def test_refused_and_paid_at_once_is_unclear(gateway: Gateway, client):
    """Money may have been taken, so it must not read as "nothing was done"."""
    for data in (
        {"success": False, "code": "X", "message": "失败", "result": payment(paid=True)},
        payment(paid=True, success=False, message="失败"),
    ):
        for code in (200, 1009):
            gateway.answers(enveloped(data, code, "失败"))
            with pytest.raises(OutcomeUnclear):
                await client.pay_without_password(ID)


PAYMENTS = [
    ("ORDER_NOT_EXIST", "订单不存在", RefusalReason.NOT_FOUND),
    ("ORDER_STATUS_ERROR", "订单状态不允许支付", RefusalReason.NOT_PAYABLE),
    ("PRODUCT_TRADE_STAT_ERROR", "", RefusalReason.NOT_PAYABLE),
    ("ORDER_IS_PAYING", "订单正在支付中，请勿重复支付", RefusalReason.PAYING),
    ("X", "该订单正在付款", RefusalReason.PAYING),
    ("ACCOUNT_BALANCE_NOT_ENOUGH", "账户余额不足", RefusalReason.BALANCE),
    ("X", "授信额度不足", RefusalReason.BALANCE),
    ("X", "account balance is not enough", RefusalReason.BALANCE),
    ("ACCOUNT_FROZEN", "", RefusalReason.ACCOUNT),
    ("ACCOUNT_NOT_EXIST", "未签约免密支付协议", RefusalReason.ACCOUNT),
    ("X", "未签约代扣协议", RefusalReason.ACCOUNT),
    ("PARAM_ILLEGAL", "支付金额与订单金额不一致", RefusalReason.AMOUNT_CHANGED),
    ("PARAM_ILLEGAL", "参数错误", RefusalReason.VALIDATION),
    ("400_3", "", RefusalReason.NOT_PERMITTED),
    ("X", "不行", RefusalReason.UNKNOWN),
]


@pytest.mark.parametrize(("code", "words", "reason"), PAYMENTS)
@pytest.mark.parametrize("envelope", [200, 1009])
@pytest.mark.parametrize("nested", [False, True])
async def test_refused_payments(gateway: Gateway, client, code, words, reason, envelope, nested):
    """Codes are not catalogued: those of other endpoints and of the batch push, and words."""
    told = {"success": False, "code": code, "message": words, "result": None}
    gateway.answers(enveloped({"result": told} if nested else told, envelope, "支付失败"))
    with pytest.raises(Refused) as caught:
        await client.pay_without_password(ID)
    assert (caught.value.reason, caught.value.code) == (reason, code)


async def test_the_same_code_is_told_as_what_cannot_be_done(gateway: Gateway, client):
    """The state of an order forbids different things to different calls."""
    gateway.answers(enveloped({"success": False, "errorCode": "ORDER_STATUS_ERROR"}))
    reasons = []
    for call in (
        client.cancel(ID),
        client.confirm_receipt(ID, LINES),
        client.payment_link([ID]),
        client.pay_without_password(ID),
    ):
        with pytest.raises(Refused) as caught:
            await call
        reasons.append(caught.value.reason)
    assert reasons == [
        RefusalReason.NOT_CANCELLABLE,
        RefusalReason.NOT_RECEIVABLE,
        RefusalReason.NOT_PAYABLE,
        RefusalReason.NOT_PAYABLE,
    ]
