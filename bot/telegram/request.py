"""python-telegram-bot's outgoing HTTP on aiohttp.

The stock HTTPXRequest keeps its connections in a pool whose bookkeeping grows with the square of
the waiting requests. This one behaves the same towards python-telegram-bot and does not.
"""

import asyncio
import ssl
from functools import lru_cache
from typing import Final

import aiohttp
import httpx
import orjson
from telegram._utils.defaultvalue import DefaultValue
from telegram._utils.types import JSONDict, ODVInput
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

from bot.telegram.addresses import harmless_text, proxy_from_environment, usable_proxy
from bot.telegram.body import Body

NOT_SENT: Final = "Request was *not* sent to Telegram."
"""Stands in the text of each error that came before anything could reach Telegram."""

_POOL_TIMEOUT_TEXT: Final = (
    f"Pool timeout: All connections in the connection pool are occupied. {NOT_SENT} "
    "Consider adjusting the connection pool size or the pool timeout."
)
_AT_ONCE: Final = 1e-6


class AiohttpRequest(BaseRequest):
    """Behaves as HTTPXRequest does, time-outs in seconds with None for no limit.

    `proxy` is an http:// or https:// address, with credentials if need be; without it
    HTTP(S)_PROXY, ALL_PROXY and NO_PROXY are honoured. `keepalive` outlasts a long poll, so that
    its connection is not opened anew each time. `max_response_bytes` bounds every answer and
    download (stock has no bound).

    Errors never carry the address, because it contains the bot's token: neither in their text nor
    in their cause, which stock sets and this leaves out.
    """

    __slots__ = (
        "_closed",
        "_connect_timeout",
        "_keepalive",
        "_max_response_bytes",
        "_media_write_timeout",
        "_pool_size",
        "_pool_timeout",
        "_proxies",
        "_proxy",
        "_read_timeout",
        "_session",
        "_slots",
        "_write_timeout",
    )

    def __init__(
        self,
        connection_pool_size: int = 256,
        read_timeout: float | None = 5.0,
        write_timeout: float | None = 5.0,
        connect_timeout: float | None = 5.0,
        pool_timeout: float | None = 1.0,
        media_write_timeout: float | None = 20.0,
        *,
        proxy: str | None = None,
        keepalive: float = 100.0,
        max_response_bytes: int | None = None,
    ) -> None:
        self._pool_size = connection_pool_size
        self._read_timeout = read_timeout
        self._write_timeout = write_timeout
        self._connect_timeout = connect_timeout
        self._pool_timeout = pool_timeout
        self._media_write_timeout = media_write_timeout
        self._proxy = usable_proxy(proxy)
        self._proxies: dict[str, str | None] = {}
        self._keepalive = keepalive
        self._max_response_bytes = max_response_bytes
        self._closed = False
        self._session: aiohttp.ClientSession | None = None
        self._slots = asyncio.Semaphore(connection_pool_size)

    @property
    def read_timeout(self) -> float | None:
        """The default read time-out in seconds."""
        return self._read_timeout

    async def initialize(self) -> None:
        """Open (again, after `shutdown`). Sockets are opened at the first call."""
        if self._closed:
            self._slots = asyncio.Semaphore(self._pool_size)
            self._closed = False

    async def shutdown(self) -> None:
        """Close every connection; calls fail until `initialize`."""
        self._closed = True
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        write_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        connect_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        pool_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """See `BaseRequest.do_request`. Raises TimedOut, NetworkError."""
        if self._closed:
            raise RuntimeError("This AiohttpRequest is not initialized!")
        has_files = request_data is not None and request_data.contains_files
        default_write = self._media_write_timeout if has_files else self._write_timeout
        body = Body.of(request_data, _given(write_timeout, default_write))
        limits = aiohttp.ClientTimeout(
            total=None,
            connect=_given(connect_timeout, self._connect_timeout),
            sock_read=_given(read_timeout, self._read_timeout),
        )
        slots = self._slots
        await _take(slots, _given(pool_timeout, self._pool_timeout))
        problem: NetworkError
        try:
            return await self._exchange(url, method, body, limits)
        except aiohttp.ConnectionTimeoutError:
            problem = TimedOut(f"Timed out before there was a connection. {NOT_SENT}")
        except TimeoutError:
            problem = TimedOut()
        except aiohttp.ClientConnectorError as err:
            text = f"aiohttp.{type(err).__name__}: {harmless_text(err, url)}"
            problem = NetworkError(f"{text}. {NOT_SENT}")
        except (aiohttp.ClientError, OSError) as err:
            problem = NetworkError(f"aiohttp.{type(err).__name__}: {harmless_text(err, url)}")
        finally:
            slots.release()
        # Outside the handler, so that the error with the address in it is not even its context.
        raise problem

    @staticmethod
    def parse_json_payload(payload: bytes) -> JSONDict:
        """See `BaseRequest.parse_json_payload`. Raises `TelegramError`."""
        try:
            parsed: JSONDict = orjson.loads(payload)
        except orjson.JSONDecodeError:
            # Not UTF-8, or no JSON at all: stock replaces what it can't read, and has the words.
            parsed = BaseRequest.parse_json_payload(payload)
        return parsed

    async def _exchange(
        self, url: str, method: str, body: Body | None, limits: aiohttp.ClientTimeout
    ) -> tuple[int, bytes]:
        origin = url[: url.find("/", len("https://"))]
        if origin not in self._proxies:
            self._proxies[origin] = self._proxy or proxy_from_environment(url)
        proxy = self._proxies[origin]
        async with self._open_session().request(
            method, url, data=body, timeout=limits, allow_redirects=False, proxy=proxy
        ) as response:
            if self._max_response_bytes is None:
                return response.status, await response.read()
            content = bytearray()
            async for chunk in response.content.iter_any():
                content += chunk
                if len(content) > self._max_response_bytes:
                    raise aiohttp.ClientPayloadError(
                        f"more than {self._max_response_bytes} bytes in the answer"
                    )
            return response.status, bytes(content)

    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            # No limit here: the slots bound the pool, with a time-out of their own.
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(
                    limit=0, keepalive_timeout=self._keepalive, ssl=_tls_context()
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
            )
        return self._session


@lru_cache(maxsize=1)
def _tls_context() -> ssl.SSLContext:
    """The trust roots stock uses: certifi's, or those of SSL_CERT_FILE and SSL_CERT_DIR."""
    return httpx.create_ssl_context()


async def _take(slots: asyncio.Semaphore, patience: float | None) -> None:
    if not slots.locked():
        await slots.acquire()  # does not wait
        return
    try:
        async with asyncio.timeout(patience):
            await slots.acquire()
    except TimeoutError as err:
        raise TimedOut(_POOL_TIMEOUT_TEXT) from err


def _given(value: ODVInput[float], default: float | None) -> float | None:
    chosen = default if isinstance(value, DefaultValue) else value
    # aiohttp reads zero as no limit, httpx and asyncio read it as no patience.
    return _AT_ONCE if chosen == 0 else chosen
