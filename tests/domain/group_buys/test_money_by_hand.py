"""Whole sums worked out by hand: what is left on whose account when things go another way."""

from datetime import timedelta
from typing import Any

import pytest

from bot.domain.collecting import ProofKind
from bot.domain.currencies import CNY, Money
from bot.domain.group_buys import (
    counting,
    disputes,
    ending,
    fitting,
    fulfilling,
    joining,
    minimum,
    ordering,
    quoting,
    receiving,
)
from bot.domain.group_buys.bills import pieces_by_variant
from bot.domain.group_buys.buys import BuyRefused, BuyState, Why
from bot.domain.group_buys.claims import ClaimState, Dispute, SentProof
from bot.domain.group_buys.joining import consent_to
from bot.domain.group_buys.news import NewsOf
from bot.domain.group_buys.shares import FreightKey
from bot.domain.group_buys.terms import InPack, Mode
from bot.domain.identifiers import MerchantOrderNo, UserId
from bot.domain.ledger import Account
from bot.domain.money import Fen
from tests.domain.group_buys.groups import (
    BLUE,
    NOW,
    ORGANISER,
    RED,
    Desk,
    opened,
    quote,
    wanted,
    with_people,
)

_ORDER = MerchantOrderNo("S261130-7K3MZQ4T")
ANNA, BEN, CARL = UserId(2), UserId(3), UserId(4)
_PAIR = (InPack(spec_id=RED, pieces=1), InPack(spec_id=BLUE, pieces=1))


def collecting(freight: int = 600, **changes: Any) -> Desk:
    """Return a buy of two who take 4 and 2 pieces at 10.00 and are asked for their money."""
    ceiling = 2000 if changes.get("mode") is Mode.FIXED else 1000
    desk = Desk(with_people(opened(**changes), (ANNA, 4, ceiling), (BEN, 2, ceiling)))
    desk.take(joining.locked(desk.buy, NOW))
    desk.take(quoting.priced(desk.buy, quote(desk.buy, freight), desk.books, NOW))
    assert desk.buy.state is BuyState.COLLECTING
    return desk


def pay(desk: Desk, user: UserId, units: int | None = None, key: str = "all") -> None:
    owed = Money(currency=CNY, units=balance(desk, user) if units is None else units)
    desk.take(receiving.paid(desk.buy, user, owed, f"{key}-{user}", desk.books, NOW))


def ordered(desk: Desk) -> Desk:
    for user in (ANNA, BEN):
        pay(desk, user)
    assert desk.buy.bill is not None
    desk.take(ordering.frozen(desk.buy, _ORDER, desk.buy.bill.total, (1, 2), NOW))
    desk.take(ordering.placed(desk.buy, NOW))
    return desk


def balance(desk: Desk, user: UserId) -> int:
    return desk.books.account_of(desk.buy.account_of(user), CNY).balance.units


def sum_of(desk: Desk, account: Account) -> int:
    return desk.books.sum_of(account, CNY).units


def even(desk: Desk) -> None:
    assert desk.buy.bill is not None
    assert not desk.buy.bill.difference
    assert not desk.books.differences()


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("end", ["failed", "cancelled"])
def test_a_buy_that_came_to_nothing_leaves_neither_loss_nor_gain(mode: Mode, end: str) -> None:
    """At a fixed price the organiser's part was booked with the charges: it is taken back too."""
    desk = collecting(mode=mode)
    pay(desk, ANNA)
    if end == "failed":
        desk.take(ending.failed(desk.buy, "minimum", desk.books, NOW))
    else:
        desk.take(ending.cancelled(desk.buy, desk.books, NOW))
    assert desk.buy.state is BuyState.CANCELLING
    accounts = (Account.LOSS, Account.GAIN, Account.FEE, Account.MARKETPLACE)
    assert sum(sum_of(desk, each) for each in (Account.LOSS, Account.GAIN)) == 0
    assert [sum_of(desk, each) for each in accounts[2:]] == [0, 0]
    assert balance(desk, ANNA) == -sum_of(desk, Account.CASH)
    even(desk)


def test_what_the_seller_takes_less_than_was_agreed_goes_back_to_all_once_it_is_counted() -> None:
    """66.00 was charged and the seller made it 60.00: by pieces, 4.00 and 2.00 come back."""
    desk = ordered(collecting())
    desk.take(fulfilling.bought(desk.buy, Fen(6000), desk.books, NOW))
    assert desk.buy.bill is not None
    assert (desk.buy.bill.total, desk.buy.bill.borne) == (6000, -600)
    even(desk)
    desk.take(counting.counted(desk.buy, {}, desk.books, NOW))
    assert (balance(desk, ANNA), balance(desk, BEN)) == (-400, -200)
    assert desk.buy.bill.borne == 0
    assert desk.told(NewsOf.CHEAPER) == [ANNA, BEN]
    even(desk)


def test_what_the_seller_takes_more_is_the_organisers_and_stands_in_the_bill() -> None:
    desk = ordered(collecting())
    desk.take(fulfilling.bought(desk.buy, Fen(6700), desk.books, NOW))
    desk.take(counting.counted(desk.buy, {}, desk.books, NOW))
    assert desk.buy.bill is not None
    assert (desk.buy.bill.total, desk.buy.bill.borne) == (6700, 100)
    assert (balance(desk, ANNA), balance(desk, BEN)) == (0, 0)
    assert not desk.told(NewsOf.CHEAPER)
    even(desk)


def test_what_the_seller_sends_back_above_what_did_not_come_is_everybodys() -> None:
    """One piece of Ben's is missing: 10.00 and its fee. Of 13.00, 3.00 more is freight of five."""
    desk = ordered(collecting())
    desk.take(fulfilling.bought(desk.buy, Fen(6600), desk.books, NOW))
    desk.take(counting.counted(desk.buy, {RED: 5}, desk.books, NOW))
    assert (balance(desk, ANNA), balance(desk, BEN)) == (0, -1100)
    desk.take(fulfilling.seller_refunded(desk.buy, Fen(1300), desk.books, NOW))
    assert (balance(desk, ANNA), balance(desk, BEN)) == (-240, -1160)
    assert desk.buy.bill is not None
    assert desk.buy.bill.borne == 0
    even(desk)


def test_nobody_gets_back_more_than_theirs_cost() -> None:
    """By heads, half of 50.00 would be more than what Ben's two cost with freight, 23.00."""
    desk = ordered(collecting(freight_key=FreightKey.HEAD, freight_each=Fen(200)))
    desk.take(fulfilling.bought(desk.buy, Fen(6600), desk.books, NOW))
    desk.take(counting.counted(desk.buy, {}, desk.books, NOW))
    desk.take(fulfilling.seller_refunded(desk.buy, Fen(5000), desk.books, NOW))
    assert desk.buy.bill is not None
    assert [each.marketplace for each in desk.buy.bill.shares] == [1042, 558]
    even(desk)


def test_freight_that_the_seller_sends_back_goes_to_whose_goods_were_sold_on_as_well() -> None:
    """Anna bore two thirds of the freight: of 3.00 she gets 2.00, fetched or not."""
    desk = ordered(collecting())
    desk.take(fulfilling.bought(desk.buy, Fen(6600), desk.books, NOW))
    desk.take(counting.counted(desk.buy, {}, desk.books, NOW))
    late = NOW + desk.buy.terms.fetch_within
    proceeds = Money(currency=CNY, units=1500)
    desk.take(fulfilling.resold(desk.buy, 1, proceeds, desk.books, late))
    desk.take(fulfilling.seller_refunded(desk.buy, Fen(300), desk.books, late))
    assert (balance(desk, ANNA), balance(desk, BEN)) == (-1500 - 200, -100)
    even(desk)


def test_the_seller_sends_back_what_a_compensation_made_free() -> None:
    """Ben's two were compensated in full, Anna's four sold on: what came back is no crash."""
    desk = ordered(collecting(freight=0, fee_ppm=0))
    desk.take(fulfilling.bought(desk.buy, Fen(6000), desk.books, NOW))
    desk.take(counting.counted(desk.buy, {}, desk.books, NOW))
    desk.take(disputes.disputed(desk.buy, BEN, Dispute(text="broken", at=NOW)))
    desk.take(disputes.allowed(desk.buy, BEN, Fen(2000), desk.books, NOW))
    late = NOW + desk.buy.terms.fetch_within
    desk.take(fulfilling.resold(desk.buy, 1, Money(currency=CNY, units=1), desk.books, late))
    desk.take(fulfilling.seller_refunded(desk.buy, Fen(3000), desk.books, late))
    assert (balance(desk, ANNA), balance(desk, BEN)) == (-1 - 1000, -2000)
    even(desk)


def test_looking_at_the_order_once_more_moves_nothing_from_the_organiser_to_others() -> None:
    """13.50 of freight: Ben is at his 12.00; 1.35 is Anna's, and 15 fen stay the organiser's."""
    desk = Desk(with_people(opened(minimum=1), (ANNA, 1, 1000), (BEN, 9, 1000)))
    desk.take(joining.locked(desk.buy, NOW))
    desk.take(quoting.priced(desk.buy, quote(desk.buy, 1000), desk.books, NOW))
    for user in (ANNA, BEN):
        pay(desk, user)
    for _ in range(3):
        desk.take(quoting.requoted(desk.buy, quote(desk.buy, 1350), desk.books, NOW))
        assert desk.buy.bill is not None
        assert [desk.buy.share_of(each).freight for each in (ANNA, BEN)] == [135, 1200]
        assert desk.buy.bill.borne == 15
    desk.take(quoting.requoted(desk.buy, quote(desk.buy, 1000), desk.books, NOW))
    assert desk.buy.bill.borne == 0  # what becomes less is the organiser's relief first
    even(desk)


def test_what_the_seller_sends_back_before_the_count_is_for_what_will_be_missing() -> None:
    desk = ordered(collecting())
    desk.take(fulfilling.bought(desk.buy, Fen(6600), desk.books, NOW))
    desk.take(fulfilling.seller_refunded(desk.buy, Fen(1000), desk.books, NOW))
    assert (balance(desk, ANNA), balance(desk, BEN)) == (0, 0)
    desk.take(counting.counted(desk.buy, {RED: 5}, desk.books, NOW))
    assert (balance(desk, ANNA), balance(desk, BEN)) == (0, -1100)
    assert desk.buy.bill is not None
    assert desk.buy.bill.borne == 0
    even(desk)


def test_at_a_fixed_price_what_the_seller_takes_less_is_the_organisers() -> None:
    desk = ordered(collecting(mode=Mode.FIXED))
    assert desk.buy.bill is not None
    borne = desk.buy.bill.borne
    desk.take(fulfilling.bought(desk.buy, Fen(6000), desk.books, NOW))
    desk.take(counting.counted(desk.buy, {}, desk.books, NOW))
    assert desk.buy.bill.borne == borne - 600
    assert (balance(desk, ANNA), balance(desk, BEN)) == (0, 0)
    even(desk)


def test_less_than_a_yuan_for_all_is_not_sent_round() -> None:
    desk = ordered(collecting())
    desk.take(fulfilling.bought(desk.buy, Fen(6510), desk.books, NOW))
    desk.take(counting.counted(desk.buy, {}, desk.books, NOW))
    assert (balance(desk, ANNA), balance(desk, BEN)) == (0, 0)
    assert sum_of(desk, Account.GAIN) == -90


def test_who_paid_a_part_owes_the_rest_and_no_longer_says_that_they_paid() -> None:
    """Their proof was looked at: they are reminded like anybody, and out when time is over."""
    desk = collecting()
    sent = SentProof(kind=ProofKind.TEXT, text="4711", at=NOW)
    desk.take(receiving.proof_sent(desk.buy, ANNA, sent, "p"))
    pay(desk, ANNA, 1000)
    assert desk.buy.claim(1).state is ClaimState.DUE
    desk.take(receiving.reminded(desk.buy, desk.books, "r"))
    assert desk.told(NewsOf.REMIND) == [ANNA, BEN]
    over = NOW + timedelta(days=5)
    desk.take(receiving.lapse_unpaid(desk.buy, desk.books, over))
    assert balance(desk, ANNA) == -1000


def test_rows_are_made_of_the_pieces_that_there_are() -> None:
    """Two red are left of three: two rows are whole, and the third blue has no red to go with."""
    buy = opened(row=_PAIR, minimum=1)
    buy = joining.joined(buy, wanted(buy, ANNA, 3, partly=True))[0].buy
    buy = joining.joined(buy, wanted(buy, BEN, 2, spec_id=BLUE))[0].buy
    buy = joining.joined(buy, wanted(buy, CARL, 1, spec_id=BLUE))[0].buy
    desk = Desk(joining.locked(buy, NOW).buy)
    desk.take(fitting.rows_filled(desk.buy, desk.books, NOW))
    desk.take(fitting.stock_fell(desk.buy, {RED: 2, BLUE: 9}, desk.books, NOW))
    desk.take(fitting.rows_filled(desk.buy, desk.books, NOW))
    assert pieces_by_variant(desk.buy.taken) == {RED: 2, BLUE: 2}
    assert desk.told(NewsOf.ROW) == [CARL]


def test_a_piece_that_no_whole_row_needs_is_given_up_freely() -> None:
    """Three red and one blue make one row: two of the red stand in none."""
    buy = opened(row=_PAIR)
    buy = joining.joined(buy, wanted(buy, ANNA, 3, partly=True))[0].buy
    buy = joining.joined(buy, wanted(buy, BEN, 1, spec_id=BLUE))[0].buy
    fewer = joining.lessened(buy, ANNA, 1, 1, Fen(1000), NOW).buy
    assert fewer.claim(1).pieces == 1
    buy = joining.joined(buy, wanted(buy, CARL, 2, spec_id=BLUE))[0].buy
    with pytest.raises(BuyRefused) as closed:
        joining.lessened(buy, ANNA, 1, 2, Fen(1000), NOW)
    assert closed.value.why is Why.ROW


def test_an_organiser_takes_what_lacks_to_the_minimum_in_whole_rows() -> None:
    buy = with_people(opened(row=_PAIR, minimum=5), (ANNA, 1, 1000))
    buy = joining.joined(buy, wanted(buy, BEN, 1, spec_id=BLUE))[0].buy
    buy = joining.locked(buy, NOW).buy
    assert minimum.short_of_minimum(buy) == 3
    assert minimum.to_take(buy) == {RED: 2, BLUE: 2}
    assert ORGANISER not in buy.members


def test_an_organiser_takes_what_a_member_who_never_paid_leaves_missing() -> None:
    """Ben's two of six are gone and five are the least: one for the organiser, without a fee."""
    desk = collecting(minimum=5)
    pay(desk, ANNA)
    desk.take(receiving.lapse_unpaid(desk.buy, desk.books, NOW + timedelta(days=5)))
    with pytest.raises(BuyRefused) as few:
        quoting.requoted(desk.buy, quote(desk.buy, 600), desk.books, NOW)
    assert (few.value.why, few.value.left) == (Why.TOO_FEW, 1)
    assert sum(minimum.to_take(desk.buy).values()) == 1
    consent = consent_to(desk.buy.terms, 1, Fen(1000), NOW)
    desk.take(minimum.topped_up(desk.buy, consent, RED, 1))
    desk.take(quoting.requoted(desk.buy, quote(desk.buy, 600), desk.books, NOW))
    bill = desk.buy.bill
    assert bill is not None
    anna, own = bill.share_of(ANNA), bill.share_of(ORGANISER)
    assert (anna.goods, anna.freight, anna.fee) == (4000, 400 + 80, 400)
    assert (own.goods, own.freight, own.fee) == (1000, 120, 0)
    assert balance(desk, ANNA) == 80
    pay(desk, ANNA, key="rest")
    numbers = tuple(each.number for each in desk.buy.taken)
    desk.take(ordering.frozen(desk.buy, _ORDER, bill.total, numbers, NOW))
    even(desk)
