"""Client and simulated marketplace agree on finding more: trees, shops, narrowing, freight."""

import pytest
from sandbox_world import World, in_stock, line_of, orderable

from bot.domain.finding import Category, Filter
from bot.domain.offers import QuoteType
from bot.domain.price_bounds import PriceBounds
from bot.domain.quantities import smallest
from bot.marketplace.daji.config import NavigationLocale
from bot.marketplace.errors import RefusalReason, Refused


@pytest.mark.parametrize("root", ["roots", "one_node"])
async def test_the_tree_of_categories(world: World, root):
    """From the root to leaves, the same in both likely shapes; a leaf has nothing under it."""
    await world.switch(category_root=root)
    client = world.client()
    roots = await client.categories()
    assert len(roots) > 1
    level: tuple[Category, ...] = roots
    for _ in range(4):
        branch = next((each for each in level if not each.is_leaf), None)
        if branch is None:
            break
        level = await client.categories(branch.category_id)
        assert level
    assert await client.categories(level[0].category_id) == ()
    found = await client.search_by_keyword("", category_id=roots[0].category_id)
    assert found.page == 1


async def test_a_search_narrowed_by_navigation_filters_and_prices(world: World):
    """Each narrowing keeps a part of what was found, and nothing else."""
    client = world.client()
    whole = await client.search_by_keyword("杯", page_size=50)
    groups = await client.navigation("杯")
    assert groups
    choice = groups[0].choices[0]
    part = await client.search_by_keyword("杯", navigation_id=choice.navigation_id, page_size=50)
    assert {hit.offer_id for hit in part.hits} < {hit.offer_id for hit in whole.hits}
    assert part.hits
    prices = sorted(hit.price for hit in whole.hits if hit.price is not None)
    bounds = PriceBounds(low=prices[1], high=prices[-2])
    bounded = await client.search_by_keyword("杯", prices=bounds, page_size=50)
    assert {hit.offer_id for hit in bounded.hits} == {
        hit.offer_id for hit in whole.hits if hit.price is not None and bounds.admit(hit.price)
    }
    for one in Filter:
        kept = await client.search_by_keyword("杯", filters=[one], page_size=50)
        assert {hit.offer_id for hit in kept.hits} <= {hit.offer_id for hit in whole.hits}
    chinese = world.client(navigation=NavigationLocale("zh_CN", "CN", "CNY"))
    assert (await chinese.navigation("杯"))[0].navigation_id == groups[0].navigation_id
    await world.switch(search_navigation="categories")
    assert await client.navigation("杯") == ()


async def test_more_of_a_seller(world: World):
    """The shop of an offer has that offer, and a word narrows it."""
    client = world.client()
    offer = await orderable(world, client)
    shop = await client.search_shop(offer.seller.seller_id, page_size=50)
    assert offer.offer_id in {hit.offer_id for hit in shop.hits}
    for hit in shop.hits:
        assert (await client.offer(hit.offer_id)).seller.seller_id == offer.seller.seller_id
    none = await client.search_shop(offer.seller.seller_id, keyword="没有这种东西xyz")
    assert none.hits == ()


@pytest.mark.parametrize("quote_type", list(QuoteType))
async def test_the_estimate_of_freight_is_that_of_the_preview(world: World, address, quote_type):
    """For each pricing, with and without variants; to a place that is none it is refused."""
    client = world.client()
    offer = await orderable(world, client, quote_type)
    line = line_of(offer, in_stock(offer)[0], smallest(offer))
    estimate = await client.estimate_freight([line], address)
    assert estimate.freight == (await client.preview([line], address)).freight
    with pytest.raises(Refused) as caught:
        await client.estimate_freight([line], address.replace(district_code="999999"))
    assert caught.value.reason is RefusalReason.ADDRESS
