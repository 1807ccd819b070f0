"""What an order's detail tells of its later life (contract 5.4): nothing in it loses the order."""

from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest
from daji_gateway import ORDER_ID, Gateway, as_json, enveloped, example

from bot.domain.identifiers import MarketplaceOrderId
from bot.domain.orders import OrderStatus
from bot.domain.parcels import ClosedBy, Handover, RefundStage, TraceStatus
from bot.marketplace.daji.client import DajiClient
from bot.marketplace.errors import Unreadable
from bot.marketplace.port import FoundOrder

ID = MarketplaceOrderId(ORDER_ID)
OTHER_LINE = "2257164624870311975"
SHIPPED, CANCELLED = (each["response"] for each in example("12")["variants"])


async def read(gateway: Gateway, client: DajiClient, **data: Any) -> FoundOrder:
    gateway.answers(enveloped({"baseInfo": {"idOfStr": ORDER_ID}} | data))
    return await client.order_detail(ID)


async def read_head(gateway: Gateway, client: DajiClient, **head: Any) -> FoundOrder:
    return await read(gateway, client, baseInfo={"idOfStr": ORDER_ID} | head)


async def read_parcels(gateway: Gateway, client: DajiClient, items: Any) -> FoundOrder:
    return await read(gateway, client, nativeLogistics={"logisticsItems": items})


def item(**changes: Any) -> dict[str, Any]:
    return {"productID": 623686863670, "quantity": 5} | changes


async def test_a_shipped_order(gateway: Gateway, client):
    """Parcel, line, money and times of the example."""
    gateway.answers(as_json(SHIPPED))
    order = await client.order_detail(ID)
    (parcel,) = order.parcels
    assert (parcel.parcel_id, parcel.carrier, parcel.tracking_no) == (
        "LP00012345678901",
        "中通快递(ZTO)",
        "78912345678901",
    )
    assert (parcel.lines, parcel.handover, parcel.trace) == ((ORDER_ID,), None, None)
    assert parcel.shipped_at == order.shipped_at == datetime(2024, 8, 15, 1, 30, tzinfo=UTC)
    (line,) = order.lines
    assert (line.line_id, line.amount, line.refund) == (ORDER_ID, 896, None)
    assert line.status is OrderStatus.AWAITING_RECEIPT
    assert (order.total, order.freight, order.refunded, order.refund) == (1196, 300, 0, None)
    assert order.paid_at == datetime(2024, 8, 14, 7, 20, tzinfo=UTC)
    assert order.modified_at == order.shipped_at
    assert (order.received_at, order.completed_at, order.paying) == (None, None, False)
    assert (order.closed_by, order.close_reason) == (None, "")


async def test_a_cancelled_order(gateway: Gateway, client):
    """Who closed it, and the marketplace's word for why."""
    gateway.answers(as_json(CANCELLED))
    order = await client.order_detail(ID)
    assert (order.closed_by, order.close_reason) == (ClosedBy.BUYER, "buyerCancel")
    assert (order.parcels, order.paid_at) == ((), None)


async def test_the_published_part_alone(gateway: Gateway, client):
    """Its line's id is rounded and has no text beside it; a single line shares the order's id."""
    gateway.answers(as_json(example("12")["responseDocumentedPart"]))
    order = await client.order_detail(ID)
    (line,) = order.lines
    assert (line.line_id, line.amount, line.status) == (ORDER_ID, 896, OrderStatus.CANCELLED)
    assert (order.refunded, order.parcels, order.shipped_at) == (0, (), None)


async def test_times_honour_their_offset(gateway: Gateway, client):
    """Samples with -0700 exist; an older form has no zone and is China's time."""
    order = await read_head(
        gateway,
        client,
        payTime="20180614101942000-0700",
        allDeliveredTime="2021-07-06 17:16:56",
        confirmedTime="20180615101942123+0800",
        completeTime="20180616000000000Z",
        modifyTime="20180616000000000+0530",
    )
    assert order.paid_at == datetime(2018, 6, 14, 17, 19, 42, tzinfo=UTC)
    assert order.shipped_at == datetime(2021, 7, 6, 9, 16, 56, tzinfo=UTC)
    assert order.received_at == datetime(2018, 6, 15, 2, 19, 42, 123_000, tzinfo=UTC)
    assert order.completed_at == datetime(2018, 6, 16, tzinfo=UTC)
    assert order.modified_at == datetime(2018, 6, 15, 18, 30, tzinfo=UTC)


async def test_receipt_of_all_counts_before_its_confirmation(gateway: Gateway, client):
    """`receivingTime` is when everything was received."""
    order = await read_head(
        gateway,
        client,
        receivingTime="20240820120000000+0800",
        confirmedTime="20240820130000000+0800",
    )
    assert order.received_at == datetime(2024, 8, 20, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    "odd", ["", " ", "soon", 0, {}, [], True, "00010101000000000+0800", "99991231235959000-0800"]
)
async def test_odd_times_are_unknown(gateway: Gateway, client, odd):
    """Years that no order is of would break arithmetic later, so they are no times either."""
    names = ("createTime", "modifyTime", "payTime", "allDeliveredTime", "completeTime")
    order = await read_head(gateway, client, status="success", **dict.fromkeys(names, odd))
    assert order.status is OrderStatus.COMPLETED
    assert (order.created_at, order.modified_at, order.paid_at) == (None, None, None)
    assert (order.shipped_at, order.completed_at) == (None, None)


@pytest.mark.parametrize("logistics", [None, {}, {"logisticsItems": None}, {"logisticsItems": []}])
async def test_no_parcel_yet(gateway: Gateway, client, logistics):
    """`logisticsItems` is null until something was shipped."""
    assert (await read(gateway, client, nativeLogistics=logistics)).parcels == ()


@pytest.mark.parametrize(
    "logistics", ["?", 5, [], {"logisticsItems": "?"}, {"logisticsItems": [5]}]
)
async def test_unreadable_logistics_do_not_lose_the_order(gateway: Gateway, client, logistics):
    """Where the parcels are is a detail; that the order exists is none."""
    order = await read(gateway, client, nativeLogistics=logistics)
    assert (order.order_id, order.parcels) == (ID, ())


async def test_several_parcels(gateway: Gateway, client):
    """Each has its lines; a broken one does not lose the others, a repeated one stands once."""
    first = {
        "id": "147037641861537",
        "logisticsCode": "LP1",
        "logisticsBillNo": " 75484863576596 ",
        "logisticsCompanyName": "中通快递(ZTO)",
        "noLogisticsCondition": "-1",
        "noLogisticsName": "",
        "subItemIds": f"{ORDER_ID}, {OTHER_LINE},,x,{ORDER_ID}",
        "deliveredTime": "2021-07-06 17:16:56",
        "type": "0",
    }
    second = {"id": 7, "logisticsBillNo": 10**14, "type": 1, "subItemIds": None, "status": "SIGN"}
    order = await read_parcels(gateway, client, [first, None, "?", first, second])
    one, two = order.parcels
    assert (one.parcel_id, one.tracking_no, one.handover) == ("LP1", "75484863576596", None)
    assert one.lines == (ORDER_ID, OTHER_LINE)
    assert one.shipped_at == datetime(2021, 7, 6, 9, 16, 56, tzinfo=UTC)
    assert (two.parcel_id, two.tracking_no, two.lines) == ("7", "1" + "0" * 14, ())
    assert (two.carrier, two.shipped_at, two.trace) == ("", None, TraceStatus.DELIVERED)


async def test_parcels_that_share_an_id_stay_apart(gateway: Gateway, client):
    """Two numbers under one id are two parcels, each to be followed."""
    items = [{"logisticsCode": "LP1", "logisticsBillNo": each} for each in ("1", "2")]
    one, two = (await read_parcels(gateway, client, items)).parcels
    assert one.parcel_id != two.parcel_id
    assert (one.tracking_no, two.tracking_no) == ("1", "2")


@pytest.mark.parametrize(
    ("condition", "handover"),
    [
        ("1", Handover.OTHER_CARRIER),
        ("2", Handover.PRICE_DIFFERENCE),
        (3, Handover.BY_SELLER),
        ("4", Handover.PICK_UP),
        ("5", Handover.OTHER),
        ("0", Handover.OTHER),
        (None, Handover.OTHER),
    ],
)
@pytest.mark.parametrize("kind", ["2", 2])
async def test_goods_that_come_without_a_carrier(
    gateway: Gateway, client, condition, handover, kind
):
    """Type 2: who brings them, how he is reached, and his number where there is one."""
    items = [
        {
            "id": 9,
            "type": kind,
            "noLogisticsName": "王师傅",
            "noLogisticsTel": "13800000000",
            "noLogisticsBillNo": "X1",
            "noLogisticsCondition": condition,
            "gmtCreate": "20240815093000000+0800",
        }
    ]
    (parcel,) = (await read_parcels(gateway, client, items)).parcels
    assert (parcel.handover, parcel.carrier, parcel.contact) == (handover, "王师傅", "13800000000")
    assert (parcel.tracking_no, parcel.parcel_id) == ("X1", "9")
    assert parcel.shipped_at == datetime(2024, 8, 15, 1, 30, tzinfo=UTC)


async def test_line_ids_are_never_rounded(gateway: Gateway, client):
    """The text wins; a bare number counts unless a tool may have rounded it (contract 1.1)."""
    lines = [
        item(subItemID=2257164624870312000, subItemIDString=ORDER_ID),
        item(subItemID=2257164624870311975),
        item(subItemID=2257164624870312000),
        item(subItemID=2.2571646248703e18, subItemIDString=""),
        item(),
    ]
    order = await read(gateway, client, productItems=lines)
    assert [each.line_id for each in order.lines] == [ORDER_ID, OTHER_LINE, None, None, None]


async def test_odd_lines_keep_what_can_be_read(gateway: Gateway, client):
    """Amounts are exact or unknown; a state that is no text is no state."""
    lines = [
        item(itemAmount="8.96", status={}, refundStatus=[]),
        item(itemAmount=8.964, status="waitsellersend"),
        item(itemAmount=-1, quantity="many"),
        item(itemAmount="面议", specId=5),
    ]
    order = await read(gateway, client, productItems=lines)
    assert [each.amount for each in order.lines] == [896, None, None, None]
    assert [each.status for each in order.lines] == [
        None,
        OrderStatus.AWAITING_SHIPMENT,
        None,
        None,
    ]


STAGES = [
    ("waitselleragree", "WAIT_SELLER_AGREE", RefundStage.AWAITING_SELLER),
    ("waitbuyermodify", "WAIT_BUYER_MODIFY", RefundStage.AWAITING_CHANGE),
    ("waitbuyersend", "WAIT_BUYER_SEND", RefundStage.AWAITING_RETURN),
    ("waitsellerreceive", "WAIT_SELLER_RECEIVE", RefundStage.AWAITING_SELLER_RECEIPT),
    ("refundsuccess", "REFUND_SUCCESS", RefundStage.REFUNDED),
    ("refundclose", "REFUND_CLOSED", RefundStage.ENDED),
    ("waitsomething", "WAIT_SOMETHING", RefundStage.UNKNOWN),
]


@pytest.mark.parametrize(("of_head", "of_line", "stage"), STAGES)
async def test_refunds_in_both_spellings(gateway: Gateway, client, of_head, of_line, stage):
    """Head and lines write the same stages differently; an unknown one is still a refund."""
    head = {"idOfStr": ORDER_ID, "refundStatus": of_head, "refund": 2.5}
    order = await read(
        gateway, client, baseInfo=head, productItems=[item(refundStatus=of_line), item()]
    )
    assert (order.refund, order.refunded) == (stage, 250)
    assert [each.refund for each in order.lines] == [stage, None]
    order = await read(gateway, client, productItems=[item(refundStatus=of_line), item()])
    assert order.refund is stage


async def test_the_later_refund_is_told(gateway: Gateway, client):
    """After-sales comes last; among lines, a refund that goes on counts before one that ended."""
    order = await read_head(
        gateway, client, refundStatus="refundclose", refundStatusForAs="waitselleragree"
    )
    assert order.refund is RefundStage.AWAITING_SELLER
    lines = [item(refundStatus="REFUND_CLOSED"), item(refundStatus="REFUND_SUCCESS")]
    assert (await read(gateway, client, productItems=lines)).refund is RefundStage.REFUNDED
    lines.append(item(refundStatus="WAIT_BUYER_SEND"))
    assert (await read(gateway, client, productItems=lines)).refund is RefundStage.AWAITING_RETURN


async def test_what_was_refunded(gateway: Gateway, client):
    """The head's yuan count; without them the lines' do, when each of them can be read."""
    assert (await read_head(gateway, client, refund="4.48")).refunded == 448
    assert (await read_head(gateway, client, refund=4.485)).refunded is None
    lines = [item(refund=1.5), item(refund=0)]
    assert (await read(gateway, client, productItems=lines)).refunded == 150
    lines.append(item(refund="?"))
    assert (await read(gateway, client, productItems=lines)).refunded is None
    assert (await read(gateway, client)).refunded is None


@pytest.mark.parametrize(
    ("text", "closed_by"),
    [
        ("CLOSE_TRADE_BY_SELLER", ClosedBy.SELLER),
        ("CLOSE_TRADE_BY_BOPS", ClosedBy.PLATFORM),
        ("CLOSE_TRADE_BY_SYSTEM", ClosedBy.SYSTEM),
        ("CLOSE_TRADE_BY_BUYER", ClosedBy.BUYER),
        ("CLOSE_TRADE_BY_CREADIT", ClosedBy.CREDIT),
        ("CLOSE_TRADE_BY_CREDIT", ClosedBy.CREDIT),
        ("CLOSE_TRADE_BY_MARTIANS", ClosedBy.UNKNOWN),
        ("", None),
        (None, None),
    ],
)
async def test_who_closed_an_order(gateway: Gateway, client, text, closed_by):
    """The five official words, one of them misspelt there."""
    order = await read_head(gateway, client, status="cancel", closeOperateType=text)
    assert order.closed_by is closed_by


@pytest.mark.parametrize(
    ("head", "line", "reason"),
    [
        ({"closeReason": "sellerGoodsLack", "closeRemark": "断货"}, None, "sellerGoodsLack"),
        ({"closeReason": "other", "closeRemark": "断货"}, None, "断货"),
        ({"closeReason": "other", "closeRemark": None}, None, "other"),
        ({"closeReason": None}, "BUYER_NO_PAY", "BUYER_NO_PAY"),
        ({"closeReason": None, "closeRemark": "断货" * 999}, None, "断货" * 100),
        ({"closeReason": {}}, None, ""),
    ],
)
async def test_why_an_order_was_closed(gateway: Gateway, client, head, line, reason):
    """The word counts; where it says nothing, the remark does; else what the lines agree on."""
    order = await read(
        gateway,
        client,
        baseInfo={"idOfStr": ORDER_ID, "status": "cancel"} | head,
        productItems=[item(closeReason=line)] * 2,
    )
    assert order.close_reason == reason


@pytest.mark.parametrize(
    ("status", "paying"), [("9", True), (9, True), ("1", False), (None, False)]
)
async def test_a_payment_under_way(gateway: Gateway, client, status, paying):
    """`payStatus` 9: another payment has to wait (contract 6.2)."""
    order = await read(
        gateway, client, tradeTerms=[None, "?", {"payStatus": status, "payTime": "?"}]
    )
    assert order.paying is paying
    assert order.paid_at is None


async def test_when_it_was_paid_by_the_terms_alone(gateway: Gateway, client):
    """Terms that are not paid have a time as well, which does not count."""
    terms = [
        {"payStatus": "2", "payTime": "20240814152000000+0800"},
        {"payStatus": "8", "payTime": "20240815152000000+0800"},
    ]
    order = await read(gateway, client, tradeTerms=terms)
    assert order.paid_at == datetime(2024, 8, 14, 7, 20, tzinfo=UTC)


async def test_texts_of_a_wrong_type_do_not_lose_the_order(gateway: Gateway, client):
    """The head's texts are details; numbers among them are texts too."""
    names = ("status", "outOrderId", "remark", "buyerFeedback", "closeReason", "refundStatus")
    order = await read_head(gateway, client, **{key: [{}] for key in names}, closeRemark=True)
    assert (order.status, order.out_order_id, order.remark) == (OrderStatus.UNKNOWN, "", "")
    assert (order.close_reason, order.refund) == ("", None)
    assert (await read_head(gateway, client, outOrderId=42)).out_order_id == "42"


async def test_totals_stay_strict(gateway: Gateway, client):
    """What is to be paid must be exact, or the whole is not believed."""
    for odd in (11.961, "?", -1, [], True):
        with pytest.raises(Unreadable):
            await read_head(gateway, client, totalAmount=odd)
        with pytest.raises(Unreadable):
            await read_head(gateway, client, shippingFee=odd)


async def test_an_id_that_lost_digits_is_not_taken_for_the_order(gateway: Gateway, client):
    """Beside a text it does no harm; alone it might stand for another order."""
    text = enveloped({"baseInfo": {"id": 7777, "status": "success"}})
    gateway.answers(text.replace(b"7777", b"2.2571646248703119E18"))
    with pytest.raises(Unreadable):
        await client.order_detail(ID)
    text = enveloped({"baseInfo": {"id": 7777, "idOfStr": ORDER_ID}})
    gateway.answers(text.replace(b"7777", b"2.2571646248703119E18"))
    assert (await client.order_detail(ID)).order_id == ID


async def test_numbers_without_measure_are_unreadable(gateway: Gateway, client):
    """Python can't hold such a number at all."""
    text = enveloped(deepcopy(SHIPPED["data"])).replace(b"11.96", b"1e99999999999999999999")
    gateway.answers(text)
    with pytest.raises(Unreadable):
        await client.order_detail(ID)
