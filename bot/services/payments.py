"""Getting orders paid: fresh links."""

from bot.domain.orders import Order, OrderStatus
from bot.marketplace.port import Marketplace, PaymentLink


class Payments:
    """Reads only. A link is never stored: its lifetime is not documented (contract 6.1)."""

    def __init__(self, marketplace: Marketplace) -> None:
        self._marketplace = marketplace

    async def link(self, order: Order) -> PaymentLink | None:
        """Return a fresh link for the unpaid parts, None when nothing is to be paid.

        Raises `MarketplaceError`.
        """
        unpaid = [
            part.order_id for part in order.parts if part.status is OrderStatus.AWAITING_PAYMENT
        ]
        return await self._marketplace.payment_link(unpaid) if unpaid else None
