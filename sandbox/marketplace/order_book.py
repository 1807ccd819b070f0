"""All orders, by number and by the merchant's own number."""

from __future__ import annotations

import random
from collections.abc import Iterable

from sandbox.marketplace.orders import Order

FIRST_ORDER_ID = 2_257_000_000_000_000_000
ORDER_ID_SPAN = 10**15


class OrderBook:
    """Orders in the order of their making."""

    def __init__(self) -> None:
        self._orders: dict[str, Order] = {}
        # Looked through at every call, so those that were paid or closed are let go of.
        self._unpaid: dict[str, Order] = {}
        self._numbers: set[str] = set()
        self._random = random.SystemRandom()

    def all(self) -> Iterable[Order]:
        """Every order, oldest first."""
        return self._orders.values()

    def get(self, order_id: str) -> Order | None:
        """The order of that number."""
        return self._orders.get(order_id)

    def of_merchant(self, third_order_id: str) -> list[Order]:
        """Every order made under that merchant number, oldest first."""
        return [order for order in self.all() if order.third_order_id == third_order_id]

    def add(self, order: Order) -> None:
        """Record an order."""
        self._orders[order.order_id] = self._unpaid[order.order_id] = order
        self._numbers |= {order.order_id, *(line.line_id for line in order.lines)}

    def clear(self) -> None:
        """Forget every order."""
        self._orders.clear()
        self._unpaid.clear()
        self._numbers.clear()

    def new_number(self) -> str:
        """A fresh 19-digit number that a double cannot hold, so that careless parsing shows."""
        while True:
            number = FIRST_ORDER_ID + self._random.randrange(ORDER_ID_SPAN)
            text = str(number)
            if int(float(number)) != number and text not in self._numbers:
                self._numbers.add(text)
                return text

    def overdue(self, now_ms: int) -> list[Order]:
        """Unpaid orders whose time to pay is over."""
        return [x for x in self._awaiting() if not x.is_paying and x.pay_before_ms <= now_ms]

    def arriving(self, now_ms: int) -> list[Order]:
        """Orders whose payment was under way and has arrived."""
        return [x for x in self._awaiting() if x.is_paying and (x.paying_until_ms or 0) <= now_ms]

    def _awaiting(self) -> list[Order]:
        for order_id in [key for key, order in self._unpaid.items() if not order.awaits_payment]:
            del self._unpaid[order_id]
        return list(self._unpaid.values())
