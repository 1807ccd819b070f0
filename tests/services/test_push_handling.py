"""Pushes: each makes its order due or is counted as unused; a carrier's word is taken as it is."""

import json
from collections import Counter
from datetime import timedelta

import pytest

from bot.domain.identifiers import MarketplaceOrderId
from bot.domain.news import NewsKind
from bot.domain.orders import OrderStatus
from bot.domain.parcels import Parcel, TraceStatus
from bot.marketplace.daji.push_messages import read_push
from bot.services.following.push_handling import Pushes
from bot.storage.tracking_ports import StoredPush
from tests.services.agreed import FIRST, NUMBER, SECOND, found
from tests.services.reading_again import FAILED, Reading, placed, reading, told

PARCEL = Parcel(parcel_id="LP1", carrier="中通快递", tracking_no="78A")
ORDER_TOPICS = [
    "ORDER_BUYER_VIEW_BUYER_MAKE",
    "ORDER_BUYER_VIEW_ORDER_PRICE_MODIFY",
    "ORDER_BUYER_VIEW_ORDER_PAY",
    "ORDER_BUYER_VIEW_ORDER_STEP_PAY",
    "ORDER_BUYER_VIEW_PART_PART_SENDGOODS",
    "ORDER_BUYER_VIEW_ANNOUNCE_SENDGOODS",
    "ORDER_BUYER_VIEW_ORDER_COMFIRM_RECEIVEGOODS",
    "ORDER_BUYER_VIEW_ORDER_SUCCESS",
    "ORDER_BUYER_VIEW_ORDER_BUYER_CLOSE",
    "ORDER_BUYER_VIEW_ORDER_SELLER_CLOSE",
    "ORDER_BUYER_VIEW_ORDER_BOPS_CLOSE",
    "ORDER_BUYER_VIEW_ORDER_BUYER_REFUND_IN_SALES",
    "ORDER_BUYER_VIEW_ORDER_REFUND_AFTER_SALES",
    "ORDER_SOMETHING_NEW",
]


class Desk:
    """The service over a reading's storage, with what it counted."""

    def __init__(self, read: Reading) -> None:
        self.read = read
        self.counted: Counter[tuple[str, str]] = Counter()
        self.woken = 0
        self.pushes = Pushes(
            read.storage,
            read.tracking,
            read_push,
            on_due=self._wake,
            on_push=lambda kind, outcome: self.counted.update([(kind, outcome)]),
            clock=lambda: read.now,
        )
        self._number = 0

    def _wake(self) -> None:
        self.woken += 1

    async def put(self, topic: str, **data: object) -> None:
        self._number += 1
        message = {"type": topic, "msgId": self._number, "gmtBorn": 1, "data": data}
        await self.put_raw(json.dumps(message))

    async def put_raw(self, message: str) -> None:
        push = StoredPush(
            msg_id=f"{self._number} {message}"[:40],
            topic="",
            message=message,
            received_at=self.read.now,
        )
        assert await self.read.storage.put_push(push)

    async def put_trace(
        self, status: str, number: str = "78A", order_id: MarketplaceOrderId = FIRST
    ) -> None:
        model = {
            "mailNo": number,
            "statusChanged": status,
            "changeTime": "2026-11-23 20:00:00",
            "orderLogsItems": [{"orderId": int(order_id.id), "orderEntryId": int(order_id.id)}],
        }
        await self.put("LOGISTICS_BUYER_VIEW_TRACE", OrderLogisticsTracingModel=model)

    async def handle(self) -> None:
        while await self.pushes.handle_some():
            pass

    async def is_due(self) -> bool:
        return await self.read.storage.due_orders(self.read.now, 9) == [NUMBER]


async def shipped(**details: object) -> Reading:
    """A shipped order, as the marketplace and we know it."""
    read = await reading(
        placed(OrderStatus.AWAITING_PAYMENT),
        first=found(status=OrderStatus.AWAITING_RECEIPT, **details),
    )
    await read.refresh()
    read.market.calls.clear()
    return read


@pytest.mark.parametrize("topic", ORDER_TOPICS)
async def test_every_topic_of_an_order_makes_it_due(topic: str) -> None:
    """Also one that we do not know, as long as it names an order of ours; nothing else changes."""
    desk = Desk(await shipped())
    before = await desk.read.in_store()
    await desk.put(topic, orderId=int(FIRST.id), currentStatus="cancel")
    assert not await desk.is_due()
    await desk.handle()
    assert await desk.is_due()
    assert desk.woken == 1
    assert await desk.read.in_store() == before
    assert desk.read.market.calls == []
    assert [outcome for _, outcome in desk.counted] == ["used"]


async def test_a_batch_payment_makes_each_of_its_orders_due() -> None:
    """Paid or not: what the marketplace says of each is read."""
    desk = Desk(await reading(placed(OrderStatus.AWAITING_PAYMENT, OrderStatus.AWAITING_PAYMENT)))
    paid = [{"orderId": int(SECOND.id), "status": "ACCOUNT_BALANCE_NOT_ENOUGH"}]
    await desk.put("ORDER_BATCH_PAY", batchPay=paid)
    await desk.handle()
    assert await desk.is_due()
    assert desk.counted == {("batch_paid", "used"): 1}


@pytest.mark.parametrize(
    ("topic", "data"),
    [
        ("ORDER_BUYER_VIEW_ORDER_PAY", {"orderId": 2_237_938_826_932_135_493}),
        ("PRODUCT_PRODUCT_INVENTORY_CHANGE", {"offerId": 1}),
        ("PRODUCT_RELATION_VIEW_PRODUCT_EXPIRE", {}),
        ("LOGISTICS_MAIL_NO_CHANGE", {"MailNoChangeModel": {"newMailNo": "1"}}),
        ("SOMETHING_ELSE", {}),
    ],
)
async def test_what_is_of_no_order_of_ours_is_counted_as_unused(topic: str, data: dict) -> None:
    """It costs one look-up, and asks the marketplace nothing."""
    desk = Desk(await shipped())
    await desk.put(topic, **data)
    await desk.handle()
    assert not await desk.is_due()
    assert desk.woken == 0
    assert desk.read.market.calls == []
    assert [outcome for _, outcome in desk.counted] == ["unused"]


async def test_what_may_be_of_an_order_not_sorted_in_yet_holds_up_no_other() -> None:
    """It is handled once that is known, without a try counted; the others are at once."""
    desk = Desk(await shipped())
    desk.read.storage.is_sorting = True
    stranger = 2_237_938_826_932_135_493
    await desk.put("ORDER_BUYER_VIEW_ORDER_PAY", orderId=stranger)
    await desk.put("PRODUCT_RELATION_VIEW_PRODUCT_EXPIRE")
    await desk.put("ORDER_BUYER_VIEW_ORDER_PAY", orderId=int(FIRST.id))
    await desk.handle()
    assert await desk.is_due()
    assert Counter(outcome for _, outcome in desk.counted.elements()) == {"unused": 1, "used": 1}
    desk.read.now += timedelta(minutes=1)
    (waiting,) = await desk.read.storage.waiting_pushes(desk.read.now, 9)
    assert waiting.attempts == 0
    desk.read.storage.is_sorting = False
    await desk.handle()
    assert Counter(outcome for _, outcome in desk.counted.elements()) == {"unused": 2, "used": 1}


@pytest.mark.parametrize("message", ["", "[]", "no JSON", '{"type": "ORDER"}', '{"msgId": 1}'])
async def test_what_is_no_message_is_counted_and_holds_up_nothing(message: str) -> None:
    """It was signed, so it was stored."""
    desk = Desk(await shipped())
    await desk.put_raw(message)
    await desk.put("ORDER_BUYER_VIEW_ORDER_PAY", orderId=int(FIRST.id))
    await desk.handle()
    assert await desk.is_due()
    assert desk.counted == {("unreadable", "unused"): 1, ("paid", "used"): 1}


async def test_many_pushes_of_one_order_are_one_reading() -> None:
    """A storm wakes whoever reads once for each batch."""
    desk = Desk(await shipped())
    for _ in range(250):
        await desk.put("ORDER_BUYER_VIEW_ORDER_PAY", orderId=int(FIRST.id))
    await desk.handle()
    assert desk.woken == 3
    assert desk.counted == {("paid", "used"): 250}
    assert await desk.read.storage.due_orders(desk.read.now, 999) == [NUMBER]


async def test_a_carriers_word_is_taken_for_a_parcel_that_is_known() -> None:
    """Told once however often it comes; the marketplace is not asked."""
    desk = Desk(await shipped(parcels=(PARCEL,)))
    for _ in range(3):
        await desk.put_trace("SIGN")
    await desk.handle()
    (parcel,) = (await desk.read.in_store()).parts[0].parcels
    assert parcel.trace is TraceStatus.DELIVERED
    assert await told(desk.read) == [NewsKind.SHIPPED, NewsKind.DELIVERED]
    assert desk.read.market.calls == []
    assert desk.counted == {("trace", "used"): 3}


async def test_a_word_of_a_new_parcel_has_the_order_read_first() -> None:
    """The trace may overtake the push of the shipment."""
    read = await reading(
        placed(OrderStatus.AWAITING_SHIPMENT),
        first=found(status=OrderStatus.AWAITING_RECEIPT, parcels=(PARCEL,)),
    )
    desk = Desk(read)
    await desk.put_trace("SIGN")
    await desk.handle()
    assert read.market.count("detail") == 1
    assert await told(read) == [NewsKind.SHIPPED, NewsKind.DELIVERED]


@pytest.mark.parametrize(
    ("status", "number"), [("SIGN", "OTHER"), ("SIGN", ""), ("DANCING", "78A")]
)
async def test_a_word_that_fits_no_parcel_changes_nothing(status: str, number: str) -> None:
    """Whoever sends it: a number that the order's detail does not have, or no known state."""
    desk = Desk(await shipped(parcels=(PARCEL,)))
    before = (await desk.read.in_store()).parts[0].parcels
    await desk.put_trace(status, number)
    await desk.handle()
    assert (await desk.read.in_store()).parts[0].parcels == before
    assert await told(desk.read) == [NewsKind.SHIPPED]


async def test_words_of_many_wrong_numbers_cost_one_reading() -> None:
    """What was just read is not read again for the next one."""
    desk = Desk(await shipped(parcels=(PARCEL,)))
    desk.read.now += timedelta(minutes=1)
    for number in range(150):
        await desk.put_trace("SIGN", f"X{number}")
    await desk.handle()
    assert desk.read.market.count("detail") == 1
    assert desk.counted == {("trace", "unused"): 150}


async def test_a_word_that_cannot_be_checked_now_waits() -> None:
    """It is tried again later, each time after a longer wait; other pushes go on."""
    read = await reading(placed(OrderStatus.AWAITING_SHIPMENT), first=FAILED)
    desk = Desk(read)
    await desk.put_trace("SIGN")
    await desk.handle()
    await desk.put("ORDER_BUYER_VIEW_ORDER_PAY", orderId=int(FIRST.id))
    await desk.handle()
    assert desk.counted == {("paid", "used"): 1}
    read.market.details[FIRST] = found(status=OrderStatus.AWAITING_RECEIPT, parcels=(PARCEL,))
    read.now += timedelta(seconds=15)
    await desk.handle()
    assert await told(read) == [NewsKind.SHIPPED, NewsKind.DELIVERED]


async def test_a_word_that_can_never_be_checked_is_given_up() -> None:
    """And counted."""
    desk = Desk(await reading(placed(OrderStatus.AWAITING_SHIPMENT), first=FAILED))
    await desk.put_trace("SIGN")
    for _ in range(20):
        await desk.handle()
        desk.read.now += timedelta(hours=1)
    assert desk.counted == {("trace", "unused"): 1}
    assert (await desk.read.storage.census()).pushes_waiting == 0
