"""Every documented answer parses, and the money in it holds (contract 1.2 and the examples)."""

from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest
from daji_gateway import (
    EXAMPLES,
    ORDER,
    ORDER_ID,
    ORDER_NO,
    PENCILS,
    PREVIEWED,
    Gateway,
    as_json,
    enveloped,
    example,
)
from every_call import PUBLISHED

from bot.domain.identifiers import MarketplaceOrderId, OfferId
from bot.domain.money import from_yuan
from bot.domain.offers import QuoteType
from bot.domain.orders import OrderStatus
from bot.marketplace.daji.verdicts import verdict_of
from bot.marketplace.errors import RefusalReason, Refused


def documented() -> list[Any]:
    """List every answer of the endpoints in use, variants and fragments included."""
    found = []
    for number in PUBLISHED:
        file = example(number)
        answers = {key: file.get(key) for key in ("response", "responseDocumentedPart")}
        for index, variant in enumerate(file.get("variants", [])):
            fragment = variant.get("dataFragment")
            whole = fragment and {"code": 200, "message": "操作成功", "data": fragment}
            answers[f"variant{index}"] = variant.get("response", whole)
        found += [
            pytest.param(number, answer, id=f"{number}-{name}")
            for name, answer in answers.items()
            if answer
        ]
    return found


@pytest.mark.parametrize(("number", "answer"), documented())
async def test_documented_answers_parse(gateway: Gateway, client, address, number, answer):
    """Each yields a value, or a `Refused` with a known reason where it is a refusal."""
    gateway.answers(as_json(answer))
    if verdict_of(answer["data"]).success is False:
        with pytest.raises(Refused) as caught:
            await PUBLISHED[number](client, address)
        assert caught.value.reason is not RefusalReason.UNKNOWN
        assert caught.value.trace_id == answer["traceId"]
    else:
        result = await PUBLISHED[number](client, address)
        assert (result is None) == (number in {"11", "14"})


def test_every_example_of_an_endpoint_in_use_is_covered():
    """All sixteen: no file slips through without an answer to parse."""
    files = {path.name[:2] for path in EXAMPLES.glob("*.json")}
    assert {param.values[0] for param in documented()} == set(PUBLISHED) == files - {"00", "17"}


async def test_preview_sample(gateway: Gateway, client, address):
    """1671 = 350 + 1321 fen, beside a line of 13.21 yuan that would list at 13.9."""
    gateway.answers(as_json(example("09")["response"]))
    quote = await client.preview([PREVIEWED], address)
    assert (quote.total, quote.freight, quote.goods, quote.discount) == (1671, 350, 1321, 69)
    assert quote.parts == 1
    assert [(each.amount, each.unit_price) for each in quote.lines] == [(1321, 1390)]
    assert quote.line_for(PREVIEWED) is not None


async def test_create_sample_agrees_with_the_detail_of_its_order(gateway, client, address):
    """1196 fen made, of which 300 freight; the detail says 8.96 + 3.00 = 11.96 yuan."""
    gateway.answers(as_json(example("10")["response"]))
    (part,) = (await client.create(ORDER_NO, [PENCILS], address)).parts
    assert (part.order_id, part.total, part.freight) == (ORDER, 1196, 300)
    detail = example("12")["response"]
    gateway.answers(as_json(detail))
    order = await client.order_detail(part.order_id)
    assert (order.order_id, order.total, order.freight) == (ORDER, 1196, 300)
    item = detail["data"]["productItems"][0]["itemAmount"]
    assert from_yuan(str(item)) + part.freight == part.total


async def test_order_detail_sample(gateway: Gateway, client):
    """State, our number, its three places, the line and both times, all with a zone."""
    gateway.answers(as_json(example("12")["response"]))
    order = await client.order_detail(MarketplaceOrderId(ORDER_ID))
    assert order.status is OrderStatus.AWAITING_PAYMENT
    assert order.out_order_id == "T20240708002"
    assert order.remark == order.feedback == "备注信息测试"
    (found,) = order.lines
    assert (found.offer_id, found.spec_id) == (PENCILS.offer_id, PENCILS.spec_id)
    assert (found.sku_id, found.quantity) == (5403412737023, 5)
    assert order.created_at == datetime(2024, 8, 14, 7, 10, 38, tzinfo=UTC)
    assert order.pay_before == datetime(2024, 8, 14, 19, 10, 38, tzinfo=UTC)


@pytest.mark.parametrize(
    ("variant", "status"),
    [(0, OrderStatus.AWAITING_RECEIPT), (1, OrderStatus.CANCELLED)],
)
async def test_later_states_have_no_pay_deadline(gateway: Gateway, client, variant, status):
    """Only an unpaid order can run out of time."""
    gateway.answers(as_json(example("12")["variants"][variant]["response"]))
    order = await client.order_detail(MarketplaceOrderId(ORDER_ID))
    assert (order.status, order.pay_before) == (status, None)


async def test_published_detail_without_a_head(gateway: Gateway, client):
    """The published part has no `baseInfo`; the state is read off the lines, the total unknown."""
    gateway.answers(as_json(example("12")["responseDocumentedPart"]))
    order = await client.order_detail(MarketplaceOrderId(ORDER_ID))
    assert (order.order_id, order.status, order.total) == (ORDER, OrderStatus.CANCELLED, None)


async def test_offer_sample(gateway: Gateway, client):
    """The T-shirt: tiers, mixed batch, 18 variants without a price of their own."""
    gateway.answers(as_json(example("04")["response"]))
    offer = await client.offer(OfferId(670291644950))
    assert offer.quote_type is QuoteType.SKUS_BY_QUANTITY
    assert [(tier.start_quantity, tier.price) for tier in offer.tiers] == [(2, 1390), (20, 1350)]
    assert (offer.min_order_quantity, offer.batch_size, offer.on_sale) == (2, None, True)
    assert len(offer.skus) == 18
    assert {sku.price for sku in offer.skus} == {None}
    assert offer.stock == 166761 == sum(sku.stock for sku in offer.skus)
    assert offer.skus[0].spec_id == PREVIEWED.spec_id
    assert offer.skus[0].label("en") == "Tulip / S"
    assert offer.skus[0].picture_url is not None
    assert (offer.mixed_batch.allowed, offer.mixed_batch.amount, offer.mixed_batch.pieces) == (
        True,
        200,
        2,
    )
    assert offer.seller.seller_id.id == "BBBEjczPHMQ_zHE-67YyNGXyw"
    assert offer.seller.repeat_purchase_percent == 52
    assert (offer.units_sold, offer.trade_score) == ("128", "4.9")
    assert offer.unit.in_language("en") == "Piece"
    assert (offer.ships_from, offer.shipping_time_guarantee) == ("广东省广州市", "shipIn48Hours")


async def test_search_samples(gateway: Gateway, client):
    """Prices of uneven scale become fen; the page's own numbers are kept."""
    gateway.answers(as_json(example("03")["response"]))
    page = await client.search_by_keyword("轮胎")
    assert (page.page, page.total, len(page.hits)) == (1, 2000, 20)
    assert [hit.price for hit in page.hits[:3]] == [1200, 14000, 690]
    first = page.hits[0]
    assert (first.offer_id.id, first.sold_last_month, first.repurchase_rate) == (
        "769649076522",
        2456,
        "20%",
    )


async def test_list_sample(gateway: Gateway, client):
    """One finished order with our number in it."""
    gateway.answers(as_json(example("13")["response"]))
    found = await client.find_orders()
    assert (found.total, found.page) == (1, 1)
    (order,) = found.orders
    assert (order.order_id, order.status, order.total) == (ORDER, OrderStatus.COMPLETED, 1196)
    assert "T20250703001" in {order.out_order_id, order.remark, order.feedback}


@pytest.mark.parametrize("code", [200, 1009])
@pytest.mark.parametrize(("number", "variant"), [("09", 0), ("10", 1), ("11", 0), ("11", 1)])
async def test_refusals_in_both_shapes(gateway, client, address, number, variant, code):
    """Code 200 with `success:false` and code 1009 with the same data mean the same."""
    answer = deepcopy(example(number)["variants"][variant]["response"])
    data = answer["data"]
    gateway.answers(enveloped(data, code=code, message="操作成功" if code == 200 else "失败"))
    with pytest.raises(Refused) as caught:
        await PUBLISHED[number](client, address)
    assert caught.value.code == (data.get("errorCode") or data["code"])
    assert caught.value.message == (
        data.get("errorMsg") or data.get("errorMessage") or data["message"]
    )
