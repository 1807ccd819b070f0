"""Finding offers: by a picture, a keyword, a shop, a category, by number."""

import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

import structlog

from bot.domain.finding import NavigationGroup
from bot.domain.identifiers import OfferId
from bot.domain.offers import Offer, SearchPage
from bot.domain.sessions import Query, SortField
from bot.marketplace.errors import RefusalReason, Refused
from bot.marketplace.port import ImageId, Marketplace, Sort
from bot.pictures import PreparedPhoto
from bot.pictures.budget import ByteBudget
from bot.services.finding.glossary import in_chinese
from bot.services.finding.shared_reads import SharedReads

HITS_PER_PAGE = 6  # what a phone shows together with its buttons
_NAVIGATION_LIFE = 3600.0  # seconds
_NAVIGATIONS = 500  # words whose navigation is kept
_UNUSABLE = frozenset({RefusalReason.VALIDATION, RefusalReason.UNKNOWN})
_log = structlog.get_logger(__name__)


class PhotoPreparer(Protocol):
    """Makes a person's file fit for the marketplace, off the event loop."""

    async def prepare(self, data: bytes) -> PreparedPhoto:
        """Return an upright JPEG under the marketplace's limit. Raises `PictureError`."""
        ...


class Search:
    """Reads only: safe to repeat."""

    def __init__(
        self,
        marketplace: Marketplace,
        photos: PhotoPreparer,
        clock: Callable[[], float] = time.monotonic,
        budget: ByteBudget | None = None,
    ) -> None:
        self._budget = budget or ByteBudget()
        self._marketplace = marketplace
        self._photos = photos
        self._navigation: SharedReads[str, tuple[NavigationGroup, ...]] = SharedReads(
            _NAVIGATIONS, _NAVIGATION_LIFE, clock
        )

    def room_for(self, size: int | None) -> AbstractAsyncContextManager[None]:
        """Hold memory for a person's file of so many bytes, from its download to its upload.

        Entering waits for others' files, and raises `PicturesBusy` when that takes too long.
        """
        return self._budget.lent(size)

    async def query_for_photo(self, data: bytes) -> Query:
        """Upload a photo and return the query that finds what looks like it.

        Raises `PictureError` for files that are no usable picture, else `MarketplaceError`.
        """
        prepared = await self._photos.prepare(data)
        image_id = await self._marketplace.upload_image(prepared.jpeg)
        return Query(image_id=image_id)

    async def run(self, query: Query) -> SearchPage:
        """Return one page of hits. Raises `MarketplaceError`."""
        if query.image_id is not None:
            return await self._marketplace.search_by_image(
                ImageId(query.image_id),
                page=query.page,
                page_size=HITS_PER_PAGE,
                sort=_sort(query),
                keyword=query.refine,
                hint=query.hint,
                filters=query.narrowing.filters,
                prices=query.narrowing.prices,
            )
        if query.seller_id is not None:
            return await self._marketplace.search_shop(
                query.seller_id,
                keyword=query.words,
                page=query.page,
                page_size=HITS_PER_PAGE,
                sort=_sort(query),
                filters=query.narrowing.filters,
                prices=query.narrowing.prices,
            )
        if query.category and not query.words:
            return await self._in_category(query)
        return await self._by_words(query, query.words)

    async def find(self, query: Query) -> tuple[Query, SearchPage]:
        """Return the first page, in Chinese where the words as they are find nothing.

        The query comes back as it was answered. Raises `MarketplaceError`.
        """
        page = await self.run(query)
        if page.hits:
            return query, page
        for other in _in_chinese(query):
            found = await self.run(other)
            if found.hits:
                return other, found
        return query, page

    async def _in_category(self, query: Query) -> SearchPage:
        """Search a category without a word, or by its name where the gateway wants a word.

        That no word is needed was seen in one client only (contract 4.3).
        """
        try:
            return await self._by_words(query, "")
        except Refused as error:
            if error.reason not in _UNUSABLE:
                raise
            # Not remembered: one odd refusal must not narrow everybody's categories from then on.
            _log.warning("category_searched_by_name", code=error.code, trace_id=error.trace_id)
        return await self._by_words(query, query.category[-1].name)

    async def _by_words(self, query: Query, words: str) -> SearchPage:
        return await self._marketplace.search_by_keyword(
            words,
            page=query.page,
            page_size=HITS_PER_PAGE,
            sort=_sort(query),
            filters=query.narrowing.filters,
            prices=query.narrowing.prices,
            category_id=query.category[-1].category_id if query.category else None,
            navigation_id=query.navigation.navigation_id if query.navigation else None,
        )

    async def navigation(self, words: str) -> tuple[NavigationGroup, ...]:
        """Return what the results of these words can be narrowed by. Raises `MarketplaceError`."""
        return await self._navigation.get(words, lambda: self._marketplace.navigation(words))

    async def open_offer(self, offer_id: OfferId) -> Offer:
        """Read an offer afresh. Raises `MarketplaceError`."""
        return await self._marketplace.offer(offer_id)

    async def close(self) -> None:
        """Give up what is under way."""
        await self._navigation.close()


def _in_chinese(query: Query) -> list[Query]:
    """The same search in Chinese words, the exacter first; none for what is not understood."""
    keywords = in_chinese(query.keyword) if query.keyword else ()
    refined = in_chinese(query.refine)[:1] if query.refine else ()
    refine = refined[0] if refined else query.refine
    if keywords:
        return [query.replace(keyword=each, refine=refine) for each in keywords]
    return [query.replace(refine=refine)] if refined else []


def _sort(query: Query) -> Sort | None:
    if query.sort is None:
        return None
    return Sort(field=query.sort, ascending=query.sort is SortField.PRICE)
