"""Servers on loopback that answer, stall and break as a Bot API server might."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from typing import Any

from aiohttp import web
from telegram.error import (
    TelegramError,
)
from telegram.request import BaseRequest, RequestData
from telegram.request._requestparameter import RequestParameter

TOKEN = "123456:not-a-real-token"


@asynccontextmanager
async def serving(handler: Callable[[web.Request], Any]) -> AsyncIterator[str]:
    """A Bot API server whose every path is `handler`; yields a method's address, token included."""
    app = web.Application(client_max_size=32_000_000)
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, shutdown_timeout=0, access_log=None, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        yield f"http://127.0.0.1:{port}/bot{TOKEN}/sendMessage"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def raw_serving(talk: Callable[..., Any]) -> AsyncIterator[str]:
    """A server that speaks bytes, for what no HTTP library lets a server do."""

    async def closing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client or the test ended first, as some tests intend
        finally:
            writer.close()

    server = await asyncio.start_server(closing, "127.0.0.1", 0, limit=2**16)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}/bot{TOKEN}/sendMessage"
    finally:
        server.close()


@contextmanager
def not_accepting() -> Iterator[str]:
    """An address that neither accepts nor refuses: its queue of connections is full."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(3):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)  # noqa: FBT003 - the socket API takes it so
            waiting.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/bot{TOKEN}/getMe"


def data(**values: object) -> RequestData:
    return RequestData([RequestParameter.from_input(key, value) for key, value in values.items()])


async def outcome(request: BaseRequest, url: str, **options: Any) -> tuple[type, str] | Any:
    """The parsed result, or the error's type and text."""
    async with request:
        try:
            return await request.post(url, **options)
        except TelegramError as err:
            return type(err), str(err)


@asynccontextmanager
async def broken(kind: str) -> AsyncIterator[str]:
    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        if kind == "cut within the body":
            writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"ok":')
        elif kind == "no HTTP":
            writer.write(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")
        await writer.drain()

    async with raw_serving(cut) as url:
        if kind != "refused":
            yield url
    if kind == "refused":
        yield url
