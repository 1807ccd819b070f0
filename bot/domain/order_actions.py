"""What can be done to an order now, as far as its states tell (contract 5.3, 5.6, 6.1).

The marketplace decides in the end: these only keep buttons away that are sure to be refused.
"""

import hashlib
from collections.abc import Iterable

from bot.domain.identifiers import LineId, MarketplaceOrderId
from bot.domain.money import Fen
from bot.domain.orders import Order, OrderPart, OrderStatus, Placing
from bot.domain.parcels import RefundStage

_REFUND_OVER = frozenset({RefundStage.REFUNDED, RefundStage.ENDED})
CLOSED = frozenset({OrderStatus.CANCELLED, OrderStatus.TERMINATED})
RECEIVED = frozenset({OrderStatus.RECEIVED, OrderStatus.COMPLETED})
_MAY_BE_RECEIVED = {None, OrderStatus.AWAITING_RECEIPT, OrderStatus.UNKNOWN}
_DIGEST = 4  # bytes of a fingerprint; it guards against old buttons, not against people


def part_of(order: Order, order_id: MarketplaceOrderId) -> OrderPart | None:
    """Return the part with that number, or None."""
    return next((part for part in order.parts if part.order_id == order_id), None)


def unpaid(order: Order) -> tuple[OrderPart, ...]:
    """The parts that await payment: they can be paid, and cancelled."""
    return tuple(part for part in order.parts if part.status is OrderStatus.AWAITING_PAYMENT)


def receivable(order: Order) -> tuple[OrderPart, ...]:
    """The parts whose receipt can be confirmed: all shipped, and the lines' numbers known."""
    return tuple(
        part
        for part in order.parts
        if part.status is OrderStatus.AWAITING_RECEIPT and lines_to_receive(part)
    )


def lines_to_receive(part: OrderPart) -> tuple[LineId, ...]:
    """Return the numbers of the lines that were not received yet; empty when one is not known."""
    left = [line for line in part.lines if line.status in _MAY_BE_RECEIVED]
    numbers = tuple(line.line_id for line in left if line.line_id)
    return numbers if len(numbers) == len(left) else ()


def open_refund(part: OrderPart) -> RefundStage | None:
    """Return the stage of a refund that is still under way, of the part or one of its lines."""
    stages = (part.refund, *(line.refund for line in part.lines))
    return next((each for each in stages if each is not None and each not in _REFUND_OVER), None)


def may_be_ordered_again(order: Order) -> bool:
    """Tell whether ordering the same goods anew can't be a second order by mistake."""
    return order.placing in {Placing.PLACED, Placing.REFUSED, Placing.CHANGED}


def amount_due(parts: Iterable[OrderPart]) -> Fen | None:
    """Return the fen of all parts together, or None when a part's amount is not known."""
    return _sum_known(part.total for part in parts)


def asked_total(order: Order) -> Fen:
    """Return the fen that the marketplace asks for an order, or took for it: all that is known."""
    return Fen(sum(part.total or 0 for part in order.parts if part.status not in CLOSED))


def freight_of(parts: Iterable[OrderPart]) -> Fen | None:
    """Return the freight of all parts together in fen, or None when one is not known."""
    return _sum_known(part.freight for part in parts)


def _sum_known(amounts: Iterable[Fen | None]) -> Fen | None:
    total = 0
    for each in amounts:
        if each is None:
            return None
        total += each
    return Fen(total)


def fingerprint(parts: Iterable[OrderPart]) -> str:
    """Return eight characters that change with anything a person's consent rests on.

    A Confirm button carries them, so that one drawn for other states or amounts asks anew.
    """
    what = [
        (
            part.order_id,
            part.status.value,
            part.total,
            part.paying,
            str(open_refund(part)),
            lines_to_receive(part),
        )
        for part in parts
    ]
    return hashlib.blake2s(repr(what).encode(), digest_size=_DIGEST).hexdigest()
