"""An order's life after the payment: parcels, receipt, completion, refunds, endings."""

from typing import Any

import pytest
from marketplace_client import CANCEL, LINKS, Caller, example
from marketplace_goods import MUG, MUG_BLACK, MUG_WHITE, TSHIRT, TULIP_S
from published_shapes import differences

TWO = ((MUG, MUG_WHITE, 3), (MUG, MUG_BLACK, 2))
SEVEN_DAYS_LATER = 7 * 24 * 3600
TOTAL = 3 * 690 + 2 * 750 + 1300


class Bought:
    """An order of two lines, steered from outside and read as a client reads it."""

    def __init__(self, market: Caller, order_id: str, lines: list[str]) -> None:
        self.market = market
        self.order_id = order_id
        self.lines = lines

    async def do(self, action: str, **body: Any) -> dict[str, Any]:
        answer = await self.market.http.post(f"/sandbox/orders/{self.order_id}/{action}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def refused(self, action: str, **body: Any) -> str:
        answer = await self.market.http.post(f"/sandbox/orders/{self.order_id}/{action}", json=body)
        assert answer.status_code == 409, answer.text
        return answer.json()["error"]

    async def trade(self) -> dict[str, Any]:
        return await self.market.detail(self.order_id)

    async def status(self) -> tuple[str, list[str], list[int]]:
        trade = await self.trade()
        items = trade["productItems"]
        return (
            trade["baseInfo"]["status"],
            [item["status"] for item in items],
            [item["logisticsStatus"] for item in items],
        )

    async def money(self) -> tuple[str, str]:
        trade = await self.trade()
        return trade["tradeTerms"][0]["payStatus"], trade["baseInfo"]["refundStatus"]


async def bought(market: Caller, *, paid: bool = True) -> Bought:
    order_id = (await market.create(*TWO))["data"]["orderId"]
    trade = await market.detail(order_id)
    order = Bought(market, order_id, [i["subItemIDString"] for i in trade["productItems"]])
    if paid:
        await order.do("pay")
    return order


async def test_parcels_are_null_until_shipped_and_then_tell_their_lines(market: Caller) -> None:
    """Part shipped leaves the order in waitsellersend; the last parcel moves it on."""
    order = await bought(market)
    assert (await order.trade())["nativeLogistics"]["logisticsItems"] is None
    assert await order.status() == ("waitsellersend", ["waitsellersend"] * 2, [8, 8])
    await order.do("ship", lines=order.lines[:1], trackingNumber="78912345678901")
    assert await order.status() == (
        "waitsellersend",
        ["waitbuyerreceive", "waitsellersend"],
        [2, 1],
    )
    assert (await order.trade())["baseInfo"]["allDeliveredTime"] is None
    await order.do("ship", carrier="顺丰速运", carrierCode="SF")
    assert await order.status() == ("waitbuyerreceive", ["waitbuyerreceive"] * 2, [2, 2])
    trade = await order.trade()
    first, second = trade["nativeLogistics"]["logisticsItems"]
    assert first["logisticsBillNo"] == "78912345678901"
    assert (first["subItemIds"], second["subItemIds"]) == tuple(order.lines)
    assert second["logisticsCompanyName"] == "顺丰速运(SF)"
    assert trade["baseInfo"]["allDeliveredTime"] == second["deliveredTime"]


async def test_a_shipped_order_has_the_published_shape(market: Caller) -> None:
    """Keys and types of the contract's shipped example come back."""
    order = await bought(market)
    await order.do("ship")
    [shown] = [v for v in example("12-order-detail.json")["variants"] if "shipped" in v["tag"]]
    assert differences(shown["response"]["data"], await order.trade()) == []


async def test_a_line_may_be_shipped_in_pieces(market: Caller) -> None:
    """One of three pieces: partly shipped (5), not to be received; the rest completes it."""
    order = await bought(market)
    await order.do("ship", quantities={order.lines[0]: 1})
    assert (await order.status())[2] == [5, 1]
    assert "was not sent yet" in await order.refused("receive", lines=order.lines[:1])
    assert "2 pieces are left" in await order.refused("ship", quantities={order.lines[0]: 3})
    await order.do("ship")
    assert await order.status() == ("waitbuyerreceive", ["waitbuyerreceive"] * 2, [2, 2])


async def test_no_logistics_has_fields_of_its_own(market: Caller) -> None:
    """Type 2: no tracking number and carrier, the `noLogistics` fields instead; no traces."""
    order = await bought(market)
    await order.do("ship", type="2", carrier="李师傅", trackingNumber="", condition="4")
    [parcel] = (await order.trade())["nativeLogistics"]["logisticsItems"]
    assert (parcel["type"], parcel["logisticsBillNo"], parcel["logisticsCompanyName"]) == (
        "2",
        None,
        None,
    )
    assert (parcel["noLogisticsName"], parcel["noLogisticsCondition"]) == ("李师傅", "4")
    assert "no carrier" in await order.refused("trace")


async def test_an_order_lives_from_payment_to_completion(market: Caller) -> None:
    """Each moment has its time and its payment status; the seller has the money at the end."""
    order = await bought(market, paid=False)
    await market.advance(60)
    await order.do("pay")
    await market.advance(60)
    await order.do("ship")
    traced = await order.do("trace")
    assert traced["parcels"][0]["trace"] == "CONSIGN"
    assert (await order.do("trace", status="SIGN"))["parcels"][0]["trace"] == "SIGN"
    assert (await order.trade())["baseInfo"]["status"] == "waitbuyerreceive"
    await market.advance(60)
    await order.do("receive")
    assert await order.status() == ("confirm_goods", ["confirm_goods"] * 2, [3, 3])
    assert await order.money() == ("2", None)
    await market.advance(60)
    await order.do("complete")
    base = (await order.trade())["baseInfo"]
    assert await order.money() == ("6", None)
    names = ("createTime", "payTime", "allDeliveredTime", "receivingTime", "completeTime")
    times = [base[name] for name in names]
    assert times == sorted(set(times))
    assert base["confirmedTime"] == base["receivingTime"]
    assert base["modifyTime"] == base["completeTime"]


async def test_parts_are_received_one_by_one(market: Caller) -> None:
    """A received line is 3 and confirmed while its order goes on; the last one ends it."""
    order = await bought(market)
    await order.do("ship", lines=order.lines[:1])
    await order.do("receive")
    assert await order.status() == ("waitsellersend", ["confirm_goods", "waitsellersend"], [3, 1])
    assert "was confirmed before" in await order.refused("receive", lines=order.lines[:1])
    await order.do("ship")
    await order.do("receive", lines=order.lines[1:])
    assert (await order.status())[0] == "confirm_goods"


@pytest.mark.parametrize(
    ("before", "refused"),
    [
        ((), ("ship", "receive", "complete", "terminate", "trace", "refund")),
        (("pay",), ("pay", "close", "price", "receive", "complete", "trace")),
        (("pay", "ship"), ("ship", "pay", "close", "complete")),
        (("pay", "ship", "receive"), ("ship", "receive", "pay", "close")),
        (("pay", "ship", "receive", "complete"), ("complete", "terminate", "ship", "receive")),
        (("pay", "terminate"), ("ship", "receive", "complete", "terminate", "pay", "refund")),
        (("close",), ("pay", "ship", "close", "price", "refund")),
    ],
)
async def test_what_the_state_forbids_answers_409_and_says_so(
    market: Caller, before: tuple[str, ...], refused: tuple[str, ...]
) -> None:
    """The order stays as it was."""
    order = await bought(market, paid=False)
    for action in before:
        await order.do(action)
    shown = await order.trade()
    for action in refused:
        body = {"step": "apply"} if action == "refund" else {}
        assert await order.refused(action, **body), action
    assert await order.trade() == shown


async def test_unknown_lines_and_parcels_are_not_found(market: Caller) -> None:
    """404 with what is missing; a misspelt field and an unknown carrier type are 400."""
    order = await bought(market)
    await order.do("ship", lines=order.lines[:1])
    path = f"/sandbox/orders/{order.order_id}"
    for action, body in (
        ("ship", {"lines": ["1"]}),
        ("receive", {"lines": ["1"]}),
        ("trace", {"trackingNumber": "none"}),
    ):
        assert (await market.http.post(f"{path}/{action}", json=body)).status_code == 404, action
    for action, body in (("ship", {"type": "9"}), ("trace", {"state": "SIGN"})):
        assert (await market.http.post(f"{path}/{action}", json=body)).status_code == 400, action


async def test_a_dispute_terminates_a_paid_order(market: Caller) -> None:
    """Its state and who ended it can be read."""
    order = await bought(market)
    await order.do("terminate")
    base = (await order.trade())["baseInfo"]
    assert (base["status"], base["closeOperateType"]) == ("terminated", "CLOSE_TRADE_BY_BOPS")


async def test_a_full_refund_before_shipping_closes_the_order(market: Caller) -> None:
    """Both spellings on the way; then closed, all money back in yuan, and stock returned."""
    order = await bought(market)
    await order.do("refund", step="apply")
    trade = await order.trade()
    assert trade["baseInfo"]["refundStatus"] == "waitselleragree"
    assert {i["refundStatus"] for i in trade["productItems"]} == {"WAIT_SELLER_AGREE"}
    assert {i["refundId"][:2] for i in trade["productItems"]} == {"TQ"}
    assert trade["baseInfo"]["refund"] == 0
    await order.do("refund", step="agree")
    trade = await order.trade()
    base = trade["baseInfo"]
    assert (base["status"], base["refundStatus"]) == ("cancel", "refundsuccess")
    assert base["refund"] == base["totalAmount"] == TOTAL / 100
    assert [item["refund"] for item in trade["productItems"]] == [20.7, 15]
    assert (await order.money())[0] == "4"
    assert await market.stock(MUG, MUG_WHITE) == 100
    assert "nothing can be refunded" in await order.refused("refund", step="apply")


async def test_a_refund_of_sent_goods_needs_their_return(market: Caller) -> None:
    """Agree, send back, receive: each stage in turn, and the goods count as returned."""
    order = await bought(market)
    await order.do("ship")
    stages, spelled = [], []
    for step in ("apply", "reject", "apply", "agree", "return", "refund"):
        await order.do("refund", step=step)
        trade = await order.trade()
        stages.append(trade["baseInfo"]["refundStatus"])
        spelled.append(trade["productItems"][1]["refundStatus"])
    assert stages == [
        "waitselleragree",
        "waitbuyermodify",
        "waitselleragree",
        "waitbuyersend",
        "waitsellerreceive",
        "refundsuccess",
    ]
    assert spelled == [
        "WAIT_SELLER_AGREE",
        "WAIT_BUYER_MODIFY",
        "WAIT_SELLER_AGREE",
        "WAIT_BUYER_SEND",
        "WAIT_SELLER_RECEIVE",
        "REFUND_SUCCESS",
    ]
    assert await order.status() == ("cancel", ["cancel"] * 2, [4, 4])
    assert await market.stock(MUG, MUG_WHITE) == 100


async def test_a_refund_of_one_line_leaves_the_rest_going_on(market: Caller) -> None:
    """The paid-back line is neither shipped nor received; the order completes without it."""
    order = await bought(market)
    await order.do("refund", step="apply", lines=order.lines[:1], amount=2070)
    await order.do("refund", step="refund")
    trade = await order.trade()
    assert trade["baseInfo"]["status"] == "waitsellersend"
    assert trade["baseInfo"]["refund"] == 20.7
    assert [item["refundStatus"] for item in trade["productItems"]] == ["REFUND_SUCCESS", None]
    await order.do("ship")
    assert await order.status() == ("waitbuyerreceive", ["cancel", "waitbuyerreceive"], [1, 2])
    await order.do("receive")
    assert (await order.status())[0] == "confirm_goods"


async def test_the_last_open_line_paid_back_moves_the_order_on(market: Caller) -> None:
    """With the other line shipped, nothing is left to ship; with it received, nothing at all."""
    shipped = await bought(market)
    await shipped.do("ship", lines=shipped.lines[:1])
    await shipped.do("refund", step="apply", lines=shipped.lines[1:])
    await shipped.do("refund", step="refund")
    assert (await shipped.status())[0] == "waitbuyerreceive"
    received = await bought(market)
    await received.do("ship", lines=received.lines[:1])
    await received.do("receive")
    await received.do("refund", step="apply", lines=received.lines[1:])
    await received.do("refund", step="refund")
    assert (await received.status())[0] == "confirm_goods"


async def test_a_refund_after_the_sale_changes_no_state(market: Caller) -> None:
    """It has a status and an id of its own; the order stays finished."""
    order = await bought(market)
    for action in ("ship", "receive", "complete"):
        await order.do(action)
    assert "after the sale" in await order.refused("refund", step="apply", afterSales=False)
    await order.do("refund", step="apply", amount=500, afterSales=True)
    await order.do("refund", step="refund")
    trade = await order.trade()
    base = trade["baseInfo"]
    assert (base["status"], base["refundStatus"]) == ("success", None)
    assert (base["refundStatusForAs"], base["refund"]) == ("refundsuccess", 5)
    assert sum(item["refund"] for item in trade["productItems"]) == 5
    assert all(item["refundIdForAs"] for item in trade["productItems"])


async def test_shipping_and_receiving_end_a_refund_that_waits(market: Caller) -> None:
    """The seller sends after all, or the buyer confirms after all."""
    order = await bought(market)
    await order.do("refund", step="apply")
    await order.do("ship")
    assert (await order.trade())["baseInfo"]["refundStatus"] == "refundclose"
    await order.do("refund", step="apply")
    await order.do("receive")
    trade = await order.trade()
    assert trade["baseInfo"]["refundStatus"] == "refundclose"
    assert {item["refundStatus"] for item in trade["productItems"]} == {"REFUND_CLOSED"}


async def test_a_refund_has_bounds_and_an_order_of_steps(market: Caller) -> None:
    """More than is left, a second one at once, and steps out of turn are refused."""
    order = await bought(market)
    for step in ("agree", "reject", "return", "refund", "end"):
        assert "no refund" in await order.refused("refund", step=step)
    assert "at most" in await order.refused("refund", step="apply", amount=TOTAL + 1)
    await order.do("refund", step="apply", amount=100)
    assert "already" in await order.refused("refund", step="apply")
    assert "cannot follow" in await order.refused("refund", step="return")
    await order.do("refund", step="refund")
    assert (await order.status())[0] == "waitsellersend"
    assert "at most" in await order.refused("refund", step="apply", amount=TOTAL - 99)
    await order.do("refund", step="apply", amount=TOTAL - 100)
    await order.do("refund", step="end")
    assert (await order.trade())["baseInfo"]["refundStatus"] == "refundclose"


async def test_a_payment_under_way_shows_as_paying_and_then_arrives(market: Caller) -> None:
    """Status 9 while it lasts, no cancelling and no time-out meanwhile; then paid."""
    order = await bought(market, paid=False)
    await market.advance(43_190)
    await order.do("pay", payingSeconds=30)
    assert await order.money() == ("9", None)
    assert (await order.status())[0] == "waitbuyerpay"
    body = {"webSite": "1688", "orderId": order.order_id, "cancelReason": "other"}
    assert (await market.post(CANCEL, body))["data"]["errorCode"] == "ORDER_STATUS_ERROR"
    assert "under way" in await order.refused("close")
    await market.advance(29)
    assert (await order.status())[0] == "waitbuyerpay"
    await market.advance(1)
    assert (await order.status())[0] == "waitsellersend"
    assert (await order.money())[0] == "2"


async def test_pay_terms_before_a_payment_are_a_switch(market: Caller) -> None:
    """Empty as in the published sample, or 1 unpaid and 8 cancelled before payment."""
    order = await bought(market, paid=False)
    assert (await order.trade())["tradeTerms"] == []
    await market.switch(unpaid_trade_terms="listed")
    assert (await order.money())[0] == "1"
    await order.do("close")
    assert (await order.money())[0] == "8"


async def test_a_tracking_number_may_be_corrected(market: Caller) -> None:
    """The parcel keeps its ids and has the new number and carrier."""
    order = await bought(market)
    await order.do("ship", trackingNumber="old")
    [before] = (await order.trade())["nativeLogistics"]["logisticsItems"]
    await order.do("mail-no", newTrackingNumber="new", carrier="圆通速递", carrierCode="YTO")
    [after] = (await order.trade())["nativeLogistics"]["logisticsItems"]
    assert after["id"] == before["id"]
    assert (after["logisticsBillNo"], after["logisticsCompanyNo"]) == ("new", "YTO")


async def test_the_cashier_shows_every_state(market: Caller) -> None:
    """A link opened again late in an order's life still says how it stands."""
    order = await bought(market, paid=False)
    link = await market.get(LINKS, orderIdList=f"[{order.order_id}]")
    address = link["data"]["payUrl"]
    for action, word in (
        ("pay", "Paid"),
        ("ship", "Shipped"),
        ("receive", "Received"),
        ("complete", "Completed"),
    ):
        await order.do(action)
        assert word in (await market.http.get(address)).text
    other = await bought(market)
    await other.do("terminate")
    page = await market.http.get(f"/order/cashier.htm?orderId={other.order_id}")
    assert "Ended" in page.text


async def test_one_line_has_the_number_of_its_order(market: Caller) -> None:
    """As published: `subItemIds` of the only line is the order's own number."""
    order_id = (await market.create((TSHIRT, TULIP_S, 2)))["data"]["orderId"]
    for action in ("pay", "ship"):
        await market.http.post(f"/sandbox/orders/{order_id}/{action}")
    [parcel] = (await market.detail(order_id))["nativeLogistics"]["logisticsItems"]
    assert parcel["subItemIds"] == order_id


async def test_only_the_newest_orders_may_be_asked_for(market: Caller) -> None:
    """As many of the last ones as asked, oldest of them first; nonsense is refused."""
    made = [(await bought(market)).order_id for _ in range(3)]

    async def listed(newest: str) -> list[str]:
        answer = await market.http.get("/sandbox/orders", params={"newest": newest})
        return [order["orderId"] for order in answer.json()]

    assert await listed("2") == made[1:]
    assert await listed("9") == made
    assert (await market.http.get("/sandbox/orders?newest=x")).status_code == 409
