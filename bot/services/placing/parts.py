"""An order as the marketplace keeps it, as a part of ours."""

from datetime import datetime

from bot.domain.orders import OrderPart, PartLine
from bot.marketplace.port import FoundOrder


def part_of(found: FoundOrder, read_at: datetime | None = None) -> OrderPart:
    """Return what was found as a part. `read_at` is when its detail was read, if it was."""
    return OrderPart(
        order_id=found.order_id,
        total=found.total,
        freight=found.freight,
        status=found.status,
        raw_status=found.raw_status,
        lines=tuple(
            PartLine(
                line_id=line.line_id,
                offer_id=line.offer_id,
                spec_id=line.spec_id,
                quantity=line.quantity,
                amount=line.amount,
                status=line.status,
                refund=line.refund,
            )
            for line in found.lines
        ),
        parcels=found.parcels,
        refund=found.refund,
        refunded=found.refunded,
        closed_by=found.closed_by,
        close_reason=found.close_reason,
        paying=found.paying,
        placed_at=found.created_at,
        pay_before=found.pay_before,
        paid_at=found.paid_at,
        shipped_at=found.shipped_at,
        received_at=found.received_at,
        completed_at=found.completed_at,
        modified_at=found.modified_at,
        read_at=read_at,
    )
