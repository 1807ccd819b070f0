"""Searches by keyword, shop and picture; details of offers without variants; pictures."""

import base64
import io

import pytest
from marketplace_client import (
    DETAIL,
    FREIGHT,
    IMAGE_SEARCH,
    KEYWORD_SEARCH,
    PAGE,
    SHOP_SEARCH,
    UPLOAD,
    Caller,
    picture,
)
from marketplace_goods import CLOTHES, GONE, LAMP, MUG, PAPER, PENCIL, TAPE, TSHIRT
from PIL import Image, ImageDraw

from sandbox.marketplace.catalogue import load_catalogue
from sandbox.marketplace.search_terms import HALF, relevance


async def found(market: Caller, path: str, **query: object) -> list[int]:
    answer = await market.get(path, **(PAGE | query))
    assert answer["code"] == 200, answer["message"]
    return [item["offerId"] for item in answer["data"]["data"] or []]


@pytest.mark.parametrize(
    ("keyword", "offers"),
    [
        ("马克杯", [MUG]),
        ("杯", [MUG]),
        ("情侣马克杯子", [MUG]),
        ("USB", [TAPE]),
        ("usb胶带座", [TAPE]),
        ("mug", []),
        ("tape dispenser", []),
        ("飞机模型", []),
        ("精梳棉", [TSHIRT, PENCIL, TAPE, MUG, LAMP]),
    ],
)
async def test_a_keyword_finds_chinese_words(
    market: Caller, keyword: str, offers: list[int]
) -> None:
    """Chinese words and embedded tokens are found; English is not translated; expired is gone."""
    assert set(await found(market, KEYWORD_SEARCH, keyword=keyword)) == set(offers)
    assert GONE not in await found(market, KEYWORD_SEARCH, keyword=keyword)


async def test_hits_are_sorted_bounded_and_paged(market: Caller) -> None:
    """Sort by price and sales, bounds in yuan, pages without overlap, one page too many."""
    by_price = await found(market, KEYWORD_SEARCH, keyword="精梳棉", sort='{"price":"asc"}')
    assert by_price == [PENCIL, TAPE, MUG, TSHIRT, LAMP]
    by_sales = await found(market, KEYWORD_SEARCH, keyword="精梳棉", sort='{"monthSold":"desc"}')
    assert by_sales[0] == PENCIL
    bounds = {"priceStart": "3.5", "priceEnd": "6.9"}
    assert set(await found(market, KEYWORD_SEARCH, keyword="精梳棉", **bounds)) == {TAPE, MUG}
    pages = [
        await market.get(
            KEYWORD_SEARCH, **(PAGE | {"beginPage": n, "pageSize": 5}), keyword="精梳棉"
        )
        for n in (1, 2)
    ]
    assert [page["data"]["totalRecords"] for page in pages] == [5, 5]
    assert [page["data"]["totalPage"] for page in pages] == [2, 2]
    assert len(pages[0]["data"]["data"]) == 5
    assert pages[1]["data"]["data"] is None


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"keyword": ""}, "keyword参数不能为空"),
        ({"beginPage": ""}, "beginPage参数不能为空"),
        ({"beginPage": "0"}, "beginPage参数不能小于1"),
        ({"pageSize": "51"}, "pageSize参数不能大于50"),
        ({"pageSize": "many"}, "pageSize参数类型错误，应为整数"),
        ({"country": ""}, "country参数不能为空"),
        ({"sort": "price"}, "sort参数格式错误，应为JSON字符串"),
        ({"sort": '{"size":"asc"}'}, "sort参数不支持该排序方式"),
        ({"priceEnd": "-1"}, "priceEnd参数格式错误"),
    ],
)
async def test_a_wrong_parameter_is_named(
    market: Caller, change: dict[str, str], text: str
) -> None:
    """Code 400 with the parameter's name in Chinese."""
    answer = await market.get(KEYWORD_SEARCH, **({"keyword": "杯"} | PAGE | change))
    assert (answer["code"], answer["message"]) == (400, text)


async def test_filters_narrow_by_tag_and_shipping_time(market: Caller) -> None:
    """A tag of the offer, the seller's scores, the promised time; unknown tags narrow nothing."""
    every = await found(market, KEYWORD_SEARCH, keyword="精梳棉", filter="ksCiphertext")
    assert len(every) == 5
    for kept in ("shipIn48Hours", "totalEpScoreLv2", "isOnePsale"):
        assert len(await found(market, KEYWORD_SEARCH, keyword="精梳棉", filter=kept)) == 5
    for emptied in ("shipInToday", "certifiedFactory", "totalEpScoreLv1", "new30", "jxhy"):
        assert await found(market, KEYWORD_SEARCH, keyword="精梳棉", filter=emptied) == []


async def test_a_shop_shows_its_own_offers(market: Caller) -> None:
    """Without a keyword all of them, with one those that match."""
    shop = {"sellerOpenId": PAPER.seller_open_id}
    assert set(await found(market, SHOP_SEARCH, **shop)) == {PENCIL, TAPE}
    assert await found(market, SHOP_SEARCH, **shop, keyword="铅笔") == [PENCIL]
    assert await found(market, SHOP_SEARCH, sellerOpenId=CLOTHES.seller_open_id) == [TSHIRT]


async def test_a_picture_finds_what_looks_alike(market: Caller) -> None:
    """The offer of that colour first, those unlike it not at all; words narrow the hits."""
    red = await market.upload(picture("red"))
    assert await found(market, IMAGE_SEARCH, imageId=red) == [TSHIRT]
    assert await found(market, IMAGE_SEARCH, imageId=red, keyword="铅笔") == []
    white = await market.upload(picture("white"))
    assert await found(market, IMAGE_SEARCH, imageId=white) == []
    purple = await market.upload(picture("#7f007f"))
    assert set(await found(market, IMAGE_SEARCH, imageId=purple)) == {TSHIRT, PENCIL}
    hinted = await found(market, IMAGE_SEARCH, imageId=purple, auxiliaryText="铅笔")
    assert hinted == [PENCIL, TSHIRT]
    cheap = await found(market, IMAGE_SEARCH, imageId=purple, sort='{"price":"asc"}')
    assert cheap == [PENCIL, TSHIRT]


async def test_a_region_of_the_picture_is_searched_by_itself(market: Caller) -> None:
    """A blue square on white: its region is offered, and searching it finds the blue offer."""
    image = Image.new("RGB", (200, 100), "white")
    ImageDraw.Draw(image).rectangle((120, 20, 179, 79), fill="blue")
    file = io.BytesIO()
    image.save(file, "PNG")
    image_id = await market.upload(file.getvalue())
    whole = await market.get(IMAGE_SEARCH, imageId=image_id, **PAGE)
    assert whole["data"]["data"] is None
    regions = whole["data"]["picRegionInfo"]
    assert regions["currentRegion"] == "0,199,0,99"
    assert regions["yoloCropRegion"] == "120,179,20,79;0,199,0,99"
    assert await found(market, IMAGE_SEARCH, imageId=image_id, region="120,179,20,79") == [PENCIL]
    bad = await market.get(IMAGE_SEARCH, imageId=image_id, region="1,2", **PAGE)
    assert bad["code"] == 400


async def test_an_unknown_picture_is_refused(market: Caller) -> None:
    """An image id nobody was given gets code 400."""
    answer = await market.get(IMAGE_SEARCH, imageId="1164408192156408878", **PAGE)
    assert answer["code"] == 400
    assert "imageId" in answer["message"]


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("", "image_base64或pic_url参数不能同时为空"),
        ("data:image/png;base64,AAAA", "image_base64参数不是合法的Base64"),
        (base64.b64encode(b"not a picture").decode(), "图片格式错误，仅支持JPG、PNG、WEBP"),
        (
            base64.b64encode(picture("red", kind="GIF")).decode(),
            "图片格式错误，仅支持JPG、PNG、WEBP",
        ),
        (base64.b64encode(bytes(3_000_000)).decode(), "图片大小不能超过3M"),
    ],
)
async def test_only_a_real_picture_is_taken(market: Caller, field: str, text: str) -> None:
    """No picture, a data address, no image, an animated format and too many bytes are refused."""
    answer = await market.http.post(UPLOAD, data=market.signed({"image_base64": field}))
    assert (answer.json()["code"], answer.json()["message"]) == (400, text)


async def test_an_offer_without_variants_has_no_skus(market: Caller) -> None:
    """Null or an empty list, no unit price but tiers; its sizes stand on the offer."""
    tape = (await market.get(DETAIL, offerId=str(TAPE), country="en"))["data"]
    assert tape["productSkuInfos"] is None
    assert tape["productSaleInfo"]["quoteType"] == 0
    assert tape["productShippingInfo"]["weight"] == 0.2
    gone = (await market.get(DETAIL, offerId=str(GONE), country="en"))["data"]
    assert (gone["productSkuInfos"], gone["status"]) == ([], "expired")
    assert (await market.get(DETAIL, offerId="1", country="en"))["code"] == 404


async def test_prices_stand_on_variants_only_for_quote_type_one(market: Caller) -> None:
    """Quote type 2: SKU price null and tiers; quote type 1: SKU prices and no tiers."""
    shirt = (await market.get(DETAIL, offerId=str(TSHIRT), country="en"))["data"]
    assert {sku["price"] for sku in shirt["productSkuInfos"]} == {None}
    assert shirt["productSaleInfo"]["priceRangeList"] == [
        {"startQuantity": 2, "price": "13.9", "promotionPrice": "13.21"},
        {"startQuantity": 20, "price": "13.5", "promotionPrice": "12.83"},
    ]
    mug = (await market.get(DETAIL, offerId=str(MUG), country="en"))["data"]
    assert [sku["price"] for sku in mug["productSkuInfos"]] == ["6.9", "7.5"]
    assert mug["productSaleInfo"]["priceRangeList"] == []


async def test_the_same_weight_stands_in_kilograms_and_in_grams(market: Caller) -> None:
    """The deprecated list counts grams; sku ids are text in one list and numbers in the other."""
    data = (await market.get(DETAIL, offerId=str(TSHIRT), country="en"))["data"]
    shipping = data["productShippingInfo"]
    assert shipping["skuShippingDetails"][0]["weight"] == 0.2
    assert shipping["skuShippingInfoList"][0]["weight"] == 200
    assert shipping["skuShippingDetails"][0]["skuId"] == "4829152353068"
    assert shipping["skuShippingInfoList"][0]["skuId"] == 4829152353068


async def test_freight_depends_on_the_province_and_checks_its_counts(market: Caller) -> None:
    """Xinjiang takes the remote rate; a wrong sum or variant is refused."""
    body = {
        "offerId": TSHIRT,
        "toProvinceCode": "650000",
        "toCityCode": "650100",
        "toCountryCode": "650102",
        "totalNum": 6,
        "logisticsSkuNumModels": [{"skuId": "4829152353068", "number": 6}],
    }
    assert (await market.post(FREIGHT, body))["data"]["freight"] == "27.00"
    assert (await market.post(FREIGHT, body | {"totalNum": 5}))["code"] == 400
    assert (await market.post(FREIGHT, body | {"toCountryCode": "310107"}))["code"] == 400
    number = [{"skuId": 4829152353068, "number": 6}]
    assert (await market.post(FREIGHT, body | {"logisticsSkuNumModels": number}))["code"] == 400


async def test_pictures_are_served_whole_and_small(market: Caller) -> None:
    """Addresses of search hits lead to cacheable JPEGs; small copies are small; no other path."""
    answer = await market.get(KEYWORD_SEARCH, keyword="马克杯", **PAGE)
    address = answer["data"]["data"][0]["imageUrl"]
    assert address.startswith(str(market.http.base_url))
    whole = await market.http.get(address)
    assert whole.headers["content-type"] == "image/jpeg"
    assert "max-age" in whole.headers["cache-control"]
    small = await market.http.get(address.replace(".jpg", ".80x80.jpg"))
    assert Image.open(io.BytesIO(small.content)).size == (80, 80)
    for other in ("/img/none.jpg", "/img/..%2Fsecret.jpg", "/img/green.9999x9999.jpg"):
        assert (await market.http.get(other)).status_code == 404


@pytest.mark.parametrize(
    ("keyword", "subject", "finds"),
    [
        ("杯子", "家用水杯", True),
        ("鞋子", "透气平底休闲布鞋", True),
        ("杯垫", "家用水杯", False),
    ],
)
def test_what_people_call_it_finds_what_sellers_call_it(keyword, subject, finds):
    """A character that only fills a word up does not have to be in the title."""
    offer = next(iter(load_catalogue().offers.values()))
    bare = offer.model_copy(update={"subject": subject, "attributes": ()})
    assert (relevance(keyword, bare) >= HALF) is (finds)
