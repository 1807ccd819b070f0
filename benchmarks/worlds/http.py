"""As little of an HTTP/1.1 server as clients with kept-alive connections need.

It must cost less than any client that is measured against it: one pass over the bytes, no checks.
"""

import asyncio
import contextlib
import ssl
from collections.abc import Callable
from typing import NamedTuple, cast

import uvloop

Reply = Callable[[bytes], None]
"""Sends the answer's body; `bytes` alone means JSON with status 200."""


class Request(NamedTuple):
    """One request. `path` is without its query."""

    method: bytes
    path: bytes
    query: bytes
    content_type: bytes
    body: bytes


Handle = Callable[[Request, "Connection"], None]
_HEAD = b"HTTP/1.1 %b\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n"


class Connection(asyncio.Protocol):
    """Hands each request to `handle`, which answers it now or later.

    `one_way` in seconds passes before a request is seen and again before its answer leaves.
    """

    def __init__(self, handle: Handle, one_way: float = 0.0) -> None:
        self._handle = handle
        self._one_way = one_way
        self._loop = asyncio.get_running_loop()
        self._buffer = bytearray()
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where answers go."""
        self._transport = cast("asyncio.WriteTransport", transport)  # uvloop's is no subclass

    def data_received(self, data: bytes) -> None:
        """Take what came and hand on what is whole."""
        self._buffer += data
        while (request := self._next()) is not None:
            if self._one_way:
                self._loop.call_later(self._one_way, self._handle, request, self)
            else:
                self._handle(request, self)

    @property
    def is_open(self) -> bool:
        """Tell whether there is still somebody to answer."""
        return self._transport is not None and not self._transport.is_closing()

    def answer(
        self,
        body: bytes,
        content_type: bytes = b"application/json",
        status: bytes = b"200 OK",
    ) -> None:
        """Send that body."""
        whole = _HEAD % (status, content_type, len(body)) + body
        if self._one_way:
            self._loop.call_later(self._one_way, self._write, whole)
        else:
            self._write(whole)

    def _write(self, whole: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(whole)

    def _next(self) -> Request | None:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return None
        head = bytes(self._buffer[:end])
        names = head.lower()
        if b"transfer-encoding: chunked" in names:
            whole = _dechunked(self._buffer, end + 4)
            if whole is None:
                return None
            body, past = whole
        else:
            past = end + 4 + int(_header(names, b"content-length") or 0)
            if len(self._buffer) < past:
                return None
            body = bytes(self._buffer[end + 4 : past])
        del self._buffer[:past]
        method, target, _ = head[: head.index(b"\r\n")].split(b" ", 2)
        path, _, query = target.partition(b"?")
        at = names.find(b"\r\ncontent-type:")
        kind = head[at + 15 : (head + b"\r\n").index(b"\r\n", at + 2)].strip() if at >= 0 else b""
        return Request(method, path, query, kind, body)


def _header(names: bytes, name: bytes) -> bytes:
    at = names.find(b"\r\n" + name + b":")
    if at < 0:
        return b""
    start = at + len(name) + 3
    end = names.find(b"\r\n", start)
    return names[start : end if end >= 0 else None].strip()


def _dechunked(buffer: bytearray, at: int) -> tuple[bytes, int] | None:
    body = b""
    while (line := buffer.find(b"\r\n", at)) >= 0:
        size = int(buffer[at:line], 16)
        end = line + 2 + size
        if len(buffer) < end + 2:
            return None
        if not size:
            return body, end + 2
        body += buffer[line + 2 : end]
        at = end + 2
    return None


def serve(
    make_handle: Callable[[], Handle],
    port: int,
    one_way: float = 0.0,
    certificate: str | None = None,
) -> None:
    """Serve on the loopback address until killed, through TLS with a certificate."""
    context = None
    if certificate is not None:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)

    async def forever() -> None:
        handle = make_handle()
        server = await asyncio.get_running_loop().create_server(
            lambda: Connection(handle, one_way), "127.0.0.1", port, backlog=1024, ssl=context
        )
        await server.serve_forever()

    with contextlib.suppress(KeyboardInterrupt, asyncio.CancelledError):
        uvloop.run(forever())
