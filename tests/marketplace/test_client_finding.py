"""Narrowed searches, a seller's shop, categories, navigation, freight (contract 3, 4.3 to 4.8)."""

from copy import deepcopy
from typing import Any

import pytest
from daji_gateway import Gateway, as_json, enveloped, example, line

from bot.domain.finding import ROOT_CATEGORY, Category, Filter
from bot.domain.identifiers import CategoryId, OfferId, SellerId, SkuId
from bot.domain.money import Fen
from bot.domain.price_bounds import PriceBounds
from bot.marketplace.daji.config import NavigationLocale
from bot.marketplace.errors import RefusalReason, Refused, Unreadable
from bot.marketplace.port import ImageId, Sort, SortField

SHOP = SellerId("BBBEjczPHMQ_zHE-67YyNGXyw")
HOME = CategoryId(15)
FILTERS = [Filter.RATED_5, Filter.FACTORY, Filter.SHIPS_IN_24_HOURS, Filter.FACTORY]
BOUNDS = PriceBounds(low=Fen(1_050), high=Fen(5_000))
NARROWED = {
    "filter": "certifiedFactory,shipIn24Hours,totalEpScoreLv1",
    "priceStart": "10.50",
    "priceEnd": "50.00",
    "categoryId": "15",
}
PAGE = {"beginPage": "1", "pageSize": "20", "country": "en", "appKey": "dj_test_key"}


def sent(gateway: Gateway) -> dict[str, str]:
    query = gateway.query
    query.pop("sign")
    return query


async def test_every_search_can_be_narrowed(gateway: Gateway, client):
    """Filters in one order whatever they were chosen in; prices in yuan; nothing unasked."""
    gateway.answers(enveloped(None))
    narrowed: dict[str, Any] = {"filters": FILTERS, "prices": BOUNDS, "category_id": HOME}
    await client.search_by_image(ImageId("104"), **narrowed)
    assert sent(gateway) == PAGE | NARROWED | {"imageId": "104"}
    await client.search_by_keyword("连衣裙", navigation_id="978:1352", **narrowed)
    assert sent(gateway) == PAGE | NARROWED | {"keyword": "连衣裙", "snId": "978:1352"}
    await client.search_shop(SHOP, keyword="裙", **narrowed)
    assert sent(gateway) == PAGE | NARROWED | {"sellerOpenId": SHOP.id, "keyword": "裙"}


async def test_filters_have_the_same_signature_in_any_order(gateway: Gateway, client):
    """A set has no order of its own."""
    gateway.answers(enveloped(None))
    for filters in (FILTERS, set(FILTERS), FILTERS[::-1]):
        await client.search_by_keyword("裙", filters=filters)
    assert len({str(request.url) for request in gateway.requests}) == 1


async def test_bounds_that_are_open_are_not_sent(gateway: Gateway, client):
    """Each side on its own."""
    gateway.answers(enveloped(None))
    await client.search_by_keyword("裙", prices=PriceBounds(high=Fen(1)))
    assert sent(gateway) == PAGE | {"keyword": "裙", "priceEnd": "0.01"}
    await client.search_by_keyword(
        "裙", prices=PriceBounds(), filters=(), category_id=ROOT_CATEGORY
    )
    assert sent(gateway) == PAGE | {"keyword": "裙"}


async def test_a_category_alone_can_be_searched(gateway: Gateway, client):
    """Without a keyword, which a client saw to work; without both there is nothing to ask."""
    gateway.answers(enveloped(None))
    await client.search_by_keyword(" ", category_id=HOME)
    assert sent(gateway) == PAGE | {"categoryId": "15"}
    for category in (None, ROOT_CATEGORY):
        with pytest.raises(ValueError, match="keyword"):
            await client.search_by_keyword(" ", category_id=category)


async def test_a_shop_is_searched_page_by_page(gateway: Gateway, client):
    """The keyword is optional, sorting and paging are those of every search."""
    gateway.answers(as_json(example("06")["response"]))
    sort = Sort(field=SortField.SOLD, ascending=False)
    page = await client.search_shop(SHOP, page=2, page_size=10, sort=sort)
    assert sent(gateway) == PAGE | {
        "sellerOpenId": SHOP.id,
        "beginPage": "2",
        "pageSize": "10",
        "sort": '{"monthSold":"desc"}',
    }
    assert len(page.hits) > 0
    with pytest.raises(ValueError, match="no page"):
        await client.search_shop(SHOP, page=0)


async def test_a_category_and_those_under_it(gateway: Gateway, client):
    """The documented answer is category 15 with its seven children."""
    gateway.answers(as_json(example("05")["response"]))
    found = await client.categories(HOME)
    assert sent(gateway) == {"appKey": "dj_test_key", "categoryID": "15"}
    assert len(found) == 7
    assert found[0] == Category(category_id=CategoryId(1556), name="居家日用")


def node(number: object, name: object = "类", **more: Any) -> dict[str, Any]:
    return {"categoryID": number, "name": name} | more


LEAF = {"id": 7, "name": "伞", "isLeaf": True}
SCALES = {"id": 8, "name": "秤"}


@pytest.mark.parametrize(
    "data",
    [
        [node(7, "伞", isLeaf=True, parentIDs=[0]), node(8, "秤", parentIDs=None)],
        [node(0, "", childCategorys=[LEAF, {"id": 8, "name": "秤", "isLeaf": "?"}])],
        node("0", None, childCategorys=[LEAF, {"id": "8", "name": "秤", "isLeaf": None}]),
        {"result": [node(7, "伞", isLeaf=True), node(8, "秤", isLeaf=False)]},
        [None, "?", node(7, "伞", isLeaf="true"), node(7, "伞", isLeaf=True), node(8, "秤")],
        [
            node(0, childCategorys=[LEAF, None, {"id": 9}, SCALES, {"id": 2.5, "name": "x"}]),
            node(9),
        ],
    ],
)
async def test_the_roots_in_each_likely_shape(gateway: Gateway, client, data):
    """Whether the root answers as one node or as its children is not shown (contract 4.5)."""
    gateway.answers(enveloped(data))
    found = await client.categories()
    assert sent(gateway)["categoryID"] == "0"
    assert [(each.category_id, each.name, each.is_leaf) for each in found] == [
        (7, "伞", True),
        (8, "秤", False),
    ]


@pytest.mark.parametrize(
    "data",
    [None, [], [node(15, childCategorys=None)], [node(15, isLeaf=True, childCategorys=[])]],
)
async def test_a_leaf_has_nothing_under_it(gateway: Gateway, client, data):
    """Null, empty and absent lists say the same."""
    gateway.answers(enveloped(data))
    assert await client.categories(HOME) == ()


@pytest.mark.parametrize(
    "data",
    [
        "?",
        5,
        [{}],
        [{"id": 1}],
        [node(15, childCategorys=[{"x": 1}])],
        [node(16, parentIDs=[4])],
        [node(0.5)],
    ],
)
async def test_a_tree_that_cannot_be_read_is_not_empty(gateway: Gateway, client, data):
    """Else a changed format would look like a leaf, and another branch like this one."""
    gateway.answers(enveloped(data))
    with pytest.raises(Unreadable):
        await client.categories(HOME)


async def test_a_category_that_is_not_there(gateway: Gateway, client):
    """Told as not found."""
    gateway.answers(enveloped(None, 404, "类目不存在"))
    with pytest.raises(Refused) as caught:
        await client.categories(HOME)
    assert caught.value.reason is RefusalReason.NOT_FOUND


async def test_navigation_as_a_real_client_reads_it(gateway: Gateway, client):
    """Groups with their values; a value's id is what `snId` takes."""
    gateway.answers(as_json(example("07")["variants"][0]["response"]))
    (group,) = await client.navigation("手机")
    assert sent(gateway) == {
        "appKey": "dj_test_key",
        "keyword": "手机",
        "language": "en_US",
        "region": "US",
        "currency": "USD",
    }
    assert (group.navigation_id, group.name.zh, group.name.translated) == (
        "7869",
        "适用机型",
        "Compatible model",
    )
    (choice,) = group.choices
    assert (choice.navigation_id, choice.name.in_language("en")) == ("7869:21959", "Apple")


async def test_navigation_is_asked_with_what_is_configured(gateway: Gateway):
    """Documents and a real client differ, so it is a setting (contract 4.7)."""
    gateway.answers(enveloped(None))
    await gateway.client(navigation=NavigationLocale("zh_CN", "CN", "CNY")).navigation("裙")
    query = sent(gateway)
    assert (query["language"], query["region"], query["currency"]) == ("zh_CN", "CN", "CNY")


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {"result": None},
        example("07")["response"]["data"],
        ["?", None, 5],
        [{"id": "1", "name": "颜色"}, {"id": "1", "name": "颜色", "children": []}],
        [{"id": "1", "name": "颜色", "children": [{"id": "x; y", "name": "红"}, None, 5]}],
        [{"id": "1", "name": "", "children": [{"id": "1:2", "name": "红"}]}],
        [{"id": "1", "name": "颜色", "children": [{"id": "1:2", "name": None}]}],
    ],
)
async def test_nothing_usable_is_no_navigation(gateway: Gateway, client, data):
    """The documented answer is a pasted sample of categories, whose ids no search takes."""
    gateway.answers(enveloped(data))
    assert await client.navigation("手机") == ()


async def test_one_odd_group_does_not_lose_the_others(gateway: Gateway, client):
    """Ids may be numbers, a translation may be missing, repeats stand once."""
    red = {"id": "1:2", "name": "红"}
    group = {"id": 1, "name": "颜色", "children": [red, red, {"id": "x", "name": "y"}]}
    gateway.answers(enveloped({"result": [{"id": "2"}, group, group]}))
    (found,) = await client.navigation("裙")
    assert found.name.in_language("en") == "颜色"
    assert [each.navigation_id for each in found.choices] == ["1:2"]


@pytest.mark.parametrize("data", ["?", 5, True])
async def test_navigation_that_is_no_list_is_unreadable(gateway: Gateway, client, data):
    """A wrong type is an error, not an absence."""
    gateway.answers(enveloped(data))
    with pytest.raises(Unreadable):
        await client.navigation("裙")


SHIRT = OfferId(670291644950)


def shirts(sku_id: int | None, quantity: int) -> Any:
    return line(SHIRT, "f" * 32, quantity).replace(sku_id=sku_id)


async def test_freight_of_the_documented_sample(gateway: Gateway, client, address):
    """Body as documented, the district under the name of a country; 3.50 yuan are 350 fen."""
    gateway.answers(as_json(example("08")["response"]))
    estimate = await client.estimate_freight([shirts(SkuId(4829152353068), 5)], address)
    assert (estimate.offer_id, estimate.freight) == (SHIRT, 350)
    body = gateway.body
    expected = deepcopy(example("08")["request"]) | {"appKey": "dj_test_key"}
    body.pop("sign")
    expected.pop("sign")
    assert body == expected
    assert gateway.requests[-1].method == "POST"


async def test_freight_of_several_variants(gateway: Gateway, client, address):
    """The same variant twice is counted together; one without variants names none."""
    gateway.answers(as_json(example("08")["response"]))
    lines = [shirts(1, 2), shirts(2, 3), shirts(1, 4)]
    await client.estimate_freight(lines, address)
    assert gateway.body["totalNum"] == 9
    assert gateway.body["logisticsSkuNumModels"] == [
        {"skuId": "1", "number": 6},
        {"skuId": "2", "number": 3},
    ]
    await client.estimate_freight([shirts(None, 2)], address)
    assert (gateway.body["totalNum"], gateway.body["logisticsSkuNumModels"]) == (2, [])


async def test_freight_is_asked_for_one_offer(gateway: Gateway, client, address):
    """Its template counts no other's parcels."""
    for lines in ([], [shirts(1, 2), line(9, None, 1)]):
        with pytest.raises(ValueError, match="offers"):
            await client.estimate_freight(lines, address)
    assert gateway.requests == []


@pytest.mark.parametrize(
    ("district", "province", "city"),
    [
        ("330108", "330000", "330100"),
        ("310107", "310000", "310100"),
        ("110105", "110000", "110100"),
        ("500112", "500000", "500100"),
        ("500235", "500000", "500100"),  # 云阳县: its names are 重庆市 / 重庆市
        ("429004", "420000", "429004"),  # 仙桃市: a city itself, right under the province
        ("469022", "460000", "469022"),
        ("441900", "440000", "441900"),  # 东莞市 has no districts
        ("620200", "620000", "620200"),
    ],
)
async def test_divisions_above_a_district(
    gateway: Gateway, client, address, district, province, city
):
    """As the names that are sent with the order (docs/decisions/0004)."""
    gateway.answers(as_json(example("08")["response"]))
    there = address.replace(district_code=district)
    await client.estimate_freight([shirts(1, 2)], there)
    body = gateway.body
    assert (body["toProvinceCode"], body["toCityCode"], body["toCountryCode"]) == (
        province,
        city,
        district,
    )


@pytest.mark.parametrize(
    ("data", "freight"),
    [
        ({"freePostage": True, "freight": "3.50"}, 0),
        ({"freePostage": True, "freight": None}, 0),
        ({"freePostage": False, "freight": "0"}, 0),
        ({"freePostage": None, "freight": 12}, 1200),
        ({"freight": "0.005", "offerId": None}, 1),
    ],
)
async def test_what_freight_costs(gateway: Gateway, client, address, data, freight):
    """The amount counts only when it is not free; an estimate rounds up."""
    gateway.answers(enveloped({"offerId": SHIRT} | data))
    assert (await client.estimate_freight([shirts(1, 2)], address)).freight == freight


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        {"offerId": SHIRT, "freePostage": False, "freight": None},
        {"offerId": SHIRT, "freePostage": False, "freight": "面议"},
        {"offerId": SHIRT, "freePostage": False, "freight": "-1"},
        {"offerId": 9, "freePostage": True},
        {"offerId": SHIRT, "freePostage": "perhaps", "freight": "1"},
    ],
)
async def test_freight_that_is_not_known(gateway: Gateway, client, address, data):
    """No amount, or another offer's: better none than a wrong one."""
    gateway.answers(enveloped(data))
    with pytest.raises(Unreadable):
        await client.estimate_freight([shirts(1, 2)], address)


async def test_freight_to_an_unknown_place(gateway: Gateway, client, address):
    """The place is to blame, in either shape of a refusal."""
    for answer in (
        enveloped(None, 400, "收货地址编码错误"),
        enveloped({"success": False, "errorMsg": "toCityCode error"}),
    ):
        gateway.answers(answer)
        with pytest.raises(Refused) as caught:
            await client.estimate_freight([shirts(1, 2)], address)
        assert caught.value.reason is RefusalReason.ADDRESS
