"""Finding an order of a shop: by code, number, buyer or words of a title."""

from datetime import timedelta

from telegram import Update

from bot.chat.context import Context, Overlay, Reply
from bot.chat.screens import Button, Screen, grid, paragraphs, row
from bot.chat.texts import Html, cut
from bot.domain.collecting import payment_code
from bot.domain.orders import Order
from handlers.always import anywhere
from handlers.desk.door import desk_button, for_operators
from handlers.shared.money_words import rate_of

_SINCE = timedelta(days=365)
_MOST, _SHOWN = 5_000, 8
_NAME = 24


@for_operators
async def find(update: Update, context: Context) -> Reply:
    """`/case` with words: the orders that they name."""
    if context.services.shop is None:
        return await anywhere.unknown_command(update, context)
    message = update.effective_message
    words = ((message.text if message else None) or "").partition(" ")[2].strip()
    if not words:
        return Overlay(Screen(context.t("case.find_how"), row(desk_button(context))))
    return await found(context, words)


async def found(context: Context, words: str) -> Overlay:
    """List what the words name, the newest first."""
    t, wanted = context.t, words.strip().casefold().removeprefix("@")
    orders = await context.services.store.orders.orders_since(context.now - _SINCE, _MOST)
    hits = [each for each in orders if each.quote.charge is not None and _named(each, wanted)]
    if not hits:
        none = t("case.find_none", words=cut(words, _NAME))
        return Overlay(Screen(none, row(desk_button(context))))
    buttons = [
        Button(payment_code(each.order_no), "case", each.order_no, standing=True)
        for each in hits[:_SHOWN]
    ]
    text = paragraphs(
        t("case.found", count=len(hits)), *(_line(context, each) for each in hits[:_SHOWN])
    )
    return Overlay(Screen(text, grid(buttons, 2) + row(desk_button(context))))


def _named(order: Order, wanted: str) -> bool:
    """Tell whether words name an order: numbers and the buyer whole, a title by all its words."""
    exact: set[str] = {order.buyer_username, payment_code(order.order_no), order.order_no}
    for part in order.parts:
        exact |= {str(part.order_id)}
        exact |= {each.tracking_no for each in part.parcels}
    if wanted in {each.casefold() for each in exact if each}:
        return True
    titles = " ".join(
        f"{line.title.zh} {line.title.translated or ''}" for line in order.lines
    ).casefold()
    named = f"{order.buyer_name.casefold()} {titles}"
    return bool(wanted) and all(word in named for word in wanted.split())


def _line(context: Context, order: Order) -> Html:
    t, charge = context.t, order.quote.charge
    return t(
        "waiting.line",
        code=payment_code(order.order_no),
        amount=t.priced(rate_of(order)).amount(charge.due) if charge else "",
        name=cut(order.buyer_name or str(order.user_id), _NAME),
        title=cut(order.lines[0].title.in_language(context.session.language), _NAME),
        time=t.moment(order.created_at),
    )
