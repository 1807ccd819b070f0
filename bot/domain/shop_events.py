"""What has to be told in a shop: to its operators, or to the customer; each once."""

from enum import StrEnum

from bot.domain.identifiers import MerchantOrderNo, ShopEventId
from bot.domain.model import Value


class EventKind(StrEnum):
    """What happened to an order's money."""

    NEW_ORDER = "new_order"
    PROOF = "proof"
    RECEIVED = "received"
    DECLINED = "declined"
    OWED = "owed"
    REFUNDED = "refunded"
    DEARER = "dearer"  # 1688 asks more than the customer agreed to
    DEARER_DESK = "dearer_desk"  # the same, for the operators
    TAKEN_BACK = "taken_back"  # a booking of money was a mistake
    CLOSING = "closing"  # paid by the customer, and 1688 closes it soon
    RESTORED = "restored"  # the database was put back, and this order was in flight
    RESEND = "resend"  # the same, for a customer who had still to pay
    AGREED = "agreed"  # the customer agreed to the new total


FOR_OPERATORS = frozenset(
    {
        EventKind.NEW_ORDER,
        EventKind.PROOF,
        EventKind.DEARER_DESK,
        EventKind.AGREED,
        EventKind.CLOSING,
        EventKind.RESTORED,
    }
)
"""What operators are told of; everything else the customer."""


class ShopEvent(Value):
    """Something to tell. `detail` names the proof or the operation that it is about."""

    event_id: ShopEventId
    order_no: MerchantOrderNo
    kind: EventKind
    detail: str = ""
