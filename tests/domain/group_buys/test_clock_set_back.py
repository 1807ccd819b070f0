"""A clock that was an hour ahead is set right: what a buy does by itself, and what it promised."""

from datetime import timedelta

import pytest

from bot.domain.group_buys.buys import ORGANISER_DECIDES, BuyState, GroupBuy
from tests.domain.group_buys.groups import NOW, opened

HOUR, MINUTES = timedelta(hours=1), timedelta(minutes=5)


def set_back(buy: GroupBuy) -> GroupBuy:
    return buy.clock_set_back(NOW, HOUR)


@pytest.mark.parametrize(
    "state", [BuyState.CONFIRMING, BuyState.ORDERING, BuyState.ORDERED, BuyState.BOUGHT]
)
def test_what_is_tried_again_is_as_soon_as_it_would_have_been(state: BuyState) -> None:
    buy = opened().replace(state=state, since=NOW - HOUR, again_at=NOW + HOUR + MINUTES)
    assert set_back(buy).next_at == NOW + MINUTES
    assert set_back(buy.replace(again_at=NOW + MINUTES)).next_at == NOW
    assert set_back(buy.replace(again_at=None)).since == NOW - HOUR


def test_a_buy_that_was_locked_meanwhile_is_priced_now() -> None:
    """And has been locked as long as it was."""
    buy = opened().replace(state=BuyState.LOCKED, since=NOW + HOUR - MINUTES)
    assert set_back(buy).next_at == NOW - MINUTES


def test_the_organisers_day_stays_a_day() -> None:
    """One that began by the right clock ends when it was to end; the other an hour earlier."""
    locked = opened().replace(state=BuyState.LOCKED)
    for ahead in (timedelta(), HOUR):
        since = NOW + ahead
        buy = set_back(locked.replace(since=since, again_at=since + ORGANISER_DECIDES))
        assert (buy.since, buy.again_at) == (NOW, NOW + ORGANISER_DECIDES)


def test_what_people_were_given_time_for_stays() -> None:
    """The deadline to join, to answer and to pay."""
    for buy in (
        opened(),
        opened().replace(state=BuyState.COLLECTING, pay_before=NOW + 3 * HOUR),
    ):
        assert set_back(buy) == buy
    asked = opened().replace(state=BuyState.CONFIRMING, asked=(1,), answer_before=NOW + 3 * HOUR)
    assert set_back(asked).next_at == NOW + 3 * HOUR
