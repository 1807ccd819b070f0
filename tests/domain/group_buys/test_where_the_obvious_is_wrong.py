"""Twenty places where the obvious answer is wrong; each test is named for the obvious answer."""

from datetime import timedelta

import pytest

from bot.domain.collecting import ProofKind
from bot.domain.currencies import CNY, Currency, Money, yuan
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
from bot.domain.group_buys.bills import bill_of, rebilled
from bot.domain.group_buys.books import charged
from bot.domain.group_buys.buys import BuyRefused, BuyState, Change, GroupBuy, Why
from bot.domain.group_buys.claims import Adverse, Asked, ClaimState, SentProof, adverse
from bot.domain.group_buys.news import NewsOf
from bot.domain.group_buys.rows import InRow, opens_a_row
from bot.domain.group_buys.shares import FreightKey, split, usable_weights
from bot.domain.identifiers import MerchantOrderNo, SpecId, UserId
from bot.domain.ledger import Account, TooMuch
from bot.domain.money import Fen
from bot.domain.rates import Rate
from tests.domain.group_buys.groups import (
    NOW,
    ORGANISER,
    RED,
    Desk,
    opened,
    quote,
    steps,
    terms,
    wanted,
    with_people,
)

_TRANSFER = SentProof(kind=ProofKind.TEXT, text="No. 12 345", at=NOW)
_NO = MerchantOrderNo("S261130-7K3MZQ4T")


def closing_desk(*people: tuple[int, int, int], freight: int = 500, **terms: object) -> Desk:
    """Lock a buy that these people joined, and quote it until it is too dear for nobody."""
    desk = Desk(with_people(opened(**terms), *people))
    desk.take(joining.locked(desk.buy, NOW))
    return quoted(desk, freight)


def quoted(desk: Desk, freight: int = 500) -> Desk:
    while dear := quoting.too_dear(desk.buy, quote(desk.buy, freight)):
        desk.take(quoting.fell_out(desk.buy, dear, desk.books, NOW))
    desk.take(quoting.priced(desk.buy, quote(desk.buy, freight), desk.books, NOW))
    return desk


def pay(desk: Desk, *users: int) -> Desk:
    for user in users:
        owed = desk.books.account_of(desk.buy.account_of(UserId(user)), CNY).balance
        desk.take(receiving.paid(desk.buy, UserId(user), owed, f"p{user}", desk.books, NOW))
    return desk


def ordered_desk(*people: tuple[int, int, int], **terms: object) -> Desk:
    desk = pay(closing_desk(*people, **terms), *(each[0] for each in people))
    assert desk.buy.bill is not None
    numbers = tuple(each.number for each in desk.buy.taken)
    desk.take(ordering.frozen(desk.buy, _NO, desk.buy.bill.total, numbers, NOW))
    desk.take(ordering.placed(desk.buy, NOW))
    desk.take(fulfilling.bought(desk.buy, desk.buy.bill.total, desk.books, NOW))
    return desk


def unpaid_left_out(desk: Desk) -> Change:
    """Leave out who has not paid when their time is over."""
    assert desk.buy.pay_before is not None
    return receiving.lapse_unpaid(desk.buy, desk.books, desk.buy.pay_before)


def states(buy: GroupBuy) -> list[ClaimState]:
    return [each.state for each in buy.claims]


def test_01_you_pay_the_price_shown_when_joining() -> None:
    # Twenty pieces cost 8.50 each; without the five of the second, whose ceiling is 8.80, more.
    desk = closing_desk((2, 10, 900), (3, 5, 880), (4, 4, 850))
    assert states(desk.buy) == [ClaimState.DUE, ClaimState.DUE, ClaimState.LAPSED]
    assert desk.buy.claim(1).unit == 880
    assert desk.told(NewsOf.FELL_OUT) == [4]


def test_02_ask_again_when_the_price_moved() -> None:
    # The usual ceiling is the first price, so that whoever leaves surprises nobody.
    buy = opened()
    assert buy.terms.usual_ceiling(buy.terms.goods.variants[0]) == 1000
    desk = closing_desk((2, 5, 1000), (3, 1, 1000))
    assert not desk.told(NewsOf.ASK)
    assert desk.buy.state is BuyState.COLLECTING


def test_03_the_total_is_lower_so_nobody_has_to_agree() -> None:
    consent = with_people(opened(), (2, 5, 1000)).claim(1).consent
    asked = Asked(units=((Fen(850), Fen(1000)),), goods=Fen(4250), freight=Fen(701), fee=Fen(425))
    assert asked.goods + asked.freight + asked.fee < consent.goods + consent.freight
    assert adverse((consent,), asked, terms()) == {Adverse.FREIGHT}


def test_04_split_the_total_evenly() -> None:
    buy = with_people(
        opened(minimum=1, steps=steps((1, 334))), *((each, 1, 334) for each in (2, 3, 4))
    )
    bill = bill_of(buy.taken, buy.terms, quote(buy, 0, off=2), ORGANISER)  # 10.00 for three
    assert [each.goods for each in bill.shares] == [334, 334, 334]
    assert sorted(each.freight for each in bill.shares) == [-1, -1, 0]
    assert bill.difference == 0


def test_05_split_the_freight_again_when_it_changes() -> None:
    assert split(4, (6, 6, 2)) == (2, 2, 0)
    assert split(3, (6, 6, 2)) == (1, 1, 1)
    buy = with_people(opened(minimum=1), (2, 6, 1000), (3, 6, 1000), (4, 2, 1000))
    first = bill_of(buy.taken, buy.terms, quote(buy, 4), ORGANISER)
    less = rebilled(first, buy.taken, buy.terms, quote(buy, 3), ORGANISER)
    for one, other in zip(first.shares, less.shares, strict=True):
        assert other.freight <= one.freight
    assert less.difference == 0


def test_06_who_does_not_answer_agrees() -> None:
    desk = closing_desk((2, 10, 1000), (3, 10, 1000), freight=9000)
    assert desk.told(NewsOf.ASK) == [2, 3]
    desk.take(confirming.answered(desk.buy, UserId(2), agrees=True, books=desk.books, now=NOW))
    with pytest.raises(BuyRefused) as early:
        confirming.lapse_unanswered(desk.buy, desk.books, NOW)
    assert early.value.why is Why.NOT_OVER
    late = NOW + timedelta(hours=25)
    desk.take(confirming.lapse_unanswered(desk.buy, desk.books, late))
    assert desk.buy.claim(2).state is ClaimState.LAPSED
    with pytest.raises(BuyRefused):  # an answer that comes too late changes nothing
        confirming.answered(desk.buy, UserId(3), agrees=True, books=desk.books, now=late)


def test_07_a_paid_claim_is_safe() -> None:
    desk = ordered_desk((2, 5, 1000), (3, 5, 1000))
    desk.take(counting.counted(desk.buy, {RED: 5}, desk.books, NOW))
    assert desk.buy.claim(2).state is ClaimState.SHORT
    assert desk.books.account_of(desk.buy.account_of(UserId(3)), CNY).balance.units < 0
    # A proof is not money either.
    said = closing_desk((2, 5, 1000))
    said.take(receiving.proof_sent(said.buy, UserId(2), _TRANSFER, "1"))
    assert not said.books.sum_of(Account.CASH, CNY)


def test_08_refund_at_the_rate_of_today_and_keep_the_fee() -> None:
    rate = Rate(currency=Currency("RUB"), quoted="12.5")
    desk = closing_desk((2, 5, 1000), (3, 5, 1000), rate=rate)
    for user in (2, 3):
        account = desk.buy.account_of(UserId(user))
        owed = desk.books.account_of(account, rate.currency).balance
        desk.take(receiving.paid(desk.buy, UserId(user), owed, f"p{user}", desk.books, NOW))
    charge = desk.books.account_of(desk.buy.account_of(UserId(3)), rate.currency).charged
    gone = [desk.buy.claim(2)]
    desk.take(quoting.fell_out(desk.buy, gone, desk.books, NOW))
    balance = desk.books.account_of(desk.buy.account_of(UserId(3)), rate.currency).balance
    assert balance == -charge  # all of it, the fee too, at the rate that was charged
    assert not desk.books.differences()


def test_09_leaving_before_the_end_is_free() -> None:
    small, medium = SpecId("S"), SpecId("M")
    row = {small: 1, medium: 1}
    closed = [InRow(1, small, 1), InRow(2, medium, 1), InRow(3, medium, 1)]
    assert opens_a_row(row, closed, 1)
    assert not opens_a_row(row, closed, 3)
    desk = Desk(with_people(opened(), (2, 5, 1000)))
    desk.take(joining.locked(desk.buy, NOW))
    with pytest.raises(BuyRefused):  # and after it not at all
        joining.withdrawn(desk.buy, UserId(2), 1, NOW)


def test_10_the_deadline_is_when_the_bot_got_to_it() -> None:
    buy = opened()
    in_time = wanted(buy, 2, 1, sent_at=buy.terms.deadline)
    assert joining.joined(buy, in_time)[1].state is ClaimState.HELD
    with pytest.raises(BuyRefused) as late:
        joining.joined(buy, wanted(buy, 3, 1, sent_at=buy.terms.deadline + timedelta(seconds=1)))
    assert late.value.why is Why.OVER


def test_11_nobody_minds_a_later_deadline() -> None:
    buy = with_people(opened(arrival=NOW + timedelta(days=20)), (2, 5, 1000))
    later = buy.terms.changed(
        deadline=buy.terms.deadline + timedelta(days=1), arrival=NOW + timedelta(days=21)
    )
    change = joining.reworded(buy, later, NOW)
    assert change.buy.claim(1).renew  # a later arrival was not agreed to
    assert [each.kind for each in change.news] == [NewsOf.RENEW]
    silent = joining.locked(change.buy, NOW).buy.claim(1)
    assert silent.state is ClaimState.LAPSED
    agreed = joining.renewed(change.buy, UserId(2), later.number, NOW).buy
    assert joining.locked(agreed, NOW).buy.claim(1).state is ClaimState.HELD
    again = later.changed(deadline=later.deadline + timedelta(days=1))
    with pytest.raises(BuyRefused) as twice:
        joining.reworded(change.buy, again, NOW)
    assert twice.value.why is Why.EXTENDED


def test_12_the_organiser_takes_the_rest_and_bills_the_gain() -> None:
    desk = Desk(with_people(opened(), (2, 5, 1000), (3, 4, 1000)))
    desk.take(joining.locked(desk.buy, NOW))
    consent = desk.buy.claim(1).consent
    desk.take(minimum.topped_up(desk.buy, consent, RED, 1))
    quoted(desk)
    assert {each.unit for each in desk.buy.taken} == {950}
    mine = desk.buy.share_of(ORGANISER)
    assert (mine.goods, mine.fee) == (950, 0)
    assert desk.buy.claim(3).state is ClaimState.PAID


def test_13_two_accounts_are_two_people() -> None:
    buy = opened(most_each=5)
    buy = joining.joined(buy, wanted(buy, 2, 3))[0].buy
    with pytest.raises(BuyRefused) as more:  # the cap counts all of a person's claims together
        joining.joined(buy, wanted(buy, 2, 3))
    assert (more.value.why, more.value.left) == (Why.MOST_EACH, 2)


def test_14_without_its_post_a_buy_is_gone() -> None:
    # Nothing in a buy knows of a post: a card is a view of it.
    assert not {"card", "post", "message_id"} & set(GroupBuy.model_fields)


def test_15_cancel_and_refund_all_after_buying() -> None:
    desk = ordered_desk((2, 5, 1000))
    with pytest.raises(BuyRefused) as refused:
        ending.cancelled(desk.buy, desk.books, NOW)
    assert refused.value.why is Why.STATE


def test_16_the_weights_of_an_offer_are_right() -> None:
    assert usable_weights(FreightKey.WEIGHT, [1, 3], [10, 30], [500, None]) == (1, 3)


def test_17_everybody_in_one_order_gets_the_best_step() -> None:
    # What the marketplace quotes for each variant is the price, whatever the steps say.
    buy = with_people(opened(), (2, 20, 1000))
    dear = quote(buy, prices=steps((1, 990)))
    assert bill_of(buy.taken, buy.terms, dear, ORGANISER).unit_of(RED) == 990


def test_18_after_a_crash_the_order_may_be_made_of_whoever_is_there() -> None:
    desk = pay(closing_desk((2, 5, 1000), (3, 5, 1000)), 2, 3)
    assert desk.buy.bill is not None
    total = desk.buy.bill.total
    with pytest.raises(BuyRefused):  # another set than the one that was confirmed
        ordering.frozen(desk.buy, _NO, total, (1,), NOW)
    with pytest.raises(BuyRefused):  # another total
        ordering.frozen(desk.buy, _NO, Fen(total + 1), (1, 2), NOW)
    desk.take(ordering.frozen(desk.buy, _NO, total, (1, 2), NOW))
    assert (desk.buy.frozen, desk.buy.order_no) == ((1, 2), _NO)
    with pytest.raises(BuyRefused):
        quoting.fell_out(desk.buy, desk.buy.taken, desk.books, NOW)
    with pytest.raises(BuyRefused):
        ending.cancelled(desk.buy, desk.books, NOW)


def test_19_who_falls_out_after_paying_is_refunded_some_time() -> None:
    desk = pay(closing_desk((2, 10, 950), (3, 5, 1000), (4, 5, 850)), 2, 4)
    desk.take(unpaid_left_out(desk))  # the third: 15 pieces are left
    dear = quoting.too_dear(desk.buy, quote(desk.buy))
    assert [each.user_id for each in dear] == [4]
    desk.take(quoting.fell_out(desk.buy, dear, desk.books, NOW))
    account = desk.books.account_of(desk.buy.account_of(UserId(4)), CNY)
    assert desk.buy.claim(3).state is ClaimState.REFUNDED
    assert account.balance == -account.received  # all that was paid is owed back, before the order
    with pytest.raises(TooMuch):
        fulfilling.sent_back(desk.buy, UserId(4), account.received + yuan(1), "x", desk.books, NOW)


def test_20_who_leaves_last_leaves_the_others_pending() -> None:
    desk = closing_desk((2, 5, 1000), (3, 5, 1000), freight=9000, minimum=10)
    desk.take(confirming.answered(desk.buy, UserId(2), agrees=True, books=desk.books, now=NOW))
    desk.take(confirming.answered(desk.buy, UserId(3), agrees=False, books=desk.books, now=NOW))
    quoted(desk)
    assert desk.buy.state is BuyState.FAILED
    assert states(desk.buy) == [ClaimState.LAPSED, ClaimState.DECLINED]
    assert desk.told(NewsOf.FAILED) == [2]


def test_a_charge_that_did_not_change_books_nothing() -> None:
    desk = closing_desk((2, 5, 1000))
    share = desk.buy.share_of(UserId(2))
    account = desk.buy.account_of(UserId(2))
    assert not [*charged(desk.books, account, share, share, desk.buy.terms.rate, NOW)]


def test_a_payment_told_twice_is_booked_once_and_too_much_comes_back() -> None:
    desk = closing_desk((2, 5, 1000))
    for _ in range(2):
        desk.take(
            receiving.paid(
                desk.buy, UserId(2), Money(currency=CNY, units=9000), "p", desk.books, NOW
            )
        )
    account = desk.books.account_of(desk.buy.account_of(UserId(2)), CNY)
    assert account.received == yuan(9000)
    assert account.balance.units < 0
    assert desk.told(NewsOf.RECEIVED) == [2]


def test_a_proof_that_was_sent_before_is_marked_and_taken() -> None:
    desk = closing_desk((2, 5, 1000), (3, 5, 1000))
    desk.take(receiving.proof_sent(desk.buy, UserId(2), _TRANSFER, "1"))
    again = _TRANSFER.replace(text="no 12345")
    desk.take(receiving.proof_sent(desk.buy, UserId(3), again, "2"))
    assert [each.proof is not None and each.proof.seen_before for each in desk.buy.claims] == [
        False,
        True,
    ]
    assert states(desk.buy) == [ClaimState.PROOF] * 2
    desk.take(receiving.proof_declined(desk.buy, UserId(3), "2"))
    assert states(desk.buy) == [ClaimState.PROOF, ClaimState.DUE]


def test_whose_share_of_the_freight_rose_within_their_cap_pays_the_rest() -> None:
    desk = pay(closing_desk((2, 5, 1000), (3, 5, 1000), freight=1000), 2)
    desk.take(unpaid_left_out(desk))
    desk.take(quoting.requoted(desk.buy, quote(desk.buy, 700), desk.books, NOW))
    account = desk.books.account_of(desk.buy.account_of(UserId(2)), CNY)
    assert account.balance == yuan(200 + 250 + 25)  # freight; and the dearer step, with its fee
    assert desk.buy.claim(1).state is ClaimState.DUE
    assert desk.buy.pay_before == NOW + desk.buy.terms.pay_within
    assert desk.told(NewsOf.DUE) == [2, 3, 2]
