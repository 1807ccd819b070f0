"""1688 asks more than a shop's customer agreed to: told with both totals, and asked again.

Nothing more is charged before they agree; cancelling gives back what they paid.
"""

from telegram import Update

from bot.chat.buttons import BadButton, from_base36, to_base36
from bot.chat.context import Context, Overlay, Reply
from bot.chat.screens import Button, Rows, Screen, lines, paragraphs, row
from bot.chat.texts import Html, Texts
from bot.domain.collecting import pay_before
from bot.domain.currencies import CNY, Money
from bot.domain.ledger import OrderAccount
from bot.domain.money import Fen
from bot.domain.orders import Order
from bot.domain.sessions import Step
from bot.services.collecting.shop import AskedOtherwise, Dearer, Shop
from bot.storage.ports import OrderMoved
from handlers.orders import card
from handlers.shared.in_hand import take_in_hand
from handlers.shared.money_words import rate_line
from handlers.shared.own_order import gone, own_order, pieces


def dearer_text(t: Texts, order: Order, dearer: Dearer, account: OrderAccount | None) -> Html:
    """Old price, new price and difference in both currencies, and what each answer means."""
    received = account.received if account is not None and account.received else None
    ends = pay_before(order)
    open_ = account.balance + dearer.more if account is not None else dearer.after
    charge = order.quote.charge
    foreign = dearer.before.currency is not CNY
    return paragraphs(
        t("dearer.title", number=order.order_no),
        lines(
            t("dearer.before", amount=_both(t, dearer.before, dearer.yuan_before)),
            t("dearer.after", amount=_both(t, dearer.after, dearer.yuan_after)),
            t("dearer.more", amount=_both(t, dearer.more, dearer.extra)),
            rate_line(t, charge.rate) if charge is not None and foreign else None,
            t("dearer.fee"),
        ),
        lines(
            t("dearer.if_agreed_paid", amount=t.amount(open_), received=t.amount(received))
            if received
            else t("dearer.if_agreed"),
            t("dearer.if_cancelled_paid", received=t.amount(received))
            if received
            else t("dearer.if_cancelled"),
            t("dearer.until", time=t.moment(ends)) if ends else t("dearer.meanwhile"),
        ),
    )


def dearer_buttons(t: Texts, order: Order, dearer: Dearer) -> Rows:
    """Agree to the new price, or cancel."""
    agree = Button(
        t("dearer.agree_button", amount=t.amount(dearer.after)),
        "dearer_yes",
        f"{order.order_no}.{to_base36(dearer.asked)}",
        standing=True,
    )
    cancel = Button(t("card.cancel_button"), "cancel", order.order_no, standing=True)
    ask = Button(t("question.order_button"), "ask", order.order_no, standing=True)
    return row(agree) + row(cancel) + row(ask)


def _both(t: Texts, amount: Money, fen: Fen) -> Html:
    shown = t.amount(amount)
    return shown if amount.currency is CNY else t("pay.both", due=shown, yuan=t.yuan(fen))


async def look(_: Update, context: Context) -> Reply:
    """Ask, with the numbers as they are now."""
    order = await own_order(context, context.arg)
    shop = context.services.shop
    if order is None or shop is None:
        return gone(context)
    order, trouble = await card.reread(context, order, anew=True)
    return await _asked(context, shop, order, trouble)


async def yes(_: Update, context: Context) -> Reply:
    """Agree to exactly the total that was shown, if 1688 still asks that."""
    order_no, typed = pieces(context, 2)
    order, shop = await own_order(context, order_no), context.services.shop
    if order is None or shop is None:
        return gone(context)
    try:
        asked = Fen(from_base36(typed))
    except BadButton:
        return gone(context)
    order, trouble = await card.reread(context, order, anew=True)
    if trouble:
        return await _asked(context, shop, order, trouble)
    try:
        await shop.agree(context.session.user_id, order, asked)
    except (AskedOtherwise, OrderMoved):
        return await _asked(context, shop, order, context.t("dearer.changed"))
    if context.session.step is Step.PLACING:
        context.flash("dearer.agreed")
        return None
    take_in_hand(context, order.order_no)
    context.flash("dearer.agreed")
    return Step.PAYMENT


async def _asked(context: Context, shop: Shop, order: Order, *above: str) -> Overlay:
    """The question, or the card where nothing more is asked any more."""
    dearer = await shop.dearer(order)
    if dearer is None:
        return Overlay(await card.screen(context, order, *above), in_place=True)
    t, account = context.t.priced(None), await shop.account_of(order)
    text = paragraphs(*above, dearer_text(t, order, dearer, account))
    details = row(Button(t("payment.details_button"), "card", order.order_no, standing=True))
    return Overlay(Screen(text, dearer_buttons(t, order, dearer) + details))
