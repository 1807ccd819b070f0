"""Searches and offers: lenient to what does not matter, strict on ids and prices (contract 4)."""

from copy import deepcopy
from typing import Any

import pytest
from daji_gateway import Gateway, as_json, enveloped, example

from bot.domain.identifiers import OfferId
from bot.marketplace.daji.client import DajiClient
from bot.marketplace.errors import RefusalReason, Refused, Unreadable
from bot.marketplace.port import LARGEST_IMAGE, ImageId, Marketplace, Sort, SortField

OFFER = OfferId(670291644950)


def product(**changes: Any) -> bytes:
    data = deepcopy(example("04")["response"]["data"]) | changes
    return enveloped({name: each for name, each in data.items() if each != "absent"})


async def test_image_search_sends_only_what_was_asked(gateway: Gateway, client):
    """Unset options are left out, for even an empty text would take part in the signature."""
    gateway.answers(enveloped(None))
    await client.search_by_image(ImageId("104"), page=2, page_size=10)
    query = gateway.query
    query.pop("sign")
    assert query == {
        "appKey": "dj_test_key",
        "imageId": "104",
        "beginPage": "2",
        "pageSize": "10",
        "country": "en",
    }
    await client.search_by_image(
        ImageId("104"),
        sort=Sort(field=SortField.REPURCHASE, ascending=False),
        keyword="红色",
        hint="连衣裙",
    )
    assert gateway.query["sort"] == '{"rePurchaseRate":"desc"}'
    assert (gateway.query["keyword"], gateway.query["auxiliaryText"]) == ("红色", "连衣裙")


@pytest.mark.parametrize(("page", "size"), [(0, 20), (1, 0), (1, 51)])
async def test_pages_outside_of_the_documented_bounds(client, page, size):
    """Pages count from 1 and hold at most 50."""
    with pytest.raises(ValueError, match="no page"):
        await client.search_by_keyword("裙", page=page, page_size=size)


async def test_oversized_images_are_not_sent(client, gateway: Gateway):
    """Both readings of the 3 MB limit are kept."""
    with pytest.raises(ValueError, match="bytes"):
        await client.upload_image(b"x" * (LARGEST_IMAGE + 1))
    assert gateway.requests == []


@pytest.mark.parametrize("data", [{"imageId": None}, {"imageId": ""}, None, {}, "104"])
async def test_an_upload_without_an_id(gateway: Gateway, client, data):
    """Success without the identifier is unreadable."""
    gateway.answers(enveloped(data))
    with pytest.raises(Unreadable):
        await client.upload_image(b"jpeg")


async def test_image_ids_may_come_as_numbers(gateway: Gateway, client):
    """19 digits survive either way."""
    gateway.answers(enveloped({"imageId": 1164408192156408878}))
    assert await client.upload_image(b"jpeg") == "1164408192156408878"


@pytest.mark.parametrize(
    "data", [None, {}, {"data": None}, {"data": [], "totalRecords": None, "currentPage": 3}]
)
async def test_no_hits(gateway: Gateway, client, data):
    """`data` and `data.data` are null when nothing is found (contract 1)."""
    gateway.answers(enveloped(data))
    page = await client.search_by_keyword("裙", page=3)
    assert (page.hits, page.page, page.total) == ((), 3, 0)


async def test_one_broken_hit_does_not_lose_the_page(gateway: Gateway, client):
    """A hit needs its id; whatever else is missing or odd stays empty."""
    rows = [
        None,
        {"subject": "no id"},
        {"offerId": 6.7e11, "subject": "an id that lost its digits"},
        {
            "offerId": "727920485853",
            "priceInfo": {"price": "面议"},
            "monthSold": "1000+",
            "imageUrl": "//cbu01.alicdn.com/a.jpg",
            "extra": [1],
        },
        {"offerId": 5, "priceInfo": None, "imageUrl": None, "subjectTrans": None},
    ]
    gateway.answers(enveloped({"data": rows}))
    first, second = (await client.search_by_keyword("裙")).hits
    assert (first.offer_id.id, first.price, first.sold_last_month) == ("727920485853", None, None)
    assert first.picture_url == "https://cbu01.alicdn.com/a.jpg"
    assert (second.offer_id.id, second.price, second.picture_url) == ("5", None, None)


async def test_a_page_of_unreadable_hits_is_not_empty(gateway: Gateway, client):
    """Else a changed format would look like the end of all results."""
    gateway.answers(enveloped({"data": [{"id": 1}, {"id": 2}]}))
    with pytest.raises(Unreadable):
        await client.search_by_keyword("裙")


async def test_prices_finer_than_a_fen_are_rounded_up(gateway: Gateway, client):
    """An estimate must not promise less than is due."""
    gateway.answers(enveloped({"data": [{"offerId": 5, "priceInfo": {"price": "0.056"}}]}))
    assert (await client.search_by_keyword("裙")).hits[0].price == 6


@pytest.mark.parametrize("skus", [None, [], "absent"])
async def test_offers_without_variants(gateway: Gateway, client, skus):
    """Null, empty and absent all stand for no variants."""
    sale = {
        "quoteType": 0,
        "amountOnSale": 10,
        "priceRangeList": [{"startQuantity": 1, "price": 4}],
    }
    gateway.answers(product(productSkuInfos=skus, productSaleInfo=sale, batchNumber=0))
    offer = await client.offer(OFFER)
    assert (offer.skus, offer.stock, offer.batch_size) == ((), 10, None)
    assert offer.tiers[0].price == 400
    assert (offer.unit.zh, offer.unit.translated) == ("件", "Piece")


async def test_everything_optional_may_be_null(gateway: Gateway, client):
    """Only ids, title, seller and pricing are needed to order."""
    needed = {"offerId", "subject", "productSaleInfo", "productSkuInfos", "sellerOpenId"}
    data = example("04")["response"]["data"]
    gateway.answers(product(**dict.fromkeys(data.keys() - needed), brandNew=[{}]))
    offer = await client.offer(OFFER)
    assert (offer.min_order_quantity, offer.on_sale) == (1, True)
    assert (offer.mixed_batch.allowed, offer.picture_url, offer.units_sold) == (False, None, None)
    assert offer.seller.repeat_purchase_percent is None


@pytest.mark.parametrize(
    "changes",
    [
        {"offerId": None},
        {"offerId": 9},
        {"subject": None},
        {"sellerOpenId": None},
        {"sellerOpenId": ""},
        {"productSaleInfo": None},
        {"productSaleInfo": {"quoteType": 7}},
        {"productSaleInfo": {"quoteType": None}},
        {"productSaleInfo": {"quoteType": 0, "priceRangeList": [{"startQuantity": 1}]}},
        {
            "productSaleInfo": {
                "quoteType": 0,
                "priceRangeList": [{"startQuantity": 1, "price": "-1"}],
            }
        },
        {"productSkuInfos": [{"skuId": 1, "specId": None}]},
        {"productSkuInfos": [{"skuId": 1, "specId": "two words"}]},
        {"productSkuInfos": [{"skuId": None, "specId": "f" * 32}]},
        {"minOrderQuantity": 1.5},
        {"batchNumber": -2},
    ],
)
async def test_what_an_order_rests_on_is_strict(gateway: Gateway, client, changes):
    """An offer that could be ordered wrongly is not shown at all."""
    gateway.answers(product(**changes))
    with pytest.raises(Unreadable):
        await client.offer(OFFER)


async def test_withdrawn_and_missing_offers(gateway: Gateway, client):
    """Only `published` is on sale; no data at all is no such offer."""
    gateway.answers(product(status="member expired"))
    assert not (await client.offer(OFFER)).on_sale
    gateway.answers(enveloped(None))
    with pytest.raises(Refused) as caught:
        await client.offer(OFFER)
    assert caught.value.reason is RefusalReason.NOT_FOUND


@pytest.mark.parametrize(
    ("percent", "read"), [("0.525", 53), ("1", 100), ("", None), ("?", None), ("NaN", None)]
)
async def test_repeat_purchases_are_a_fraction(gateway: Gateway, client, percent, read):
    """A share of 0.525 is 53 percent; what is no number is unknown."""
    gateway.answers(product(sellerDataInfo={"repeatPurchasePercent": percent}))
    assert (await client.offer(OFFER)).seller.repeat_purchase_percent == read


async def test_zero_counts_as_success_only_when_configured(gateway: Gateway):
    """One real client takes code 0 for success; the documents do not (contract 1)."""
    answer = as_json(example("04")["response"] | {"code": 0})
    gateway.answers(answer)
    with pytest.raises(Refused):
        await gateway.client().offer(OFFER)
    lenient = gateway.client(success_codes=frozenset({0, 200}))
    assert (await lenient.offer(OFFER)).offer_id == OFFER


def test_the_client_is_a_marketplace(client: DajiClient):
    """The type checker holds this line to the port."""
    port: Marketplace = client
    assert port is client


async def test_a_value_that_many_variants_have_is_kept_once(gateway: Gateway, client):
    """A red in nine sizes is one red: offers of hundreds of variants stay small and quick."""
    skus = deepcopy(example("04")["response"]["data"]["productSkuInfos"][:1]) * 2
    gateway.answers(product(productSkuInfos=skus))
    first, second = (await client.offer(OFFER)).skus
    assert first.attributes
    assert all(a is b for a, b in zip(first.attributes, second.attributes, strict=True))
