"""The invariants of a group buy, over whole lives with people who leave, pay late or not at all."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.currencies import CNY, Money
from bot.domain.group_buys import (
    confirming,
    counting,
    ending,
    fulfilling,
    joining,
    minimum,
    ordering,
    quoting,
    receiving,
)
from bot.domain.group_buys.bills import lines_of
from bot.domain.group_buys.buys import BuyRefused, BuyState, GroupBuy
from bot.domain.group_buys.claims import ClaimState
from bot.domain.identifiers import MerchantOrderNo, SpecId, UserId
from bot.domain.ledger import Account
from bot.domain.money import Fen
from tests.domain.group_buys.groups import (
    BLUE,
    NOW,
    ORGANISER,
    RED,
    Desk,
    opened,
    people,
    quote,
    wanted,
)

_PAID_THERE = {
    BuyState.BOUGHT,
    BuyState.SHIPPED,
    BuyState.ARRIVED,
    BuyState.HANDING_OUT,
    BuyState.SETTLING,
    BuyState.CLOSED,
}
_ORDER = MerchantOrderNo("S261130-7K3MZQ4T")


def check(desk: Desk) -> None:
    """Hold a buy and its books against what must be true at any time."""
    buy, books = desk.buy, desk.books
    # 1: every fen has an account, and the shares come to the marketplace's total.
    assert not books.differences()
    if buy.bill is not None and buy.state not in {BuyState.LOCKED, BuyState.CONFIRMING}:
        shared = sum(each.marketplace for each in buy.bill.shares) + buy.bill.borne
        there = -books.sum_of(Account.MARKETPLACE, CNY).units
        cash = books.sum_of(Account.CASH, CNY).units
        customers = books.sum_of(Account.CUSTOMER, CNY).units
        assert customers + cash == sum(
            -books.sum_of(each, CNY).units
            for each in Account
            if each not in {Account.CUSTOMER, Account.CASH}
        )
        assert there == (0 if buy.state in _PAID_THERE else shared)
        for user in buy.members:  # 3: same goods, same price; 2: nothing above what was agreed
            share = buy.share_of(user)
            mine = [each for each in buy.taken if each.user_id == user]
            if not mine:
                continue
            assert share.goods == sum(each.served * (each.unit or 0) for each in mine)
            if user != ORGANISER:
                assert all((each.unit or 0) <= each.ceiling for each in mine)
                agreed = [
                    each
                    for each in buy.claims_of(user)
                    if each.is_in or each.state is ClaimState.SHORT
                ]
                assert share.freight <= sum(each.consent.freight for each in agreed)
                assert share.fee * 10**6 <= buy.terms.fee_ppm * share.goods
    for spec in (RED, BLUE):  # 5: never more than there are
        variant = buy.terms.goods.variant(spec)
        assert variant is not None
        held = sum(each.served for each in buy.taken if each.spec_id == spec)
        assert held <= variant.limit
    if buy.terms.most_each is not None:
        for user in people(buy):
            mine = [each for each in buy.claims_of(user) if each.is_in]
            assert sum(each.pieces for each in mine) <= buy.terms.most_each


def joined_by(desk: Desk, wishes: Iterable[tuple[int, SpecId, int, int]]) -> None:
    for user, spec, pieces, ceiling in wishes:
        try:
            change, _ = joining.joined(
                desk.buy, wanted(desk.buy, user, pieces, ceiling, spec_id=spec)
            )
        except BuyRefused:
            continue
        desk.take(change)
        check(desk)


def price(desk: Desk, freight: int, off: int) -> None:
    """Quote, drop whom it is too dear for, and quote again, as the service does."""
    while desk.buy.taken:
        quoted = quote(desk.buy, freight, off=off)
        dear = quoting.too_dear(desk.buy, quoted)
        if not dear:
            break
        desk.take(quoting.fell_out(desk.buy, dear, desk.books, NOW))
    if not desk.buy.taken:
        desk.take(ending.failed(desk.buy, "minimum", desk.books, NOW))
        return
    desk.take(quoting.priced(desk.buy, quote(desk.buy, freight, off=off), desk.books, NOW))


wishes = st.lists(
    st.tuples(
        st.integers(2, 9),
        st.sampled_from([RED, BLUE]),
        st.integers(1, 8),
        st.sampled_from([1000, 950, 880, 850, 800]),
    ),
    max_size=14,
)


@given(
    wishes,
    st.integers(0, 9000),
    st.integers(0, 5),
    st.sampled_from([None, 6]),
    st.data(),
)
def test_the_invariants_hold_through_a_life(
    people_wish: list[tuple[int, SpecId, int, int]],
    freight: int,
    off: int,
    most_each: int | None,
    data: st.DataObject,
) -> None:
    desk = Desk(opened(most_each=most_each, limit=20))
    joined_by(desk, people_wish)
    for number in data.draw(st.lists(st.integers(1, 14), max_size=3)):
        claim = next((each for each in desk.buy.claims if each.number == number), None)
        if claim is not None and claim.state in {ClaimState.HELD, ClaimState.WAITING}:
            desk.take(joining.withdrawn(desk.buy, claim.user_id, number, NOW))
            check(desk)
    desk.take(joining.locked(desk.buy, NOW))
    price(desk, freight, off)
    check(desk)
    while desk.buy.state is BuyState.CONFIRMING:
        for user in desk.buy.asked:
            match data.draw(st.sampled_from(["yes", "no", "silent"])):
                case "silent":
                    continue
                case says:
                    agrees = says == "yes"
                    desk.take(
                        confirming.answered(
                            desk.buy, user, agrees=agrees, books=desk.books, now=NOW
                        )
                    )
        late = NOW + desk.buy.terms.answer_within * 2
        desk.take(confirming.lapse_unanswered(desk.buy, desk.books, late))
        price(desk, freight, off)
        check(desk)
    if desk.buy.state is BuyState.COLLECTING:
        _collect(desk, freight, off, data)
    check(desk)
    _give_back(desk)
    if desk.buy.state in {BuyState.CANCELLING, BuyState.SETTLING}:
        for user in fulfilling.open_balances(desk.buy, desk.books):
            desk.take(fulfilling.given_up(desk.buy, user, "gone", desk.books, NOW))
    if desk.buy.state is BuyState.SETTLING:
        desk.take(fulfilling.closed(desk.buy, desk.books, NOW))
    assert desk.buy.state in {BuyState.CLOSED, BuyState.FAILED, BuyState.CANCELLED}
    assert not fulfilling.open_balances(desk.buy, desk.books)
    assert not desk.books.sum_of(Account.MARKETPLACE, CNY)


def _collect(desk: Desk, freight: int, off: int, data: st.DataObject) -> None:
    for index, user in enumerate(people(desk.buy)):
        if data.draw(st.booleans()):
            balance = desk.books.account_of(desk.buy.account_of(user), CNY).balance
            amount = Money(currency=balance.currency, units=max(balance.units, 1))
            desk.take(receiving.paid(desk.buy, user, amount, f"{index}", desk.books, NOW))
    for user in people(desk.buy):
        if any(each.state is ClaimState.DUE for each in desk.buy.claims_of(user)) and data.draw(
            st.booleans()
        ):
            desk.take(receiving.given_up_by(desk.buy, user, desk.books, NOW))
            assert desk.books.account_of(desk.buy.account_of(user), CNY).balance.units <= 0
    assert desk.buy.pay_before is not None
    desk.take(receiving.lapse_unpaid(desk.buy, desk.books, desk.buy.pay_before))
    check(desk)
    while desk.buy.taken:
        quoted = quote(desk.buy, freight, off=off)
        dear = quoting.too_dear(desk.buy, quoted)
        if not dear:
            break
        desk.take(quoting.fell_out(desk.buy, dear, desk.books, NOW))
    if not desk.buy.taken or minimum.short_of_minimum(desk.buy):
        desk.take(ending.failed(desk.buy, "minimum", desk.books, NOW))
        return
    desk.take(quoting.requoted(desk.buy, quote(desk.buy, freight, off=off), desk.books, NOW))
    check(desk)
    looked_at = desk.buy.bill  # looking once more moves nothing
    desk.take(quoting.requoted(desk.buy, quote(desk.buy, freight, off=off), desk.books, NOW))
    assert desk.buy.bill == looked_at
    for index, user in enumerate(people(desk.buy)):  # a price that rose within the ceilings
        balance = desk.books.account_of(desk.buy.account_of(user), CNY).balance
        if balance.units > 0:
            desk.take(receiving.paid(desk.buy, user, balance, f"more{index}", desk.books, NOW))
    _fulfil(desk, data)


def _fulfil(desk: Desk, data: st.DataObject) -> None:
    buy = desk.buy
    assert buy.bill is not None
    numbers = tuple(each.number for each in buy.taken)
    desk.take(ordering.frozen(buy, _ORDER, buy.bill.total, numbers, NOW))
    # 4 and 6: what is ordered is what is claimed, and all of it was agreed to.
    ordered = sum(each.quantity for each in lines_of(desk.buy.taken, desk.buy.terms))
    assert ordered == desk.buy.pieces
    assert not confirming.worse_off(desk.buy, buy.bill)
    desk.take(ordering.placed(desk.buy, NOW))
    desk.take(fulfilling.bought(desk.buy, buy.bill.total, desk.books, NOW))
    desk.take(fulfilling.shipped(desk.buy, NOW))
    came = {
        spec: data.draw(st.integers(0, pieces))
        for spec in (RED, BLUE)
        if (pieces := sum(each.served for each in desk.buy.taken if each.spec_id == spec))
    }
    total_before = desk.buy.pieces
    desk.take(counting.counted(desk.buy, came, desk.books, NOW))
    check(desk)
    short = sum(each.short for each in desk.buy.claims)
    assert sum(came.values()) + short == total_before
    _hand_out(desk)


def _hand_out(desk: Desk) -> None:
    if not fulfilling.to_hand_out(desk.buy):
        desk.take(fulfilling.settling(desk.buy, NOW))
    for user in tuple(fulfilling.to_hand_out(desk.buy)):
        desk.take(fulfilling.handed(desk.buy, user, NOW))
    assert desk.buy.state is BuyState.SETTLING
    handed = sum(each.handed for each in desk.buy.claims)
    assert handed == sum(each.pieces for each in desk.buy.arrived)


def _give_back(desk: Desk) -> None:
    for user, balance in fulfilling.open_balances(desk.buy, desk.books).items():
        if balance.units < 0:
            back = fulfilling.sent_back(desk.buy, user, -balance, f"b{user}", desk.books, NOW)
            desk.take(back)


def _holds(buy: GroupBuy, user: int) -> int:
    return sum(each.served for each in buy.claims_of(UserId(user)) if each.is_in)


def test_the_last_piece_goes_to_one_and_the_queue_moves_up() -> None:
    desk = Desk(opened(limit=5))
    joined_by(desk, [(2, RED, 4, 1000), (3, RED, 1, 1000), (4, RED, 1, 1000)])
    assert [_holds(desk.buy, user) for user in (2, 3, 4)] == [4, 1, 0]
    desk.take(joining.withdrawn(desk.buy, UserId(3), 2, NOW))
    assert _holds(desk.buy, 4) == 1


def test_shares_of_a_cent_each_add_up() -> None:
    desk = Desk(opened(fee_ppm=33_333))
    joined_by(desk, [(user, RED, 1, 1000) for user in range(2, 9)])
    desk.take(joining.locked(desk.buy, NOW))
    price(desk, 1001, 3)
    check(desk)
    assert desk.buy.bill is not None
    assert desk.buy.bill.difference == 0
    assert sum(each.marketplace for each in desk.buy.bill.shares) == Fen(7 * 1000 - 3 + 1001)
