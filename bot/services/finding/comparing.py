"""Several hits side by side, at one quantity and one address. Reads only."""

import asyncio
import time
from collections.abc import Callable, Sequence

import structlog

from bot.domain.addresses import Address
from bot.domain.drafts import OrderLine
from bot.domain.identifiers import OfferId
from bot.domain.model import Value
from bot.domain.money import Fen
from bot.domain.offers import Offer, OfferSummary, QuoteType, Sku
from bot.domain.pricing import unit_price
from bot.marketplace.errors import MarketplaceError
from bot.services.finding.freight import Freight
from bot.services.finding.search import Search
from bot.services.finding.shared_reads import SharedReads
from bot.services.waiting import waiting

MOST_COMPARED = 5
PATIENCE = 8.0
"""Seconds; what is not read by then is shown as not known."""

_LIFE = 300.0  # seconds: another quantity of the same goods reads nothing again
_MOST = 500
_log = structlog.get_logger(__name__)


class Compared(Value):
    """One of them. What the marketplace or the seller did not say is None.

    `quantity` is what was asked for, or the seller's minimum where that is more. `price` is for
    one unit and `freight` for all of them, in fen; `lowest` when other variants cost more.
    """

    hit: OfferSummary
    offer: Offer | None = None
    quantity: int | None = None
    price: Fen | None = None
    lowest: bool = False
    freight: Fen | None = None

    @property
    def goods(self) -> Fen | None:
        """What the quantity costs in fen, without freight."""
        if self.price is None or self.quantity is None:
            return None
        return Fen(self.price * self.quantity)


class Comparing:
    """At most two calls for each of `MOST_COMPARED` hits; none for what was just compared."""

    def __init__(
        self,
        search: Search,
        freight: Freight,
        *,
        patience: float = PATIENCE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._search = search
        self._freight = freight
        self._patience = patience
        self._offers: SharedReads[OfferId, Offer] = SharedReads(_MOST, _LIFE, clock)

    async def compare(
        self, hits: Sequence[OfferSummary], quantity: int | None, address: Address | None
    ) -> tuple[Compared, ...]:
        """Return the first hits at `quantity`, by default the largest of their minimums.

        Raises `MarketplaceError` when none of them could be read.
        """
        some = hits[:MOST_COMPARED]
        async with waiting():
            offers = await asyncio.gather(*(self._read(hit.offer_id) for hit in some))
            read = [each for each in offers if isinstance(each, Offer)]
            if not read:
                raise next(each for each in offers if isinstance(each, MarketplaceError))
            wanted = quantity or max(each.min_order_quantity for each in read)
            pairs = zip(some, offers, strict=True)
            return tuple(
                await asyncio.gather(
                    *(
                        self._priced(hit, offer, wanted, address)
                        if isinstance(offer, Offer)
                        else _unread(hit)
                        for hit, offer in pairs
                    )
                )
            )

    async def close(self) -> None:
        """Give up what is under way."""
        await self._offers.close()

    async def _read(self, offer_id: OfferId) -> Offer | MarketplaceError:
        try:
            async with asyncio.timeout(self._patience):
                return await self._offers.get(offer_id, lambda: self._search.open_offer(offer_id))
        except TimeoutError:
            return MarketplaceError("no answer in time", endpoint="offer")
        except MarketplaceError as error:
            _log.info("not_compared", offer_id=str(offer_id), error=type(error).__name__)
            return error

    async def _priced(
        self, hit: OfferSummary, offer: Offer, wanted: int, address: Address | None
    ) -> Compared:
        quantity = max(wanted, offer.min_order_quantity)
        sku, lowest = _cheapest(offer)
        price = unit_price(offer, sku, quantity)
        freight = None
        if address is not None and offer.on_sale and offer.stock:
            line = OrderLine(
                offer_id=offer.offer_id,
                sku_id=sku.sku_id if sku else None,
                spec_id=sku.spec_id if sku else None,
                title=offer.title,
                quantity=quantity,
            )
            freight = await self._freight.estimate([line], address)
        return Compared(
            hit=hit, offer=offer, quantity=quantity, price=price, lowest=lowest, freight=freight
        )


async def _unread(hit: OfferSummary) -> Compared:
    return Compared(hit=hit)


def _cheapest(offer: Offer) -> tuple[Sku | None, bool]:
    """Return the variant to reckon with, and whether others cost more."""
    there = [each for each in offer.skus if each.stock] or list(offer.skus)
    if not there or offer.quote_type is not QuoteType.BY_SKU:
        return (there[0] if there else None), False
    priced = [(each.price, each) for each in there if each.price is not None]
    if not priced:
        return there[0], False
    least = min(price for price, _ in priced)
    cheapest = next(each for price, each in priced if price == least)
    return cheapest, any(price > least for price, _ in priced)
