"""`/orders`: what was ordered lately, each with its state and the way to its payment."""

from telegram import Update

from bot.context import Context, Outcome, Overlay
from bot.domain.orders import Order, OrderStatus, Placing
from bot.screens import Button, Rows, Screen, lines, paragraphs, row
from bot.texts import Html, Texts, cut
from handlers.payment import amount_due

_SHOWN = 10
_TITLE = 36


async def show(_: Update, context: Context) -> Outcome:
    """List the latest orders beside the journey, which stays where it is."""
    t, language = context.t, context.session.language
    orders = await context.services.store.orders_of(context.session.user_id, limit=_SHOWN)
    if not orders:
        return Overlay(Screen(t("orders.none")))
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
    listed = [_described(t, language, order) for order in orders]
    return Overlay(Screen(paragraphs(t("orders.title"), *listed), rows))


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
