"""The order stands: its numbers, its amounts, and where to pay."""

import structlog
from telegram import Update

from bot.context import Context, Outcome
from bot.domain.identifiers import MerchantOrderNo
from bot.domain.orders import Order, OrderPart, OrderStatus, Placing
from bot.domain.sessions import Step
from bot.marketplace.errors import MarketplaceError
from bot.screens import Button, QrCode, Rows, Screen, View, lines, paragraphs, row
from bot.texts import Html, cut
from handlers import start
from handlers.failures import failure_key, reason_in

_STATES = {
    OrderStatus.AWAITING_PAYMENT: "payment.awaiting_payment",
    OrderStatus.AWAITING_SHIPMENT: "payment.awaiting_shipment",
    OrderStatus.AWAITING_RECEIPT: "payment.awaiting_receipt",
    OrderStatus.RECEIVED: "payment.received",
    OrderStatus.COMPLETED: "payment.completed",
    OrderStatus.CANCELLED: "payment.cancelled",
    OrderStatus.TERMINATED: "payment.terminated",
    OrderStatus.UNKNOWN: "payment.unknown_state",
}
_MOST_PARTS_SHOWN = 8
_MOST_FAILED_SHOWN = 10
_LONGEST_COPY = 256  # characters that a copy button may hold
_log = structlog.get_logger(__name__)


def screen(view: View) -> Screen:
    """Show what was ordered for how much, and the way to pay it."""
    t, order = view.t, view.order
    if order is None:
        return Screen(paragraphs(view.notice, t("orders.gone")), row(_new_search(view)))
    open_parts = [part for part in order.parts if part.status is OrderStatus.AWAITING_PAYMENT]
    head = "payment.title" if open_parts else ("payment.paid" if order.paid else "payment.closed")
    text = paragraphs(
        view.notice,
        t(head),
        _parts(view, order),
        _differs(view, order, open_parts),
        _failed(view, order),
        _how_to_pay(view) if open_parts else None,
    )
    picture = QrCode(view.payment_url) if view.payment_url and open_parts else None
    # A code that can still be scanned must not stay in the chat of a paid order.
    return Screen(text, _buttons(view, order, open_parts), picture, replaces=not open_parts)


def state(view: View, part: OrderPart) -> Html:
    """A part's state in plain words."""
    return view.t(_STATES[part.status])


def _parts(view: View, order: Order) -> Html:
    t = view.t
    shown = [
        t(
            "payment.part",
            number=part.order_id,
            amount=t.money(part.total) if part.total is not None else t("payment.amount_unknown"),
            freight=t.money(part.freight) if part.freight is not None else "—",
            state=state(view, part),
        )
        for part in order.parts[:_MOST_PARTS_SHOWN]
    ]
    split = t("payment.split", count=len(order.parts)) if len(order.parts) > 1 else None
    return lines(t("payment.our_number", number=order.order_no), split, *shown)


def amount_due(parts: tuple[OrderPart, ...] | list[OrderPart]) -> int | None:
    """The fen still to pay, or None when a part's amount is not known."""
    totals = [part.total for part in parts]
    return sum(each for each in totals if each is not None) if None not in totals else None


def _differs(view: View, order: Order, open_parts: list[OrderPart]) -> str:
    """Warn before paying when the orders do not add up to what the person agreed to."""
    due = amount_due(order.parts)
    agreed = order.quote.total
    if not open_parts or due is None or due == agreed or order.failed_lines:
        return ""
    key = "payment.differs" if due > agreed else "payment.differs_less"
    return view.t(key, agreed=view.t.money(agreed), now=view.t.money(due))


def _failed(view: View, order: Order) -> str:
    """Name the lines that the marketplace left out."""
    t, language = view.t, view.session.language
    named = []
    for failed in order.failed_lines:
        for line in order.lines:
            if line.offer_id == failed.offer_id and failed.spec_id in {None, line.spec_id}:
                title = cut(line.title.in_language(language), 40)
                variant = cut(line.variant.in_language(language), 40)
                reason = reason_in(failed.message, failed.code)
                named.append(t("payment.failed_line", title=title, variant=variant, reason=reason))
    more = len(named) - _MOST_FAILED_SHOWN
    return lines(
        t("payment.failed") if named else None,
        *named[:_MOST_FAILED_SHOWN],
        t("payment.more_failed", count=more) if more > 0 else None,
    )


def _how_to_pay(view: View) -> Html:
    return view.t("payment.how" if view.payment_url else "payment.no_link")


def _buttons(view: View, order: Order, open_parts: list[OrderPart]) -> Rows:
    t = view.t
    rows: Rows = ()
    if open_parts and view.payment_url:
        due = amount_due(open_parts)
        label = (
            t("payment.pay_button", total=t.money(due))
            if due is not None
            else t("payment.pay_plain_button")
        )
        rows += row(Button(label, url=view.payment_url))
        if len(view.payment_url) <= _LONGEST_COPY:
            rows += row(Button(t("payment.copy_link_button"), copy=view.payment_url))
    elif open_parts:
        rows += row(Button(t("payment.link_button"), "pay", order.order_no, standing=True))
    if open_parts:
        rows += row(Button(t("payment.check_button"), "check", order.order_no, standing=True))
    numbers = " ".join(part.order_id for part in order.parts)
    if 0 < len(numbers) <= _LONGEST_COPY:
        rows += row(Button(t("payment.copy_number_button"), copy=numbers))
    return rows + row(_new_search(view))


def _new_search(view: View) -> Button:
    return Button(view.t("payment.new_button"), "new")


async def _own(context: Context) -> Order | None:
    """Return the person's own placed order that a button names."""
    order = await context.services.store.order(MerchantOrderNo(context.arg))
    mine = order is not None and order.user_id == context.session.user_id
    if order is not None and not mine:
        _log.warning("button_refused", reason="another person's order")
    return order if mine and order is not None and order.placing is Placing.PLACED else None


async def pay(_: Update, context: Context) -> Outcome:
    """Show an order as it stands now, with a fresh link."""
    order = await _own(context)
    if order is None or context.session.step is Step.PLACING:
        context.notice("orders.gone" if order is None else "placing.wait")
        return None
    try:
        await context.services.tracking.refresh(order)
    except MarketplaceError as error:
        # The order is shown as last seen; its link may still be had.
        context.notice(failure_key(error))
    context.change(order_no=order.order_no, asking=None, return_to=None)
    return Step.PAYMENT


async def check(_: Update, context: Context) -> Outcome:
    """Read from the marketplace whether the order is paid."""
    order = await _own(context)
    if order is None or context.session.step is Step.PLACING:
        context.notice("orders.gone" if order is None else "placing.wait")
        return None
    order = await context.services.tracking.refresh(order)
    context.change(order_no=order.order_no, asking=None, return_to=None)
    if any(part.status is OrderStatus.AWAITING_PAYMENT for part in order.parts):
        context.notice("payment.not_yet")
    return Step.PAYMENT


async def new(update: Update, context: Context) -> Outcome:
    """Begin something new; the order stands."""
    context.change(order_no=None, query=None, offer_id=None, asking=None)
    return await start.start(update, context)
