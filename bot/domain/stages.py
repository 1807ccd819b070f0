"""How far an order has come, in the few words that a person looks for it by."""

from enum import StrEnum

from bot.domain.orders import Order, OrderStatus, Placing


class Stage(StrEnum):
    """Where an order stands for the person who made it."""

    PLACING = "placing"  # being placed, or nobody knows yet whether it was
    TO_PAY = "to_pay"
    TO_SHIP = "to_ship"
    TO_RECEIVE = "to_receive"
    DONE = "done"
    CLOSED = "closed"
    NOT_MADE = "not_made"


_OF_PART = {
    OrderStatus.AWAITING_PAYMENT: Stage.TO_PAY,
    OrderStatus.AWAITING_SHIPMENT: Stage.TO_SHIP,
    OrderStatus.UNKNOWN: Stage.TO_SHIP,  # under way somehow: never to be paid, never over
    OrderStatus.AWAITING_RECEIPT: Stage.TO_RECEIVE,
    OrderStatus.RECEIVED: Stage.DONE,
    OrderStatus.COMPLETED: Stage.DONE,
    OrderStatus.CANCELLED: Stage.CLOSED,
    OrderStatus.TERMINATED: Stage.CLOSED,
}
_FIRST = (Stage.TO_PAY, Stage.TO_SHIP, Stage.TO_RECEIVE, Stage.DONE, Stage.CLOSED)


def stage_of(order: Order) -> Stage:
    """Return an order's stage; of several parts the one with the most still to come counts."""
    if order.placing in {Placing.REFUSED, Placing.CHANGED}:
        return Stage.NOT_MADE
    if order.placing is not Placing.PLACED or not order.parts:
        return Stage.PLACING
    return min((_OF_PART[part.status] for part in order.parts), key=_FIRST.index)
