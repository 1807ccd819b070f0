"""Everything that handlers may ask for, in one place."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from bot.addresses.divisions import Divisions, load_divisions
from bot.domain.health import MarketplaceHealth
from bot.domain.pricing import TierScope
from bot.marketplace.port import Marketplace
from bot.services.access import Access
from bot.services.collecting.shop import Shop
from bot.services.finding.categories import Categories
from bot.services.finding.comparing import Comparing
from bot.services.finding.freight import Freight
from bot.services.finding.search import Search
from bot.services.finding.short_links import ShortLinks
from bot.services.following.aftersales import Aftersales
from bot.services.following.tracking import Tracking
from bot.services.grouping.group_buys import GroupBuys
from bot.services.paying.agreement import OperatorPayments
from bot.services.paying.payments import Payments
from bot.services.paying.together import PayingTogether
from bot.services.placing.ordering import Ordering
from bot.services.placing.resolving import OrderResolving
from bot.services.quotas import Quotas
from bot.services.support import Support
from bot.services.watches.setting import Watches
from bot.storage.ports import Storage


@dataclass(frozen=True, slots=True)
class Face:
    """What Telegram says of the bot itself. `inline` when it may be asked in any chat."""

    username: str
    inline: bool


@dataclass(frozen=True, slots=True)
class Services:
    """The use cases, and the ports that handlers read from."""

    store: Storage
    marketplace: Marketplace
    search: Search
    categories: Categories
    freight: Freight
    comparing: Comparing
    ordering: Ordering
    payments: Payments
    tracking: Tracking
    aftersales: Aftersales
    paying_together: PayingTogether
    short_links: ShortLinks
    access: Access
    quotas: Quotas
    resolving: OrderResolving
    operator_payments: OperatorPayments
    health: Callable[[], MarketplaceHealth]
    support: Support
    tier_scope: TierScope = TierScope.OFFER
    shop: Shop | None = None  # None for a team
    groups: GroupBuys | None = None  # None where there are no group buys
    watches: Watches | None = None  # None where offers can't be watched
    face: Callable[[], "Face | None"] = lambda: None
    clock_off: Callable[[], timedelta | None] = lambda: None  # as `WorldClock.off`

    @property
    def divisions(self) -> Divisions:
        """The names of places: read when first asked for, and beside the first updates."""
        return load_divisions()
