"""Finding offers: by a picture, by a keyword, by number."""

from typing import Protocol

from bot.domain.identifiers import OfferId
from bot.domain.offers import Offer, SearchPage
from bot.domain.sessions import Query, SortField
from bot.marketplace.port import ImageId, Marketplace, Sort
from bot.pictures import PreparedPhoto

HITS_PER_PAGE = 10


class PhotoPreparer(Protocol):
    """Makes a person's file fit for the marketplace, off the event loop."""

    async def prepare(self, data: bytes) -> PreparedPhoto:
        """Return an upright JPEG under the marketplace's limit. Raises `PictureError`."""
        ...


class Search:
    """Reads only: safe to repeat."""

    def __init__(self, marketplace: Marketplace, photos: PhotoPreparer) -> None:
        self._marketplace = marketplace
        self._photos = photos

    async def query_for_photo(self, data: bytes) -> Query:
        """Upload a photo and return the query that finds what looks like it.

        Raises `PictureError` for files that are no usable picture, else `MarketplaceError`.
        """
        prepared = await self._photos.prepare(data)
        image_id = await self._marketplace.upload_image(prepared.jpeg)
        return Query(image_id=image_id)

    async def run(self, query: Query) -> SearchPage:
        """Return one page of hits. Raises `MarketplaceError`."""
        sort = (
            Sort(field=query.sort, ascending=query.sort is SortField.PRICE) if query.sort else None
        )
        if query.image_id is not None:
            return await self._marketplace.search_by_image(
                ImageId(query.image_id),
                page=query.page,
                page_size=HITS_PER_PAGE,
                sort=sort,
                keyword=query.refine,
                hint=query.hint,
            )
        words = " ".join(word for word in (query.keyword, query.refine) if word)
        return await self._marketplace.search_by_keyword(
            words, page=query.page, page_size=HITS_PER_PAGE, sort=sort
        )

    async def open_offer(self, offer_id: OfferId) -> Offer:
        """Read an offer afresh. Raises `MarketplaceError`."""
        return await self._marketplace.offer(offer_id)
