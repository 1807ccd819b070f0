"""One call of every endpoint, by its name, and by the number of its published example."""

from collections.abc import Awaitable, Callable
from typing import Any

from daji_gateway import ORDER_ID, ORDER_NO, PENCILS, PREVIEWED

from bot.domain.addresses import Address
from bot.domain.identifiers import CategoryId, LineId, MarketplaceOrderId, OfferId, SellerId
from bot.domain.money import Fen
from bot.marketplace.daji.client import DajiClient
from bot.marketplace.port import ImageId

Call = Callable[[DajiClient, Address], Awaitable[Any]]

ID = MarketplaceOrderId(ORDER_ID)
WRITES: dict[str, Call] = {
    "create": lambda client, address: client.create(ORDER_NO, [PENCILS], address),
    "cancel": lambda client, _: client.cancel(ID),
    "confirm_receipt": lambda client, _: client.confirm_receipt(ID, [LineId(ORDER_ID)]),
    "pay_without_password": lambda client, _: client.pay_without_password(ID, Fen(1196)),
}
READS: dict[str, Call] = {
    "upload_image": lambda client, _: client.upload_image(b"jpeg"),
    "search_by_image": lambda client, _: client.search_by_image(ImageId("104")),
    "search_by_keyword": lambda client, _: client.search_by_keyword("裙"),
    "search_shop": lambda client, _: client.search_shop(SellerId("BBB")),
    "offer": lambda client, _: client.offer(OfferId(670291644950)),
    "categories": lambda client, _: client.categories(),
    "navigation": lambda client, _: client.navigation("裙"),
    "estimate_freight": lambda client, address: client.estimate_freight([PENCILS], address),
    "preview": lambda client, address: client.preview([PENCILS], address),
    "order_detail": lambda client, _: client.order_detail(ID),
    "find_orders": lambda client, _: client.find_orders(),
    "payment_link": lambda client, _: client.payment_link([ID]),
}


PUBLISHED: dict[str, Call] = {
    "01": lambda client, _: client.upload_image(b"jpeg"),
    "02": lambda client, _: client.search_by_image(ImageId("1048608196202797156")),
    "03": lambda client, _: client.search_by_keyword("连衣裙"),
    "04": lambda client, _: client.offer(OfferId(670291644950)),
    "05": lambda client, _: client.categories(CategoryId(15)),
    "06": lambda client, _: client.search_shop(SellerId("BBBEjczPHMQ_zHE-67YyNGXyw")),
    "07": lambda client, _: client.navigation("手机"),
    "08": lambda client, address: client.estimate_freight([PREVIEWED], address),
    "09": lambda client, address: client.preview([PREVIEWED], address),
    "10": lambda client, address: client.create(ORDER_NO, [PENCILS], address),
    "11": lambda client, _: client.cancel(MarketplaceOrderId(ORDER_ID)),
    "12": lambda client, _: client.order_detail(MarketplaceOrderId(ORDER_ID)),
    "13": lambda client, _: client.find_orders(),
    "14": lambda client, _: client.confirm_receipt(
        MarketplaceOrderId(ORDER_ID), [LineId(ORDER_ID)]
    ),
    "15": lambda client, _: client.payment_link([MarketplaceOrderId(ORDER_ID)]),
    "16": lambda client, _: client.pay_without_password(MarketplaceOrderId(ORDER_ID)),
}
