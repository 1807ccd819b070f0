"""Quotas: a sliding hour of searches, and orders left unpaid."""

from typing import Any

import pytest

from bot.domain.identifiers import MarketplaceOrderId, MerchantOrderNo, UserId
from bot.domain.orders import Order, OrderPart, OrderStatus, Placing
from bot.marketplace.errors import Unreachable
from bot.services.quotas import Quotas
from tests.storage.samples import order

GUEST, BOSS = UserId(7), UserId(1)


class Clock:
    now = 5_000.0

    def __call__(self) -> float:
        return self.now


class Book:
    """A person's orders, and what the marketplace says of each now."""

    def __init__(self, *orders: Order, now: OrderStatus | None = None) -> None:
        self.orders = list(orders)
        self.now = now
        self.refreshed: list[str] = []

    async def orders_of(self, user_id: UserId, limit: int = 10, offset: int = 0) -> list[Order]:
        return self.orders[offset : offset + limit]

    async def refresh(self, one: Order) -> Order:
        self.refreshed.append(one.order_no)
        if self.now is None:
            raise Unreachable("no answer", endpoint="order_detail")
        return one.replace(parts=tuple(each.seen(self.now) for each in one.parts))


def placed(number: int, status: OrderStatus = OrderStatus.AWAITING_PAYMENT) -> Order:
    part = OrderPart(order_id=MarketplaceOrderId(str(number)), status=status)
    one = order().replace(order_no=MerchantOrderNo(f"S{number}"))
    return one.replace(placing=Placing.PLACED, parts=(part,))


def quotas(book: Any = None, **limits: Any) -> Quotas:
    book = book or Book()
    return Quotas(book, book, unlimited={BOSS}, **limits)


def test_searches_come_back_one_by_one() -> None:
    """An hour after each, not at the full hour."""
    clock = Clock()
    limited = quotas(searches_per_hour=2, clock=clock)
    limited.count_search(GUEST)
    clock.now += 600
    assert limited.search_again_in(GUEST) is None
    limited.count_search(GUEST)
    assert limited.search_again_in(GUEST) == pytest.approx(3000)
    clock.now += 3000
    assert limited.search_again_in(GUEST) is None
    limited.count_search(GUEST)
    assert limited.search_again_in(GUEST) == pytest.approx(600)


def test_others_operators_and_zero_are_not_limited() -> None:
    """The quota is one person's."""
    limited = quotas(searches_per_hour=1, clock=Clock())
    for person in (GUEST, BOSS, BOSS):
        limited.count_search(person)
    assert limited.search_again_in(GUEST) is not None
    assert limited.search_again_in(BOSS) is None
    assert limited.search_again_in(UserId(8)) is None
    free = quotas(searches_per_hour=0)
    for _ in range(1000):
        free.count_search(GUEST)
    assert free.search_again_in(GUEST) is None


async def test_below_the_limit_the_marketplace_is_not_asked() -> None:
    """Counting is cheap: it reads the storage alone."""
    book = Book(placed(1), placed(2, OrderStatus.AWAITING_SHIPMENT))
    assert await quotas(book, unpaid_orders=2).may_order(GUEST)
    assert book.refreshed == []


async def test_at_the_limit_it_asks_which_were_paid_meanwhile() -> None:
    """The oldest first, and no more than needed."""
    book = Book(placed(3), placed(2), placed(1), now=OrderStatus.AWAITING_SHIPMENT)
    assert await quotas(book, unpaid_orders=3).may_order(GUEST)
    assert book.refreshed == ["S1"]


async def test_unpaid_and_unknown_ones_count() -> None:
    """An order without a clear answer may yet want payment."""
    uncertain = order().replace(placing=Placing.UNCERTAIN)
    refused = order().replace(placing=Placing.REFUSED)
    book = Book(placed(1), uncertain, refused, now=OrderStatus.AWAITING_PAYMENT)
    assert not await quotas(book, unpaid_orders=2).may_order(GUEST)
    assert await quotas(book, unpaid_orders=3).may_order(GUEST)
    assert await quotas(book, unpaid_orders=2).may_order(BOSS)
    assert await quotas(book, unpaid_orders=0).may_order(GUEST)


async def test_what_cannot_be_asked_counts_as_last_seen() -> None:
    """A silent marketplace lifts no limit."""
    assert not await quotas(Book(placed(1)), unpaid_orders=1).may_order(GUEST)
