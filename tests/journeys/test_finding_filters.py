"""The filter panel: ticked in place, looked for once, each filter a chip that comes off."""

from collections.abc import Awaitable, Callable

import httpx
import pytest
from buying import Market
from chat import Person
from result_lists import MANY, listed, prices

Arrive = Callable[..., Awaitable[Person]]


async def test_ticking_costs_no_search_and_showing_costs_one(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """Searches are counted, so they are made when the person is done."""
    buyer, market = await person(), Market(marketplace)
    wide = await buyer.say(MANY, "Results for")
    panel = await buyer.do("Filters", "Results for “女”.*Tick what")
    assert panel.id == wide.id
    assert panel.has_picture
    ticked = await buyer.do("7-day returns", "Tick what")
    ticked = await buyer.do("48 h", "Tick what")
    assert {"✓ 7-day returns", "✓ Ships in 48 h", "Ships in 24 h"} <= set(ticked.labels)
    assert await market.count("keyword_search") == 1
    shown = await buyer.do("Show results", r"7-day returns · Ships in 48 h.*Tap a number")
    assert shown.id == wide.id
    assert await market.count("keyword_search") == 2
    assert listed(shown) != [] != listed(wide)
    assert shown.text != wide.text


async def test_dispatch_within_24_and_48_hours_exclude_each_other(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """The later tick stays: who wants it within a day does not want two days as well."""
    buyer = await person()
    await buyer.say(MANY, "Results for")
    await buyer.do("Filters", "Tick what")
    await buyer.do("48 h", "Tick what")
    shown = await buyer.do("24 h", "Tick what")
    assert "✓ Ships in 24 h" in shown.labels
    assert "Ships in 48 h" in shown.labels
    shown = await buyer.do("✓ Ships in 24 h", "Tick what")
    assert not [label for label in shown.labels if label.startswith("✓")]


async def test_filters_persist_while_paging_sorting_and_narrowing(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """And are gone with the next search."""
    buyer = await person()
    await buyer.say(MANY, "Results for")
    await buyer.do("Filters", "Tick what")
    await buyer.do("7-day", "Tick what")
    await buyer.do("Show results", "7-day returns.*Tap a number")
    await buyer.do("More", "7-day returns.*page 2")
    cheap = await buyer.do("Price", "7-day returns · cheapest first")
    assert prices(cheap) == sorted(prices(cheap))
    await buyer.do("➕ Keyword", "Send a keyword")
    await buyer.say("帽", "with “帽” · 7-day returns · cheapest first")
    await buyer.say(MANY, r"^(?!.*7-day).*Results for")


@pytest.mark.parametrize(
    ("typed", "words", "low", "high"),
    [
        ("10-20", "¥10–¥20", 10, 20),
        ("20到10元", "¥10–¥20", 10, 20),
        ("from 25", "from ¥25", 25, 10**9),
        ("7.5", "up to ¥7.50", 0, 7.5),
    ],
)
async def test_a_price_range_is_typed(
    typed: str, words: str, low: float, high: float, person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """As people write it; every hit lies within, and the chip takes it off again."""
    buyer = await person()
    wide = await buyer.say(MANY, "Results for")
    await buyer.do("Filters", "Tick what")
    await buyer.do("Price range", "Send a price range")
    panel = await buyer.say(typed, "Tick what")
    assert panel.button(f"✓ {words}")
    shown = await buyer.do("Show results", f"{words}.*Tap a number")
    assert prices(shown)
    assert all(low <= each <= high for each in prices(shown)[0 if "–" in words else 1 :][2:])
    assert (await buyer.do(f"✖️ {words}", r"^(?!.*[–]¥).*Results for")).text == wide.text


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("cheap", "such as 10-50"),
        ("0", "such as 10-50"),
        ("1.234", "two decimals"),
        ("10-99999999", "end at ¥10,000,000.00"),
    ],
)
async def test_what_is_no_price_has_its_answer(
    typed: str, answer: str, person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """The question stays, and a range still works."""
    buyer = await person()
    await buyer.say(MANY, "Results for")
    await buyer.do("Filters", "Tick what")
    await buyer.do("Price range", "Send a price range")
    shown = await buyer.say(typed, answer)
    assert "Send a price range" in shown.text
    await buyer.say("1-50", "Tick what")


async def test_nothing_found_offers_to_drop_filters_one_by_one_or_all(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """It names what was too much; no dead end."""
    buyer = await person("zh-hans")
    wide = await buyer.say(MANY, "搜索结果")
    await buyer.do("筛选", "勾选条件")
    await buyer.do("认证工厂", "勾选条件")
    await buyer.do("7天", "勾选条件")
    await buyer.say("5000-6000", "勾选条件")
    none = await buyer.do("查看结果", "“女”.*认证工厂 · 7天无理由 · ¥5,000–¥6,000.*没有找到商品")
    assert {"✖️ 认证工厂", "✖️ 7天无理由", "✖️ ¥5,000–¥6,000", "✖️ 全部清除"} <= set(none.labels)
    await buyer.do("✖️ ¥5,000", "认证工厂 · 7天无理由\n.*点数字")
    shown = await buyer.do("全部清除", "点数字")
    assert shown.text == wide.text


async def test_leaving_the_panel_changes_nothing(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """Ticks that were not shown are forgotten; showing the same again costs no search."""
    buyer, market = await person(), Market(marketplace)
    wide = await buyer.say(MANY, "Results for")
    await buyer.do("Filters", "Tick what")
    await buyer.do("Factory", "Tick what")
    assert (await buyer.do("Back", "Tap a number")).text == wide.text
    panel = await buyer.do("Filters", "Tick what")
    assert not [label for label in panel.labels if label.startswith("✓")]
    await buyer.do("Show results", "Tap a number")
    assert await market.count("keyword_search") == 1


async def test_a_picture_is_filtered_as_well(
    person: Arrive, marketplace: httpx.AsyncClient, samples: dict[str, bytes]
) -> None:
    """The same panel, the same chips."""
    buyer = await person()
    await buyer.photo(samples["white-sneakers.jpg"])
    await buyer.sees("look similar")
    await buyer.do("Filters", "look similar.*Tick what")
    await buyer.say("1-60", "Tick what")
    shown = await buyer.do("Show results", "look similar.*¥1–¥60")
    assert all(each <= 60 for each in prices(shown))


async def test_a_search_that_fails_keeps_the_ticks(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """The panel stays as it was ticked; the same button works a moment later."""
    buyer, market = await person(), Market(marketplace)
    await buyer.say(MANY, "Results for")
    await buyer.do("Filters", "Tick what")
    await buyer.do("7-day", "Tick what")
    await market.fault("http_500", "keyword_search", times=None)
    failed = await buyer.do("Show results", "has a problem.*Tick what")
    assert "✓ 7-day returns" in failed.labels
    await market.mend()
    await buyer.do("Show results", "7-day returns.*Tap a number")


async def test_words_typed_below_the_panel_are_a_new_search(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """Only a range is a price there."""
    buyer = await person()
    await buyer.say(MANY, "Results for")
    await buyer.do("Filters", "Tick what")
    await buyer.say("背包", r"^(?!.*Tick).*Results for “背包”")
