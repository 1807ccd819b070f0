"""The calls that find goods (contract 4). All of them are reads."""

import base64
from collections.abc import Collection, Sequence

from bot.domain.addresses import Address
from bot.domain.drafts import OrderLine
from bot.domain.finding import ROOT_CATEGORY, Category, Filter, FreightEstimate, NavigationGroup
from bot.domain.identifiers import CategoryId, OfferId, SellerId
from bot.domain.offers import Offer, SearchPage
from bot.domain.price_bounds import PriceBounds
from bot.marketplace.daji import answers, answers_finding, endpoints, requests
from bot.marketplace.daji.calls import Caller
from bot.marketplace.daji.config import ClientConfig
from bot.marketplace.daji.endpoints import Endpoint
from bot.marketplace.daji.signing import Parameter
from bot.marketplace.values import LARGEST_IMAGE, MOST_PER_PAGE, ImageId, Sort


class GoodsCalls:
    """See `bot.marketplace.port.Marketplace` for what the methods promise."""

    def __init__(self, config: ClientConfig, caller: Caller) -> None:
        self._config = config
        self._caller = caller

    async def upload_image(self, jpeg: bytes) -> ImageId:
        """Raises `ValueError` for more than `LARGEST_IMAGE` bytes."""
        if len(jpeg) > LARGEST_IMAGE:
            raise ValueError(f"an image of {len(jpeg)} bytes")
        form: dict[str, Parameter] = {"image_base64": base64.b64encode(jpeg).decode()}
        return await self._caller.call(endpoints.UPLOAD_IMAGE, form, answers.image_id)

    async def search_by_image(
        self,
        image_id: ImageId,
        *,
        page: int = 1,
        page_size: int = 20,
        sort: Sort | None = None,
        keyword: str | None = None,
        hint: str | None = None,
        filters: Collection[Filter] = (),
        prices: PriceBounds | None = None,
        category_id: CategoryId | None = None,
    ) -> SearchPage:
        """Image search (contract 4.2)."""
        query: dict[str, Parameter] = {
            "imageId": image_id,
            "keyword": keyword or None,
            "auxiliaryText": hint or None,
        }
        query |= requests.narrowing(filters, prices, category_id)
        return await self._search(endpoints.SEARCH_BY_IMAGE, query, page, page_size, sort)

    async def search_by_keyword(
        self,
        keyword: str,
        *,
        page: int = 1,
        page_size: int = 20,
        sort: Sort | None = None,
        filters: Collection[Filter] = (),
        prices: PriceBounds | None = None,
        category_id: CategoryId | None = None,
        navigation_id: str | None = None,
    ) -> SearchPage:
        """Keyword search (contract 4.3). Raises `ValueError` without keyword and category."""
        if not keyword.strip() and not category_id:
            raise ValueError("neither a keyword nor a category")
        query: dict[str, Parameter] = {"keyword": keyword.strip() or None, "snId": navigation_id}
        query |= requests.narrowing(filters, prices, category_id)
        return await self._search(endpoints.SEARCH_BY_KEYWORD, query, page, page_size, sort)

    async def search_shop(
        self,
        seller_id: SellerId,
        *,
        keyword: str = "",
        page: int = 1,
        page_size: int = 20,
        sort: Sort | None = None,
        filters: Collection[Filter] = (),
        prices: PriceBounds | None = None,
        category_id: CategoryId | None = None,
    ) -> SearchPage:
        """Shop search (contract 4.6)."""
        query: dict[str, Parameter] = {
            "sellerOpenId": requests.own(seller_id),
            "keyword": keyword.strip() or None,
        }
        query |= requests.narrowing(filters, prices, category_id)
        return await self._search(endpoints.SEARCH_SHOP, query, page, page_size, sort)

    async def offer(self, offer_id: OfferId) -> Offer:
        """Product detail (contract 4.4)."""
        query: dict[str, Parameter] = {
            "offerId": requests.own(offer_id),
            "country": self._config.country,
        }
        return await self._caller.call(
            endpoints.OFFER, query, lambda answer: answers.offer(answer, offer_id)
        )

    async def categories(self, parent: CategoryId = ROOT_CATEGORY) -> tuple[Category, ...]:
        """Category (contract 4.5)."""
        return await self._caller.call(
            endpoints.CATEGORIES,
            {"categoryID": str(parent)},
            lambda answer: answers_finding.categories(answer, parent),
        )

    async def navigation(self, keyword: str) -> tuple[NavigationGroup, ...]:
        """Search navigation (contract 4.7)."""
        locale = self._config.navigation
        query: dict[str, Parameter] = {
            "keyword": keyword,
            "language": locale.language,
            "region": locale.region,
            "currency": locale.currency,
        }
        return await self._caller.call(endpoints.NAVIGATION, query, answers_finding.navigation)

    async def estimate_freight(
        self, lines: Sequence[OrderLine], address: Address
    ) -> FreightEstimate:
        """Freight estimate (contract 4.8)."""
        body = requests.freight_body(lines, address, self._config.division_codes)
        return await self._caller.call(
            endpoints.FREIGHT,
            body,
            lambda answer: answers_finding.freight(answer, lines[0].offer_id),
        )

    async def _search(
        self,
        endpoint: Endpoint,
        query: dict[str, Parameter],
        page: int,
        page_size: int,
        sort: Sort | None,
    ) -> SearchPage:
        if page < 1 or not 1 <= page_size <= MOST_PER_PAGE:
            raise ValueError(f"no page {page} of {page_size} hits")
        query |= {
            "beginPage": page,
            "pageSize": page_size,
            "country": self._config.country,
            "sort": sort.as_text if sort else None,
        }
        return await self._caller.call(
            endpoint, query, lambda answer: answers.search_page(answer, page)
        )
