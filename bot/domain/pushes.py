"""What the marketplace tells without being asked (contract 8): a hint to read something again."""

from enum import StrEnum

from pydantic import AwareDatetime

from bot.domain.identifiers import LineId, MarketplaceOrderId, OfferId
from bot.domain.model import Value
from bot.domain.orders import OrderStatus
from bot.domain.parcels import TraceStatus


class PushKind(StrEnum):
    """What a push is about, by its topic."""

    CREATED = "created"
    PRICE_CHANGED = "price_changed"
    PAID = "paid"
    STAGE_PAID = "stage_paid"
    BATCH_PAID = "batch_paid"
    PART_SHIPPED = "part_shipped"
    SHIPPED = "shipped"
    RECEIVED = "received"
    COMPLETED = "completed"
    CLOSED_BY_BUYER = "closed_by_buyer"
    CLOSED_BY_SELLER = "closed_by_seller"
    CLOSED_BY_PLATFORM = "closed_by_platform"
    REFUND_IN_SALE = "refund_in_sale"
    REFUND_AFTER_SALE = "refund_after_sale"
    TRACE = "trace"
    TRACKING_CHANGED = "tracking_changed"
    GOODS = "goods"  # stock and product changes: of no order
    OTHER = "other"


class Trace(Value):
    """How far a carrier has brought a parcel. `carrier` is a code such as `ZTO`.

    `raw_status` is the marketplace's word, kept for those that `status` does not know.
    """

    parcel_id: str = ""
    carrier: str = ""
    tracking_no: str = ""
    status: TraceStatus | None = None
    raw_status: str = ""
    changed_at: AwareDatetime | None = None
    lines: tuple[LineId, ...] = ()


class BatchPayment(Value):
    """How paying one order of several went; `problem` is the marketplace's code when it failed."""

    order_id: MarketplaceOrderId
    paid: bool
    problem: str = ""


class Push(Value):
    """One message. They come in any order, late and more than once: `msg_id` tells repeats.

    `topic` is the marketplace's own name, also of topics that we do not know. `order_ids` are all
    orders that the message names, each once, `offer_ids` all offers.
    """

    msg_id: str
    topic: str
    kind: PushKind = PushKind.OTHER
    order_ids: tuple[MarketplaceOrderId, ...] = ()
    offer_ids: tuple[OfferId, ...] = ()
    born_at: AwareDatetime | None = None
    sent_at: AwareDatetime | None = None
    raw_status: str = ""
    refund_action: str = ""
    operator: str = ""
    trace: Trace | None = None
    batch: tuple[BatchPayment, ...] = ()

    @property
    def status(self) -> OrderStatus | None:
        """The order's state as the message has it: it may be older than what is known."""
        return OrderStatus.from_wire(self.raw_status) if self.raw_status else None
