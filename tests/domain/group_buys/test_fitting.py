"""What a locked buy is fitted into: whole rows, what the seller has left, several offers."""

import pytest

from bot.domain.group_buys import fitting, joining, minimum
from bot.domain.group_buys.bills import bill_of, lines_of
from bot.domain.group_buys.buys import BuyRefused, BuyState, Why
from bot.domain.group_buys.claims import ClaimState
from bot.domain.group_buys.joining import consent_to
from bot.domain.group_buys.news import NewsOf
from bot.domain.group_buys.terms import InPack, Mode
from bot.domain.identifiers import OfferId, UserId
from bot.domain.ledger import Books
from bot.domain.money import Fen
from tests.domain.group_buys.groups import (
    BLUE,
    NOW,
    ORGANISER,
    RED,
    Desk,
    opened,
    quote,
    terms,
    wanted,
    with_people,
)

_PAIR = (InPack(spec_id=RED, pieces=1), InPack(spec_id=BLUE, pieces=1))


def test_who_stands_in_a_closed_row_leaves_only_to_a_successor() -> None:
    buy = with_people(opened(row=_PAIR), (2, 1, 1000))
    buy = joining.joined(buy, wanted(buy, 3, 1, spec_id=BLUE))[0].buy
    with pytest.raises(BuyRefused) as closed:
        joining.withdrawn(buy, UserId(2), 1, NOW)
    assert closed.value.why is Why.ROW
    buy = with_people(buy, (4, 1, 1000))  # as many of the same: they stand ready
    left = joining.withdrawn(buy, UserId(2), 1, NOW).buy
    assert left.claim(1).state is ClaimState.WITHDRAWN


def test_whom_no_whole_row_has_room_for_is_out_and_pays_nothing() -> None:
    buy = with_people(opened(row=_PAIR, minimum=1), (2, 1, 1000), (3, 1, 1000))
    buy = joining.joined(buy, wanted(buy, 4, 1, spec_id=BLUE))[0].buy
    desk = Desk(joining.locked(buy, NOW).buy)
    desk.take(fitting.rows_filled(desk.buy, desk.books, NOW))
    states = [each.state for each in desk.buy.claims]
    assert states == [ClaimState.HELD, ClaimState.LAPSED, ClaimState.HELD]
    assert desk.told(NewsOf.ROW) == [3]


def test_the_organiser_takes_the_holes_that_the_terms_say() -> None:
    buy = with_people(opened(row=_PAIR, row_fill=1, minimum=1), (2, 1, 1000))
    after = fitting.rows_filled(joining.locked(buy, NOW).buy, Books(), NOW).buy
    assert [(each.user_id, each.spec_id) for each in after.taken] == [(2, RED), (ORGANISER, BLUE)]


def test_when_stock_fell_the_last_takes_what_they_named_or_fewer_or_nothing() -> None:
    buy = with_people(opened(minimum=1), (2, 3, 1000))
    for user, more in ((3, {"alternatives": (BLUE,)}), (4, {"partly": True}), (5, {})):
        buy = joining.joined(buy, wanted(buy, user, 2, **more))[0].buy
    desk = Desk(joining.locked(buy, NOW).buy)
    desk.take(fitting.stock_fell(desk.buy, {RED: 4, BLUE: 9}, desk.books, NOW))
    assert [(each.spec_id, each.served) for each in desk.buy.taken] == [
        (RED, 3),
        (BLUE, 2),
        (RED, 1),
    ]
    assert desk.told(NewsOf.SUBSTITUTED) == [3]
    assert desk.told(NewsOf.SOLD_OUT) == [4, 5]


def test_a_dearer_substitute_is_none() -> None:
    buy = opened(minimum=1)
    buy = joining.joined(buy, wanted(buy, 2, 1, 900, alternatives=(BLUE,)))[0].buy
    after = fitting.stock_fell(joining.locked(buy, NOW).buy, {RED: 0, BLUE: 9}, Books(), NOW).buy
    assert not after.taken  # blue may come to 10.00


def test_two_offers_with_variants_of_one_name_are_two_things() -> None:
    one = terms().goods
    other = one.replace(offer_id=OfferId(2), minimum=4).further()
    buy = opened(also=(other,), minimum=2)
    buy = with_people(buy, (2, 2, 1000))
    buy = joining.joined(buy, wanted(buy, 3, 3, spec_id=other.variants[0].spec_id))[0].buy
    lines = lines_of(buy.taken, buy.terms)
    assert [(each.offer_id, each.spec_id, each.quantity) for each in lines] == [
        (one.offer_id, RED, 2),
        (OfferId(2), RED, 3),
    ]
    assert minimum.short_by_offer(buy) == {OfferId(2): 1}  # each offer has its own minimum
    bill = bill_of(buy.taken, buy.terms, quote(buy), ORGANISER)
    assert not bill.difference
    assert len(bill.units) == 2


def test_a_fixed_price_has_everything_inside_and_the_rest_is_the_organisers() -> None:
    buy = with_people(opened(mode=Mode.FIXED), (2, 5, 0), (3, 5, 0))
    variant = buy.terms.goods.variants[0]
    assert buy.terms.fixed_price(variant) == 1210  # (10.00 + 1.00) and 10 %
    bill = bill_of(buy.taken, buy.terms, quote(buy, 1000), ORGANISER)
    assert [(each.goods, each.freight, each.fee) for each in bill.shares] == [(6050, 0, 0)] * 2
    assert bill.borne == bill.total - 12100 == -1600
    assert not bill.difference


def test_fewer_pieces_keep_the_place_and_more_are_another_claim() -> None:
    buy = with_people(opened(limit=5), (2, 5, 1000), (3, 2, 1000))
    less = joining.lessened(buy, UserId(2), 1, 3, Fen(900), NOW)
    assert (less.buy.claim(1).pieces, less.buy.claim(1).ceiling) == (3, 900)
    assert less.buy.claim(2).state is ClaimState.HELD  # what came free is the queue's
    assert less.buy.claim(1).consent == consent_to(buy.terms, 3, Fen(900), NOW)
    with pytest.raises(BuyRefused) as more:  # they would pass those who wait
        joining.lessened(buy, UserId(2), 1, 6, Fen(900), NOW)
    assert (more.value.why, more.value.left) == (Why.AMOUNT, 5)


def test_what_a_draft_said_before_it_was_opened_counts_for_no_terms() -> None:
    draft = opened().replace(state=BuyState.DRAFT)
    draft = draft.replace(terms=draft.terms.changed(payment="Card 1"))
    assert joining.published(draft, NOW).buy.terms.number == 1
