"""Somebody takes each of 120 variants: their pages fit into what Telegram draws, page by page."""

import pytest
from buy_of_many import ANNA, ORGANISER, VARIANTS, of_many
from goods import session, view

from bot.chat.measuring import visible_length
from bot.chat.screens import TEXT_LIMIT, Screen
from bot.domain.asking import BuyAsked, JoinOpen
from bot.domain.group_buys import joining, quoting
from bot.domain.group_buys.buys import GroupBuy
from bot.domain.identifiers import UserId
from bot.domain.sessions import Focus
from handlers.group import buy, joining_view
from handlers.group.buy_view import BuyView
from handlers.group.joining_view import JoinView
from tests.domain.group_buys.groups import NOW, Desk, quote

MOST_BUTTONS = 100  # that Telegram takes below one message


def seen_by(user: UserId, what: str, there: GroupBuy, page: int, desk: Desk) -> Screen:
    asking = BuyAsked(buy_id=7, what=what, about=1)
    at = session(user_id=user, focus=Focus(asking=asking, page=page))
    return buy.screen(view(at, BuyView, buy=there, books=desk.books))


@pytest.mark.parametrize(("user", "what"), [(ANNA, ""), (ORGANISER, "member")])
def test_every_claim_has_its_place_on_some_page(user: UserId, what: str) -> None:
    desk = Desk(of_many().replace(organiser=ORGANISER))
    named: set[str] = set()
    for page in range(VARIANTS // 12):
        shown = seen_by(user, what, desk.buy, page, desk)
        assert sum(map(len, shown.rows)) <= MOST_BUTTONS
        assert visible_length(shown.text) <= TEXT_LIMIT
        buttons = [each for row in shown.rows for each in row]
        named |= {each.arg for each in buttons if each.action in {"change", "remove"}}
    assert named == {f"{each}" for each in range(1, VARIANTS + 1)}


def test_what_is_to_be_paid_stands_on_the_page_however_much_somebody_takes() -> None:
    desk = Desk(joining.locked(of_many().replace(organiser=ORGANISER), NOW).buy)
    desk.take(quoting.priced(desk.buy, quote(desk.buy, 12_000), desk.books, NOW))
    shown = seen_by(ANNA, "", desk.buy, 0, desk)
    assert visible_length(shown.text) <= TEXT_LIMIT
    assert "To pay" in shown.text
    assert "and 108 more" in shown.text


def test_who_joins_once_more_is_still_asked_with_what() -> None:
    there = of_many()
    at = session(user_id=ANNA, focus=Focus(asking=JoinOpen(token=there.token)))
    shown = joining_view.screen(view(at, JoinView, buy=there))
    assert visible_length(shown.text) <= TEXT_LIMIT
    assert "Which one" in shown.text
