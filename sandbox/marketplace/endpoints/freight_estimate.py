"""4.8: what the leg from the seller to a Chinese address would cost."""

from __future__ import annotations

from decimal import Decimal

from sandbox.marketplace.catalogue import CatalogueOffer, CatalogueSku, FreightRate
from sandbox.marketplace.divisions import division
from sandbox.marketplace.envelope import BAD_PARAMETER, NOT_FOUND, GatewayRefusal
from sandbox.marketplace.money import yuan_text
from sandbox.marketplace.request import ApiCall
from sandbox.marketplace.world import World

CHARGE_TYPE = {"weight": "0", "pieces": "1"}
FREE = FreightRate(first_unit="1", first_fee="0", next_unit="1", next_fee="0")


async def freight_estimate(world: World, call: ApiCall) -> object:
    """The template, its rate for the destination, and the fee in yuan."""
    offer = world.shelf.get(call.integer("offerId"))
    if offer is None:
        raise GatewayRefusal(NOT_FOUND, "商品不存在")
    province, district = call.text("toProvinceCode"), call.text("toCountryCode")
    call.text("toCityCode")
    if division(district) is None or province[:2] != district[:2]:
        raise GatewayRefusal(BAD_PARAMETER, "收货地址编码错误")
    pieces = call.integer("totalNum")
    weight = _weight_kg(offer, pieces, call.first.get("logisticsSkuNumModels"))
    rate = offer.freight.rate_for(province)
    return _template(offer, rate or FREE) | {
        "freight": yuan_text(offer.freight.fee_fen(province, pieces, weight)),
        "freePostage": rate is None,
        "productFreightSkuInfoModels": [_sku_size(sku) for sku in offer.skus or ()],
    }


def _template(offer: CatalogueOffer, rate: FreightRate) -> dict[str, object]:
    return {
        "offerId": offer.offer_id,
        "templateId": offer.freight.template_id,
        "singleProductWeight": offer.weight_kg,
        "singleProductWidth": offer.width_cm,
        "singleProductHeight": offer.height_cm,
        "singleProductLength": offer.length_cm,
        "templateType": 1 if offer.freight.free_postage else 2,
        "templateName": offer.freight.name,
        "subTemplateType": 0,
        "subTemplateName": "快递",
        "firstFee": rate.first_fee,
        "firstUnit": rate.first_unit,
        "nextFee": rate.next_fee,
        "nextUnit": rate.next_unit,
        "discount": "1",
        "chargeType": CHARGE_TYPE[offer.freight.charge],
        "sizeValueType": 2 if offer.skus else 1,
    }


def _sku_size(sku: CatalogueSku) -> dict[str, object]:
    return {
        "skuId": str(sku.sku_id),
        "singleSkuWeight": sku.weight_kg,
        "singleSkuWidth": sku.width_cm,
        "singleSkuHeight": sku.height_cm,
        "singleSkuLength": sku.length_cm,
    }


def _weight_kg(offer: CatalogueOffer, pieces: int, models: object) -> Decimal:
    if not isinstance(models, list):
        raise GatewayRefusal(BAD_PARAMETER, "logisticsSkuNumModels参数不能为空")
    if not offer.skus:
        return offer.weight_kg * pieces
    weights = {str(sku.sku_id): sku.weight_kg for sku in offer.skus}
    counted, weight = 0, Decimal(0)
    for model in models:
        sku_id = model.get("skuId") if isinstance(model, dict) else None
        number = model.get("number") if isinstance(model, dict) else None
        if not isinstance(sku_id, str) or sku_id not in weights:
            raise GatewayRefusal(BAD_PARAMETER, "logisticsSkuNumModels.skuId参数错误")
        if not isinstance(number, int) or isinstance(number, bool) or number < 1:
            raise GatewayRefusal(BAD_PARAMETER, "logisticsSkuNumModels.number参数错误")
        counted += number
        weight += weights[sku_id] * number
    if counted != pieces:
        raise GatewayRefusal(BAD_PARAMETER, "totalNum与logisticsSkuNumModels数量不一致")
    return weight
