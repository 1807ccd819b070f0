"""How much one person may ask for within an hour, and how many orders may stay unpaid.

Operators have no quota. See docs/decisions/0010-who-may-order.md.
"""

import time
from collections import deque
from collections.abc import Callable, Iterable

import structlog

from bot.domain.identifiers import UserId
from bot.domain.orders import Order, OrderStatus, Placing
from bot.domain.recent import Recent
from bot.marketplace.errors import MarketplaceError
from bot.services.following.tracking import Tracking
from bot.storage.ports import OrderPort

_HOUR = 3600.0
_TOGETHER = 30.0  # seconds whose calls are remembered as one
_REMEMBERED = 10_000  # people
_LOOKED_THROUGH = 100  # latest orders; older ones were paid or closed long ago
_log = structlog.get_logger(__name__)


class Quotas:
    """Counts; 0 stands for no limit.

    Searches are counted in memory, as a sliding window: a restart forgives. Unpaid orders are
    counted from the storage.
    """

    def __init__(
        self,
        orders: OrderPort,
        tracking: Tracking,
        *,
        searches_per_hour: int = 0,
        unpaid_orders: int = 0,
        calls_per_hour: int = 0,
        unlimited: Iterable[int] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._calls_per_hour = calls_per_hour
        self._calls: Recent[UserId, deque[tuple[float, int]]] = Recent(_REMEMBERED)
        self._orders = orders
        self._tracking = tracking
        self._searches_per_hour = searches_per_hour
        self.unpaid_orders = unpaid_orders
        self._unlimited = frozenset(unlimited)
        self._searches: Recent[UserId, deque[float]] = Recent(_REMEMBERED)
        self._clock = clock

    def search_again_in(self, user_id: UserId) -> float | None:
        """Return the seconds until that person may search again, None when they may now."""
        if not self._searches_per_hour or user_id in self._unlimited:
            return None
        made = self._searches.get(user_id)
        now = self._clock()
        while made and now - made[0] >= _HOUR:
            made.popleft()
        if made is None or len(made) < self._searches_per_hour:
            return None
        return _HOUR - (now - made[0])

    def count_search(self, user_id: UserId) -> None:
        """Count a search that is made now."""
        if not self._searches_per_hour or user_id in self._unlimited:
            return
        made = self._searches.get(user_id)
        if made is None:
            made = deque(maxlen=self._searches_per_hour)
            self._searches.put(user_id, made)
        made.append(self._clock())

    def spend(self, user_id: UserId, weight: int) -> bool:
        """Count calls of the marketplace that a person's wish takes; return whether it may."""
        if not self._calls_per_hour or user_id in self._unlimited:
            return True
        now, made = self._clock(), self._calls.get(user_id)
        if made is None:
            made = deque()
            self._calls.put(user_id, made)
        while made and now - made[0][0] >= _HOUR:
            made.popleft()
        if sum(each for _, each in made) + weight > self._calls_per_hour:
            return False
        if made and now - made[-1][0] < _TOGETHER:
            made[-1] = (made[-1][0], made[-1][1] + weight)
        else:
            made.append((now, weight))
        return True

    async def may_order(self, user_id: UserId) -> bool:
        """Tell whether that person may leave one more order unpaid.

        Before it says no it asks the marketplace which of them were paid or closed meanwhile.
        Raises `StorageUnavailable`.
        """
        if not self.unpaid_orders or user_id in self._unlimited:
            return True
        orders = await self._orders.orders_of(user_id, limit=_LOOKED_THROUGH)
        unpaid = [each for each in orders if _may_be_unpaid(each)]
        left = len(unpaid)
        for order in reversed(unpaid):  # the oldest is the likeliest to have closed
            if left < self.unpaid_orders:
                break
            if order.placing is Placing.PLACED and not await self._still_unpaid(order):
                left -= 1
        return left < self.unpaid_orders

    async def _still_unpaid(self, order: Order) -> bool:
        try:
            return _may_be_unpaid(await self._tracking.refresh(order))
        except MarketplaceError as error:
            # As last seen.
            _log.info("states_not_refreshed", reason=type(error).__name__)
            return True


def _may_be_unpaid(order: Order) -> bool:
    """Tell whether an order waits for its payment, or may turn out to."""
    if order.placing is Placing.PLACED:
        return any(part.status is OrderStatus.AWAITING_PAYMENT for part in order.parts)
    return order.is_open
