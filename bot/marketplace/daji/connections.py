"""Connections to the gateway on aiohttp, with httpx's words for whatever breaks.

httpx's own pool looks at every connection and every waiting request whenever anything changes:
with sixty calls at once that was most of the bot's CPU (docs/performance.md). Its requests and
answers cost as much again as aiohttp takes for the whole exchange, so they are left out as well.
"""

import ssl
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Protocol

import aiohttp
import httpx
from yarl import URL

_AT_ONCE: Final = 1e-6
# The first that fits; each with whether anything may have been sent, by httpx's own words.
_ERRORS: Final[tuple[tuple[type[Exception], type[httpx.TransportError]], ...]] = (
    (aiohttp.ConnectionTimeoutError, httpx.ConnectTimeout),
    (aiohttp.SocketTimeoutError, httpx.ReadTimeout),
    (aiohttp.ClientProxyConnectionError, httpx.ProxyError),
    (aiohttp.ClientHttpProxyError, httpx.ProxyError),
    (aiohttp.ClientConnectorError, httpx.ConnectError),
    (aiohttp.ServerFingerprintMismatch, httpx.ConnectError),
    (aiohttp.NonHttpUrlClientError, httpx.UnsupportedProtocol),
    (aiohttp.InvalidURL, httpx.UnsupportedProtocol),
    (aiohttp.ServerDisconnectedError, httpx.RemoteProtocolError),
    (aiohttp.ClientResponseError, httpx.RemoteProtocolError),
    (aiohttp.ClientPayloadError, httpx.RemoteProtocolError),
    (TimeoutError, httpx.ReadTimeout),
    (aiohttp.ClientError, httpx.ReadError),
    (OSError, httpx.ReadError),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it goes out: `address` is encoded already.

    Seconds: `connect` until a connection is had, waiting for a free one included; `read` from
    byte to byte. None is no limit.
    """

    method: str
    address: str
    headers: Mapping[str, str]
    body: bytes | None = None
    connect: float | None = None
    read: float | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """A whole answer. The names of `headers` are found in any case."""

    status: int
    headers: Mapping[str, str]
    content: bytes


class Carrier(Protocol):
    """What carries a request to the gateway."""

    async def carry(self, asked: Asked) -> Answered:
        """Send it and read the whole answer. Raises what httpx would."""

    async def aclose(self) -> None:
        """Let go of what is held."""


class Connections:
    """At most `most` connections, kept alive for `keepalive` seconds.

    The proxy is the one that the environment names for `base_url`.
    """

    def __init__(self, base_url: str, most: int, keepalive: float) -> None:
        self._secure = base_url.startswith("https:")
        self._proxy = _proxy_for(base_url)
        self._most = most
        self._keepalive = keepalive
        self._session: aiohttp.ClientSession | None = None

    async def carry(self, asked: Asked) -> Answered:
        """Send it and read the whole answer. Raises `httpx.TransportError`."""
        try:
            async with self._open().request(
                asked.method,
                URL(asked.address, encoded=True),
                data=asked.body,
                headers=asked.headers,
                timeout=_patience(asked.connect, asked.read),
                allow_redirects=False,
                proxy=self._proxy,
            ) as response:
                return Answered(response.status, response.headers, await response.read())
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            # Not its text, which may name the address and with it the signature.
            raise translated_kind(type(error))(type(error).__name__) from error

    async def aclose(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=self._most,
                    keepalive_timeout=self._keepalive,
                    ssl=_tls_context() if self._secure else False,
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
            # aiohttp would repeat a read that a kept-alive connection broke off, once and unseen;
            # how often a read is repeated is `Retry`'s to say. test_faults_of_a_read holds it.
            self._session._retry_connection = False  # noqa: SLF001
        return self._session


class OverHttpx:
    """The same over any transport of httpx, which is how the client is tested."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self._transport = transport

    async def carry(self, asked: Asked) -> Answered:
        """Send it and read the whole answer. Raises what the transport raises."""
        request = httpx.Request(
            asked.method, asked.address, content=asked.body, headers=dict(asked.headers)
        )
        request.extensions["timeout"] = httpx.Timeout(
            asked.read, connect=asked.connect, pool=asked.connect
        ).as_dict()
        response = await self._transport.handle_async_request(request)
        return Answered(response.status_code, response.headers, await response.aread())

    async def aclose(self) -> None:
        """Close the transport."""
        await self._transport.aclose()


def translated_kind(kind: type[Exception]) -> type[httpx.TransportError]:
    """Return httpx's kind for an error of aiohttp or of the system."""
    return next(ours for theirs, ours in _ERRORS if issubclass(kind, theirs))


@lru_cache(maxsize=1)
def _tls_context() -> ssl.SSLContext:
    """The trust roots of httpx: certifi's, or those of SSL_CERT_FILE and SSL_CERT_DIR."""
    return httpx.create_ssl_context()


def _proxy_for(base_url: str) -> str | None:
    address = httpx.URL(base_url)
    if urllib.request.proxy_bypass(address.netloc.decode()):
        return None
    known = urllib.request.getproxies()
    return known.get(address.scheme) or known.get("all")


@lru_cache(maxsize=64)
def _patience(connect: float | None, read: float | None) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=None, connect=_given(connect), sock_read=_given(read))


def _given(seconds: float | None) -> float | None:
    # aiohttp reads zero as no limit.
    return _AT_ONCE if seconds == 0 else seconds
