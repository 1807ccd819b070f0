"""The sixteen endpoints (contract, index)."""

from enum import Enum

from msgspec import Struct


class Shape(Enum):
    """How parameters travel (contract 1)."""

    QUERY = "query"
    FORM = "form"
    BODY = "body"


class Endpoint(Struct, frozen=True):
    """`seconds` is the time-out of one attempt; `writes` marks what must never be sent twice."""

    name: str
    path: str
    shape: Shape
    seconds: float
    writes: bool = False

    @property
    def method(self) -> str:
        """GET with a query, POST with a form or a body."""
        return "GET" if self.shape is Shape.QUERY else "POST"


UPLOAD_IMAGE = Endpoint("upload_image", "/alibaba/upload/image", Shape.FORM, 30)
SEARCH_BY_IMAGE = Endpoint("search_by_image", "/alibaba/product/imageQuery", Shape.QUERY, 20)
SEARCH_BY_KEYWORD = Endpoint("search_by_keyword", "/alibaba/product/keywordQuery", Shape.QUERY, 20)
SEARCH_SHOP = Endpoint("search_shop", "/alibaba/product/shopQuery", Shape.QUERY, 20)
OFFER = Endpoint("offer", "/alibaba/product/queryProductDetail", Shape.QUERY, 15)
CATEGORIES = Endpoint("categories", "/alibaba/category/get", Shape.QUERY, 15)
NAVIGATION = Endpoint("navigation", "/alibaba/product/keywordSNQuery", Shape.QUERY, 15)
FREIGHT = Endpoint("estimate_freight", "/alibaba/product/freightEstimate", Shape.BODY, 15)
PREVIEW = Endpoint("preview", "/alibaba/createOrder/preview", Shape.BODY, 15)
# Longer than any read: an answer that still comes saves a look-up and a doubt.
CREATE = Endpoint("create", "/alibaba/trade/createCrossOrder", Shape.BODY, 40, writes=True)
CANCEL = Endpoint("cancel", "/alibaba/trade/cancel", Shape.BODY, 20, writes=True)
ORDER_DETAIL = Endpoint("order_detail", "/alibaba/trade/get/buyerView", Shape.BODY, 15)
FIND_ORDERS = Endpoint("find_orders", "/alibaba/trade/getBuyerOrderList", Shape.BODY, 20)
CONFIRM_RECEIPT = Endpoint(
    "confirm_receipt", "/alibaba/trade/receiveGoods/confirm", Shape.BODY, 30, writes=True
)
PAYMENT_LINK = Endpoint("payment_link", "/alibaba/alipay/url/get", Shape.QUERY, 20)
PAY_WITHOUT_PASSWORD = Endpoint(
    "pay_without_password",
    "/alibaba/trade/pay/protocolPay/preparePay",
    Shape.BODY,
    40,
    writes=True,
)
