"""Stages: what a person looks for an order by."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.identifiers import MarketplaceOrderId
from bot.domain.orders import OrderPart, OrderStatus, Placing
from bot.domain.stages import Stage, stage_of
from tests.storage.samples import order


def _placed(*statuses: OrderStatus):
    parts = tuple(
        OrderPart(order_id=MarketplaceOrderId(str(number)), status=status)
        for number, status in enumerate(statuses)
    )
    return order(placing=Placing.PLACED).replace(parts=parts)


@pytest.mark.parametrize("placing", list(Placing))
def test_what_is_not_placed_is_being_placed_or_was_not_made(placing: Placing):
    """Nobody is told that an order is to be paid before it exists."""
    stage = stage_of(order(placing=placing))
    refused = placing in {Placing.REFUSED, Placing.CHANGED}
    assert stage is (Stage.NOT_MADE if refused else Stage.PLACING)


@given(st.lists(st.sampled_from(OrderStatus), min_size=1, max_size=4))
def test_what_wants_money_comes_first_and_what_is_over_last(statuses: list[OrderStatus]):
    """One unpaid part makes the whole order one to pay; done only when nothing is to come."""
    stage = stage_of(_placed(*statuses))
    assert (stage is Stage.TO_PAY) == (OrderStatus.AWAITING_PAYMENT in statuses)
    over = {OrderStatus.COMPLETED, OrderStatus.RECEIVED}
    closed = {OrderStatus.CANCELLED, OrderStatus.TERMINATED}
    assert (stage in {Stage.DONE, Stage.CLOSED}) == (set(statuses) <= over | closed)
    assert (stage is Stage.CLOSED) == (set(statuses) <= closed)
