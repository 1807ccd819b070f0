"""Everything that handlers may ask for, in one place."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.addresses.divisions import Divisions
from bot.domain.health import MarketplaceHealth
from bot.domain.pricing import TierScope
from bot.marketplace.port import Marketplace
from bot.services.access import Access
from bot.services.aftersales import Aftersales
from bot.services.categories import Categories
from bot.services.freight import Freight
from bot.services.operator_payments import OperatorPayments
from bot.services.ordering import Ordering
from bot.services.paying_together import PayingTogether
from bot.services.payments import Payments
from bot.services.quotas import Quotas
from bot.services.search import Search
from bot.services.settling_orders import SettlingOrders
from bot.services.short_links import ShortLinks
from bot.services.tracking import Tracking
from bot.storage.ports import Storage


@dataclass(frozen=True, slots=True)
class Services:
    """The use cases, and the ports that handlers read from."""

    store: Storage
    marketplace: Marketplace
    search: Search
    categories: Categories
    freight: Freight
    ordering: Ordering
    payments: Payments
    tracking: Tracking
    aftersales: Aftersales
    paying_together: PayingTogether
    divisions: Divisions
    short_links: ShortLinks
    access: Access
    quotas: Quotas
    settling: SettlingOrders
    operator_payments: OperatorPayments
    health: Callable[[], MarketplaceHealth]
    tier_scope: TierScope = TierScope.OFFER
    support: frozenset[int] = frozenset()
