"""The lines of an order as order detail and order list write them (contract 5.4): yuan."""

from __future__ import annotations

from urllib.parse import urlsplit

from sandbox.marketplace.clock import compact_time, optional_time, plain_time
from sandbox.marketplace.money import refund_yuan, yuan
from sandbox.marketplace.orders import STATUS_TEXT, Order, OrderLine
from sandbox.marketplace.picture_files import picture_url, small_url
from sandbox.marketplace.refunds import ITEM_SPELLING, Refund

Answer = dict[str, object]

SEVEN_DAYS: Answer = {
    "assuranceInfo": "买家收到货后7天内，在商品完好的前提下可无理由退货",
    "assuranceType": "qtwlybt",
    "qualityAssuranceType": "7天无理由退货",
}
TWO_DAYS: Answer = {
    "assuranceInfo": "卖家承诺在买家付款后48小时内发货",
    "assuranceType": "ssbxsfh",
    "qualityAssuranceType": "48小时发货",
}
WAITING, SENT, RECEIVED, RETURNED, SENT_IN_PART, NO_PARCEL = 1, 2, 3, 4, 5, 8
"""`logisticsStatus`."""


def trade_items(order: Order, base_url: str) -> list[Answer]:
    """`productItems`: every line of the order."""
    # The published samples give these addresses without TLS, whatever serves them.
    plain_base = f"http://{urlsplit(base_url).netloc}"
    return [_item(order, line, plain_base) for line in order.lines]


def line_status(order: Order, line: OrderLine) -> str:
    """A line may be ahead of its order: paid back, confirmed or sent before the others."""
    if line.gone:
        return "cancel"
    if order.status in ("waitsellersend", "waitbuyerreceive"):
        if line.received_ms is not None:
            return "confirm_goods"
        if order.shipped(line) == line.quantity:
            return "waitbuyerreceive"
    return order.status


def logistics_status(order: Order, line: OrderLine) -> int:
    """How far a line's goods are, by the contract's numbers."""
    if line.returned:
        return RETURNED
    if line.received_ms is not None:
        return RECEIVED
    sent = order.shipped(line)
    if sent:
        return SENT if sent == line.quantity else SENT_IN_PART
    return WAITING if order.parcels else NO_PARCEL


def _item(order: Order, line: OrderLine, base_url: str) -> Answer:
    status = line_status(order, line)
    during, after = (_refund(order, line, after_sales=late) for late in (False, True))
    refund = during or after
    snapshot = f"{base_url}/order/offer_snapshot.htm?order_entry_id={line.line_id}"
    return {
        "cargoNumber": line.cargo_number or None,
        "description": None,
        "itemAmount": yuan(line.amount_fen),
        "name": line.name,
        "price": yuan(line.list_unit_fen),
        "productID": line.offer_id,
        "productImgUrl": [small_url(base_url, line.picture), picture_url(base_url, line.picture)],
        "productSnapshotUrl": snapshot,
        "quantity": line.quantity,
        "refund": refund_yuan(line.refunded_fen),
        "skuID": line.sku_id,
        "sort": None,
        "status": status,
        "subItemID": int(line.line_id),
        "type": "common",
        "unit": line.unit,
        "weight": None,
        "weightUnit": None,
        "guaranteesTerms": [SEVEN_DAYS, TWO_DAYS],
        "statusStr": STATUS_TEXT[status],
        "subItemIDString": line.line_id,
        "specId": line.spec_id,
        "skuInfos": [{"name": name, "value": value} for name, value in line.attributes],
        "entryDiscount": line.discount_fen,
        "quantityFactor": 1,
        "refundStatus": ITEM_SPELLING[refund.stage] if refund else None,
        "refundId": during.refund_id if during else None,
        "refundIdForAs": after.refund_id if after else None,
        "closeReason": order.close_reason,
        "logisticsStatus": logistics_status(order, line),
        "productCargoNumber": None,
        "gmtCreate": compact_time(order.created_ms),
        "gmtModified": compact_time(order.modified_ms),
        "gmtCompleted": optional_time(order.completed_ms),
        "gmtPayExpireTime": plain_time(order.pay_before_ms),
    }


def _refund(order: Order, line: OrderLine, *, after_sales: bool) -> Refund | None:
    found = [
        refund
        for refund in order.refunds
        if refund.after_sales == after_sales and line.line_id in refund.line_ids
    ]
    return found[-1] if found else None
