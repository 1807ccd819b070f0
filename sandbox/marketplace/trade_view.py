"""An order as order detail and order list write it (contract 5.4): yuan, bare-number ids."""

from __future__ import annotations

from urllib.parse import urlsplit

from sandbox.marketplace.clock import compact_time, plain_time
from sandbox.marketplace.divisions import division
from sandbox.marketplace.money import yuan
from sandbox.marketplace.orders import STATUS_TEXT, Order, OrderLine
from sandbox.marketplace.picture_files import picture_url, small_url

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
NOT_SHIPPED = 8


def listed_trade(order: Order, base_url: str) -> Answer:
    """A trade as the list gives it: without logistics."""
    return {"baseInfo": _base(order), "productItems": _items(order, base_url)}


def whole_trade(order: Order, base_url: str) -> Answer:
    """A trade as the detail gives it: every documented top-level key."""
    return {
        "guaranteesTerms": SEVEN_DAYS,
        "internationalLogistics": None,
        "nativeLogistics": _logistics(order),
        "productItems": _items(order, base_url),
        "tradeTerms": _terms(order),
        "extAttributes": [],
        "orderRateInfo": {
            "buyerRateStatus": 5,
            "sellerRateStatus": 5,
            "buyerRateList": [],
            "sellerRateList": [],
        },
        "orderInvoiceInfo": None,
        "customs": None,
        "overseasExtraAddress": None,
        "baseInfo": _base(order),
        "orderBizInfo": {"odsCyd": False, "creditOrder": False},
        "quoteList": None,
        "fromEncryptOrder": False,
        "encryptOutOrderInfo": None,
        "outChannel": None,
        "sendGoodsOverdueRisk": None,
        "officialLogisticOrder": None,
    }


def _base(order: Order) -> Answer:
    return {
        "id": int(order.order_id),
        "idOfStr": order.order_id,
        "status": order.status,
        "businessType": "cb",
        "tradeType": "50060",
        "sellerID": order.seller_member_id,
        "sellerLoginId": order.seller_login_id,
        "createTime": compact_time(order.created_ms),
        "modifyTime": compact_time(order.modified_ms),
        "payTime": _time(order.paid_ms),
        "allDeliveredTime": None,
        "receivingTime": None,
        "confirmedTime": None,
        "completeTime": None,
        "totalAmount": yuan(order.total_fen),
        "sumProductPayment": yuan(order.listed_fen),
        "shippingFee": yuan(order.freight_fen),
        "couponFee": 0,
        "discount": order.discount_fen,
        "refund": 0,
        "refundPayment": 0,
        "refundStatus": None,
        "refundStatusForAs": None,
        "closeReason": order.close_reason,
        "closeOperateType": order.close_operate_type,
        "closeRemark": order.close_remark,
        "remark": order.message,
        "buyerFeedback": order.message,
        "payTimeout": order.pay_timeout_seconds,
        "payTimeoutType": 0,
        "payChannelList": [],
        "outOrderId": order.third_order_id,
        "receiverInfo": _receiver(order),
    }


def _receiver(order: Order) -> Answer:
    place = _place(order)
    return {
        "toFullName": order.address.full_name,
        "toDivisionCode": order.address.district_code,
        "toPost": order.address.post_code,
        "toTownCode": None,
        "toArea": " ".join((*place, order.address.town_text)).strip(),
    }


def _items(order: Order, base_url: str) -> list[Answer]:
    # The published samples give these addresses without TLS, whatever serves them.
    plain_base = f"http://{urlsplit(base_url).netloc}"
    return [_item(order, line, plain_base) for line in order.lines]


def _item(order: Order, line: OrderLine, base_url: str) -> Answer:
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
        "refund": 0,
        "skuID": line.sku_id,
        "sort": None,
        "status": order.status,
        "subItemID": int(line.line_id),
        "type": "common",
        "unit": line.unit,
        "weight": None,
        "weightUnit": None,
        "guaranteesTerms": [SEVEN_DAYS, TWO_DAYS],
        "statusStr": STATUS_TEXT[order.status],
        "subItemIDString": line.line_id,
        "specId": line.spec_id,
        "skuInfos": [{"name": name, "value": value} for name, value in line.attributes],
        "entryDiscount": line.discount_fen,
        "quantityFactor": 1,
        "refundStatus": None,
        "refundId": None,
        "refundIdForAs": None,
        "closeReason": order.close_reason,
        "logisticsStatus": NOT_SHIPPED,
        "productCargoNumber": None,
        "gmtCreate": compact_time(order.created_ms),
        "gmtModified": compact_time(order.modified_ms),
        "gmtCompleted": None,
        "gmtPayExpireTime": plain_time(order.pay_before_ms),
    }


def _terms(order: Order) -> list[Answer]:
    if order.paid_ms is None:
        return []
    return [
        {
            "payStatus": "2",
            "payTime": compact_time(order.paid_ms),
            "payWay": "1",
            "payWayDesc": "支付宝",
            "phasAmount": yuan(order.total_fen),
            "phase": int(order.order_id),
            "cardPay": False,
            "expressPay": False,
        }
    ]


def _logistics(order: Order) -> Answer:
    address = order.address
    province, city, area = _place(order)
    return {
        "address": address.address,
        "area": area,
        "areaCode": address.district_code,
        "city": city,
        "contactPerson": address.full_name,
        "fax": None,
        "mobile": address.mobile,
        "province": province,
        "telephone": address.phone,
        "zip": address.post_code,
        "logisticsItems": None,
        "townCode": None,
        "town": address.town_text,
        "caid": None,
        "realLogisticsCompanyNo": None,
    }


def _place(order: Order) -> tuple[str, str, str]:
    """Province, city and area of the district code: it overrides the texts (contract 5.1)."""
    place = division(order.address.district_code)
    if place is None:
        address = order.address
        return address.province_text, address.city_text, address.area_text
    return place.province, place.city, place.area


def _time(at_ms: int | None) -> str | None:
    return None if at_ms is None else compact_time(at_ms)
