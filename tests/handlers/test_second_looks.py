"""What an organiser is asked once more, drawn in both languages; whom a page offers to remind."""

import re
from collections.abc import Callable

import pytest
from goods import session, view

from bot.chat.screens import Screen
from bot.chat.texts import LANGUAGES
from bot.domain.asking import BuyAsked
from bot.domain.currencies import yuan
from bot.domain.group_buys import counting, fulfilling, selling
from bot.domain.money import Fen
from handlers.group import buy
from handlers.group.buy_view import BuyView
from tests.domain.group_buys.bought import ANNA, BEN, arrived, bought, collecting
from tests.domain.group_buys.groups import NOW, ORGANISER, RED, Desk, opened, with_people


def drawn(desk: Desk, asking: BuyAsked | None = None, language: str = "en") -> Screen:
    at = session(user_id=ORGANISER, language=language)
    at = at.replace(focus=at.focus.replace(asking=asking or BuyAsked(buy_id=7)))
    return buy.screen(view(at, BuyView, buy=desk.buy, books=desk.books))


def actions(screen: Screen) -> list[str]:
    return [each.action for row in screen.rows for each in row]


def settling(*, owing: bool) -> Desk:
    desk = arrived(abroad_each=Fen(100))
    if owing:
        desk.take(fulfilling.abroad(desk.buy, Fen(600), desk.books, NOW))
    for user in (ANNA, BEN):
        desk.take(fulfilling.handed(desk.buy, user, NOW))
    return desk


def just_opened() -> Desk:
    return Desk(with_people(opened(), (ANNA, 4, 1000)))


LOOKS: dict[str, tuple[Callable[[], Desk], str]] = {
    "cancel": (just_opened, "cancel_buy"),
    "lock": (just_opened, "lock"),
    "leave_out": (collecting, "leave_out"),
    "arrive": (bought, "arrive"),
    "close": (lambda: settling(owing=False), "close"),
    "abroad_sure": (lambda: bought(abroad_each=Fen(100)), "sure"),
    "refund_sure": (arrived, "sure"),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("what", LOOKS)
def test_each_look_says_what_it_does_and_has_a_way_back(what: str, language: str) -> None:
    begin, yes = LOOKS[what]
    asked = BuyAsked(buy_id=7, what=what, about=500)
    shown = drawn(begin(), asked, language)
    assert actions(shown)[0] == yes
    assert actions(shown)[-1] == "back"
    assert not re.search(r"\bbuy\.\w", shown.text)
    assert "{" not in shown.text


@pytest.mark.parametrize("what", ["lock", "leave_out", "top_up", "arrive", "close"])
def test_what_is_over_meanwhile_is_not_asked(what: str) -> None:
    desk = settling(owing=False)
    desk.take(fulfilling.closed(desk.buy, desk.books, NOW))
    assert actions(drawn(desk, BuyAsked(buy_id=7, what=what))) == ["back"]


def test_a_count_says_who_goes_without_and_leads_back_to_it() -> None:
    asked = BuyAsked(buy_id=7, what="arrive", counts={RED: 4})
    shown = drawn(bought(), asked)
    assert "4 came, 6 ordered" in shown.text
    assert "1 person goes without" in shown.text
    assert [(each.action, each.arg) for row in shown.rows for each in row][-1] == ("ask", "count")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_booking_is_named_and_asked_about(language: str) -> None:
    desk = bought(abroad_each=Fen(100))
    desk.take(fulfilling.abroad(desk.buy, Fen(600), desk.books, NOW))
    desk.take(fulfilling.seller_refunded(desk.buy, Fen(100), desk.books, NOW))
    desk.take(counting.counted(desk.buy, {RED: 8}, desk.books, NOW))
    desk.take(selling.sold(desk.buy, RED, 1, yuan(900), desk.books, NOW))
    listed = drawn(desk, BuyAsked(buy_id=7, what="bookings"), language)
    undo = [each for row in listed.rows for each in row if each.action == "undo"]
    assert len(undo) == 5  # two payments, a second leg, a refund, a sale
    for each in undo:
        shown = drawn(desk, BuyAsked(buy_id=7, what="undo", about=int(each.arg)), language)
        assert actions(shown) == ["undo_yes", "ask"]
        assert not re.search(r"\bbuy\.\w", shown.text)
    gone = drawn(desk, BuyAsked(buy_id=7, what="undo", about=1), language)
    assert actions(gone) == ["ask"]


def test_who_owes_is_reminded_and_nobody_is_offered_to_be_who_is_owed_something() -> None:
    assert "remind" in actions(drawn(settling(owing=True)))
    assert "remind" not in actions(drawn(settling(owing=False)))
    desk = bought()
    desk.take(counting.counted(desk.buy, {RED: 5}, desk.books, NOW))
    assert "remind" not in actions(drawn(desk))
