"""A buy that is paid for, one whose order is bought, one whose goods have arrived; its books."""

from typing import Any

from bot.domain.currencies import CNY, Money
from bot.domain.group_buys import (
    counting,
    fulfilling,
    joining,
    ordering,
    quoting,
    receiving,
)
from bot.domain.identifiers import MerchantOrderNo, UserId
from bot.domain.ledger import Account
from tests.domain.group_buys.groups import NOW, Desk, opened, quote, with_people

_ORDER = MerchantOrderNo("S261130-7K3MZQ4T")
ANNA, BEN = UserId(2), UserId(3)


def collecting(**changes: Any) -> Desk:
    """Return a priced buy of two who take 4 and 2 pieces."""
    desk = Desk(with_people(opened(**changes), (ANNA, 4, 1000), (BEN, 2, 1000)))
    desk.take(joining.locked(desk.buy, NOW))
    desk.take(quoting.priced(desk.buy, quote(desk.buy, 600), desk.books, NOW))
    return desk


def bought(**changes: Any) -> Desk:
    """Return that buy when both have paid, and its order is paid as well."""
    desk = collecting(**changes)
    for user in (ANNA, BEN):
        owed = Money(currency=CNY, units=balance(desk, user))
        desk.take(receiving.paid(desk.buy, user, owed, f"k{user}", desk.books, NOW))
    assert desk.buy.bill is not None
    total = desk.buy.bill.total
    desk.take(ordering.frozen(desk.buy, _ORDER, total, (1, 2), NOW))
    desk.take(ordering.placed(desk.buy, NOW))
    desk.take(fulfilling.bought(desk.buy, total, desk.books, NOW))
    return desk


def arrived(**changes: Any) -> Desk:
    desk = bought(**changes)
    desk.take(counting.counted(desk.buy, {}, desk.books, NOW))
    return desk


def balance(desk: Desk, user: UserId) -> int:
    return desk.books.account_of(desk.buy.account_of(user), CNY).balance.units


def even(desk: Desk) -> None:
    """Hold the bill and the books against each other: every fen has an account."""
    assert desk.buy.bill is not None
    assert not desk.buy.bill.difference
    assert not desk.books.differences()
    assert desk.books.sum_of(Account.MARKETPLACE, CNY).units == 0  # all of it was paid on
