"""Made-up goods in the shape and size of the gateway's documented answers (contract 4 to 6)."""

from functools import lru_cache
from typing import Any

import orjson

Json = dict[str, Any]
_COLOURS = (("白色", "White"), ("黑色", "Black"), ("军绿色", "Army green"))
_SIZES = ("S", "M", "L", "XL", "XXL", "XXXL")
_PRICE = 1390  # fen
_FREIGHT = 350
HITS = 10


def envelope(data: object) -> bytes:
    """Wrap an answer's data."""
    return orjson.dumps(
        {
            "code": 200,
            "message": "操作成功",
            "data": data,
            "timestamp": 1723619438689,
            "traceId": "307c881d5e6e",
        }
    )


def uploaded(number: int) -> bytes:
    """The id of a picture that was uploaded; each has goods of its own."""
    return envelope({"imageId": str(900_000 + number)})


def first_offer(keyword: str) -> int:
    """Return the id of the first hit for a keyword, the same for the same keyword."""
    digits = "".join(each for each in keyword if each.isdigit()) or "0"
    return 670_000_000_000 + int(digits) * 1000


@lru_cache(maxsize=8192)
def search(keyword: str, page: int, pictures: str) -> bytes:
    """A page of ten hits."""
    first = first_offer(keyword) + (page - 1) * HITS
    rows = [_hit(offer, pictures) for offer in range(first, first + HITS)]
    found = {"totalRecords": 2000, "totalPage": 200, "pageSize": HITS, "currentPage": page}
    return envelope({**found, "data": rows})


def _hit(offer: int, pictures: str) -> Json:
    return {
        "imageUrl": f"{pictures}/{offer}.jpg",
        "subject": f"新款双肩背包男士大容量旅行包休闲书包{offer % 1000}号",
        "subjectTrans": f"New Backpack Men's Large Capacity Travel Bag Casual School Bag {offer}",
        "priceInfo": {"price": "13.90", "jxhyPrice": None, "consignPrice": "15.90"},
        "offerId": offer,
        "isJxhy": False,
        "repurchaseRate": "26%",
        "monthSold": 3911,
        "traceInfo": f"object_id%40{offer}%5Eobject_type%40offer%5Etrace%4021668b57172077750520",
        "isOnePsale": True,
        "sellerIdentities": ["tp_member"],
    }


@lru_cache(maxsize=8192)
def offer_detail(offer: int, pictures: str) -> bytes:
    """A listing of 18 variants in three colours and six sizes."""
    skus = [
        _sku(offer, colour, size, pictures)
        for colour in range(len(_COLOURS))
        for size in range(len(_SIZES))
    ]
    shipping = [
        {"specId": each["specId"], "skuId": each["skuId"], "width": 22, "length": 33, "weight": 200}
        for each in skus
    ]
    trait = {"attributeId": "31521", "attributeName": "面料名称", "value": "精梳棉"}
    trait |= {"attributeNameTrans": "Fabric Name", "valueTrans": "Combed cotton"}
    return envelope(
        {
            "offerId": offer,
            "categoryId": 1031919,
            "subject": f"新款双肩背包男士大容量旅行包休闲书包{offer % 1000}号",
            "subjectTrans": f"New Backpack Men's Large Capacity Travel Bag Casual Bag {offer}",
            "description": '<div id="offer-template-0"></div>' + "<p><img/></p>" * 40,
            "productImage": {"images": [f"{pictures}/{offer}.jpg", f"{pictures}/{offer}b.jpg"]},
            "productAttribute": [trait] * 34,
            "productSkuInfos": skus,
            "productSaleInfo": {
                "amountOnSale": 166761,
                "priceRangeList": [
                    {"startQuantity": 2, "price": "13.9", "promotionPrice": "13.21"},
                    {"startQuantity": 100, "price": "12.9", "promotionPrice": "12.21"},
                ],
                "quoteType": 2,
                "unitInfo": {"unit": "件", "transUnit": "Piece"},
            },
            "productShippingInfo": {
                "sendGoodsAddressText": "广东省广州市",
                "skuShippingInfoList": shipping,
                "shippingTimeGuarantee": "shipIn48Hours",
            },
            "isJxhy": False,
            "sellerOpenId": "BBBEjczPHMQ_zHE-67YyNGXyw",
            "minOrderQuantity": 2,
            "batchNumber": None,
            "status": "published",
            "sellerMixSetting": {"mixAmount": 2, "mixNumber": 2, "generalHunpi": True},
            "sellerDataInfo": {
                "tradeMedalLevel": "3",
                "compositeServiceScore": "4.5",
                "repeatPurchasePercent": "0.5248344370860927",
            },
            "soldOut": "128",
            "tradeScore": "4.9",
            "offerIdentities": ["tp_member"],
            "createDate": "2022-03-21 11:59:55",
        }
    )


def _sku(offer: int, colour: int, size: int, pictures: str) -> Json:
    number = colour * len(_SIZES) + size
    name, translated = _COLOURS[colour]
    return {
        "amountOnSale": 9498,
        "price": None,
        "skuId": offer * 10 + number,
        "specId": f"{offer * 100 + number:032x}",
        "skuAttributes": [
            {
                "attributeId": 3216,
                "attributeName": "颜色",
                "attributeNameTrans": "Color",
                "value": name,
                "valueTrans": translated,
                "skuImageUrl": f"{pictures}/{offer}-{colour}.jpg",
            },
            {
                "attributeId": 450,
                "attributeName": "尺码",
                "attributeNameTrans": "Size",
                "value": _SIZES[size],
                "valueTrans": _SIZES[size],
                "skuImageUrl": None,
            },
        ],
        "consignPrice": "15.9",
        "cargoNumber": "无缝短袖",
    }


def preview(cargo: list[Json]) -> bytes:
    """The binding numbers, in fen but for the lines."""
    lines = [
        {
            "amount": each["quantity"] * _PRICE / 100,
            "finalUnitPrice": _PRICE / 100,
            "specId": each.get("specId"),
            "offerId": each["offerId"],
            "resultCode": None,
            "message": None,
            "cargoPromotionList": [],
        }
        for each in cargo
    ]
    goods = sum(each["quantity"] for each in cargo) * _PRICE
    entry = {
        "discountFee": None,
        "tradeModeNameList": ["assureTrade"],
        "status": True,
        "sumPayment": goods + _FREIGHT,
        "sumCarriage": _FREIGHT,
        "sumPaymentNoCarriage": goods,
        "additionalFee": None,
        "resultCode": None,
        "message": None,
        "flowFlag": "general",
        "cargoList": lines,
        "shopPromotionList": [],
        "payChannelInfos": [{"name": "alipay"}],
    }
    return envelope({"orderPreviewResuslt": [entry], "success": True, "errorCode": None})


def created(order_id: int, cargo: list[Json]) -> bytes:
    """One order for all lines."""
    total = sum(each["quantity"] for each in cargo) * _PRICE + _FREIGHT
    return envelope(
        {
            "totalSuccessAmount": total,
            "orderId": str(order_id),
            "success": True,
            "code": None,
            "message": None,
            "failedOfferList": None,
            "postFee": _FREIGHT,
            "orderList": [],
        }
    )


def order_detail(order_id: int) -> bytes:
    """An order of twelve pieces that waits for its payment."""
    offer = first_offer("0")
    item = {
        "itemAmount": 12 * _PRICE / 100,
        "name": "新款双肩背包男士大容量旅行包休闲书包",
        "price": _PRICE / 100,
        "productID": offer,
        "skuID": offer * 10,
        "specId": f"{offer * 100:032x}",
        "quantity": 12,
        "status": "waitbuyerpay",
        "subItemID": order_id,
        "subItemIDString": str(order_id),
        "unit": "件",
        "gmtPayExpireTime": "2036-08-15 03:10:38",
    }
    base = {
        "id": order_id,
        "idOfStr": str(order_id),
        "status": "waitbuyerpay",
        "createTime": "20240814151038000+0800",
        "totalAmount": (12 * _PRICE + _FREIGHT) / 100,
        "sumProductPayment": 12 * _PRICE / 100,
        "shippingFee": _FREIGHT / 100,
        "payTimeout": 43200,
        "payTimeoutType": 0,
        "receiverInfo": {"toFullName": "张三", "toDivisionCode": "330108"},
    }
    return envelope({"baseInfo": base, "productItems": [item], "nativeLogistics": {}})


def payment_link(order_ids: str) -> bytes:
    """Where to pay."""
    numbers = order_ids.strip("[]").replace(",", ";")
    url = f"https://trade.1688.com/order/cashier.htm?orderId={numbers}"
    return envelope({"erroMsg": None, "payUrl": url, "success": True})
