"""Client and simulated marketplace, each written from the contract alone, agree over HTTP."""

import time
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from daji_gateway import ORDER_NO
from PIL import Image
from sandbox_world import World, a_line, in_stock, line_of, orderable

from bot.domain.identifiers import MarketplaceOrderId, OfferId
from bot.domain.offers import QuoteType
from bot.domain.orders import OrderStatus
from bot.domain.quantities import smallest
from bot.marketplace.daji.config import ListNotation
from bot.marketplace.daji.signing import Signing
from bot.marketplace.errors import (
    ClockSkewed,
    CredentialsRefused,
    GatewayFailed,
    MarketplaceError,
    OutcomeUnclear,
    RefusalReason,
    Refused,
    Throttled,
    Unreachable,
    Unreadable,
)
from bot.marketplace.port import Sort, SortField


@pytest.mark.parametrize("quote_type", list(QuoteType))
async def test_the_whole_journey(world: World, address, quote_type):
    """Photo, hits, offer, preview, create, look-up, payment link, payment, for each pricing."""
    client = world.client()
    jpeg = BytesIO()
    Image.new("RGB", (64, 64), "red").save(jpeg, "JPEG")
    image_id = await client.upload_image(jpeg.getvalue())
    page = await client.search_by_image(
        image_id, sort=Sort(field=SortField.PRICE, ascending=True), page_size=50
    )
    prices = [hit.price for hit in page.hits if hit.price is not None]
    assert len(prices) == len(page.hits) > 1
    assert prices == sorted(prices)
    offer = await orderable(world, client, quote_type)
    line = line_of(offer, in_stock(offer)[0], smallest(offer))
    quote = await client.preview([line], address)
    assert quote.goods + quote.discount == (line.unit_price or 0) * line.quantity
    (part,) = (await client.create(ORDER_NO, [line], address, "请尽快")).parts
    assert (part.total, part.freight) == (quote.total, quote.freight)
    (found,) = (await client.find_orders(order_no=ORDER_NO)).orders
    assert found.out_order_id == ORDER_NO
    assert [(each.offer_id, each.spec_id, each.quantity) for each in found.lines] == [
        (line.offer_id, line.spec_id, line.quantity)
    ]
    assert (found.order_id, found.total, found.status) == (
        part.order_id,
        quote.total,
        OrderStatus.AWAITING_PAYMENT,
    )
    assert found.pay_before is not None
    assert found.created_at is not None
    assert found.pay_before - found.created_at == timedelta(hours=12)
    assert str(part.order_id) in (await client.payment_link([part.order_id])).url
    await world.post(f"orders/{part.order_id}/pay")
    assert (await client.order_detail(part.order_id)).status is OrderStatus.AWAITING_SHIPMENT
    with pytest.raises(Refused) as caught:
        await client.payment_link([part.order_id])
    assert caught.value.reason is RefusalReason.NOT_PAYABLE


async def test_every_offer_of_the_catalogue_reads(world: World):
    """Whatever the simulated marketplace sells, the client can show."""
    client = world.client()
    facts = await world.get("offers")
    for each in facts:
        offer = await client.offer(OfferId(each["offerId"]))
        assert offer.on_sale == (each["status"] == "published")
        assert offer.min_order_quantity == each["minOrderQuantity"]
        assert offer.batch_size == each["batchNumber"]
        stock = each["stock"]
        if isinstance(stock, dict):
            assert {sku.spec_id: sku.stock for sku in offer.skus} == stock
        else:
            assert (offer.skus, offer.stock) == ((), stock)
    assert len(facts) > 10


@pytest.mark.parametrize("signing", list(Signing))
async def test_each_way_of_signing(world: World, address, signing):
    """The two nested forms exclude each other; the secret in clear has its own switch."""
    if signing is Signing.SECRET:
        await world.switch(clear_credentials="accepted")
    else:
        await world.switch(nested_signing=signing.value)
    client = world.client(signing=signing)
    line = await a_line(world, client)
    assert (await client.preview([line], address)).total > 0
    if signing is not Signing.SECRET:
        await world.switch(nested_signing="json" if signing is Signing.JAVA else "java")
        with pytest.raises(CredentialsRefused):
            await client.preview([line], address)
        with pytest.raises(CredentialsRefused):
            await client.create(ORDER_NO, [line], address)


@pytest.mark.parametrize("shape", ["success_false", "code_1009"])
async def test_refusals_keep_their_reason_in_both_shapes(world: World, address, shape):
    """Stock, minimum, variant, order state and age: preview and create say the same."""
    await world.switch(refusals=shape)
    client = world.client()
    line = await a_line(world, client)
    for changed, reason in [
        (line.replace(quantity=900_000), RefusalReason.OUT_OF_STOCK),
        (line.replace(spec_id="0" * 32), RefusalReason.SPEC_MISMATCH),
    ]:
        with pytest.raises(Refused) as caught:
            await client.preview([changed], address)
        assert caught.value.reason is reason
        with pytest.raises(Refused) as caught:
            await client.create(ORDER_NO, [changed], address)
        assert caught.value.reason is reason
    with pytest.raises(Refused) as caught:
        await client.preview([line], address.replace(district_code="999999"))
    assert caught.value.reason is RefusalReason.ADDRESS
    assert await world.get("orders") == []
    (part,) = (await client.create(ORDER_NO, [line], address)).parts
    with pytest.raises(Refused) as caught:
        await client.cancel(part.order_id)
    assert caught.value.reason is RefusalReason.TOO_SOON
    await world.post("clock", advance=11)
    await client.cancel(part.order_id)
    assert (await client.order_detail(part.order_id)).status is OrderStatus.CANCELLED
    with pytest.raises(Refused) as caught:
        await client.cancel(part.order_id)
    assert caught.value.reason is RefusalReason.NOT_CANCELLABLE
    with pytest.raises(Refused) as caught:
        await client.order_detail(MarketplaceOrderId("2257164624870311973"))
    assert caught.value.reason is RefusalReason.NOT_FOUND


async def test_split_orders_and_their_one_link(world: World, address):
    """Parts of the preview, parts of create and their sums agree; one link covers them."""
    await world.switch(split_orders="always", order_id_list="comma")
    client = world.client(list_notation=ListNotation.COMMA)
    offer = await orderable(world, client)
    lines = [line_of(offer, sku, smallest(offer)) for sku in in_stock(offer)[:2]]
    quote = await client.preview(lines, address)
    made = await client.create(ORDER_NO, lines, address)
    assert quote.parts == len(made.parts) == 2
    assert sum(part.total or 0 for part in made.parts) == quote.total
    ids = [part.order_id for part in made.parts]
    url = (await client.payment_link(ids)).url
    assert all(str(each) in url for each in ids)


@pytest.mark.parametrize(
    "kind",
    [
        "answer_lost",
        "cut_mid_answer",
        "reset_after_answer",
        "cut_gzip",
        "not_json",
        "missing_ids",
    ],
)
async def test_a_lost_answer_of_create_is_found_again(world: World, address, kind):
    """Unclear, sent once, and then to be found by number and by time."""
    client = world.client()
    line = await a_line(world, client)
    before = datetime.now(UTC) - timedelta(seconds=1)
    await world.fault(kind, "create")
    with pytest.raises(OutcomeUnclear):
        await client.create(ORDER_NO, [line], address)
    (made,) = await world.get("orders")
    for filters in [
        {"order_no": ORDER_NO},
        {
            "created_from": before,
            "created_to": before + timedelta(minutes=1),
            "status": OrderStatus.AWAITING_PAYMENT,
        },
    ]:
        (found,) = (await client.find_orders(**filters)).orders
        assert found.order_id.id == made["orderId"]
        assert found.out_order_id == ORDER_NO
    await world.switch(create_success_flag="false_with_order")
    (part,) = (await client.create(ORDER_NO, [line], address)).parts
    assert part.order_id != made["orderId"]


FAULTS: list[tuple[str, dict[str, Any], type[MarketplaceError]]] = [
    ("http_500", {}, GatewayFailed),
    ("http_502_html", {}, GatewayFailed),
    ("throttle_429", {"retryAfter": 60}, Throttled),
    ("cut_before", {}, Unreachable),
    ("cut_mid_answer", {}, Unreachable),
    ("reset_after_answer", {}, Unreachable),
    ("cut_gzip", {}, Unreadable),
    ("not_json", {}, Unreadable),
    ("missing_ids", {}, Unreadable),
    ("refuse", {"code": 500}, GatewayFailed),
    ("refuse", {"code": 1009, "message": "余额不足"}, Refused),
]


@pytest.mark.parametrize(("kind", "rest", "error"), FAULTS)
async def test_faults_of_a_read(world: World, kind, rest, error):
    """Each fault becomes its error; once it has passed, the next attempt succeeds."""
    client = world.client()
    offer = await orderable(world, client)
    await world.fault(kind, "product_detail", times=1, **rest)
    with pytest.raises(error):
        await world.client(read_attempts=1).offer(offer.offer_id)
    assert await client.offer(offer.offer_id) == offer


@pytest.mark.parametrize("no_hits", ["null_list", "null_data", "empty_list"])
async def test_nothing_found_in_each_of_its_forms(world: World, no_hits):
    """Null lists and null data are no errors."""
    await world.switch(no_hits=no_hits)
    assert (await world.client().search_by_keyword("没有这种东西xyz")).hits == ()


@pytest.mark.parametrize("ahead", [-3600.0, 3600.0])
async def test_a_signature_that_holds_a_time_tells_a_clock_that_is_off(
    world: World, address, ahead
):
    """It is no matter of keys then; with a clock that is right the same keys are taken."""
    await world.switch(nested_signing="time")
    line = await a_line(world, world.client(signing=Signing.TIME))
    wrong = world.client(signing=Signing.TIME, now=lambda: time.time() + ahead)
    for call in (wrong.preview([line], address), wrong.create(ORDER_NO, [line], address)):
        with pytest.raises(ClockSkewed) as raised:
            await call
        assert abs(raised.value.seconds - ahead) < 60
        assert f"{ahead:+.0f}"[:3] in str(raised.value)
    assert await world.get("orders") == []
    # Without a time in it a refusal is one of keys, whatever the clock.
    await world.switch(nested_signing="java")
    with pytest.raises(CredentialsRefused) as refused:
        await world.client(now=lambda: time.time() + ahead).preview([line], address)
    assert not isinstance(refused.value, ClockSkewed)
