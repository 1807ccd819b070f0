"""Getting orders paid: fresh links, and what the marketplace says of the money."""

from bot.domain.orders import Order, OrderStatus
from bot.marketplace.port import Marketplace, PaymentLink
from bot.storage.ports import OrderPort


class Payments:
    """Reads only. A link is never stored: its lifetime is not documented (contract 6.1)."""

    def __init__(self, marketplace: Marketplace, orders: OrderPort) -> None:
        self._marketplace = marketplace
        self._orders = orders

    async def link(self, order: Order) -> PaymentLink | None:
        """Return a fresh link for the unpaid parts, None when nothing is to be paid.

        Raises `MarketplaceError`.
        """
        unpaid = [
            part.order_id for part in order.parts if part.status is OrderStatus.AWAITING_PAYMENT
        ]
        return await self._marketplace.payment_link(unpaid) if unpaid else None

    async def refresh(self, order: Order) -> Order:
        """Read every part's state and amount again and store what is newer.

        Raises `MarketplaceError` or `OrderMoved`.
        """
        parts = []
        for part in order.parts:
            found = await self._marketplace.order_detail(part.order_id)
            newer = part.seen(found.status)
            if found.total is not None:
                newer = newer.replace(total=found.total)
            if found.freight is not None:
                newer = newer.replace(freight=found.freight)
            parts.append(newer)
        refreshed = order.replace(parts=tuple(parts))
        if refreshed != order:
            await self._orders.save_order(refreshed, order.placing)
        return refreshed
