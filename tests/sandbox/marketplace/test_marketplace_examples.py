"""The published examples, replayed: the same keys with the same types come back."""

import base64
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from marketplace_client import (
    AGREEMENT,
    CANCEL,
    CATEGORY,
    CREATE,
    DETAIL,
    FREIGHT,
    IMAGE_SEARCH,
    KEYWORD_SEARCH,
    LINKS,
    NAVIGATION,
    ORDER,
    ORDERS,
    PREVIEW,
    RECEIPT,
    SHOP_SEARCH,
    UPLOAD,
    Caller,
    example,
    picture,
)
from marketplace_goods import CLOTHES, PENCIL, PENCIL_2B, TSHIRT, TULIP_S
from published_shapes import differences


async def test_the_comparison_itself_tells_types_apart() -> None:
    """A number in place of a string, a lost key and a new key are all reported."""
    assert differences({"id": "1", "n": 1}, {"id": 1, "x": 2}) != []
    assert len(differences({"id": "1", "n": 1}, {"id": 1, "x": 2})) == 3


async def replay_upload(market: Caller) -> tuple[str, dict[str, Any]]:
    fields = market.signed(
        {"image_base64": example("01-upload-image.json")["request"]["image_base64"]}
    )
    answer = await market.http.post(UPLOAD, files={k: (None, v) for k, v in fields.items()})
    return "01-upload-image.json", answer.json()


async def replay_image_search(market: Caller) -> tuple[str, dict[str, Any]]:
    request = example("02-image-search.json")["request"]
    del request["appKey"], request["sign"]
    request["filter"] = "ksCiphertext"
    request["imageId"] = await market.upload(picture("red"))
    return "02-image-search.json", await market.get(IMAGE_SEARCH, **request)


async def replay_keyword_search(market: Caller) -> tuple[str, dict[str, Any]]:
    request = example("03-keyword-search.json")["request"]
    del request["appKey"], request["sign"]
    request |= {"keyword": "铅笔", "filter": "shipIn48Hours,ksCiphertext", "outMemberId": "123"}
    return "03-keyword-search.json", await market.get(KEYWORD_SEARCH, **request)


async def replay_detail(market: Caller) -> tuple[str, dict[str, Any]]:
    request = {"offerId": str(TSHIRT), "country": "en", "outMemberId": ""}
    return "04-product-detail.json", await market.get(DETAIL, **request)


async def replay_shop(market: Caller) -> tuple[str, dict[str, Any]]:
    request = example("06-shop-search.json")["request"]
    del request["appKey"], request["sign"]
    request["sellerOpenId"] = CLOTHES.seller_open_id
    return "06-shop-search.json", await market.get(SHOP_SEARCH, **request)


async def replay_freight(market: Caller) -> tuple[str, dict[str, Any]]:
    request = example("08-freight-estimate.json")["request"]
    del request["appKey"], request["sign"]
    return "08-freight-estimate.json", await market.post(FREIGHT, request)


async def replay_preview(market: Caller) -> tuple[str, dict[str, Any]]:
    request = example("09-preview-order.json")["request"]
    del request["appKey"], request["sign"]
    return "09-preview-order.json", await market.post(PREVIEW, request)


async def replay_create(market: Caller) -> tuple[str, dict[str, Any]]:
    request = example("10-create-order.json")["request"]
    del request["appKey"], request["sign"]
    return "10-create-order.json", await market.post(CREATE, request)


async def replay_cancel(market: Caller) -> tuple[str, dict[str, Any]]:
    _, created = await replay_create(market)
    await market.advance(10)
    request = {"webSite": "1688", "cancelReason": "other", "remark": ""}
    order_id = created["data"]["orderId"]
    return "11-cancel-order.json", await market.post(CANCEL, request | {"orderId": order_id})


async def replay_order(market: Caller) -> tuple[str, dict[str, Any]]:
    _, created = await replay_create(market)
    request = {"webSite": "1688", "orderId": created["data"]["orderId"]}
    return "12-order-detail.json", await market.post(ORDER, request)


async def replay_orders(market: Caller) -> tuple[str, dict[str, Any]]:
    await replay_create(market)
    request = {"outOrderId": "T20240708002", "page": 1, "pageSize": 20}
    return "13-order-list.json", await market.post(ORDERS, request)


async def replay_links(market: Caller) -> tuple[str, dict[str, Any]]:
    _, created = await replay_create(market)
    order_id = created["data"]["orderId"]
    return "15-payment-links.json", await market.get(LINKS, orderIdList=f"[{order_id}]")


async def replay_category(market: Caller) -> tuple[str, dict[str, Any]]:
    return "05-category.json", await market.get(CATEGORY, categoryID="0")


async def replay_receipt(market: Caller) -> tuple[str, dict[str, Any]]:
    _, created = await replay_create(market)
    order_id = created["data"]["orderId"]
    for step in ("pay", "ship"):
        await market.http.post(f"/sandbox/orders/{order_id}/{step}")
    body = {"orderId": int(order_id), "orderEntryIds": [int(order_id)]}
    return "14-confirm-receipt.json", await market.post(RECEIPT, body)


async def replay_password_free(market: Caller) -> tuple[str, dict[str, Any]]:
    _, created = await replay_create(market)
    answer = await market.post(AGREEMENT, {"orderId": created["data"]["orderId"]})
    return "16-password-free-payment.json", answer


Replay = Callable[[Caller], Awaitable[tuple[str, dict[str, Any]]]]
REPLAYS = (
    replay_upload,
    replay_image_search,
    replay_keyword_search,
    replay_detail,
    replay_shop,
    replay_freight,
    replay_preview,
    replay_create,
    replay_cancel,
    replay_order,
    replay_orders,
    replay_links,
    replay_category,
    replay_receipt,
    replay_password_free,
)


@pytest.mark.parametrize("replay", REPLAYS, ids=lambda replay: replay.__name__)
async def test_an_example_comes_back_in_its_published_shape(market: Caller, replay: Replay) -> None:
    """Envelope, keys and JSON types are those of the example."""
    name, answer = await replay(market)
    whole = example(name)
    # The only published answer of confirm receipt is a refusal; its variant is the success.
    shown = (
        whole["response"] if whole["response"]["code"] == 200 else whole["variants"][0]["response"]
    )
    assert answer["code"] == 200
    assert answer["message"] == "操作成功"
    assert answer["data"], "an empty answer would compare equal to anything"
    assert differences(shown, answer) == []


async def test_the_published_refusal_of_a_receipt_comes_back(market: Caller) -> None:
    """Code 1009 with the detail in `data.result`, for an order that does not exist."""
    whole = example("14-confirm-receipt.json")
    request = {name: whole["request"][name] for name in ("orderId", "orderEntryIds")}
    answer = await market.post(RECEIPT, request)
    for name in ("code", "message", "data"):
        assert answer[name] == whole["response"][name]


async def test_navigation_has_the_shape_that_a_client_reads(market: Caller) -> None:
    """Groups with children by default; the pasted category sample by switch."""
    whole = example("07-search-navigation.json")
    request = {"keyword": "杯", "language": "en_US", "region": "US", "currency": "USD"}
    await market.switch(search_navigation="categories")
    pasted = await market.get(NAVIGATION, **request)
    assert differences(whole["response"], pasted) == []


async def test_the_published_preview_comes_back_to_the_fen(market: Caller) -> None:
    """One T-shirt at the PLUS price to Shanghai: 13.21 + 3.50 yuan, as published."""
    _, answer = await replay_preview(market)
    shown = example("09-preview-order.json")["response"]["data"]["orderPreviewResuslt"][0]
    sent = answer["data"]["orderPreviewResuslt"][0]
    totals = ("sumPayment", "sumCarriage", "sumPaymentNoCarriage")
    assert {name: sent[name] for name in totals} == {name: shown[name] for name in totals}
    cargo, shown_cargo = sent["cargoList"][0], shown["cargoList"][0]
    assert (cargo["amount"], cargo["finalUnitPrice"]) == (13.21, 13.9)
    assert cargo["cargoPromotionList"][0]["discountFee"] == 69
    assert cargo["cargoPromotionList"][0]["text"] == shown_cargo["cargoPromotionList"][0]["text"]
    assert cargo["specId"] == TULIP_S


async def test_the_published_order_comes_back_to_the_fen(market: Caller) -> None:
    """Five pencils: 1196 fen with 300 carriage in create, 8.96 and 11.96 yuan in the detail."""
    _, created = await replay_create(market)
    assert (created["data"]["totalSuccessAmount"], created["data"]["postFee"]) == (1196, 300)
    trade = await market.detail(created["data"]["orderId"])
    shown = example("12-order-detail.json")["response"]["data"]
    amounts = ("totalAmount", "sumProductPayment", "shippingFee", "discount")
    assert {n: trade["baseInfo"][n] for n in amounts} == {n: shown["baseInfo"][n] for n in amounts}
    item = trade["productItems"][0]
    assert (item["itemAmount"], item["price"], item["quantity"]) == (8.96, 1.8, 5)
    assert (item["productID"], item["specId"]) == (PENCIL, PENCIL_2B)


async def test_order_ids_are_strings_in_create_and_numbers_in_the_detail(market: Caller) -> None:
    """19 digits that a double cannot hold: text in create, bare digits plus text in detail."""
    _, created = await replay_create(market)
    order_id = created["data"]["orderId"]
    assert len(order_id) == 19
    assert int(float(order_id)) != int(order_id)
    raw = await market.raw_post(ORDER, {"webSite": "1688", "orderId": order_id})
    assert f'"id":{order_id},' in raw.text
    assert f'"idOfStr":"{order_id}"' in raw.text
    assert f'"subItemID":{order_id},' in raw.text
    assert f'"subItemIDString":"{order_id}"' in raw.text


async def test_the_district_code_overrides_the_written_place(market: Caller) -> None:
    """Written Hangzhou with code 310107: the parcel is addressed to Putuo in Shanghai."""
    _, created = await replay_create(market)
    trade = await market.detail(created["data"]["orderId"])
    shown = example("12-order-detail.json")["response"]["data"]["nativeLogistics"]
    sent = trade["nativeLogistics"]
    assert {n: sent[n] for n in ("province", "city", "area", "areaCode", "address")} == {
        n: shown[n] for n in ("province", "city", "area", "areaCode", "address")
    }
    assert sent["logisticsItems"] is None
    assert trade["baseInfo"]["receiverInfo"]["toArea"].startswith("上海 上海市 普陀区")


async def test_the_published_freight_comes_back(market: Caller) -> None:
    """Five pieces of 0.2 kg, first kilogram 3.5 yuan: "3.50"."""
    _, answer = await replay_freight(market)
    assert answer["data"]["freight"] == "3.50"
    assert answer["data"]["freePostage"] is False


async def test_an_upload_may_also_be_a_plain_form_or_an_address(market: Caller) -> None:
    """A urlencoded POST and GET with `pic_url` give an id as well."""
    image = base64.b64encode(picture("red")).decode()
    form = await market.http.post(UPLOAD, data=market.signed({"image_base64": image}))
    assert len(form.json()["data"]["imageId"]) == 19
    address = str(market.http.base_url) + "img/red.jpg"
    fetched = await market.get(UPLOAD, pic_url=address)
    assert len(fetched["data"]["imageId"]) == 19
    elsewhere = await market.get(UPLOAD, pic_url="https://example.com/img/missing.jpg")
    assert elsewhere["code"] == 400
