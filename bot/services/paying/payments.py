"""Getting orders paid: fresh links."""

from bot.domain.order_actions import unpaid
from bot.domain.orders import Order
from bot.marketplace.port import MOST_PER_LINK, Marketplace, PaymentLink


class Payments:
    """Reads only. A link is never stored: its lifetime is not documented (contract 6.1)."""

    def __init__(self, marketplace: Marketplace) -> None:
        self._marketplace = marketplace

    async def link(self, order: Order) -> PaymentLink | None:
        """Return a fresh link for the first `MOST_PER_LINK` unpaid parts.

        None when nothing is unpaid, and where orders are not paid by links. Raises
        `MarketplaceError`.
        """
        if not self._marketplace.capabilities.payment_link:
            return None
        ids = [part.order_id for part in unpaid(order)][:MOST_PER_LINK]
        return await self._marketplace.payment_link(ids) if ids else None
