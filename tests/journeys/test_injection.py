"""Foreign words are shown harmlessly: what sellers, the marketplace and people write.

The simulated Bot API refuses what Telegram refuses, so a markup that breaks, a text too long or
a button without a label shows up as a refused call.
"""

import json
import re
import unicodedata
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from buying import SNEAKERS, TAPE_MEASURE, Market, at_lines, at_offer, at_preview
from chat import Person, Shown
from steps import PLACES

from bot.chat.buttons import BadButton, Press
from tests.tiers import slow_but

Arrive = Callable[..., Awaitable[Person]]

FAILED = "failed on our side|出了问题"
NASTY = {
    "markup": '<b>bold</b><a href="tg://user?id=1">you</a><tg-spoiler>"&\'</i></pre>',
    "entities": "&lt;b&gt;&amp;amp;&#60;script&#62;&nbsp;&bogus;&#x110000;&",
    "format": "{0.__class__}{count}%s%(x)d${x}{{}}",
    "control": "a\x01\x07\x1b[31mb\r\n\t\x7f\x85\u2028\u2029c",
    "bidi": "\u202egnp.exe\u202c\u2066\u2067\u2068\u2069\u200f\u061cאבג",
    "zero_width": "\u200b\u200c\u200d\ufeff\u2060\u00ad" * 40,
    "emoji": "👨‍👩‍👧‍👦🏳️‍🌈🇨🇳👍🏽" * 150,
    "combining": "Z̷̡͊a̴͛l̵͝" * 400,
    "long_word": "W" * 4000,
    "long_chinese": "货" * 4000,
    "long_markup": "<b>&amp;" * 500,
    "astral": "𝕏" * 2000,
}
WORST = ("markup", "bidi", "emoji", "long_markup")
"""One of each family, for places that share the escaping which every kind goes through above."""

HALVES = "half \ud83d of \ude00 a pair"
"""Only in JSON escapes: no encoder writes it."""

_UNCHANGED = "message is not modified"


class Calls:
    """The bot's calls to the Bot API from now on."""

    def __init__(self, http: httpx.AsyncClient, after: int) -> None:
        self._http, self._after = http, after

    @classmethod
    async def watched(cls, http: httpx.AsyncClient) -> "Calls":
        answer = (await http.get("/sandbox/botapi/calls?limit=1")).json()["calls"]
        return cls(http, answer[-1]["n"] if answer else 0)

    async def refused(self) -> list[tuple[str, str]]:
        """Every refusal but that a message looks already as it should."""
        path = f"/sandbox/botapi/calls?after={self._after}&limit=5000"
        calls: list[dict[str, Any]] = (await self._http.get(path)).json()["calls"]
        assert calls, "the bot did nothing"
        return [
            (call["method"], call["description"])
            for call in calls
            if call["status"] not in (200, None) and _UNCHANGED not in call["description"]
        ]


@pytest.fixture
async def calls(telegram: httpx.AsyncClient) -> Calls:
    return await Calls.watched(telegram)


def assert_harmless(shown: Shown) -> None:
    """No markup but ours, nothing that turns the direction, no control characters."""
    entities = shown.raw.get("entities", []) + shown.raw.get("caption_entities", [])
    ours = {"bold", "italic", "code", "underline", "url", "bot_command", "phone_number", "hashtag"}
    ours |= {"blockquote", "expandable_blockquote", "date_time"}
    assert {each["type"] for each in entities} <= ours
    for text in (shown.text, *shown.labels):
        assert not re.search("[\u202a-\u202e\u2066-\u2069\u0000-\u0008\u000b-\u001f\u007f]", text)
        assert any(unicodedata.category(each)[0] not in "CZ" for each in text)


async def assert_all_harmless(buyer: Person) -> None:
    for shown in await buyer.history():
        if shown.raw["from"].get("is_bot"):
            assert_harmless(shown)


async def tap(buyer: Person, *actions: str) -> None:
    """Press the first button that does one of these, whatever its label has become."""
    shown = await buyer.screen()
    for button in shown.buttons:
        try:
            press = Press.decode(button.get("callback_data", ""))
        except BadButton:
            continue
        if press.action in actions:
            query = await buyer.press(shown.id, button["callback_data"])
            await buyer.toast(query)
            return
    raise AssertionError(f"no {actions} among {shown.labels}")


async def settled(buyer: Person) -> Shown:
    """Return the newest screen once the bot is done with what it was sent."""
    shown = await buyer.sees(".")
    assert not re.search(FAILED, shown.text)
    return shown


@pytest.mark.parametrize("name", slow_but(["bidi"], NASTY))
async def test_what_a_seller_writes(
    name: str, person: Arrive, marketplace: httpx.AsyncClient, calls: Calls
) -> None:
    """Titles, variants and places, from the results to ordering the same goods again."""
    market, words = Market(marketplace), NASTY[name]
    buyer = await person("en" if list(NASTY).index(name) % 2 else "zh-hans")
    patch = {"subject": f"背包{words}", "subjectTrans": words, "valuePrefix": words, "place": words}
    await market.change(SNEAKERS, **patch)
    await market.change(TAPE_MEASURE, **patch)
    await buyer.say("背包", "Results for|的搜索结果")
    await at_offer(buyer, SNEAKERS)
    await tap(buyer, "choose")
    for _ in range(2):
        await settled(buyer)
        await tap(buyer, "value")
    await buyer.sees("How many|要多少")
    await buyer.say("5", "Your order|待下单")
    await tap(buyer, "checkout")
    await buyer.sees("address yet|还没有收货地址")
    await buyer.say("张三 13812345678 浙江省杭州市滨江区长河街道网商路699号", "right|核对")
    await tap(buyer, "save")
    await buyer.sees("Total to pay|应付总额")
    await tap(buyer, "confirm")
    await buyer.sees("Order placed|下单成功")
    await buyer.say("/orders", "My orders|我的订单")
    await tap(buyer, "card")
    await settled(buyer)
    await tap(buyer, "cancel")
    await buyer.sees("Cancel this order|要取消")
    await market.change(SNEAKERS, stock=0, **patch)
    await tap(buyer, "card")
    await buyer.sees("State|状态")
    await tap(buyer, "reorder")
    await buyer.sees("Order again|再来一单")
    await assert_all_harmless(buyer)
    assert await calls.refused() == []


@pytest.mark.parametrize("name", slow_but(["markup", "halves"], [*NASTY, "halves"]))
async def test_what_a_person_types_anywhere(
    name: str, person: Arrive, marketplace: httpx.AsyncClient, calls: Calls
) -> None:
    """Each step that takes words answers, and shows what it keeps of them."""
    words = NASTY.get(name, HALVES)
    for place in (
        "start",
        "refine",
        "prices",
        "quantity",
        "lines",
        "address_form",
        "address_question",
        "note",
    ):
        buyer = await person()
        await PLACES[place].walk(buyer)
        await send(buyer, words)
        await settled(buyer)
        await assert_all_harmless(buyer)
    assert await calls.refused() == []


async def send(buyer: Person, text: str) -> None:
    """Write in JSON escapes, which carry what UTF-8 cannot."""
    body = json.dumps({"from": buyer.id, "text": text})
    headers = {"content-type": "application/json"}
    path = f"/sandbox/chats/{buyer.id}/send"
    answer = await buyer.http.post(path, content=body, headers=headers)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("name", slow_but(["bidi"], WORST))
async def test_a_name_and_a_street(
    name: str, person: Arrive, marketplace: httpx.AsyncClient, calls: Calls
) -> None:
    """Whether the bot takes them or asks again, they are shown as plain words."""
    buyer, words = await person(), NASTY[name]
    await at_lines(buyer, TAPE_MEASURE, 4)
    await buyer.do("Continue", "address yet")
    await send(
        buyer, f"{words[:300]} 13812345678 浙江省杭州市滨江区长河街道网商路699号{words[:300]}"
    )
    await settled(buyer)
    await buyer.say("/address", ".")
    await assert_all_harmless(buyer)
    assert await calls.refused() == []


@pytest.mark.parametrize("name", slow_but(["long_markup"], WORST))
async def test_a_note_reaches_the_seller_as_written_or_shortened(
    name: str, person: Arrive, marketplace: httpx.AsyncClient, calls: Calls
) -> None:
    """It stands in the preview, and the order can be placed with it or without."""
    buyer = await person()
    await at_preview(buyer)
    await tap(buyer, "note")
    await buyer.sees("tell the seller")
    await send(buyer, NASTY[name])
    shown = await settled(buyer)
    if "Total to pay" not in shown.text:
        await tap(buyer, "no_note")
        await buyer.sees("Total to pay")
    await tap(buyer, "confirm")
    await buyer.sees("Order placed")
    assert await calls.refused() == []


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize(
    "endpoint", slow_but(["preview"], ["keyword_search", "product_detail", "preview"])
)
async def test_why_the_marketplace_refuses(
    endpoint: str, language: str, person: Arrive, marketplace: httpx.AsyncClient, calls: Calls
) -> None:
    """Its reasons are shown as plain words, and cut."""
    market, buyer = Market(marketplace), await person(language)
    await PLACES["address_check" if endpoint == "preview" else "start"].walk(buyer)
    for words in NASTY.values():
        await market.fault("refuse", endpoint, code="400", message=words)
        match endpoint:
            case "keyword_search":
                await buyer.send("背包")
            case "product_detail":
                await buyer.send(f"https://detail.1688.com/offer/{TAPE_MEASURE}.html")
            case _:
                await tap(buyer, "save", "deliver", "again")
        await settled(buyer)
        await market.mend()
        if endpoint == "preview" and "deliver" not in str((await buyer.screen()).rows):
            await tap(buyer, "checkout")
            await settled(buyer)
    await assert_all_harmless(buyer)
    assert await calls.refused() == []


@pytest.mark.parametrize("name", slow_but(["markup"], WORST))
async def test_why_the_marketplace_did_not_order(
    name: str, person: Arrive, marketplace: httpx.AsyncClient, calls: Calls
) -> None:
    """A refused order names the reason as plain words; the lines are kept."""
    market, buyer = Market(marketplace), await person()
    await at_preview(buyer)
    await market.fault("refuse", "create", code="405", message=NASTY[name])
    await tap(buyer, "confirm")
    await buyer.sees("⚠️")
    await assert_all_harmless(buyer)
    assert await calls.refused() == []
    assert await market.orders() == []
