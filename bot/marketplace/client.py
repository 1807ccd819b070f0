"""The DajiSaaS gateway as a `Marketplace`."""

import base64
from collections.abc import Sequence
from datetime import datetime
from types import TracebackType
from typing import Self

import httpx

from bot.domain.addresses import Address
from bot.domain.drafts import OrderLine
from bot.domain.identifiers import MarketplaceOrderId, MerchantOrderNo, OfferId
from bot.domain.offers import Offer, SearchPage
from bot.domain.orders import OrderStatus
from bot.domain.quotes import Quote
from bot.marketplace import answers, endpoints, requests
from bot.marketplace.calls import Caller
from bot.marketplace.config import ClientConfig, OnCall
from bot.marketplace.port import (
    LARGEST_IMAGE,
    MOST_PER_PAGE,
    Created,
    FoundOrder,
    FoundOrders,
    ImageId,
    PaymentLink,
    Sort,
)
from bot.marketplace.retry import Retry
from bot.marketplace.signing import Parameter
from bot.marketplace.transport import Exchange

_ORDERS_PER_PAGE = 20  # the largest page is not documented (contract 5.5)
_TRADE: dict[str, Parameter] = {"flow": "general"}
_SITE: dict[str, Parameter] = {"webSite": "1688"}


class DajiClient:
    """A `bot.marketplace.port.Marketplace` over HTTP; see there for what the methods promise.

    Keep one for the whole process and close it at the end, or use it as a context manager:
    connections are kept alive between calls.
    """

    def __init__(
        self,
        config: ClientConfig,
        transport: httpx.AsyncBaseTransport | None = None,
        *,
        on_call: OnCall | None = None,
        retry: Retry | None = None,
    ) -> None:
        self._config = config
        self._exchange = Exchange(config, transport)
        self._caller = Caller(
            self._exchange, retry or Retry(attempts=config.read_attempts), on_call
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the pool of connections."""
        await self._exchange.close()

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
    ) -> SearchPage:
        """Image search (contract 4.2)."""
        query = self._page(page, page_size, sort) | {
            "imageId": image_id,
            "keyword": keyword or None,
            "auxiliaryText": hint or None,
        }
        return await self._caller.call(
            endpoints.SEARCH_BY_IMAGE, query, lambda answer: answers.search_page(answer, page)
        )

    async def search_by_keyword(
        self, keyword: str, *, page: int = 1, page_size: int = 20, sort: Sort | None = None
    ) -> SearchPage:
        """Keyword search (contract 4.3)."""
        query = self._page(page, page_size, sort) | {"keyword": keyword}
        return await self._caller.call(
            endpoints.SEARCH_BY_KEYWORD, query, lambda answer: answers.search_page(answer, page)
        )

    async def offer(self, offer_id: OfferId) -> Offer:
        """Product detail (contract 4.4)."""
        query: dict[str, Parameter] = {"offerId": str(offer_id), "country": self._config.country}
        return await self._caller.call(
            endpoints.OFFER, query, lambda answer: answers.offer(answer, offer_id)
        )

    async def preview(self, lines: Sequence[OrderLine], address: Address) -> Quote:
        """Preview (contract 5.1)."""
        body = _TRADE | {
            "addressParam": requests.address_param(address),
            "cargoParamList": requests.cargo_param(lines),
        }
        return await self._caller.call(
            endpoints.PREVIEW, body, lambda answer: answers.quote(answer, lines)
        )

    async def create(
        self,
        order_no: MerchantOrderNo,
        lines: Sequence[OrderLine],
        address: Address,
        note: str = "",
    ) -> Created:
        """Create, sent exactly once (contract 5.2)."""
        body = _TRADE | {
            "thirdOrderId": order_no,
            "message": requests.message_to_seller(note, order_no),
            "isvBizType": "cross",
            "addressParam": requests.address_param(address),
            "cargoParamList": requests.cargo_param(lines),
        }
        return await self._caller.call(
            endpoints.CREATE, body, lambda answer: answers.created(answer, lines)
        )

    async def find_orders(
        self,
        *,
        order_no: MerchantOrderNo | None = None,
        created_from: datetime | None = None,
        created_to: datetime | None = None,
        status: OrderStatus | None = None,
        page: int = 1,
    ) -> FoundOrders:
        """Order list (contract 5.5)."""
        body: dict[str, Parameter] = {
            "createStartTime": requests.moment(created_from),
            "createEndTime": requests.moment(created_to),
            "orderStatus": status.value if status else None,
            "outOrderId": order_no,
            "page": page,
            "pageSize": _ORDERS_PER_PAGE,
        }
        return await self._caller.call(
            endpoints.FIND_ORDERS, body, lambda answer: answers.found_orders(answer, page)
        )

    async def order_detail(self, order_id: MarketplaceOrderId) -> FoundOrder:
        """Order detail (contract 5.4)."""
        return await self._caller.call(
            endpoints.ORDER_DETAIL,
            _SITE | {"orderId": order_id},
            lambda answer: answers.found_order(answer, order_id),
        )

    async def cancel(self, order_id: MarketplaceOrderId) -> None:
        """Cancel, sent exactly once (contract 5.3)."""
        body = _SITE | {"orderId": order_id, "cancelReason": "buyerCancel"}
        if self._config.send_trade_id:
            body["tradeID"] = order_id
        await self._caller.call(endpoints.CANCEL, body, answers.cancelled)

    async def payment_link(self, order_ids: Sequence[MarketplaceOrderId]) -> PaymentLink:
        """Payment links (contract 6.1)."""
        ids = requests.order_id_list(order_ids, self._config.list_notation)
        return await self._caller.call(
            endpoints.PAYMENT_LINK,
            {"orderIdList": ids},
            lambda answer: answers.payment_link(answer, order_ids),
        )

    def _page(self, page: int, page_size: int, sort: Sort | None) -> dict[str, Parameter]:
        if page < 1 or not 1 <= page_size <= MOST_PER_PAGE:
            raise ValueError(f"no page {page} of {page_size} hits")
        return {
            "beginPage": page,
            "pageSize": page_size,
            "country": self._config.country,
            "sort": sort.as_text if sort else None,
        }
