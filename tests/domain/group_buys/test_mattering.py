"""News that waited is told only while what it asks for is still to be done."""

from datetime import timedelta

from bot.domain.currencies import yuan
from bot.domain.group_buys import disputes, ending, fulfilling, quoting, receiving
from bot.domain.group_buys.claims import Dispute
from bot.domain.group_buys.mattering import still_matters
from bot.domain.group_buys.news import News, NewsOf
from bot.domain.group_buys.taking_back import bookings, taken_back
from bot.domain.money import Fen
from tests.domain.group_buys.bought import ANNA, BEN, arrived, balance, bought, collecting
from tests.domain.group_buys.groups import NOW, ORGANISER, Desk, quote

LATER = NOW + timedelta(minutes=1)


def matters(desk: Desk, kind: NewsOf, user: int = ORGANISER) -> bool:
    return still_matters(desk.buy, desk.books, News(kind=kind, user_id=user))


def pay(desk: Desk, user: int) -> None:
    owed = yuan(balance(desk, user))
    desk.take(receiving.paid(desk.buy, user, owed, f"{user}", desk.books, NOW))


def test_everybody_has_paid_is_told_until_the_organiser_looks_at_the_order() -> None:
    desk = collecting()
    pay(desk, ANNA)
    assert not matters(desk, NewsOf.ALL_PAID)  # Ben has not
    pay(desk, BEN)
    assert matters(desk, NewsOf.ALL_PAID)
    desk.take(quoting.requoted(desk.buy, quote(desk.buy, 600), desk.books, LATER))
    desk.buy = desk.buy.replace(quoted_at=LATER)
    assert not matters(desk, NewsOf.ALL_PAID)
    assert not matters(bought(), NewsOf.ALL_PAID)


def test_after_the_order_was_looked_at_somebody_who_leaves_makes_it_news_again() -> None:
    desk = collecting()
    pay(desk, ANNA)
    desk.buy = desk.buy.replace(quoted_at=LATER)
    desk.take(receiving.given_up_by(desk.buy, BEN, desk.books, LATER + timedelta(minutes=1)))
    assert matters(desk, NewsOf.ALL_PAID)


def test_who_has_paid_or_is_out_is_not_asked_for_money_any_more() -> None:
    desk = collecting()
    assert matters(desk, NewsOf.DUE, ANNA)
    pay(desk, ANNA)
    for kind in (NewsOf.DUE, NewsOf.REMIND, NewsOf.NOT_RECEIVED):
        assert not matters(desk, kind, ANNA)
        assert matters(desk, kind, BEN)
    desk.take(ending.cancelled(desk.buy, desk.books, NOW))
    assert not matters(desk, NewsOf.DUE, BEN)
    assert not matters(desk, NewsOf.COLLECTING)
    assert matters(desk, NewsOf.CANCELLED, BEN)


def test_an_order_that_is_paid_is_no_order_to_be_paid() -> None:
    assert not matters(bought(), NewsOf.PLACED)
    assert not matters(bought(), NewsOf.NOT_PLACED)
    assert matters(bought(), NewsOf.BOUGHT, ANNA)


def test_money_given_off_or_sent_back_is_told_only_while_that_stands() -> None:
    desk = arrived()
    desk.take(disputes.disputed(desk.buy, ANNA, Dispute(text="cracked", at=NOW)))
    given = desk.take(disputes.allowed(desk.buy, ANNA, Fen(500), desk.books, NOW))
    sent = desk.take(fulfilling.sent_back(desk.buy, ANNA, yuan(500), "b", desk.books, NOW))
    told = [*given.news, *sent.news]
    assert all(still_matters(desk.buy, desk.books, each) for each in told)
    for booking in reversed(bookings(desk.books)[-2:]):
        (back,) = desk.take(taken_back(desk.buy, booking.key, desk.books, LATER)).news
        assert still_matters(desk.buy, desk.books, back)
    assert not any(still_matters(desk.buy, desk.books, each) for each in told)


def test_that_money_was_not_sent_back_is_not_told_once_it_was() -> None:
    desk = arrived()
    desk.take(disputes.disputed(desk.buy, ANNA, Dispute(text="cracked", at=NOW)))
    desk.take(disputes.allowed(desk.buy, ANNA, Fen(500), desk.books, NOW))
    desk.take(fulfilling.sent_back(desk.buy, ANNA, yuan(500), "b", desk.books, NOW))
    (back,) = desk.take(taken_back(desk.buy, bookings(desk.books)[-1].key, desk.books, LATER)).news
    desk.take(fulfilling.sent_back(desk.buy, ANNA, yuan(500), "c", desk.books, LATER))
    assert not still_matters(desk.buy, desk.books, back)
