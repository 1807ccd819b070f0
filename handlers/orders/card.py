"""An order's card, beside the journey: everything about it, and what can be done to it now."""

import asyncio
from collections.abc import Iterable
from datetime import timedelta

import structlog
from msgspec.structs import replace
from telegram import Update

from bot.chat.buttons import natural
from bot.chat.context import Context, Overlay, Reply
from bot.chat.measuring import fitting, visible_length
from bot.chat.screens import (
    CAPTION_LIMIT,
    TEXT_LIMIT,
    Button,
    ContactSheet,
    OrderView,
    Picture,
    RichScreen,
    Rows,
    Screen,
    SellerPicture,
    View,
    grid,
    lines,
    row,
)
from bot.chat.texts import Html, cut
from bot.domain.collecting import Standing
from bot.domain.news import ON_CARD
from bot.domain.order_actions import amount_due, may_be_ordered_again, receivable, unpaid
from bot.domain.orders import Order, Placing
from bot.domain.shop_terms import Charge
from bot.marketplace.errors import MarketplaceError
from bot.services.waiting import waiting
from bot.telegram.newer import Style
from handlers.orders.card_text import LINES_PER_PAGE, Detail, card_parts, card_text, numbered
from handlers.shared.failures import failure_key
from handlers.shared.money_words import dearer_button, rate_of
from handlers.shared.own_order import gone, own_order, pieces

LONGEST_COPY = 256  # characters that a copy button may hold
_BELOW_PICTURE = (Detail(48), Detail(30), Detail(20), Detail(12))
_ALONE = (
    Detail(48),
    Detail(24, parcels=3, failed=5),
    Detail(12, parcels=1, failed=3),
    Detail(6, parcels=0, failed=2, times=False),
)
_FRESH = timedelta(seconds=15)  # read so lately, an order is shown as it is stored
_PATIENCE = 8.0  # seconds; a card with what is known is better than a long wait
_ANEW = "r"  # in a button: read the order again, however lately that was done
_MOST_BUTTONS = 4  # of one kind: receipts, tracking numbers
_TRACKING = 24
_log = structlog.get_logger(__name__)


async def card(_: Update, context: Context) -> Reply:
    """Show an order's card; with a page in its argument, in place of the card it stood on."""
    order_no, page, anew = pieces(context, 3)
    order = await own_order(context, order_no)
    if order is None:
        return gone(context)
    # Paging through it, or going back to it, need not ask the marketplace again.
    order, trouble = await reread(context, order, anew=bool(anew) or not page)
    drawn = await screen(context, order, trouble, page=natural(page) or 0)
    return Overlay(drawn, in_place=bool(page))


async def reread(context: Context, order: Order, *, anew: bool = False) -> tuple[Order, str]:
    """Read an order, again if it was just read and `anew`; failing that, say so."""
    if order.placing is not Placing.PLACED or (not anew and _is_fresh(context, order)):
        return order, ""
    t = context.t
    try:
        async with asyncio.timeout(_PATIENCE):
            async with waiting(firm=True):  # its news count as shown
                return await context.services.tracking.refresh(order, told=ON_CARD), ""
    except MarketplaceError as error:
        _log.info("card_as_stored", reason=type(error).__name__)
        reason = t(failure_key(error))
    except TimeoutError:
        _log.info("card_as_stored", reason="slow")
        reason = t("marketplace.unreachable")
    seen = min((part.read_at for part in order.parts if part.read_at), default=None)
    as_seen = t("card.as_seen_at", time=t.moment(seen)) if seen else t("card.as_seen")
    return order, lines(reason, as_seen)


def _is_fresh(context: Context, order: Order) -> bool:
    read = [part.read_at for part in order.parts]
    return bool(read) and all(at is not None and context.now - at < _FRESH for at in read)


async def screen(context: Context, order: Order, *above: str, page: int = 0) -> Screen:
    """Draw a card. With a picture where the text fits below one, else the text alone."""
    loaded = await OrderView.of(context.session, context.services, order=order)
    view = replace(loaded, t=loaded.t.priced(rate_of(order)))

    def make(detail: Detail) -> Html:
        return card_text(view, order, page, detail, *above)

    text = fitting(make, _BELOW_PICTURE)
    picture = goods_picture(order, page)
    rich = RichScreen(card_parts(view, order, page, *above), picture)
    if picture is None or visible_length(text) > CAPTION_LIMIT:
        picture = None
        text = fitting(make, _ALONE, TEXT_LIMIT)
    buttons = _buttons(context, view, order, page)
    return Screen(text, buttons, picture, replaces=True, rich=rich)


def goods_picture(order: Order, page: int = 0) -> Picture | None:
    """The goods of this page: one picture, or a sheet with the lines' numbers."""
    shown, _, _ = numbered(order, page)
    urls = tuple(line.picture_url for _, line in shown)
    known = dict.fromkeys(url for url in urls if url)
    if len(known) > 1:
        return ContactSheet(urls, first_number=shown[0][0])
    return SellerPicture(next(iter(known))) if known else None


def _buttons(context: Context, view: View, order: Order, page: int) -> Rows:
    t, number = view.t, order.order_no
    shown, before, after = numbered(order, page)
    page = (shown[0][0] - 1) // LINES_PER_PAGE
    again = None
    if may_be_ordered_again(order):
        again = Button(t("card.again_button"), "reorder", number, standing=True)
    look = None
    if order.placing is Placing.UNRESOLVED:
        look = Button(t("placing.look_button"), "look", number, standing=True)
    mine = Button(t("orders.mine_button"), "mine", standing=True)
    ask = None
    if context.services.support.is_there:
        ask = Button(t("question.order_button"), "ask", number, standing=True)
    return (
        row(
            _turn(view, order, "variant.previous_button", f"{page - 1}") if before else None,
            _turn(view, order, "variant.next_button", f"{page + 1}") if after else None,
        )
        + row(look)
        + _pay(view, order)
        + _debits(context, order)
        + _receipts(view, order)
        + _copies(view, order)
        + row(again, ask)
        + row(_turn(view, order, "card.refresh_button", f"{page}.{_ANEW}"), mine)
    )


def _turn(view: View, order: Order, key: str, how: str) -> Button:
    """Draw the card anew in its place, at a page of its lines."""
    return Button(view.t(key), "card", f"{order.order_no}.{how}", standing=True)


def _pay(view: View, order: Order) -> Rows:
    t, open_parts = view.t, unpaid(order)
    if order.quote.charge is not None:
        return _to_the_shop(view, order, order.quote.charge)
    if not open_parts:
        return ()
    due = amount_due(open_parts)
    label = t("payment.pay_button", total=t.money(due)) if due is not None else None
    pay = Button(label or t("payment.pay_plain_button"), "pay", order.order_no, standing=True)
    cancel = Button(
        t("card.cancel_button"), "cancel", order.order_no, standing=True, style=Style.DANGER
    )
    return row(pay) + row(cancel)


def _to_the_shop(view: View, order: Order, charge: Charge) -> Rows:
    """How to pay the shop, or where that money is; and the way out while 1688 is unpaid."""
    t, number = view.t, order.order_no
    standing = view.shop.standing if view.shop else None
    label = t("pay.see_button")
    if standing in {None, Standing.TO_PAY}:
        account = view.shop.account if view.shop else None
        label = t("pay.button", amount=t.amount(account.balance if account else charge.due))
    cancel = Button(t("card.cancel_button"), "cancel", number, standing=True, style=Style.DANGER)
    pay = Button(label, "pay", number, standing=True)
    placed = order.placing is Placing.PLACED
    return (
        row(dearer_button(t, order, view.shop))
        + row(pay if placed else None)
        + row(cancel if unpaid(order) else None)
    )


def _debits(context: Context, order: Order) -> Rows:
    """What an operator can pay without a password: each unpaid part by itself."""
    t, several = context.t, len(order.parts) > 1
    if not context.services.operator_payments.may_pay(context.session.user_id):
        return ()
    buttons = []
    for number, part in enumerate(order.parts, 1):
        if part in unpaid(order):
            key = "debit.part_button" if several else "debit.button"
            label = t(key, number=str(number)) if several else t(key)
            arg = f"{order.order_no}.{number}"
            buttons.append(Button(label, "debit", arg, standing=True))
    return grid(buttons[:_MOST_BUTTONS], 1)


def _receipts(view: View, order: Order) -> Rows:
    t, parts = view.t, receivable(order)
    several = len(order.parts) > 1
    buttons = []
    for number, part in enumerate(order.parts, 1):
        if part in parts:
            key = "card.receipt_part_button" if several else "card.receipt_button"
            label = t(key, number=str(number)) if several else t(key)
            arg = f"{order.order_no}.{number}"
            buttons.append(Button(label, "receipt", arg, standing=True, style=Style.DANGER))
    return grid(buttons[:_MOST_BUTTONS], 1)


def _copies(view: View, order: Order) -> Rows:
    """Numbers to copy: each parcel's, and the marketplace's of the orders."""
    t = view.t
    tracked = dict.fromkeys(
        parcel.tracking_no
        for part in order.parts
        for parcel in part.parcels
        if parcel.tracking_no and len(parcel.tracking_no) <= LONGEST_COPY
    )
    buttons = [
        Button(t("card.copy_tracking_button", number=cut(each, _TRACKING)), copy=each)
        for each in list(tracked)[:_MOST_BUTTONS]
    ]
    numbers = [str(part.order_id) for part in order.parts]
    buttons += [Button(t("payment.copy_number_button"), copy=each) for each in copyable(numbers)]
    return grid(buttons, 1)


def copyable(numbers: Iterable[str]) -> list[str]:
    """Join numbers with spaces into texts that a copy button holds."""
    texts: list[str] = []
    for number in numbers:
        if texts and len(texts[-1]) + 1 + len(number) <= LONGEST_COPY:
            texts[-1] = f"{texts[-1]} {number}"
        else:
            texts.append(number)
    return texts
