"""One HTTP exchange: parameters out, an envelope back, every failure as one of our errors."""

import asyncio
import logging
from collections.abc import Mapping
from urllib.parse import urlencode

import httpx

from bot.marketplace.daji.config import ClientConfig
from bot.marketplace.daji.connections import Asked, Carrier, Connections, OverHttpx
from bot.marketplace.daji.endpoints import Endpoint, Shape
from bot.marketplace.daji.envelope import Answer, read_answer
from bot.marketplace.daji.signing import Parameters
from bot.marketplace.errors import MarketplaceError, OutcomeUnclear, Unreachable, Unreadable

_HEADERS = {"Accept": "application/json", "User-Agent": "Snaporder"}
_JSON_HEADERS = {**_HEADERS, "Content-Type": "application/json; charset=utf-8"}

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
        # As httpx writes an address: host in lower case and in ASCII.
        self._base_url = str(httpx.URL(config.base_url)).rstrip("/")
        self._carrier: Carrier
        if transport is not None:
            self._carrier = OverHttpx(transport)
        else:
            self._carrier = Connections(
                config.base_url, config.max_connections, config.keepalive_seconds
            )

    async def send(self, endpoint: Endpoint, parameters: Parameters) -> Answer:
        """Send once. Raises `MarketplaceError`; see `translated` for what a write raises."""
        seconds = self._config.seconds_for(endpoint)
        asked = self._asked(endpoint, parameters, seconds)
        try:
            # `read` counts from byte to byte; an answer that trickles in needs an end too.
            async with asyncio.timeout(seconds):
                answered = await self._carrier.carry(asked)
        except (*FROM_HTTPX, TimeoutError) as error:
            raise translated(error, endpoint) from error
        return read_answer(answered, endpoint, self._config.success_codes)

    async def close(self) -> None:
        """Close all connections."""
        await self._carrier.aclose()

    def _asked(self, endpoint: Endpoint, parameters: Parameters, seconds: float) -> Asked:
        address = self._base_url + endpoint.path
        headers, body = _HEADERS, None
        match endpoint.shape:
            case Shape.QUERY:
                address = f"{address}?{urlencode(self._credentials.query(parameters))}"
            case Shape.BODY:
                headers, body = _JSON_HEADERS, self._credentials.body(parameters)
            case Shape.FORM:
                headers, body = _form(self._credentials.query(parameters))
        return Asked(
            method=endpoint.method,
            address=address,
            headers=headers,
            body=body,
            connect=min(self._config.connect_seconds, seconds),
            read=seconds,
        )


def _form(fields: Mapping[str, str]) -> tuple[dict[str, str], bytes]:
    """Return headers and body of a form of several parts, as httpx writes one."""
    parts = [(name, (None, value)) for name, value in fields.items()]
    form = httpx.Request("POST", "http://form", files=parts)
    return {**_HEADERS, "Content-Type": form.headers["Content-Type"]}, form.read()
