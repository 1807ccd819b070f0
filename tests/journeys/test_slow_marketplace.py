"""1688 hangs for two minutes: the chat goes on, at every step, and nothing said is lost."""

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import pytest
from buying import ADDRESS, TAPE_MEASURE, at_lines, at_offer, at_quantity, has_address
from chat import Person, Shown
from crashing import Clients, Own, own_world, until

from tests.tiers import SLOW, slow_but

_HANGS = {
    "search": "keyword_search",
    "detail": "product_detail",
    "photo": "image_search",
    "quote": "preview",
}


@pytest.fixture(scope="module")
def own() -> Iterator[Own]:
    with own_world(FLOOD_UPDATES="0") as own:
        own.bot.start()
        asyncio.run(own.bot.ready())
        yield own


async def _hung(clients: Clients, buyer: Person, what: str, samples: dict[str, bytes]) -> str:
    """Have the buyer wait for something that does not come; return their press, if it is one."""
    press = ""
    if what == "quote":
        await at_lines(buyer, TAPE_MEASURE, 4)
        await buyer.do("Continue|下一步", "address yet|还没有收货地址")
        await buyer.say(ADDRESS, "Is this right|请核对地址")
    else:
        await buyer.say("/start", "1688")
    await clients.market.delete("/sandbox/calls")
    await clients.market_fault(_HANGS[what], "slow", seconds=120)
    if what == "search":
        await buyer.send("背包")
    elif what == "detail":
        await buyer.send(f"https://detail.1688.com/offer/{TAPE_MEASURE}.html")
    elif what == "photo":
        await buyer.photo(next(iter(samples.values())))
    else:
        press = await buyer.tap("Save|保存")
    await clients.orders.until_called(_HANGS[what])
    return press


async def _answered(buyer: Person, text: str, wanted: str) -> tuple[float, Shown]:
    began = time.monotonic()
    shown = await buyer.say(text, wanted)
    return time.monotonic() - began, shown


@pytest.mark.parametrize("what", slow_but(["photo"], _HANGS))
async def test_commands_are_answered_while_it_hangs(
    what: str, own: Own, samples: dict[str, bytes]
) -> None:
    """/cart and /cancel come long before that is over, whatever is waited for."""
    async with own.clients() as clients:
        buyer = await clients.arrive()
        await _hung(clients, buyer, what, samples)
        took, _ = await _answered(buyer, "/cart", "[Cc]art")
        assert took < 60, "it waited for the marketplace"
        took, shown = await _answered(buyer, "/cancel", "[Cc]ancel")
        assert took < 60
        assert "took too long" not in shown.text
        await clients.no_faults()


_SAID = {
    "search": ("draft", "Searching 1688 for “背包” …", "正在 1688 上找“背包”…"),
    "detail": ("draft", "Opening the product …", "正在打开商品…"),
    "photo": ("draft", "Looking for products like your photo …", "正在按图找相似商品…"),
    "quote": ("callback_answer", "Getting the final total …", "正在核算总价…"),
}


@pytest.mark.parametrize(
    ("what", "language"),
    [("search", "en"), ("search", "zh"), ("detail", "en"), ("photo", "zh"), ("quote", "en")],
)
async def test_what_is_waited_for_is_said(
    what: str, language: str, own: Own, samples: dict[str, bytes]
) -> None:
    """What was written gets a draft, which the answer replaces; a press gets a toast."""
    async with own.clients() as clients:
        buyer = await clients.arrive(language)
        press = await _hung(clients, buyer, what, samples)
        kind, *words = _SAID[what]
        if press:
            said = await _toast(clients, language, buyer, press)
        else:
            said = (await _event(clients, buyer, kind))["text"]
        assert words[language == "zh"] in said
        await clients.no_faults()


async def _toast(clients: Clients, language: str, buyer: Person, press: str) -> str:
    """A busy machine answers a press before it is known what is waited for: then another's."""
    for _ in range(5):
        if said := await buyer.toast(press):
            return said
        await clients.no_faults()
        buyer = await clients.arrive(language)
        press = await _hung(clients, buyer, "quote", {})
    raise AssertionError("no press was told what is waited for")


async def test_an_older_server_shows_that_something_goes_on() -> None:
    """Without drafts there is "typing", and the unknown call is made once."""
    with own_world(FLOOD_UPDATES="0") as own:
        own.bot.start()
        await own.bot.ready()
        async with own.clients() as clients:
            await clients.telegram.patch("/sandbox/botapi/switches", json={"bot_api": "9.4"})
            for _ in range(2):
                buyer = await clients.arrive()
                await _hung(clients, buyer, "search", {})
                assert (await _event(clients, buyer, "action"))["action"] == "typing"
                await clients.no_faults()
                await buyer.say("/cancel", "[Cc]ancel")
            path = "/sandbox/botapi/calls?method=sendMessageDraft"
            calls = (await clients.telegram.get(path)).json()["calls"]
            assert [each["status"] for each in calls] == [404]


async def _event(clients: Clients, buyer: Person, kind: str) -> dict[str, Any]:
    """Wait for the first event of this kind in the chat, but for answers without words."""
    path = f"/sandbox/chats/{buyer.id}/wait?after_seq={{}}&timeout=30"
    seq = 0
    while True:
        answer = (await clients.telegram.get(path.format(seq), timeout=90)).json()
        for event in answer["events"]:
            if event["type"] == kind and (event.get("text") or event.get("action")):
                return dict(event)
        assert answer["events"], f"no {kind}"
        seq = answer["seq"]


async def test_what_was_given_up_can_be_had_after_all(own: Own) -> None:
    """The screen that took its place says so and leads back to it."""
    async with own.clients() as clients:
        buyer = await clients.arrive()
        await _hung(clients, buyer, "search", {})
        shown = await buyer.say("/cart", "“背包”")
        assert "took too long" in shown.text
        await clients.no_faults()
        await buyer.do("Try that again", "背包.*results|Results.*背包")


@SLOW
async def test_small_talk_gives_nothing_up(own: Own) -> None:
    """Who greets or thanks while they wait is answered beside it, and gets what they wait for."""
    async with own.clients() as clients:
        buyer = await clients.arrive()
        await _hung(clients, buyer, "search", {})
        shown = await buyer.say("hello", "Hello!")
        assert "took too long" not in shown.text
        shown = await buyer.say("thanks", "You're welcome")
        assert "took too long" not in shown.text
        await clients.no_faults()
        await buyer.sees("Results.*背包|背包.*results")


async def test_a_kill_in_between_brings_nothing_back(own: Own) -> None:
    """What was passed is finished with the commit that passed it: it is not walked afterwards."""
    async with own.clients() as clients:
        buyer = await clients.arrive()
        await _hung(clients, buyer, "search", {})
        await buyer.say("/cancel", "[Cc]ancel")
        await own.restart()
        await clients.no_faults()
        shown = await buyer.say("/cart", "[Cc]art")
        assert not [each for each in await buyer.history() if "results" in each.text.lower()]
        assert shown.rows


async def test_a_kill_while_it_hangs_loses_no_search(own: Own) -> None:
    """Nothing went ahead of it, so it is made again by the next run."""
    async with own.clients() as clients:
        buyer = await clients.arrive()
        await _hung(clients, buyer, "search", {})
        await clients.no_faults()
        await own.restart()
        await buyer.sees("“背包”")


async def test_buttons_work_while_a_link_hangs(own: Own) -> None:
    """An offer on the screen can be ordered although another one does not open."""
    async with own.clients() as clients:
        buyer = await clients.arrive()
        await at_offer(buyer, TAPE_MEASURE)
        await clients.market_fault("keyword_search", "slow", seconds=40)
        await buyer.send("背包")
        await buyer.do("Choose a quantity", "How many")
        await clients.no_faults()


async def test_a_slow_freight_estimate_holds_no_screen_up(own: Own) -> None:
    """The screen comes without it; once the answer is there, the next screen has it.

    No estimate is asked for during the 15 s after it: nothing else here looks at one.
    """
    async with own.clients() as clients:
        buyer = await has_address(await clients.arrive())
        await clients.market_fault("freight_estimate", "slow", seconds=8, times=1)
        shown = await at_quantity(buyer, TAPE_MEASURE)
        assert "reight" not in shown.text
        shown = await buyer.say("1", "The minimum is 2")
        assert "Freight for" not in shown.text

        async def told() -> bool:
            await buyer.do("Back", "Minimum order")
            shown = await buyer.do("Choose a quantity", "How many")
            await asyncio.sleep(0.5)
            return "Freight for 2 pieces to Hangzhou: about ¥3.50" in shown.text

        await until(told)
