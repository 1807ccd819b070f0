"""What a member does with their own part of a group buy."""

from telegram import Message, Update

from bot.chat.buttons import natural
from bot.chat.context import Context, Reply
from bot.chat.conversation import received_at
from bot.chat.texts import cut
from bot.domain.asking import BuyAsked
from bot.domain.collecting import ProofKind
from bot.domain.group_buys import confirming, joining, receiving
from bot.domain.group_buys.buys import Change, GroupBuy
from bot.domain.group_buys.claims import SentProof
from bot.domain.ledger import Books
from bot.domain.money import Fen
from handlers.group.buy_acting import acts_for_oneself, back, seen
from handlers.group.complaining import complaint_pictured
from handlers.group.joining import read_ceiling


async def withdraw(_: Update, context: Context) -> Reply:
    """Take one's own claim back."""
    number, me = natural(context.arg) or 0, context.session.user_id
    sent_at = received_at.get() or context.now
    if await acts_for_oneself(
        context, lambda buy, _books: joining.withdrawn(buy, me, number, sent_at)
    ):
        asking = context.session.focus.asking
        if isinstance(asking, BuyAsked):
            context.focus(asking=BuyAsked(buy_id=asking.buy_id))
    return None


async def agree(update: Update, context: Context) -> Reply:
    """Agree to what came out."""
    return await _answer(update, context, agrees=True)


async def disagree(update: Update, context: Context) -> Reply:
    """Leave the buy rather than pay that."""
    return await _answer(update, context, agrees=False)


async def renew(_: Update, context: Context) -> Reply:
    """Agree to the terms as they are now."""
    me, number = context.session.user_id, natural(context.arg) or 0
    sent_at = received_at.get() or context.now
    await acts_for_oneself(context, lambda buy, _books: joining.renewed(buy, me, number, sent_at))
    return None


async def give_up(_: Update, context: Context) -> Reply:
    """Say, while the time to pay runs, that one won't: one is out at once."""
    me, now = context.session.user_id, received_at.get() or context.now
    if await acts_for_oneself(
        context, lambda buy, books: receiving.given_up_by(buy, me, books, now)
    ):
        context.flash("buy.given_up")
        return await back(_, context)
    return None


async def fewer_typed(context: Context, asking: BuyAsked, typed: str) -> Reply:
    """Take fewer pieces, and keep one's place."""
    pieces = natural(cut(typed, 9))
    if pieces is None:
        context.flash("buy.not_a_number")
        return None
    return await _lessen(context, asking, pieces=pieces)


async def limit_typed(context: Context, asking: BuyAsked, typed: str) -> Reply:
    """Agree to another price a piece."""
    buy, _books = await seen(context.session, context.services)
    most = read_ceiling(typed, buy.terms) if buy is not None else None
    if most is None:
        context.flash("buy.not_an_amount")
        return None
    return await _lessen(context, asking, ceiling=most)


async def _lessen(
    context: Context, asking: BuyAsked, pieces: int | None = None, ceiling: Fen | None = None
) -> Reply:
    me, number = context.session.user_id, asking.about
    sent_at = received_at.get() or context.now

    def decide(buy: GroupBuy, _books: Books) -> Change:
        claim = buy.claim(number)
        return joining.lessened(
            buy,
            me,
            number,
            claim.pieces if pieces is None else pieces,
            claim.ceiling if ceiling is None else ceiling,
            sent_at,
        )

    if await acts_for_oneself(context, decide):
        context.flash("buy.changed")
        context.focus(asking=BuyAsked(buy_id=asking.buy_id))
    return None


async def photo(update: Update, context: Context) -> Reply:
    """A picture or a file: of the transfer, or of what is wrong with the goods."""
    message, asking = update.effective_message, context.session.focus.asking
    if message is None:
        return None
    if isinstance(asking, BuyAsked) and asking.what == "dispute":
        found = message.photo[-1] if message.photo else message.document
        return await complaint_pictured(context, message, found.file_id) if found else None
    if message.photo:
        largest = message.photo[-1]
        ids = {"file_id": largest.file_id, "file_unique_id": largest.file_unique_id}
        return await prove(context, message, ProofKind.PHOTO, **ids)
    if message.document:
        found = message.document
        ids = {"file_id": found.file_id, "file_unique_id": found.file_unique_id}
        return await prove(context, message, ProofKind.FILE, **ids)
    return None


async def prove(context: Context, message: Message, kind: ProofKind, **sent: str) -> Reply:
    """Take what shows that one has paid; an edited message is none."""
    me = context.session.user_id
    proof = SentProof(kind=kind, at=message.date, **sent)
    detail = f"{me}-{message.message_id}"
    done = await acts_for_oneself(
        context, lambda buy, _: receiving.proof_sent(buy, me, proof, detail)
    )
    asking = context.session.focus.asking
    if done and isinstance(asking, BuyAsked):
        context.flash("buy.proof_taken")
        context.focus(asking=BuyAsked(buy_id=asking.buy_id))
    return None


async def _answer(update: Update, context: Context, *, agrees: bool) -> Reply:
    me, now = context.session.user_id, received_at.get() or context.now
    if await acts_for_oneself(
        context,
        lambda buy, books: confirming.answered(buy, me, agrees=agrees, books=books, now=now),
    ):
        context.flash("buy.agreed" if agrees else "buy.given_up")
    return await back(update, context)
