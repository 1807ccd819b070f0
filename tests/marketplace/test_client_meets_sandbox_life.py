"""Client and simulated marketplace agree on an order's later life, and on pushes about it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from daji_gateway import ORDER_NO, SECRET
from sandbox_world import World, in_stock, line_of, orderable

from bot.domain.identifiers import LineId, MarketplaceOrderId
from bot.domain.money import Fen
from bot.domain.orders import OrderPart, OrderStatus
from bot.domain.parcels import ClosedBy, Handover, RefundStage, TraceStatus
from bot.domain.pushes import Push, PushKind
from bot.domain.quantities import smallest
from bot.marketplace.daji.client import DajiClient
from bot.marketplace.daji.push_messages import (
    MESSAGE_FIELD,
    SIGNATURE_FIELD,
    PushRule,
    UnreadablePush,
    read_push,
    verify,
)
from bot.marketplace.errors import OutcomeUnclear, RefusalReason, Refused
from bot.marketplace.port import PaymentAnswer

NOWHERE = MarketplaceOrderId("2257164624870311973")


async def an_order(world: World, client: DajiClient, address, lines: int = 1) -> OrderPart:
    offer = await orderable(world, client)
    chosen = [line_of(offer, sku, smallest(offer)) for sku in in_stock(offer)[:lines]]
    (part,) = (await client.create(ORDER_NO, chosen, address)).parts
    return part


class Receiver:
    """The bot's end of the pushes: takes forms, checks their signatures and reads them."""

    def __init__(self) -> None:
        self.pushes: list[Push] = []
        self.refused = self.junk = 0
        self.rule = PushRule.OFFICIAL
        self.came = asyncio.Event()

    async def take(self, request: web.Request) -> web.Response:
        form = await request.post()
        message, signature = str(form[MESSAGE_FIELD]), str(form[SIGNATURE_FIELD])
        if not verify(message, signature, SECRET, self.rule):
            self.refused += 1
            return web.Response()
        try:
            self.pushes.append(read_push(message))
        except UnreadablePush:
            self.junk += 1
        self.came.set()
        return web.Response()

    async def until(self, count: int) -> list[Push]:
        async with asyncio.timeout(30):
            while len(self.pushes) < count:
                self.came.clear()
                await self.came.wait()
        return self.pushes


@pytest.fixture
async def receiver(world: World) -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/marketplace/push", receiver.take)
    async with TestServer(app) as server:
        await world.switch(push_url=str(server.make_url("/marketplace/push")))
        yield receiver
        await world.switch(push_url="", push_delivery="off")


async def test_an_order_from_payment_to_completion(world: World, address, receiver: Receiver):
    """Two lines in two parcels, one of them brought by the seller; every push names the order."""
    client = world.client()
    part = await an_order(world, client, address, lines=2)
    order_id, path = part.order_id, f"orders/{part.order_id}"
    await world.post(f"{path}/price", freight=1_234)
    assert (await client.order_detail(order_id)).freight == 1_234
    await world.post(f"{path}/pay")
    paid = await client.order_detail(order_id)
    assert (paid.status, paid.parcels) == (OrderStatus.AWAITING_SHIPMENT, ())
    assert paid.paid_at is not None
    assert sum(line.amount or 0 for line in paid.lines) + 1_234 == paid.total
    first, second = (line.line_id for line in paid.lines)
    assert first != second
    await world.post(f"{path}/ship", lines=[first], trackingNumber="78912345678901")
    await world.post(f"{path}/trace", status="DELIVERING")
    part_sent = await client.order_detail(order_id)
    (parcel,) = part_sent.parcels
    assert (parcel.tracking_no, parcel.lines, parcel.handover) == ("78912345678901", (first,), None)
    assert part_sent.status is OrderStatus.AWAITING_SHIPMENT
    await world.post(f"{path}/ship", type="2", condition="3")
    sent = await client.order_detail(order_id)
    assert (sent.status, sent.shipped_at is not None) == (OrderStatus.AWAITING_RECEIPT, True)
    assert [each.handover for each in sent.parcels] == [None, Handover.BY_SELLER]
    assert sent.parcels[1].lines == (second,)
    await client.confirm_receipt(order_id, [first])
    half = await client.order_detail(order_id)
    assert [line.status for line in half.lines] == [
        OrderStatus.RECEIVED,
        OrderStatus.AWAITING_RECEIPT,
    ]
    await client.confirm_receipt(order_id, [second])
    received = await client.order_detail(order_id)
    assert (received.status, received.received_at is not None) == (OrderStatus.RECEIVED, True)
    await world.post(f"{path}/complete")
    done = await client.order_detail(order_id)
    assert (done.status, done.completed_at is not None) == (OrderStatus.COMPLETED, True)
    pushes = await receiver.until(9)
    assert [each.kind for each in pushes] == [
        PushKind.CREATED,
        PushKind.PRICE_CHANGED,
        PushKind.PAID,
        PushKind.PART_SHIPPED,
        PushKind.TRACE,
        PushKind.SHIPPED,
        PushKind.RECEIVED,
        PushKind.RECEIVED,
        PushKind.COMPLETED,
    ]
    assert {each.order_ids for each in pushes} == {(order_id,)}
    assert len({each.msg_id for each in pushes}) == 9
    news = pushes[4].trace
    assert news is not None
    assert (news.parcel_id, news.tracking_no) == (parcel.parcel_id, parcel.tracking_no)
    assert (news.status, news.lines) == (TraceStatus.OUT_FOR_DELIVERY, (first,))
    assert receiver.refused == 0


async def test_a_refund_step_by_step(world: World, address, receiver: Receiver):
    """The detail's stage and amount follow; each push names action and operator."""
    client = world.client()
    part = await an_order(world, client, address)
    path = f"orders/{part.order_id}"
    await world.post(f"{path}/pay")
    await world.post(f"{path}/refund", step="apply", amount=100)
    asked = await client.order_detail(part.order_id)
    assert asked.refund is RefundStage.AWAITING_SELLER
    assert asked.lines[0].refund is RefundStage.AWAITING_SELLER
    await world.post(f"{path}/refund", step="refund")
    back = await client.order_detail(part.order_id)
    assert (back.refund, back.refunded) == (RefundStage.REFUNDED, 100)
    refunds = [each for each in await receiver.until(4) if each.kind is PushKind.REFUND_IN_SALE]
    assert (refunds[0].refund_action, refunds[0].operator) == ("BUYER_APPLY_REFUND", "buyer")
    assert refunds[1].operator in {"seller", "system"}


@pytest.mark.parametrize(
    ("operate_type", "closed_by", "kind"),
    [
        ("CLOSE_TRADE_BY_SELLER", ClosedBy.SELLER, PushKind.CLOSED_BY_SELLER),
        ("CLOSE_TRADE_BY_BOPS", ClosedBy.PLATFORM, PushKind.CLOSED_BY_PLATFORM),
        ("CLOSE_TRADE_BY_BUYER", ClosedBy.BUYER, PushKind.CLOSED_BY_BUYER),
    ],
)
async def test_who_closes(world: World, address, receiver: Receiver, operate_type, closed_by, kind):
    """Detail and push say the same of who it was; the detail says why."""
    client = world.client()
    part = await an_order(world, client, address)
    close = {"reason": "sellerGoodsLack", "operateType": operate_type}
    await world.post(f"orders/{part.order_id}/close", **close)
    order = await client.order_detail(part.order_id)
    assert (order.status, order.closed_by) == (OrderStatus.CANCELLED, closed_by)
    assert order.close_reason == "sellerGoodsLack"
    assert (await receiver.until(2))[1].kind is kind


async def test_the_other_rule_and_forged_pushes(world: World, address, receiver: Receiver):
    """The setting has to fit; a forged signature never does; a corrected number reads."""
    client = world.client()
    await world.switch(push_signature="bare")
    receiver.rule = PushRule.BARE
    part = await an_order(world, client, address)
    await world.post(f"orders/{part.order_id}/pay")
    await world.post(f"orders/{part.order_id}/ship", trackingNumber="1")
    await world.post(f"orders/{part.order_id}/mail-no", newTrackingNumber="2")
    pushes = await receiver.until(4)
    assert (pushes[3].kind, pushes[3].order_ids) == (PushKind.TRACKING_CHANGED, (part.order_id,))
    await world.post("pushes", type="ORDER_BUYER_VIEW_ORDER_PAY", signature="F" * 40)
    assert (receiver.refused, len(receiver.pushes)) == (1, 4)
    receiver.rule = PushRule.OFFICIAL
    await world.post("pushes", type="ORDER_BUYER_VIEW_ORDER_PAY")
    assert (receiver.refused, len(receiver.pushes)) == (2, 4)


async def test_confirming_receipt(world: World, address):
    """An unknown order, lines of another, one that was not sent, and twice: each its reason."""
    client = world.client()
    part = await an_order(world, client, address)
    (line,) = (await client.order_detail(part.order_id)).lines
    assert line.line_id is not None

    async def refused(order_id: MarketplaceOrderId, line_id: LineId) -> RefusalReason:
        with pytest.raises(Refused) as caught:
            await client.confirm_receipt(order_id, [line_id])
        return caught.value.reason

    assert await refused(NOWHERE, line.line_id) is RefusalReason.NOT_FOUND
    assert await refused(part.order_id, line.line_id) is RefusalReason.NOT_RECEIVABLE
    await world.post(f"orders/{part.order_id}/pay")
    await world.post(f"orders/{part.order_id}/ship")
    assert await refused(part.order_id, LineId(NOWHERE)) is RefusalReason.NOT_FOUND
    await world.switch(confirm_receipt_answer="null")
    with pytest.raises(OutcomeUnclear):
        await client.confirm_receipt(part.order_id, [line.line_id])
    assert (await client.order_detail(part.order_id)).status is OrderStatus.RECEIVED
    assert await refused(part.order_id, line.line_id) is RefusalReason.NOT_RECEIVABLE


@pytest.mark.parametrize("answer", ["result", "flat"])
async def test_both_likely_answers_of_a_receipt(world: World, address, answer):
    """Success is read from either place."""
    await world.switch(confirm_receipt_answer=answer)
    client = world.client()
    part = await an_order(world, client, address)
    (line,) = (await client.order_detail(part.order_id)).lines
    await world.post(f"orders/{part.order_id}/pay")
    await world.post(f"orders/{part.order_id}/ship")
    assert line.line_id is not None
    await client.confirm_receipt(part.order_id, [line.line_id])


@pytest.mark.parametrize("nesting", ["official", "result", "flat"])
async def test_paying_without_a_password(world: World, address, nesting):
    """Paid is paid in each nesting; false proves nothing, and the order tells."""
    await world.switch(protocol_pay_nesting=nesting)
    client = world.client()
    part = await an_order(world, client, address)
    answer = await client.pay_without_password(part.order_id, part.total)
    assert answer == PaymentAnswer(paid=True, channel="alipay")
    assert (await client.order_detail(part.order_id)).status is OrderStatus.AWAITING_SHIPMENT
    for outcome, status, paying in [
        ("late", OrderStatus.AWAITING_SHIPMENT, False),
        ("pending", OrderStatus.AWAITING_PAYMENT, True),
        ("failed", OrderStatus.AWAITING_PAYMENT, False),
    ]:
        await world.switch(protocol_pay=outcome)
        part = await an_order(world, client, address)
        assert not (await client.pay_without_password(part.order_id)).paid
        order = await client.order_detail(part.order_id)
        assert (order.status, order.paying) == (status, paying)


@pytest.mark.parametrize("shape", ["success_false", "code_1009"])
@pytest.mark.parametrize("nesting", ["official", "result", "flat"])
async def test_refused_payments(world: World, address, shape, nesting):
    """No agreement, no money, another amount, paying already, paid already, nobody's order."""
    await world.switch(refusals=shape, protocol_pay_nesting=nesting)
    client = world.client(pay_guard=True)
    part = await an_order(world, client, address)

    async def refused(order_id: MarketplaceOrderId, amount: Fen | None = None) -> RefusalReason:
        with pytest.raises(Refused) as caught:
            await client.pay_without_password(order_id, amount)
        return caught.value.reason

    await world.switch(protocol_agreement="unsigned")
    assert await refused(part.order_id) is RefusalReason.ACCOUNT
    await world.switch(protocol_agreement="signed", protocol_balance_fen=0)
    assert await refused(part.order_id) is RefusalReason.BALANCE
    await world.switch(protocol_balance_fen=None, protocol_pay_amount="honoured")
    assert await refused(part.order_id, Fen(1)) is RefusalReason.AMOUNT_CHANGED
    assert await refused(NOWHERE) is RefusalReason.NOT_FOUND
    await world.post(f"orders/{part.order_id}/pay", payingSeconds=600)
    assert await refused(part.order_id) is RefusalReason.PAYING
    await world.post("clock", advance=601)
    assert await refused(part.order_id) is RefusalReason.NOT_PAYABLE


@pytest.mark.parametrize("endpoint", ["confirm_receipt", "pay_without_password"])
@pytest.mark.parametrize("kind", ["answer_lost", "not_json", "http_500"])
async def test_a_lost_answer_of_a_write_is_unclear_and_not_repeated(
    world: World, address, endpoint, kind
):
    """One call reaches the marketplace; only the order itself tells what it did."""
    client = world.client()
    part = await an_order(world, client, address)
    (line,) = (await client.order_detail(part.order_id)).lines
    assert line.line_id is not None
    if endpoint == "confirm_receipt":
        await world.post(f"orders/{part.order_id}/pay")
        await world.post(f"orders/{part.order_id}/ship")
        write: Any = client.confirm_receipt(part.order_id, [line.line_id])
    else:
        write = client.pay_without_password(part.order_id)
    await world.fault(kind, endpoint)
    with pytest.raises(OutcomeUnclear):
        await write
    assert (await world.get("calls"))["counts"][endpoint] == 1


async def test_pushes_that_are_no_message(world: World, receiver: Receiver):
    """Rightly signed and still junk: one error, and the sender is answered all the same."""
    for message in ("签名 & 乱码=%", "[]", '{"type": "X"}'):
        await world.post("pushes", message=message)
    assert (receiver.junk, receiver.refused, receiver.pushes) == (3, 0, [])
