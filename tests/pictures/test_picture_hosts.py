"""Picture hosts over real sockets: within bounds, over few connections, and never unpacked."""

import asyncio
import gzip
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from structlog.testing import capture_logs

from bot.pictures import PictureFetcher

PICTURE = b"\xff\xd8picture"
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n"
GOOD = HEAD + b"Content-Length: %d\r\n\r\n" % len(PICTURE) + PICTURE

Talk = Callable[[asyncio.StreamWriter], Awaitable[None]]


class Host:
    """What a host heard: the heads of requests, how many connections, how many were closed."""

    def __init__(self, talk: Talk) -> None:
        self.talk = talk
        self.heads: list[bytes] = []
        self.made = 0
        self.closed = asyncio.Event()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.made += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                self.heads.append(head)
                await self.talk(writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            self.closed.set()
        finally:
            writer.close()


def saying(answer: bytes) -> Talk:
    async def talk(writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()

    return talk


@asynccontextmanager
async def hosting(talk: Talk) -> AsyncIterator[tuple[Host, str]]:
    host = Host(talk)
    server = await asyncio.start_server(host, "127.0.0.1", 0)
    try:
        yield host, f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


async def test_one_connection_carries_picture_after_picture():
    """And asks for nothing packed, in the bot's own name."""
    async with hosting(saying(GOOD)) as (host, name), PictureFetcher(frozenset({name})) as fetcher:
        for number in range(3):
            assert await fetcher.get(f"http://{name}/%E5%9B%BE{number}.jpg?a=1%2C2") == PICTURE
    assert host.made == 1
    assert host.heads[0].startswith(b"GET /%E5%9B%BE0.jpg?a=1%2C2 HTTP/1.1\r\n")
    assert b"Accept-Encoding: identity\r\n" in host.heads[0]
    assert host.heads[0].lower().count(b"accept-encoding") == 1


async def test_a_host_that_hangs_up_gives_no_picture():
    """Before its answer or within it; and where nobody listens there is none either."""
    for beginning in (b"", HEAD + b"Content-Length: 1000\r\n\r\nabc"):

        async def hang_up(writer: asyncio.StreamWriter, said: bytes = beginning) -> None:
            await saying(said)(writer)
            raise ConnectionError

        async with hosting(hang_up) as (_, name), PictureFetcher(frozenset({name})) as fetcher:
            with capture_logs() as logs:
                assert await fetcher.get(f"http://{name}/a.jpg") is None
        assert [each["reason"] for each in logs] == ["ReadError"]
    with socket.create_server(("127.0.0.1", 0)) as free:
        name = f"127.0.0.1:{free.getsockname()[1]}"
    async with PictureFetcher(frozenset({name})) as fetcher:
        with capture_logs() as logs:
            assert await fetcher.get(f"http://{name}/a.jpg") is None
    assert [each["reason"] for each in logs] == ["ConnectError"]


async def test_an_answer_without_end_is_left_with_its_connection():
    """What is still to come is not read; the next picture has a connection of its own."""

    async def pour(writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"400\r\n" + bytes(1024) + b"\r\n")
            await writer.drain()

    async with (
        hosting(pour) as (host, name),
        PictureFetcher(frozenset({name}), max_bytes=50_000) as fetcher,
    ):
        assert await fetcher.get(f"http://{name}/a.jpg") is None
        async with asyncio.timeout(60):
            await host.closed.wait()
        host.talk = saying(GOOD)
        assert await fetcher.get(f"http://{name}/b.jpg") == PICTURE
    assert host.made == 2


async def test_a_packed_answer_is_refused_as_it_is():
    """Unpacked it could be of any size."""
    packed = gzip.compress(PICTURE)
    head = HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
    async with (
        hosting(saying(head + packed)) as (_, name),
        PictureFetcher(frozenset({name})) as fetcher,
    ):
        with capture_logs() as logs:
            assert await fetcher.get(f"http://{name}/a.jpg") is None
    assert [each["reason"] for each in logs] == ["compressed though asked not to be"]


async def test_the_environments_proxy_is_asked(monkeypatch):
    """HTTP_PROXY carries pictures, NO_PROXY takes them past it."""
    async with hosting(saying(GOOD)) as (proxy, address):
        monkeypatch.setenv("http_proxy", f"http://{address}")
        monkeypatch.setenv("no_proxy", "past.invalid")
        hosts = frozenset({"pictures.invalid", "past.invalid"})
        async with PictureFetcher(hosts) as fetcher:
            assert await fetcher.get("http://pictures.invalid/a.jpg") == PICTURE
            assert await fetcher.get("http://past.invalid/a.jpg") is None
    assert [head.split(b"\r\n")[0] for head in proxy.heads] == [
        b"GET http://pictures.invalid/a.jpg HTTP/1.1"
    ]
