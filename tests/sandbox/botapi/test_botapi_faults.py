import asyncio
import time

import httpx
import pytest
from botapi_server import ANNA, BEN, GROUP, TOKEN
from telegram.error import NetworkError, RetryAfter


async def arm(server, **fault):
    answer = await server.http.post("/sandbox/botapi/faults", json=fault)
    assert answer.is_success, answer.text


async def raw_send(server, chat):
    url = f"/bot{TOKEN}/sendMessage"
    return await server.http.post(url, json={"chat_id": chat, "text": "x"})


async def count(server, chat):
    return sum(m["sandbox"]["mine"] is None for m in await server.messages(chat))


@pytest.mark.parametrize(
    ("fault", "code", "description"),
    [
        ({"kind": "http_500"}, 500, "Internal Server Error"),
        ({"kind": "flood_429", "retry_after": 7}, 429, "Too Many Requests: retry after 7"),
        ({"kind": "bad_request", "description": "no"}, 400, "Bad Request: no"),
    ],
)
async def test_faults_that_refuse(server, chat, fault, code, description):
    """The call is refused once and not carried out; the next one works."""
    await arm(server, method="sendMessage", **fault)
    answer = await raw_send(server, chat)
    assert answer.status_code == code
    assert answer.json()["description"] == description
    assert await count(server, chat) == 0
    assert (await raw_send(server, chat)).status_code == 200


async def test_the_library_sees_what_telegram_would_show(server, chat, bot):
    """429 arrives as RetryAfter, an HTML page as NetworkError."""
    await arm(server, kind="flood_429", retry_after=7)
    with pytest.raises(RetryAfter) as caught:
        await bot.send_message(chat, "x")
    assert caught.value._retry_after.total_seconds() == 7
    await arm(server, kind="http_502_html")
    with pytest.raises(NetworkError):
        await bot.send_message(chat, "x")
    await arm(server, method="getUpdates", kind="conflict_409")
    assert (await server.refused("getUpdates"))[0] == 409


async def test_cut_connections(server, chat):
    """Before: nothing was done. After: it was done, only the answer is lost."""
    await arm(server, method="sendMessage", kind="cut_before")
    with pytest.raises(httpx.TransportError):
        await raw_send(server, chat)
    assert await count(server, chat) == 0
    await arm(server, method="sendMessage", kind="cut_after")
    with pytest.raises(httpx.TransportError):
        await raw_send(server, chat)
    assert await count(server, chat) == 1


async def test_slow_calls(server, chat):
    """A slow call is carried out after the wait."""
    await arm(server, kind="slow", seconds=0.3)
    started = time.monotonic()
    assert (await raw_send(server, chat)).status_code == 200
    assert time.monotonic() - started >= 0.3


async def test_which_calls_a_fault_hits(server, chat):
    """`after` skips, `times` bounds (0: for ever), method and chat_id select, DELETE clears."""
    await server.say(BEN, "/start")
    await arm(server, method="sendmessage", kind="http_500", after=1, times=2, chat_id=chat)
    codes = [(await raw_send(server, to)).status_code for to in (chat, BEN, chat, chat, chat)]
    assert codes == [200, 200, 500, 500, 200]
    [listed] = (await server.get("botapi/faults"))["faults"]
    assert (listed["method"], listed["seen"], listed["struck"]) == ("sendMessage", 4, 2)
    await arm(server, kind="http_500", times=0)
    assert [(await raw_send(server, chat)).status_code for _ in range(3)] == [500] * 3
    await server.http.delete("/sandbox/botapi/faults")
    assert (await raw_send(server, chat)).status_code == 200


@pytest.mark.parametrize(
    "fault", [{}, {"kind": "bang"}, {"kind": "slow", "second": 1}, {"kind": "slow", "method": "x"}]
)
async def test_nonsense_faults_are_refused(server, fault):
    """A fault that could never strike is an error of the tester."""
    answer = await server.http.post("/sandbox/botapi/faults", json=fault)
    assert answer.status_code in (400, 404)
    assert "error" in answer.json()


async def test_flood_limits_per_chat(server, chat):
    """With limits on, a burst passes, then 429 with the seconds to wait; other chats go on."""
    await server.say(BEN, "/start")
    await server.patch(flood_limits=True, flood_chat_burst=2, flood_chat_per_second=0.01)
    codes = [(await raw_send(server, chat)).status_code for _ in range(3)]
    assert codes == [200, 200, 429]
    refused = (await raw_send(server, chat)).json()
    assert 50 < refused["parameters"]["retry_after"] <= 100
    assert (await raw_send(server, BEN)).status_code == 200
    await server.patch(flood_chat_per_second=4)
    async with asyncio.timeout(60):
        while (await raw_send(server, chat)).status_code != 200:  # noqa: ASYNC110 - time passes
            await asyncio.sleep(0.05)


async def test_flood_limits_per_group_and_overall(server, chat):
    """A group takes so many a minute, the bot sends so many a second."""
    await server.patch(flood_limits=True, flood_chat_burst=50, flood_group_per_minute=3)
    codes = [(await raw_send(server, GROUP)).status_code for _ in range(4)]
    assert codes == [200, 200, 200, 429]
    assert (await raw_send(server, GROUP)).json()["parameters"]["retry_after"] > 50
    await server.patch(flood_global_per_second=0.01)
    await asyncio.sleep(0)
    assert (await raw_send(server, chat)).status_code == 200
    assert (await raw_send(server, chat)).status_code == 429
    await server.patch(flood_limits=False)
    assert (await raw_send(server, chat)).status_code == 200


async def test_switches_are_checked(server):
    """Unknown names and impossible values are refused; GET shows what holds."""
    for wrong in ({"flod_limits": True}, {"flood_chat_burst": 0}):
        answer = await server.http.patch("/sandbox/botapi/switches", json=wrong)
        assert answer.status_code == 400
    await server.patch(callback_query_life=5)
    assert (await server.get("botapi/switches"))["callback_query_life"] == 5


async def test_the_journal_of_calls(server, chat, bot):
    """Every call is counted and shown with its parameters and outcome, files by their size."""
    await bot.send_document(ANNA, b"12345", filename="a.txt")
    await server.call("sendMessage", chat_id=ANNA, text="")
    await arm(server, kind="cut_before", method="sendMessage")
    with pytest.raises(httpx.TransportError):
        await raw_send(server, chat)
    journal = await server.get("botapi/calls", method="sendDocument")
    [call] = journal["calls"]
    assert journal["counts"]["sendMessage"] == 2
    assert call["status"] == 200
    assert [v["bytes"] for v in call["params"].values() if isinstance(v, dict)] == [5]
    refused, cut = (await server.get("botapi/calls", after=call["n"]))["calls"]
    assert (refused["status"], refused["description"]) == (
        400,
        "Bad Request: message text is empty",
    )
    assert (cut["status"], cut["fault"]) == (None, "cut_before")
