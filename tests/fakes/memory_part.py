"""What the parts of the storage in memory share: the orders, the time, and whether it answers."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.domain.identifiers import MerchantOrderNo, UserId
from bot.domain.orders import Order
from bot.storage.ports import StorageUnavailable


@dataclass
class Claimed:
    order: Order
    consent: tuple[str, int, UserId, int]
    told: bool = False
    look_at: datetime | None = None
    hints: int = 0
    misses: int = 0
    forgotten: bool = False


@dataclass
class MemoryPart:
    """Set `unavailable` to make every call raise `StorageUnavailable`."""

    now: datetime | None = None
    unavailable: bool = False
    opened: bool = True
    _orders: dict[MerchantOrderNo, Claimed] = field(default_factory=dict)

    def book_state(self, order: Order) -> None:
        """Book what an order's new state means; a shop's part does."""
        raise NotImplementedError

    def order_of_buy_stored(self, order: Order) -> None:
        """Have the buy that an order is of looked at; the part of group buys does."""
        raise NotImplementedError

    def _owned(self, order: Order) -> Order:
        """Return an order as it is to be kept: that of a group buy stays its organiser's."""
        there = self._orders.get(order.order_no)
        if there is None or order.group_buy is None:
            return order
        whose = there.order
        return order.replace(user_id=whose.user_id, chat_id=whose.chat_id, language=whose.language)

    def _time(self) -> datetime:
        return self.now or datetime.now(UTC)

    def _answer(self) -> None:
        if self.unavailable or not self.opened:
            raise StorageUnavailable("unavailable" if self.opened else "the storage is not open")
