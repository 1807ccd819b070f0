"""Several unpaid orders paid at once, through as few links as is safe (contract 6.1)."""

import asyncio
from collections.abc import Sequence

import structlog

from bot.domain.order_actions import unpaid
from bot.domain.orders import Order
from bot.marketplace.errors import Refused
from bot.marketplace.port import MOST_PER_LINK, Marketplace, PaymentLink
from bot.services.following.aftersales import Refresh

MOST_TOGETHER = 10
"""Orders at the marketplace behind one link: 30 are allowed, more than about 10 risk time-outs
(contract 6.1)."""

_AT_ONCE = 4  # orders read at a time
_log = structlog.get_logger(__name__)


class NotPayableTogether(Exception):
    """The marketplace refuses the payment of `orders`; of none of them alone when empty."""

    def __init__(self, orders: Sequence[Order], refusal: Refused) -> None:
        super().__init__(str(refusal))
        self.orders = tuple(orders)
        self.refusal = refusal


class PayingTogether:
    """Reads only: paying is what the person does behind the link."""

    def __init__(self, marketplace: Marketplace, refresh: Refresh) -> None:
        self._marketplace = marketplace
        self._refresh = refresh
        self._reading = asyncio.Semaphore(_AT_ONCE)

    async def reread(self, orders: Sequence[Order]) -> tuple[Order, ...]:
        """Return the orders as the marketplace has them now. Raises `MarketplaceError`."""
        return tuple(await asyncio.gather(*(self._read(order) for order in orders)))

    async def _read(self, order: Order) -> Order:
        async with self._reading:
            return await self._refresh(order)

    async def link(self, orders: Sequence[Order]) -> PaymentLink:
        """Return one link for the unpaid parts of all these orders.

        Raises `NotPayableTogether`, or another `MarketplaceError` than `Refused`.
        """
        ids = [part.order_id for order in orders for part in unpaid(order)][:MOST_PER_LINK]
        try:
            return await self._marketplace.payment_link(ids)
        except Refused as error:
            _log.info("link_refused", orders=len(orders), reason=error.reason.value)
            # Which of them it is about is not said: each is asked for by itself.
            refused = [order for order in orders if await self._is_refused(order)]
            raise NotPayableTogether(refused, error) from error

    async def _is_refused(self, order: Order) -> bool:
        try:
            await self._marketplace.payment_link(
                [part.order_id for part in unpaid(order)][:MOST_PER_LINK]
            )
        except Refused:
            return True
        return False


def bundles(orders: Sequence[Order]) -> tuple[tuple[Order, ...], ...]:
    """Share orders out over links of at most `MOST_TOGETHER` marketplace orders each.

    An order's parts stay together; one with more parts than that has a link of its own.
    """
    shared: list[list[Order]] = []
    count = 0
    for order in orders:
        parts = len(unpaid(order))
        if not shared or count + parts > MOST_TOGETHER:
            shared.append([])
            count = 0
        shared[-1].append(order)
        count += parts
    return tuple(tuple(each) for each in shared)
