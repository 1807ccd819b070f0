"""News of an order, told without being asked: what happened, to which goods, what can be done."""

from bot.chat.measuring import fitting
from bot.chat.screens import (
    TEXT_LIMIT,
    Button,
    OrderView,
    Rows,
    Screen,
    View,
    grid,
    lines,
    paragraphs,
    row,
)
from bot.chat.texts import Html, cut
from bot.domain.money import Fen
from bot.domain.news import TO_PAY, News, NewsKind, Passed
from bot.domain.orders import Order, OrderPart, OrderStatus, PartLine
from handlers.orders.card import LONGEST_COPY
from handlers.orders.card_text import goods_named
from handlers.orders.words import closing, parcel, refund

_HEADS = {
    NewsKind.PAY_REMINDER: "news.pay_reminder",
    NewsKind.PART_SHIPPED: "news.part_shipped",
    NewsKind.SHIPPED: "news.shipped",
    NewsKind.TRACKING: "news.tracking",
    NewsKind.DELIVERY_FAILED: "news.delivery_failed",
    NewsKind.AT_PICKUP_POINT: "news.at_pickup_point",
    NewsKind.DELIVERED: "news.delivered",
    NewsKind.RECEIVED: "news.received",
    NewsKind.COMPLETED: "news.completed",
}
_PASSED = {
    NewsKind.PAID: ("card.paid_at", "news.was_paid"),
    NewsKind.PART_SHIPPED: ("card.shipped_at", "news.was_shipped"),
    NewsKind.SHIPPED: ("card.shipped_at", "news.was_shipped"),
    NewsKind.RECEIVED: ("card.received_at", "news.was_received"),
}
_PARCELS = (8, 4, 2, 0)  # how many parcels are written out: what is tried until it fits
_MOST_COPIES = 4
_TRACKING = 24


def screen(view: OrderView, news: News) -> Screen:
    """Say what happened to the order in `view`, with buttons that stay good."""
    return Screen(
        fitting(lambda most: _text(view, news, most), _PARCELS, TEXT_LIMIT), _rows(view, news)
    )


def _text(view: OrderView, news: News, most: int) -> Html:
    order = view.order
    if order is None:
        return _head(view, news)
    return paragraphs(
        lines(_head(view, news), *_details(view, news)),
        lines(*(_was(view, each) for each in news.passed)),
        lines(*_parcels(view, news, most)),
        lines(_which(view, news, order), goods_named(view, order, _meant(news, order))),
    )


def _head(view: OrderView, news: News) -> Html:
    t = view.t
    if news.kind is NewsKind.PRICE_CHANGED:
        return t("news.freight_changed" if _only_freight(news) else "news.price_changed")
    if news.kind is NewsKind.PAID:
        return (
            t("payment.paid") if news.total is None else t("news.paid", total=t.money(news.total))
        )
    if news.kind is NewsKind.CLOSED:
        ended = any(part.status is OrderStatus.TERMINATED for part in _parts(view, news))
        return t("news.terminated" if ended else "news.closed")
    if news.kind is NewsKind.REFUND:
        return t("news.refund")
    return t(_HEADS[news.kind])


def _only_freight(news: News) -> bool:
    """Tell whether the goods cost what they did, so that the freight alone is another."""
    now, before = _goods(news.total, news.freight), _goods(news.total_before, news.freight_before)
    return now is not None and now == before


def _goods(total: Fen | None, freight: Fen | None) -> int | None:
    return None if total is None or freight is None else total - freight


def _details(view: OrderView, news: News) -> list[Html | None]:
    t = view.t
    deadline = t("card.pay_before", time=t.moment(news.pay_before)) if news.pay_before else None
    match news.kind:
        case NewsKind.PRICE_CHANGED:
            return [
                _change(view, "news.total", news.total_before, news.total),
                _change(view, "news.freight", news.freight_before, news.freight),
                deadline,
            ]
        case NewsKind.PAY_REMINDER:
            due = t("news.due", total=t.money(news.total)) if news.total is not None else None
            return [due, deadline]
        case NewsKind.CLOSED:
            return [*_why_closed(view, news), _refund(view, news)]
        case NewsKind.REFUND:
            return [_refund(view, news)]
        case _:
            return []


def _change(view: View, key: str, before: int | None, now: int | None) -> Html | None:
    t = view.t
    if now is None or before is None or now == before:
        return None
    return t(key, before=t.money(before), now=t.money(now))


def _why_closed(view: OrderView, news: News) -> list[Html | None]:
    t = view.t
    words = dict.fromkeys(closing(t, part) for part in _parts(view, news))
    why: list[Html | None] = [t("news.because", closing=each) for each in words if each]
    return [*why, t("news.nothing_paid") if news.unpaid else None]


def _refund(view: OrderView, news: News) -> Html | None:
    t = view.t
    if news.refund is None:
        return None
    stage = refund(t, news.refund)
    if not news.refunded:
        return t("card.refund", stage=stage)
    return t("card.refund_of", stage=stage, amount=t.money(news.refunded))


def _was(view: View, passed: Passed) -> Html | None:
    """What happened on the way, which nobody was told of before."""
    t = view.t
    if passed.kind not in _PASSED:
        return None
    with_time, without = _PASSED[passed.kind]
    return t(with_time, time=t.moment(passed.at)) if passed.at else t(without)


def _parcels(view: OrderView, news: News, most: int) -> list[Html]:
    shown = [parcel(view.t, each) for each in news.parcels[:most]]
    more = len(news.parcels) - most
    if more > 0:
        shown.append(view.t("card.more_parcels" if shown else "card.parcels", count=more))
    return shown


def _which(view: OrderView, news: News, order: Order) -> Html:
    """Which order it is, and which of its parts when not all are meant."""
    t = view.t
    numbers = [str(n) for n, part in enumerate(order.parts, 1) if part.order_id in news.parts]
    if len(numbers) == len(order.parts):
        return t("news.order", number=order.order_no)
    parts = Html(t("card.and").join(numbers))
    return t("news.part", number=order.order_no, parts=parts, count=len(numbers))


def _meant(news: News, order: Order) -> list[PartLine] | None:
    """The lines that are named: what is in the parcels, else all of the parts; None for all."""
    meant = [line for part in order.parts if part.order_id in news.parts for line in part.lines]
    sent = {line_id for each in news.parcels for line_id in each.lines}
    if sent and all(each.lines for each in news.parcels):
        meant = [line for line in meant if line.line_id in sent]
    return meant or None


def _parts(view: OrderView, news: News) -> list[OrderPart]:
    order = view.order
    return [part for part in order.parts if part.order_id in news.parts] if order else []


def _rows(view: OrderView, news: News) -> Rows:
    t, order = view.t, view.order
    if order is None:
        return ()
    number = order.order_no
    pay = None
    if news.kind in TO_PAY:
        label = t("payment.pay_plain_button")
        if news.total is not None and len(news.parts) == len(order.parts):
            label = t("payment.pay_button", total=t.money(news.total))
        pay = Button(label, "pay", number, standing=True)
    again = None
    if news.kind is NewsKind.CLOSED:
        again = Button(t("card.again_button"), "reorder", number, standing=True)
    tracked = dict.fromkeys(
        each.tracking_no
        for each in news.parcels
        if each.tracking_no and len(each.tracking_no) <= LONGEST_COPY
    )
    copies = [
        Button(t("card.copy_tracking_button", number=cut(each, _TRACKING)), copy=each)
        for each in list(tracked)[:_MOST_COPIES]
    ]
    details = Button(t("payment.details_button"), "card", number, standing=True)
    return row(pay) + grid(copies, 1) + row(details, again)
