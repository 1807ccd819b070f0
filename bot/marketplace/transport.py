"""One HTTP exchange: parameters out, an envelope back, every failure as one of our errors."""

import asyncio
import logging
from functools import lru_cache
from urllib.parse import urlencode

import httpx

from bot.marketplace.config import ClientConfig
from bot.marketplace.connections import Connections
from bot.marketplace.endpoints import Endpoint, Shape
from bot.marketplace.envelope import Answer, read_answer
from bot.marketplace.errors import MarketplaceError, OutcomeUnclear, Unreachable, Unreadable
from bot.marketplace.signing import Parameters

_HEADERS = {"Accept": "application/json", "User-Agent": "Snaporder"}

# What httpx raises at all: its own tree, and three that stand outside of it.
FROM_HTTPX = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, httpx.CookieConflict)

# Raised before the first byte of a request has left.
_NOTHING_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
)
# An answer came, but not one that can be read.
_ANSWERED = (
    httpx.DecodingError,
    httpx.TooManyRedirects,
    httpx.HTTPStatusError,
    httpx.StreamError,
    httpx.CookieConflict,
)


def translated(error: Exception, endpoint: Endpoint) -> MarketplaceError:
    """Map an httpx error or a time-out; of a write, all but "nothing was sent" is unclear.

    Only the kind of error is told: its words may hold the address, and so the signature.
    """
    kind = type(error).__name__
    if isinstance(error, _ANSWERED):
        mapped: MarketplaceError = Unreadable(kind, endpoint=endpoint.name, transient=True)
    else:
        mapped = Unreachable(kind, endpoint=endpoint.name)
    if endpoint.writes and not isinstance(error, _NOTHING_SENT):
        return OutcomeUnclear(mapped)
    return mapped


class Exchange:
    """A pool of connections to the gateway."""

    def __init__(
        self, config: ClientConfig, transport: httpx.AsyncBaseTransport | None = None
    ) -> None:
        # httpx logs whole addresses, and with them signatures or the secret in clear.
        logging.getLogger("httpx").setLevel(logging.WARNING)
        self._config = config
        self._credentials = config.credentials
        self._base_url = config.base_url.rstrip("/")
        self._transport = transport or Connections(
            config.base_url, config.max_connections, config.keepalive_seconds
        )

    async def send(self, endpoint: Endpoint, parameters: Parameters) -> Answer:
        """Send once. Raises `MarketplaceError`; see `translated` for what a write raises."""
        seconds = self._config.seconds_for(endpoint)
        connect = min(self._config.connect_seconds, seconds)
        request = self._request(endpoint, parameters)
        request.extensions["timeout"] = httpx.Timeout(
            seconds, connect=connect, pool=connect
        ).as_dict()
        try:
            # httpx counts from byte to byte; an answer that trickles in needs an end too.
            async with asyncio.timeout(seconds):
                response = await self._transport.handle_async_request(request)
                await response.aread()
        except (*FROM_HTTPX, TimeoutError) as error:
            raise translated(error, endpoint) from error
        return read_answer(response, endpoint, self._config.success_codes)

    async def close(self) -> None:
        """Close all connections."""
        await self._transport.aclose()

    def _request(self, endpoint: Endpoint, parameters: Parameters) -> httpx.Request:
        address = self._base_url + endpoint.path
        if endpoint.shape is Shape.BODY:
            body = self._credentials.body(parameters)
            headers = {"Content-Type": "application/json; charset=utf-8", **_HEADERS}
            return httpx.Request(endpoint.method, _parsed(address), content=body, headers=headers)
        fields = self._credentials.query(parameters)
        if endpoint.shape is Shape.QUERY:
            address = f"{address}?{urlencode(fields)}"
            return httpx.Request(endpoint.method, address, headers=_HEADERS)
        parts = [(name, (None, value)) for name, value in fields.items()]
        return httpx.Request(endpoint.method, _parsed(address), files=parts, headers=_HEADERS)


@lru_cache(maxsize=64)
def _parsed(address: str) -> httpx.URL:
    return httpx.URL(address)
