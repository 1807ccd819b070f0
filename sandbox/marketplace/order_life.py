"""What may happen to an order, and what may not (contract section 7). Refunds: `refunding.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sandbox.marketplace.orders import Order, OrderLine, shares
from sandbox.marketplace.parcels import Parcel

TERMINABLE = ("waitsellersend", "waitbuyerreceive", "confirm_goods")


def pay(order: Order, at_ms: int) -> None:
    """The buyer has paid. Raises ValueError unless it awaits payment."""
    _only(order, "pay", "waitbuyerpay")
    order.status = "waitsellersend"
    order.paid_ms = order.modified_ms = at_ms
    order.paying_until_ms = None


def start_paying(order: Order, at_ms: int, until_ms: int) -> None:
    """A payment is under way. Raises ValueError unless it awaits payment and none is."""
    _only_unpaid(order, "pay")
    order.paying_until_ms = until_ms
    order.modified_ms = at_ms


def close(
    order: Order, at_ms: int, reason: str, operate_type: str, remark: str | None = None
) -> None:
    """Closed before payment. Raises ValueError unless it awaits payment and none is under way."""
    _only_unpaid(order, "close")
    order.status = "cancel"
    order.closed_ms = order.modified_ms = at_ms
    order.close_reason = reason
    order.close_operate_type = operate_type
    order.close_remark = remark


def reprice(order: Order, at_ms: int, goods_delta_fen: int, freight_fen: int | None) -> None:
    """The seller changes goods by a delta and sets the freight.

    Raises ValueError unless it awaits payment and no amount falls below zero.
    """
    _only_unpaid(order, "change the price of")
    if order.goods_fen + goods_delta_fen < 0 or (freight_fen or 0) < 0:
        raise ValueError("amounts cannot fall below zero")
    weights = [line.amount_fen for line in order.lines]
    for line, share in zip(order.lines, shares(goods_delta_fen, weights), strict=True):
        line.amount_fen += share
        line.discount_fen += share
    if freight_fen is not None:
        order.freight_fen = freight_fen
    order.modified_ms = at_ms


def contents_of(
    order: Order, line_ids: Sequence[str], quantities: Mapping[str, int]
) -> dict[str, int]:
    """What a parcel takes: the lines named, or all that is left; whole unless a quantity is said.

    Raises ValueError when nothing can be sent, or less is left of a line; KeyError for a line
    that the order does not have.
    """
    _only(order, "ship", "waitsellersend")
    named = [order.line(each) for each in dict.fromkeys([*line_ids, *quantities])]
    contents = {}
    for line in named or order.to_ship():
        left = 0 if line.gone else line.quantity - order.shipped(line)
        pieces = quantities.get(line.line_id, left)
        if left == 0:
            what = "was refunded" if line.gone else "was sent before"
            raise ValueError(f"line {line.line_id} {what}")
        if not 0 < pieces <= left:
            raise ValueError(f"of line {line.line_id} {left} pieces are left, not {pieces}")
        contents[line.line_id] = pieces
    return contents


def ship(order: Order, parcel: Parcel) -> None:
    """Send a parcel of what `contents_of` gave."""
    order.parcels.append(parcel)
    order.modified_ms = parcel.sent_ms
    if not order.to_ship():
        order.status = "waitbuyerreceive"
        order.all_sent_ms = parcel.sent_ms


def receive(order: Order, at_ms: int, line_ids: Sequence[str] = ()) -> list[OrderLine]:
    """The buyer confirms lines, or all that were sent; returns them.

    Raises ValueError when they were not sent whole or were confirmed before, KeyError for a line
    that the order does not have.
    """
    _only(order, "confirm", "waitsellersend", "waitbuyerreceive")
    ready = order.to_receive()
    named = [order.line(each) for each in dict.fromkeys(line_ids)] or ready
    if not named:
        raise ValueError(f"nothing of order {order.order_id} was sent that is not yet confirmed")
    for line in named:
        if line not in ready:
            what = "was not sent yet" if line.received_ms is None else "was confirmed before"
            raise ValueError(f"line {line.line_id} {what}")
    for line in named:
        line.received_ms = at_ms
    order.modified_ms = at_ms
    if order.all_received:
        order.status = "confirm_goods"
        order.received_ms = at_ms
    return named


def complete(order: Order, at_ms: int) -> None:
    """The seller gets the money. Raises ValueError unless the goods were received."""
    _only(order, "complete", "confirm_goods")
    order.status = "success"
    order.completed_ms = order.modified_ms = at_ms


def terminate(order: Order, at_ms: int) -> None:
    """Ended by a dispute. Raises ValueError unless it was paid and has not ended."""
    _only(order, "terminate", *TERMINABLE)
    order.status = "terminated"
    order.closed_ms = order.modified_ms = at_ms
    order.close_reason = "other"
    order.close_operate_type = "CLOSE_TRADE_BY_BOPS"


def _only_unpaid(order: Order, verb: str) -> None:
    _only(order, verb, "waitbuyerpay")
    if order.is_paying:
        raise ValueError(f"cannot {verb} order {order.order_id}: a payment is under way")


def _only(order: Order, verb: str, *statuses: str) -> None:
    if order.status not in statuses:
        raise ValueError(f"cannot {verb} order {order.order_id}: it is {order.status}")
