"""The same connections under httpx's client, whose addresses, redirects and words callers use."""

from collections.abc import AsyncIterator
from typing import Final

import httpx

from bot.http import errors
from bot.http.connections import Arriving, Connections
from bot.http.messages import Patience, Request

_WRITTEN_BELOW: Final = frozenset({b"host", b"connection", b"content-length", b"transfer-encoding"})
# The first that fits.
_KINDS: Final[tuple[tuple[type[errors.HttpError], type[httpx.TransportError]], ...]] = (
    (errors.BadAddress, httpx.UnsupportedProtocol),
    (errors.HeldBack, httpx.ConnectError),
    (errors.UnusableProxy, httpx.ProxyError),
    (errors.NotConnected, httpx.ConnectError),
    (errors.PoolTimedOut, httpx.PoolTimeout),
    (errors.ConnectTimedOut, httpx.ConnectTimeout),
    (errors.WriteTimedOut, httpx.WriteTimeout),
    (errors.TimedOut, httpx.ReadTimeout),
    (errors.Disconnected, httpx.ReadError),
    (errors.HttpError, httpx.RemoteProtocolError),
)


class OverConnections(httpx.AsyncBaseTransport):
    """A transport of httpx over `Connections`; closing it closes them.

    Nothing is unpacked here, and how long a call may take is what its request says.
    """

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send it; the answer's body is still to be read. Raises `httpx.TransportError`."""
        timeout = request.extensions.get("timeout", {})
        try:
            arriving = await self._connections.open(
                Request(
                    request.method,
                    str(request.url),
                    _headers(request),
                    request.content or None,
                ),
                Patience(
                    timeout.get("pool"),
                    timeout.get("connect"),
                    timeout.get("write"),
                    timeout.get("read"),
                ),
            )
        except errors.HttpError as error:
            raise translated(error) from error
        return httpx.Response(
            arriving.status, headers=list(arriving.headers.raw), stream=_Body(arriving)
        )

    async def aclose(self) -> None:
        """Close every connection."""
        await self._connections.aclose()


class _Body(httpx.AsyncByteStream):
    """A body as it comes in. One that is left before its end takes its connection with it."""

    def __init__(self, arriving: Arriving) -> None:
        self._arriving = arriving

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for piece in self._arriving.pieces():
                yield piece
        except errors.HttpError as error:
            raise translated(error) from error

    async def aclose(self) -> None:
        self._arriving.close()


def translated(error: errors.HttpError) -> httpx.TransportError:
    """Return the same in httpx's terms."""
    kind = next(theirs for ours, theirs in _KINDS if isinstance(error, ours))
    return kind(str(error))


def _headers(request: httpx.Request) -> dict[str, str]:
    return {
        name.decode(): text.decode()
        for name, text in request.headers.raw
        if name.lower() not in _WRITTEN_BELOW
    }
