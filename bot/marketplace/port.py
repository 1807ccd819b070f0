"""What the bot asks of a marketplace: the port that use cases and their fakes are written to.

Every method raises `bot.marketplace.errors.MarketplaceError`, and nothing else, for whatever the
network or the marketplace does; `ValueError` only for arguments that no caller may pass.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import NewType, Protocol

from pydantic import AwareDatetime

from bot.domain.addresses import Address
from bot.domain.drafts import OrderLine
from bot.domain.identifiers import (
    LineId,
    MarketplaceOrderId,
    MerchantOrderNo,
    OfferId,
    SkuId,
    SpecId,
)
from bot.domain.model import Value
from bot.domain.money import Fen
from bot.domain.offers import Offer, SearchPage
from bot.domain.orders import FailedLine, OrderPart, OrderStatus
from bot.domain.parcels import ClosedBy, Parcel, RefundStage
from bot.domain.quotes import Quote
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

    def mentions(self, order_no: MerchantOrderNo) -> bool:
        """Tell whether the order carries our number in any of its three places."""
        return self.out_order_id == order_no or any(
            order_no in text for text in (self.remark, self.feedback)
        )


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


class Marketplace(Protocol):
    """The calls of the ordering journey. Only `create` and `cancel` change anything."""

    async def upload_image(self, jpeg: bytes) -> ImageId:
        """Upload a JPEG, PNG or WebP file of at most `LARGEST_IMAGE` bytes (contract 4.1)."""
        ...

    async def search_by_image(
        self,
        image_id: ImageId,
        *,
        page: int = 1,
        page_size: int = 20,
        sort: Sort | None = None,
        keyword: str | None = None,
        hint: str | None = None,
    ) -> SearchPage:
        """Find offers that look alike (contract 4.2). A page without hits is the end.

        `keyword` searches within the hits, `hint` is a text that helps to read the picture.
        """
        ...

    async def search_by_keyword(
        self, keyword: str, *, page: int = 1, page_size: int = 20, sort: Sort | None = None
    ) -> SearchPage:
        """Find offers by a Chinese keyword (contract 4.3). A page without hits is the end."""
        ...

    async def offer(self, offer_id: OfferId) -> Offer:
        """Read one offer. Raises `Refused` with `NOT_FOUND` when there is none (contract 4.4)."""
        ...

    async def preview(self, lines: Sequence[OrderLine], address: Address) -> Quote:
        """Get the binding numbers in fen, or `Refused` with the reason (contract 5.1)."""
        ...

    async def create(
        self,
        order_no: MerchantOrderNo,
        lines: Sequence[OrderLine],
        address: Address,
        note: str = "",
    ) -> Created:
        """Create the order, once (contract 5.2). Never retried.

        Raises `OutcomeUnclear` when an order may exist; after `Refused`, `CredentialsRefused`
        and `Unreachable` none does. The seller reads `note` followed by `order_no`.
        """
        ...

    async def find_orders(
        self,
        *,
        order_no: MerchantOrderNo | None = None,
        created_from: datetime | None = None,
        created_to: datetime | None = None,
        status: OrderStatus | None = None,
        page: int = 1,
    ) -> FoundOrders:
        """List orders, 20 a page (contract 5.5). Times must be aware.

        The gateway may ignore filters, so the caller compares what returns.
        """
        ...

    async def order_detail(self, order_id: MarketplaceOrderId) -> FoundOrder:
        """Read one order's present state (contract 5.4)."""
        ...

    async def cancel(self, order_id: MarketplaceOrderId) -> None:
        """Close an unpaid order, 10 seconds old or more (contract 5.3). Never retried."""
        ...

    async def payment_link(self, order_ids: Sequence[MarketplaceOrderId]) -> PaymentLink:
        """Get the page where 1 to `MOST_PER_LINK` unpaid orders are paid (contract 6.1)."""
        ...
