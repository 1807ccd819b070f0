"""An order as order detail and order list write it (contract 5.4): yuan, bare-number ids."""

from __future__ import annotations

from sandbox.marketplace.clock import compact_time, optional_time
from sandbox.marketplace.money import refund_yuan, yuan
from sandbox.marketplace.orders import Order
from sandbox.marketplace.trade_items import SEVEN_DAYS, trade_items
from sandbox.marketplace.trade_logistics import native_logistics, place_of

Answer = dict[str, object]

UNPAID, PAID, REFUNDED, SELLER_HAS_IT, CANCELLED_UNPAID, PAYING = "1", "2", "4", "6", "8", "9"
"""`payStatus`."""


def listed_trade(order: Order, base_url: str) -> Answer:
    """A trade as the list gives it: without logistics."""
    return {"baseInfo": _base(order), "productItems": trade_items(order, base_url)}


def whole_trade(order: Order, base_url: str, *, unpaid_terms: bool) -> Answer:
    """A trade as the detail gives it: every documented top-level key.

    `unpaid_terms` tells whether pay terms are listed before a payment.
    """
    return {
        "guaranteesTerms": SEVEN_DAYS,
        "internationalLogistics": None,
        "nativeLogistics": native_logistics(order),
        "productItems": trade_items(order, base_url),
        "tradeTerms": _terms(order, unpaid=unpaid_terms),
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
    during, after = (order.last_refund(after_sales=late) for late in (False, True))
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
        "payTime": optional_time(order.paid_ms),
        "allDeliveredTime": optional_time(order.all_sent_ms),
        "receivingTime": optional_time(order.received_ms),
        "confirmedTime": optional_time(order.received_ms),
        "completeTime": optional_time(order.completed_ms),
        "totalAmount": yuan(order.total_fen),
        "sumProductPayment": yuan(order.listed_fen),
        "shippingFee": yuan(order.freight_fen),
        "couponFee": 0,
        "discount": order.discount_fen,
        "refund": refund_yuan(order.refunded_fen),
        # Its unit is not stated (contract 1.2), so nothing may be built on it.
        "refundPayment": order.refunded_fen,
        "refundStatus": during.stage if during else None,
        "refundStatusForAs": after.stage if after else None,
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
    place = place_of(order)
    return {
        "toFullName": order.address.full_name,
        "toDivisionCode": order.address.district_code,
        "toPost": order.address.post_code,
        "toTownCode": None,
        "toArea": " ".join((*place, order.address.town_text)).strip(),
    }


def _terms(order: Order, *, unpaid: bool) -> list[Answer]:
    status = _pay_status(order)
    if status in (UNPAID, CANCELLED_UNPAID) and not unpaid:
        return []
    return [
        {
            "payStatus": status,
            "payTime": optional_time(order.paid_ms),
            "payWay": "1",
            "payWayDesc": "支付宝",
            "phasAmount": yuan(order.total_fen),
            "phase": int(order.order_id),
            "cardPay": False,
            "expressPay": False,
        }
    ]


def _pay_status(order: Order) -> str:
    if order.paid_ms is None:
        if order.is_paying:
            return PAYING
        return UNPAID if order.awaits_payment else CANCELLED_UNPAID
    if order.refunded_fen >= order.total_fen:
        return REFUNDED
    return SELLER_HAS_IT if order.status == "success" else PAID
