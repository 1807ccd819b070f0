"""Whoever was promised time to pay has it, and may say sooner that they won't."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.currencies import CNY, Money
from bot.domain.group_buys import joining, quoting, receiving
from bot.domain.group_buys.buys import BuyRefused, BuyState, Why
from bot.domain.group_buys.claims import ClaimState
from bot.domain.group_buys.news import NewsOf
from bot.domain.identifiers import UserId
from tests.domain.group_buys.groups import NOW, ORGANISER, Desk, opened, quote, with_people

ANNA, BEN = UserId(2), UserId(3)


def collecting() -> Desk:
    """Two take five pieces each at 9.50, freight 10: each owes 47.50 + 4.75 + 5.00 yuan."""
    desk = Desk(with_people(opened(), (ANNA, 5, 1000), (BEN, 5, 1000)))
    desk.take(joining.locked(desk.buy, NOW))
    desk.take(quoting.priced(desk.buy, quote(desk.buy, 1000), desk.books, NOW))
    assert desk.buy.state is BuyState.COLLECTING
    return desk


def paid(desk: Desk, user: UserId, fen: int) -> None:
    amount = Money(currency=CNY, units=fen)
    desk.take(receiving.paid(desk.buy, user, amount, f"{user}-{fen}", desk.books, NOW))


def balance(desk: Desk, user: UserId) -> int:
    return desk.books.account_of(desk.buy.account_of(user), CNY).balance.units


@given(st.integers(0, 5 * 24 * 3600))
def test_nobody_is_left_out_before_the_time_that_they_were_promised(seconds: int) -> None:
    desk = collecting()
    paid(desk, ANNA, 5725)
    at = NOW + timedelta(seconds=seconds)
    assert desk.buy.pay_before is not None
    if at < desk.buy.pay_before:
        with pytest.raises(BuyRefused) as refused:
            receiving.lapse_unpaid(desk.buy, desk.books, at)
        assert refused.value.why is Why.NOT_OVER
    else:
        desk.take(receiving.lapse_unpaid(desk.buy, desk.books, at))
        assert [each.user_id for each in desk.buy.taken] == [ANNA]


def test_who_says_sooner_that_they_wont_pay_is_out_and_owes_nothing() -> None:
    desk = collecting()
    paid(desk, BEN, 1000)  # a part, which goes back
    desk.take(receiving.given_up_by(desk.buy, BEN, desk.books, NOW))
    assert desk.buy.claim(2).state is ClaimState.DECLINED
    assert balance(desk, BEN) == -1000
    assert desk.told(NewsOf.ALL_PAID) == []
    paid(desk, ANNA, 5725)
    assert not receiving.is_unpaid(desk.buy)


def test_the_organiser_learns_that_nobody_is_waited_for_any_more() -> None:
    desk = collecting()
    paid(desk, ANNA, 5725)
    desk.take(receiving.given_up_by(desk.buy, BEN, desk.books, NOW))
    assert desk.told(NewsOf.ALL_PAID) == [ORGANISER]


def test_who_has_paid_does_not_leave_so() -> None:
    """Others count on them by then: what is paid is out only where the buy is."""
    desk = collecting()
    paid(desk, ANNA, 5725)
    with pytest.raises(BuyRefused):
        receiving.given_up_by(desk.buy, ANNA, desk.books, NOW)
