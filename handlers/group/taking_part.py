"""What a member does with their own part of a group buy."""

from telegram import Message, Update

from bot.chat.buttons import natural
from bot.chat.context import Context, Reply
from bot.chat.conversation import received_at
from bot.domain.asking import BuyAsked
from bot.domain.collecting import ProofKind
from bot.domain.group_buys import closing, joining
from bot.domain.group_buys.claims import SentProof
from handlers.group.buy_acting import acts_for_oneself


async def withdraw(_: Update, context: Context) -> Reply:
    """Take one's own claim back."""
    number, me = natural(context.arg) or 0, context.session.user_id
    sent_at = received_at.get() or context.now
    await acts_for_oneself(context, lambda buy, _books: joining.withdrawn(buy, me, number, sent_at))
    return None


async def agree(_: Update, context: Context) -> Reply:
    """Agree to what came out."""
    return await _answer(context, agrees=True)


async def disagree(_: Update, context: Context) -> Reply:
    """Leave the buy rather than pay that."""
    return await _answer(context, agrees=False)


async def photo(update: Update, context: Context) -> Reply:
    """A picture or a file of the transfer."""
    message = update.effective_message
    if message is None:
        return None
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
        context, lambda buy, _: closing.proof_sent(buy, me, proof, detail)
    )
    asking = context.session.focus.asking
    if done and isinstance(asking, BuyAsked):
        context.flash("buy.proof_taken")
        context.focus(asking=BuyAsked(buy_id=asking.buy_id))
    return None


async def _answer(context: Context, *, agrees: bool) -> Reply:
    me, now = context.session.user_id, received_at.get() or context.now
    await acts_for_oneself(
        context,
        lambda buy, books: closing.answered(buy, me, agrees=agrees, books=books, now=now),
    )
    return None
