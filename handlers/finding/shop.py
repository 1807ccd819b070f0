"""More from one seller: their goods as results, with a way back to the offer (contract 4.6)."""

from telegram import Update

from bot.chat.context import Context, Reply
from bot.domain.identifiers import SellerId
from bot.domain.sessions import Query, Step
from handlers.finding import search

_LONGEST = 64


async def shop(_: Update, context: Context) -> Reply:
    """Show a seller's goods: of the id in the button, else of the offer that is looked at."""
    session = context.session
    if session.step is Step.PLACING:
        return None
    offer = await context.offer() if session.step is Step.OFFER else None
    named = SellerId(context.arg) if _is_id(context.arg) else None
    seller_id = named or (offer.seller.seller_id if offer else None)
    if seller_id is None:
        return None
    if offer is not None and offer.seller.seller_id != seller_id:
        offer = None
    before = session.query
    if before is not None and before.seller_id == seller_id:
        before = before.before
    query = Query(
        seller_id=seller_id,
        of_offer=offer.offer_id if offer else None,
        before=before.replace(before=None) if before and offer else None,
    )
    return await search.look_for(context, query)


def _is_id(text: str) -> bool:
    return 0 < len(text) <= _LONGEST and text.isascii() and text.isprintable() and " " not in text


async def back_to_offer(_: Update, context: Context) -> Reply:
    """Return to the offer that the seller's goods were opened from, and to its own search."""
    query = context.session.query
    if query is None or query.of_offer is None:
        return None
    before = query.before
    step = await search.open_offer(context, query.of_offer)
    if step is not None and before is not None:
        # The stored page is the shop's: the one of before is read again when it is asked for.
        context.change(query=before.replace(unread=True))
    return step
