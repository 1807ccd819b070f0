"""Less came, more came, another colour came: who gets what, and money to the fen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.currencies import CNY, yuan
from bot.domain.group_buys import counting, fulfilling, joining, ordering, quoting, receiving
from bot.domain.group_buys.bills import got_by_variant
from bot.domain.group_buys.buys import BuyRefused, BuyState, Why
from bot.domain.group_buys.claims import ClaimState
from bot.domain.group_buys.news import NewsOf
from bot.domain.group_buys.terms import Goods, Variant
from bot.domain.identifiers import MerchantOrderNo, OfferId, SpecId, UserId
from bot.domain.ledger import Account
from bot.domain.money import Fen
from bot.domain.offers import Wording
from tests.domain.group_buys.groups import (
    BLUE,
    NOW,
    ORGANISER,
    RED,
    Desk,
    opened,
    quote,
    steps,
    wanted,
)

ANNA, BEN, CLEO = UserId(2), UserId(3), UserId(4)
GREEN = SpecId("green")
_NO = MerchantOrderNo("S261130-7K3MZQ4T")


def goods() -> Goods:
    """Red and blue cost 10 yuan each, green 6; none of them falls."""
    prices = {RED: 1000, BLUE: 1000, GREEN: 600}
    return Goods(
        offer_id=OfferId(670291644950),
        title=Wording(zh="杯子"),
        unit=Wording(zh="件"),
        variants=tuple(
            Variant(spec_id=spec, label=Wording(zh=spec), steps=steps((1, price)), limit=1000)
            for spec, price in prices.items()
        ),
        minimum=1,
    )


Joins = tuple[UserId, SpecId, int, tuple[SpecId, ...]]


def shipped(*joins: Joins, freight: int = 0) -> Desk:
    """People have joined, paid, and the seller has sent it; the fee is a tenth of the goods."""
    desk = Desk(opened(goods=goods(), minimum=1, freight_each=Fen(600)))
    for user, spec, pieces, others in joins:
        wish = wanted(desk.buy, user, pieces, 1000, spec_id=spec, alternatives=others)
        desk.take(joining.joined(desk.buy, wish)[0])
    desk.take(joining.locked(desk.buy, NOW))
    quoted = quote(desk.buy, freight, prices=steps((1, 1000)))
    desk.take(quoting.priced(desk.buy, quoted, desk.books, NOW))
    assert desk.buy.state is BuyState.COLLECTING
    for user in desk.buy.members:
        if user != ORGANISER:
            owed = desk.books.account_of(desk.buy.account_of(user), CNY).balance
            desk.take(receiving.paid(desk.buy, user, owed, f"p{user}", desk.books, NOW))
    assert desk.buy.bill is not None
    numbers = tuple(each.number for each in desk.buy.taken)
    desk.take(ordering.frozen(desk.buy, _NO, desk.buy.bill.total, numbers, NOW))
    desk.take(ordering.placed(desk.buy, NOW))
    desk.take(fulfilling.bought(desk.buy, desk.buy.bill.total, desk.books, NOW))
    desk.take(fulfilling.shipped(desk.buy, NOW))
    return desk


def count(desk: Desk, **came: int) -> None:
    counts = {SpecId(spec): pieces for spec, pieces in came.items()}
    desk.take(counting.counted(desk.buy, counts, desk.books, NOW))
    check(desk)


def check(desk: Desk) -> None:
    """What arrived is handed to somebody or spare, and every fen has a name."""
    buy = desk.buy
    arrived = {each.spec_id: each.pieces for each in buy.arrived}
    where = {each.spec_id: each.pieces for each in buy.spare}
    for claim in buy.taken:
        for spec, pieces in claim.gets:
            where[spec] = where.get(spec, 0) + pieces
    assert where == {spec: pieces for spec, pieces in arrived.items() if pieces}
    assert buy.bill is not None
    assert not buy.bill.difference
    assert not desk.books.differences()
    assert not desk.books.sum_of(Account.MARKETPLACE, CNY)
    for user in buy.members:
        share = buy.share_of(user)
        assert desk.books.account_of(buy.account_of(user), CNY).charged.units == share.total


def balance(desk: Desk, user: UserId) -> int:
    return desk.books.account_of(desk.buy.account_of(user), CNY).balance.units


def spare(desk: Desk) -> dict[SpecId | None, int]:
    return {each.spec_id: each.pieces for each in desk.buy.spare}


def test_what_came_beyond_what_was_ordered_is_spare_and_costs_nobody_anything() -> None:
    desk = shipped((ANNA, RED, 3, ()))
    count(desk, red=5)
    assert spare(desk) == {RED: 2}
    assert balance(desk, ANNA) == 0
    assert desk.buy.claim(1).served == 3
    assert desk.told(NewsOf.SHORT) == []


def test_who_named_the_colour_that_came_instead_gets_it_for_their_money() -> None:
    desk = shipped((ANNA, RED, 3, ()), (BEN, RED, 2, (BLUE,)))
    count(desk, red=3, blue=2)
    assert desk.buy.claim(2).gets == ((BLUE, 2),)
    assert got_by_variant(desk.buy.taken) == {RED: 3, BLUE: 2}
    assert (balance(desk, BEN), desk.buy.claim(2).state) == (0, ClaimState.ARRIVED)
    assert (desk.told(NewsOf.SWAPPED), desk.told(NewsOf.SHORT)) == ([BEN], [])
    assert spare(desk) == {}


def test_a_cheaper_colour_that_came_instead_costs_what_it_costs() -> None:
    """Two pieces at 10 yuan and a tenth fee; green is 6: 8 yuan and 0.80 of the fee come back."""
    desk = shipped((BEN, RED, 2, (GREEN,)))
    count(desk, red=0, green=2)
    assert balance(desk, BEN) == -880
    assert desk.buy.bill is not None
    assert desk.buy.bill.borne == 800


def test_who_named_nothing_has_their_money_back_and_may_take_what_is_spare() -> None:
    """22 yuan are credited; who takes one of the two pieces that came owes 11 of them again."""
    desk = shipped((ANNA, RED, 3, ()), (BEN, RED, 2, ()))
    count(desk, red=3, blue=1)
    assert (balance(desk, BEN), desk.told(NewsOf.SHORT)) == (-2200, [BEN])
    assert counting.offered_instead(desk.buy, ANNA) == ()
    ((claim, spec, pieces),) = counting.offered_instead(desk.buy, BEN)
    assert (claim.number, spec, pieces) == (2, BLUE, 1)
    price = counting.unit_instead(desk.buy, claim, BLUE)
    desk.take(counting.taken_instead(desk.buy, BEN, 2, BLUE, price, desk.books, NOW))
    check(desk)
    assert balance(desk, BEN) == -1100
    assert (desk.buy.claim(2).gets, desk.buy.claim(2).short) == (((BLUE, 1),), 1)
    assert desk.buy.claim(2).state is ClaimState.ARRIVED
    assert desk.buy.bill is not None
    assert desk.buy.bill.borne == 1000  # of two missing pieces one is paid for by who took another
    assert desk.told(NewsOf.SPARE_TAKEN) == [ORGANISER]


def test_what_is_spare_goes_to_who_takes_it_first_and_at_the_price_they_saw() -> None:
    desk = shipped((ANNA, RED, 1, ()), (BEN, RED, 1, ()))
    count(desk, red=0, blue=1)
    with pytest.raises(BuyRefused) as other_price:
        counting.taken_instead(desk.buy, ANNA, 1, BLUE, Fen(900), desk.books, NOW)
    assert other_price.value.why is Why.TERMS
    desk.take(counting.taken_instead(desk.buy, BEN, 2, BLUE, Fen(1000), desk.books, NOW))
    with pytest.raises(BuyRefused) as gone:
        counting.taken_instead(desk.buy, ANNA, 1, BLUE, Fen(1000), desk.books, NOW)
    assert gone.value.why is Why.FULL
    with pytest.raises(BuyRefused):  # nor what is somebody else's
        counting.taken_instead(desk.buy, ANNA, 2, BLUE, Fen(1000), desk.books, NOW)


def test_what_the_seller_sends_back_is_not_what_members_paid_for_spare_pieces() -> None:
    """10 for the missing piece came back, 10 were paid for the spare one: one 10 is gained."""
    desk = shipped((ANNA, RED, 1, ()), (BEN, RED, 4, ()))
    count(desk, red=4, blue=1)
    desk.take(counting.taken_instead(desk.buy, BEN, 2, BLUE, Fen(1000), desk.books, NOW))
    desk.take(fulfilling.seller_refunded(desk.buy, Fen(1000), desk.books, NOW))
    check(desk)
    assert desk.buy.bill is not None
    assert desk.buy.bill.borne == -1000
    assert desk.told(NewsOf.CHEAPER) == []
    desk.take(fulfilling.seller_refunded(desk.buy, Fen(500), desk.books, NOW))
    check(desk)
    assert (desk.buy.bill.borne, balance(desk, ANNA), balance(desk, BEN)) == (-1000, -100, -400)


def test_who_takes_what_is_spare_still_bears_what_was_sold_on_for_them() -> None:
    """33 yuan for three, 15 came in for two of them; the spare one is 10 and its fee once more."""
    desk = shipped((ANNA, RED, 2, ()), (BEN, RED, 1, ()), (ANNA, RED, 1, ()))
    count(desk, red=3, blue=1)
    assert balance(desk, ANNA) == -1100
    late = NOW + desk.buy.terms.fetch_within
    desk.take(fulfilling.resold(desk.buy, 1, yuan(1500), desk.books, late))
    assert balance(desk, ANNA) == -2600
    desk.take(counting.taken_instead(desk.buy, ANNA, 3, BLUE, Fen(1000), desk.books, late))
    assert (balance(desk, ANNA), desk.buy.share_of(ANNA).goods) == (-1500, 3000)
    assert desk.buy.bill is not None
    assert (desk.buy.bill.borne, desk.buy.bill.difference) == (0, 0)


def test_nobody_settles_while_somebody_has_just_taken_what_is_spare() -> None:
    """The page still said that everything was handed out."""
    desk = shipped((ANNA, RED, 1, ()))
    count(desk, red=0, blue=1)
    assert not fulfilling.to_hand_out(desk.buy)
    desk.take(counting.taken_instead(desk.buy, ANNA, 1, BLUE, Fen(1000), desk.books, NOW))
    with pytest.raises(BuyRefused) as refused:
        fulfilling.settling(desk.buy, NOW)
    assert refused.value.why is Why.STATE
    desk.take(fulfilling.handed(desk.buy, ANNA, NOW))
    assert desk.buy.state is BuyState.SETTLING


def test_a_variant_that_the_buy_does_not_know_is_no_count() -> None:
    desk = shipped((ANNA, RED, 1, ()))
    with pytest.raises(BuyRefused):
        counting.counted(desk.buy, {SpecId("other"): 1}, desk.books, NOW)


anybody = st.tuples(
    st.integers(2, 5).map(UserId),
    st.sampled_from([RED, BLUE, GREEN]),
    st.integers(1, 6),
    st.lists(st.sampled_from([RED, BLUE, GREEN]), max_size=2, unique=True).map(tuple),
)


@given(st.lists(anybody, min_size=1, max_size=6), st.data())
def test_whatever_comes_every_piece_and_every_fen_has_a_place(
    joins: list[Joins], data: st.DataObject
) -> None:
    desk = shipped(*joins, freight=data.draw(st.integers(0, 600)))
    before = {user: desk.buy.share_of(user).total for user in desk.buy.members}
    claimed = {each.number: each.pieces for each in desk.buy.claims}
    count(desk, **{s: data.draw(st.integers(0, 9)) for s in (RED, BLUE, GREEN)})
    for user in before:
        offered = counting.offered_instead(desk.buy, user)
        if offered and data.draw(st.booleans()):
            claim, spec, _ = data.draw(st.sampled_from(offered))
            unit = counting.unit_instead(desk.buy, claim, spec)
            taken = counting.taken_instead(
                desk.buy, user, claim.number, spec, unit, desk.books, NOW
            )
            desk.take(taken)
            check(desk)
    for each in desk.buy.claims:
        assert each.served + each.short == claimed[each.number]
    for user, charged in before.items():
        assert desk.buy.share_of(user).total <= charged
