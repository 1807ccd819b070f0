"""Connections to the picture hosts on aiohttp, behind httpx's transport interface.

httpx's own pool takes most of a millisecond for each picture, and a page of results has ten: more
than everything else that such a page costs.
"""

import ssl
import urllib.request
from collections.abc import AsyncIterator
from functools import lru_cache

import aiohttp
import httpx
from yarl import URL


class PictureHosts(httpx.AsyncBaseTransport):
    """At most `most` connections, kept alive for `keepalive` seconds; nothing is unpacked.

    How long a call may take is its caller's to bound. Proxies are those of the environment.
    """

    def __init__(self, most: int, keepalive: float = 60) -> None:
        self._most = most
        self._keepalive = keepalive
        self._session: aiohttp.ClientSession | None = None
        self._proxies = urllib.request.getproxies()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send it and return the answer with its body still to be read.

        Raises `httpx.TransportError`, while the body is read as well.
        """
        try:
            response = await self._open().request(
                request.method,
                URL(str(request.url), encoded=True),
                headers=[(name.decode(), text.decode()) for name, text in request.headers.raw],
                allow_redirects=False,
                proxy=self._proxy_for(request.url),
                # Loading trust roots takes time: for the first picture, not at a start.
                ssl=_tls_context() if request.url.scheme == "https" else False,
            )
        except (aiohttp.ClientError, OSError) as error:
            nobody = isinstance(error, aiohttp.ClientConnectorError)
            kind = httpx.ConnectError if nobody else httpx.ReadError
            raise kind(type(error).__name__) from error
        return httpx.Response(
            response.status, headers=list(response.raw_headers), stream=_Body(response)
        )

    async def aclose(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _proxy_for(self, address: httpx.URL) -> str | None:
        if not self._proxies or urllib.request.proxy_bypass(address.netloc.decode()):
            return None
        return self._proxies.get(address.scheme) or self._proxies.get("all")

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._most, keepalive_timeout=self._keepalive),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=None),
                auto_decompress=False,
            )
        return self._session


class _Body(httpx.AsyncByteStream):
    """An answer's body as it comes in. One that is left before its end takes its connection."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._response.content.iter_any():
                yield chunk
        except (aiohttp.ClientError, OSError) as error:
            raise httpx.ReadError(type(error).__name__) from error

    async def aclose(self) -> None:
        self._response.close()


@lru_cache(maxsize=1)
def _tls_context() -> ssl.SSLContext:
    """The trust roots of httpx: certifi's, or those of SSL_CERT_FILE and SSL_CERT_DIR."""
    return httpx.create_ssl_context()
