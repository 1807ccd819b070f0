"""The first screen: what this is and what to do next; and the way back to it."""

from telegram import Update

from bot.chat.context import Context, Reply
from bot.chat.screens import Button, Screen, View, paragraphs, row
from bot.domain.asking import MoreOpen
from bot.domain.invites import is_invitation
from bot.domain.links import offer_in_payload
from bot.domain.sessions import Announced, Session, Step
from bot.telegram.newer import Style
from handlers.always.language import language_button
from handlers.finding import search
from handlers.group import joining, settling
from handlers.shared.in_cart import cart_button

_BESIDE = {
    Step.PAYMENT,
    Step.CASE,
    Step.TERMS,
    Step.ANSWER,
    Step.PUBLISH,
    Step.JOINING,
    Step.BUY,
}
"""What is looked at beside an order, and kept elsewhere."""


def screen(view: View) -> Screen:
    """Explain the bot, or offer to continue an order that was left for `/start`."""
    t, session = view.t, view.session
    if session.focus.return_to is not None:
        rows = row(Button(t("start.continue_button"), "resume")) + row(
            Button(t("start.over_button"), "over", style=Style.DANGER)
        )
        count = len(session.draft.lines)
        text = t("start.unfinished_lines", count=count) if count else t("start.unfinished")
        return Screen(paragraphs(view.flash, text), rows)
    rows = (
        row(Button(t("category.button"), "categories", standing=True))
        + row(
            Button(t("start.addresses_button"), "addresses"),
            Button(t("start.orders_button"), "orders"),
        )
        + row(language_button(session))
    )
    over = (
        Button(t("start.over_button"), "over", style=Style.DANGER) if session.draft.lines else None
    )
    back = Button(t("cart.undo_button"), "undo") if session.announced.dropped else None
    rows = row(back) + row(cart_button(t, session), over) + rows
    return Screen(
        paragraphs(view.flash, t("start.welcome" if view.shop is None else "start.welcome_shop")),
        rows,
    )


async def start(_: Update, context: Context) -> Reply:
    """`/start`: open the offer of a link, explain, or ask whether to continue what is under way."""
    session = context.session
    context.starts_over = True
    if session.step is Step.PLACING:
        return None
    token = joining.token_in(context.args)
    if token is not None and context.services.groups is not None:
        return await joining.open_buy(context, token)
    label = settling.payload_in(context.args)
    if label is not None and context.services.groups is not None:
        return await settling.scanned(context, *label)
    offer_id = offer_in_payload(context.args)
    if offer_id is not None:
        return await search.open_offer(context, offer_id)
    if is_invitation(context.args):
        context.flash("access.welcome")
    if session.step is not Step.START:
        # Sent twice, it still offers what it interrupted.
        context.focus(return_to=_interrupted(session), asking=None)
    return Step.START


def _interrupted(session: Session) -> Step | None:
    """Return the step of an order that is left; of pages beside it nothing is unfinished."""
    beside = session.step in _BESIDE
    left = session.focus.return_to if beside else session.step
    return None if left in {*_BESIDE, Step.START} else left


async def resume(_: Update, context: Context) -> Reply:
    """Go back to where `/start` interrupted."""
    step = context.session.focus.return_to
    context.focus(return_to=None)
    return step or Step.START


async def over(_: Update, context: Context) -> Reply:
    """Drop what is under way and begin again."""
    if context.session.step is Step.PLACING:
        return None
    context.starts_over = True
    _clear(context)
    context.flash("start.cleared_others" if context.session.cart.shelf else "start.cleared")
    return Step.START


def _clear(context: Context) -> None:
    """Leave the draft in hand; until the next step it can be had back."""
    gone = context.session.draft
    context.session = context.session.cleared()
    if gone.lines:
        context.change(announced=Announced(dropped=gone))


async def cancel(_: Update, context: Context) -> Reply:
    """`/cancel`: end the draft in hand at any step before it is placed."""
    session = context.session
    context.starts_over = True
    if session.step in {Step.PLACING, Step.PAYMENT}:
        placed = session.step is Step.PAYMENT
        context.flash("cancel.placed" if placed else "cancel.too_late")
        if placed:
            context.focus(asking=MoreOpen())  # where an unpaid order is cancelled
        return None
    idle = session.step is Step.START and session.focus.return_to is None
    had_something = not idle or bool(session.draft.lines)
    _clear(context)
    done = "cancel.done_others" if session.cart.shelf else "cancel.done"
    context.flash(done if had_something else "cancel.nothing")
    return Step.START
