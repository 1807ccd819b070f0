"""The catalogue that the marketplace ships with, over the wire."""

import io

import pytest
from marketplace_client import DETAIL, IMAGE_SEARCH, KEYWORD_SEARCH, PAGE, Caller, example
from PIL import Image, ImageEnhance
from published_shapes import differences

from sandbox.marketplace.catalogue import PICTURES, CatalogueOffer, load_catalogue

OFFERS = list(load_catalogue().offers.values())
ON_SALE = [offer for offer in OFFERS if offer.status == "published" and offer.tradable]


def smallest_order(offer: CatalogueOffer) -> tuple[int, str | None, int] | None:
    """The least that the offer's rules allow of its fullest variant; None when it is sold out."""
    batch = offer.batch_number or 1
    first = offer.tiers[0].start_quantity if offer.tiers else 1
    quantity = -(-max(offer.min_order_quantity, first) // batch) * batch
    fullest = max(offer.skus, key=lambda sku: sku.amount_on_sale) if offer.skus else None
    stock = fullest.amount_on_sale if fullest else offer.amount_on_sale
    spec_id = fullest.spec_id if fullest else None
    return (offer.offer_id, spec_id, quantity) if stock >= quantity else None


async def test_every_detail_has_the_published_shape(shipped: Caller) -> None:
    """All offers, sold or not, with the keys and types of example 04."""
    shown = example("04-product-detail.json")["response"]["data"]
    allowed = {"productShippingInfo", "promotionModel", "productSaleInfo"}
    for offer in OFFERS:
        answer = await shipped.get(DETAIL, offerId=str(offer.offer_id), country="en")
        found = [
            text
            for text in differences(shown, answer["data"])
            if not (text.endswith("None") and text.split(".")[1].split("[")[0] in allowed)
            and "productSkuInfos: " not in text
        ]
        assert found == [], offer.subject


async def test_every_offer_on_sale_can_be_previewed_and_ordered(shipped: Caller) -> None:
    """At its minimum, near and far: totals add up and create agrees to the fen."""
    orders = 0
    for offer in ON_SALE:
        line = smallest_order(offer)
        if line is None:
            continue
        far = (await shipped.preview(line, districtCode="540102"))["data"]
        near = (await shipped.preview(line))["data"]
        assert near["success"] is True, (offer.subject, near["errorMsg"])
        [entry] = near["orderPreviewResuslt"]
        cargo = round(entry["cargoList"][0]["amount"] * 100)
        assert entry["sumPaymentNoCarriage"] == cargo
        assert entry["sumPayment"] == cargo + entry["sumCarriage"]
        assert far["orderPreviewResuslt"][0]["sumCarriage"] >= entry["sumCarriage"]
        created = (await shipped.create(line, third=str(offer.offer_id)))["data"]
        assert created["totalSuccessAmount"] == entry["sumPayment"]
        orders += 1
    assert orders > len(ON_SALE) * 0.8


async def test_every_offer_is_found_by_its_own_title(shipped: Caller) -> None:
    """Searching the first words of a Chinese title finds that offer on the first page."""
    for offer in ON_SALE:
        answer = await shipped.get(
            KEYWORD_SEARCH, **(PAGE | {"pageSize": 50}), keyword=offer.subject
        )
        assert answer["data"]["data"], offer.subject
        assert answer["data"]["data"][0]["offerId"] == offer.offer_id


def snapshot(name: str) -> bytes:
    """A listing picture as somebody else's copy: smaller, darker, saved again."""
    file = io.BytesIO()
    with Image.open(PICTURES / name) as picture:
        ImageEnhance.Brightness(picture.resize((300, 300))).enhance(0.85).save(file, "WEBP")
    return file.getvalue()


@pytest.mark.parametrize("offer", ON_SALE[::8], ids=lambda offer: offer.drawing)
async def test_a_picture_of_the_goods_finds_them(shipped: Caller, offer: CatalogueOffer) -> None:
    """A copy of a listing picture finds offers of that motif first, each page in full."""
    image_id = await shipped.upload(snapshot(offer.pictures[0]))
    answer = await shipped.get(IMAGE_SEARCH, imageId=image_id, **PAGE)
    drawings = {item.offer_id: item.drawing for item in OFFERS}
    assert drawings[answer["data"]["data"][0]["offerId"]] == offer.drawing
    assert answer["data"]["totalRecords"] < len(ON_SALE)


async def test_a_picture_of_nothing_finds_nothing(shipped: Caller) -> None:
    """A plain violet square resembles no goods: no list at all."""
    file = io.BytesIO()
    Image.new("RGB", (300, 300), "#7f00ff").save(file, "JPEG")
    answer = await shipped.get(IMAGE_SEARCH, imageId=await shipped.upload(file.getvalue()), **PAGE)
    assert (answer["data"]["totalRecords"], answer["data"]["data"]) == (0, None)
