"""The category tree beside the journey, down to the goods of a leaf."""

import re
from collections.abc import Awaitable, Callable

import httpx
import pytest
from buying import TAPE_MEASURE, Market, at_lines, at_quantity
from chat import Person, Shown
from result_lists import listed

from bot.chat.buttons import Press

Arrive = Callable[..., Awaitable[Person]]


async def opened(buyer: Person) -> Shown:
    return await buyer.say("/categories", "Categories.*Pick one|商品分类.*请选择")


async def test_the_tree_is_walked_down_and_up_in_one_message(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """Three levels with their path; known roots have English names, the rest the shop's own."""
    buyer = await person()
    roots = await opened(buyer)
    assert "Household goods ›" in roots.labels
    home = await buyer.do("Household", "Household goods$|Household goods\n")
    assert home.id == roots.id
    kitchen = await buyer.do("厨房用品", "Household goods › 厨房用品")
    assert kitchen.id == roots.id
    assert "菜刀" in kitchen.labels
    up = await buyer.do("Up", r"^(?!.*›.*厨房).*Household goods")
    assert up.labels == home.labels
    assert (await buyer.do("Up", r"^(?!.*Household goods).*Pick one")).labels == roots.labels


async def test_chinese_readers_see_the_marketplaces_names(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """From the start screen's button, without a note on languages."""
    buyer = await person("zh-hans")
    await buyer.say("/start", "今天想找点什么")
    shown = await buyer.do("商品分类", "请选择分类")
    assert "居家日用品 ›" in shown.labels
    assert not re.search("[A-Za-z]{3}", shown.text)


async def test_a_leaf_leads_to_its_goods(person: Arrive, marketplace: httpx.AsyncClient) -> None:
    """Results titled by the path, with a way back to the neighbours."""
    buyer = await person()
    await opened(buyer)
    await buyer.do("Household", "Household goods")
    await buyer.do("餐具、杯壶", "餐具、杯壶")
    leaf = next(label for label in (await buyer.screen()).labels if re.match("[^🔎↩]", label))
    shown = await buyer.do(re.escape(leaf), f"Household goods › 餐具、杯壶 › {leaf}")
    assert listed(shown)
    back = await buyer.do("Categories", "Household goods › 餐具、杯壶")
    assert leaf in back.labels


async def test_a_whole_branch_is_sorted_filtered_and_narrowed(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """Everything that results can do, within the branch."""
    buyer = await person()
    await opened(buyer)
    await buyer.do("Household", "Household goods")
    shown = await buyer.do("All of Household goods", "Tap a number")
    assert len(listed(shown)) == 6
    await buyer.do("More", "Household goods.*page 2")
    await buyer.do("Sales", "Household goods.*best sellers first")
    await buyer.do("➕ Keyword", "Send a keyword")
    narrow = await buyer.say("不锈钢", "Household goods.*with “不锈钢”.*best sellers first")
    assert narrow.button("Narrow")
    await buyer.do("✖️ “不锈钢”", r"^(?!.*不锈钢).*Household goods")


async def test_where_a_word_is_wanted_the_name_is_looked_for(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """A gateway that refuses a search without a keyword still shows the category."""
    buyer, market = await person(), Market(marketplace)
    await opened(buyer)
    await buyer.do("Household", "Household goods")
    await buyer.do("厨房用品", "厨房用品")
    before = await market.count("keyword_search")
    await market.fault("refuse", "keyword_search", code=400, message="keyword参数不能为空")
    await buyer.do("砧板", "厨房用品 › 砧板.*Tap 1 to look closer")
    assert await market.count("keyword_search") == before + 2


async def test_the_tree_is_kept_in_memory(person: Arrive, marketplace: httpx.AsyncClient) -> None:
    """One person's walk spares the next one's calls."""
    market = Market(marketplace)
    first = await person()
    await opened(first)
    await first.do("Shoes", "Shoes")
    asked = await market.count("categories")
    second = await person()
    await opened(second)
    await second.do("Shoes", "Shoes")
    assert await market.count("categories") == asked


async def test_browsing_leaves_the_journey_where_it_is(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """A number typed while the tree is open is still the quantity that was asked for."""
    buyer = await person()
    await at_quantity(buyer, TAPE_MEASURE)
    await opened(buyer)
    await buyer.do("Shoes", "Shoes")
    await buyer.say("4", "Your order")


async def test_a_draft_is_kept_by_a_search_in_a_category(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """And is one tap away."""
    buyer = await person()
    await at_lines(buyer, TAPE_MEASURE, 4)
    await opened(buyer)
    await buyer.do("Toys", "Toys")
    shown = await buyer.do("All of Toys", "Tap a number")
    assert shown.button(r"Cart \(1 item\)")


@pytest.mark.parametrize("place", ["99:0:0", "15-99:0:0", "15:77:0", "15-1-2-3:0:0", "-1:0:0", "x"])
async def test_places_that_the_tree_does_not_have(
    place: str, person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """Crafted or withdrawn: the tree from its root, or its nearest page; nothing fails."""
    buyer = await person()
    shown = await opened(buyer)
    session = Press.decode(shown.buttons[0]["callback_data"]).session_id
    for action in ("branch", "categories", "goods"):
        data = Press(session, None, action, place, drawn=0).encode()
        await buyer.toast(await buyer.press(shown.id, data))
    history = await buyer.history()
    assert not [each for each in history if "failed on our side" in each.text]
    await buyer.say("/categories", "Pick one")


async def test_an_old_tree_still_opens_goods(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """Its buttons hold no state: they work under any later screen."""
    buyer = await person()
    await opened(buyer)
    tree = await buyer.do("Household", "Household goods")
    await buyer.say("背包", "Results for")
    await buyer.tap("All of Household goods", on=tree)
    await buyer.sees("Household goods.*Tap a number")
