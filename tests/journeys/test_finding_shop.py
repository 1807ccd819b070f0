"""More from one seller: their goods with everything that results can do, and the way back."""

from collections.abc import Awaitable, Callable

import httpx
import pytest
from buying import SNEAKERS, TAPE_MEASURE, Market, at_lines, at_offer
from chat import Person
from result_lists import listed, prices

Arrive = Callable[..., Awaitable[Person]]

SHOP = "BBBQJsc1oEeHyXeIs4YJASCK-"  # of the tape measure: 12 goods


@pytest.mark.parametrize(
    ("code", "button", "title", "back", "offer"),
    [
        ("en", "More from this seller", "From this seller", "Back to the product", "Tape Measure"),
        ("zh-hans", "这家店的其他商品", "这家店的商品", "返回商品", "卷尺"),
    ],
)
async def test_a_sellers_goods_are_one_tap_from_the_offer(
    code: str,
    button: str,
    title: str,
    back: str,
    offer: str,
    person: Arrive,
    marketplace: httpx.AsyncClient,
) -> None:
    """With a title that says whose they are, and a way back to where one was."""
    buyer = await person(code)
    await at_offer(buyer, TAPE_MEASURE)
    shown = await buyer.do(button, title)
    assert shown.has_picture
    assert listed(shown) == [str(number) for number in range(1, 7)]
    await buyer.do(back, f"{offer}.*(Minimum order|起订量)")


async def test_the_goods_of_a_shop_are_paged_sorted_and_narrowed(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """All within the shop: nobody else's goods come in."""
    buyer = await person()
    await at_offer(buyer, TAPE_MEASURE)
    await buyer.do("More from", "From this seller")
    last = await buyer.do("More", "page 2, the last")
    assert listed(last)[0] == "7"
    cheap = await buyer.do("Price", "cheapest first")
    assert prices(cheap) == sorted(prices(cheap))
    await buyer.do("➕ Keyword", "Send a keyword")
    words = await buyer.say("球", "From this seller.*with “球”.*cheapest first")
    assert "Ball" in words.text or "ball" in words.text
    await buyer.do("Filters", "From this seller.*Tick what")
    await buyer.say("20-40", "✓|Tick what")
    shown = await buyer.do("Show results", "From this seller.*¥20–¥40")
    assert prices(shown)
    assert all(20 <= each <= 40 for each in prices(shown))
    assert await Market(marketplace).count("keyword_search") == 0


async def test_the_search_of_before_is_there_again(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """From the item on, Results leads to the search that had found it, read anew."""
    buyer = await person()
    before = await buyer.say("杯子", "Results for “杯子”")
    await buyer.do("^2$", "Minimum order")
    await buyer.do("More from", "From this seller")
    await buyer.do("^1$", "Minimum order")
    await buyer.do("Results", "From this seller")
    await buyer.do("Back to the product", "Minimum order")
    again = await buyer.do("Results", "Results for “杯子”")
    assert again.text == before.text
    await buyer.do("^1$", "Minimum order")


async def test_an_order_that_is_put_together_is_kept(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """Looking at more of the seller is how lines of one order are found."""
    buyer = await person()
    await at_lines(buyer, TAPE_MEASURE, 4)
    await at_offer(buyer, TAPE_MEASURE)
    shown = await buyer.do("More from", "From this seller")
    assert shown.button(r"Cart \(1 item\)")


async def test_a_shop_that_shows_nothing_says_so(
    person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """No hits is no dead end: the item is one tap away."""
    buyer, market = await person(), Market(marketplace)
    await at_offer(buyer, SNEAKERS)
    await market.fault("null_data", "shop_search")
    await buyer.do("More from", "From this seller.*nothing to show here")
    await buyer.do("Try again", "From this seller.*Tap a number")
    await buyer.do("➕ Keyword", "Send a keyword")
    await buyer.say("量子飞船火箭", "Nothing found with all")
    await buyer.do("Back to the product", "Canvas Shoes.*Minimum order")


@pytest.mark.parametrize("kind", ["http_500", "cut_before", "throttle_429"])
async def test_a_shop_that_cannot_be_read_can_be_tried_again(
    kind: str, person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """The failure is told, and the same search is one tap away."""
    buyer, market = await person(), Market(marketplace)
    await at_offer(buyer, TAPE_MEASURE)
    await market.fault(kind, "shop_search", times=None)
    await buyer.do("More from", "⚠️.*no answer yet")
    await market.mend()
    await buyer.do("Try again", "From this seller")


async def test_a_refused_shop_is_quoted(person: Arrive, marketplace: httpx.AsyncClient) -> None:
    """The marketplace's own words, and the way back."""
    buyer, market = await person(), Market(marketplace)
    await at_offer(buyer, TAPE_MEASURE)
    await market.fault("refuse", "shop_search", code=1009, message="店铺不存在")
    await buyer.do("More from", "店铺不存在")
    await buyer.do("Back to the product", "Tape Measure")
