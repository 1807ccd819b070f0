"""Telegram misbehaves: the real bot shows every screen in the end, once where that can be known."""

import asyncio
import time
from collections.abc import Iterator
from itertools import pairwise

import pytest
from crashing import Own, own_world, until

from tests.tiers import SLOW, slow_but

FOUND = "Results for"


@pytest.fixture(scope="module")
def own() -> Iterator[Own]:
    with own_world() as own:
        own.bot.start()
        asyncio.run(own.bot.ready())
        yield own
        assert own.bot.stop() == 0


@pytest.fixture(autouse=True)
async def _mended(own: Own):
    yield
    async with own.clients() as clients:
        await clients.no_faults()


@pytest.mark.parametrize(
    ("method", "kind"),
    slow_but(
        ["sendPhoto", "*"],
        [
            ("getUpdates", "http_500"),
            ("getUpdates", "http_502_html"),
            ("getUpdates", "cut_after"),
            ("sendPhoto", "http_502_html"),
            ("sendPhoto", "cut_before"),
            ("sendPhoto", "cut_after"),
            ("*", "http_500"),
            ("*", "cut_before"),
        ],
    ),
)
async def test_a_broken_call_is_made_again(own: Own, method: str, kind: str) -> None:
    """Errors of the server, a gateway's page, broken connections: the screen comes all the same."""
    async with own.clients() as clients:
        buyer = await clients.arrive()
        await clients.fault(method, kind, times=2)
        await buyer.say("杯子", FOUND)


@pytest.mark.parametrize("method", ["sendPhoto", "editMessageCaption"])
async def test_flood_control_is_waited_out(own: Own, method: str) -> None:
    """`retry_after` is honoured, for sending as for editing; nothing comes twice."""
    async with own.clients() as clients:
        buyer = await clients.arrive()
        if method == "editMessageCaption":
            await buyer.say("杯子", FOUND)
            await buyer.sees_nothing_new()
        await clients.fault(method, "flood_429", retry_after=1, times=1)
        began = time.monotonic()
        if method == "editMessageCaption":
            await buyer.do("Sales", FOUND)
        else:
            await buyer.say("杯子", FOUND)
        assert time.monotonic() - began > 0.9
        texts = [shown.text for shown in await buyer.history()]
        assert sum(FOUND in text for text in texts) == 1


async def test_asking_for_updates_too_often_is_waited_out(own: Own) -> None:
    """429 on getUpdates: nothing is lost, and the next request waits as long as it was told."""
    async with own.clients() as clients:
        buyer = await clients.arrive()
        await clients.fault("getUpdates", "flood_429", retry_after=4, times=1)
        await buyer.send("杯子")
        await until(clients.has_struck)
        await buyer.sees(FOUND)
        await buyer.say("杯子", FOUND)
        path = "/sandbox/botapi/calls?method=getUpdates&limit=2000"
        polls = (await clients.telegram.get(path)).json()["calls"]
        ((held, after),) = [pair for pair in pairwise(polls) if pair[0].get("fault") == "flood_429"]
        assert after["at"] - held["at"] > 3.9
    assert "poll_held_back" in own.bot.log.read_text("utf-8")


@SLOW
async def test_a_flooded_chat_does_not_hold_back_another(own: Own) -> None:
    """One person's chat waits; another's is served at once."""
    async with own.clients() as clients:
        held, free = await clients.arrive(), await clients.arrive()
        await clients.fault("*", "flood_429", retry_after=12, times=1, chat_id=held.id)
        await held.send("杯子")
        await until(clients.has_struck)
        await free.say("杯子", FOUND)
        assert not [each for each in await held.history() if FOUND in each.text]
        await held.sees(FOUND)


async def test_another_poller_is_named_and_survived(own: Own) -> None:
    """409: the log says what to do, and polling goes on."""
    async with own.clients() as clients:
        buyer = await clients.arrive()
        await clients.fault("getUpdates", "conflict_409", times=1)
        await buyer.say("杯子", FOUND)
        await buyer.say("杯子", FOUND)
    assert "stop one of them" in own.bot.log.read_text("utf-8")


async def test_a_person_who_blocks_the_bot_is_no_trouble(own: Own) -> None:
    """Nothing is repeated at them; unblocked, they find their order where they left it."""
    async with own.clients() as clients:
        buyer = await clients.arrive()
        await buyer.say("杯子", FOUND)
        own.bot.log.write_text("")
        await clients.market_fault("keyword_search", "slow", seconds=6.0)
        await buyer.send("女")
        (await clients.telegram.post(f"/sandbox/users/{buyer.id}/block")).raise_for_status()

        async def noticed() -> bool:
            return "person_unreachable" in own.bot.log.read_text("utf-8")

        await until(noticed)
        assert '"level": "error"' not in own.bot.log.read_text("utf-8")
        (await clients.telegram.post(f"/sandbox/users/{buyer.id}/unblock")).raise_for_status()
        await clients.no_faults()
        await buyer.sees_nothing_new()
        await buyer.say("杯子", FOUND)


@pytest.mark.parametrize(
    "description",
    ["Bad Request: message is not modified", "Bad Request: message to edit not found"],
)
async def test_a_refused_edit_ends_with_the_screen_there(own: Own, description: str) -> None:
    """Unchanged is fine; gone means a new message."""
    async with own.clients() as clients:
        buyer = await clients.arrive()
        await buyer.say("杯子", FOUND)
        before = len(await buyer.history())
        for method in ("editMessageMedia", "editMessageCaption", "editMessageText"):
            await clients.fault(method, "bad_request", description=description, times=1)
        tap = await buyer.tap("Sales")
        await buyer.toast(tap)
        if "gone" in description or "not found" in description:
            await buyer.sees(FOUND)
            assert len(await buyer.history()) == before + 1
        else:
            await buyer.sees_nothing_new()
            assert len(await buyer.history()) == before
        await clients.no_faults()
        await buyer.tap("^1$") if "not found" in description else await buyer.send("/start")
        await buyer.sees("Minimum order|unfinished|continue|Continue")


async def test_an_unknown_file_id_is_uploaded_again(own: Own) -> None:
    """A remembered picture that Telegram no longer knows is sent as a picture."""
    async with own.clients() as clients:
        first, second = await clients.arrive(), await clients.arrive()
        await first.say("袜子", FOUND)
        await clients.fault(
            "sendPhoto", "bad_request", description="Bad Request: wrong file identifier", times=1
        )
        assert (await second.say("袜子", FOUND)).has_picture


@SLOW
async def test_an_outage_is_outlasted(own: Own) -> None:
    """Every call fails for two seconds: the person's step is committed and shown at the end."""
    async with own.clients() as clients:
        buyer = await clients.arrive()
        for method in ("sendMessage", "sendPhoto", "sendChatAction"):
            await clients.fault(method, "http_500")
        await buyer.send("杯子")
        await asyncio.sleep(2.0)
        await clients.no_faults()
        await buyer.sees(FOUND)
        texts = [shown.text for shown in await buyer.history()]
        assert sum(FOUND in text for text in texts) == 1
