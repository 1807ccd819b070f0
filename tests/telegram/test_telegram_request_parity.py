"""DirectRequest beside python-telegram-bot's own HTTPXRequest: the bot sees no difference."""

import asyncio
import io
import json

import pytest
from aiohttp import web
from bot_api_servers import TOKEN, data, outcome, serving
from telegram import Bot, InputFile, InputMediaPhoto
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)
from telegram.request import HTTPXRequest

from bot.http.errors import UnusableProxy
from bot.telegram import DirectRequest


async def echo(request: web.Request) -> web.Response:
    """Everything the server saw of the body, as Telegram would."""
    posted = await request.post()
    fields = [
        {"name": name, "file": value.filename, "type": value.content_type, "bytes": size(value)}
        if isinstance(value, web.FileField)
        else {"name": name, "value": value}
        for name, value in posted.items()
    ]
    seen = {
        "method": request.method,
        "fields": fields,
        "content_type": request.content_type,
        "agent": request.headers["User-Agent"],
        "length_known": request.content_length is not None,
    }
    return web.json_response({"ok": True, "result": seen})


def size(field: web.FileField) -> list[int]:
    content = field.file.read()
    return [len(content), sum(content)]


ANSWERS = {
    "ok": (200, {"ok": True, "result": {"你好": [1, None, 2.5]}}, dict),
    "bad request": (400, {"ok": False, "description": "Bad Request: chat not found"}, BadRequest),
    "bad token": (401, {"ok": False, "description": "Unauthorized"}, InvalidToken),
    "blocked": (403, {"ok": False, "description": "Forbidden: bot was blocked"}, Forbidden),
    "no method": (404, {"ok": False, "description": "Not Found"}, InvalidToken),
    "conflict": (409, {"ok": False, "description": "Conflict: other getUpdates"}, Conflict),
    "too large": (413, {"ok": False, "description": "Request Entity Too Large"}, NetworkError),
    "flood": (
        429,
        {"ok": False, "description": "Too Many Requests", "parameters": {"retry_after": 7}},
        RetryAfter,
    ),
    "migrated": (
        400,
        {"ok": False, "description": "upgraded", "parameters": {"migrate_to_chat_id": -1001}},
        ChatMigrated,
    ),
    "internal": (500, {"ok": False, "description": "Internal Server Error"}, NetworkError),
    "gateway": (502, "<html><h1>502 Bad Gateway</h1></html>", NetworkError),
    "redirect": (302, "", NetworkError),
    "odd status": (599, "", NetworkError),
    "ok but html": (200, "<html>hello</html>", TelegramError),
}


@pytest.mark.parametrize("case", ANSWERS)
async def test_each_answer_means_the_same_to_both(case):
    """Status and body give the same result, or the same error with the same words."""
    status, body, expected = ANSWERS[case]

    async def answer(_: web.Request) -> web.Response:
        text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
        headers = {"Location": "/elsewhere"} if status == 302 else {}
        return web.Response(status=status, text=text, content_type="text/html", headers=headers)

    async with serving(answer) as url:
        stock = await outcome(HTTPXRequest(), url, request_data=data(chat_id=1))
        ours = await outcome(DirectRequest(), url, request_data=data(chat_id=1))
    assert ours == stock
    assert (ours[0] if isinstance(ours, tuple) else type(ours)) is expected


BODIES = {
    "no parameters": lambda: None,
    "text": lambda: data(chat_id=-100, text="¥ 你好 & <b>=+%\n🙂", disable=True, ids=[1, 2]),
    "bytes": lambda: data(chat_id=1, photo=InputFile(bytes(range(256)) * 900, filename="a.jpg")),
    "odd name": lambda: data(photo=InputFile(b"\x00\r\n--", filename='a "quoted" 名\\字.jpg')),
    "unnamed": lambda: data(document=InputFile(b"plain")),
    "handle": lambda: data(
        document=InputFile(io.BytesIO(b"streamed" * 40_000), "big.bin", read_file_handle=False)
    ),
    "album": lambda: data(
        chat_id=1,
        media=[
            InputMediaPhoto(b"one" * 50, filename="1.png", caption="第一"),
            InputMediaPhoto(b"two" * 50, filename="2.png"),
        ],
    ),
}


@pytest.mark.parametrize("case", BODIES)
async def test_each_body_arrives_the_same_from_both(case):
    """Field names, order, file names, content types and bytes are those stock sends."""
    async with serving(echo) as url:
        # One set of parameters for both: attachment names are random.
        body = BODIES[case]()
        stock = await outcome(HTTPXRequest(), url, request_data=body)
        ours = await outcome(DirectRequest(), url, request_data=body)
    assert ours == stock
    assert ours["method"] == "POST"
    assert len(ours["fields"]) == len(body.parameters if body else []) + sum(
        "file" in field for field in ours["fields"]
    )


async def test_a_bot_sends_a_photo_whose_bytes_arrive_unchanged():
    """Through Bot.send_photo a picture arrives byte-identical under its name."""
    picture = bytes(range(256)) * 4000
    seen = {}

    async def keep(request: web.Request) -> web.Response:
        posted = await request.post()
        if "photo" in posted:
            seen.update(
                name=posted["photo"].filename,
                content=posted["photo"].file.read(),
                caption=posted["caption"],
            )
        chat = {"id": 5, "type": "private"}
        me = {"id": 1, "is_bot": True, "first_name": "b", "username": "b_bot"}
        result = me if "getMe" in request.path else {"message_id": 9, "date": 1, "chat": chat}
        return web.json_response({"ok": True, "result": result})

    async with (
        serving(keep) as url,
        Bot(
            TOKEN,
            base_url=url.partition(TOKEN)[0],
            request=DirectRequest(),
            get_updates_request=DirectRequest(),
        ) as bot,
    ):
        message = await bot.send_photo(5, picture, caption="总价 ¥12.30", filename="货.jpg")
    assert message.message_id == 9
    assert seen == {"name": "货.jpg", "content": picture, "caption": "总价 ¥12.30"}


async def test_fifty_calls_share_a_small_pool(make):
    """50 concurrent calls over 4 connections all succeed, never more than 4 at a time."""
    running = most = 0
    peers = set()

    async def count(request: web.Request) -> web.Response:
        nonlocal running, most
        peers.add(request.transport.get_extra_info("peername"))
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.005)
        running -= 1
        return web.json_response({"ok": True, "result": int((await request.post())["n"])})

    async with serving(count) as url, make(connection_pool_size=4, pool_timeout=10) as request:
        results = await asyncio.gather(
            *(request.post(url, request_data=data(n=n)) for n in range(50))
        )
    assert results == list(range(50))
    assert most == 4
    assert len(peers) == 4


async def test_a_download_arrives_whole(make):
    """`retrieve` gives a file's bytes as they are."""
    content = bytes(range(256)) * 3000

    async def file(_: web.Request) -> web.Response:
        return web.Response(body=content)

    async with serving(file) as url, make() as request:
        assert await request.retrieve(url) == content


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_download_over_the_bound_is_refused(chunked):
    """`max_response_bytes` ends a download that exceeds it, declared or not."""

    async def file(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        if chunked:
            response.enable_chunked_encoding()
        else:
            response.content_length = 300_000
        await response.prepare(request)
        for _ in range(30):
            await response.write(b"x" * 10_000)
        return response

    async with serving(file) as url:
        async with DirectRequest(max_response_bytes=299_999) as request:
            with pytest.raises(NetworkError, match="more than 299999 bytes"):
                await request.retrieve(url)
        async with DirectRequest(max_response_bytes=300_000) as request:
            assert len(await request.retrieve(url)) == 300_000


@pytest.mark.parametrize("how", ["parameter", "environment"])
async def test_a_proxy_is_used(make, how, monkeypatch):
    """Calls go through the proxy given, with its credentials, or through the environment's."""
    seen = []

    async def proxy(request: web.Request) -> web.Response:
        seen.append((request.raw_path, request.headers.get("Proxy-Authorization")))
        return web.json_response({"ok": True, "result": "through the proxy"})

    async with serving(proxy) as url:
        address = url.partition("/bot")[0].replace("http://", "http://user:pass@")
        target = f"http://api.telegram.invalid/bot{TOKEN}/getMe"
        if how == "environment":
            monkeypatch.setenv("HTTP_PROXY", address)
            monkeypatch.setenv("NO_PROXY", "127.0.0.1")
            request = make()
        else:
            request = make(proxy=address)
        async with request:
            assert await request.post(target) == "through the proxy"
            if how == "environment":
                assert await request.post(url) == "through the proxy"
    through = (target, "Basic dXNlcjpwYXNz")
    direct = (f"/bot{TOKEN}/sendMessage", None)
    assert seen == ([through, direct] if how == "environment" else [through])


def test_a_proxy_of_an_unknown_kind_is_refused_at_once():
    """SOCKS is said to be unsupported when configured, not at the first call."""
    with pytest.raises(UnusableProxy, match="http:// or https://"):
        DirectRequest(proxy="socks5://127.0.0.1:1080")


async def test_after_shutdown_calls_fail_until_initialized_again(make):
    """A request works before `initialize`, not after `shutdown`, and again after `initialize`."""
    async with serving(echo) as url:
        request = make()
        assert (await request.post(url))["method"] == "POST"
        await request.shutdown()
        await request.shutdown()
        with pytest.raises(NetworkError, match="is not initialized!"):
            await request.post(url)
        await request.initialize()
        assert (await request.post(url))["method"] == "POST"
        await request.shutdown()


def test_read_timeout_is_the_default_given(make):
    """python-telegram-bot adds this number to the long poll's own time-out."""
    assert make().read_timeout == 5.0
    assert make(read_timeout=None).read_timeout is None


async def test_a_connection_outlives_a_long_poll(make):
    """Ours is reused after an idle time at which stock, with 5 s, would open a new one."""
    assert DirectRequest()._keepalive >= 90
    peers = []

    async def peer(request: web.Request) -> web.Response:
        peers.append(request.transport.get_extra_info("peername"))
        return web.json_response({"ok": True, "result": 1})

    async with serving(peer) as url, make() as request:
        await request.post(url)
        await request.post(url)
    assert peers[0] == peers[1]
