"""What was agreed to stands beside what is asked, also when a line could not be ordered."""

import pytest

from bot.chat.screens import OrderView
from bot.chat.texts import texts_in
from bot.domain.identifiers import ChatId, UserId
from bot.domain.money import Fen
from bot.domain.orders import FailedLine, Order, OrderPart, Placing
from bot.domain.sessions import Session
from handlers.orders.card_text import difference
from tests.services.agreed import BLACK, FIRST, OFFER, consent

SESSION = Session.begun(ChatId(7), UserId(7), "en")


def order(total: int, *failed: FailedLine) -> Order:
    parts = (OrderPart(order_id=FIRST, total=Fen(total)),)
    return consent(Placing.PLACED, parts=parts, failed_lines=failed)


def said(total: int, *failed: FailedLine) -> str:
    view = OrderView(session=SESSION, t=texts_in("en"), order=order(total, *failed))
    return difference(view, order(total, *failed))


@pytest.mark.parametrize("total", [6_500, 10_000, 10_500, 99_900])
def test_a_refused_line_does_not_hide_the_agreed_total(total: int) -> None:
    """¥105.00 for everything, ¥65.00 of it for what was ordered."""
    told = said(total, FailedLine(offer_id=OFFER, spec_id=BLACK, code="x"))
    assert "¥105.00" in told
    assert f"¥{total / 100:.2f}" in told
    assert ("Pay only if" in told) == (total > 6_500)


def test_the_agreed_total_itself_needs_no_word() -> None:
    """Nothing differs."""
    assert said(10_500) == ""
    assert "¥105.00" in said(10_501)
