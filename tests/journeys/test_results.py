"""Results: a numbered sheet and list, paged and sorted in place, narrowed and widened."""

import re
from collections.abc import Awaitable, Callable

import httpx
import pytest
from buying import Market
from chat import Person, Shown
from result_lists import MANY, listed, numbers, prices, rates, sold
from steps import PLACES

from tests.tiers import slow_but

Arrive = Callable[..., Awaitable[Person]]
FEW = "运动鞋"


async def test_a_page_is_one_picture_with_a_numbered_list(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """Each hit has its number, title, price and sales, and a button."""
    buyer = await person()
    shown = await buyer.say(MANY, "Results for")
    assert shown.has_picture
    wanted = [str(number) for number in range(1, 7)]
    assert numbers(shown) == listed(shown) == wanted
    assert len(prices(shown)) == len(sold(shown)) == 6
    assert not rates(shown), "a line of a phone has room for one of the two"
    assert len(shown.text.encode("utf-16-le")) // 2 <= 1024


async def test_pages_turn_in_place_and_the_last_one_is_honest(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """Forward and back edit the same message; where nothing follows, nothing is offered."""
    buyer = await person()
    first = await buyer.say(MANY, "Results for")
    second = await buyer.do("More", "page 2")
    assert second.id == first.id
    assert listed(second) == numbers(second) == [str(number) for number in range(7, 13)]
    await buyer.do("More", "page 3")
    last = await buyer.do("More", "page 4, the last")
    assert last.id == first.id
    assert listed(last) == ["19", "20", "21", "22"]
    assert not [label for label in last.labels if "More" in label]
    await buyer.do("Back", "page 3")
    again = await buyer.do("Back", "page 2")
    assert again.text == second.text
    await buyer.do("Back", r"^(?!.*page).*Results for")


async def test_a_page_that_turns_out_empty_is_the_end(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """The marketplace's own counts are not always right: one stays, and is told."""
    buyer, market = await person(), Market(marketplace)
    await buyer.say(MANY, "Results for")
    await market.fault("null_data", "keyword_search")
    shown = await buyer.do("More", "last page|no sense")
    assert listed(shown)[0] == "1"


@pytest.mark.parametrize(
    ("button", "read", "falling"),
    slow_but(
        ["Price"], [("Price", prices, False), ("Sales", sold, True), ("Reorder rate", rates, True)]
    ),
)
async def test_sorting_orders_what_is_listed(
    button: str,
    read: Callable[[Shown], list[float]],
    *,
    falling: bool,
    person: Arrive,
    marketplace: httpx.AsyncClient,
) -> None:
    """In place, from the first page on, through all pages; the same tap takes it back."""
    buyer = await person()
    plain = await buyer.say(MANY, "Results for")
    await buyer.do("More", "page 2")
    shown = await buyer.do(button, r"^(?!.*page).*Results for")
    assert shown.id == plain.id
    assert shown.button(f"• {button}")
    more = await buyer.do("More", "page 2")
    values = read(shown) + read(more)
    assert len(values) == 12
    assert values == sorted(values, reverse=falling)
    await buyer.do("Back", r"^(?!.*page).*Results for")
    assert (await buyer.do(f"• {button}", "Results for")).text == plain.text


async def test_a_word_narrows_and_widens(person: Arrive, marketplace: httpx.AsyncClient) -> None:
    """The narrowing word stands in the heading and on the button that drops it."""
    buyer = await person("zh-hans")
    wide = await buyer.say(MANY, "搜索结果")
    await buyer.do("加关键词", "发一个关键词")
    narrow = await buyer.say("帽", "含“帽”")
    assert set(narrow.text.splitlines()) != set(wide.text.splitlines())
    assert narrow.button("✖️ “帽”")
    widened = await buyer.do("✖️ “帽”", r"^(?!.*含“).*搜索结果")
    assert widened.text == wide.text


async def test_narrowing_can_be_left(person: Arrive, marketplace: httpx.AsyncClient) -> None:
    """Keep as is leads back to the very same page; a sign alone narrows nothing."""
    buyer = await person()
    wide = await buyer.say(FEW, "Results for")
    await buyer.do("➕ Keyword", "Send a keyword")
    await buyer.say("！？", "need a keyword")
    assert (await buyer.do("Keep", "Results for")).text == wide.text


@pytest.mark.parametrize("typed", ["2", "２", " 2 ", "2️⃣", "#2", "第二个"])
async def test_a_typed_number_picks(
    typed: str, person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """Typing a number is tapping it, in any digits."""
    buyer = await person("zh-hans")
    shown = await buyer.say(FEW, "搜索结果")
    title = re.search(r"^2\. (.{6})", shown.text, re.MULTILINE)
    assert title
    await buyer.say(typed, f"{re.escape(title[1])}.*起订量")


@pytest.mark.parametrize("typed", ["X2", "2件", "两个", "2号"])
async def test_what_only_resembles_a_number_is_looked_for(
    typed: str, person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """Somebody who looks for an "X2" does not want the second hit."""
    buyer = await person()
    await buyer.say(FEW, "Results for")
    await buyer.say(typed, f"Results for “{typed}”|Nothing found for “{typed}”")


async def test_a_number_that_is_not_there_is_explained(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """On the second page the numbers go on from the first."""
    buyer = await person()
    await buyer.say(MANY, "Results for")
    await buyer.do("More", "page 2")
    await buyer.say("3", "from 7 to 12")
    await buyer.say("0", "from 7 to 12")
    await buyer.say("8", "Minimum order")


async def test_numbers_of_a_search_that_failed_open_nothing_old(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """After a failed search the earlier hits are gone from the screen, and from reach."""
    buyer, market = await person(), Market(marketplace)
    await buyer.say(FEW, "Results for")
    await market.fault("http_500", "keyword_search", times=None)
    await buyer.say("背包", "has a problem")
    await buyer.say("1", "has a problem|Try again")
    await market.mend()
    await buyer.do("Try again", "Results for|Nothing found")


async def test_results_of_a_failed_search_are_not_shown_under_its_name(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """Going back to results after a failure offers to try again, not the hits of another word."""
    buyer, market = await person(), Market(marketplace)
    await buyer.say(FEW, "Results for")
    await market.fault("http_500", "keyword_search", times=None)
    await buyer.say("背包", "has a problem")
    await buyer.say("718092053690", "Minimum order")
    back = await buyer.do("Results", "no answer yet")
    await market.mend()
    assert "Canvas" not in back.text
    assert "Backpack" in (await buyer.do("Try again", "Results for “背包”")).text


async def test_turning_a_page_survives_a_failure(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """The page stays, says what happened, and the same button works a moment later."""
    buyer, market = await person(), Market(marketplace)
    first = await buyer.say(MANY, "Results for")
    await market.fault("http_500", "keyword_search", times=None)
    failed = await buyer.do("More", "has a problem")
    assert listed(failed) == listed(first)
    await market.mend()
    await buyer.do("More", "page 2")


@pytest.mark.parametrize(
    ("code", "head", "tip"), [("en", "Nothing found", "photo"), ("zh-hans", "没有找到", "照片")]
)
async def test_nothing_found_says_what_to_try(
    code: str, head: str, tip: str, person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """It names the words, gives tips, and the buttons drop what narrows."""
    buyer = await person(code)
    shown = await buyer.say("量子飞船", f"{head}.*量子飞船")
    assert tip in shown.text
    await buyer.say(FEW, "Results for|搜索结果")
    await buyer.do("➕ Keyword|加关键词", "Send a keyword|发一个关键词")
    await buyer.say("量子飞船火箭发动机", "Nothing found with all|没有找到商品")
    await buyer.do("✖️ “量子", "Results for|搜索结果")


async def test_words_in_other_scripts_are_told_that_chinese_finds_more(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """The marketplace searches Chinese; a photo needs no language."""
    buyer = await person()
    await buyer.say("led", "searches in Chinese.*Results for “led”")
    shown = await buyer.say("台灯", "Results for")
    assert "searches in Chinese" not in shown.text
    shown = await buyer.say("qwertzuiop", "Nothing found")
    assert shown.text.count("Chinese") == 1  # once is enough
    await buyer.do("Categories", "Pick one")


@pytest.mark.parametrize("text", ["!!!", "🎀", "。。。"])
async def test_a_text_without_words_is_not_looked_for(
    text: str, person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """Signs and emoji find nothing: the person is asked for a word."""
    buyer = await person()
    await buyer.say(text, "need a keyword")
    assert await Market(marketplace).count("keyword_search") == 0


@pytest.mark.parametrize(
    "text", ["https://item.taobao.com/item.htm?id=7123456789", "看 https://www.amazon.com/dp/B0"]
)
async def test_links_to_other_shops_are_not_looked_for(
    text: str, person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """An address is no keyword; the person hears what works instead."""
    buyer = await person()
    await buyer.say(text, "only open links to 1688")
    assert await Market(marketplace).count("keyword_search") == 0


async def test_a_long_message_is_looked_for_by_its_beginning(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """A pasted advertisement of thousands of characters is still a search."""
    buyer = await person()
    await buyer.say("双肩包男大容量旅行背包" + "好" * 3000, "Results for|Nothing found")


async def test_foreign_signs_in_titles_are_shown_as_they_are(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """A seller's < and & are text, not markup."""
    buyer = await person()
    shown = await buyer.say("手账贴纸", "Results for")
    assert "Journal Stickers" in shown.text
    shown = await buyer.do("^1$", "Minimum order")
    assert "<Kawaii> Cats & Flowers" in shown.text


async def test_the_draft_is_one_tap_away(person: Arrive, marketplace: httpx.AsyncClient) -> None:
    """Looking for more never hides what is chosen already."""
    buyer = await person()
    await PLACES["lines"].walk(buyer)
    shown = await buyer.say(FEW, "order is kept.*Results for|new search.*Results for")
    assert shown.button(r"Cart \(1 item\)")
    shown = await buyer.say("量子飞船", "Nothing found")
    await buyer.do(r"Cart \(1 item\)", "Your order")


async def test_an_old_number_explains_itself(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """A button of an earlier page opens nothing, says so, and the current screen comes again."""
    buyer = await person()
    old = await buyer.say(FEW, "Results for")
    await buyer.say("背包", "Results for “背包”")
    query = await buyer.tap("^1$", on=old)
    await buyer.sees("earlier step.*Results for “背包”")
    assert "earlier step" in (await buyer.toast(query) or "")


@pytest.mark.parametrize(
    ("language", "words", "chinese", "told"),
    [
        ("en", "ceramic mug", "陶瓷马克杯", "found nothing for “ceramic mug”"),
        ("zh-hans", "tote bag", "帆布包", "没搜到“tote bag”"),
    ],
)
async def test_english_words_find_goods_by_their_chinese_names(
    person, language, words, chinese, told
):
    """1688 understands Chinese alone; what was searched for instead is said."""
    buyer = await person(language)
    shown = await buyer.say(words, f"“{chinese}”")
    assert told in shown.text
    assert shown.has_picture
