"""4.4: everything about one offer."""

from __future__ import annotations

from sandbox.marketplace.catalogue import CatalogueOffer, CatalogueSku, SkuAttribute
from sandbox.marketplace.envelope import NOT_FOUND, GatewayRefusal
from sandbox.marketplace.languages import Language, read_language
from sandbox.marketplace.picture_files import picture_url
from sandbox.marketplace.quoting import plus_price
from sandbox.marketplace.request import ApiCall
from sandbox.marketplace.world import World

PACKAGE_SOURCE = "商家自填"

Answer = dict[str, object]


async def product_detail(world: World, call: ApiCall) -> object:
    """The offer with all documented top-level keys; also for offers that are not on sale."""
    offer_id = call.text("offerId")
    language = read_language(world, call)
    offer = (
        world.shelf.look_at(int(offer_id)) if offer_id.isascii() and offer_id.isdigit() else None
    )
    if offer is None:
        raise GatewayRefusal(NOT_FOUND, "商品不存在")
    return (
        _identity(offer, language)
        | _pictures_and_text(offer, language, call.base_url)
        | {
            "productSkuInfos": _skus(offer, language, call.base_url),
            "productSaleInfo": _sale(offer, language),
            "productShippingInfo": _shipping(offer),
        }
        | _terms(offer)
        | _shop(offer)
    )


def _identity(offer: CatalogueOffer, language: Language) -> Answer:
    return {
        "offerId": offer.offer_id,
        "categoryId": offer.category_id,
        "categoryName": None,
        "topCategoryId": offer.top_category_id,
        "secondCategoryId": offer.second_category_id,
        "thirdCategoryId": offer.third_category_id,
        "subject": offer.subject,
        "subjectTrans": language.pick(offer.subject, offer.subject_trans),
    }


def _pictures_and_text(offer: CatalogueOffer, language: Language, base_url: str) -> Answer:
    return {
        "description": offer.description,
        "mainVideo": None,
        "detailVideo": None,
        "productImage": {"images": [picture_url(base_url, name) for name in offer.pictures]},
        "productAttribute": [
            {
                "attributeId": row.attribute_id,
                "attributeName": row.name.zh,
                "value": row.value.zh,
                "attributeNameTrans": language.of(row.name),
                "valueTrans": language.of(row.value),
            }
            for row in offer.attributes
        ],
    }


def _skus(offer: CatalogueOffer, language: Language, base_url: str) -> list[Answer] | None:
    if offer.skus is None:
        return None
    return [_sku(sku, language, base_url) for sku in offer.skus]


def _sku(sku: CatalogueSku, language: Language, base_url: str) -> Answer:
    return {
        "amountOnSale": sku.amount_on_sale,
        "price": sku.price,
        "jxhyPrice": None,
        "skuId": sku.sku_id,
        "specId": sku.spec_id,
        "skuAttributes": [_choice(choice, language, base_url) for choice in sku.attributes],
        "pfJxhyPrice": None,
        "consignPrice": sku.consign_price,
        "cargoNumber": sku.cargo_number,
        "promotionPrice": None,
    }


def _choice(choice: SkuAttribute, language: Language, base_url: str) -> Answer:
    return {
        "attributeId": choice.attribute_id,
        "attributeName": choice.name.zh,
        "attributeNameTrans": language.of(choice.name),
        "value": choice.value.zh,
        "valueTrans": language.of(choice.value),
        "skuImageUrl": picture_url(base_url, choice.picture) if choice.picture else None,
    }


def _sale(offer: CatalogueOffer, language: Language) -> Answer:
    return {
        "priceRanges": None,
        "amountOnSale": offer.amount_on_sale,
        "priceRangeList": [
            {
                "startQuantity": tier.start_quantity,
                "price": tier.price,
                "promotionPrice": plus_price(offer, tier.price),
            }
            for tier in offer.tiers
        ],
        "quoteType": offer.quote_type,
        "consignPrice": None if offer.skus else offer.consign_price,
        "jxhyPrice": None,
        "unitInfo": {"unit": offer.unit.zh, "transUnit": language.of(offer.unit)},
    }


def _shipping(offer: CatalogueOffer) -> Answer:
    skus = offer.skus or ()
    lone = not skus
    return {
        "sendGoodsAddressText": offer.seller.send_goods_address,
        "weight": offer.weight_kg if lone else None,
        "width": offer.width_cm if lone else None,
        "height": offer.height_cm if lone else None,
        "length": offer.length_cm if lone else None,
        "skuShippingInfoList": [
            {
                "specId": sku.spec_id,
                "skuId": sku.sku_id,
                "width": sku.width_cm,
                "length": sku.length_cm,
                "height": sku.height_cm,
                # The deprecated list counts grams where the other one counts kilograms.
                "weight": int(sku.weight_kg * 1000),
            }
            for sku in skus
        ],
        "shippingTimeGuarantee": offer.shipping_time_guarantee,
        "skuShippingDetails": [
            {
                "skuId": str(sku.sku_id),
                "width": sku.width_cm,
                "length": sku.length_cm,
                "height": sku.height_cm,
                "weight": sku.weight_kg,
                "pkgSizeSource": PACKAGE_SOURCE,
            }
            for sku in skus
        ],
        "pkgSizeSource": PACKAGE_SOURCE if lone else None,
    }


def _terms(offer: CatalogueOffer) -> Answer:
    return {
        "isJxhy": False,
        "minOrderQuantity": offer.min_order_quantity,
        "batchNumber": offer.batch_number,
        "status": offer.status,
        "tagInfoList": [{"key": key, "value": value} for key, value in offer.tags.items()],
        "traceInfo": f"object_id@{offer.offer_id}^object_type@offer",
        "sellerMixSetting": {
            "isGeneralHunpi": None,
            "mixAmount": offer.mix.amount,
            "mixNumber": offer.mix.number,
            "generalHunpi": offer.mix.allowed,
        },
        "productCargoNumber": offer.cargo_number,
        "promotionModel": {
            "hasPromotion": offer.plus_rate is not None,
            "promotionType": "plus" if offer.plus_rate is not None else None,
        },
    }


def _shop(offer: CatalogueOffer) -> Answer:
    return {
        "sellerOpenId": offer.seller.seller_open_id,
        "sellerDataInfo": dict(offer.seller.scores),
        "soldOut": offer.sold_out,
        "channelPrice": None,
        "tradeScore": offer.trade_score,
        "sellingPoint": None,
        "offerIdentities": list(offer.offer_identities),
        "createDate": offer.created_at,
    }
