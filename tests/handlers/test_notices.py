"""Every kind of news has its words in both languages, within Telegram's limits."""

import json
import re
from datetime import timedelta

import pytest
from fitting import TITLES, well_formed
from goods import session, view
from orders_drawn import NOW, an_order

from bot.chat.buttons import MOST_BYTES
from bot.chat.keyboards import keyboard_json
from bot.chat.measuring import visible_length, without_markup
from bot.chat.screens import TEXT_LIMIT, OrderView, Screen
from bot.domain.identifiers import LineId
from bot.domain.money import Fen
from bot.domain.news import News, NewsKind, Passed
from bot.domain.offers import Wording
from bot.domain.orders import Order, OrderStatus
from bot.domain.parcels import ClosedBy, Parcel, RefundStage, TraceStatus
from handlers.orders import news as notices

LANGUAGES = ("en", "zh")
SENT = Parcel(
    parcel_id="1",
    carrier="中通快递",
    tracking_no="7312",
    trace=TraceStatus.DELIVERED,
    lines=(LineId("1"),),
)


def news_of(order: Order, kind: NewsKind, **more: object) -> News:
    fields = {"kind": kind, "key": "k", "parts": tuple(each.order_id for each in order.parts)}
    return News.model_validate({**fields, "total": Fen(12_345), **more})


def shown(order: Order, news: News, language: str) -> Screen:
    return notices.screen(view(session(language=language), OrderView, order=order), news)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", NewsKind)
@pytest.mark.parametrize("title", sorted(TITLES))
def test_every_kind_fits_and_leads_to_the_order(kind: NewsKind, language: str, title: str) -> None:
    """Whatever the goods and parcels are called, and however many there are."""
    order = an_order(OrderStatus.CANCELLED, TITLES[title], parts=8)
    parcels = tuple(
        Parcel(parcel_id=str(n), carrier=TITLES[title], tracking_no="9" * 300) for n in range(60)
    )
    news = news_of(
        order,
        kind,
        parcels=parcels,
        total_before=Fen(1),
        freight=Fen(2),
        freight_before=Fen(3),
        refund=RefundStage.AWAITING_RETURN,
        refunded=Fen(99_999_999),
        pay_before=NOW,
        passed=tuple(Passed(kind=each, at=NOW) for each in NewsKind),
    )
    screen = shown(order, news, language)
    assert visible_length(screen.text) <= TEXT_LIMIT
    assert well_formed(screen.text)
    assert "news." not in screen.text
    actions = {each.action for each in sum(screen.rows, ())}
    assert "card" in actions
    markup = json.loads(keyboard_json(session(), screen) or "")
    for each in (button for row in markup["inline_keyboard"] for button in row):
        assert len(each.get("callback_data", "").encode()) <= MOST_BYTES


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Total to pay: ¥120.00 → ¥123.45\nFreight: ¥5.00 → ¥8.45\n⏳ Pay before"),
        ("zh", "应付总额：¥120.00 → ¥123.45\n运费：¥5.00 → ¥8.45\n⏳ 请在"),
    ],
)
def test_a_changed_freight(language: str, words: str) -> None:
    """Old and new, the deadline, and a button with the new total."""
    order = an_order(OrderStatus.AWAITING_PAYMENT)
    changes = {"total_before": 12_000, "freight": 845, "freight_before": 500, "pay_before": NOW}
    screen = shown(order, news_of(order, NewsKind.PRICE_CHANGED, **changes), language)
    text = without_markup(screen.text)
    assert words in text
    assert ("changed the freight" in text) or ("卖家修改了运费" in text)
    assert screen.rows[0][0].action == "pay"
    assert "¥123.45" in screen.rows[0][0].text


@pytest.mark.parametrize(("language", "who"), [("en", "out of stock"), ("zh", "卖家缺货")])
def test_a_closing_says_who_why_and_what_of_the_money(language: str, who: str) -> None:
    """Nothing was paid; it can be ordered again."""
    order = an_order(
        OrderStatus.CANCELLED, closed_by=ClosedBy.SELLER, close_reason="sellerGoodsLack"
    )
    screen = shown(order, news_of(order, NewsKind.CLOSED, unpaid=True), language)
    assert who in screen.text
    assert ("Nothing was paid" in screen.text) or ("没有付款" in screen.text)
    assert [each.action for each in screen.rows[-1]] == ["card", "reorder"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_parcel_can_be_copied(language: str) -> None:
    """Carrier and number in words, the number alone to copy."""
    order = an_order(OrderStatus.AWAITING_RECEIPT)
    screen = shown(order, news_of(order, NewsKind.SHIPPED, parcels=(SENT,)), language)
    assert "中通快递 <code>7312</code>" in screen.text
    assert [each.copy for each in screen.rows[0]] == ["7312"]


def test_a_parcels_news_names_what_is_in_it() -> None:
    """Else nobody could tell what is still to come; where it is not known, all goods are named."""
    order = an_order(OrderStatus.AWAITING_SHIPMENT)
    order = order.replace(
        lines=tuple(
            each.replace(variant=Wording(zh="", translated=f"colour {number}"))
            for number, each in enumerate(order.lines)
        )
    )
    kept = order.parts[0].lines
    sent = SENT.replace(lines=(kept[1].line_id, kept[4].line_id))
    named = shown(order, news_of(order, NewsKind.PART_SHIPPED, parcels=(sent,)), "en").text
    assert re.findall(r"colour (\d)", named) == ["1", "4"]
    unknown = news_of(order, NewsKind.PART_SHIPPED, parcels=(sent, SENT.replace(lines=())))
    assert "and 5 more variants" in shown(order, unknown, "en").text


def test_news_of_a_part_names_it() -> None:
    """And no total of it as what is to be paid for the whole order."""
    order = an_order(OrderStatus.AWAITING_PAYMENT, parts=2)
    news = news_of(order, NewsKind.PAY_REMINDER, pay_before=NOW + timedelta(hours=1))
    screen = shown(order, news.replace(parts=(order.parts[1].order_id,)), "en")
    assert ", part 2" in screen.text
    assert "¥" not in screen.rows[0][0].text


@pytest.mark.parametrize(
    ("language", "which"), [("en", ", parts 1, 3"), ("zh", "（第 1、3 部分）")]
)
def test_news_of_several_parts_names_them_as_the_language_does(language: str, which: str) -> None:
    """Numbers are listed with the comma of the reader's language."""
    order = an_order(OrderStatus.AWAITING_RECEIPT, parts=3)
    first, _, third = (part.order_id for part in order.parts)
    news = news_of(order, NewsKind.SHIPPED).replace(parts=(first, third))
    assert which in shown(order, news, language).text
