"""Offers and orders as the steering routes tell of them."""

from __future__ import annotations

from sandbox.marketplace.catalogue import CatalogueOffer
from sandbox.marketplace.orders import Order
from sandbox.marketplace.trade_items import line_status, logistics_status


def offer_facts(offer: CatalogueOffer) -> dict[str, object]:
    """An offer for tests: what decides whether and for how much it can be ordered."""
    return {
        "offerId": offer.offer_id,
        "subject": offer.subject,
        "picture": next(iter(offer.pictures), None),
        "sellerOpenId": offer.seller.seller_open_id,
        "status": offer.status,
        "tradable": offer.tradable,
        "minOrderQuantity": offer.min_order_quantity,
        "batchNumber": offer.batch_number,
        "tiers": [{"startQuantity": t.start_quantity, "price": t.price} for t in offer.tiers],
        "prices": {sku.spec_id: sku.price for sku in offer.skus or ()},
        "stock": {sku.spec_id: sku.amount_on_sale for sku in offer.skus}
        if offer.skus
        else offer.amount_on_sale,
    }


def order_facts(order: Order) -> dict[str, object]:
    """An order for tests: state, lines, parcels, refunds; amounts in fen."""
    facts = order.model_dump(mode="json")
    for line, told in zip(order.lines, facts["lines"], strict=True):
        told |= {
            "shipped": order.shipped(line),
            "status": line_status(order, line),
            "logisticsStatus": logistics_status(order, line),
        }
    for parcel, told in zip(order.parcels, facts["parcels"], strict=True):
        told["nextTrace"] = parcel.next_trace
    return facts | {
        "goodsFen": order.goods_fen,
        "discountFen": order.discount_fen,
        "totalFen": order.total_fen,
        "refundedFen": order.refunded_fen,
        "payBeforeMs": order.pay_before_ms,
    }
