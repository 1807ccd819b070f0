"""What is the organiser's own is sold to others, beside what members are charged."""

import pytest

from bot.domain.currencies import CNY, Currency, Money, yuan
from bot.domain.group_buys import (
    counting,
    fulfilling,
    joining,
    minimum,
    ordering,
    quoting,
    receiving,
)
from bot.domain.group_buys.buys import BuyRefused, BuyState, Why
from bot.domain.group_buys.selling import for_sale, sales, sold
from bot.domain.identifiers import MerchantOrderNo, UserId
from bot.domain.ledger import Account, TooMuch
from bot.domain.money import Fen
from tests.domain.group_buys.groups import BLUE, NOW, RED, Desk, opened, quote, with_people


def counted(red: int, blue: int = 0) -> Desk:
    """A member takes 4 pieces at 10.00, the organiser one more; so many came."""
    desk = Desk(with_people(opened(), (2, 4, 1000)))
    desk.take(joining.locked(desk.buy, NOW))
    desk.take(minimum.topped_up(desk.buy, desk.buy.claim(1).consent, RED, 1))
    desk.take(quoting.priced(desk.buy, quote(desk.buy, 500), desk.books, NOW))
    owed = desk.books.account_of(desk.buy.account_of(UserId(2)), CNY).balance
    desk.take(receiving.paid(desk.buy, UserId(2), owed, "p", desk.books, NOW))
    assert desk.buy.bill is not None
    number = MerchantOrderNo("S261130-7K3MZQ4T")
    desk.take(ordering.frozen(desk.buy, number, desk.buy.bill.total, (1, 2), NOW))
    desk.take(ordering.placed(desk.buy, NOW))
    desk.take(fulfilling.bought(desk.buy, desk.buy.bill.total, desk.books, NOW))
    desk.take(counting.counted(desk.buy, {RED: red, BLUE: blue}, desk.books, NOW))
    return desk


def test_spare_pieces_go_first_then_those_that_the_organiser_took() -> None:
    desk = counted(6, 2)
    assert for_sale(desk.buy, desk.books) == {RED: 2, BLUE: 2}
    desk.take(sold(desk.buy, RED, 2, yuan(3600), desk.books, NOW))
    desk.take(sold(desk.buy, BLUE, 1, yuan(500), desk.books, NOW))
    assert for_sale(desk.buy, desk.books) == {BLUE: 1}
    assert [(each.spec_id, each.pieces) for each in desk.buy.spare] == [(BLUE, 1)]
    with pytest.raises(BuyRefused) as none_left:
        sold(desk.buy, RED, 1, yuan(1), desk.books, NOW)
    assert (none_left.value.why, none_left.value.left) == (Why.FULL, 0)


def test_what_it_brought_above_the_price_of_all_is_seen_and_nobody_elses() -> None:
    desk = counted(6)
    owed = {user: desk.buy.share_of(UserId(user)) for user in (1, 2)}
    desk.take(sold(desk.buy, RED, 2, yuan(3600), desk.books, NOW))
    (sale,) = sales(desk.buy, desk.books)
    assert (sale.proceeds, sale.worth) == (yuan(3600), yuan(2000))
    assert {user: desk.buy.share_of(UserId(user)) for user in (1, 2)} == owed
    assert desk.books.sum_of(Account.GAIN, CNY) == -yuan(3600)
    assert not desk.books.differences()


def test_two_sales_alike_are_two() -> None:
    desk = counted(7)
    for _ in range(2):
        desk.take(sold(desk.buy, RED, 1, yuan(900), desk.books, NOW))
    assert [each.pieces for each in sales(desk.buy, desk.books)] == [1, 1]
    assert for_sale(desk.buy, desk.books) == {RED: 1}


def test_the_books_close_with_sales_in_them_and_take_none_after() -> None:
    desk = counted(6)
    desk.take(sold(desk.buy, RED, 1, yuan(1200), desk.books, NOW))
    for user in (2, 1):
        desk.take(fulfilling.handed(desk.buy, UserId(user), NOW))
    assert for_sale(desk.buy, desk.books) == {RED: 1}  # handed to the organiser, and still theirs
    desk.take(fulfilling.closed(desk.buy, desk.books, NOW))
    assert desk.buy.state is BuyState.CLOSED
    with pytest.raises(BuyRefused):
        sold(desk.buy, RED, 1, yuan(1200), desk.books, NOW)


@pytest.mark.parametrize("pieces", [0, -1, 3])
def test_no_more_is_sold_than_there_is(pieces: int) -> None:
    desk = counted(6)
    with pytest.raises(BuyRefused) as refused:
        sold(desk.buy, RED, pieces, yuan(100), desk.books, NOW)
    assert refused.value.left == 2


def test_nothing_is_given_away_or_sold_for_another_currency() -> None:
    desk = counted(6)
    for amount in (yuan(0), Money(currency=Currency("RUB"), units=100)):
        with pytest.raises(TooMuch):
            sold(desk.buy, RED, 1, amount, desk.books, NOW)


def test_a_piece_is_worth_what_members_pay_for_one_of_a_variant_that_nobody_ordered() -> None:
    desk = counted(5, 1)
    desk.take(sold(desk.buy, BLUE, 1, yuan(700), desk.books, NOW))
    (sale,) = sales(desk.buy, desk.books)
    assert sale.worth == yuan(Fen(1000))
