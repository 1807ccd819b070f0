"""The bot's own HTTP server: who may send updates, and what is answered when."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any, cast

import aiohttp
import pytest

from bot.process.metrics import Metrics
from bot.web.server import WEBHOOK_PATH, WebServer
from tests.bot.intake_line import Line
from tests.bot.toy_journey import Toy

SECRET = "s3cret_-"
HEADER = "X-Telegram-Bot-Api-Secret-Token"


class Served:
    """A server over a toy journey, and a client of it."""

    def __init__(
        self, line: Line, secret: str | None = SECRET, metrics: Metrics | None = None
    ) -> None:
        self.line = line
        check = line.toy.storage.check
        self.server = WebServer(
            "127.0.0.1", 0, line.intake, secret=secret, check=check, metrics=metrics
        )
        self.http = aiohttp.ClientSession()

    async def open(self) -> "Served":
        await self.server.open()
        assert self.server._runner is not None
        host, port = self.server._runner.addresses[0][:2]
        self.base = f"http://{host}:{port}"
        return self

    async def close(self) -> None:
        await self.http.close()
        await self.server.close()

    async def post(self, body: Any, **headers: str) -> int:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        given = {"Content-Type": "application/json", HEADER: SECRET, **headers}
        async with self.http.post(self.base + WEBHOOK_PATH, data=data, headers=given) as answer:
            return answer.status

    async def get(self, path: str) -> tuple[int, Any]:
        async with self.http.get(self.base + path) as answer:
            return answer.status, await answer.json()


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    served = await Served(Line(await Toy().open())).open()
    served.server.begin()
    yield served
    await served.close()


async def test_an_update_is_stored_before_it_is_acknowledged(served: Served) -> None:
    """200 means: it will be handled. A repeat is taken and changes nothing."""
    raw = served.line.toy.text("5")
    assert await served.post(raw) == 200
    assert await served.post(raw) == 200
    await served.line.quiet()
    assert served.line.toy.walked == ["5"]


@pytest.mark.parametrize("secret", ["", "wrong", SECRET + "x", SECRET[:-1], SECRET.upper(), "é"])
async def test_a_wrong_secret_is_refused(served: Served, secret: str) -> None:
    """Only Telegram knows it: nothing of the body is read."""
    assert await served.post(served.line.toy.text("5"), **{HEADER: secret}) == 403
    assert await served.line.toy.storage.waiting_updates() == []


async def test_a_missing_secret_is_refused(served: Served) -> None:
    """No header is a wrong secret."""
    async with served.http.post(served.base + WEBHOOK_PATH, json={"update_id": 1}) as answer:
        assert answer.status == 403


async def test_a_secret_that_is_no_text_is_refused(served: Served) -> None:
    """Bytes outside UTF-8 in a header are no server error."""
    reader, writer = await asyncio.open_connection(*served.base[7:].split(":"))
    head = f"POST {WEBHOOK_PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n{HEADER}: ".encode()
    writer.write(head + b"\xff\xfe\r\nContent-Type: application/json\r\n\r\n{}")
    await writer.drain()
    assert b" 403 " in await reader.readline()
    writer.close()


async def test_another_content_type_is_refused(served: Served) -> None:
    """Telegram sends JSON."""
    assert await served.post(b"a=1", **{"Content-Type": "text/plain"}) == 415


async def test_a_body_that_is_too_large_is_refused(served: Served) -> None:
    """An update has a few kilobytes: a megabyte is not read to its end."""
    assert await served.post(b" " * (2 << 20)) == 413


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[" * 100000,
        b"[]",
        b"7",
        b"{}",
        b'{"update_id": "1"}',
        b'{"update_id": 1e400}',
        b'{"update_id": NaN}',
    ],
)
async def test_what_is_no_update_is_refused(served: Served, body: bytes) -> None:
    """Rubbish is the sender's fault, and never a server error."""
    assert await served.post(body) == 400


async def test_an_unknown_charset_is_no_server_error(served: Served) -> None:
    """JSON is UTF-8 whatever the header claims."""
    kind = {"Content-Type": "application/json; charset=klingon"}
    assert await served.post(served.line.toy.text("5"), **kind) == 200


async def test_a_storage_that_is_down_is_told_so_that_telegram_sends_again(served: Served) -> None:
    """503 until the storage is back; then the same update is handled."""
    raw = served.line.toy.text("5")
    served.line.toy.storage.unavailable = True
    assert await served.post(raw) == 503
    assert (await served.get("/readyz"))[0] == 503
    assert (await served.get("/healthz"))[0] == 200
    served.line.toy.storage.unavailable = False
    assert await served.post(raw) == 200
    await served.line.quiet()
    assert served.line.toy.walked == ["5"]


async def test_nothing_is_taken_before_the_older_updates_are_resumed() -> None:
    """While the bot starts it is alive, but not ready, and updates are put off."""
    served = await Served(Line(await Toy().open())).open()
    try:
        assert await served.post(served.line.toy.text("5")) == 503
        assert await served.get("/healthz") == (200, {"status": "alive"})
        assert await served.get("/readyz") == (503, {"status": "starting"})
        served.server.begin()
        assert await served.get("/readyz") == (200, {"status": "ready", "backlog": 0})
    finally:
        await served.close()


async def test_polling_has_no_webhook_path() -> None:
    """Without a secret nobody can send updates."""
    served = await Served(Line(await Toy().open()), secret=None).open()
    served.server.begin()
    try:
        assert await served.post(served.line.toy.text("5")) == 404
    finally:
        await served.close()


class Clock:
    """Time that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


async def test_ready_means_that_the_marketplace_was_lately_good() -> None:
    """A minute of failures alone makes it not ready; one good answer, or silence, ends that."""
    clock = Clock()
    metrics = Metrics(cast("Any", None), clock)
    served = await Served(Line(await Toy().open()), metrics=metrics).open()
    served.server.begin()

    async def status_after(seconds: float, outcome: str | None = None) -> tuple[int, str]:
        clock.now += seconds
        if outcome is not None:
            metrics.on_call("offer", outcome, 0.1)
        status, body = await served.get("/readyz")
        return status, body["status"]

    try:
        assert await status_after(0) == (200, "ready")
        assert await status_after(1, "unreachable") == (200, "ready")
        assert await status_after(59, "cancelled") == (200, "ready")
        assert await status_after(1, "gateway_failed") == (503, "marketplace")
        assert await status_after(300) == (503, "marketplace")
        assert await status_after(1) == (200, "ready"), "what was long ago says nothing of now"
        assert await status_after(1, "credentials_refused") == (503, "marketplace")
        assert await status_after(1, "refused") == (200, "ready"), "a refusal is an answer"
        assert await status_after(1, "throttled") == (200, "ready")
    finally:
        await served.close()


async def test_a_body_that_comes_in_chunks_is_bounded_too(served: Served) -> None:
    """Without a length said beforehand: as much as fits, and no more."""

    async def chunks(count: int) -> AsyncIterator[bytes]:
        raw = json.dumps(served.line.toy.text("5")).encode()
        yield raw
        for _ in range(count):
            yield b" " * (1 << 16)

    url, headers = served.base + WEBHOOK_PATH, {"Content-Type": "application/json", HEADER: SECRET}
    async with served.http.post(url, data=chunks(1), headers=headers) as answer:
        assert answer.status == 200
    async with served.http.post(url, data=chunks(20), headers=headers) as answer:
        assert answer.status == 413
