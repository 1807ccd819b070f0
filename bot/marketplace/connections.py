"""Connections to the gateway on aiohttp, behind httpx's transport interface.

httpx's own pool looks at every connection and every waiting request whenever anything changes:
with sixty calls at once that was most of the bot's CPU (docs/performance.md). Requests, answers
and errors stay httpx's, so that whatever is tested through one of its transports is what runs.
"""

import ssl
import urllib.request
from functools import lru_cache
from typing import Final

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


class Connections(httpx.AsyncBaseTransport):
    """At most `most` connections, kept alive for `keepalive` seconds.

    Time-outs are those of the request's `timeout` extension; waiting for a free connection counts
    as connecting. The proxy is the one that the environment names for `base_url`.
    """

    def __init__(self, base_url: str, most: int, keepalive: float) -> None:
        self._secure = base_url.startswith("https:")
        self._proxy = _proxy_for(base_url)
        self._most = most
        self._keepalive = keepalive
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send it and read the whole answer. Raises `httpx.TransportError`."""
        patience = request.extensions.get("timeout", {})
        try:
            async with self._open().request(
                request.method,
                URL(str(request.url), encoded=True),
                data=await request.aread(),
                headers=request.headers,
                timeout=aiohttp.ClientTimeout(
                    total=None,
                    connect=_given(patience.get("connect")),
                    sock_read=_given(patience.get("read")),
                ),
                allow_redirects=False,
                proxy=self._proxy,
            ) as response:
                # aiohttp has decompressed it already.
                headers = [pair for pair in response.raw_headers if pair[0] not in _OF_TRANSFER]
                return httpx.Response(
                    response.status, headers=headers, content=await response.read()
                )
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


_OF_TRANSFER: Final = frozenset({b"Content-Encoding", b"content-encoding", b"Content-Length"})


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


def _given(seconds: float | None) -> float | None:
    # aiohttp reads zero as no limit.
    return _AT_ONCE if seconds == 0 else seconds
