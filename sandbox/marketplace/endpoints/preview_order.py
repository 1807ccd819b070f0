"""5.1: what the lines would cost, and whether they can be ordered."""

from __future__ import annotations

import base64
import hashlib

from sandbox.marketplace.endpoints.refused import refused
from sandbox.marketplace.envelope import BAD_PARAMETER, OrderRefusal
from sandbox.marketplace.money import yuan, yuan_text
from sandbox.marketplace.order_request import read_order_request
from sandbox.marketplace.quoting import PricedLine, QuotedOrder, quote
from sandbox.marketplace.request import ApiCall
from sandbox.marketplace.rules import check_flow, check_quantities, check_stock, resolve
from sandbox.marketplace.world import World

CREDIT_LIMIT_FEN = 30000

Answer = dict[str, object]


async def preview_order(world: World, call: ApiCall) -> object:
    """One entry per order that create would make; totals in fen, lines in yuan."""
    flow = call.optional_text("flow")
    try:
        wanted = read_order_request(call, BAD_PARAMETER)
        check_flow(flow)
        lines = resolve(world.shelf, wanted.lines)
        check_stock(lines)
        check_quantities(lines, world.switches)
    except OrderRefusal as refusal:
        return refused(world, _answer(None, refusal), refusal.message)
    orders = quote(lines, wanted.address.district_code, world.switches)
    return _answer([_entry(order) for order in orders], None)


def _answer(entries: list[Answer] | None, refusal: OrderRefusal | None) -> Answer:
    return {
        "orderPreviewResuslt": entries,
        "success": refusal is None,
        "errorCode": refusal.code if refusal else None,
        "errorMsg": refusal.message if refusal else None,
        "postFeeByDescOfferList": None,
        "consignOfferList": None,
        "unsupportedCrossBorderPayOfferList": None if refusal else [],
    }


def _entry(order: QuotedOrder) -> Answer:
    return {
        "discountFee": None,
        "tradeModeNameList": ["assureTrade"],
        "status": True,
        "taoSampleSinglePromotion": False,
        "sumPayment": order.total_fen,
        "message": None,
        "sumCarriage": order.carriage_fen,
        "resultCode": None,
        "sumPaymentNoCarriage": order.goods_fen,
        "additionalFee": None,
        "flowFlag": "general",
        "cargoList": [_cargo(line) for line in order.lines],
        "shopPromotionList": [],
        "tradeModelList": [
            {
                "tradeWay": None,
                "name": "担保交易",
                "tradeType": "assureTrade",
                "description": "",
                "opSupport": True,
            }
        ],
        "payChannelInfos": [
            {"name": "alipay"},
            {"name": "shegou", "amountLimit": CREDIT_LIMIT_FEN},
        ],
    }


def _cargo(priced: PricedLine) -> Answer:
    line = priced.line
    return {
        "amount": yuan(priced.amount_fen),
        "message": None,
        "finalUnitPrice": yuan(priced.list_unit_fen),
        "specId": line.spec_id,
        "skuId": line.sku.sku_id if line.sku else None,
        "resultCode": None,
        "offerId": line.offer_id,
        "cargoPromotionList": [_promotion(priced)] if priced.saved_fen else [],
        "openOfferId": _open_offer_id(line.offer_id),
    }


def _promotion(priced: PricedLine) -> Answer:
    saved = yuan_text(priced.saved_fen)
    return {
        "promotionId": f"plus-1081365079-901378548216|AliB2Bdszk-{priced.line.offer_id}",
        # False although it is taken off, as in the published sample.
        "selected": False,
        "text": f"省{saved}:PLUS会员价",
        "desc": f"<ul><li>PLUS会员价:省{saved}元</li></ul>",
        "freePostage": False,
        "discountFee": priced.saved_fen,
    }


def _open_offer_id(offer_id: int) -> str:
    return base64.b64encode(hashlib.md5(str(offer_id).encode()).digest()).decode()
