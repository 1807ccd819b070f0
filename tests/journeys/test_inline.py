"""Goods typed for behind the bot's name: cards to post anywhere, and to order from."""

import re
from collections.abc import Awaitable, Callable

import httpx
import pytest
from buying import Market
from chat import Person
from inline_mode import answer_to, found, typed

Arrive = Callable[..., Awaitable[Person]]
OFFER = 718092053690


@pytest.fixture
def market(marketplace: httpx.AsyncClient) -> Market:
    return Market(marketplace)


@pytest.mark.parametrize(
    ("code", "price", "order"), [("en", "from ¥", "Order this"), ("zh-hans", "¥.* 起", "我要买")]
)
async def test_a_card_is_posted_and_ordered_from(
    code: str, price: str, order: str, person: Arrive, telegram: httpx.AsyncClient
) -> None:
    """Title, price and picture in the list; the posted card leads anybody to the offer."""
    poster, reader = await person(code), await person()
    query_id = await typed(poster, "背包")
    first = (await answer_to(poster, query_id))["results"][0]
    assert re.search(price, first["description"])
    assert first["thumbnail_url"].startswith("http")
    body = {"type": "supergroup", "title": "Friends", "members": [poster.id, reader.id]}
    chat = (await telegram.post("/sandbox/chats", json=body)).json()["id"]
    chosen = {"from": poster.id, "inline_query_id": query_id, "result_id": first["id"]}
    posted = await telegram.post(f"/sandbox/chats/{chat}/choose", json=chosen)
    assert posted.status_code == 200, posted.text
    button = posted.json()["message"]["reply_markup"]["inline_keyboard"][0][0]
    assert re.search(order, button["text"])
    await reader.send(f"/start {button['url'].partition('start=')[2]}")
    await reader.sees("Minimum order")


async def test_five_keystrokes_ask_the_marketplace_once(person: Arrive, market: Market) -> None:
    """Only what somebody stops at is looked for; what was found is there for everybody."""
    one, other = await person(), await person()
    before = await market.count("keyword_search")
    last = ""
    for length in range(1, 6):
        last = await typed(one, "蓝色保温杯"[:length])
    assert (await answer_to(one, last))["results"]
    assert await market.count("keyword_search") == before + 1
    assert (await found(other, "蓝色保温杯"))["results"]
    assert await market.count("keyword_search") == before + 1


async def test_each_sees_their_own_language(person: Arrive) -> None:
    """What Telegram keeps of an answer is not shown to whoever types the same."""
    one, other = await person("zh-hans"), await person("en")
    assert "起" in (await found(one, "雨伞"))["results"][0]["description"]
    assert "from" in (await found(other, "雨伞"))["results"][0]["description"]


async def test_pages_follow_one_another(person: Arrive) -> None:
    """By Telegram's offset, without repeating a card."""
    member = await person()
    first = await found(member, "包")
    second = await found(member, "包", first["next_offset"])
    ids = [each["id"] for each in (*first["results"], *second["results"])]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("query", [str(OFFER), f"https://detail.1688.com/offer/{OFFER}.html?spm=a"])
async def test_a_number_or_link_is_that_offer(query: str, person: Arrive) -> None:
    """With its minimum, which a search does not know."""
    (only,) = (await found(await person(), query))["results"]
    assert only["id"] == str(OFFER)
    assert "· Minimum order" in only["description"]


async def test_nothing_typed_offers_ones_own_latest(person: Arrive) -> None:
    """What was looked at last; shown to that person alone."""
    member, other = await person(), await person()
    await member.say(str(OFFER), "Minimum order")
    answer = await found(member, "")
    assert [each["id"] for each in answer["results"]] == [str(OFFER)]
    assert answer["is_personal"]
    answer = await found(other, "")
    assert answer["results"] == []
    assert answer["button"]["start_parameter"] == "inline"


@pytest.mark.parametrize("query", ["qwertzuiopü", "!?", "1234567890"])
async def test_what_leads_nowhere_says_so(query: str, person: Arrive) -> None:
    """One line, which leads into the private chat."""
    answer = await found(await person(), query)
    assert answer["results"] == []
    assert "Nothing found" in answer["button"]["text"]


async def test_a_marketplace_that_fails_is_told_and_not_kept(
    person: Arrive, market: Market
) -> None:
    """Typed on a moment later, it is asked again."""
    member = await person()
    await market.fault("http_500", "keyword_search", times=None)
    answer = await found(member, "双肩背包")
    assert "does not answer" in answer["button"]["text"]
    assert answer["cache_time"] == 0
    await market.mend()
    assert (await found(member, "双肩背包"))["results"]


async def test_typing_holds_up_nothing_in_the_private_chat(person: Arrive, market: Market) -> None:
    """A slow search there and an inline query here do not wait for each other."""
    member = await person()
    await market.fault("slow", "keyword_search", times=1, seconds=30)
    await member.send("慢慢来")
    await market.until_called("keyword_search")
    answer = await found(member, "马克杯")
    assert answer["results"]


async def test_english_words_find_what_1688_calls_the_goods(
    person: Arrive, telegram: httpx.AsyncClient
) -> None:
    """The next page goes on with the words that found the first."""
    member = await person()
    first = await found(member, "bag")
    assert first["results"]
    if first["next_offset"]:
        second = await found(member, "bag", first["next_offset"])
        assert not {each["id"] for each in first["results"]} & {
            each["id"] for each in second["results"]
        }
