"""Where money moves: confirming receipt, and paying without a password."""

from typing import Any

import pytest
from marketplace_client import AGREEMENT, LINKS, ORDERS, RECEIPT, Caller
from marketplace_goods import MUG, MUG_BLACK, MUG_WHITE

from sandbox.marketplace.clock import compact_time

TWO = ((MUG, MUG_WHITE, 3), (MUG, MUG_BLACK, 2))
TOTAL = 3 * 690 + 2 * 750 + 1300


async def made(market: Caller, *steps: str) -> tuple[str, list[int]]:
    order_id = (await market.create(*TWO))["data"]["orderId"]
    for step in steps:
        answer = await market.http.post(f"/sandbox/orders/{order_id}/{step}")
        assert answer.status_code == 200
    items = (await market.detail(order_id))["productItems"]
    return order_id, [item["subItemID"] for item in items]


async def confirm(market: Caller, order_id: str, lines: list[int]) -> dict[str, Any]:
    return await market.post(RECEIPT, {"orderId": int(order_id), "orderEntryIds": lines})


async def status(market: Caller, order_id: str) -> str:
    return (await market.detail(order_id))["baseInfo"]["status"]


async def pay(market: Caller, order_id: str, **more: Any) -> dict[str, Any]:
    return await market.post(AGREEMENT, {"orderId": order_id, **more})


async def test_receipt_settles_the_lines_it_names(market: Caller) -> None:
    """One line leaves the order going on, the other one ends it; a repeat is refused."""
    order_id, lines = await made(market, "pay", "ship")
    assert (await confirm(market, order_id, lines[:1]))["data"]["result"]["success"] is True
    trade = await market.detail(order_id)
    assert trade["baseInfo"]["status"] == "waitbuyerreceive"
    assert [item["logisticsStatus"] for item in trade["productItems"]] == [3, 2]
    again = await confirm(market, order_id, lines[:1])
    assert (again["code"], again["data"]["result"]["errorCode"]) == (1009, "4004")
    assert (await confirm(market, order_id, lines[1:]))["code"] == 200
    assert await status(market, order_id) == "confirm_goods"


@pytest.mark.parametrize("steps", [(), ("pay",), ("close",), ("pay", "terminate")])
async def test_only_what_was_shipped_is_confirmed(market: Caller, steps: tuple[str, ...]) -> None:
    """Any other state is refused in the documented shape and stays."""
    order_id, lines = await made(market, *steps)
    before = await market.detail(order_id)
    answer = await confirm(market, order_id, lines)
    assert (answer["code"], answer["message"]) == (1009, "买家确认收货失败")
    assert answer["data"]["result"]["success"] is False
    assert await market.detail(order_id) == before


async def test_a_receipt_names_real_lines_as_numbers(market: Caller) -> None:
    """A line of another order is refused; text, nothing and an empty list are no parameters."""
    order_id, lines = await made(market, "pay", "ship")
    foreign = await confirm(market, order_id, [lines[0], 2257164624870311973])
    assert foreign["data"]["result"]["errorCode"] == "4005"
    for wrong in ([str(lines[0])], [], None):
        body = {"orderId": int(order_id), "orderEntryIds": wrong}
        assert (await market.post(RECEIPT, body))["code"] == 400
    text = await market.post(RECEIPT, {"orderId": order_id, "orderEntryIds": lines})
    assert text["code"] == 400
    assert await status(market, order_id) == "waitbuyerreceive"


@pytest.mark.parametrize(("shape", "data"), [("flat", "success"), ("null", None)])
async def test_a_confirmed_receipt_may_look_otherwise(
    market: Caller, shape: str, data: str | None
) -> None:
    """The success shape is inferred, so it is a switch."""
    await market.switch(confirm_receipt_answer=shape)
    order_id, lines = await made(market, "pay", "ship")
    answer = await confirm(market, order_id, lines)
    assert answer["code"] == 200
    assert answer["data"] is None if data is None else answer["data"][data] is True


async def test_the_agreement_pays_an_order_once(market: Caller) -> None:
    """Paid at once; a second call, a foreign and a closed order are refused."""
    order_id, _ = await made(market)
    assert (await pay(market, order_id))["data"]["result"] == {
        "payChannel": "alipay",
        "paySuccess": True,
    }
    assert await status(market, order_id) == "waitsellersend"
    again = (await pay(market, order_id))["data"]
    assert (again["success"], again["code"], again["result"]) == (False, "ORDER_STATUS_ERROR", None)
    unknown = (await pay(market, "2257164624870311973"))["data"]
    assert unknown["code"] == "ORDER_NOT_EXIST"
    closed, _ = await made(market, "close")
    assert (await pay(market, closed))["data"]["code"] == "ORDER_STATUS_ERROR"
    await market.switch(refusals="code_1009")
    assert (await pay(market, closed))["code"] == 1009


async def test_the_account_may_lack_an_agreement_or_money(market: Caller) -> None:
    """Nothing is taken; what other orders took counts against the balance."""
    first, _ = await made(market)
    await market.switch(protocol_agreement="unsigned")
    assert (await pay(market, first))["data"]["code"] == "ACCOUNT_NOT_EXIST"
    await market.switch(protocol_agreement="signed", protocol_balance_fen=TOTAL)
    assert (await pay(market, first))["data"]["success"] is True
    second, _ = await made(market)
    assert (await pay(market, second))["data"]["code"] == "ACCOUNT_BALANCE_NOT_ENOUGH"
    assert await status(market, second) == "waitbuyerpay"
    await market.switch(protocol_balance_fen=None)
    assert (await pay(market, second))["data"]["success"] is True


@pytest.mark.parametrize(
    ("outcome", "after"), [("late", "waitsellersend"), ("failed", "waitbuyerpay")]
)
async def test_no_success_proves_nothing(market: Caller, outcome: str, after: str) -> None:
    """The same answer, whether the money was taken or not: only the detail tells."""
    await market.switch(protocol_pay=outcome)
    order_id, _ = await made(market)
    answer = (await pay(market, order_id))["data"]
    assert answer["success"] is True
    assert answer["result"] == {"payChannel": None, "paySuccess": False}
    assert await status(market, order_id) == after


async def test_a_payment_may_be_under_way_for_a_while(market: Caller) -> None:
    """Paying meanwhile, which a second call is told; paid afterwards."""
    await market.switch(protocol_pay="pending", protocol_pay_pending_seconds=20)
    order_id, _ = await made(market)
    assert (await pay(market, order_id))["data"]["result"]["paySuccess"] is False
    [term] = (await market.detail(order_id))["tradeTerms"]
    assert term["payStatus"] == "9"
    assert (await pay(market, order_id))["data"]["code"] == "ORDER_IS_PAYING"
    await market.advance(20)
    assert await status(market, order_id) == "waitsellersend"


async def test_the_answer_is_nested_in_three_ways(market: Caller) -> None:
    """The official answer as data, inside `result`, or its result alone; refusals alike."""
    inner = {"payChannel": "alipay", "paySuccess": True}
    await market.switch(protocol_pay_nesting="result")
    order_id, _ = await made(market)
    assert (await pay(market, order_id))["data"]["result"]["result"] == inner
    refused = (await pay(market, order_id))["data"]["result"]
    assert (refused["success"], refused["code"]) == (False, "ORDER_STATUS_ERROR")
    await market.switch(protocol_pay_nesting="flat")
    order_id, _ = await made(market)
    assert (await pay(market, order_id))["data"] == inner
    assert (await pay(market, order_id))["data"]["success"] is False


async def test_the_amount_guard_may_hold(market: Caller) -> None:
    """Undocumented here, so ignored; where it holds, another amount pays nothing."""
    order_id, _ = await made(market)
    await market.switch(protocol_pay_amount="honoured")
    assert (await pay(market, order_id, payAmount=TOTAL - 1))["data"]["code"] == "PARAM_ILLEGAL"
    assert (await pay(market, order_id, payAmount=TOTAL))["data"]["success"] is True
    await market.switch(protocol_pay_amount="ignored")
    other, _ = await made(market)
    assert (await pay(market, other, payAmount=1))["data"]["success"] is True


async def test_faults_know_the_new_endpoints(market: Caller) -> None:
    """A lost answer leaves the money taken; a paid order has no more payment link."""
    order_id, lines = await made(market)
    await market.fault("null_data", "pay_without_password")
    assert (await pay(market, order_id))["data"] is None
    assert await status(market, order_id) == "waitsellersend"
    link = await market.get(LINKS, orderIdList=f"[{order_id}]")
    assert link["data"]["success"] is False
    await market.http.post(f"/sandbox/orders/{order_id}/ship")
    await market.fault("http_500", "confirm_receipt")
    assert (await market.raw_post(RECEIPT, {})).status_code == 500
    assert (await confirm(market, order_id, lines))["code"] == 200
    for name in ("categories", "search_navigation"):
        await market.fault("http_500", name)


async def test_the_list_may_be_asked_by_the_last_change(market: Caller) -> None:
    """By switch: a paid order is newer than its creation."""
    old, _ = await made(market)
    await market.advance(100)
    new, _ = await made(market)
    moment = next(o["createdMs"] for o in await market.orders() if o["orderId"] == new)
    filters = {"modifyStartTime": compact_time(moment)}

    async def ids() -> set[str]:
        result = (await market.post(ORDERS, filters))["data"]["result"]
        return {trade["baseInfo"]["idOfStr"] for trade in result}

    assert await ids() == {old, new}, "not listed by the gateway, so ignored"
    await market.switch(modify_time_filter="honoured")
    assert await ids() == {new}
    await market.http.post(f"/sandbox/orders/{old}/pay")
    assert await ids() == {old, new}
