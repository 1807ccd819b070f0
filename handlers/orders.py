"""`/orders`: what was ordered lately, each with its state and the way to its payment."""

from telegram import Update

from bot.buttons import natural
from bot.context import Context, Outcome, Overlay
from bot.domain.orders import Order, OrderStatus, Placing
from bot.screens import Button, Rows, Screen, lines, paragraphs, row
from bot.texts import Html, Texts, cut
from handlers.payment import amount_due

_SHOWN = 10
_FURTHEST = 100_000  # beyond any button that was ever drawn
_TITLE = 36


async def show(_: Update, context: Context) -> Outcome:
    """List the latest orders beside the journey, which stays where it is."""
    return await _list(context, 0)


async def earlier(_: Update, context: Context) -> Outcome:
    """List the orders before those already listed; the argument is how many those are."""
    return await _list(context, min(natural(context.arg) or 0, _FURTHEST))


async def _list(context: Context, offset: int) -> Outcome:
    t, language = context.t, context.session.language
    found = await context.services.store.orders_of(
        context.session.user_id, limit=_SHOWN + 1, offset=offset
    )
    if not found:
        return Overlay(Screen(t("orders.no_earlier" if offset else "orders.none")))
    orders = found[:_SHOWN]
    rows: Rows = ()
    for order in orders:
        if order.placing is Placing.PLACED:
            rows += row(
                Button(
                    t("orders.open_button", number=order.order_no),
                    "pay",
                    order.order_no,
                    standing=True,
                )
            )
        elif order.placing is Placing.UNRESOLVED:
            rows += row(
                Button(
                    t("orders.look_button", number=order.order_no),
                    "look",
                    order.order_no,
                    standing=True,
                )
            )
    if len(found) > _SHOWN:
        more = str(offset + _SHOWN)
        rows += row(Button(t("orders.earlier_button"), "earlier", more, standing=True))
    title = t("orders.earlier_title" if offset else "orders.title")
    listed = [_described(t, language, order) for order in orders]
    return Overlay(Screen(paragraphs(title, *listed), rows))


def _described(t: Texts, language: str, order: Order) -> Html:
    title = cut(order.lines[0].title.in_language(language), _TITLE)
    due = amount_due(order.parts) if order.parts else None
    return lines(
        t("orders.line", number=order.order_no, time=t.time(order.created_at), title=title),
        t("orders.more_lines", count=len(order.lines) - 1) if len(order.lines) > 1 else None,
        t(
            "orders.amount_and_state",
            amount=t.money(due if due is not None else order.quote.total),
            state=_state(t, order),
        ),
    )


def _state(t: Texts, order: Order) -> Html:
    match order.placing:
        case Placing.PLACED:
            return _state_of_placed(t, order)
        case Placing.REFUSED | Placing.CHANGED:
            return t("orders.not_made")
        case Placing.UNCERTAIN:
            return t("orders.uncertain")
        case Placing.UNRESOLVED:
            return t("orders.unresolved")
        case _:
            return t("orders.being_placed")


def _state_of_placed(t: Texts, order: Order) -> Html:
    unpaid = [part for part in order.parts if part.status is OrderStatus.AWAITING_PAYMENT]
    if unpaid:
        return t("orders.to_pay" if len(unpaid) == len(order.parts) else "orders.in_part")
    return t("orders.paid" if order.paid else "orders.closed")
