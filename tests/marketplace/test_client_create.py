"""Create: what is sent, what counts as an order, and what as a refusal (contract 5.2)."""

from typing import Any

import pytest
from daji_gateway import (
    ORDER,
    ORDER_ID,
    ORDER_NO,
    PENCILS,
    Gateway,
    as_json,
    enveloped,
    example,
    line,
)

from bot.domain.identifiers import MarketplaceOrderId
from bot.marketplace.errors import OutcomeUnclear, RefusalReason, Refused

ID = MarketplaceOrderId(ORDER_ID)
OTHER = MarketplaceOrderId("2257164624870311975")


def creation(**data: Any) -> dict[str, Any]:
    return {
        "totalSuccessAmount": None,
        "orderId": None,
        "success": True,
        "code": None,
        "message": None,
        "failedOfferList": None,
        "postFee": None,
        "orderList": [],
    } | data


async def test_create_sends_the_documented_body(gateway: Gateway, client, address):
    """Our number stands twice; ids and quantities are numbers; no town is an empty text."""
    gateway.answers(as_json(example("10")["response"]))
    await client.create(ORDER_NO, [PENCILS, line(700, None, 2)], address, " 请尽快发货 ")
    body = gateway.body
    body.pop("sign")
    assert body == {
        "appKey": "dj_test_key",
        "flow": "general",
        "thirdOrderId": ORDER_NO,
        "message": f"请尽快发货 {ORDER_NO}",
        "isvBizType": "cross",
        "addressParam": {
            "fullName": "张三",
            "mobile": "18888888888",
            "phone": "18888888888",
            "postCode": "000000",
            "provinceText": "浙江省",
            "cityText": "杭州市",
            "areaText": "滨江区",
            "townText": "",
            "address": "网商路699号",
            "districtCode": "330108",
        },
        "cargoParamList": [
            {"offerId": 623686863670, "specId": PENCILS.spec_id, "quantity": 5},
            {"offerId": 700, "quantity": 2},
        ],
    }


@pytest.mark.parametrize("note", ["", "x" * 600, "汉" * 600, "😀" * 300, "  \n"])
async def test_the_message_keeps_our_number_and_the_limit(gateway, client, address, note):
    """500 characters as Java counts them; the note is cut, never the number."""
    gateway.answers(as_json(example("10")["response"]))
    await client.create(ORDER_NO, [PENCILS], address, note)
    message = gateway.body["message"]
    assert len(message.encode("utf-16-le")) // 2 <= 500
    assert message.endswith(ORDER_NO)
    assert note.strip()[:10] in message


async def test_a_district_goes_by_the_marketplaces_own_code(gateway: Gateway, address):
    """Where lists disagree, the operator says which code is sent; the names stay."""
    gateway.answers(as_json(example("10")["response"]))
    client = gateway.client(division_codes={"330108": "330171"})
    await client.create(ORDER_NO, [PENCILS], address)
    assert gateway.body["addressParam"]["districtCode"] == "330171"
    assert gateway.body["addressParam"]["areaText"] == "滨江区"


async def test_foreign_phones_go_as_digits(gateway: Gateway, client, address):
    """The gateway wants digits alone (contract 5.1)."""
    gateway.answers(as_json(example("10")["response"]))
    await client.create(ORDER_NO, [PENCILS], address.replace(mobile="+85291234567"))
    assert gateway.body["addressParam"]["mobile"] == "85291234567"
    assert gateway.body["addressParam"]["phone"] == "85291234567"


@pytest.mark.parametrize("code", [200, 405, 500, 1009])
@pytest.mark.parametrize("success", [True, False, None])
async def test_an_order_id_counts_before_every_flag(gateway, client, address, code, success):
    """An official sample says `success:false` beside a usable id (contract 5.2)."""
    data = creation(orderId=ORDER_ID, totalSuccessAmount=1196, postFee=300, success=success)
    gateway.answers(enveloped(data, code))
    (part,) = (await client.create(ORDER_NO, [PENCILS], address)).parts
    assert (part.order_id, part.total, part.freight) == (ORDER, 1196, 300)


async def test_split_orders(gateway: Gateway, client, address):
    """Top-level numbers are empty then; each part brings its own (sic: `orderAmmount`)."""
    gateway.answers(as_json(example("10")["variants"][0]["response"]))
    made = await client.create(ORDER_NO, [PENCILS], address)
    assert [(each.order_id, each.total, each.freight) for each in made.parts] == [
        (ID, 1196, 300),
        (OTHER, 1321, 0),
    ]


async def test_some_lines_ordered_and_some_not(gateway: Gateway, client, address):
    """An order without a line is still an order; the line is named with its reason."""
    failed = example("10")["variants"][1]["response"]["data"]["failedOfferList"]
    data = creation(orderId=ORDER_ID, failedOfferList=failed, success=False, code="500_004")
    gateway.answers(enveloped(data))
    made = await client.create(ORDER_NO, [PENCILS], address)
    assert [each.order_id for each in made.parts] == [ORDER]
    (line_failed,) = made.failed_lines
    assert (line_failed.offer_id, line_failed.spec_id) == (PENCILS.offer_id, PENCILS.spec_id)
    assert (line_failed.code, line_failed.message) == ("500_004", "insufficient stock")


async def test_a_refused_line_is_named_in_the_refusal(gateway: Gateway, client, address):
    """No order, so it is a refusal; the lines at fault come along."""
    gateway.answers(as_json(example("10")["variants"][1]["response"]))
    with pytest.raises(Refused) as caught:
        await client.create(ORDER_NO, [PENCILS], address)
    assert caught.value.reason is RefusalReason.OUT_OF_STOCK
    assert [each.spec_id for each in caught.value.failed_lines] == [PENCILS.spec_id]


@pytest.mark.parametrize("amount", [11.96, "1196", True, -1, None])
async def test_an_unreadable_amount_does_not_lose_the_order(gateway, client, address, amount):
    """Only whole fen are believed; the id stays, and the total is to be asked for."""
    gateway.answers(enveloped(creation(orderId=ORDER_ID, totalSuccessAmount=amount)))
    (part,) = (await client.create(ORDER_NO, [PENCILS], address)).parts
    assert (part.order_id, part.total) == (ORDER, None)


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        "ok",
        creation(),
        creation(orderId=""),
        creation(success=None),
        creation(success=False),
        creation(success=False, message="调用下游超时", code="SYSTEM_ERROR"),
        creation(success=False, code="500_004", orderId="not-an-id"),
        creation(success=False, code="500_004", orderId=2.257164624870312e18),
        creation(success=False, code="500_004", orderList=["?"]),
        creation(success=False, code="500_004", orderList={"orderId": ORDER_ID}),
        creation(orderList=[{"orderId": ORDER_ID, "success": True}, {"success": True}]),
    ],
)
async def test_answers_that_leave_it_open_whether_an_order_exists(gateway, client, address, data):
    """Success without an id, an id that cannot be read, or a "no" without a reason."""
    gateway.answers(enveloped(data))
    with pytest.raises(OutcomeUnclear):
        await client.create(ORDER_NO, [PENCILS], address)
    assert len(gateway.requests) == 1


@pytest.mark.parametrize(
    ("code", "words", "reason"),
    [
        ("500_001", "", RefusalReason.NOT_TRADABLE),
        ("500_003", "", RefusalReason.SPEC_MISMATCH),
        ("500_004", "", RefusalReason.OUT_OF_STOCK),
        ("500_005", "", RefusalReason.BELOW_MINIMUM),
        ("500_006", "", RefusalReason.MIXED_BATCH),
        ("500_007", "", RefusalReason.NO_CONSIGNMENT),
        ("500_008", "", RefusalReason.PRICE_ZERO),
        ("500_009", "", RefusalReason.WHOLESALE_MINIMUM),
        ("AddressId invalid", "?", RefusalReason.ADDRESS),
        ("", "not support tradeType:【fxassure】", RefusalReason.NOT_TRADABLE),
        ("X", "商品库存不足", RefusalReason.OUT_OF_STOCK),
        ("THIRD_ORDER_ID_REPEATED", "请勿重复下单", RefusalReason.UNKNOWN),
    ],
)
async def test_reasons_of_refused_orders(gateway, client, address, code, words, reason):
    """The official codes and words (contract 5.1 and 5.2)."""
    gateway.answers(enveloped(creation(success=False, code=code, message=words)))
    with pytest.raises(Refused) as caught:
        await client.create(ORDER_NO, [PENCILS], address)
    assert caught.value.reason is reason


async def test_different_sellers_need_different_offers(gateway: Gateway, client, address):
    """500_002 stands for two things; with one offer only the missing variant is left."""
    gateway.answers(enveloped(creation(success=False, code="500_002")))
    for lines, reason in [
        ([PENCILS], RefusalReason.SPEC_MISMATCH),
        ([PENCILS, line(700, None, 1)], RefusalReason.OTHER_SELLER),
    ]:
        with pytest.raises(Refused) as caught:
            await client.create(ORDER_NO, lines, address)
        assert caught.value.reason is reason


async def test_an_order_needs_lines(client, gateway: Gateway, address):
    """Nothing is sent for nothing."""
    with pytest.raises(ValueError, match="without lines"):
        await client.create(ORDER_NO, [], address)
    assert gateway.requests == []
