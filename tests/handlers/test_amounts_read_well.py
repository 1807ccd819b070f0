"""Amounts and lines of placed orders, as somebody reads them on a phone."""

import pytest
from goods import session, view
from orders_drawn import an_order

from bot.chat.screens import OrderView
from bot.domain.money import Fen
from bot.domain.orders import OrderStatus
from bot.domain.parcels import Parcel, RefundStage, TraceStatus
from handlers import payment
from handlers.orders.card_text import Detail, card_text
from handlers.payment import PaymentView

LANGUAGES = ("en", "zh")


@pytest.mark.parametrize(
    ("language", "freight", "words"),
    [
        ("en", 0, "(freight is free)"),
        ("en", 550, "(¥5.50 freight included)"),
        ("zh", 0, "（包邮）"),
        ("zh", 550, "（含运费 ¥5.50）"),
    ],
)
def test_what_costs_no_freight_says_so(language: str, freight: int, words: str) -> None:
    """Nobody writes "¥0.00 freight included"."""
    order = an_order(OrderStatus.AWAITING_PAYMENT, freight=Fen(freight))
    shown = payment.screen(view(session(language=language), PaymentView, order=order)).text
    assert words in shown
    assert "¥0.00" not in shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_line_of_a_card_can_end_with_a_lone_dot(language: str) -> None:
    """Where a phone breaks a line before an amount or a place, what is left reads as a sentence."""
    sent = Parcel(parcel_id="1", carrier="ZTO", tracking_no="7312", trace=TraceStatus.DELIVERED)
    order = an_order(OrderStatus.AWAITING_RECEIPT, parcels=(sent,))
    text = card_text(
        view(session(language=language), OrderView, order=order), order, 0, Detail(width=40)
    )
    goods = [line for line in text.splitlines() if line.startswith(("1. ", "🚚"))]
    assert len(goods) == 2
    assert not [
        line for line in goods if "</code> ·" in line or line.rpartition("·")[2][:2] == " ¥"
    ]


@pytest.mark.parametrize(
    ("count", "words"), [(1, "Refund of item 1:"), (2, "Refund of items 1, 2:")]
)
def test_a_refund_of_one_item_is_of_an_item(count: int, words: str) -> None:
    """One item, several items."""
    order = an_order(OrderStatus.AWAITING_SHIPMENT)
    part = order.parts[0]
    asked = tuple(
        line.replace(refund=RefundStage.AWAITING_SELLER if number < count else None)
        for number, line in enumerate(part.lines)
    )
    order = order.replace(parts=(part.replace(lines=asked, refund=None),))
    text = card_text(view(session(), OrderView, order=order), order, 0, Detail(width=40))
    assert words in text
