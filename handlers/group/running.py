"""What the organiser of a group buy does with it, from the lock to the closed books."""

import asyncio
import html
from collections.abc import Callable
from dataclasses import replace

from telegram import Update

from bot.chat.buttons import natural
from bot.chat.context import Context, Reply
from bot.chat.conversation import received_at
from bot.chat.texts import cut
from bot.domain.asking import BuyAsked
from bot.domain.collecting import LONGEST_PROOF, ProofKind
from bot.domain.currencies import Money, MoneyUnreadable, read_money
from bot.domain.group_buys import ending, fulfilling, joining, minimum, ordering, receiving
from bot.domain.group_buys.bills import BillUnclear
from bot.domain.group_buys.buys import BuyRefused, Change, GroupBuy, Why
from bot.domain.group_buys.claims import Consent
from bot.domain.group_buys.news import NewsOf
from bot.domain.group_buys.parts import parts_of
from bot.domain.identifiers import BuyId, MerchantOrderNo, new_merchant_order_no
from bot.domain.ledger import Books
from bot.domain.money import Fen
from bot.domain.writes import ChangeBuy, ClaimOrder
from bot.services.grouping.ordering import order_for
from bot.services.grouping.sheets import packing_list, reconciliation
from handlers.group.buy_acting import (
    about_whom,
    acts,
    back,
    claims_about,
    key_of,
    seen,
    user_about,
)
from handlers.group.buy_words import REFUSED
from handlers.group.settling import labels
from handlers.group.terms_words import buy_title
from handlers.shared.files import send_made, sent_again


def _organising(decide: Callable[[GroupBuy, Books, Context], Change]) -> Callable:  # type: ignore[type-arg]
    """Return a callback by which an organiser changes their buy as `decide` says."""

    async def act(_: Update, context: Context) -> Reply:
        if await acts(context, decide):
            return await back(_, context)
        return None

    return act


def _locked(buy: GroupBuy, _books: Books, context: Context) -> Change:
    """Close it: whoever presses sees that on the page, and is told only at a deadline."""
    change = joining.locked(buy, context.now)
    news = (each for each in change.news if each.kind is not NewsOf.LOCKED)
    return replace(change, news=tuple(news))


lock = _organising(_locked)


pause = _organising(lambda buy, _, context: joining.paused(buy, context.now))


resume = _organising(lambda buy, _, context: joining.resumed(buy, context.now))


leave_out = _organising(lambda buy, books, context: receiving.lapse_unpaid(buy, books, context.now))


cancel_buy = _organising(lambda buy, books, context: ending.cancelled(buy, books, context.now))


settle = _organising(lambda buy, _, context: fulfilling.settling(buy, context.now))


close = _organising(lambda buy, books, context: fulfilling.closed(buy, books, context.now))


async def top_up(_: Update, context: Context) -> Reply:
    """Take what is missing on the organiser's own account."""

    def decide(buy: GroupBuy, _books: Books, context: Context) -> Change:
        after = buy
        for spec, pieces in minimum.to_take(buy).items():
            consent = Consent(
                terms=buy.terms.number, goods=Fen(0), freight=Fen(0), fee_ppm=0, at=context.now
            )
            after = minimum.topped_up(after, consent, spec, pieces).buy
        return Change(after.replace(again_at=None))

    await acts(context, decide)
    return None


async def receive(_: Update, context: Context) -> Reply:
    """The organiser saw come in exactly what the button says. It is refused once more is owed."""
    shown = natural(context.arg)

    def exactly(owed: Money) -> Money:
        if owed.units != shown:
            raise BuyRefused(Why.TERMS)
        return owed

    await _receive(context, exactly)
    return None


async def nothing(_: Update, context: Context) -> Reply:
    """The organiser saw nothing come in."""
    about, key = about_whom(context), key_of(context)

    def decide(buy: GroupBuy, _books: Books, _context: Context) -> Change:
        return receiving.proof_declined(buy, user_about(buy, about), key)

    if await acts(context, decide):
        context.flash("buy.nothing_came")
        return await back(_, context)
    return None


async def send_back(_: Update, context: Context) -> Reply:
    """The organiser sent back what the button says. It is refused once another sum is owed."""
    about, key, shown = about_whom(context), key_of(context), natural(context.arg)

    def decide(buy: GroupBuy, books: Books, context: Context) -> Change:
        user = user_about(buy, about)
        owed = -books.account_of(buy.account_of(user), buy.terms.rate.currency).balance
        if owed.units != shown:
            raise BuyRefused(Why.TERMS)
        return fulfilling.sent_back(buy, user, owed, key, books, context.now)

    if await acts(context, decide):
        return await back(_, context)
    return None


async def hand(_: Update, context: Context) -> Reply:
    """Tick a member off."""
    about = natural(context.arg) or 0

    def decide(buy: GroupBuy, _books: Books, context: Context) -> Change:
        return fulfilling.handed(buy, user_about(buy, about), context.now)

    await acts(context, decide)
    return None


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


async def see(_: Update, context: Context) -> Reply:
    """Send the organiser the picture or file that a member sent."""
    buy, _books = await seen(context.session, context.services)
    about = about_whom(context)
    claims = claims_about(buy, about) if buy and buy.organiser == context.session.user_id else ()
    if context.arg == "dispute":
        sent = [(each.dispute.file_id, each.dispute.is_photo) for each in claims if each.dispute]
    else:
        found = [each.proof for each in claims if each.proof is not None]
        sent = [(each.file_id, each.kind is ProofKind.PHOTO) for each in found]
    file_id, is_photo = next((each for each in sent if each[0]), ("", False))
    if not file_id:
        context.flash("buy.gone")
        return None
    chat_id = context.session.chat_id
    bot = context.bot
    return await sent_again(
        context,
        bot.send_photo(chat_id, file_id) if is_photo else bot.send_document(chat_id, file_id),
        gone="buy.file_gone",
    )


async def sheet(_: Update, context: Context) -> Reply:
    """Send a spreadsheet, made off the event loop."""
    buy, books = await seen(context.session, context.services)
    if buy is None or buy.organiser != context.session.user_id:
        context.flash("buy.gone")
        return None
    if context.arg == "labels":
        return await labels(context, buy)
    t = context.t

    def word(name: str) -> str:
        return html.unescape(t(_COLUMNS.get(name, "buy.column_other")))

    if context.arg == "packing":
        content = await asyncio.to_thread(packing_list, buy, word)
    else:
        content = await asyncio.to_thread(reconciliation, buy, books, word)
    kind = "packing" if context.arg == "packing" else "money"
    caption = t(_CAPTIONS[kind], title=buy_title(t, buy.terms))
    return await send_made(context, content, f"{kind}-{buy.buy_id}.xlsx", caption)


_CAPTIONS = {"packing": "buy.packing_caption", "money": "buy.money_caption"}
_COLUMNS = {
    "packing": "buy.column_packing",
    "money": "buy.column_money",
    "order": "buy.column_order",
    "tick": "buy.column_tick",
    "person": "buy.column_person",
    "username": "buy.column_username",
    "variant": "buy.column_variant",
    "pieces": "buy.column_pieces",
    "short": "buy.column_short",
    "claimed": "buy.column_claimed",
    "unit": "buy.column_unit",
    "abroad": "buy.column_abroad",
    "allowed": "buy.column_allowed",
    "refunded": "buy.column_refunded",
    "sum": "buy.column_sum",
    "product": "buy.column_product",
    "arrived": "buy.column_arrived",
    "spare": "buy.column_spare",
    "offer": "buy.column_offer",
    "goods": "buy.column_goods",
    "freight": "buy.column_freight",
    "fee": "buy.column_fee",
    "total": "buy.column_total",
    "currency": "buy.column_currency",
    "charged": "buy.column_charged",
    "received": "buy.column_received",
    "balance": "buy.column_balance",
    "shares": "buy.column_shares",
    "borne": "buy.column_borne",
    "marketplace_total": "buy.column_marketplace_total",
    "difference": "buy.column_difference",
    "books_difference": "buy.column_books_difference",
    "account_customer": "buy.account_customer",
    "account_fee": "buy.account_fee",
    "account_marketplace": "buy.account_marketplace",
    "account_cash": "buy.account_cash",
    "account_exchange": "buy.account_exchange",
    "account_rounding": "buy.account_rounding",
    "account_loss": "buy.account_loss",
    "account_gain": "buy.account_gain",
}


async def amount_typed(context: Context, asking: BuyAsked, typed: str) -> Reply:
    """Book the amount that the organiser saw come in."""
    buy, _ = await seen(context.session, context.services)
    if buy is None:
        context.flash("buy.gone")
        return None
    try:
        amount = read_money(typed, buy.terms.rate.currency)
    except MoneyUnreadable:
        context.flash("buy.not_an_amount")
        return None
    context.focus(asking=asking.replace(what="member"))
    await _receive(context, lambda _owed: amount)
    return None


async def _receive(context: Context, came_in: Callable[[Money], Money]) -> None:
    about, key = about_whom(context), key_of(context)

    def decide(buy: GroupBuy, books: Books, context: Context) -> Change:
        user = user_about(buy, about)
        owed = books.account_of(buy.account_of(user), buy.terms.rate.currency).balance
        return receiving.paid(buy, user, came_in(owed), key, books, context.now)

    if await acts(context, decide):
        asking = context.session.focus.asking
        if isinstance(asking, BuyAsked):
            context.focus(asking=BuyAsked(buy_id=asking.buy_id))


async def reason_typed(context: Context, asking: BuyAsked, typed: str) -> Reply:
    """Write a balance off for that reason."""
    if not typed:
        return None
    about, reason = asking.about, cut(typed, LONGEST_PROOF)

    def decide(buy: GroupBuy, books: Books, context: Context) -> Change:
        return fulfilling.given_up(buy, user_about(buy, about), reason, books, context.now)

    if await acts(context, decide):
        context.focus(asking=BuyAsked(buy_id=asking.buy_id))
    return None


async def removed_typed(context: Context, asking: BuyAsked, typed: str) -> Reply:
    """Take a claim out, for a reason that its person is shown."""
    number = asking.about

    def decide(buy: GroupBuy, _books: Books, _context: Context) -> Change:
        return joining.removed(buy, number, typed)

    if await acts(context, decide):
        context.focus(asking=BuyAsked(buy_id=asking.buy_id, what="people"), page=0)
    return None
