"""A group buy of more variants than one order takes: quoted, made and followed as several."""

import pytest

from bot.domain.currencies import CNY
from bot.domain.group_buys import counting, joining, ordering
from bot.domain.group_buys.buys import BuyRefused, BuyState, Why
from bot.domain.group_buys.news import NewsOf
from bot.domain.group_buys.parts import MOST_VARIANTS, parts_of
from bot.domain.identifiers import SpecId
from bot.domain.ledger import Account
from bot.domain.money import Fen
from bot.domain.orders import Placing
from bot.services.grouping.ordering import after_orders, order_for
from tests.domain.group_buys.groups import NOW, Desk, wanted
from tests.services.several_orders import ANNA, BEN, ONE, THREE, TWO, at_ordering, made, of_many


def test_sixty_variants_are_two_orders_with_a_freight_each() -> None:
    buy = at_ordering().buy
    assert [len(each) for each in parts_of(buy.taken, buy.terms)] == [50, 10]
    assert buy.quote is not None
    assert buy.quote.freight == 1000
    lines = [line for part in range(2) for line in order_for(buy, ONE, NOW, part).lines]
    assert len({each.spec_id for each in lines}) == 60


def test_all_orders_have_to_be_made_and_paid() -> None:
    desk = at_ordering()
    desk.take(
        after_orders(desk.buy, made(desk.buy, Placing.PLACED, Placing.PLACED), desk.books, NOW)
    )
    assert desk.buy.state is BuyState.ORDERED
    desk.take(after_orders(desk.buy, made(desk.buy, None, Placing.PLACED), desk.books, NOW))
    assert desk.buy.state is BuyState.ORDERED
    desk.take(after_orders(desk.buy, made(desk.buy, None, None), desk.books, NOW))
    assert desk.buy.state is BuyState.BOUGHT


def test_a_paid_order_whose_detail_names_no_total_cost_what_was_agreed_to() -> None:
    """Else all that was charged for it would come out as a gain."""
    desk = at_ordering()
    desk.take(
        after_orders(desk.buy, made(desk.buy, Placing.PLACED, Placing.PLACED), desk.books, NOW)
    )
    one, other = made(desk.buy, None, None)
    silent = one.replace(parts=(one.parts[0].replace(total=None),))
    desk.take(after_orders(desk.buy, (silent, other), desk.books, NOW))
    assert desk.buy.bill is not None
    assert (desk.buy.bill.borne, desk.buy.bill.difference) == (0, 0)
    assert not desk.books.sum_of(Account.GAIN, CNY)


def test_an_order_that_was_not_made_while_another_stands_is_made_once_more() -> None:
    desk = at_ordering()
    orders = made(desk.buy, Placing.PLACED, Placing.REFUSED)
    desk.take(after_orders(desk.buy, orders, desk.books, NOW))
    assert (desk.buy.state, desk.buy.lacking) == (BuyState.ORDERING, (TWO,))
    assert len(desk.told(NewsOf.PARTLY)) == 1
    assert not after_orders(desk.buy, orders, desk.books, NOW).news  # told once
    with pytest.raises(BuyRefused):  # the one that stands is not made again
        ordering.reordered(desk.buy, ONE, THREE, Fen(1), NOW)
    total = desk.buy.quotes[1].total
    with pytest.raises(BuyRefused) as moved:
        ordering.reordered(desk.buy, TWO, THREE, Fen(total + 1), NOW)
    assert moved.value.why is Why.TERMS
    desk.take(ordering.reordered(desk.buy, TWO, THREE, total, NOW))
    assert (desk.buy.orders, desk.buy.lacking) == ((ONE, THREE), ())


def test_an_order_that_cannot_be_had_any_more_is_gone_without_to_the_fen() -> None:
    """50 at 8.50 with 5.00 of freight in one order, 10 at 9.50 with 5.00 in the other: not made.

    Ben took one of those ten, and nothing else: all of his comes back once the first is paid. The
    freight of the other order comes back when it is counted what arrived.
    """
    desk = at_ordering(BEN)
    assert balances(desk) == [0, 0]
    lost = made(desk.buy, Placing.PLACED, Placing.REFUSED)
    with pytest.raises(BuyRefused):  # the one that stands is not gone without
        ordering.order_dropped(after_orders(desk.buy, lost, desk.books, NOW).buy, ONE, NOW)
    desk.take(after_orders(desk.buy, lost, desk.books, NOW))
    desk.take(ordering.order_dropped(desk.buy, TWO, NOW))
    assert (desk.buy.lacking, desk.buy.dropped) == ((), (TWO,))
    desk.take(after_orders(desk.buy, lost, desk.books, NOW))
    assert desk.buy.state is BuyState.ORDERED
    paid = [made(desk.buy, None, None)[0], lost[1]]
    desk.take(after_orders(desk.buy, paid, desk.books, NOW))
    assert desk.buy.state is BuyState.BOUGHT
    assert desk.buy.bill is not None
    bens = 950 + 17  # one piece of 60 bears 17 fen of the freight of 10.00
    assert balances(desk) == [-9 * 950, -bens]
    assert (desk.buy.bill.total, desk.buy.bill.difference) == (50 * 850 + 500, 0)
    assert desk.told(NewsOf.NOT_ORDERED) == [ANNA, BEN]
    assert desk.told(NewsOf.BOUGHT) == [ANNA]
    again = after_orders(desk.buy, paid, desk.books, NOW)
    assert (again.news, again.booked) == ((), ())
    desk.take(counting.counted(desk.buy, {}, desk.books, NOW))
    assert balances(desk) == [-9 * 950 - (500 - 17), -bens]
    assert desk.buy.bill.difference == 0
    assert not desk.books.differences()
    assert not desk.books.sum_of(Account.MARKETPLACE, CNY)
    assert desk.buy.bill.total == sum(each.marketplace for each in desk.buy.bill.shares)


def test_without_the_last_one_that_stood_nothing_was_bought() -> None:
    """The other was let go of, and then the first was closed unpaid: all are free once more."""
    desk = at_ordering()
    lost = made(desk.buy, Placing.PLACED, Placing.REFUSED)
    desk.take(after_orders(desk.buy, lost, desk.books, NOW))
    desk.take(ordering.order_dropped(desk.buy, TWO, NOW))
    gone = made(desk.buy, Placing.REFUSED, Placing.REFUSED)
    desk.take(after_orders(desk.buy, gone, desk.books, NOW))
    assert (desk.buy.state, desk.buy.dropped) == (BuyState.COLLECTING, ())


def balances(desk: Desk) -> list[int]:
    accounts = [desk.buy.account_of(each) for each in (ANNA, BEN)]
    return [desk.books.account_of(each, CNY).balance.units for each in accounts]


def test_of_an_order_that_a_person_has_to_look_for_its_organiser_is_told_once() -> None:
    """Of two orders the second may exist: the buy waits, and says so until it is known."""
    desk = at_ordering()
    orders = made(desk.buy, Placing.PLACED, Placing.UNRESOLVED)
    desk.take(after_orders(desk.buy, orders, desk.books, NOW))
    assert (desk.buy.state, desk.buy.unresolved) == (BuyState.ORDERING, (TWO,))
    assert desk.told(NewsOf.UNRESOLVED) == [desk.buy.organiser]
    assert not after_orders(desk.buy, orders, desk.books, NOW).news  # told once
    found = made(desk.buy, Placing.PLACED, Placing.PLACED)
    desk.take(after_orders(desk.buy, found, desk.books, NOW))
    assert (desk.buy.state, desk.buy.unresolved) == (BuyState.ORDERED, ())


def test_an_order_that_certainly_was_not_made_after_all_frees_the_claims() -> None:
    desk = at_ordering()
    desk.take(
        after_orders(desk.buy, made(desk.buy, Placing.UNRESOLVED, Placing.REFUSED), desk.books, NOW)
    )
    assert (desk.buy.unresolved, desk.buy.lacking) == ((ONE,), (TWO,))
    gone = made(desk.buy, Placing.REFUSED, Placing.REFUSED)
    desk.take(after_orders(desk.buy, gone, desk.books, NOW))
    assert (desk.buy.state, desk.buy.unresolved) == (BuyState.COLLECTING, ())


def test_without_any_order_the_claims_are_free_again() -> None:
    desk = at_ordering()
    orders = made(desk.buy, Placing.REFUSED, Placing.CHANGED)
    desk.take(after_orders(desk.buy, orders, desk.books, NOW))
    assert (desk.buy.state, desk.buy.orders) == (BuyState.COLLECTING, ())


def test_there_is_a_most_of_variants() -> None:
    buy = of_many(5)
    taken = joining.taken_of(buy, ANNA, SpecId("v0"))
    full = taken.__class__(other_variants=MOST_VARIANTS)
    with pytest.raises(BuyRefused) as most:
        joining.admitted(buy, wanted(buy, 3, 1, spec_id=SpecId("v0")), full)
    assert most.value.why is Why.MANY_VARIANTS
