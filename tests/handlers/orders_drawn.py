"""Placed orders of any size, to be drawn."""

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.domain.drafts import OrderLine
from bot.domain.identifiers import (
    LineId,
    MarketplaceOrderId,
    OfferId,
    SkuId,
    SpecId,
)
from bot.domain.money import Fen
from bot.domain.offers import Wording
from bot.domain.orders import (
    Order,
    OrderPart,
    OrderStatus,
    PartLine,
    Placing,
)
from bot.domain.parcels import ClosedBy, Handover, Parcel, RefundStage, TraceStatus
from tests.services.agreed import consent

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def line(number: int, title: str) -> OrderLine:
    return OrderLine(
        offer_id=OfferId(670291644000 + number // 2),
        sku_id=SkuId(number),
        spec_id=SpecId(f"{number:032x}"),
        title=Wording(zh=title, translated=f"{title}x"),
        variant=Wording(zh=title, translated=f"{title}y"),
        unit=Wording(zh="双", translated="Pair"),
        picture_url=f"https://img.test/{number}.jpg",
        quantity=999_999,
        unit_price=Fen(99_999_999),
    )


def part(number: int, lines: tuple[OrderLine, ...], status: OrderStatus, **more: Any) -> OrderPart:
    """A part with everything that a part may have."""
    order_id = MarketplaceOrderId(f"22570000000000{number:05}")
    words = "好" * 800
    whole = OrderPart(
        order_id=order_id,
        total=Fen(99_999_999_999),
        freight=Fen(99_999_999),
        status=status,
        raw_status=words,
        lines=tuple(
            PartLine(
                offer_id=each.offer_id,
                spec_id=each.spec_id,
                line_id=LineId(f"{order_id}{n}"),
                amount=Fen(99_999_999_999),
                refund=RefundStage.AWAITING_SELLER_RECEIPT,
            )
            for n, each in enumerate(lines)
        ),
        parcels=(
            *(
                Parcel(
                    parcel_id=f"{n}",
                    carrier=words,
                    tracking_no=f"{n}" + "7" * (250 if n else 800),
                    trace=TraceStatus.OUT_FOR_DELIVERY,
                )
                for n in range(8)
            ),
            Parcel(parcel_id="x", handover=Handover.BY_SELLER, carrier=words, contact=words),
        ),
        refunded=Fen(99_999_999_999),
        closed_by=ClosedBy.SELLER,
        close_reason=words,
        placed_at=NOW,
        pay_before=NOW + timedelta(hours=12),
        paid_at=NOW,
        shipped_at=NOW,
        received_at=NOW,
        completed_at=NOW,
    )
    return whole.replace(**more)


def an_order(status: OrderStatus, title: str = "Mug", parts: int = 1, **more: object) -> Order:
    lines = tuple(line(number, title) for number in range(8))
    made = tuple(part(n, lines, status).replace(**more) for n in range(parts))
    return consent(Placing.PLACED, lines=lines, parts=made)
