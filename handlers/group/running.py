"""What the organiser of a group buy does with it, from the lock to the closed books."""

from collections.abc import Callable
from dataclasses import replace

from telegram import Update

from bot.chat.buttons import natural
from bot.chat.context import Context, Reply
from bot.domain.asking import BuyAsked
from bot.domain.group_buys import ending, fulfilling, joining, minimum, receiving
from bot.domain.group_buys.buys import Change, GroupBuy
from bot.domain.group_buys.claims import ClaimState, Consent
from bot.domain.group_buys.news import NewsOf
from bot.domain.ledger import Books
from bot.domain.money import Fen
from handlers.group.buy_acting import (
    acts,
    back,
    claims_about,
    seen,
    user_about,
)


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


async def top_up(update: Update, context: Context) -> Reply:
    """Take what is missing on the organiser's own account."""

    def decide(buy: GroupBuy, _books: Books, context: Context) -> Change:
        after = buy
        for spec, pieces in minimum.to_take(buy).items():
            consent = Consent(
                terms=buy.terms.number, goods=Fen(0), freight=Fen(0), fee_ppm=0, at=context.now
            )
            after = minimum.topped_up(after, consent, spec, pieces).buy
        return Change(after.replace(again_at=None))

    if await acts(context, decide):
        return await back(update, context)
    return None


async def hand(_: Update, context: Context) -> Reply:
    """Tick a member off."""
    about = natural(context.arg) or 0
    buy, _books = await seen(context.session, context.services)
    claims = claims_about(buy, about) if buy is not None else ()
    waiting = [each for each in claims if each.state is ClaimState.ARRIVED]

    def decide(buy: GroupBuy, _books: Books, context: Context) -> Change:
        return fulfilling.handed(buy, user_about(buy, about), context.now)

    if await acts(context, decide) and waiting:
        name = claims[0].name or claims[0].username or str(about)
        context.flash("buy.label_ticked", name=name, count=sum(each.served for each in waiting))
    return None


async def not_handed(_: Update, context: Context) -> Reply:
    """Take a tick back: the goods of whoever was ticked off by mistake still wait."""
    about = natural(context.arg) or 0
    buy, _books = await seen(context.session, context.services)
    claims = claims_about(buy, about) if buy is not None else ()

    def decide(buy: GroupBuy, _books: Books, context: Context) -> Change:
        return fulfilling.not_handed(buy, user_about(buy, about), context.now)

    if await acts(context, decide):
        name = claims[0].name or claims[0].username if claims else ""
        context.flash("buy.not_handed", name=name or str(about))
    return None


async def removed_typed(context: Context, asking: BuyAsked, typed: str) -> Reply:
    """Take a claim out, for a reason that its person is shown."""
    number = asking.about

    def decide(buy: GroupBuy, _books: Books, _context: Context) -> Change:
        return joining.removed(buy, number, typed)

    if await acts(context, decide):
        context.focus(asking=BuyAsked(buy_id=asking.buy_id, what="people"), page=0)
    return None
