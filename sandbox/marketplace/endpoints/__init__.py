"""The table of endpoints: name, methods, path and what answers.

Names are those that `/sandbox/faults` and `/sandbox/calls` use.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sandbox.marketplace.endpoints.cancel_order import cancel_order
from sandbox.marketplace.endpoints.categories import categories
from sandbox.marketplace.endpoints.confirm_receipt import confirm_receipt
from sandbox.marketplace.endpoints.create_order import create_order
from sandbox.marketplace.endpoints.freight_estimate import freight_estimate
from sandbox.marketplace.endpoints.navigation import search_navigation
from sandbox.marketplace.endpoints.password_free import pay_without_password
from sandbox.marketplace.endpoints.payment_links import payment_links
from sandbox.marketplace.endpoints.preview_order import preview_order
from sandbox.marketplace.endpoints.product_detail import product_detail
from sandbox.marketplace.endpoints.searches import image_search, keyword_search, shop_search
from sandbox.marketplace.endpoints.trades import order_detail, order_list
from sandbox.marketplace.endpoints.upload_image import upload_image
from sandbox.marketplace.request import ApiCall
from sandbox.marketplace.world import World

Answerer = Callable[[World, ApiCall], Awaitable[object]]


@dataclass(frozen=True)
class Endpoint:
    """One row of the contract's index."""

    name: str
    methods: tuple[str, ...]
    path: str
    answer: Answerer


GET, POST = ("GET",), ("POST",)

ENDPOINTS = (
    Endpoint("upload_image", ("GET", "POST"), "/alibaba/upload/image", upload_image),
    Endpoint("image_search", GET, "/alibaba/product/imageQuery", image_search),
    Endpoint("keyword_search", GET, "/alibaba/product/keywordQuery", keyword_search),
    Endpoint("product_detail", GET, "/alibaba/product/queryProductDetail", product_detail),
    Endpoint("categories", GET, "/alibaba/category/get", categories),
    Endpoint("shop_search", GET, "/alibaba/product/shopQuery", shop_search),
    Endpoint("search_navigation", GET, "/alibaba/product/keywordSNQuery", search_navigation),
    Endpoint("freight_estimate", POST, "/alibaba/product/freightEstimate", freight_estimate),
    Endpoint("preview", POST, "/alibaba/createOrder/preview", preview_order),
    Endpoint("create", POST, "/alibaba/trade/createCrossOrder", create_order),
    Endpoint("cancel", POST, "/alibaba/trade/cancel", cancel_order),
    Endpoint("order_detail", POST, "/alibaba/trade/get/buyerView", order_detail),
    Endpoint("order_list", POST, "/alibaba/trade/getBuyerOrderList", order_list),
    Endpoint("confirm_receipt", POST, "/alibaba/trade/receiveGoods/confirm", confirm_receipt),
    Endpoint("payment_links", GET, "/alibaba/alipay/url/get", payment_links),
    Endpoint(
        "pay_without_password",
        POST,
        "/alibaba/trade/pay/protocolPay/preparePay",
        pay_without_password,
    ),
)
ENDPOINT_NAMES = frozenset(endpoint.name for endpoint in ENDPOINTS)
