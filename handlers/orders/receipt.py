"""Confirming that goods arrived: behind a warning, since it hands the money to the seller."""

from telegram import Update

from bot.chat.buttons import natural
from bot.chat.context import Context, Overlay, Reply
from bot.chat.screens import Button, OrderView, Screen, paragraphs, row
from bot.chat.texts import Html
from bot.domain.order_actions import fingerprint, open_refund, receivable
from bot.domain.orders import Order, OrderPart, OrderStatus
from bot.domain.parcels import TraceStatus
from bot.marketplace.errors import MarketplaceError
from bot.services.following.aftersales import ConsentOutdated, Result
from bot.services.waiting import waiting
from bot.telegram.newer import Style
from handlers.orders import card
from handlers.orders.card_text import goods_named
from handlers.orders.words import not_read, outcome, refund
from handlers.shared.own_order import gone, own_order, pieces

_ARRIVED = {TraceStatus.DELIVERED, TraceStatus.AT_PICKUP_POINT}
_WORDS = {
    Result.DONE: "receipt.done",
    Result.ACCEPTED: "receipt.accepted",
    Result.MOVED_ON: "receipt.moved_on",
    Result.UNCLEAR: "receipt.unclear",
}


async def receipt(_: Update, context: Context) -> Reply:
    """Warn before anything is sent."""
    order_no, number = pieces(context, 2)
    order = await own_order(context, order_no)
    if order is None:
        return gone(context)
    order, trouble = await card.reread(context, order, anew=True)
    return await _asked(context, order, natural(number) or 0, trouble)


async def _asked(context: Context, order: Order, number: int, *above: str) -> Overlay:
    """The warning, or the card where there is nothing to confirm."""
    t = context.t
    part = _part_at(order, number)
    if part is None or part not in receivable(order):
        why = t(_why_not(part))
        return Overlay(await card.screen(context, order, *above, why), in_place=True)
    view = OrderView(session=context.session, t=t, order=order)
    several = len(order.parts) > 1
    amount = t.money(part.total) if part.total is not None else None
    text = paragraphs(
        *above,
        t("receipt.ask", number=order.order_no),
        t("receipt.part", number=str(number), id=part.order_id) if several else None,
        goods_named(view, order, part.lines if several else None),
        t("receipt.warning", amount=amount) if amount else t("receipt.warning_plain"),
        *_doubts(context, part),
    )
    arg = f"{order.order_no}.{number}.{fingerprint([part])}"
    label = t("receipt.yes_button", amount=amount) if amount else t("receipt.yes_plain_button")
    yes = Button(label, "receipt_yes", arg, standing=True, style=Style.DANGER)
    keep = Button(t("receipt.no_button"), "card", f"{order.order_no}.0", standing=True)
    picture = card.goods_picture(order)
    # The way back comes first: nobody hands money over by a tap too many.
    return Overlay(Screen(text, row(keep) + row(yes), picture, replaces=True), in_place=True)


def _doubts(context: Context, part: OrderPart) -> list[Html]:
    """What speaks against confirming now."""
    t, doubts = context.t, []
    stage = open_refund(part)
    if stage is not None:
        doubts.append(t("receipt.refund_open", stage=refund(t, stage)))
    traces = [parcel.trace for parcel in part.parcels if parcel.trace is not None]
    if any(trace not in _ARRIVED for trace in traces):
        doubts.append(t("receipt.not_delivered"))
    return doubts


def _part_at(order: Order, number: int) -> OrderPart | None:
    return order.parts[number - 1] if 1 <= number <= len(order.parts) else None


def _why_not(part: OrderPart | None) -> str:
    """The text for a part whose receipt can't be confirmed."""
    if part is not None and part.status is OrderStatus.AWAITING_RECEIPT:
        return "receipt.lines_unknown"
    before = {OrderStatus.AWAITING_PAYMENT, OrderStatus.AWAITING_SHIPMENT}
    return "receipt.not_shipped" if part is not None and part.status in before else "receipt.over"


async def receipt_yes(_: Update, context: Context) -> Reply:
    """Confirm the receipt of what the warning named, if it is still so."""
    order_no, number, agreed = pieces(context, 3)
    order = await own_order(context, order_no)
    if order is None:
        return gone(context)
    part = _part_at(order, natural(number) or 0)
    if part is None:
        return await _asked(context, order, 0)
    try:
        async with waiting(firm=True):
            done = await context.services.aftersales.confirm_receipt(order, part.order_id, agreed)
    except ConsentOutdated as outdated:
        changed = context.t("aftersale.changed")
        return await _asked(context, outdated.order, natural(number) or 0, changed)
    except MarketplaceError as error:
        return Overlay(await card.screen(context, order, not_read(context.t, error)), in_place=True)
    told = outcome(context.t, done, _WORDS)
    return Overlay(await card.screen(context, done.order, told), in_place=True)
