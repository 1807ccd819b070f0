"""Paying without a password: an operator's, asked once more with amount and order, sent once."""

from datetime import UTC, datetime

from telegram import Update

from bot.chat.buttons import BadButton, from_base36, natural, to_base36
from bot.chat.context import Context, Overlay, Reply
from bot.chat.screens import Button, OrderView, Screen, lines, paragraphs, row
from bot.chat.texts import Html, cut
from bot.domain.identifiers import MerchantOrderNo
from bot.domain.orders import Order
from bot.domain.payment_attempts import MOST_ATTEMPTS, AttemptResult, Block, Offered, Settled
from bot.marketplace.errors import MarketplaceError
from bot.services.paying.agreement import Blocked
from handlers.always import anywhere
from handlers.orders import card
from handlers.orders.card_text import goods_named
from handlers.orders.words import not_read, state
from handlers.shared.failures import reason_in
from handlers.shared.own_order import gone, pieces

_REASON = 120
_BLOCKS = {
    Block.NOT_COVERED: "case.not_covered",
    Block.NOT_OPEN: "debit.not_open",
    Block.PAYING: "debit.in_hand",
    Block.NO_TOTAL: "debit.no_total",
    Block.TOO_MANY: "debit.too_many",
    Block.WAIT: "debit.wait",
    Block.OVER_LIMIT: "debit.over_limit",
    Block.CHANGED: "debit.changed",
    Block.TOO_OLD: "debit.too_old",
    Block.BEYOND: "debit.changed",
}
_ASKED_ANEW = frozenset({Block.CHANGED, Block.TOO_OLD, Block.BEYOND})
_OUTCOMES = {
    AttemptResult.PAID: "debit.paid",
    AttemptResult.PAYING: "debit.paying",
    AttemptResult.UNCLEAR: "debit.unclear",
    AttemptResult.UNREAD: "debit.unread",
    AttemptResult.REFUSED: "debit.refused",
    AttemptResult.UNSENT: "debit.unsent",
}
_PAID = AttemptResult.PAID


async def debit(_: Update, context: Context) -> Reply:
    """Ask, naming amount and order, before anything is sent."""
    return await _question(context, again=False)


async def debit_over(_: Update, context: Context) -> Reply:
    """Ask a second time, where the marketplace asks more than the buyer agreed to."""
    return await _question(context, again=True)


async def _question(context: Context, *, again: bool) -> Reply:
    if not context.services.operator_payments.may_pay(context.session.user_id):
        anywhere.stale(context)  # somebody made that button: it was never drawn for them
        return None
    order_no, number = pieces(context, 2)
    order = await _order(context, order_no)
    at = natural(number) or 0
    return gone(context) if order is None else await _ask(context, order, at, again=again)


async def debit_yes(__: Update, context: Context) -> Reply:
    """Pay what the question named, if it is still so."""
    payments, person = context.services.operator_payments, context.session.user_id
    if not payments.may_pay(person):
        anywhere.stale(context)  # somebody made that button: it was never drawn for them
        return None
    order_no, number, agreed = pieces(context, 3)
    order = await _order(context, order_no)
    if order is None:
        return gone(context)
    at = natural(number) or 0
    agreed, _, moment = agreed.rpartition(".")
    try:
        settled = await payments.pay(person, order, at, agreed, asked_at=_moment(moment))
    except Blocked as blocked:
        if blocked.block in _ASKED_ANEW:
            return await _ask(context, blocked.order, at, context.t(_BLOCKS[blocked.block]))
        return await _blocked(context, blocked)
    except MarketplaceError as error:
        return await _card(context, order, not_read(context.t, error))
    return await _card(context, settled.order, _told(context, settled))


async def _order(context: Context, order_no: str) -> Order | None:
    """Return the order of that number, whoever it belongs to: the desk lists all of them."""
    return await context.services.store.orders.order(MerchantOrderNo(order_no))


def _moment(text: str) -> datetime:
    """When a question was asked, by its button; long ago where that can't be read."""
    try:
        return datetime.fromtimestamp(from_base36(text), UTC)
    except (BadButton, OverflowError, OSError, ValueError):
        return datetime.fromtimestamp(0, UTC)


async def _ask(
    context: Context, order: Order, number: int, *above: str, again: bool = False
) -> Overlay:
    """The question, or the card with why there is none.

    Where more is asked than the buyer agreed to, its button leads to a second one, `again`.
    """
    payments, person = context.services.operator_payments, context.session.user_id
    try:
        order, offered = await payments.offer(person, order, number)
    except Blocked as blocked:
        return await _blocked(context, blocked)
    except MarketplaceError as error:
        return await _card(context, order, not_read(context.t, error))
    t = context.t
    several = len(order.parts) > 1
    view = OrderView(session=context.session, t=t, order=order)
    text = paragraphs(
        *above,
        t(
            "debit.ask",
            amount=t.money(offered.amount),
            number=order.order_no,
            id=offered.part.order_id,
        ),
        _compared(context, offered, again=again),
        goods_named(view, order, offered.part.lines if several else None),
        t("debit.warning"),
        t("debit.tried") if offered.tries_before else None,
        t("debit.after_restore") if offered.after_restore else None,
        _limit(context, offered),
    )
    yes = _yes(context, order, number, offered, again=again)
    keep = Button(t("debit.no_button"), "card", f"{order.order_no}.0", standing=True)
    if order.user_id != context.session.user_id:
        keep = Button(t("debit.no_button"), "admin_today", "0", standing=True)
    # The way back comes first: nobody pays by a tap too many.
    return Overlay(Screen(text, row(keep) + row(yes), replaces=True), in_place=True)


def _yes(context: Context, order: Order, number: int, offered: Offered, *, again: bool) -> Button:
    t, amount, beyond = context.t, context.t.money(offered.amount), context.t.money(offered.beyond)
    if offered.beyond and not again:
        label = t("debit.over_button", amount=amount, beyond=beyond)
        return Button(label, "debit_over", f"{order.order_no}.{number}", standing=True)
    # Its moment tells a question asked anew from the one before: no double tap of that.
    moment = to_base36(int(context.now.timestamp()))
    agreed = offered.agreed_beyond if offered.beyond else offered.agreed
    label = t("debit.yes_button", amount=amount)
    if offered.beyond:
        label = t("debit.over_yes_button", amount=amount, beyond=beyond)
    return Button(label, "debit_yes", f"{order.order_no}.{number}.{agreed}.{moment}", standing=True)


def _compared(context: Context, offered: Offered, *, again: bool) -> Html:
    """What the buyer agreed to beside what is asked for the whole order."""
    t = context.t
    sums = {"agreed": t.money(offered.buyer_agreed), "asked": t.money(offered.asked)}
    told = t("debit.compared", **sums)
    if not offered.beyond:
        return told
    key = "debit.beyond_again" if again else "debit.beyond"
    return lines(told, t(key, beyond=t.money(offered.beyond), **sums))


def _limit(context: Context, offered: Offered) -> Html | None:
    t = context.t
    if not offered.limit:
        return None
    left = t.money(offered.limit - offered.spent)
    return t("debit.spent", spent=t.money(offered.spent), limit=t.money(offered.limit), left=left)


async def _blocked(context: Context, blocked: Blocked) -> Overlay:
    t, key = context.t, _BLOCKS[blocked.block]
    match blocked.block:
        case Block.TOO_MANY:
            why = t(key, count=MOST_ATTEMPTS)
        case Block.OVER_LIMIT:
            limit = t.money(context.services.operator_payments.daily_limit)
            why = t(key, spent=t.money(blocked.spent), limit=limit)
        case _:
            why = t(key)
    return await _card(context, blocked.order, why)


def _told(context: Context, settled: Settled) -> Html:
    t = context.t
    told = t(
        _OUTCOMES[settled.outcome],
        amount=t.money(settled.amount),
        reason=cut(reason_in(settled.reason), _REASON),
    )
    over = settled.outcome is not _PAID and settled.tries_left <= 0
    return lines(told, t("debit.no_tries", count=MOST_ATTEMPTS) if over else None)


async def _card(context: Context, order: Order, told: str) -> Overlay:
    if order.user_id == context.session.user_id:
        return Overlay(await card.screen(context, order, told), in_place=True)
    t = context.t
    states = " / ".join(dict.fromkeys(state(t, part) for part in order.parts))
    title = t("admin.order", number=order.order_no, state=Html(states))
    back = Button(t("admin.today_button"), "admin_today", "0", standing=True)
    return Overlay(Screen(paragraphs(told, title), row(back)), in_place=True)
