"""The group's order: shown with the newest numbers, confirmed, made once more, or gone without."""

from telegram import Update

from bot.chat.buttons import natural
from bot.chat.context import Context, Reply
from bot.chat.conversation import received_at
from bot.domain.asking import BuyAsked
from bot.domain.group_buys import ordering, receiving
from bot.domain.group_buys.bills import BillUnclear
from bot.domain.group_buys.buys import BuyRefused, Change, GroupBuy, Why
from bot.domain.group_buys.parts import parts_of
from bot.domain.identifiers import BuyId, MerchantOrderNo, new_merchant_order_no
from bot.domain.ledger import Books
from bot.domain.money import Fen
from bot.domain.writes import ChangeBuy, ClaimOrder
from bot.services.grouping.ordering import order_for
from handlers.group.buy_acting import (
    about_whom,
    acts,
    back,
    seen,
)
from handlers.group.buy_words import REFUSED


async def prepare(_: Update, context: Context) -> Reply:
    """Read the newest numbers and show the order to be confirmed. Raises `MarketplaceError`."""
    groups, asking = context.services.groups, context.session.focus.asking
    if groups is None or not isinstance(asking, BuyAsked):
        return None
    try:
        buy = await groups.quoting.prepare(BuyId(asking.buy_id), context.session.user_id)
    except BuyRefused as error:
        context.flash(REFUSED[error.why], left=error.left)
        return None
    except BillUnclear:
        context.flash("buy.no_numbers")
        return None
    if receiving.is_unpaid(buy):
        context.flash("buy.rest_to_pay")
        return None
    context.focus(asking=asking.replace(what="order"))
    return None


async def order(update: Update, context: Context) -> Reply:
    """Confirm: exactly this set and total, frozen with the order's number in one transaction."""
    buy, books = await seen(context.session, context.services)
    total = natural(context.arg)
    if buy is None or buy.organiser != context.session.user_id or total is None:
        context.flash("buy.gone")
        return None
    agreed_at = received_at.get() or context.now
    parts = parts_of(buy.taken, buy.terms)
    number, *more = [new_merchant_order_no(agreed_at) for _ in parts or ("none is left",)]
    numbers = tuple(each.number for each in buy.taken)

    def decide(there: GroupBuy, _books: Books) -> Change:
        return ordering.frozen(there, number, Fen(total), numbers, agreed_at, tuple(more))

    try:
        decide(buy, books)
        placed = [
            order_for(buy, each, agreed_at, part) for part, each in enumerate([number, *more])
        ]
    except BuyRefused as error:
        context.flash(REFUSED[error.why], left=error.left)
        return await back(update, context)
    for part, each in enumerate(placed):
        context.write(ClaimOrder(each.replace(chat_id=context.session.chat_id), part))
    context.write(ChangeBuy(buy.buy_id, decide))
    context.focus(asking=BuyAsked(buy_id=buy.buy_id))
    return None


async def rest(_: Update, context: Context) -> Reply:
    """Read the newest numbers of an order that was not made. Raises `MarketplaceError`."""
    groups, asking = context.services.groups, context.session.focus.asking
    if groups is None or not isinstance(asking, BuyAsked):
        return None
    number = MerchantOrderNo(context.arg)
    try:
        buy = await groups.quoting.requote_part(
            BuyId(asking.buy_id), context.session.user_id, number
        )
    except BuyRefused as error:
        context.flash(REFUSED[error.why], left=error.left)
        return None
    context.focus(asking=asking.replace(what="rest", about=buy.orders.index(number)))
    return None


async def order_rest(update: Update, context: Context) -> Reply:
    """Confirm the order that was not made once more, for exactly that total."""
    buy, books = await seen(context.session, context.services)
    total, part = natural(context.arg), about_whom(context)
    if buy is None or total is None or part >= len(buy.orders):
        context.flash("buy.gone")
        return None
    agreed_at = received_at.get() or context.now
    before, after = buy.orders[part], new_merchant_order_no(agreed_at)

    def decide(there: GroupBuy, _books: Books) -> Change:
        if there.organiser != context.session.user_id:
            raise BuyRefused(Why.NOT_YOURS)
        return ordering.reordered(there, before, after, Fen(total), agreed_at)

    try:
        decide(buy, books)
        placed = order_for(buy, after, agreed_at, part)
    except BuyRefused as error:
        context.flash(REFUSED[error.why], left=error.left)
        return await back(update, context)
    context.write(ClaimOrder(placed.replace(chat_id=context.session.chat_id)))
    context.write(ChangeBuy(buy.buy_id, decide))
    context.focus(asking=BuyAsked(buy_id=buy.buy_id))
    return None


async def drop(update: Update, context: Context) -> Reply:
    """Go on without an order that can't be made any more."""
    number = MerchantOrderNo(context.arg)

    def decide(buy: GroupBuy, _books: Books, context: Context) -> Change:
        return ordering.order_dropped(buy, number, context.now)

    if await acts(context, decide):
        context.flash("buy.without_done")
    return await back(update, context)
