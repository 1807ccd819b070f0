"""`/cart`: one draft for each seller, each opened, ordered or emptied on its own."""

from telegram import Update

from bot.chat.buttons import natural
from bot.chat.context import Context, Reply
from bot.chat.screens import Button, Rows, Screen, View, lines, paragraphs, row
from bot.chat.texts import Html, cut
from bot.chat.units import counted
from bot.domain.drafts import Draft
from bot.domain.numerals import number_in_list
from bot.domain.sessions import Announced, Focus, Step
from bot.domain.splitting import orders_of
from bot.telegram.newer import Style
from handlers import lines as lines_step
from handlers.finding import search
from handlers.shared.in_cart import called

_VARIANT = 40  # characters
_MOST_LINES = 3  # of a draft; the others are counted


def screen(view: View) -> Screen:
    """List the drafts with what they are likely to cost."""
    t, session = view.t, view.session
    cart = session.cart
    back = Button(t("cart.undo_button"), "undo") if session.announced.dropped else None
    results = Button(t("offer.results_button"), "results") if session.query else None
    if not cart.drafts:
        orders = Button(t("start.orders_button"), "orders")
        ways = row(back) + row(results) + row(orders)
        return Screen(paragraphs(view.flash, t("cart.empty")), ways)
    numbered = tuple(enumerate(cart.drafts, 1))
    total = cart.estimate
    shows_total = total is not None and len(numbered) > 1
    text = paragraphs(
        view.flash,
        t("cart.title"),
        *(_described(view, number, draft) for number, draft in numbered),
        t("cart.total", total=t.money(total)) if total is not None and shows_total else None,
        t("cart.apart_and_estimated"),
    )
    rows: Rows = row(back)
    for number, _ in numbered:
        index, shown = str(number - 1), str(number)
        rows += row(
            Button(t("cart.order_button", number=shown), "order", index),
            Button(t("cart.open_button", number=shown), "open", index),
            Button(t("cart.drop_button", number=shown), "drop", index, style=Style.DANGER),
        )
    return Screen(text, rows + row(results))


def _described(view: View, number: int, draft: Draft) -> Html:
    t, estimate, orders = view.t, draft.estimate, len(orders_of(draft))
    count = len(draft.lines)
    language = view.session.language
    goods = [
        t(
            "cart.line",
            variant=cut(line.variant.in_language(language), _VARIANT) or t("lines.no_variant"),
            quantity=counted(t, line.quantity, line.unit),
        )
        for line in draft.lines[:_MOST_LINES]
    ]
    rest = count - len(goods)
    return lines(
        t("cart.draft", number=str(number), title=_name(view, draft)),
        *goods,
        t("cart.more_lines", count=rest) if rest else None,
        t("cart.amount", count=count, total=t.money(estimate))
        if estimate is not None
        else t("cart.items", count=count),
        t("cart.orders", count=orders) if orders > 1 else None,
    )


def _name(view: View, draft: Draft) -> Html:
    t = view.t
    title = called(draft).in_language(view.session.language)
    more = len({line.offer_id for line in draft.lines}) - 1
    return t("cart.and_more", title=title, count=more) if more else t("cart.name", title=title)


async def show(_: Update, context: Context) -> Reply:
    """`/cart`, or its button: a button leads right to the lines when all are of one seller."""
    session = context.session
    if session.step is Step.PLACING:
        context.flash("placing.wait")
        return None
    context.change(focus=Focus())
    if context.press is not None and len(session.cart.drafts) == 1:
        context.session = context.session.with_cart(session.cart.bring(0))
        return Step.LINES
    return Step.CART


async def open_one(_: Update, context: Context) -> Reply:
    """Take a draft in hand and show its lines."""
    return Step.LINES if _brought(context, context.arg) else None


async def order(update: Update, context: Context) -> Reply:
    """Take a draft in hand and go on to its address."""
    if not _brought(context, context.arg):
        return None
    return await lines_step.checkout(update, context) or Step.LINES


def _brought(context: Context, arg: str) -> bool:
    index = natural(arg)
    cart = context.session.cart
    if index is None or index >= len(cart.drafts):
        return False
    context.session = context.session.with_cart(cart.bring(index))
    context.focus(asking=None, page=0)
    return True


async def drop(_: Update, context: Context) -> Reply:
    """Empty one draft; until the next step it can be had back."""
    index = natural(context.arg)
    cart = context.session.cart
    if index is None or index >= len(cart.drafts):
        return None
    gone = cart.drafts[index]
    context.session = context.session.with_cart(cart.drop(index))
    context.change(announced=Announced(dropped=gone))
    context.flash("cart.dropped", title=called(gone), count=len(gone.lines))
    return None


async def undo(_: Update, context: Context) -> Reply:
    """Put back what was emptied a moment ago."""
    gone = context.before.announced.dropped
    if gone is None:
        return None
    context.session = context.session.with_cart(context.session.cart.restore(gone))
    context.toast = context.t("cart.restored")
    return None


async def text(update: Update, context: Context) -> Reply:
    """A draft's number opens it; other words start a search, the cart kept."""
    typed = (update.effective_message.text if update.effective_message else None) or ""
    number = number_in_list(typed)
    if number is not None and context.session.cart.drafts:
        if _brought(context, str(number - 1)):
            return Step.LINES
        context.flash("cart.no_such_number", number=number)
        return None
    if context.session.cart.drafts:
        context.flash("cart.kept")
    return await search.words(update, context, stay="cart.nothing_found")
