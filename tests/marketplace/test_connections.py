"""Connections on aiohttp: whatever breaks is told in httpx's words, and nothing is sent twice."""

import asyncio
import gzip
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
import httpx
import pytest
from every_call import READS, WRITES

from bot.marketplace.daji.client import DajiClient
from bot.marketplace.daji.config import ClientConfig
from bot.marketplace.daji.connections import Answered, Asked, Connections, translated_kind
from bot.marketplace.daji.transport import _NOTHING_SENT
from bot.marketplace.errors import MarketplaceError

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
HEADERS = {"Accept": "text/plain"}
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@asynccontextmanager
async def talking(talk: Talk) -> AsyncIterator[tuple[str, list[bytes]]]:
    """A server that reads one request at a time; yields its address and the requests' heads."""
    heads: list[bytes] = []

    async def each(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                heads.append(head)
                await talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(each, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", heads
    finally:
        server.close()


def of(url: str, method: str = "GET", connect: float = 5.0, read: float = 5.0) -> Asked:
    """A request to an address."""
    return Asked(method, url, HEADERS, connect=connect, read=read)


async def asked(url: str, read: float = 5.0) -> Answered | type[Exception]:
    """One request's answer, or the kind of its error."""
    connections = Connections(url, 5, 30)
    try:
        return await connections.carry(of(f"{url}/path?sign=SIGNATURE", read=read))
    except httpx.TransportError as error:
        return AssertionError if "SIGNATURE" in str(error) else type(error)
    finally:
        await connections.aclose()


async def answering(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(OK)
    await writer.drain()


async def test_the_query_goes_out_as_it_was_signed():
    """Nothing is decoded and written anew on the way."""
    async with talking(answering) as (url, heads):
        connections = Connections(url, 5, 30)
        answer = await connections.carry(of(f"{url}/p?a=%E8%83%8C%20b&c=%5B1%2C2%5D"))
        await connections.aclose()
    assert answer.content == b"{}"
    assert heads[0].startswith(b"GET /p?a=%E8%83%8C%20b&c=%5B1%2C2%5D HTTP/1.1\r\n")


async def test_a_compressed_answer_is_read():
    """And not unpacked twice."""
    packed = gzip.compress(b'{"code": 200}')

    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n"
        writer.write(head % len(packed) + packed)
        await writer.drain()

    async with talking(talk) as (url, _):
        answer = await asked(url)
    assert isinstance(answer, Answered)
    assert answer.content == b'{"code": 200}'


async def test_a_redirect_is_an_answer():
    """It is not followed: a signed request goes to nobody else."""

    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(
            b"HTTP/1.1 302 Found\r\nLocation: http://elsewhere/\r\nContent-Length: 0\r\n\r\n"
        )
        await writer.drain()

    async with talking(talk) as (url, _):
        answer = await asked(url)
    assert isinstance(answer, Answered)
    assert answer.status == 302
    assert answer.headers["location"] == "http://elsewhere/"


async def test_a_connection_is_used_again():
    """Two calls, one connection."""
    made = 0

    async def count(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal made
        made += 1
        while await reader.readuntil(b"\r\n\r\n"):
            writer.write(OK)

    server = await asyncio.start_server(count, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    connections = Connections(url, 5, 30)
    for _ in range(2):
        await connections.carry(of(url))
    await connections.aclose()
    server.close()
    assert made == 1


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "beginning", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", b"SSH\r\n"]
)
async def test_a_broken_answer_is_told_and_not_asked_for_again(method, beginning):
    """A second request on a connection that was good before is cut off: once, and no more."""
    turn = 0

    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal turn
        turn += 1
        writer.write(OK if turn == 1 else beginning)
        await writer.drain()
        if turn > 1:
            raise ConnectionError

    async with talking(talk) as (url, heads):
        connections = Connections(url, 5, 30)
        await connections.carry(of(url, method))
        with pytest.raises(httpx.TransportError) as caught:
            await connections.carry(of(url, method))
        await connections.aclose()
    assert not isinstance(caught.value, _NOTHING_SENT)
    assert len(heads) == 2


async def test_nobody_listens():
    """Nothing was sent."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert await asked(f"http://127.0.0.1:{port}") is httpx.ConnectError


async def test_no_answer_in_time():
    """It was sent: a write of this kind is unclear."""

    async def talk(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
        await asyncio.sleep(1)

    async with talking(talk) as (url, _):
        assert await asked(url, read=0.05) is httpx.ReadTimeout


async def test_no_free_connection_in_time():
    """Waiting for a connection counts as connecting: nothing was sent."""
    asked_something = asyncio.Event()

    async def talk(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
        asked_something.set()
        await asyncio.sleep(1)

    async with talking(talk) as (url, heads):
        connections = Connections(url, 1, 30)
        busy = asyncio.create_task(connections.carry(of(url)))
        await asked_something.wait()
        with pytest.raises(httpx.ConnectTimeout):
            await connections.carry(of(url, "POST", connect=0.05))
        busy.cancel()
        await connections.aclose()
    assert len(heads) == 1


def aiohttp_errors() -> list[type[Exception]]:
    found = [each for each in vars(aiohttp).values() if isinstance(each, type)]
    return sorted((each for each in found if issubclass(each, aiohttp.ClientError)), key=str)


@pytest.mark.parametrize("kind", aiohttp_errors())
def test_every_error_of_aiohttp_has_its_httpx_kind(kind):
    """Only errors from before the first byte say that nothing was sent."""
    mapped = translated_kind(kind)
    nothing_sent = issubclass(
        kind,
        aiohttp.ClientConnectorError
        | aiohttp.ConnectionTimeoutError
        | aiohttp.InvalidURL
        | aiohttp.NonHttpUrlClientError
        | aiohttp.ServerFingerprintMismatch
        | aiohttp.ClientHttpProxyError,
    )
    assert issubclass(mapped, _NOTHING_SENT) == nothing_sent


async def test_the_environments_proxy_is_used(monkeypatch):
    """HTTP_PROXY carries the calls, NO_PROXY takes them past it."""
    async with talking(answering) as (proxy, heads):
        monkeypatch.setenv("http_proxy", proxy)
        monkeypatch.setenv("no_proxy", "")
        assert isinstance(await asked("http://gateway.invalid"), Answered)
        monkeypatch.setenv("no_proxy", "gateway.invalid")
        assert await asked("http://gateway.invalid") is httpx.ConnectError
    assert heads[0].startswith(b"GET http://gateway.invalid/path")
    assert len(heads) == 1


async def test_httpx_and_these_connections_send_the_same(address):
    """What the client's tests see through a transport of httpx is what goes over the wire."""
    seen: list[httpx.Request] = []

    def gateway(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(500)

    bodies: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        length = dict(_fields(heads[-1])).get("content-length", "0")
        bodies.append(await reader.readexactly(int(length)))
        writer.write(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()

    async with talking(talk) as (url, heads):
        config = ClientConfig("k", "s", base_url=url, read_attempts=1)
        for call in (*READS.values(), *WRITES.values()):
            for transport in (httpx.MockTransport(gateway), None):
                async with DajiClient(config, transport) as client:
                    with pytest.raises(MarketplaceError):
                        await call(client, address)
    assert len(seen) == len(heads) == len(bodies) == 16
    for request, head, body in zip(seen, heads, bodies, strict=True):
        line = head.split(b"\r\n")[0].decode()
        assert line == f"{request.method} {request.url.raw_path.decode()} HTTP/1.1"
        sent = dict(_fields(head))
        ours, theirs = sent["content-type"] if body else "", request.headers.get("Content-Type", "")
        assert (_whole(ours, body)) == (_whole(theirs, request.content))
        for name in ("Accept", "User-Agent", "Host"):
            assert sent[name.lower()] == request.headers[name]


def _fields(head: bytes) -> list[tuple[str, str]]:
    fields = (each.decode().split(": ", 1) for each in head.strip().split(b"\r\n")[1:])
    return [(name.lower(), value) for name, value in fields]


def _whole(content_type: str, body: bytes) -> tuple[str, bytes]:
    """What is sent, without the boundary that each form draws for itself."""
    boundary = content_type.partition("boundary=")[2]
    if not boundary:
        return content_type, body
    return content_type.replace(boundary, "B"), body.replace(boundary.encode(), b"B")
