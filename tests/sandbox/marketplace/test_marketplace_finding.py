"""Finding goods without words: the category tree, a search's own navigation, filters."""

from typing import Any

import pytest
from marketplace_client import (
    CATEGORY,
    DETAIL,
    IMAGE_SEARCH,
    KEYWORD_SEARCH,
    NAVIGATION,
    PAGE,
    SHOP_SEARCH,
    Caller,
)
from marketplace_goods import CLOTHES, TSHIRT

from sandbox.marketplace.catalogue import load_catalogue
from sandbox.marketplace.category_tree import CategoryTree

OFFERS = load_catalogue().offers
TREE = CategoryTree(load_catalogue().categories)
WIDE = PAGE | {"pageSize": 50}


async def children(market: Caller, category_id: int) -> list[dict[str, Any]]:
    answer = await market.get(CATEGORY, categoryID=str(category_id))
    [node] = answer["data"]
    assert node["categoryID"] == category_id
    return node["childCategorys"]


async def found(market: Caller, path: str = KEYWORD_SEARCH, **query: object) -> set[int]:
    answer = await market.get(path, **(WIDE | query))
    assert answer["code"] == 200, answer["message"]
    return {item["offerId"] for item in answer["data"]["data"] or []}


async def test_the_tree_is_walked_from_zero_to_its_leaves(shipped: Caller) -> None:
    """Roots, then two levels of children; each node names its parent; leaves have none."""
    roots = (await shipped.get(CATEGORY, categoryID="0"))["data"]
    assert [root["parentIDs"] for root in roots] == [[0]] * len(roots)
    home = next(root for root in roots if root["name"] == "居家日用品")
    assert home["categoryID"] == 15
    kitchen = next(c for c in home["childCategorys"] if c["name"] == "厨房用品")
    leaves = await children(shipped, kitchen["id"])
    assert "平底锅" in [leaf["name"] for leaf in leaves]
    assert {leaf["isLeaf"] for leaf in leaves} == {True}
    assert await children(shipped, leaves[0]["id"]) == []
    [leaf] = (await shipped.get(CATEGORY, categoryID=str(leaves[0]["id"])))["data"]
    assert (leaf["isLeaf"], leaf["parentIDs"]) == (True, [kitchen["id"]])


async def test_every_offer_hangs_under_a_leaf_that_finds_it(shipped: Caller) -> None:
    """Searching a leaf without a keyword finds exactly its offers; each level above them too."""
    leaves = {offer.category_id for offer in OFFERS.values()}
    for leaf in leaves:
        placed = TREE.get(leaf)
        assert placed is not None
        assert placed.is_leaf
        on_sale = {
            offer.offer_id
            for offer in OFFERS.values()
            if offer.category_id == leaf and offer.status == "published"
        }
        assert await found(shipped, categoryId=leaf) == on_sale
        for above in placed.parents[1:]:
            assert on_sale <= await found(shipped, categoryId=above)


def test_an_offer_s_levels_are_those_of_the_tree() -> None:
    """Top, second and third of the detail are the leaf's way down; the leaf has its name."""
    depths = set()
    for offer in OFFERS.values():
        placed = TREE.get(offer.category_id)
        assert placed is not None
        levels = (offer.top_category_id, offer.second_category_id, offer.third_category_id)
        way = (*placed.parents[1:], placed.category.id)
        assert tuple(level for level in levels if level is not None) == way
        assert placed.category.name == offer.category.zh
        depths.add(len(way))
    assert depths == {2, 3}, "the published sample is an offer of a leaf on the second level"


async def test_the_root_has_two_readings(market: Caller) -> None:
    """All roots, or one node whose children they are; an unknown category is not found."""
    roots = (await market.get(CATEGORY, categoryID="0"))["data"]
    assert [root["categoryID"] for root in roots] == [10166, 15]
    await market.switch(category_root="one_node")
    [node] = (await market.get(CATEGORY, categoryID="0"))["data"]
    assert (node["categoryID"], node["parentIDs"]) == (0, None)
    assert [child["id"] for child in node["childCategorys"]] == [10166, 15]
    assert (await market.get(CATEGORY, categoryID="999"))["code"] == 404
    assert (await market.get(CATEGORY, categoryID="x"))["code"] == 400
    assert (await market.get(CATEGORY))["code"] == 400


async def test_navigation_really_narrows_its_search(shipped: Caller) -> None:
    """Each choice finds some hits and not all; those of a group are disjoint or fewer."""
    keyword = "杯"
    request = {"keyword": keyword, "language": "en_US", "region": "US", "currency": "USD"}
    groups = (await shipped.get(NAVIGATION, **request))["data"]
    hits = await found(shipped, keyword=keyword)
    assert groups
    for group in groups:
        assert len(group["children"]) > 1
        whole = await found(shipped, keyword=keyword, snId=group["id"])
        narrowed = [
            await found(shipped, keyword=keyword, snId=child["id"]) for child in group["children"]
        ]
        assert all(part and part < hits for part in narrowed)
        assert set().union(*narrowed) <= whole <= hits
        assert all(child["id"].startswith(f"{group['id']}:") for child in group["children"])
    material = next(group for group in groups if group["name"] == "材质")
    assert material["translateName"] == "Material"
    assert await found(shipped, keyword=keyword, snId="1:1") == set()


async def test_navigation_speaks_the_language_asked_for(shipped: Caller) -> None:
    """English is translated, Chinese stays; a keyword without hits has no groups."""
    chinese = {"language": "zh_CN", "region": "CN", "currency": "CNY"}
    groups = (await shipped.get(NAVIGATION, keyword="杯", **chinese))["data"]
    assert {group["translateName"] == group["name"] for group in groups} == {True}
    assert (await shipped.get(NAVIGATION, keyword="飞机模型", **chinese))["data"] == []
    assert (await shipped.get(NAVIGATION, **chinese))["code"] == 400


async def test_what_all_hits_share_is_no_choice(market: Caller) -> None:
    """Every offer of the small catalogue is of combed cotton, which tells none apart."""
    request = {"language": "en_US", "region": "US", "currency": "USD"}
    assert len(await found(market, keyword="精梳棉")) == 5
    assert (await market.get(NAVIGATION, keyword="精梳棉", **request))["data"] == []


@pytest.mark.parametrize(
    "kept",
    ["certifiedFactory", "shipIn24Hours", "shipIn48Hours", "noReason7DReturn", "totalEpScoreLv2"],
)
async def test_a_filter_of_the_contract_keeps_some_goods(shipped: Caller, kept: str) -> None:
    """Every filter that the catalogue can know keeps some offers of a category, and not all."""
    home = await found(shipped, categoryId=15)
    narrowed = await found(shipped, categoryId=15, filter=kept)
    assert narrowed
    assert narrowed < home
    both = await found(shipped, categoryId=15, filter=f"{kept},shipInToday")
    assert both < narrowed


async def test_the_best_rated_shops_are_found(shipped: Caller) -> None:
    """Five stars is a score of 5; the three levels share out the goods that have one."""
    levels = [
        await found(shipped, categoryId=15, filter=f"totalEpScoreLv{level}") for level in (1, 2, 3)
    ]
    assert all(levels)
    assert sum(map(len, levels)) == len(set().union(*levels))


async def test_every_search_takes_filters_and_categories(market: Caller) -> None:
    """Shop and picture search narrow like the keyword search."""
    shop = {"sellerOpenId": CLOTHES.seller_open_id}
    assert await found(market, SHOP_SEARCH, **shop, categoryId=10166) == {TSHIRT}
    assert await found(market, SHOP_SEARCH, **shop, categoryId=15) == set()
    assert await found(market, SHOP_SEARCH, **shop, filter="shipIn48Hours") == {TSHIRT}
    assert await found(market, SHOP_SEARCH, **shop, filter="shipInToday") == set()
    detail = (await market.get(DETAIL, offerId=str(TSHIRT), country="en"))["data"]
    picture = {"imageUrl": detail["productImage"]["images"][0]}
    assert TSHIRT in await found(market, IMAGE_SEARCH, **picture, categoryId=0)
    assert TSHIRT in await found(market, IMAGE_SEARCH, **picture, categoryId=1031919)
    assert await found(market, IMAGE_SEARCH, **picture, categoryId=15) == set()
    assert await found(market, IMAGE_SEARCH, **picture, filter="certifiedFactory") == set()
