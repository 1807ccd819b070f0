"""What is told of what happens: the official buyer-view topics with their data (contract 8)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sandbox.marketplace.catalogue import CatalogueOffer
from sandbox.marketplace.clock import plain_time
from sandbox.marketplace.orders import Order
from sandbox.marketplace.parcels import Parcel
from sandbox.marketplace.refunding import RefundNews

BUYER = "b2b-221741213935443542"
"""The buyer account, as the published push names it."""

VIEW = "ORDER_BUYER_VIEW_"
MADE = f"{VIEW}BUYER_MAKE"
REPRICED = f"{VIEW}ORDER_PRICE_MODIFY"
PAID = f"{VIEW}ORDER_PAY"
PART_SENT = f"{VIEW}PART_PART_SENDGOODS"
SENT = f"{VIEW}ANNOUNCE_SENDGOODS"
RECEIVED = f"{VIEW}ORDER_COMFIRM_RECEIVEGOODS"
COMPLETED = f"{VIEW}ORDER_SUCCESS"
CLOSED = {
    "CLOSE_TRADE_BY_BUYER": f"{VIEW}ORDER_BUYER_CLOSE",
    "CLOSE_TRADE_BY_SELLER": f"{VIEW}ORDER_SELLER_CLOSE",
}
CLOSED_BY_THE_PLATFORM = f"{VIEW}ORDER_BOPS_CLOSE"
REFUND_DURING = f"{VIEW}ORDER_BUYER_REFUND_IN_SALES"
REFUND_AFTER = f"{VIEW}ORDER_REFUND_AFTER_SALES"
RECEIPT_STATUS = "confirm_goods_and_has_subsidy"
"""What the receipt push says, also when only a part was received."""

OF_STATUS = {
    "waitbuyerpay": MADE,
    "waitsellersend": PAID,
    "waitbuyerreceive": SENT,
    "confirm_goods": RECEIVED,
    "success": COMPLETED,
    "cancel": CLOSED_BY_THE_PLATFORM,
    "terminated": CLOSED_BY_THE_PLATFORM,
}
"""A topic that fits an order as it stands."""

Data = dict[str, object]


@dataclass(frozen=True)
class News:
    """A topic and its data; a message makes it one of a kind."""

    type: str
    data: Data


def of_order(topic: str, order: Order, at_ms: int, status: str | None = None) -> News:
    """An order topic: the flat data that all of them share, the id a bare number."""
    return News(
        topic,
        {
            "buyerMemberId": BUYER,
            "currentStatus": status or order.status,
            "orderId": int(order.order_id),
            "sellerMemberId": order.seller_member_id,
            "msgSendTime": plain_time(at_ms),
        },
    )


def of_closing(order: Order, at_ms: int) -> News:
    """Who closed it decides the topic."""
    topic = CLOSED.get(order.close_operate_type, CLOSED_BY_THE_PLATFORM)
    return of_order(topic, order, at_ms)


def of_payments(orders: Iterable[Order], at_ms: int) -> list[News]:
    """One topic for each order, and one for all when several were paid together."""
    paid = list(orders)
    news = [of_order(PAID, order, at_ms) for order in paid]
    if len(paid) > 1:
        each = [{"orderId": int(order.order_id), "status": "successed"} for order in paid]
        news.append(News("ORDER_BATCH_PAY", {"batchPay": each}))
    return news


def of_refund(order: Order, step: RefundNews, at_ms: int) -> News:
    """A step of a refund, during the sale or after it."""
    told = of_order(REFUND_AFTER if step.after_sales else REFUND_DURING, order, at_ms)
    return News(told.type, {**told.data, "refundAction": step.action, "operator": step.operator})


def of_trace(order: Order, parcel: Parcel, at_ms: int) -> News:
    """What a carrier says of a parcel."""
    model: Data = {
        "logisticsId": parcel.logistics_code,
        "cpCode": parcel.carrier_code,
        "mailNo": parcel.tracking_number,
        "statusChanged": parcel.trace,
        "changeTime": plain_time(at_ms),
        "orderLogsItems": _log_items(order, parcel),
    }
    return News("LOGISTICS_BUYER_VIEW_TRACE", {"OrderLogisticsTracingModel": model})


def of_new_number(order: Order, parcel: Parcel, old: tuple[str, str], at_ms: int) -> News:
    """A corrected tracking number; `old` is carrier code and number.

    The contract gives the values; the spelling of the field names is ours.
    """
    model: Data = {
        "logisticsId": parcel.logistics_code,
        "oldCpCode": old[0],
        "newCpCode": parcel.carrier_code,
        "oldMailNo": old[1],
        "newMailNo": parcel.tracking_number,
        "eventTime": plain_time(at_ms),
        "orderLogsItems": _log_items(order, parcel),
    }
    return News("LOGISTICS_MAIL_NO_CHANGE", {"MailNoChangeModel": model})


def of_stock(before: CatalogueOffer, after: CatalogueOffer, at_ms: int) -> list[News]:
    """One topic with every variant whose stock changed; none when nothing did."""
    old = {sku.spec_id: sku.amount_on_sale for sku in before.skus or ()}
    rows: Sequence[Data] = [
        {"skuId": sku.sku_id, "skuOnSale": sku.amount_on_sale, "quantity": sku.amount_on_sale - was}
        for sku in after.skus or ()
        if (was := old.get(sku.spec_id, 0)) != sku.amount_on_sale
    ]
    if not rows and before.amount_on_sale != after.amount_on_sale:
        rows = [{"quantity": after.amount_on_sale - before.amount_on_sale}]
    shared: Data = {
        "offerId": after.offer_id,
        "offerOnSale": after.amount_on_sale,
        "bizTime": plain_time(at_ms),
    }
    changes = [shared | row for row in rows]
    return [News("PRODUCT_PRODUCT_INVENTORY_CHANGE", {"OfferInventoryChangeList": changes})][
        : len(rows)
    ]


def of_product(before: CatalogueOffer, after: CatalogueOffer, at_ms: int) -> list[News]:
    """A product taken off sale, put back on, or whose prices changed; its stock has its own."""
    if before.status != after.status:
        back = after.status == "published"
        status = "RELATION_VIEW_PRODUCT_REPOST" if back else "RELATION_VIEW_PRODUCT_EXPIRE"
    elif _prices(before) != _prices(after):
        status = "RELATION_VIEW_PRODUCT_NEW_OR_MODIFY"
    else:
        return []
    data: Data = {
        "productIds": str(after.offer_id),
        "memberId": after.seller.member_id,
        "status": status,
        "msgSendTime": plain_time(at_ms),
    }
    return [News(f"PRODUCT_{status}", data)]


def _prices(offer: CatalogueOffer) -> object:
    tiers = [(each.start_quantity, each.price) for each in offer.tiers]
    return tiers, [sku.price for sku in offer.skus or ()]


def _log_items(order: Order, parcel: Parcel) -> list[Data]:
    return [
        {"orderId": int(order.order_id), "orderEntryId": int(line_id)}
        for line_id in parcel.contents
    ]
