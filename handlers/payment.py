"""The order stands: its numbers, its amounts, and where to pay."""

import asyncio

import structlog
from telegram import Update

from bot.chat.context import Context, Overlay, Reply
from bot.chat.screens import Button, OrderView, QrCode, Rows, Screen, View, lines, paragraphs, row
from bot.chat.texts import Html, Texts
from bot.domain.asking import MoreOpen
from bot.domain.news import ON_PAYMENT
from bot.domain.order_actions import CLOSED, amount_due, unpaid
from bot.domain.orders import Order, OrderPart, OrderStatus, Placing
from bot.domain.sessions import Focus, Ordered, Picking, Session, Step
from bot.domain.splitting import orders_of
from bot.marketplace.errors import MarketplaceError
from bot.marketplace.port import MOST_PER_LINK
from bot.services.bundle import Services
from bot.services.waiting import waiting
from bot.telegram.newer import Style
from handlers import preview, start
from handlers.collecting import proof, to_the_shop
from handlers.finding import search
from handlers.orders import card
from handlers.orders.card import LONGEST_COPY, copyable
from handlers.orders.card_text import difference
from handlers.orders.words import left_out, state
from handlers.shared.failures import failure_key
from handlers.shared.in_cart import cart_button
from handlers.shared.own_order import order_of, own_order

_log = structlog.get_logger(__name__)

_MOST_PARTS_SHOWN = 8


class PaymentView(OrderView, frozen=True):
    """An order with a fresh link to pay it; None where there is none to be had."""

    payment_url: str | None = None


async def load(session: Session, services: Services) -> PaymentView:
    """Load the order, its deadline and a link. Nothing of the two fails the screen."""
    order, url = await order_of(session, services), None
    if order is not None and order.quote.charge is not None:
        async with waiting(firm=True):
            order = await _read_once(order, services)
    elif order is not None:
        async with waiting(firm=True):
            url, order = await asyncio.gather(_link(order, services), _read_once(order, services))
    return await PaymentView.of(session, services, order=order, payment_url=url)


async def _link(order: Order, services: Services) -> str | None:
    """Return a fresh payment link, None when there is nothing to pay or none to be had."""
    try:
        link = await services.payments.link(order)
    except MarketplaceError as error:
        # The order stands without its link; the screen offers to ask for it again.
        _log.warning("payment_link_missing", error=str(error))
        return None
    return link.url if link else None


async def _read_once(order: Order, services: Services) -> Order:
    """Read a new order's detail: create's answer leaves the payment deadline out."""
    if all(part.read_at is not None for part in order.parts):
        return order
    try:
        return await services.tracking.refresh(order, told=ON_PAYMENT)
    except MarketplaceError as error:
        _log.info("deadline_unknown", reason=type(error).__name__)
        return order


def screen(view: PaymentView) -> Screen:
    """Show what was ordered for how much, and the way to pay it."""
    t, order = view.t, view.order
    if order is None:
        return Screen(paragraphs(view.flash, t("orders.gone")), row(_new_search(view)))
    if order.quote.charge is not None:
        rest = _onward(view, order)
        return to_the_shop.screen(view, order, order.quote.charge, rest)
    open_parts = unpaid(order)
    text = paragraphs(
        view.flash,
        t(_head(order, open_parts)),
        _how_to_pay(view, open_parts) if open_parts else None,
        difference(view, order) if open_parts else None,
        _parts(view, order),
        left_out(view, order),
        _waiting(view),
    )
    picture = QrCode(view.payment_url) if view.payment_url and open_parts else None
    # A code that can still be scanned must not stay in the chat of a paid order.
    return Screen(text, _buttons(view, order, open_parts), picture, replaces=not open_parts)


def _head(order: Order, open_parts: tuple[OrderPart, ...]) -> str:
    if open_parts:
        return "payment.title"
    states = {part.status for part in order.parts}
    if states <= CLOSED:
        return "payment.closed"
    return "payment.paid" if states == {OrderStatus.AWAITING_SHIPMENT} else "payment.under_way"


def _parts(view: View, order: Order) -> Html:
    t = view.t
    shown = [_part(t, part) for part in order.parts[:_MOST_PARTS_SHOWN]]
    split = t("payment.split", count=len(order.parts)) if len(order.parts) > 1 else None
    return lines(t("payment.our_number", number=order.order_no), split, *shown)


def _part(t: Texts, part: OrderPart) -> Html:
    """One order at the marketplace: its number, what it costs, how far it is."""
    amount = t.money(part.total) if part.total is not None else t("payment.amount_unknown")
    told = {"number": part.order_id, "amount": amount, "state": state(t, part)}
    if part.freight == 0:
        return t("payment.part_free", **told)
    freight = t.money(part.freight) if part.freight is not None else "—"
    return t("payment.part", freight=freight, **told)


def _waiting(view: View) -> str:
    """Tell what is still in the cart: a later order of the same goods first."""
    t, session = view.t, view.session
    made = session.draft.orders_made
    if made:
        of = made + len(orders_of(session.draft))
        return t("payment.more_orders", number=made, of=of, count=len(session.draft.lines))
    count = len(session.cart.lines)
    return t("payment.in_cart", count=count) if count else ""


def _next(view: View) -> Button | None:
    draft = view.session.draft
    if not draft.orders_made:
        return None
    number, of = draft.orders_made + 1, draft.orders_made + len(orders_of(draft))
    return Button(view.t("payment.next_button", number=number, of=of), "next")


def _how_to_pay(view: PaymentView, open_parts: tuple[OrderPart, ...]) -> Html:
    """The amount, the deadline of the part that closes first where one is named, and the way."""
    t, due = view.t, amount_due(open_parts)
    amount = t("payment.due", amount=t.money(due)) if due is not None else None
    ends = [part.pay_before for part in open_parts if part.pay_before is not None]
    deadline = t("card.pay_before", time=t.moment(min(ends))) if ends else None
    if not view.payment_url:
        return paragraphs(lines(amount, deadline), t("payment.no_link"))
    return paragraphs(lines(amount, deadline), t("together.how" if ends else "payment.how"))


def _buttons(view: PaymentView, order: Order, open_parts: tuple[OrderPart, ...]) -> Rows:
    t, number = view.t, order.order_no
    if open_parts and view.session.focus.asking != MoreOpen():
        more = Button(t("payment.more_button"), "more")
        return _to_pay(view, order, open_parts) + row(more) + row(_next(view))
    details = Button(t("payment.details_button"), "card", number, standing=True)
    cancel = Button(t("card.cancel_button"), "cancel", number, standing=True, style=Style.DANGER)
    mine = Button(t("orders.mine_button"), "mine", standing=True)
    copies: Rows = ()
    for numbers in copyable(str(part.order_id) for part in order.parts):
        copies += row(Button(t("payment.copy_number_button"), copy=numbers))
    return (
        _to_pay(view, order, open_parts)
        + _link_to_copy(view)
        + copies
        + row(details, mine)
        + row(cancel if open_parts else None)
        + _rest(view)
    )


def _onward(view: View, order: Order) -> Rows:
    """The ways on from an order that the shop is paid for."""
    t, number = view.t, order.order_no
    details = Button(t("payment.details_button"), "card", number, standing=True)
    mine = Button(t("orders.mine_button"), "mine", standing=True)
    return row(details, mine) + _rest(view)


def _rest(view: View) -> Rows:
    return row(_next(view)) + row(cart_button(view.t, view.session)) + row(_new_search(view))


def _to_pay(view: PaymentView, order: Order, open_parts: tuple[OrderPart, ...]) -> Rows:
    t, url = view.t, view.payment_url
    if not open_parts:
        return ()
    check = row(Button(t("payment.check_button"), "check", order.order_no, standing=True))
    if not url:
        return row(Button(t("payment.link_button"), "pay", order.order_no, standing=True)) + check
    due = amount_due(open_parts[:MOST_PER_LINK])
    label = t("payment.pay_button", total=t.money(due)) if due is not None else None
    pay_there = row(Button(label or t("payment.pay_plain_button"), url=url, style=Style.SUCCESS))
    return pay_there + check


def _link_to_copy(view: PaymentView) -> Rows:
    url = view.payment_url
    if not url or len(url) > LONGEST_COPY:
        return ()
    return row(Button(view.t("payment.copy_link_button"), copy=url))


def _new_search(view: View) -> Button:
    return Button(view.t("payment.new_button"), "new")


async def _own(context: Context) -> Order | None:
    """Return the person's own placed order that a button names."""
    order = await own_order(context, context.arg)
    return order if order is not None and order.placing is Placing.PLACED else None


async def pay(_: Update, context: Context) -> Reply:
    """Show an order as it stands now, with a fresh link."""
    order = await _own(context)
    if order is None or context.session.step is Step.PLACING:
        context.flash("orders.gone" if order is None else "placing.wait")
        return None
    try:
        async with waiting(firm=True):
            order = await context.services.tracking.refresh(order, told=ON_PAYMENT)
    except MarketplaceError as error:
        # The order is shown as last seen; its link may still be had.
        context.flash(failure_key(error))
    if order.quote.charge is None and not unpaid(order):
        nothing = context.t("payment.nothing_to_pay")
        return Overlay(await card.screen(context, order, nothing), in_place=True)
    context.change(ordered=Ordered(order_no=order.order_no), focus=Focus())
    return Step.PAYMENT


async def check(_: Update, context: Context) -> Reply:
    """Read from the marketplace whether the order is paid."""
    order = await _own(context)
    if order is None or context.session.step is Step.PLACING:
        context.flash("orders.gone" if order is None else "placing.wait")
        return None
    return await _checked(context, order)


async def said_paid(update: Update, context: Context) -> Reply:
    """付完了, "I paid": the order on the screen is read at once, else the latest to be paid.

    Where nothing is to be paid, the words are said to nobody in particular.
    """
    order = await _to_be_paid(context)
    if order is None or context.session.step is Step.PLACING:
        return await search.words(update, context)
    return await _checked(context, order)


async def _to_be_paid(context: Context) -> Order | None:
    here = await own_order(context, context.session.ordered.order_no or "")
    orders = await context.services.store.orders.orders_of(context.session.user_id)
    latest = (each for each in orders if each.placing is Placing.PLACED and unpaid(each))
    if here is not None and here.placing is Placing.PLACED:
        return here
    return next(latest, None)


async def _checked(context: Context, order: Order) -> Reply:
    async with waiting(firm=True):
        order = await context.services.tracking.refresh(order, told=ON_PAYMENT)
    context.change(ordered=Ordered(order_no=order.order_no), focus=Focus())
    if order.quote.charge is None and unpaid(order):
        context.flash("payment.not_yet")
    return Step.PAYMENT


async def more(_: Update, context: Context) -> Reply:
    """Show everything else that can be done with an order to be paid."""
    context.focus(asking=MoreOpen())
    return None


async def sent_here(update: Update, context: Context) -> Reply:
    """A photo or a file where a shop asks to be paid is its proof; elsewhere it is looked for."""
    order = await own_order(context, context.session.ordered.order_no or "")
    shop = context.services.shop
    account = await shop.account_of(order) if shop is not None and order is not None else None
    if account is None or account.is_covered:
        return await search.photo(update, context)
    message = update.effective_message
    photo = message is not None and bool(message.photo)
    return await (proof.photo if photo else proof.document)(update, context)


async def next_order(_: Update, context: Context) -> Reply:
    """On to the numbers of the next order of a draft too long for one."""
    context.change(ordered=Ordered())
    return await preview.quote(context)


async def new(update: Update, context: Context) -> Reply:
    """Begin something new; the order stands."""
    context.change(ordered=Ordered(), query=None, picking=Picking())
    context.focus(asking=None)
    return await start.start(update, context)
