"""What the bot asks of a marketplace: the port that use cases and their fakes are written to.

Every method raises `bot.marketplace.errors.MarketplaceError`, and nothing else, for whatever the
network or the marketplace does; `ValueError` only for arguments that no caller may pass.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.addresses import Address
from bot.domain.drafts import OrderLine
from bot.domain.finding import (
    ROOT_CATEGORY,
    Category,
    Filter,
    FreightEstimate,
    NavigationGroup,
)
from bot.domain.identifiers import (
    CategoryId,
    LineId,
    MarketplaceName,
    MarketplaceOrderId,
    MerchantOrderNo,
    OfferId,
    SellerId,
)
from bot.domain.money import Fen
from bot.domain.offers import Offer, SearchPage
from bot.domain.orders import OrderStatus
from bot.domain.price_bounds import PriceBounds
from bot.domain.quotes import Quote
from bot.domain.sessions import SortField
from bot.marketplace.values import (
    LARGEST_IMAGE,
    LONGEST_MESSAGE,
    MOST_PER_LINK,
    MOST_PER_PAGE,
    Capabilities,
    Created,
    FoundLine,
    FoundOrder,
    FoundOrders,
    ImageId,
    PaymentAnswer,
    PaymentLink,
    Sort,
)

# Services know this module alone, so the values that its methods speak of are found here too.
__all__ = [
    "LARGEST_IMAGE",
    "LONGEST_MESSAGE",
    "MOST_PER_LINK",
    "MOST_PER_PAGE",
    "Capabilities",
    "Created",
    "FoundLine",
    "FoundOrder",
    "FoundOrders",
    "ImageId",
    "Marketplace",
    "PaymentAnswer",
    "PaymentLink",
    "Sort",
    "SortField",
]


class Marketplace(Protocol):
    """All that the bot asks for.

    Only `create`, `cancel`, `confirm_receipt` and `pay_without_password` change anything. None of
    them is ever retried; all of them raise `OutcomeUnclear` when it may have been done.
    """

    @property
    def name(self) -> MarketplaceName:
        """Return what everything found here is named by, beside its own id."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """Return what can be done here."""
        ...

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
        filters: Collection[Filter] = (),
        prices: PriceBounds | None = None,
        category_id: CategoryId | None = None,
    ) -> SearchPage:
        """Find offers that look alike (contract 4.2). A page without hits is the end.

        `keyword` searches within the hits, `hint` is a text that helps to read the picture.
        """
        ...

    async def search_by_keyword(
        self,
        keyword: str,
        *,
        page: int = 1,
        page_size: int = 20,
        sort: Sort | None = None,
        filters: Collection[Filter] = (),
        prices: PriceBounds | None = None,
        category_id: CategoryId | None = None,
        navigation_id: str | None = None,
    ) -> SearchPage:
        """Find offers by a Chinese keyword (contract 4.3). A page without hits is the end.

        The keyword may be empty where a category is named: that works was seen in one client.
        `navigation_id` is the id of a `NavigationChoice`.
        """
        ...

    async def search_shop(
        self,
        seller_id: SellerId,
        *,
        keyword: str = "",
        page: int = 1,
        page_size: int = 20,
        sort: Sort | None = None,
        filters: Collection[Filter] = (),
        prices: PriceBounds | None = None,
        category_id: CategoryId | None = None,
    ) -> SearchPage:
        """Find a seller's offers (contract 4.6). A page without hits is the end."""
        ...

    async def categories(self, parent: CategoryId = ROOT_CATEGORY) -> tuple[Category, ...]:
        """Read the categories under `parent`, none under a leaf (contract 4.5)."""
        ...

    async def navigation(self, keyword: str) -> tuple[NavigationGroup, ...]:
        """Read by what the hits of a keyword can be narrowed, if by anything (contract 4.7)."""
        ...

    async def estimate_freight(
        self, lines: Sequence[OrderLine], address: Address
    ) -> FreightEstimate:
        """Estimate the domestic freight of lines of one offer (contract 4.8). The quote binds."""
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

    async def confirm_receipt(
        self, order_id: MarketplaceOrderId, line_ids: Sequence[LineId]
    ) -> None:
        """Confirm that these lines arrived: their money goes to the seller (contract 5.6)."""
        ...

    async def payment_link(self, order_ids: Sequence[MarketplaceOrderId]) -> PaymentLink:
        """Get the page where 1 to `MOST_PER_LINK` unpaid orders are paid (contract 6.1)."""
        ...

    async def pay_without_password(
        self, order_id: MarketplaceOrderId, amount: Fen | None = None
    ) -> PaymentAnswer:
        """Pay an order from the buyer account's agreement (contract 6.2).

        Where the guard is switched on, no other amount than `amount` may be taken. After anything
        but `paid`, refusals included, the money may have been taken or may still be on its way:
        read the order before anything else, and try again only while it awaits payment and is not
        `paying`.
        """
        ...
