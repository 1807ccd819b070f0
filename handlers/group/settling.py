"""What an organiser settles after the order: second instalment, refunds, resale, labels."""

from collections.abc import Callable

from telegram import Update

from bot.chat.buttons import natural
from bot.chat.context import Context, Reply
from bot.domain.asking import BuyAsked
from bot.domain.currencies import CNY, Money, MoneyUnreadable, read_money
from bot.domain.group_buys import fulfilling, receiving
from bot.domain.group_buys.buys import Change, GroupBuy
from bot.domain.group_buys.claims import ClaimState
from bot.domain.identifiers import BuyId
from bot.domain.ledger import Books
from bot.domain.money import Fen
from bot.domain.sessions import Step
from handlers.group.buy_acting import acts, claims_about, key_of, may_act, returning, seen

HAND_OUT = "h1-"
"""What the payload of a label's link begins with: buy and person, for the organiser alone."""

SURE = {"abroad_sure": fulfilling.abroad, "refund_sure": fulfilling.seller_refunded}
"""What is booked of a sum that was typed, by the second look at it."""


async def abroad_typed(context: Context, asking: BuyAsked, typed: str) -> Reply:
    """Take what carrying the goods on costs; it is charged once that was looked at."""
    return await _look_at(context, asking, "abroad_sure", typed)


async def refund_typed(context: Context, asking: BuyAsked, typed: str) -> Reply:
    """Take what the seller sent back; it is booked once that was looked at."""
    return await _look_at(context, asking, "refund_sure", typed)


async def _look_at(context: Context, asking: BuyAsked, what: str, typed: str) -> Reply:
    amount = _yuan(context, typed)
    if amount is not None and await may_act(context, _booking(what, amount)):
        context.focus(asking=asking.replace(what=what, about=int(amount)))
    return None


async def sure(_: Update, context: Context) -> Reply:
    """Book the sum that was typed and looked at: the button names it."""
    asking, amount = context.session.focus.asking, natural(context.arg)
    if not isinstance(asking, BuyAsked) or asking.about != amount or asking.what not in SURE:
        context.flash("buy.refused_terms")
        return None
    return await _done(context, await acts(context, _booking(asking.what, Fen(amount))))


def _booking(what: str, amount: Fen) -> Callable[[GroupBuy, Books, Context], Change]:
    def decide(buy: GroupBuy, books: Books, context: Context) -> Change:
        return SURE[what](buy, amount, books, context.now)

    return decide


async def sold_typed(context: Context, asking: BuyAsked, typed: str) -> Reply:
    """What nobody fetched was sold on, for so much."""
    buy, _books = await seen(context.session, context.services)
    if buy is None:
        context.flash("buy.gone")
        return None
    try:
        proceeds: Money = read_money(typed, buy.terms.rate.currency)
    except MoneyUnreadable:
        context.flash("buy.not_an_amount")
        return None
    about = asking.about

    def decide(buy: GroupBuy, books: Books, context: Context) -> Change:
        return fulfilling.resold(buy, about, proceeds, books, context.now)

    return await _done(context, await acts(context, decide))


async def remind(_: Update, context: Context) -> Reply:
    """Remind those who owe something, and nobody else."""
    key = key_of(context)

    def decide(buy: GroupBuy, books: Books, _context: Context) -> Change:
        return receiving.reminded(buy, books, key)

    if await acts(context, decide):
        context.flash("buy.reminded")
    return None


def payload_in(arguments: list[str] | None) -> tuple[str, int] | None:
    """Return the buy's token and the claim that a label's link names; None for another link."""
    first = arguments[0] if arguments else ""
    if not first.startswith(HAND_OUT):
        return None
    token, _, number = first.removeprefix(HAND_OUT).rpartition("-")
    return (token, int(number)) if token and number.isascii() and number.isdecimal() else None


async def scanned(context: Context, token: str, number: int) -> Reply:
    """A label was scanned: the organiser's phone ticks the hand-out off, nobody else's does."""
    if context.session.step is Step.PLACING:
        context.flash("placing.wait")
        return None
    found = await context.services.store.group_buys.head(token)
    if found is None or found.organiser != context.session.user_id:
        context.flash("buy.label_not_yours")
        return Step.START
    context.focus(asking=BuyAsked(buy_id=found.buy_id), return_to=returning(context), page=0)
    buy = await context.services.store.group_buys.buy(BuyId(found.buy_id))
    claims = claims_about(buy, number) if buy is not None else ()
    if not claims:
        context.flash("buy.gone")
        return Step.BUY
    name = claims[0].name or claims[0].username or str(number)
    waiting = [each for each in claims if each.state is ClaimState.ARRIVED]
    if not waiting:
        handed = any(each.state is ClaimState.HANDED for each in claims)
        context.flash("buy.label_done" if handed else "buy.label_nothing", name=name)
        return Step.BUY
    user = claims[0].user_id

    def decide(buy: GroupBuy, _books: Books, context: Context) -> Change:
        return fulfilling.handed(buy, user, context.now)

    if await acts(context, decide):
        context.flash("buy.label_ticked", name=name, count=sum(each.served for each in waiting))
    return Step.BUY


def _yuan(context: Context, typed: str) -> Fen | None:
    try:
        return Fen(read_money(typed, CNY).units)
    except MoneyUnreadable:
        context.flash("buy.not_an_amount")
        return None


async def _done(context: Context, done: bool) -> Reply:  # noqa: FBT001 - whether it was done
    asking = context.session.focus.asking
    if done and isinstance(asking, BuyAsked):
        context.focus(asking=BuyAsked(buy_id=asking.buy_id), page=0)
    return None
