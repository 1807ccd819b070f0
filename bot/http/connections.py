"""Connections that are kept and shared, on aiohttp."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from functools import lru_cache, partial
from typing import Any, Final

import aiohttp
import httpx
from aiohttp.abc import AbstractStreamWriter
from aiohttp.client_proto import ResponseHandler
from multidict import CIMultiDict
from yarl import URL

from bot.http.errors import (
    BadAddress,
    BadAnswer,
    ConnectTimedOut,
    Disconnected,
    HttpError,
    NotConnected,
    PoolTimedOut,
    ReadTimedOut,
    TooLarge,
    WriteTimedOut,
    words_for,
)
from bot.http.messages import MOST_BYTES, Answer, Headers, Patience, Request, Upload
from bot.http.proxies import Proxies, Proxy
from bot.http.unpacking import ASKED_FOR, unpacked

_AT_ONCE: Final = 1e-6
_NO_ADDRESS: Final = "not an address that can be asked"
_SMALL: Final = 16 * 1024
"""A body of so many bytes is handed to the system without waiting for the connection to take it."""


class Connections:
    """At most `most` connections, each kept for `keepalive` seconds after its last answer.

    Nothing is ever asked twice, and no redirect is followed: that is the caller's to decide.
    Proxies are those of the environment unless given. `on_date` hears the `Date` of every answer.
    """

    def __init__(
        self,
        most: int,
        *,
        keepalive: float = 60.0,
        proxies: Proxies | None = None,
        on_date: Callable[[str], None] | None = None,
    ) -> None:
        self._on_date = on_date
        self._keepalive = keepalive
        self._proxies = Proxies.from_environment() if proxies is None else proxies
        self._ways: dict[tuple[str, str, int], Proxy | None] = {}
        self._session: aiohttp.ClientSession | None = None
        self._slots = asyncio.Semaphore(most)

    async def send(
        self, request: Request, patience: Patience, *, at_most: int = MOST_BYTES
    ) -> Answer:
        """Send it and return the whole answer, unpacked. Raises `HttpError`."""
        arriving = await self.open(request, patience, packed=True)
        try:
            content = bytearray()
            async for piece in arriving.pieces():
                content += piece
                if len(content) > at_most:
                    raise TooLarge(at_most)
        finally:
            arriving.close()
        encoding = arriving.headers.get("content-encoding", "")
        return Answer(
            arriving.status, arriving.headers, unpacked(bytes(content), encoding, at_most)
        )

    async def open(
        self, request: Request, patience: Patience, *, packed: bool = False
    ) -> "Arriving":
        """Send it and return the answer, its body still to come. Raises `HttpError`.

        `packed` asks for a compressed body; whoever asks so has to unpack it.
        """
        await self._take_slot(patience.pool)
        try:
            response = await self._ask(request, patience, packed=packed)
            if self._on_date is not None:
                self._on_date(response.headers.get("Date", ""))
            return Arriving(response, self._slots)
        except BaseException:
            self._slots.release()
            raise

    async def aclose(self) -> None:
        """Close every connection; requests that run end with `Disconnected`."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _ask(
        self, request: Request, patience: Patience, *, packed: bool
    ) -> aiohttp.ClientResponse:
        url = _address(request.url)
        proxy = self._way(url.scheme, str(url.host), url.port or 0)
        headers = CIMultiDict(request.headers)
        headers.setdefault("Accept-Encoding", ASKED_FOR if packed else "identity")
        if proxy is not None and proxy.authorization and url.scheme == "http":
            headers["Proxy-Authorization"] = proxy.authorization
        problem: HttpError
        try:
            return await self._open_session().request(
                request.method,
                url,
                headers=headers,
                data=_body(request.body, patience.write),
                timeout=aiohttp.ClientTimeout(
                    total=None,
                    connect=_given(patience.connect),
                    sock_read=_given(patience.read),
                ),
                allow_redirects=False,
                proxy=None if proxy is None else _proxy_address(proxy),
                proxy_headers=None if proxy is None else _proxy_headers(proxy),
                # Loading trust roots takes time: for the first call that needs them.
                ssl=tls_context() if url.scheme == "https" or (proxy and proxy.secure) else False,
            )
        except (aiohttp.ClientError, OSError) as error:
            problem = translated(error)
        # Outside the handler: what aiohttp says may hold the address, even as a context.
        raise problem

    async def _take_slot(self, patience: float | None) -> None:
        if not self._slots.locked():
            await self._slots.acquire()  # does not wait
            return
        try:
            async with asyncio.timeout(patience):
                await self._slots.acquire()
        except TimeoutError:
            raise PoolTimedOut("all connections are occupied") from None

    def _way(self, scheme: str, host: str, port: int) -> Proxy | None:
        origin = scheme, host, port
        if origin not in self._ways:
            self._ways[origin] = self._proxies.proxy_for(scheme, host, port)
        return self._ways[origin]

    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            # No limit here: the slots bound the pool, with a time-out of their own.
            connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=self._keepalive)
            handler = partial(_Handler, loop=asyncio.get_running_loop())
            connector._factory = handler  # type: ignore[assignment]  # noqa: SLF001
            self._session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                skip_auto_headers={"User-Agent", "Accept", "Content-Type"},
            )
            # aiohttp would repeat a read that a kept-alive connection broke off, once and unseen.
            self._session._retry_connection = False  # noqa: SLF001
        return self._session


class Arriving:
    """An answer whose body is still to be read, then `close`d in any case."""

    def __init__(self, response: aiohttp.ClientResponse, slots: asyncio.Semaphore) -> None:
        self.status = response.status
        self.headers = Headers(response.raw_headers)
        self._response = response
        self._slots: asyncio.Semaphore | None = slots

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield the body as it comes, packed as it is. Raises `HttpError`."""
        problem: HttpError
        try:
            async for piece in self._response.content.iter_any():
                yield piece
        except (aiohttp.ClientError, OSError) as error:
            problem = translated(error)
        else:
            return
        raise problem

    def close(self) -> None:
        """Give the connection back, or end it when the body was left before its end."""
        self._response.close()
        if self._slots is not None:
            self._slots.release()
            self._slots = None


def translated(error: Exception) -> HttpError:
    """Return what an error of aiohttp or of the system is in the terms of this room."""
    return next(made(error) for kind, made in _ERRORS if isinstance(error, kind))


def _reason(error: Exception) -> BaseException:
    return error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error


def _of_connecting(error: Any) -> NotConnected:
    return NotConnected(words_for(getattr(error, "certificate_error", None) or _reason(error)))


class _NotTaken(TimeoutError):
    """The write time-out, of a kind that aiohttp hands on as it is."""


# The first that fits.
_ERRORS: Final[tuple[tuple[type[Exception], Callable[[Any], HttpError]], ...]] = (
    (aiohttp.ConnectionTimeoutError, lambda _: ConnectTimedOut("no connection in time")),
    (_NotTaken, lambda _: WriteTimedOut("the request was not taken in time")),
    (TimeoutError, lambda _: ReadTimedOut("no answer in time")),
    (aiohttp.ClientHttpProxyError, lambda it: NotConnected(f"the proxy answered {it.status}")),
    (aiohttp.ClientConnectorError, _of_connecting),
    (aiohttp.ServerFingerprintMismatch, _of_connecting),
    (aiohttp.InvalidURL, lambda _: BadAddress(_NO_ADDRESS)),
    (aiohttp.ClientResponseError, lambda _: BadAnswer("not HTTP")),
    (OSError, lambda it: Disconnected(words_for(it))),
    (aiohttp.ClientError, lambda _: Disconnected("closed before the answer was whole")),
)


@lru_cache(maxsize=1)
def tls_context() -> ssl.SSLContext:
    """The trust roots: certifi's, or those of SSL_CERT_FILE and SSL_CERT_DIR."""
    return httpx.create_ssl_context()


class _Handler(ResponseHandler):
    def connection_lost(self, exc: BaseException | None) -> None:
        """End a body that only its connection's end would end, but not by a reset."""
        if exc is not None and self._payload is not None and not self._payload.is_eof():
            self._payload.set_exception(aiohttp.ClientPayloadError("reset"))
        super().connection_lost(exc)


class _Pieces(aiohttp.Payload):
    """A body of which each piece has to be taken within the write time-out."""

    def __init__(self, upload: Upload, patience: float | None) -> None:
        super().__init__(upload.pieces, content_type="application/octet-stream")
        self._size = upload.size
        self._patience = patience

    async def write(self, writer: AbstractStreamWriter) -> None:
        """Send it. Raises `_NotTaken`."""
        for piece in self._value:
            try:
                async with asyncio.timeout(self._patience):
                    await writer.write(piece)
            except TimeoutError:
                raise _NotTaken from None

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        """The whole body as text, for aiohttp's diagnostics."""
        return b"".join(self._value).decode(encoding, errors)


def _body(body: bytes | Upload | None, patience: float | None) -> bytes | _Pieces | None:
    if isinstance(body, bytes):
        return body if len(body) <= _SMALL else _Pieces(Upload([body], len(body)), patience)
    return None if body is None else _Pieces(body, patience)


def _given(seconds: float | None) -> float | None:
    # aiohttp reads zero as no limit.
    return _AT_ONCE if seconds == 0 else seconds


def _address(text: str) -> URL:
    try:
        url = URL(text, encoded=True)
        usable = url.scheme in {"http", "https"} and url.host and url.port is not None
    except ValueError:
        usable = False
    if not usable:
        raise BadAddress(_NO_ADDRESS)
    return url


def _proxy_address(proxy: Proxy) -> URL:
    return URL.build(scheme="https" if proxy.secure else "http", host=proxy.host, port=proxy.port)


def _proxy_headers(proxy: Proxy) -> dict[str, str] | None:
    given = proxy.authorization
    return None if given is None else {"Proxy-Authorization": given}
