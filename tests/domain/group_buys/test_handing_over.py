"""Another person runs a buy whose organiser can't be reached."""

import pytest

from bot.domain.currencies import CNY
from bot.domain.group_buys import ending, joining, minimum, ordering, quoting, receiving
from bot.domain.group_buys.buys import BuyRefused, BuyState, Why
from bot.domain.group_buys.claims import ClaimState
from bot.domain.group_buys.fulfilling import open_balances
from bot.domain.group_buys.handing_over import taken_over
from bot.domain.group_buys.news import NewsOf
from bot.domain.identifiers import MerchantOrderNo, UserId
from tests.domain.group_buys.groups import ADDRESS, NOW, RED, Desk, opened, quote, with_people

OTHER = UserId(99)
ELSEWHERE = ADDRESS.replace(street="文三路1号")


def collecting() -> Desk:
    """A member, and the organiser with pieces on their own account."""
    desk = Desk(with_people(opened(), (2, 9, 1000)))
    desk.take(joining.locked(desk.buy, NOW))
    desk.take(minimum.topped_up(desk.buy, desk.buy.claim(1).consent, RED, 1))
    desk.take(quoting.priced(desk.buy, quote(desk.buy, 500), desk.books, NOW))
    return desk


def test_members_pay_the_new_one_and_goods_come_to_them() -> None:
    desk = collecting()
    desk.take(taken_over(desk.buy, OTHER, "Card 2", ELSEWHERE, "zh", desk.books))
    assert (desk.buy.organiser, desk.buy.chat_id, desk.buy.language) == (OTHER, OTHER, "zh")
    assert (desk.buy.terms.payment, desk.buy.terms.address) == ("Card 2", ELSEWHERE)
    assert (desk.buy.terms.number, len(desk.buy.earlier)) == (2, 1)
    assert desk.told(NewsOf.TAKEN_OVER) == [2, 1]


def test_an_order_that_is_made_again_goes_to_the_new_one() -> None:
    """The first one's was closed unpaid after the takeover: nothing may go to who is gone."""
    desk = collecting()
    owed = desk.books.account_of(desk.buy.account_of(UserId(2)), CNY).balance
    desk.take(receiving.paid(desk.buy, UserId(2), owed, "p", desk.books, NOW))
    assert desk.buy.bill is not None
    order_no = MerchantOrderNo("S261130-7K3MZQ4T")
    desk.take(ordering.frozen(desk.buy, order_no, desk.buy.bill.total, (1, 2), NOW))
    desk.take(ordering.placed(desk.buy, NOW))
    desk.take(taken_over(desk.buy, OTHER, "Card 2", ELSEWHERE, "en", desk.books))
    desk.take(ordering.not_placed(desk.buy, NOW, "closed"))
    assert desk.buy.terms.address == ELSEWHERE


def test_what_the_first_one_took_for_themselves_is_theirs_to_pay() -> None:
    desk = collecting()
    assert desk.buy.claim(2).state is ClaimState.PAID
    desk.take(taken_over(desk.buy, OTHER, "Card 2", ELSEWHERE, "en", desk.books))
    assert desk.buy.claim(2).state is ClaimState.DUE
    assert set(open_balances(desk.buy, desk.books)) == {1, 2}
    for user in (1, 2):
        owed = desk.books.account_of(desk.buy.account_of(UserId(user)), CNY).balance
        desk.take(receiving.paid(desk.buy, UserId(user), owed, f"p{user}", desk.books, NOW))
    assert {each.state for each in desk.buy.taken} == {ClaimState.PAID}
    assert desk.told(NewsOf.ALL_PAID) == []  # their own press


def test_it_needs_a_way_to_pay_and_an_address_and_a_buy_that_runs() -> None:
    desk = collecting()
    for payment, address in (("", ELSEWHERE), ("Card", None)):
        with pytest.raises(BuyRefused) as lacking:
            taken_over(desk.buy, OTHER, payment, address, "en", desk.books)
        assert lacking.value.why is Why.INCOMPLETE
    with pytest.raises(BuyRefused):
        taken_over(desk.buy, desk.buy.organiser, "Card", ELSEWHERE, "en", desk.books)
    desk.take(ending.cancelled(desk.buy, desk.books, NOW))
    over = desk.buy.replace(state=BuyState.CANCELLED)
    with pytest.raises(BuyRefused):
        taken_over(over, OTHER, "Card", ELSEWHERE, "en", desk.books)
