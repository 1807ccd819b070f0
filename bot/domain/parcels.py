"""Parcels of an order, and how far refunds and closings have come (contract 5.4, 8)."""

from datetime import datetime
from enum import StrEnum

from pydantic import AwareDatetime

from bot.domain.identifiers import LineId
from bot.domain.model import Value


class TraceStatus(StrEnum):
    """What a carrier last said of a parcel (contract 8, `statusChanged`), as far as it moves on."""

    CONSIGNED = "CONSIGN"
    ACCEPTED = "ACCEPT"
    IN_TRANSIT = "TRANSPORT"
    OUT_FOR_DELIVERY = "DELIVERING"
    AT_PICKUP_POINT = "AGENT_SIGN"
    DELIVERED = "SIGN"
    FAILED = "FAILED"


_ON_THE_WAY = (
    TraceStatus.CONSIGNED,
    TraceStatus.ACCEPTED,
    TraceStatus.IN_TRANSIT,
    TraceStatus.OUT_FOR_DELIVERY,
    TraceStatus.FAILED,
    TraceStatus.AT_PICKUP_POINT,
    TraceStatus.DELIVERED,
)


class RefundStage(StrEnum):
    """How far a refund during the sale has come (contract 5.4, `refundStatus`)."""

    AWAITING_SELLER = "waitselleragree"
    AWAITING_CHANGE = "waitbuyermodify"
    AWAITING_RETURN = "waitbuyersend"
    AWAITING_SELLER_RECEIPT = "waitsellerreceive"
    REFUNDED = "refundsuccess"
    ENDED = "refundclose"
    UNKNOWN = "unknown"


class ClosedBy(StrEnum):
    """Who closed an order (contract 5.4, `closeOperateType`)."""

    BUYER = "CLOSE_TRADE_BY_BUYER"
    SELLER = "CLOSE_TRADE_BY_SELLER"
    PLATFORM = "CLOSE_TRADE_BY_BOPS"
    SYSTEM = "CLOSE_TRADE_BY_SYSTEM"
    CREDIT = "CLOSE_TRADE_BY_CREADIT"
    UNKNOWN = "unknown"


class Handover(StrEnum):
    """How goods reach the buyer without a carrier that the marketplace follows (contract 5.4)."""

    OTHER_CARRIER = "other_carrier"  # a local carrier or a lorry
    PRICE_DIFFERENCE = "price_difference"  # no goods at all: freight or a difference was paid
    BY_SELLER = "by_seller"
    PICK_UP = "pick_up"
    OTHER = "other"


class Parcel(Value):
    """One shipment. `tracking_no` is empty where nothing is carried (contract 5.4, `type` 2).

    `parcel_id` is the marketplace's own id of it; `lines` are the order lines inside, empty when
    the marketplace does not say. `handover` is None for an ordinary parcel; `contact` is the
    telephone number of who brings the goods without one.
    """

    parcel_id: str
    carrier: str = ""
    tracking_no: str = ""
    lines: tuple[LineId, ...] = ()
    shipped_at: AwareDatetime | None = None
    trace: TraceStatus | None = None
    handover: Handover | None = None
    contact: str = ""
    traced_at: AwareDatetime | None = None

    def traced(self, trace: TraceStatus, at: datetime | None) -> "Parcel":
        """Return the parcel after a carrier's word of it, which may come late or twice.

        What was delivered stays delivered. Otherwise the later word counts, and without both
        times the one that is further on the way.
        """
        if self.trace is TraceStatus.DELIVERED or trace is self.trace:
            return self
        if self.trace is not None and trace is not TraceStatus.DELIVERED:
            if at and self.traced_at and at != self.traced_at:
                older = at < self.traced_at
            else:
                older = _ON_THE_WAY.index(trace) < _ON_THE_WAY.index(self.trace)
            if older:
                return self
        return self.replace(trace=trace, traced_at=at)
