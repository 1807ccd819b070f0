"""The language can be switched at any step, and stays switched."""

from collections.abc import Awaitable, Callable

import httpx
import pytest
from chat import Person
from steps import PAYMENT, PLACES, Place

from tests.tiers import slow_but

Arrive = Callable[..., Awaitable[Person]]


@pytest.mark.parametrize(
    "name",
    slow_but(
        ["results", "variant", "cart", "address_check", "preview", "payment"], [*PLACES, "payment"]
    ),
)
async def test_a_switch_draws_the_step_again_in_the_other_language(
    name: str, person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """Nothing moves but the language: there and back, what the screen announced included."""
    place: Place = PLACES.get(name, PAYMENT)
    buyer = await person()
    await place.walk(buyer)
    await buyer.say("/language", "Which language")
    await buyer.tap("中文")
    await buyer.sees(place.zh)
    await buyer.say("/language", "用哪种语言")
    await buyer.tap("English")
    await buyer.sees(place.en)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("zh-hans", "你好"),
        ("zh-hant", "你好"),
        ("zh", "你好"),
        ("en", "Hi, I'm"),
        ("en-GB", "Hi, I'm"),
        ("ru", "Hi, I'm"),
    ],
)
async def test_the_first_contact_speaks_the_persons_language(
    code: str, text: str, person: Arrive
) -> None:
    """Telegram tells the language of the person's app; what we lack becomes English."""
    buyer = await person(code)
    await buyer.say("/start", text)


@pytest.mark.parametrize("command", ["/start", "/cancel"])
async def test_the_choice_outlives_a_new_beginning(
    command: str, person: Arrive, marketplace: httpx.AsyncClient
) -> None:
    """Beginning anew drops the draft, never the language."""
    buyer = await person("en")
    await PLACES["lines"].walk(buyer)
    await buyer.say("/language", "Which language")
    await buyer.do("中文", "待下单")
    if command == "/start":
        await buyer.say("/start", "没下完的订单")
        await buyer.do("重新开始", "已清空")
    else:
        await buyer.say("/cancel", "已取消")
    await buyer.say("/start", "你好")
    await buyer.say("/orders", "还没有订单")


async def test_titles_follow_the_language(person: Arrive, marketplace: httpx.AsyncClient) -> None:
    """Chinese readers get the seller's words, others the marketplace's translation."""
    buyer = await person("en")
    shown = await buyer.say("背包", "Results for")
    assert "Backpack Large Capacity" in shown.text
    await buyer.say("/language", "Which language")
    shown = await buyer.do("中文", "的搜索结果")
    assert "双肩包男大容量" in shown.text
    assert "Backpack" not in shown.text


async def test_the_start_screen_switches_with_one_tap(person: Arrive) -> None:
    """The button names the other language in that language, and the tap is confirmed."""
    buyer = await person("en")
    await buyer.say("/start", "What are you looking for")
    query = await buyer.tap("中文")
    await buyer.sees("今天想找点什么")
    assert await buyer.toast(query) == "已切换为中文。"


async def test_switching_back_and_forth_quickly_is_no_double_tap(person: Arrive) -> None:
    """Each tap is meant, however soon after the last one it comes."""
    buyer = await person("en")
    await buyer.say("/start", "What are you looking for")
    await buyer.do("中文", "今天想找点什么")
    await buyer.do("English", "What are you looking for")
    await buyer.do("中文", "今天想找点什么")
