"""After the order: a second instalment, complaints, what the seller sends back, resale."""

from datetime import timedelta

import pytest

from bot.domain.currencies import yuan
from bot.domain.group_buys import (
    counting,
    disputes,
    fulfilling,
)
from bot.domain.group_buys.buys import BuyRefused, BuyState, Why
from bot.domain.group_buys.claims import ClaimState, Dispute, DisputeState
from bot.domain.group_buys.news import NewsOf
from bot.domain.identifiers import UserId
from bot.domain.money import Fen
from tests.domain.group_buys.bought import ANNA, BEN, arrived, balance, bought, even
from tests.domain.group_buys.groups import NOW, ORGANISER, RED


def test_a_second_instalment_is_split_and_above_ones_cap_the_organisers() -> None:
    desk = bought(abroad_each=Fen(100), cap_ppm=1_000_000)
    desk.take(fulfilling.abroad(desk.buy, Fen(900), desk.books, NOW))
    assert (balance(desk, ANNA), balance(desk, BEN)) == (400, 200)  # 6.00 and 3.00 without caps
    assert desk.buy.bill is not None
    assert desk.buy.bill.borne == 300
    assert desk.told(NewsOf.ABROAD) == [ANNA, BEN]
    even(desk)
    again = fulfilling.abroad(desk.buy, Fen(60), desk.books, NOW)  # their caps are used up
    assert again.buy.bill is not None
    assert again.buy.bill.borne == 360
    assert not again.news


def test_who_agreed_to_no_second_instalment_pays_none() -> None:
    desk = bought()
    desk.take(fulfilling.abroad(desk.buy, Fen(900), desk.books, NOW))
    assert (balance(desk, ANNA), balance(desk, BEN)) == (0, 0)
    even(desk)


def test_what_the_seller_sends_back_lessens_what_the_organiser_bears() -> None:
    desk = bought()
    desk.take(counting.counted(desk.buy, {RED: 5}, desk.books, NOW))
    assert desk.buy.bill is not None
    borne = desk.buy.bill.borne
    desk.take(fulfilling.seller_refunded(desk.buy, Fen(700), desk.books, NOW))
    assert desk.buy.bill.borne == borne - 700
    even(desk)


def test_a_complaint_holds_back_that_persons_balance_until_it_is_agreed_on() -> None:
    desk = arrived()
    for user in (ANNA, BEN):
        desk.take(fulfilling.handed(desk.buy, user, NOW))
    desk.take(disputes.disputed(desk.buy, ANNA, Dispute(text="one is cracked", at=NOW)))
    assert desk.told(NewsOf.DISPUTED) == [ORGANISER]
    with pytest.raises(BuyRefused) as still:
        fulfilling.closed(desk.buy, desk.books, NOW)
    assert still.value.why is Why.DISPUTE
    desk.take(disputes.allowed(desk.buy, ANNA, Fen(500), desk.books, NOW))
    assert (balance(desk, ANNA), balance(desk, BEN)) == (-500, 0)
    even(desk)
    desk.take(fulfilling.sent_back(desk.buy, ANNA, yuan(Fen(500)), "b", desk.books, NOW))
    desk.take(fulfilling.closed(desk.buy, desk.books, NOW))
    assert desk.buy.state is BuyState.CLOSED


def test_who_does_not_agree_calls_an_operator() -> None:
    desk = arrived()
    desk.take(disputes.disputed(desk.buy, BEN, Dispute(text="not mine", at=NOW)))
    with pytest.raises(BuyRefused):  # before the organiser has answered
        disputes.dispute_raised(desk.buy, BEN, [UserId(9)])
    desk.take(disputes.dispute_answered(desk.buy, BEN, "it is what you chose"))
    desk.take(disputes.dispute_raised(desk.buy, BEN, [UserId(9)]))
    found = desk.buy.claim(2).dispute
    assert found is not None
    assert found.state is DisputeState.TO_OPERATOR
    assert desk.told(NewsOf.DISPUTED) == [ORGANISER, 9, ORGANISER]


def test_a_complaint_comes_within_days_of_the_handing_out() -> None:
    desk = arrived()
    for user in (ANNA, BEN):
        desk.take(fulfilling.handed(desk.buy, user, NOW))
    late = Dispute(text="late", at=NOW + timedelta(days=3, seconds=1))
    with pytest.raises(BuyRefused) as over:
        disputes.disputed(desk.buy, ANNA, late)
    assert over.value.why is Why.OVER


def test_what_nobody_fetches_is_sold_on_when_its_time_is_over() -> None:
    desk = arrived()
    with pytest.raises(BuyRefused) as soon:
        fulfilling.resold(desk.buy, 2, yuan(Fen(1500)), desk.books, NOW)
    assert soon.value.why is Why.TOO_SOON
    later = NOW + desk.buy.terms.fetch_within
    desk.take(fulfilling.resold(desk.buy, 2, yuan(Fen(1500)), desk.books, later))
    assert desk.buy.claim(2).state is ClaimState.RESOLD
    assert balance(desk, BEN) == -1500  # what somebody else paid for it is theirs
    assert desk.told(NewsOf.RESOLD) == [BEN]


def test_what_was_fetched_meanwhile_is_not_sold_on() -> None:
    """The label was scanned while the organiser was asked for how much it went."""
    desk = arrived()
    desk.take(fulfilling.handed(desk.buy, BEN, NOW))
    later = NOW + desk.buy.terms.fetch_within
    with pytest.raises(BuyRefused) as fetched:
        fulfilling.resold(desk.buy, 2, yuan(Fen(1500)), desk.books, later)
    assert fetched.value.why is Why.STATE
