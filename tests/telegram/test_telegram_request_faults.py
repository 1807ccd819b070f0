"""What DirectRequest and stock make of slowness, breaks and a full pool."""

import asyncio
import logging
import traceback
from typing import Any

import pytest
from aiohttp import web
from bot_api_servers import TOKEN, broken, data, not_accepting, outcome, raw_serving, serving
from telegram import InputFile
from telegram.error import (
    BadRequest,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.request import HTTPXRequest

from bot.telegram import DirectRequest
from bot.telegram.request import NOT_SENT
from tests.loopback import time_flies


async def test_a_slow_answer_times_out(make):
    """No answer within the read time-out is TimedOut, within it is a result."""

    async def slow(_: web.Request) -> web.Response:
        await asyncio.sleep(0.3)
        return web.json_response({"ok": True, "result": 1})

    async with serving(slow) as url:
        assert await outcome(make(read_timeout=0.1), url) == (TimedOut, "Timed out")
        assert await outcome(make(read_timeout=5), url, read_timeout=0.1) == (
            TimedOut,
            "Timed out",
        )
        assert await outcome(make(read_timeout=0.1), url, read_timeout=None) == 1


async def test_a_connection_that_is_not_accepted_times_out(make):
    """No connection within the connect time-out is TimedOut; a time-out given for the call wins."""
    with not_accepting() as url:
        for request, given in (
            (make(connect_timeout=0.1), {}),
            (make(connect_timeout=None), {"connect_timeout": 0.1}),
        ):
            kind, words = await outcome(request, url, **given)
            assert kind is TimedOut
            assert words.startswith("Timed out")
            # Ours also says that nothing can have arrived.
            assert (NOT_SENT in words) == isinstance(request, DirectRequest)


async def test_a_body_that_stalls_times_out(make):
    """A header in time and then silence is TimedOut too."""

    async def stall(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "100"})
        await response.prepare(request)
        await response.write(b"{")
        await asyncio.sleep(1)
        return response

    async with serving(stall) as url:
        assert await outcome(make(read_timeout=0.15), url) == (TimedOut, "Timed out")


async def test_an_upload_may_take_longer_than_the_read_timeout(make):
    """The read time-out starts when the upload has left; a slow upload alone does not trip it."""

    async def slow_reader(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        left = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
        while left > 0:
            taken = len(await reader.read(2**20))
            left -= taken
            # Slow only while the client still writes: what waits in the system's buffers when it
            # has finished counts as its waiting for the answer.
            if left > 9_000_000:
                time_flies(taken / 75_000)
            await asyncio.sleep(0)
        body = b'{"ok":true,"result":"all of it"}'
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()

    upload = data(document=InputFile(b"x" * 12_000_000))
    async with raw_serving(slow_reader) as url:
        request = make(read_timeout=20, media_write_timeout=200)
        assert await outcome(request, url, request_data=upload) == "all of it"


async def test_an_upload_that_nobody_reads_times_out(make):
    """A server that stops reading trips the media write time-out; a given one comes first."""

    async def deaf(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        reader._transport.pause_reading()
        await asyncio.sleep(1.5)

    upload = data(document=InputFile(b"x" * 15_000_000))
    async with raw_serving(deaf) as url:
        request = make(read_timeout=30, write_timeout=30, media_write_timeout=0.3)
        assert await outcome(request, url, request_data=upload) == (TimedOut, "Timed out")
        request = make(read_timeout=30, write_timeout=30, media_write_timeout=30)
        assert await outcome(request, url, request_data=upload, write_timeout=0.3) == (
            TimedOut,
            "Timed out",
        )


BROKEN = ["refused", "cut before the answer", "cut within the body", "no HTTP"]


@pytest.mark.parametrize("kind", BROKEN)
async def test_a_broken_connection_is_a_network_error(make, kind):
    """Transport faults are NetworkError itself, named after the library's error."""
    async with broken(kind) as url:
        error, text = await outcome(make(), url, request_data=data(chat_id=1))
    assert error is NetworkError
    library, _, rest = text.partition(".")
    assert library == ("httpx" if make is HTTPXRequest else "http")
    assert rest


async def all_errors(url: str, **options: Any) -> TelegramError:
    async with DirectRequest(**options) as request:
        with pytest.raises(TelegramError) as caught:
            await request.post(url, request_data=data(chat_id=1))
    return caught.value


@pytest.mark.parametrize("kind", [*BROKEN, "slow", "bad address", "connect"])
async def test_no_error_or_log_line_carries_the_token(kind, caplog):
    """Neither an error's text, its traceback with causes, nor anything logged has the token."""
    caplog.set_level(logging.DEBUG)

    async def slow(_: web.Request) -> web.Response:
        await asyncio.sleep(0.5)
        return web.Response()

    if kind == "slow":
        async with serving(slow) as url:
            error = await all_errors(url, read_timeout=0.05)
    elif kind == "bad address":
        error = await all_errors(f"http:///bot{TOKEN}/getMe")
    elif kind == "connect":
        with not_accepting() as url:
            error = await all_errors(url, connect_timeout=0.1)
    else:
        async with broken(kind) as url:
            error = await all_errors(url)
    chain: list[BaseException | None] = [error, error.__cause__, error.__context__]
    shown = "".join(traceback.format_exception(error)) + "".join(map(repr, chain))
    secret = TOKEN.partition(":")[2]
    assert secret not in shown
    assert secret not in caplog.text


async def test_a_reset_mid_upload_does_not_show_the_address():
    """The library's text for a failed write names the address; ours gives the system's words."""

    async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.transport.abort()

    upload = data(document=InputFile(b"x" * 8_000_000))
    async with raw_serving(reset) as url, DirectRequest() as request:
        with pytest.raises(NetworkError) as caught:
            await request.post(url, request_data=upload)
    assert str(caught.value).startswith("http.Disconnected: ")
    assert "bot" not in str(caught.value)


async def test_a_full_pool_is_a_timeout_that_says_the_request_was_not_sent(make):
    """More calls than connections wait for the pool time-out, then fail with stock's own words."""
    arrived = 0

    async def slow(_: web.Request) -> web.Response:
        nonlocal arrived
        arrived += 1
        await asyncio.sleep(0.4)
        return web.json_response({"ok": True, "result": 1})

    async with serving(slow) as url, make(connection_pool_size=2, pool_timeout=0.1) as request:
        results = await asyncio.gather(
            *(request.post(url) for _ in range(5)), return_exceptions=True
        )
    refused = [result for result in results if isinstance(result, TimedOut)]
    assert [len(refused), results.count(1), arrived] == [3, 2, 2]
    assert all(str(error).startswith("Pool timeout: All connections") for error in refused)
    assert all("*not* sent" in str(error) for error in refused)


async def test_cancelled_and_failed_calls_give_their_connection_back():
    """After cancellations and time-outs the whole pool is free again."""
    wait = 5.0

    async def answer(_: web.Request) -> web.Response:
        await asyncio.sleep(wait)
        return web.json_response({"ok": True, "result": 1})

    async with (
        serving(answer) as url,
        DirectRequest(connection_pool_size=2, pool_timeout=0.1, read_timeout=0.1) as request,
    ):
        calls = [asyncio.create_task(request.post(url, read_timeout=None)) for _ in range(2)]
        await asyncio.sleep(0.05)
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        for _ in range(3):
            with pytest.raises(TimedOut, match=r"^Timed out$"):
                await request.post(url)
        wait = 0.0
        again = [request.post(url, read_timeout=60) for _ in range(2)]
        assert await asyncio.gather(*again) == [1, 1]


async def test_shutdown_during_a_call_is_a_network_error(make):
    """A call in flight at shutdown ends with NetworkError instead of hanging."""

    async def slow(_: web.Request) -> web.Response:
        await asyncio.sleep(2)
        return web.Response()

    async with serving(slow) as url:
        request = make(read_timeout=10)
        call = asyncio.create_task(request.post(url))
        await asyncio.sleep(0.1)
        await request.shutdown()
        with pytest.raises(NetworkError):
            await asyncio.wait_for(call, 60)


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        ('{"ok":false,"error_code":403,"description":"Forbidden: x"}', Forbidden, "Forbidden: x"),
        ('{"ok": false, "error_code": 400, "description": "Bad x"}', BadRequest, "Bad x"),
        ('{"description":"Bad x","error_code":400,"ok":false}', BadRequest, "Bad x"),
        (
            '{"ok":false,"error_code":429,"description":"Too Many","parameters":{"retry_after":7}}',
            RetryAfter,
            "Flood control exceeded. Retry in 7 seconds",
        ),
        ('{"ok":false,"error_code":401,"description":"Unauthorized"}', InvalidToken, ""),
        ('{"ok":false,"description":"upstream"}', NetworkError, "upstream"),
        ('{"ok":false,"error_code":"x"}', NetworkError, ""),
        ('{"ok":false,"result":null}', NetworkError, ""),
        ('{"ok":true}', NetworkError, "neither a result nor a refusal"),
        ("{}", NetworkError, ""),
        ("[]", NetworkError, "neither a result nor a refusal"),
        ("null", NetworkError, "neither a result nor a refusal"),
        ("17", NetworkError, "neither a result nor a refusal"),
    ],
)
async def test_a_refusal_under_a_good_status_is_the_refusal(
    body: str, kind: type[TelegramError], words: str
):
    """Something before Telegram answers 200 to everything; stock fails with a KeyError there."""

    async def behind_a_proxy(_: web.Request) -> web.Response:
        return web.Response(text=body, content_type="application/json")

    request = DirectRequest()
    await request.initialize()
    async with serving(behind_a_proxy) as url:
        raised, said = await outcome(request, url)
    await request.shutdown()
    assert raised is kind
    assert words in said


async def test_a_result_wherever_it_stands_is_the_result(make):
    """An answer whose names come in another order is as good."""

    async def reordered(_: web.Request) -> web.Response:
        text = '{"description":"' + "x" * 100 + '","result":5,"ok":true}'
        return web.Response(text=text, content_type="application/json")

    async with serving(reordered) as url:
        assert await outcome(make(), url) == 5
