"""Results narrowed by the marketplace's own navigation."""

from collections.abc import Awaitable, Callable

import httpx
import pytest
from buying import Market
from chat import Person
from result_lists import listed
from steps import PLACES

Arrive = Callable[..., Awaitable[Person]]


async def test_groups_lead_to_choices_and_those_to_results(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """In place, with the choice in the heading and on the chip that takes it off."""
    buyer = await person()
    wide = await buyer.say("杯子", "Results for")
    groups = await buyer.do("Narrow", "Results for “杯子”.*Narrow by…")
    assert groups.id == wide.id
    choices = await buyer.do("Material", "Material")
    assert "Ceramic" in choices.labels
    narrow = await buyer.do("Ceramic", "Ceramic.*Tap 1 to look closer")
    assert narrow.id == wide.id
    assert listed(narrow) == ["1"]
    assert "Ceramic Mug" in narrow.text or "Cera" in narrow.text
    back = await buyer.do("✖️ Ceramic", r"^(?!.*\nCeramic).*Results for")
    assert back.text == wide.text


async def test_the_choice_persists_while_sorting_and_is_gone_with_a_new_search(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """It belongs to the search that it narrows."""
    buyer = await person("zh-hans")
    await buyer.say("女", "搜索结果")
    await buyer.do("选属性", "哪个属性")
    await buyer.do("颜色", "颜色")
    narrow = await buyer.do("黑色", "黑色.*点数字")
    assert len(listed(narrow)) < 22
    await buyer.do("价格", "黑色.*价格从低到高")
    await buyer.say("背包", r"^(?!.*黑色).*“背包”的搜索结果")


async def test_one_can_leave_at_each_level(person: Arrive, marketplace: httpx.AsyncClient) -> None:
    """Back to the groups, back to the very same results, without a search."""
    buyer, market = await person(), Market(marketplace)
    wide = await buyer.say("水杯", "Results for")
    searches = await market.count("keyword_search")
    await buyer.do("Narrow", "Narrow by…")
    await buyer.do("Material", "Material")
    await buyer.do("Narrow by something else", "Narrow by…")
    assert (await buyer.do("Back", "Tap a number")).text == wide.text
    assert await market.count("keyword_search") == searches
    assert await market.count("search_navigation") == 1


@pytest.mark.parametrize("code", ["en", "zh-hans"])
async def test_without_a_usable_navigation_the_filters_are_offered_once(
    code: str, person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """What the documentation shows in its place narrows nothing: it is said, not shown."""
    buyer, market = await person(code), Market(marketplace)
    await market.switch(search_navigation="categories")
    await buyer.say("棉 女", "Results for|搜索结果")
    shown = await buyer.do("Narrow|选属性", "nothing of its own|没有可选的属性")
    assert shown.button("Show results|查看结果")
    left = await buyer.do("Back|返回", "Tap a number|点数字")
    assert not [label for label in left.labels if "Narrow" in label or "选属性" in label]


async def test_a_navigation_that_cannot_be_read_leaves_the_results(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """The same button works a moment later."""
    buyer, market = await person(), Market(marketplace)
    wide = await buyer.say("运动鞋", "Results for")
    await market.fault("http_500", "search_navigation", times=None)
    failed = await buyer.do("Narrow", "has a problem.*Results for")
    assert listed(failed) == listed(wide)
    await market.mend()
    await buyer.do("Narrow", "Narrow by…|nothing of its own")


async def test_pictures_and_shops_have_no_navigation(
    person: Arrive, marketplace: httpx.AsyncClient, samples: dict[str, bytes]
) -> None:
    """It goes by words, so nothing is offered that could not work."""
    buyer = await person()
    await buyer.photo(next(iter(samples.values())))
    shown = await buyer.sees("look similar")
    assert shown.button("Filters")
    assert not [label for label in shown.labels if "Narrow" in label]


async def test_a_choice_that_was_never_offered_is_refused(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """A crafted id reaches no search."""
    buyer, market = await person(), Market(marketplace)
    shown = await PLACES["navigation"].walk(buyer)
    searches = await market.count("keyword_search")
    data = shown.button("Material")["callback_data"]
    await buyer.press(shown.id, data.rpartition(".")[0] + ".978:1352")
    await buyer.sees("no longer there")
    assert await market.count("keyword_search") == searches
