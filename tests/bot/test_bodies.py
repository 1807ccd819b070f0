"""Bodies that strangers send: packed, cut off, slow. Each has its answer and leaves no trace."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from bot.web.bodies import body_of
from bot.web.push_intake import PUSH_PATH
from tests.bot.intake_line import Line
from tests.bot.pushed import FORM, Pushed
from tests.bot.toy_journey import Toy


@pytest.fixture
async def pushed() -> AsyncIterator[Pushed]:
    pushed = await Pushed(Line(await Toy().open())).open()
    yield pushed
    await pushed.close()


@pytest.fixture
async def impatient() -> AsyncIterator[str]:
    """A server that waits a moment for a body; its address."""

    async def receive(request: web.Request) -> web.Response:
        return web.Response(body=await body_of(request, within=0.1))

    app = web.Application()
    app.router.add_post(PUSH_PATH, receive)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    yield f"http://{host}:{port}"
    await runner.cleanup()


class Stranger:
    """A connection on which a request's head is sent before its body."""

    def __init__(self, address: str) -> None:
        self.host, _, port = address.removeprefix("http://").partition("/")[0].partition(":")
        self.port = int(port)

    async def begin(self, *fields: str) -> None:
        self.reader, self.writer = await asyncio.open_connection(self.host, self.port)
        head = (f"POST {PUSH_PATH} HTTP/1.1", "Host: x", f"Content-Type: {FORM}", *fields, "", "")
        self.writer.write("\r\n".join(head).encode())
        await self.writer.drain()
        await asyncio.sleep(0.05)

    async def answer(self, body: bytes) -> int:
        self.writer.write(body)
        await self.writer.drain()
        status = await asyncio.wait_for(self.reader.readline(), 60)
        self.writer.close()
        return int(status.split()[1])


@pytest.mark.parametrize("packing", ["gzip", "deflate", "br", "?"])
async def test_a_packed_body_is_no_push(
    pushed: Pushed, caplog: pytest.LogCaptureFixture, packing: str
) -> None:
    """It is not unpacked, so it is no form; whether it could be makes no difference."""
    stranger = Stranger(pushed.url)
    await stranger.begin(f"Content-Encoding: {packing}", "Content-Length: 4")
    assert await stranger.answer(b"abcd") == 400
    assert not caplog.records


async def test_a_body_that_is_cut_off_is_no_error_of_ours(
    pushed: Pushed, caplog: pytest.LogCaptureFixture
) -> None:
    """Nobody listens any more, and others are served."""
    stranger = Stranger(pushed.url)
    await stranger.begin("Content-Length: 100")
    stranger.writer.write(b"message=")
    stranger.writer.close()
    await asyncio.sleep(0.1)
    assert not caplog.records
    assert await pushed.push('{"msgId": 1, "type": "A"}') == 200


async def test_a_body_that_does_not_come_is_not_waited_for(impatient: str) -> None:
    """Open connections are not to be had for nothing."""
    stranger = Stranger(impatient)
    await stranger.begin("Content-Length: 100")
    assert await stranger.answer(b"message=") == 408
