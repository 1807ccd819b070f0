"""Goods asked for in a group: one card there, ordered in the private chat of whoever taps it."""

import re
from collections.abc import Awaitable, Callable

import httpx
import pytest
from buying import Market
from chat import Person, Shown
from group_goods import LINK, OFFER, Group, opens

Arrive = Callable[..., Awaitable[Person]]
FAULT = {"endpoint": "keyword_search", "kind": "http_500", "times": None}


@pytest.fixture
def market(marketplace: httpx.AsyncClient) -> Market:
    return Market(marketplace)


@pytest.mark.parametrize(
    ("code", "order", "price"),
    [("en", "Order this", "From ¥|Price: ¥"), ("zh-hans", "我要买", "¥.+起|价格")],
)
async def test_a_mention_with_a_link_shows_the_offer_and_the_way_to_order_it(
    code: str, order: str, price: str, person: Arrive, telegram: httpx.AsyncClient
) -> None:
    """In the writer's language, as an answer to their message."""
    member = await person(code)
    group = await Group.of(telegram, member)
    asked = await group.send(f"@{group.bot} {LINK}")
    card = await group.answered()
    assert card.raw["reply_to_message"]["message_id"] == asked
    assert card.has_picture
    assert re.search(price, card.text)
    shown = await opens(member, card.url(order))
    assert "¥" in shown.text


async def test_anybody_else_orders_from_the_same_card(
    person: Arrive, telegram: httpx.AsyncClient
) -> None:
    """The link names the offer, not who asked for it."""
    asker, other = await person(), await person("zh-hans")
    group = await Group.of(telegram, asker)
    await group.send(f"@{group.bot} {OFFER}")
    card = await group.answered()
    shown = await opens(other, card.url("Order this"))
    assert "起订量" in shown.text


async def test_find_answers_with_a_numbered_sheet(
    person: Arrive, telegram: httpx.AsyncClient
) -> None:
    """Each number leads to its offer."""
    member = await person()
    group = await Group.of(telegram, member)
    await group.send("/find 背包")
    card = await group.answered()
    assert card.has_picture
    assert "from ¥" in card.text
    first = card.text.splitlines()[0].removeprefix("1.").strip()
    shown = await opens(member, card.url("^1$"))
    assert first[:12] in shown.text


async def test_a_photo_with_a_mention_is_looked_for(
    person: Arrive, telegram: httpx.AsyncClient, samples: dict[str, bytes]
) -> None:
    """Under the photo itself, or in answer to somebody else's."""
    group = await Group.of(telegram, await person())
    data = samples["red-mug.jpg"]
    await group.photo(data, f"@{group.bot}")
    assert (await group.answered()).has_picture
    silent = await group.photo(data)
    await group.send(f"@{group.bot}", reply_to=silent)
    assert (await group.answered(2)).has_picture


async def test_an_answer_to_us_goes_on(person: Arrive, telegram: httpx.AsyncClient) -> None:
    """Words in answer to a card are looked for; no mention is needed."""
    group = await Group.of(telegram, await person())
    await group.send("/find 背包")
    card = await group.answered()
    await group.send("马克杯", reply_to=card.id)
    assert "from ¥" in (await group.answered(2)).text


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("hello", "Tell me what to look for"),
        ("help", "Tell me what to look for"),
        ("thanks!", "You're welcome"),
        ("订单", "our private chat"),
        ("where is my order?", "our private chat"),
        ("S261130-ABCDEFGH", "our private chat"),
    ],
)
async def test_what_is_said_to_the_bot_is_not_looked_for(
    text: str, wanted: str, person: Arrive, telegram: httpx.AsyncClient, market: Market
) -> None:
    """In answer to a card of ours, too; an order's number leaves the group for nowhere."""
    before = await market.count("keyword_search")
    group = await Group.of(telegram, await person())
    await group.send(f"@{group.bot} {text}")
    answer = await group.answered()
    assert re.search(wanted, answer.text)
    await group.send(text, reply_to=answer.id)
    assert re.search(wanted, (await group.answered(2)).text)
    assert await market.count("keyword_search") == before


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("/find", "Tell me what to look for"),
        ("@{bot}", "Tell me what to look for"),
        ("@{bot} !?", "Tell me what to look for"),
        ("@{bot} 1234567890", "no product 1234567890"),
        ("/find qwertzuiopü", "Nothing found|No products|found"),
    ],
)
async def test_what_leads_nowhere_gets_a_sentence_and_the_way_on(
    text: str, wanted: str, person: Arrive, telegram: httpx.AsyncClient
) -> None:
    """One sentence, and the private chat."""
    group = await Group.of(telegram, await person())
    await group.send(text.format(bot=group.bot))
    answer = await group.answered()
    assert re.search(wanted, answer.text)
    assert answer.url("private chat").endswith("?start=group")


async def test_a_group_gets_a_bounded_number_of_answers_a_minute(
    person: Arrive, telegram: httpx.AsyncClient
) -> None:
    """Then it is told once that it was too much; other groups are not held up."""
    member = await person()
    group = await Group.of(telegram, member)
    for _ in range(9):
        await group.send(f"@{group.bot} {OFFER}")
    await group.answered(7)
    said = [Shown(each).text for each in await group.answers()]
    assert sum("Ask again in a minute" in each for each in said) == 1
    other = await Group.of(telegram, member)
    await other.send(f"@{other.bot} {OFFER}")
    assert (await other.answered()).has_picture


async def test_a_marketplace_that_fails_is_told_in_the_group(
    person: Arrive, telegram: httpx.AsyncClient, marketplace: httpx.AsyncClient
) -> None:
    """A sentence, nothing of the failure itself."""
    group = await Group.of(telegram, await person())
    await marketplace.post("/sandbox/faults", json=FAULT)
    await group.send("/find 背包")
    answer = await group.answered()
    assert "Nothing is lost" in answer.text


async def test_a_payload_that_names_no_offer_is_a_plain_start(person: Arrive) -> None:
    """Cut off, of a later form, or beyond all numbers."""
    member = await person()
    await member.say("/start o1-zzzzzzzzzzzzz", "Snaporder")
    await member.say("/start o1-", "Snaporder")
    await member.say("/start o2-9v8f", "Snaporder")
