"""Reading an old order's offers anew, before anything of it is ordered again."""

import asyncio
from collections.abc import Sequence

from bot.domain.drafts import OrderLine
from bot.domain.identifiers import OfferId
from bot.domain.offers import Offer
from bot.domain.pricing import TierScope
from bot.domain.reordering import Reordering, recheck
from bot.marketplace.errors import RefusalReason, Refused
from bot.services.finding.search import Search

_AT_ONCE = 4  # offers read at a time
_NO_SUCH_OFFER = {RefusalReason.NOT_FOUND, RefusalReason.VALIDATION, RefusalReason.UNKNOWN}


async def look_through(search: Search, lines: Sequence[OrderLine], scope: TierScope) -> Reordering:
    """Return what can be had of the lines now. Raises `MarketplaceError` unless all was read."""
    reading = asyncio.Semaphore(_AT_ONCE)

    async def read(offer_id: OfferId) -> Offer | None:
        async with reading:
            try:
                return await search.open_offer(offer_id)
            except Refused as error:
                if error.reason not in _NO_SUCH_OFFER:
                    raise
                return None

    ids = list(dict.fromkeys(line.offer_id for line in lines))
    offers = await asyncio.gather(*(read(each) for each in ids))
    return recheck(lines, dict(zip(ids, offers, strict=True)), scope)
