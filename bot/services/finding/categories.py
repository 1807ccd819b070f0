"""The marketplace's categories, read level by level and kept in memory (contract 4.5)."""

import time
from collections.abc import Callable, Sequence

import structlog

from bot.domain.finding import ROOT_CATEGORY, Category
from bot.domain.identifiers import CategoryId
from bot.marketplace.errors import MarketplaceError
from bot.marketplace.port import Marketplace
from bot.services.finding.shared_reads import SharedReads

_LIFE = 6 * 3600.0  # seconds; the tree changes a few times a year
_MOST = 2_000  # categories whose children are kept
_log = structlog.get_logger(__name__)


class NoSuchCategory(Exception):
    """The tree has no such path: the category was moved or withdrawn, or there never was one."""


class Categories:
    """Reads only. What was read once outlives an outage of the marketplace."""

    def __init__(
        self, marketplace: Marketplace, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._marketplace = marketplace
        self._reads: SharedReads[CategoryId, tuple[Category, ...]] = SharedReads(
            _MOST, _LIFE, clock
        )

    async def below(self, path: Sequence[Category]) -> tuple[Category, ...]:
        """Return what lies directly below the end of a path. Raises `MarketplaceError`."""
        parent = path[-1].category_id if path else ROOT_CATEGORY
        try:
            return await self._reads.get(parent, lambda: self._marketplace.categories(parent))
        except MarketplaceError as error:
            last = self._reads.last(parent)
            if last is None:
                raise
            _log.warning("categories_not_refreshed", error=type(error).__name__)
            return last

    async def path(self, ids: Sequence[CategoryId]) -> tuple[Category, ...]:
        """Return the categories from the root down by their ids.

        Raises `NoSuchCategory` when one does not lie below the one before it, or
        `MarketplaceError`.
        """
        walked: tuple[Category, ...] = ()
        for wanted in ids:
            below = await self.below(walked)
            found = next((each for each in below if each.category_id == wanted), None)
            if found is None:
                raise NoSuchCategory(wanted)
            walked = (*walked, found)
        return walked

    async def close(self) -> None:
        """Give up what is under way."""
        await self._reads.close()
