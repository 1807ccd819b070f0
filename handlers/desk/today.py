"""Today's orders and money, and what of them can be paid from here."""

from collections import Counter

from telegram import Update

from bot.chat.buttons import natural
from bot.chat.context import Context, Overlay, Reply
from bot.chat.screens import Button, Rows, Screen, grid, lines, page_of, paragraphs, row
from bot.chat.texts import Html, Texts
from bot.domain.order_actions import amount_due, asked_total, unpaid
from bot.domain.orders import Order, OrderPart, Placing
from bot.domain.payment_attempts import start_of_day
from bot.domain.stages import Stage, stage_of
from handlers.desk.door import desk_button, for_operators
from handlers.orders.listing import STAGES

_MOST = 1000  # orders of a day that are looked at
_PAGE = 6
_FURTHEST = 10_000


@for_operators
async def today(_: Update, context: Context) -> Reply:
    """Count today's orders and their money by state; offer to pay the unpaid ones."""
    store, t = context.services.store, context.t
    since = start_of_day(context.now)
    settled = await store.orders.latest_orders(since, _MOST)
    unsettled = [*await store.orders.unsettled_orders(), *await store.orders.unresolved_orders()]
    orders = [*settled, *(each for each in unsettled if each.created_at >= since)]
    spent = await context.services.operator_payments.spent_today()
    limit = context.services.operator_payments.daily_limit
    due = [
        (order, number, part)
        for order in settled
        for number, part in enumerate(order.parts, 1)
        if part in unpaid(order) and part.total
    ]
    page = min(natural(context.arg) or 0, _FURTHEST)
    text = paragraphs(
        t("admin.today_title"),
        lines(*_states(context, orders)) or t("admin.no_orders"),
        t("admin.day_cut", number=_MOST) if len(settled) >= _MOST else None,
        t("admin.placed_total", total=t.money(_placed(orders))),
        t("admin.spent_of", spent=t.money(spent), limit=t.money(limit))
        if limit
        else t("admin.spent", spent=t.money(spent)),
        t("admin.to_pay") if due else None,
    )
    rows = _payable(context, due, page) + row(
        Button(t("card.refresh_button"), "admin_today", f"{page}", standing=True),
        desk_button(context),
    )
    return Overlay(Screen(text, rows), in_place=True)


def _states(context: Context, orders: list[Order]) -> list[Html]:
    """Each state that there is, with how many orders and how much money."""
    t = context.t
    counts: Counter[Stage] = Counter()
    money: Counter[Stage] = Counter()
    for order in orders:
        counts[stage_of(order)] += 1
        money[stage_of(order)] += _worth(order)
    return [
        t("admin.state_line", state=t(key), number=counts[stage], money=t.money(money[stage]))
        for stage, key in STAGES.items()
        if counts[stage]
    ]


def _worth(order: Order) -> int:
    """What the marketplace asks for an order in fen, else what was agreed to."""
    due = amount_due(order.parts) if order.parts else None
    return order.quote.total if due is None else due


def _placed(orders: list[Order]) -> int:
    placed = [each for each in orders if each.placing is Placing.PLACED]
    return sum(_worth(each) for each in placed if stage_of(each) is not Stage.CLOSED)


def _payable(context: Context, due: list[tuple[Order, int, OrderPart]], page: int) -> Rows:
    t = context.t
    shown, before, after = page_of(due, page, _PAGE)
    last = max(0, (len(due) - 1) // _PAGE)
    page = min(page, last)
    buttons = [
        Button(
            _pay_label(t, order, part),
            "debit",
            f"{order.order_no}.{number}",
            standing=True,
        )
        for order, number, part in shown
    ]
    turns = [
        Button(t(key), "admin_today", f"{to}", standing=True)
        for key, to, there in (
            ("variant.previous_button", page - 1, before),
            ("variant.next_button", page + 1, after),
        )
        if there
    ]
    return grid(buttons, 1) + row(*turns)


def _pay_label(t: Texts, order: Order, part: OrderPart) -> Html:
    """Name the amount, beside what the buyer agreed to where more is asked."""
    named = {"number": order.order_no, "amount": t.money(part.total or 0)}
    if asked_total(order) <= order.agreed_total:
        return t("admin.pay_button", **named)
    return t("admin.pay_over_button", agreed=t.money(order.agreed_total), **named)
