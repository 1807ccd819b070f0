"""The payment links of several orders: their totals read anew, one link for as many as is safe."""

import html
from collections.abc import Sequence

from telegram import Update

from bot.chat.buttons import natural
from bot.chat.context import QUIET, Context, Outcome, Overlay
from bot.chat.screens import Button, QrCode, Rows, Screen, lines, paragraphs, row
from bot.chat.texts import Html, cut
from bot.domain.order_actions import unpaid
from bot.domain.orders import Order
from bot.marketplace.errors import MarketplaceError
from bot.services.paying.together import NotPayableTogether, bundles
from handlers.orders import listing as order_list
from handlers.orders.card import LONGEST_COPY
from handlers.orders.own import pieces
from handlers.orders.together import Choice, choose, due, line, unpaid_orders
from handlers.orders.words import state
from handlers.shared.failures import failure_key, reason_in

_REASON = 120


async def together_pay(_: Update, context: Context) -> Outcome:
    """Show the link for what was chosen, if it still stands at these amounts."""
    mask, agreed, page = pieces(context, 3)
    orders = await unpaid_orders(context)
    choice = Choice.read(orders, mask)
    if not choice.indexes or choice.agreed != agreed:
        # Another list than the one the button was drawn for: its choice means nothing here.
        return choose(context, Choice.of_all(orders), context.t("together.list_changed"))
    together = context.services.paying_together
    try:
        fresh = await together.reread(choice.chosen)
    except MarketplaceError as error:
        return choose(context, choice, context.t(failure_key(error)))
    moved = _moved(context, choice.chosen, fresh)
    if moved:
        return choose(context, await _reduced(context, fresh), *moved)
    groups = bundles(fresh)
    at = min(natural(page) or 0, len(groups) - 1)
    try:
        link = await together.link(groups[at])
    except NotPayableTogether as error:
        return await _refused(context, choice, fresh, error)
    except MarketplaceError as error:
        return choose(context, choice, context.t(failure_key(error)))
    return Overlay(_link(context, choice, groups, at, link.url), in_place=True)


def _moved(context: Context, before: Sequence[Order], now: Sequence[Order]) -> list[Html]:
    """Say what is different from what the person saw; nothing when all is as it was."""
    t, told = context.t, []
    for old, new in zip(before, now, strict=True):
        number = new.order_no
        if not unpaid(new):
            told.append(t("together.dropped", order=number, state=state(t, new.parts[0])))
        elif due(t, [old]) != due(t, [new]):
            told.append(
                t("together.costs_now", order=number, before=due(t, [old]), now=due(t, [new]))
            )
    return told


async def _reduced(context: Context, wanted: Sequence[Order]) -> Choice:
    """The present unpaid orders, of which those that were wanted are chosen."""
    orders = await unpaid_orders(context)
    numbers = {order.order_no for order in wanted}
    chosen = (index for index, order in enumerate(orders) if order.order_no in numbers)
    return Choice(tuple(orders), frozenset(chosen))


async def _refused(
    context: Context, choice: Choice, fresh: Sequence[Order], error: NotPayableTogether
) -> Overlay:
    """Leave out what the marketplace takes no payment for, say so, and ask anew."""
    t = context.t
    reason = cut(reason_in(error.refusal.message, error.refusal.code), _REASON)
    if not error.orders:
        return choose(context, choice, t("together.not_together", reason=reason))
    refused = {order.order_no for order in error.orders}
    left = await _reduced(context, [order for order in fresh if order.order_no not in refused])
    told = [t("together.refused", order=number, reason=reason) for number in sorted(refused)]
    return choose(context, left, *told)


def _link(
    context: Context, choice: Choice, groups: Sequence[Sequence[Order]], at: int, url: str
) -> Screen:
    t, group = context.t, groups[at]
    total = due(t, group)
    text = paragraphs(
        t("together.link_title", count=len(group), total=total),
        t("together.link_page", page=at + 1, pages=len(groups)) if len(groups) > 1 else None,
        lines(*(line(context, n, order) for n, order in enumerate(group, 1))),
        t("together.how"),
    )
    rows = row(Button(t("payment.pay_button", total=total), url=url))
    if len(url) <= LONGEST_COPY:
        rows += row(Button(t("payment.copy_link_button"), copy=url))
    rows += row(Button(t("payment.check_button"), "together_check", standing=True))
    return Screen(text, rows + _ways(context, choice, len(groups), at), QrCode(url), replaces=True)


def _ways(context: Context, choice: Choice, pages: int, at: int) -> Rows:
    """To the other links, and back to the choice."""
    t = context.t
    turns = []
    for key, page in (("together.previous_button", at - 1), ("together.next_button", at + 1)):
        if 0 <= page < pages:
            arg = f"{choice.mask}.{choice.agreed}.{page}"
            turns.append(Button(t(key, page=page + 1), "together_pay", arg, standing=True))
    back = f"{choice.mask}.{choice.listed}"
    return row(*turns) + row(Button(t("together.back_button"), "together", back, standing=True))


async def together_check(_: Update, context: Context) -> Outcome:
    """Read from the marketplace which of the unpaid orders are paid by now."""
    t, orders = context.t, await unpaid_orders(context)
    try:
        now = await context.services.paying_together.reread(orders)
    except MarketplaceError as error:
        return _toast(context, t(failure_key(error)))
    settled = [order for order in now if not unpaid(order)]
    if orders and not settled:
        return _toast(context, t("payment.not_yet"))
    told = t("together.settled", count=len(settled))
    return await order_list.listed(context, told, in_place=True)


def _toast(context: Context, text: Html) -> Outcome:
    """Answer the press alone: the link stays where it is."""
    context.toast, context.alert = html.unescape(text), True
    return QUIET
