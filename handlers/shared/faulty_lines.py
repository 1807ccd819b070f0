"""Which lines of an order a refusal is about: the marketplace does not say it of a preview."""

import html
from collections.abc import Sequence

from bot.chat.context import Context
from bot.chat.units import counted
from bot.domain.drafts import OrderLine
from bot.domain.identifiers import OfferId
from bot.domain.offers import Offer
from bot.domain.quantities import stock_of
from bot.marketplace.errors import MarketplaceError, RefusalReason, Refused

_MOST_OFFERS_READ = 5
BLAMES_LINES = {
    RefusalReason.NOT_TRADABLE,
    RefusalReason.SPEC_MISMATCH,
    RefusalReason.OTHER_SELLER,
    RefusalReason.OUT_OF_STOCK,
}


async def at_fault(context: Context, order: Sequence[OrderLine]) -> list[str]:
    """Return what is wrong with an order's lines now; empty when that can't be told.

    Lines are numbered as the draft has them.
    """
    t, draft = context.t, context.session.draft
    found: list[str] = []
    offers: dict[OfferId, Offer | None] = {}
    for number, line in enumerate(draft.lines, 1):
        if line not in order:
            continue
        if line.offer_id not in offers:
            if len(offers) == _MOST_OFFERS_READ:
                break
            try:
                offers[line.offer_id] = await context.services.search.open_offer(line.offer_id)
            except Refused:
                offers[line.offer_id] = None
            except MarketplaceError:
                # The refusal itself is told; its details can wait until the next try.
                break
        offer = offers[line.offer_id]
        sku = offer.sku(line.sku_id) if offer else None
        if offer is None or not offer.on_sale or (line.spec_id and sku is None):
            found.append(t("refusal.line_gone", number=number))
        elif stock_of(offer, sku) < line.quantity:
            stock = counted(t, stock_of(offer, sku), offer.unit)
            found.append(t("refusal.line_short", number=number, stock=stock))
    return [html.unescape(each) for each in found]
