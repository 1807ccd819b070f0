"""Freight that came out above what somebody agreed to is asked about once, with room above it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.group_buys import confirming, fitting, joining, quoting
from bot.domain.group_buys.buys import BuyState
from bot.domain.group_buys.claims import ClaimState
from bot.domain.group_buys.news import NewsOf
from bot.domain.group_buys.shares import FreightKey
from bot.domain.identifiers import UserId
from bot.domain.money import Fen
from tests.domain.group_buys.groups import (
    BLUE,
    NOW,
    RED,
    Desk,
    opened,
    quote,
    wanted,
    with_people,
)


def locked(people: int, freight: int, **terms: object) -> Desk:
    """So many people, with one piece the first, two the second and so on."""
    buy = opened(freight_key=FreightKey.HEAD, minimum=1, **terms)
    wishes = [(user, user - 1, 1000) for user in range(2, people + 2)]
    desk = Desk(with_people(buy, *wishes))
    desk.take(joining.locked(desk.buy, NOW))
    price(desk, freight)
    return desk


def price(desk: Desk, freight: int) -> None:
    desk.take(quoting.priced(desk.buy, quote(desk.buy, freight), desk.books, NOW))


def answers(desk: Desk, user: UserId, *, agrees: bool) -> None:
    change = confirming.answered(desk.buy, user, agrees=agrees, books=desk.books, now=NOW)
    desk.take(change)


def test_whoever_takes_one_piece_is_not_asked_for_bearing_a_heads_share() -> None:
    """Four at 5 yuan each, as estimated: the one piece bears what the four pieces do."""
    desk = locked(4, 2000, freight_each=Fen(500))
    assert desk.buy.state is BuyState.COLLECTING
    assert [desk.buy.share_of(UserId(user)).freight for user in range(2, 6)] == [500] * 4


def test_who_agreed_once_is_not_asked_again_because_somebody_left() -> None:
    """9 yuan each was above the 7 agreed to; saying yes is up to 12, and 12 is what it becomes."""
    desk = locked(4, 3600, freight_each=Fen(500))
    assert desk.told(NewsOf.ASK) == [2, 3, 4, 5]
    assert confirming.freight_asked(desk.buy, UserId(2)) == 1200
    for user in (2, 3, 4):
        answers(desk, UserId(user), agrees=True)
    answers(desk, UserId(5), agrees=False)
    price(desk, 3600)
    assert desk.told(NewsOf.ASK) == [2, 3, 4, 5]
    assert desk.buy.state is BuyState.COLLECTING
    assert [desk.buy.share_of(UserId(user)).freight for user in (2, 3, 4)] == [1200] * 3


def test_only_whose_own_part_grew_beyond_what_they_agreed_to_is_asked_again() -> None:
    """12 each was above the 7 agreed to; saying yes is up to 16, and one who leaves makes it 18."""
    desk = locked(3, 3600, freight_each=Fen(500))
    assert desk.told(NewsOf.ASK) == [2, 3, 4]
    for user, agrees in ((2, True), (3, True), (4, False)):
        answers(desk, UserId(user), agrees=agrees)
    price(desk, 3600)  # 18 each, and 16 were agreed to
    assert desk.told(NewsOf.ASK)[3:] == [2, 3]
    for user in (2, 3):
        answers(desk, UserId(user), agrees=True)
    price(desk, 3600)
    assert desk.buy.state is BuyState.COLLECTING


@pytest.mark.parametrize("key", [FreightKey.HEAD, FreightKey.PIECES])
@given(st.data())
def test_nobody_is_asked_whose_part_stays_within_what_they_agreed_to(
    key: FreightKey, data: st.DataObject
) -> None:
    """Whatever the others answer; and whoever is charged has agreed to all of it."""
    count = data.draw(st.integers(1, 6))
    freight = data.draw(st.integers(0, 6000))
    buy = opened(freight_key=key, minimum=1, freight_each=Fen(data.draw(st.integers(0, 800))))
    desk = Desk(with_people(buy, *((user, user - 1, 1000) for user in range(2, count + 2))))
    desk.take(joining.locked(desk.buy, NOW))
    agreed = {each.user_id: each.consent.freight for each in desk.buy.claims}
    price(desk, freight)
    while desk.buy.state is BuyState.CONFIRMING:
        for user in desk.buy.asked:
            assert desk.buy.share_of(user).freight > agreed[user]
            agrees = data.draw(st.booleans())
            if agrees:
                agreed[user] = confirming.freight_asked(desk.buy, user)
            answers(desk, user, agrees=agrees)
        if not desk.buy.taken:
            return
        price(desk, freight)
    for user in desk.buy.members:
        assert desk.buy.share_of(user).freight <= agreed[user]
    if desk.buy.state is BuyState.COLLECTING:
        assert {each.state for each in desk.buy.taken} <= {ClaimState.DUE, ClaimState.PAID}


def test_who_agreed_for_two_claims_keeps_room_for_the_one_that_stays() -> None:
    """24 yuan for both was above the 14 agreed to; one runs out, and nobody is asked again."""
    buy = opened(minimum=1)
    for spec in (RED, BLUE):
        buy = joining.joined(buy, wanted(buy, 2, 5, spec_id=spec))[0].buy
    desk = Desk(joining.locked(buy, NOW).buy)
    price(desk, 2400)
    answers(desk, UserId(2), agrees=True)
    desk.take(fitting.stock_fell(desk.buy, {RED: 0, BLUE: 5}, desk.books, NOW))
    price(desk, 1400)
    assert desk.told(NewsOf.ASK) == [2]
    assert desk.buy.state is BuyState.COLLECTING
