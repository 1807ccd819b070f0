"""What may still show up at the marketplace after an order was settled: late, or twice."""

from collections.abc import Awaitable, Callable, Sequence

import structlog

from bot.domain.identifiers import MerchantOrderNo
from bot.domain.orders import Order, Placing
from bot.marketplace.errors import MarketplaceError
from bot.marketplace.port import Marketplace
from bot.services.placing.extras import Pause, close_extras
from bot.storage.ports import OrderMoved, OrderPort, StorageUnavailable

WATCH_LATER = (600.0, 3600.0)
"""Seconds before the last looks, after those as often as an uncertain order is looked up."""

_log = structlog.get_logger(__name__)


class Latecomers:
    """Adopts an unresolved order that shows up late, and closes what nobody wants.

    `look_again` looks an unresolved order up and adopts it; `found` is told which it was.
    `pause` ends the work by raising.
    """

    def __init__(
        self,
        marketplace: Marketplace,
        orders: OrderPort,
        *,
        delays: Sequence[float],
        look_again: Callable[[Order], Awaitable[Order]],
        found: Callable[[MerchantOrderNo], None],
        pause: Pause,
    ) -> None:
        self._marketplace = marketplace
        self._orders = orders
        self._delays = delays
        self._look_again = look_again
        self._found = found
        self._pause = pause

    @staticmethod
    def concerns(order: Order) -> bool:
        """Tell whether something may still show up under this number."""
        return order.placing is Placing.UNRESOLVED or order.may_have_extra

    async def watch(self, settled: Order) -> None:
        """Look at the list now and then, for about an hour, while the order stays as it is."""
        for delay in self._delays:
            await self._pause(delay)
            try:
                order = await self._orders.order(settled.order_no)
                if order is None or order.placing is not settled.placing:
                    return
                await self._look(order)
            except (MarketplaceError, StorageUnavailable, OrderMoved) as error:
                _log.warning("not_looked_for", error=str(error))

    async def _look(self, order: Order) -> None:
        if order.placing is Placing.UNRESOLVED:
            if (await self._look_again(order)).placing is not order.placing:
                self._found(order.order_no)
        else:
            await close_extras(self._marketplace, order, pause=self._pause)
