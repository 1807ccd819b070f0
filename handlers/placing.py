"""Confirm: one consent makes at most one order, and the person is told the truth meanwhile."""

import structlog
from telegram import Update

from bot.chat.context import Context, Reply
from bot.chat.conversation import received_at
from bot.chat.measuring import fitting, visible_length
from bot.chat.reading import place_of
from bot.chat.screens import (
    CAPTION_LIMIT,
    TEXT_LIMIT,
    Button,
    OrderView,
    Rows,
    Screen,
    View,
    paragraphs,
    row,
)
from bot.chat.texts import Html, cut
from bot.domain.identifiers import MerchantOrderNo, new_merchant_order_no
from bot.domain.money import Fen
from bot.domain.orders import CONSENT_LASTS, Order, Placing
from bot.domain.quotes import Quote, change_between
from bot.domain.sessions import Delivery, Focus, Ordered, Picking, Quoted, Session, Step
from bot.domain.splitting import left_after, orders_of
from bot.domain.writes import ClaimOrder, MarkTold
from bot.services.bundle import Services
from bot.services.placing.placing import NOT_SENT
from handlers import preview
from handlers.preview import returned
from handlers.shared.agreement import NAME_WIDTHS, agreement
from handlers.shared.failures import reason_in, refusal_of
from handlers.shared.own_order import order_of
from handlers.shared.quotas import may_order

_HEADS = {
    Placing.CLAIMED: "placing.working",
    Placing.CREATING: "placing.working",
    Placing.UNCERTAIN: "placing.uncertain",
    Placing.UNRESOLVED: "placing.unresolved",
    Placing.PLACED: "placing.placed",
    Placing.CHANGED: "placing.not_made",
    Placing.REFUSED: "placing.not_made",
}

_NAME = 60
_log = structlog.get_logger(__name__)


async def load(session: Session, services: Services) -> OrderView:
    """Load the order that is being made."""
    return await OrderView.of(session, services, order=await order_of(session, services))


def screen(view: OrderView) -> Screen:
    """Say how far the order has come, and what was agreed to.

    The same message stays as the record of the consent once the order has settled.
    """
    t, order = view.t, view.order
    if order is None:
        number = view.session.ordered.order_no or ""
        return Screen(paragraphs(view.flash, t("placing.working", number=number)))
    head = t(_HEADS[order.placing], number=order.order_no)
    made_of = (order.lines, order.quote, order.address, order.note)

    def make(width: int) -> Html:
        return paragraphs(view.flash, head, agreement(view, *made_of, width))

    text = fitting(make, NAME_WIDTHS, TEXT_LIMIT)
    below_picture = visible_length(text) <= CAPTION_LIMIT
    return Screen(text, _buttons(view, order), keeps_picture=below_picture)


def _buttons(view: View, order: Order) -> Rows:
    t = view.t
    leave = row(Button(t("placing.leave_button"), "leave"))
    if order.placing is Placing.UNCERTAIN:
        return leave
    if order.placing is Placing.UNRESOLVED:
        look = Button(t("placing.look_button"), "look", order.order_no, standing=True)
        return row(look) + leave
    return ()


async def confirm(update: Update, context: Context) -> Reply:
    """Bind the consent to what was shown, and hand it to the ordering service.

    The order is committed together with the session's step: the press's revision makes sure
    that there is one winner, and that it agreed to exactly these lines and this total.
    """
    session = context.session
    if session.quoted.quote is None or session.delivery.address is None or not session.draft.lines:
        context.flash("preview.no_numbers")
        return Step.PREVIEW
    if not await may_order(context):
        return Step.PREVIEW
    seen_at = session.quoted.at
    if seen_at is not None and context.now - seen_at > CONSENT_LASTS:
        return await _ask_again(context, session.quoted.quote)
    # When the press arrived, not when it is handled; the consent itself is older still.
    agreed_at = received_at.get() or context.now
    place = place_of(update.callback_query)
    message_id = place.message_id if place is not None else None
    below_picture = place is not None and place.photo is not None
    order = Order(
        order_no=new_merchant_order_no(agreed_at),
        user_id=session.user_id,
        chat_id=session.chat_id,
        lines=orders_of(session.draft)[0],
        seller_id=session.draft.seller_id,
        quote=session.quoted.quote,
        address=session.delivery.address,
        note=session.draft.note,
        language=session.language,
        message_id=message_id,
        below_picture=below_picture,
        **_buyer(update, context),
        created_at=agreed_at,
        quoted_at=seen_at,
    )
    context.write(ClaimOrder(order))
    context.change(
        ordered=Ordered(
            order_no=order.order_no, message_id=message_id, below_picture=below_picture
        ),
        quoted=session.quoted.replace(change=None),
    )
    context.focus(asking=None)
    return Step.PLACING


async def _ask_again(context: Context, seen: Quote) -> Reply:
    """Show what the order costs now, and how that differs from the screen that was agreed to.

    A consent is as old as its screen: the press may have waited since, for a bot that was down.
    """
    reply = await preview.quote(context)
    quoted = context.session.quoted
    if quoted.quote is not None:
        change = change_between(seen, quoted.quote)
        if change.is_none:
            context.flash("preview.consent_too_old")
        else:
            context.change(quoted=quoted.replace(change=change))
    return reply


def _buyer(update: Update, context: Context) -> dict[str, str]:
    """How a shop's operator knows whose order it is; a team's people know one another."""
    user = update.effective_user
    if context.services.shop is None or user is None:
        return {}
    return {"buyer_name": cut(user.full_name, _NAME), "buyer_username": user.username or ""}


def session_after(session: Session, order: Order) -> Session | None:
    """Return the conversation after its order moved, None when there is nothing to tell."""
    waits_here = session.step is Step.PLACING and session.ordered.order_no == order.order_no
    if not waits_here:
        return _told_elsewhere(session, order)
    match order.placing:
        case Placing.PLACED:
            left = session.with_draft(left_after(session.draft, order.ordered_lines))
            return left.replace(
                step=Step.PAYMENT,
                quoted=Quoted(),
                picking=Picking(offer_id=session.picking.offer_id),
            )
        case Placing.CHANGED if order.newer_quote is not None:
            change = change_between(order.quote, order.newer_quote)
            changed = returned(session, "", order.placing)
            before = session.quoted.together
            moved = order.newer_quote.whole - order.quote.whole
            together = None if before is None else Fen(before + moved)
            quoted = Quoted(quote=order.newer_quote, at=order.newer_quoted_at, together=together)
            if change.is_none:
                return changed.replace(quoted=quoted).with_flash("preview.consent_too_old")
            return changed.replace(quoted=quoted.replace(change=change))
        case Placing.REFUSED:
            return _refused(session, order)
        case _:
            return session


def _refused(session: Session, order: Order) -> Session:
    """Say why there is no order, and lead to the step that mends it."""
    refusal = order.refusal
    key, step = refusal_of(refusal.code if refusal else "")
    if refusal is not None and refusal.code == NOT_SENT:
        quoted = session.quoted.replace(change=None)
        back = session.replace(step=Step.PREVIEW, ordered=Ordered(), quoted=quoted)
        return back.with_flash(key)
    reason = reason_in(refusal.message if refusal else "")
    back = session.replace(step=step, ordered=Ordered(), quoted=Quoted())
    return back.with_flash(key, reason=reason)


def _told_elsewhere(session: Session, order: Order) -> Session | None:
    """The person went on meanwhile: one line says what became of the order."""
    if order.placing is Placing.PLACED:
        shows_it = session.step is Step.PAYMENT and session.ordered.order_no == order.order_no
        return session if shows_it else session.with_flash("placing.found", number=order.order_no)
    if order.placing is Placing.UNRESOLVED:
        return session.with_flash("placing.not_found_yet", number=order.order_no)
    if order.placing is Placing.REFUSED:
        return session.with_flash("placing.refused_meanwhile", number=order.order_no)
    if order.placing is Placing.CHANGED:
        return session.with_flash("placing.changed_meanwhile", number=order.order_no)
    return None


async def leave(_: Update, context: Context) -> Reply:
    """Go on with something else while an uncertain order is being looked up."""
    order_no = context.session.ordered.order_no
    order = await context.services.store.orders.order(order_no) if order_no else None
    if order is not None and order.placing in {Placing.CLAIMED, Placing.CREATING}:
        context.flash("placing.wait")
        return None
    draft = context.session.draft
    if order is not None:
        # It may exist: whoever orders these goods again decides so, in a draft of their own.
        draft = left_after(draft, order.ordered_lines)
    context.session = context.session.with_draft(draft)
    context.change(quoted=Quoted(), ordered=Ordered(), delivery=Delivery())
    context.flash("placing.left", number=order_no or "")
    return Step.START


async def wait(_: Update, context: Context) -> Reply:
    """Anything sent meanwhile: the order is under way, nothing is needed."""
    context.flash("placing.wait")
    return None


async def look(_: Update, context: Context) -> Reply:
    """Look an unresolved order up once more."""
    session, store = context.session, context.services.store
    order = await store.orders.order(MerchantOrderNo(context.arg))
    if order is None or order.user_id != session.user_id:
        if order is not None:
            _log.warning("button_refused", reason="another person's order")
        context.flash("orders.gone")
        return None
    if session.step is Step.PLACING and session.ordered.order_no != order.order_no:
        context.flash("placing.wait")
        return None
    if order.placing is Placing.UNRESOLVED:
        order = await context.services.ordering.look_again(order)
    if order.placing is not Placing.PLACED:
        context.flash("placing.still_not_found", number=order.order_no)
        return None
    context.write(MarkTold(order.order_no, order.placing))
    if session.ordered.order_no == order.order_no:
        left = left_after(session.draft, order.ordered_lines)
        context.session = context.session.with_draft(left).replace(quoted=Quoted())
    context.change(ordered=Ordered(order_no=order.order_no), focus=Focus())
    return Step.PAYMENT
