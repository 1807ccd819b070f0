"""Something is wrong with what was handed out: a member says it, the organiser answers."""

from collections.abc import Callable
from datetime import datetime

from telegram import Message, Update

from bot.chat.buttons import natural
from bot.chat.context import Context, Reply
from bot.chat.conversation import received_at
from bot.domain.asking import BuyAsked
from bot.domain.currencies import CNY, MoneyUnreadable, read_money
from bot.domain.group_buys import disputes
from bot.domain.group_buys.buys import Change, GroupBuy
from bot.domain.group_buys.claims import Dispute
from bot.domain.identifiers import UserId
from bot.domain.ledger import Books
from bot.domain.money import Fen
from handlers.group.buy_acting import acts, acts_for_oneself, may_act, user_about


async def complaint_typed(context: Context, _asking: BuyAsked, typed: str) -> Reply:
    """Take what a member says is wrong."""
    return await _complain(context, Dispute(text=typed, at=_now(context)))


async def complaint_pictured(context: Context, message: Message, file_id: str) -> Reply:
    """Take a picture or a file of what is wrong, with what is written below it."""
    said = (message.caption or "").strip()[:500]
    found = Dispute(text=said, file_id=file_id, is_photo=bool(message.photo), at=_now(context))
    return await _complain(context, found)


async def _complain(context: Context, dispute: Dispute) -> Reply:
    me = context.session.user_id
    done = await acts_for_oneself(context, lambda buy, _: disputes.disputed(buy, me, dispute))
    if done:
        context.flash("buy.dispute_taken")
        _to_page(context)
    return None


async def fine(_: Update, context: Context) -> Reply:
    """The member agrees with the answer."""
    me = context.session.user_id
    await acts_for_oneself(context, lambda buy, _books: disputes.dispute_ended(buy, me))
    return None


async def raise_(_: Update, context: Context) -> Reply:
    """The member does not agree: operators are told."""
    me = context.session.user_id
    operators = tuple(UserId(each) for each in sorted(context.services.access.operators))
    if await acts_for_oneself(
        context, lambda buy, _books: disputes.dispute_raised(buy, me, operators)
    ):
        context.flash("buy.dispute_raised")
    return None


async def answer_typed(context: Context, asking: BuyAsked, typed: str) -> Reply:
    """The organiser says why nothing is owed."""
    about = asking.about

    def decide(buy: GroupBuy, _books: Books, _context: Context) -> Change:
        return disputes.dispute_answered(buy, user_about(buy, about), typed)

    if await acts(context, decide):
        _to_page(context)
    return None


async def allowance_typed(context: Context, asking: BuyAsked, typed: str) -> Reply:
    """Take how many yuan the organiser gives off; they are booked once that was looked at."""
    try:
        amount = Fen(read_money(typed, CNY).units)
    except MoneyUnreadable:
        context.flash("buy.not_an_amount")
        return None
    if await may_act(context, _allowing(asking.about, amount)):
        context.focus(asking=asking.replace(what="allow_sure", amount=int(amount)))
    return None


async def allow(_: Update, context: Context) -> Reply:
    """Book the compensation that was typed and looked at: the button names it."""
    asking, amount = context.session.focus.asking, natural(context.arg)
    if not isinstance(asking, BuyAsked) or (asking.what, asking.amount) != ("allow_sure", amount):
        context.flash("buy.refused_terms")
        return None
    if await acts(context, _allowing(asking.about, Fen(asking.amount))):
        _to_page(context)
    return None


def _allowing(about: int, amount: Fen) -> Callable[[GroupBuy, Books, Context], Change]:
    def decide(buy: GroupBuy, books: Books, context: Context) -> Change:
        return disputes.allowed(buy, user_about(buy, about), amount, books, context.now)

    return decide


def _to_page(context: Context) -> None:
    asking = context.session.focus.asking
    if isinstance(asking, BuyAsked):
        context.focus(asking=BuyAsked(buy_id=asking.buy_id), page=0)


def _now(context: Context) -> datetime:
    return received_at.get() or context.now
