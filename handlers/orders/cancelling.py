"""Cancelling an order while it is unpaid: asked once more, sent once, told as it is."""

from telegram import Update

from bot.chat.buttons import to_base36
from bot.chat.context import Context, Overlay, Reply
from bot.chat.screens import Button, OrderView, Screen, paragraphs, row
from bot.chat.texts import Html
from bot.domain.order_actions import amount_due, fingerprint, unpaid
from bot.domain.orders import Order
from bot.marketplace.errors import MarketplaceError
from bot.services.following.aftersales import ConsentOutdated, Result
from bot.services.waiting import waiting
from bot.telegram.newer import Style
from handlers.orders import card
from handlers.orders.card_text import goods_named
from handlers.orders.words import not_read, outcome
from handlers.shared.own_order import gone, own_order, pieces

_WORDS = {
    Result.DONE: "cancelling.done",
    Result.ACCEPTED: "cancelling.accepted",
    Result.MOVED_ON: "cancelling.moved_on",
    Result.UNCLEAR: "cancelling.unclear",
}


async def cancel(_: Update, context: Context) -> Reply:
    """Ask before anything is sent."""
    order = await own_order(context, context.arg)
    if order is None:
        return gone(context)
    order, trouble = await card.reread(context, order, anew=True)
    return await _asked(context, order, trouble)


async def _asked(context: Context, order: Order, *above: str, again: bool = False) -> Overlay:
    """The question, or the card where there is nothing to cancel."""
    t, parts = context.t, unpaid(order)
    if not parts:
        nothing = t("cancelling.nothing")
        return Overlay(await card.screen(context, order, *above, nothing), in_place=True)
    view = OrderView(session=context.session, t=t, order=order)
    due = amount_due(parts)
    text = paragraphs(
        *above,
        t("cancelling.ask", number=order.order_no),
        goods_named(view, order),
        t("card.total", total=t.money(due)) if due is not None else None,
        _about_parts(context, order),
        t("cancelling.final"),
        t("cancelling.paying") if any(part.paying for part in parts) else None,
    )
    arg = f"{order.order_no}.{fingerprint(parts)}"
    if again:  # within seconds: as the same button it would pass for a double tap
        arg += f".{to_base36(int(context.now.timestamp()))}"
    yes = Button(t("cancelling.yes_button"), "cancel_yes", arg, standing=True, style=Style.DANGER)
    keep = Button(t("cancelling.no_button"), "card", f"{order.order_no}.0", standing=True)
    picture = card.goods_picture(order)
    return Overlay(Screen(text, row(yes) + row(keep), picture, replaces=True), in_place=True)


def _about_parts(context: Context, order: Order) -> Html | None:
    """What of a split order is cancelled, and what stays."""
    if len(order.parts) == 1:
        return None
    open_parts, t = unpaid(order), context.t
    if len(open_parts) == len(order.parts):
        return t("cancelling.all_parts", count=len(open_parts))
    return t("cancelling.some_parts", count=len(open_parts), all=len(order.parts))


async def cancel_yes(_: Update, context: Context) -> Reply:
    """Cancel what the question named, if it is still so."""
    order_no, agreed, _nonce = pieces(context, 3)
    order = await own_order(context, order_no)
    if order is None:
        return gone(context)
    try:
        async with waiting(firm=True):
            done = await context.services.aftersales.cancel(order, agreed)
    except ConsentOutdated as outdated:
        changed = [context.t("aftersale.changed")] if unpaid(outdated.order) else []
        return await _asked(context, outdated.order, *changed)
    except MarketplaceError as error:
        return Overlay(await card.screen(context, order, not_read(context.t, error)), in_place=True)
    told = outcome(context.t, done, _WORDS)
    if any(each.result is Result.TOO_SOON for each in done.results):
        return await _asked(context, done.order, told, again=True)
    return Overlay(await card.screen(context, done.order, told), in_place=True)
