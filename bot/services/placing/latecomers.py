"""What may still show up at the marketplace after an order was settled: late, or twice."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext

import structlog

from bot.domain.identifiers import MarketplaceOrderId, MerchantOrderNo
from bot.domain.orders import Order, Placing
from bot.marketplace.errors import MarketplaceError
from bot.marketplace.port import Marketplace
from bot.services.placing.extras import Pause, cancel_doubles, sort_extras, with_parts
from bot.services.placing.listing import Listing, look_everywhere
from bot.storage.ports import OrderMoved, OrderPort, StorageUnavailable

WATCH_LATER = (600.0, 3600.0)
"""Seconds before the last looks, after those as often as an uncertain order is looked up."""

Holding = Callable[[MerchantOrderNo], AbstractAsyncContextManager[None]]
_log = structlog.get_logger(__name__)


def nobody_else(_: MerchantOrderNo) -> AbstractAsyncContextManager[None]:
    """Hold nothing: where no one else changes placed orders."""
    return nullcontext()


class Latecomers:
    """Adopts what shows up late and is wanted, and closes what nobody wants.

    `look_again` looks an unresolved order up and adopts it; `found` is told of which order there
    is more now. `holding` keeps others from changing a placed order meanwhile. `pause` ends the
    work by raising.
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
        holding: Holding = nobody_else,
    ) -> None:
        self._marketplace = marketplace
        self._orders = orders
        self._delays = delays
        self._look_again = look_again
        self._found = found
        self._pause = pause
        self._holding = holding
        self._strays: dict[MerchantOrderNo, tuple[MarketplaceOrderId, ...]] = {}

    @staticmethod
    def concerns(order: Order) -> bool:
        """Tell whether something may still show up under this number."""
        return order.placing is Placing.UNRESOLVED or order.may_have_extra

    @property
    def strays(self) -> dict[MerchantOrderNo, tuple[MarketplaceOrderId, ...]]:
        """Orders at the marketplace that a person has to look at, by the number they carry."""
        return dict(self._strays)

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
            await self._sort(order)

    async def _sort(self, order: Order) -> None:
        listing = await look_everywhere(self._marketplace, order)
        extras = sort_extras(order, listing)
        if extras.wanted:
            await self._take(order.order_no, listing)
        await cancel_doubles(self._marketplace, extras.unwanted, pause=self._pause)
        strays = tuple(each.order_id for each in extras.strays)
        if strays:
            _log.error("stray_orders", order_ids=[str(each) for each in strays])
            self._strays[order.order_no] = strays
        else:
            self._strays.pop(order.order_no, None)

    async def _take(self, order_no: MerchantOrderNo, listing: Listing) -> None:
        """Make parts of what is wanted, judged by the order as it stands now."""
        async with self._holding(order_no):
            order = await self._orders.order(order_no)
            wanted = sort_extras(order, listing).wanted if order is not None else ()
            if order is None or not wanted:
                return
            order = with_parts(order, wanted)
            await self._orders.save_order(order, Placing.PLACED)
        _log.warning("parts_adopted_late", parts=len(wanted))
        self._found(order_no)
