"""What the marketplace's answers are made into, beside the domain's own values."""

import json
from typing import NewType

from pydantic import AwareDatetime

from bot.domain.identifiers import (
    LineId,
    MarketplaceOrderId,
    OfferId,
    SkuId,
    SpecId,
)
from bot.domain.model import Value
from bot.domain.money import Fen
from bot.domain.orders import FailedLine, OrderPart, OrderStatus
from bot.domain.parcels import ClosedBy, Parcel, RefundStage
from bot.domain.sessions import SortField

ImageId = NewType("ImageId", str)
"""An uploaded picture, 19 digits; its lifetime is not stated (contract 4.1)."""

LARGEST_IMAGE = 2_200_000
"""Bytes: under 3 MB before and after Base64, whichever the marketplace counts (contract 4.1)."""

MOST_PER_PAGE = 50
"""Hits that one page of a search may hold (contract 4.2)."""

MOST_PER_LINK = 30
"""Orders that one payment link may cover (contract 6.1)."""

LONGEST_MESSAGE = 500
"""Characters of the note to the seller, our order number included (contract 5.2)."""


class Capabilities(Value):
    """What a marketplace can do: asked of its port, never of its name."""

    preview: bool  # binding numbers before anything is ordered
    payment_link: bool  # a page where whoever has it pays
    pays_by_agreement: bool  # paid from the account's agreement, by a call
    create_is_payment: bool  # create takes the money at once
    asynchronous_create: bool  # what create answered may still fail
    tiers: bool  # prices and minimums that depend on the quantity

    @property
    def hinder_ordering(self) -> tuple[str, ...]:
        """Return what keeps this bot from ordering there; it orders where there is none.

        A person agrees to binding numbers, for an order that is there and unpaid when create says
        so (decision 9): any other way needs screens and a recovery of its own.
        """
        hinders = {
            "no preview": not self.preview,
            "create takes the money": self.create_is_payment,
            "create's answer is not final": self.asynchronous_create,
        }
        return tuple(name for name, so in hinders.items() if so)


class Sort(Value):
    """An order of hits, such as cheapest first."""

    field: SortField
    ascending: bool

    @property
    def as_text(self) -> str:
        """Return the wire's form, a JSON text: `{"price":"asc"}`."""
        direction = "asc" if self.ascending else "desc"
        return json.dumps({self.field.value: direction}, separators=(",", ":"))


class Created(Value):
    """What create made: at least one order, and the lines that it left out."""

    parts: tuple[OrderPart, ...]
    failed_lines: tuple[FailedLine, ...] = ()


class FoundLine(Value):
    """A line of an order as the marketplace keeps it. `quantity` is None when not whole.

    `amount` is what is paid for the line, after promotions (contract 1.2). `line_id` is None when
    it can't be read to the last digit.
    """

    offer_id: OfferId
    spec_id: SpecId | None = None
    sku_id: SkuId | None = None
    quantity: int | None = None
    line_id: LineId | None = None
    amount: Fen | None = None
    status: OrderStatus | None = None
    refund: RefundStage | None = None


class FoundOrder(Value):
    """An order as the marketplace keeps it. Amounts in fen; `total` includes `freight`.

    `out_order_id` is our own number if the gateway passes it on; `remark` and `feedback` are the
    two places where the message given to create may come back (contract 5.2). `pay_before` is
    known for unpaid orders only. `refunded` is the marketplace's number beside `refund`: until
    that is `REFUNDED`, it may be what was asked for. `close_reason` is the marketplace's word,
    such as `buyerCancel`, or its free remark where it has no word. `paying`: a payment is being
    worked on, so another one must wait.
    """

    order_id: MarketplaceOrderId
    out_order_id: str = ""
    remark: str = ""
    feedback: str = ""
    status: OrderStatus
    raw_status: str = ""
    total: Fen | None = None
    freight: Fen | None = None
    lines: tuple[FoundLine, ...] = ()
    created_at: AwareDatetime | None = None
    pay_before: AwareDatetime | None = None
    # Below: from the order's detail alone; the list leaves out parcels (contract 5.5).
    parcels: tuple[Parcel, ...] = ()
    refund: RefundStage | None = None
    refunded: Fen | None = None
    closed_by: ClosedBy | None = None
    close_reason: str = ""
    paying: bool = False
    paid_at: AwareDatetime | None = None
    shipped_at: AwareDatetime | None = None
    received_at: AwareDatetime | None = None
    completed_at: AwareDatetime | None = None
    modified_at: AwareDatetime | None = None


class FoundOrders(Value):
    """One page of the order list. `total` counts all pages, as the marketplace says."""

    orders: tuple[FoundOrder, ...] = ()
    page: int = 1
    total: int = 0


class PaymentLink(Value):
    """Where the operator's buyer account pays; ask for a fresh one whenever it is needed."""

    url: str
    order_ids: tuple[MarketplaceOrderId, ...]


class PaymentAnswer(Value):
    """What password-free payment answered (contract 6.2). `paid` False proves nothing: re-read."""

    paid: bool
    channel: str = ""
