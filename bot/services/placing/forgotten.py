"""After a restore: orders of ours at the marketplace that the database knows nothing of.

They were made after the copy. Nobody follows them here, and whoever ordered them can't see them.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

from bot.domain.identifiers import MerchantOrderNo
from bot.marketplace.errors import MarketplaceError
from bot.marketplace.port import Marketplace
from bot.services.placing.listing import MOST_PAGES, OURS_MAY_BE_OFF, number_of
from bot.services.placing.recovery import CLOSED
from bot.storage.ports import OrderPort, StorageUnavailable

LISTED_FOR = timedelta(days=30)
"""So far back the list is read where nobody knows of when the copy is (contract 5.5)."""

_AGAIN_AFTER = 60.0  # seconds, while the marketplace does not answer
_log = structlog.get_logger(__name__)


class ForgottenOrders:
    """`numbers` are the order numbers of ours that were found there and are unknown here."""

    def __init__(
        self,
        marketplace: Marketplace,
        orders: OrderPort,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._marketplace = marketplace
        self._orders = orders
        self._pause = pause
        self.numbers: frozenset[MerchantOrderNo] = frozenset()

    async def look(self, since: datetime) -> None:
        """Read the list of what was made since, until that succeeds, and find what is unknown."""
        while True:
            try:
                self.numbers = await self._unknown(since - OURS_MAY_BE_OFF)
            except (MarketplaceError, StorageUnavailable) as error:
                _log.warning("forgotten_orders_not_looked_for", error=type(error).__name__)
                await self._pause(_AGAIN_AFTER)
            else:
                return

    async def _unknown(self, since: datetime) -> frozenset[MerchantOrderNo]:
        found: set[MerchantOrderNo] = set()
        for number in range(1, MOST_PAGES + 1):
            page = await self._marketplace.find_orders(created_from=since, page=number)
            if not page.orders:
                break
            alive = [each for each in page.orders if each.status not in CLOSED]
            found.update(filter(None, map(number_of, alive)))
        else:
            _log.warning("list_not_read_to_its_end", pages=MOST_PAGES)
        return frozenset({each for each in found if await self._orders.order(each) is None})
