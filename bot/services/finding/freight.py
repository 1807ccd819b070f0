"""Freight before there is a quote: estimates that never hold a screen up (contract 4.8)."""

import asyncio
import time
from collections.abc import Callable, Sequence

import structlog

from bot.domain.addresses import Address
from bot.domain.drafts import OrderLine
from bot.domain.identifiers import OfferId, SkuId
from bot.domain.money import Fen
from bot.domain.recent import Recent
from bot.marketplace.errors import MarketplaceError
from bot.marketplace.port import Marketplace
from bot.services.finding.shared_reads import SharedReads
from bot.services.waiting import waiting

PATIENCE = 1.5
"""Seconds that a screen waits for an estimate; one that comes later serves the next screen."""

_LIFE = 600.0  # seconds; templates of sellers change rarely, and the quote binds
_PAUSE_AFTER_FAILURE = 60.0
_PAUSE_WHEN_SLOW = 15.0
_MOST = 2_000
_log = structlog.get_logger(__name__)

_Goods = tuple[OfferId, str, tuple[tuple[SkuId | None, int], ...]]


class Freight:
    """Reads only. Whatever goes wrong is logged, and the screen goes without its estimate."""

    def __init__(
        self,
        marketplace: Marketplace,
        *,
        patience: float = PATIENCE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._marketplace = marketplace
        self._patience = patience
        self._clock = clock
        self._reads: SharedReads[_Goods, Fen] = SharedReads(_MOST, _LIFE, clock)
        self._failed: Recent[_Goods, float] = Recent(_MOST)
        self._slow_until = 0.0

    async def estimate(self, lines: Sequence[OrderLine], address: Address) -> Fen | None:
        """Return the freight of all lines in fen, 0 when it is free, None when it isn't known.

        Each offer is asked for on its own, as its seller's template counts it; what lies in one
        parcel may cost less. Answers within `patience` seconds, all offers together.
        """
        offers: dict[OfferId, list[OrderLine]] = {}
        for line in lines:
            offers.setdefault(line.offer_id, []).append(line)
        async with waiting():
            each = await asyncio.gather(
                *(self._of_offer(some, address) for some in offers.values())
            )
        known = [fen for fen in each if fen is not None]
        return Fen(sum(known)) if known and len(known) == len(each) else None

    async def close(self) -> None:
        """Give up what is under way."""
        await self._reads.close()

    async def _of_offer(self, lines: Sequence[OrderLine], address: Address) -> Fen | None:
        goods = _goods(lines, address)
        if not self._reads.is_fresh(goods) and self._rests(goods):
            return None
        try:
            async with asyncio.timeout(self._patience):
                return await self._reads.get(goods, lambda: self._ask(lines, address))
        except TimeoutError:
            self._slow_until = self._clock() + _PAUSE_WHEN_SLOW
            _log.info("freight_estimate_slow", offer_id=str(lines[0].offer_id))
        except MarketplaceError as error:
            self._failed.put(goods, self._clock())
            reason = type(error).__name__
            _log.info("freight_estimate_failed", offer_id=str(lines[0].offer_id), error=reason)
        return None

    async def _ask(self, lines: Sequence[OrderLine], address: Address) -> Fen:
        return (await self._marketplace.estimate_freight(lines, address)).freight

    def _rests(self, goods: _Goods) -> bool:
        """Tell whether asking now would only keep the next screen waiting for nothing."""
        now, failed = self._clock(), self._failed.get(goods)
        return now < self._slow_until or (
            failed is not None and now - failed < _PAUSE_AFTER_FAILURE
        )


def _goods(lines: Sequence[OrderLine], address: Address) -> _Goods:
    """What an estimate depends on; nothing personal but the district."""
    quantities: dict[SkuId | None, int] = {}
    for line in lines:
        quantities[line.sku_id] = quantities.get(line.sku_id, 0) + line.quantity
    counted = tuple(sorted(quantities.items(), key=lambda pair: pair[0] or 0))
    return lines[0].offer_id, address.district_code, counted
