"""Readings of an order: what is newer counts, whatever order they come in."""

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.identifiers import MarketplaceOrderId
from bot.domain.money import Fen
from bot.domain.orders import OrderPart, OrderStatus, rank_of
from bot.domain.parcels import Parcel, TraceStatus
from bot.domain.readings import is_stale, merged, same_parcel
from tests.domain.part_readings import ORDER, START, readings


@given(readings, readings)
def test_a_reading_never_moves_a_part_backwards(before: OrderPart, read: OrderPart):
    """Neither its state nor the marketplace's time of it."""
    after = merged(before, read)
    assert rank_of(after.status) >= rank_of(before.status)
    if before.modified_at is not None:
        assert after.modified_at is not None
        assert after.modified_at >= before.modified_at


@given(readings, readings)
def test_what_a_reading_leaves_out_stays(before: OrderPart, read: OrderPart):
    """Amounts, times, lines and parcels are never emptied."""
    after = merged(before, read)
    for name in ("total", "freight", "lines", "refunded", "pay_before", "paid_at", "closed_by"):
        if getattr(before, name) not in (None, ()):
            assert getattr(after, name) not in (None, ())
    assert after.parcels or not before.parcels


@given(readings, readings)
def test_the_same_reading_twice_changes_nothing_more(before: OrderPart, read: OrderPart):
    """Merging is idempotent."""
    once = merged(before, read)
    assert merged(once, read) == once


@given(st.lists(readings, min_size=1, max_size=5), st.randoms())
def test_dated_readings_may_come_in_any_order(some: list[OrderPart], random):
    """What has distinct times of change ends in the newest amounts, however it arrived."""
    dated = [
        each.replace(
            modified_at=START + timedelta(minutes=number),
            total=Fen(100 + number),
            status=OrderStatus.AWAITING_PAYMENT,
        )
        for number, each in enumerate(some)
    ]
    first = OrderPart(order_id=ORDER)
    shuffled = list(dated)
    random.shuffle(shuffled)
    for each in shuffled:
        first = merged(first, each)
    assert first.total == dated[-1].total
    assert first.modified_at == dated[-1].modified_at


def test_an_undated_older_state_is_a_stale_reading():
    """Without times the state tells: what awaits payment was read before what is shipped."""
    shipped = OrderPart(order_id=ORDER, status=OrderStatus.AWAITING_RECEIPT, total=Fen(500))
    unpaid = OrderPart(order_id=ORDER, status=OrderStatus.AWAITING_PAYMENT, total=Fen(900))
    assert merged(shipped, unpaid) == shipped


def test_a_state_that_nobody_knows_leaves_the_known_one():
    """Its own word is kept, and what else the reading holds counts."""
    shipped = OrderPart(order_id=ORDER, status=OrderStatus.AWAITING_RECEIPT)
    odd = OrderPart(
        order_id=ORDER, status=OrderStatus.UNKNOWN, raw_status="waitlogistics", total=Fen(900)
    )
    after = merged(shipped, odd)
    assert (after.status, after.raw_status, after.total) == (
        OrderStatus.AWAITING_RECEIPT,
        "waitlogistics",
        900,
    )


def test_a_free_order_is_not_one_without_an_amount():
    """Zero fen are an amount."""
    before = OrderPart(order_id=ORDER, total=Fen(500))
    assert merged(before, OrderPart(order_id=ORDER, total=Fen(0))).total == 0


def test_a_reading_of_another_order_is_refused():
    """Two orders are never mixed up."""
    with pytest.raises(ValueError, match="another order"):
        merged(OrderPart(order_id=ORDER), OrderPart(order_id=MarketplaceOrderId("2" * 19)))


def test_a_trace_stays_with_its_parcel_but_not_with_its_number():
    """Readings hold no traces; a corrected tracking number begins a new one."""
    traced = Parcel(parcel_id="1", tracking_no="78A", trace=TraceStatus.DELIVERED, traced_at=START)
    before = OrderPart(order_id=ORDER, parcels=(traced,))
    same = OrderPart(order_id=ORDER, parcels=(Parcel(parcel_id="1", tracking_no="78A"),))
    other = OrderPart(order_id=ORDER, parcels=(Parcel(parcel_id="1", tracking_no="78B"),))
    assert merged(before, same).parcels == (traced,)
    assert merged(before, other).parcels[0].trace is None


@given(readings, readings)
def test_of_two_readings_one_at_most_is_stale(one: OrderPart, other: OrderPart):
    """Staleness is an order, so no two readings push each other out."""
    assert not (is_stale(one, other) and is_stale(other, one))


@given(st.permutations(list(TraceStatus)))
def test_a_dated_carriers_word_may_come_in_any_order(order: list[TraceStatus]):
    """The latest counts; after a failed attempt the parcel is on its way again."""
    told = [
        TraceStatus.CONSIGNED,
        TraceStatus.OUT_FOR_DELIVERY,
        TraceStatus.FAILED,
        TraceStatus.ACCEPTED,
        TraceStatus.IN_TRANSIT,
        TraceStatus.AT_PICKUP_POINT,
        TraceStatus.DELIVERED,
    ]
    at = {status: START + timedelta(hours=number) for number, status in enumerate(told)}
    parcel = Parcel(parcel_id="1", tracking_no="78A")
    for status in order:
        parcel = parcel.traced(status, at[status])
    assert parcel.trace is TraceStatus.DELIVERED
    for earlier, later in pairwise(told[:-1]):
        met = Parcel(parcel_id="1").traced(later, at[later]).traced(earlier, at[earlier])
        assert met.trace is later


def test_an_undated_carriers_word_counts_by_how_far_it_is():
    """Repeats and late words change nothing."""
    parcel = Parcel(parcel_id="1").traced(TraceStatus.OUT_FOR_DELIVERY, None)
    assert parcel.traced(TraceStatus.ACCEPTED, None) == parcel
    assert parcel.traced(TraceStatus.OUT_FOR_DELIVERY, START) == parcel
    assert parcel.traced(TraceStatus.DELIVERED, None).trace is TraceStatus.DELIVERED


def test_parcels_are_the_same_by_id_or_number():
    """Without either, by what is inside; nothing in common makes none."""
    assert same_parcel(Parcel(parcel_id="1"), Parcel(parcel_id="1", tracking_no="78A"))
    assert same_parcel(
        Parcel(parcel_id="", tracking_no="78A"), Parcel(parcel_id="2", tracking_no="78A")
    )
    assert same_parcel(Parcel(parcel_id=""), Parcel(parcel_id=""))
    assert not same_parcel(Parcel(parcel_id=""), Parcel(parcel_id="", lines=("1",)))
    assert not same_parcel(Parcel(parcel_id=""), Parcel(parcel_id="", tracking_no="78A"))
