"""When an order is read again: often while something is expected, never without an end."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.identifiers import MarketplaceOrderId
from bot.domain.orders import Order, OrderPart, OrderStatus, Placing
from bot.domain.parcels import RefundStage
from bot.domain.watching import WatchPlan, next_look, remind_at, worth_reading
from tests.storage.samples import order

PLACED = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
PLAN = WatchPlan()
ages = st.integers(0, 40 * 86_400).map(lambda seconds: timedelta(seconds=seconds))


def _order(status: OrderStatus = OrderStatus.AWAITING_PAYMENT, **fields: object) -> Order:
    part = OrderPart(order_id=MarketplaceOrderId("1" * 19), status=status, placed_at=PLACED)
    return order(placing=Placing.PLACED).replace(created_at=PLACED, parts=(part.replace(**fields),))


@given(st.sampled_from(OrderStatus), ages, st.floats(0, 1))
def test_a_look_is_ahead_and_within_the_plan(status: OrderStatus, age: timedelta, spread: float):
    """What a lost push would have told arrives within the interval of its state."""
    now = PLACED + age
    look = next_look(_order(status), now, PLAN, spread=spread)
    if status in {OrderStatus.AWAITING_PAYMENT, OrderStatus.UNKNOWN}:
        assert look is not None
        assert now < look <= now + PLAN.unpaid
    elif status in {
        OrderStatus.AWAITING_SHIPMENT,
        OrderStatus.AWAITING_RECEIPT,
        OrderStatus.RECEIVED,
    }:
        assert look is not None
        assert now < look <= now + PLAN.under_way
    elif look is not None:
        assert now < look <= now + timedelta(days=1)


@given(ages)
def test_looks_come_further_apart_with_age(age: timedelta):
    """An older order is never read more often than a younger one of the same state."""
    younger, older = PLACED + age, PLACED + age + timedelta(minutes=5)
    first, second = (next_look(_order(), now, PLAN) for now in (younger, older))
    assert first is not None
    assert second is not None
    assert first - younger <= second - older


def test_a_link_that_was_just_shown_makes_readings_dense_again():
    """Somebody is about to pay."""
    now = PLACED + timedelta(hours=5)
    look = next_look(_order(), now, PLAN, expected_since=now)
    assert look == now + PLAN.shortest


def test_the_reminder_and_the_end_of_the_time_to_pay_are_not_missed():
    """One reading at each, whatever the interval is."""
    slow = WatchPlan(unpaid=timedelta(days=30), shortest=timedelta(days=20))
    deadline = PLACED + timedelta(hours=12)
    unpaid = _order(pay_before=deadline)
    assert next_look(unpaid, PLACED, slow) == deadline - timedelta(hours=2)
    at_reminder = next_look(unpaid, deadline - timedelta(hours=2), slow)
    assert at_reminder is not None
    assert deadline < at_reminder < deadline + timedelta(minutes=1)


def test_nobody_is_reminded_of_what_they_just_placed():
    """With half an hour to pay, the reminder comes in its second half."""
    part = _order(pay_before=PLACED + timedelta(minutes=30)).parts[0]
    assert remind_at(part, PLAN) == PLACED + timedelta(minutes=15)
    assert remind_at(part, WatchPlan(reminder=None)) is None
    assert remind_at(_order().parts[0], PLAN) is None


def test_after_the_end_only_refunds_are_looked_for_and_not_for_ever():
    """A completed order for a time; one that closed unpaid or refunded not at all."""

    def worth(status: OrderStatus, age: timedelta, **fields: object) -> bool:
        one = _order(status, **fields)
        return worth_reading(one, one.parts[0], PLACED + age, PLAN)

    day = timedelta(days=1)
    assert worth(OrderStatus.COMPLETED, day)
    assert not worth(OrderStatus.COMPLETED, 16 * day)
    assert not worth(OrderStatus.CANCELLED, day)
    assert worth(OrderStatus.CANCELLED, day, paid_at=PLACED)
    assert not worth(OrderStatus.TERMINATED, day, paid_at=PLACED, refund=RefundStage.REFUNDED)
    assert next_look(_order(OrderStatus.CANCELLED), PLACED + day, PLAN) is None


def test_a_clock_that_is_behind_the_marketplaces_still_reads():
    """Times ahead of ours count as not known."""
    ahead = _order(OrderStatus.AWAITING_SHIPMENT, paid_at=PLACED + timedelta(days=2))
    look = next_look(ahead, PLACED, PLAN)
    assert look is not None
    assert PLACED < look <= PLACED + PLAN.under_way
