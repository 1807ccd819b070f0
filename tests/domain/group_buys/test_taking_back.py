"""A booking made by mistake is taken back by a counter-entry, with all that it changed."""

from datetime import timedelta

import pytest

from bot.domain.currencies import CNY, yuan
from bot.domain.group_buys import (
    counting,
    disputes,
    ending,
    fulfilling,
    receiving,
    selling,
)
from bot.domain.group_buys.buys import BuyRefused, BuyState
from bot.domain.group_buys.claims import ClaimState, Dispute, DisputeState
from bot.domain.group_buys.news import NewsOf
from bot.domain.group_buys.taking_back import Booked, bookings, may_be_taken_back, taken_back
from bot.domain.ledger import Account
from bot.domain.money import Fen
from tests.domain.group_buys.bought import ANNA, BEN, arrived, balance, bought, collecting, even
from tests.domain.group_buys.groups import NOW, RED, Desk

LATER = NOW + timedelta(hours=1)


def last_key(desk: Desk, kind: Booked) -> str:
    return [each.key for each in bookings(desk.books) if each.kind is kind][-1]


def test_a_payment_that_never_came_is_due_again_and_its_person_has_time_and_is_told() -> None:
    desk = collecting()
    owed = balance(desk, ANNA)
    desk.take(receiving.paid(desk.buy, ANNA, yuan(owed), "k", desk.books, NOW))
    assert desk.buy.claim(1).state is ClaimState.PAID
    assert desk.buy.pay_before is not None
    late = desk.buy.pay_before - timedelta(minutes=1)
    desk.take(taken_back(desk.buy, last_key(desk, Booked.RECEIPT), desk.books, late))
    assert desk.buy.claim(1).state is ClaimState.DUE
    assert balance(desk, ANNA) == owed
    assert desk.buy.pay_before >= late + desk.buy.terms.pay_within
    assert desk.told(NewsOf.NOT_RECEIVED) == [ANNA]
    assert not desk.books.differences()


def test_a_booking_is_taken_back_once_and_both_stay_to_be_seen() -> None:
    desk = collecting()
    desk.take(receiving.paid(desk.buy, ANNA, yuan(500), "k", desk.books, NOW))
    key = last_key(desk, Booked.RECEIPT)
    desk.take(taken_back(desk.buy, key, desk.books, LATER))
    (seen,) = bookings(desk.books)
    assert (seen.amount, seen.at, seen.back_at) == (yuan(500), NOW, LATER)
    assert not may_be_taken_back(desk.buy, desk.books, seen)
    with pytest.raises(BuyRefused):
        taken_back(desk.buy, key, desk.books, LATER)


def test_a_sale_gives_its_pieces_back_spare_ones_and_the_organisers_own() -> None:
    desk = arrived()
    spare = counting.counted(bought().buy, {RED: 8}, bought().books, NOW).buy.spare
    desk.buy = desk.buy.replace(spare=spare)
    desk.take(selling.sold(desk.buy, RED, 2, yuan(3600), desk.books, NOW))
    assert not selling.for_sale(desk.buy, desk.books)
    desk.take(taken_back(desk.buy, last_key(desk, Booked.SALE), desk.books, LATER))
    assert selling.for_sale(desk.buy, desk.books) == {RED: 2}
    assert desk.buy.spare == spare
    assert not selling.sales(desk.buy, desk.books)
    assert not desk.books.sum_of(Account.GAIN, CNY)
    even(desk)


def test_a_second_leg_typed_wrongly_is_nobodys_debt_any_more() -> None:
    desk = bought(abroad_each=Fen(100), cap_ppm=1_000_000)
    before = desk.buy.bill
    desk.take(fulfilling.abroad(desk.buy, Fen(9000), desk.books, NOW))
    desk.take(receiving.paid(desk.buy, BEN, yuan(200), "leg", desk.books, NOW))
    desk.take(taken_back(desk.buy, last_key(desk, Booked.ABROAD), desk.books, LATER))
    assert desk.buy.bill == before
    assert (balance(desk, ANNA), balance(desk, BEN)) == (0, -200)  # what Ben paid is owed to him
    assert desk.told(NewsOf.CHEAPER) == [ANNA, BEN]
    even(desk)
    desk.take(fulfilling.abroad(desk.buy, Fen(90), desk.books, LATER))
    assert (balance(desk, ANNA), balance(desk, BEN)) == (60, -170)
    even(desk)


def test_a_second_leg_stays_where_somebodys_part_of_it_was_given_back() -> None:
    desk = bought(abroad_each=Fen(100), cap_ppm=1_000_000)
    desk.take(fulfilling.abroad(desk.buy, Fen(600), desk.books, NOW))
    desk.take(counting.counted(desk.buy, {RED: 4}, desk.books, LATER))  # Ben goes without
    (leg,) = (each for each in bookings(desk.books) if each.kind is Booked.ABROAD)
    assert not may_be_taken_back(desk.buy, desk.books, leg)


def test_what_the_seller_never_sent_back_is_charged_to_all_again_who_got_it() -> None:
    desk = arrived()
    before = desk.buy.bill
    desk.take(fulfilling.seller_refunded(desk.buy, Fen(600), desk.books, NOW))
    assert (balance(desk, ANNA), balance(desk, BEN)) == (-400, -200)
    desk.take(taken_back(desk.buy, last_key(desk, Booked.SELLER_REFUND), desk.books, LATER))
    assert desk.buy.bill == before
    assert (balance(desk, ANNA), balance(desk, BEN)) == (0, 0)
    assert desk.told(NewsOf.TERMS) == [ANNA, BEN]
    even(desk)


def test_what_was_shared_out_since_the_organiser_bears() -> None:
    desk = bought()
    desk.take(fulfilling.seller_refunded(desk.buy, Fen(600), desk.books, NOW))
    desk.take(counting.counted(desk.buy, {}, desk.books, LATER))
    assert (balance(desk, ANNA), balance(desk, BEN)) == (-400, -200)
    desk.take(taken_back(desk.buy, last_key(desk, Booked.SELLER_REFUND), desk.books, LATER))
    assert (balance(desk, ANNA), balance(desk, BEN)) == (-400, -200)
    assert desk.buy.bill is not None
    assert desk.buy.bill.borne == 600
    even(desk)


def test_what_was_not_sold_on_waits_for_its_person_again() -> None:
    desk = arrived()
    desk.take(fulfilling.handed(desk.buy, BEN, NOW))
    late = NOW + desk.buy.terms.fetch_within
    desk.take(fulfilling.resold(desk.buy, 1, yuan(900), desk.books, late))
    assert desk.buy.state is BuyState.SETTLING
    desk.take(taken_back(desk.buy, last_key(desk, Booked.RESALE), desk.books, late))
    assert desk.buy.state is BuyState.HANDING_OUT
    assert list(fulfilling.to_hand_out(desk.buy)) == [ANNA]
    assert balance(desk, ANNA) == 0
    even(desk)


def test_a_tick_taken_back_has_the_goods_wait_and_the_time_to_complain_not_begun() -> None:
    desk = arrived()
    for user in (ANNA, BEN):
        desk.take(fulfilling.handed(desk.buy, user, NOW))
    desk.take(fulfilling.not_handed(desk.buy, ANNA, LATER))
    assert desk.buy.state is BuyState.HANDING_OUT
    claim = desk.buy.claim(1)
    assert (claim.state, claim.handed, claim.handed_at) == (ClaimState.ARRIVED, 0, None)
    assert desk.told(NewsOf.ARRIVED)[-1] == ANNA
    with pytest.raises(BuyRefused):
        fulfilling.not_handed(desk.buy, ANNA, LATER)


@pytest.mark.parametrize("by", [Booked.SENT_BACK, Booked.WRITE_OFF])
def test_a_cancelled_buy_that_a_mistake_ended_gives_money_back_after_all(by: Booked) -> None:
    desk = collecting()
    desk.take(receiving.paid(desk.buy, ANNA, yuan(500), "k", desk.books, NOW))
    desk.take(ending.cancelled(desk.buy, desk.books, NOW))
    if by is Booked.SENT_BACK:
        desk.take(fulfilling.sent_back(desk.buy, ANNA, yuan(500), "b", desk.books, NOW))
    else:
        desk.take(fulfilling.given_up(desk.buy, ANNA, "gone", desk.books, NOW))
    assert desk.buy.state is BuyState.CANCELLED
    desk.take(taken_back(desk.buy, last_key(desk, by), desk.books, LATER))
    assert desk.buy.state is BuyState.CANCELLING
    assert balance(desk, ANNA) == -500


def complained(answer: str = "") -> Desk:
    desk = arrived()
    for user in (ANNA, BEN):
        desk.take(fulfilling.handed(desk.buy, user, NOW))
    desk.take(disputes.disputed(desk.buy, ANNA, Dispute(text="one is cracked", at=NOW)))
    if answer:
        desk.take(disputes.dispute_answered(desk.buy, ANNA, answer))
    return desk


@pytest.mark.parametrize(
    ("answer", "state"), [("", DisputeState.OPENED), ("No.", DisputeState.ANSWERED)]
)
def test_a_compensation_taken_back_leaves_the_complaint_as_it_was(
    answer: str, state: DisputeState
) -> None:
    desk = complained(answer)
    before = desk.buy
    desk.take(disputes.allowed(desk.buy, ANNA, Fen(3000), desk.books, NOW))
    (given,) = (each for each in bookings(desk.books) if each.kind is Booked.ALLOWED)
    assert (given.user_id, given.amount) == (ANNA, yuan(3000))
    desk.take(taken_back(desk.buy, given.key, desk.books, LATER))
    assert desk.buy == before
    assert balance(desk, ANNA) == 0
    assert disputes.open_disputes(desk.buy) == (ANNA,)
    assert desk.buy.claim(1).dispute == before.claim(1).dispute
    assert before.claim(1).dispute is not None
    assert before.claim(1).dispute.state is state
    assert desk.told(NewsOf.ANSWERED)[-1] == ANNA
    even(desk)
    desk.take(disputes.allowed(desk.buy, ANNA, Fen(500), desk.books, LATER))
    assert balance(desk, ANNA) == -500
    even(desk)


def test_a_compensation_that_was_paid_out_is_owed_back_and_another_complaint_stays() -> None:
    desk = complained()
    desk.take(disputes.allowed(desk.buy, ANNA, Fen(500), desk.books, NOW))
    desk.take(fulfilling.sent_back(desk.buy, ANNA, yuan(500), "b", desk.books, NOW))
    second = Dispute(text="and the laces", at=LATER)
    desk.take(disputes.disputed(desk.buy, ANNA, second))
    desk.take(disputes.dispute_ended(desk.buy, ANNA))
    desk.take(taken_back(desk.buy, last_key(desk, Booked.ALLOWED), desk.books, LATER))
    assert balance(desk, ANNA) == 500
    assert not disputes.open_disputes(desk.buy)  # that one was agreed on by itself
    even(desk)


def test_money_not_sent_back_after_all_is_told_to_whose_it_is() -> None:
    desk = complained()
    desk.take(disputes.allowed(desk.buy, ANNA, Fen(500), desk.books, NOW))
    desk.take(fulfilling.sent_back(desk.buy, ANNA, yuan(500), "b", desk.books, NOW))
    desk.take(taken_back(desk.buy, last_key(desk, Booked.SENT_BACK), desk.books, LATER))
    assert desk.told(NewsOf.TERMS) == [ANNA, ANNA]
    assert balance(desk, ANNA) == -500


def test_closed_books_stay_closed() -> None:
    desk = arrived()
    for user in (ANNA, BEN):
        desk.take(fulfilling.handed(desk.buy, user, NOW))
    desk.take(fulfilling.closed(desk.buy, desk.books, NOW))
    assert not any(may_be_taken_back(desk.buy, desk.books, each) for each in bookings(desk.books))
