"""What following placed orders asks of the storage. Its errors stand in `bot.storage.ports`."""

from datetime import datetime
from typing import Protocol

from bot.domain.identifiers import MarketplaceOrderId, MerchantOrderNo
from bot.domain.model import Value
from bot.domain.orders import Order


class Tracked(Value):
    """A placed order as it is being re-read. `hints` and `misses` as of its loading."""

    order: Order
    hints: int = 0  # how often a reading was asked for
    misses: int = 0  # how many readings in a row failed
    forgotten: bool = False  # its person asked to be; it stays until it is over


class TrackingPort(Protocol):
    """Placed orders as they are read again, and when that is due."""

    async def tracked(self, order_no: MerchantOrderNo) -> Tracked | None:
        """Return a placed order, None when there is none or it is not placed."""

    async def order_of_part(self, order_id: MarketplaceOrderId) -> MerchantOrderNo | None:
        """Return the number of ours that has this order of the marketplace, if there is one."""

    async def save_tracked(self, before: Tracked, after: Order, look_at: datetime | None) -> None:
        """Store what a reading made of an order, and when the next one is due (None: never).

        What asked for a reading since `before` was loaded keeps the order due. Raises
        `OrderMoved` when the order is gone.
        """

    async def missed(self, before: Tracked, look_at: datetime) -> None:
        """Count a reading that failed and put the next one off, unless one was asked for since."""

    async def look_by(self, order_no: MerchantOrderNo, at: datetime) -> None:
        """Have a tracked order read again at that time at the latest."""

    async def due_orders(self, now: datetime, limit: int) -> list[MerchantOrderNo]:
        """Return the orders whose reading is due, the longest due first."""

    async def sort_orders(self, limit: int = 200) -> int:
        """Work out stages and ids of orders from an earlier release; return how many were done."""
