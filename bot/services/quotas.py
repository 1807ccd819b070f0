"""How much one person may ask for within an hour, and how many orders may stay unpaid.

Operators have no quota. See docs/decisions/0010-who-may-order.md.
"""

import time
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence

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
    counted from the storage. Among replicas `on_counted` passes on what is counted here, and
    `heard` adds what others counted.
    """

    on_counted: Callable[[UserId, int, int], None] | None = None
    """Hears of whom how many searches and calls were counted."""

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
        self._calls: Recent[UserId, list[tuple[float, int]]] = Recent(_REMEMBERED)
        self._orders = orders
        self._tracking = tracking
        self._searches_per_hour = searches_per_hour
        self.unpaid_orders = unpaid_orders
        self._unlimited = frozenset(unlimited)
        # Arrays and lists: an empty deque takes 0.6 kB, and most people search a few times.
        self._searches: Recent[UserId, array[float]] = Recent(_REMEMBERED)
        self._clock = clock

    def search_again_in(self, user_id: UserId) -> float | None:
        """Return the seconds until that person may search again, None when they may now."""
        if not self._searches_per_hour or user_id in self._unlimited:
            return None
        made = self._searches.get(user_id)
        now = self._clock()
        while made and now - made[0] >= _HOUR:
            del made[0]
        if made is None or len(made) < self._searches_per_hour:
            return None
        return _HOUR - (now - made[0])

    def count_search(self, user_id: UserId) -> None:
        """Count a search that is made now."""
        if not self._searches_per_hour or user_id in self._unlimited:
            return
        self._add_searches(user_id, 1, self._clock())
        if self.on_counted is not None:
            self.on_counted(user_id, 1, 0)

    def spend(self, user_id: UserId, weight: int) -> bool:
        """Count calls of the marketplace that a person's wish takes; return whether it may."""
        if not self._calls_per_hour or user_id in self._unlimited:
            return True
        now, made = self._clock(), self._calls_of(user_id)
        while made and now - made[0][0] >= _HOUR:
            del made[0]
        if sum(each for _, each in made) + weight > self._calls_per_hour:
            return False
        self._add_calls(made, weight, now)
        if self.on_counted is not None:
            self.on_counted(user_id, 0, weight)
        return True

    def heard(self, user_id: UserId, searches: int, calls: int, ago: float = 0.0) -> None:
        """Count what was counted by another replica, so many seconds ago."""
        moment = self._clock() - ago
        if self._searches_per_hour and searches:
            self._add_searches(user_id, searches, moment)
        if self._calls_per_hour and calls:
            self._add_calls(self._calls_of(user_id), calls, moment)

    def catch_up(self, user_id: UserId, told: Sequence[tuple[float, int, int]]) -> None:
        """Take what another replica knows of the last hour where that is more than is known here.

        `told` is how many seconds ago how many searches and calls were counted, the oldest first.
        """
        since = self._clock() - _HOUR
        searches = sum(moment > since for moment in self._searches.get(user_id) or ())
        if sum(each[1] for each in told) > searches:
            self._searches.drop(user_id)
            for ago, count, _ in told:
                self.heard(user_id, count, 0, ago)
        calls = sum(count for moment, count in self._calls.get(user_id) or () if moment > since)
        if sum(each[2] for each in told) > calls:
            self._calls.drop(user_id)
            for ago, _, count in told:
                self.heard(user_id, 0, count, ago)

    def known(self) -> Iterator[tuple[UserId, float, int, int]]:
        """Yield of whom how many searches and calls were counted how many seconds ago.

        The oldest of one person first, nothing that is older than an hour.
        """
        now = self._clock()
        made: list[tuple[UserId, float, int, int]] = [
            (user, now - moment, 1, 0)
            for user, moments in self._searches.items()
            for moment in moments
        ]
        made += [
            (user, now - moment, 0, calls)
            for user, some in self._calls.items()
            for moment, calls in some
        ]
        yield from sorted((each for each in made if each[1] < _HOUR), key=lambda it: -it[1])

    def _add_searches(self, user_id: UserId, count: int, moment: float) -> None:
        made = self._searches.get(user_id)
        if made is None:
            made = array("d")
            self._searches.put(user_id, made)
        made.extend([moment] * count)
        del made[: -self._searches_per_hour]

    def _calls_of(self, user_id: UserId) -> list[tuple[float, int]]:
        made = self._calls.get(user_id)
        if made is None:
            made = []
            self._calls.put(user_id, made)
        return made

    @staticmethod
    def _add_calls(made: list[tuple[float, int]], weight: int, moment: float) -> None:
        if made and moment - made[-1][0] < _TOGETHER:
            made[-1] = (made[-1][0], made[-1][1] + weight)
        else:
            made.append((moment, weight))

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
