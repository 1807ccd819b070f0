"""One HTTP exchange: parameters out, an envelope back, every failure as one of our errors."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Protocol
from urllib.parse import urlencode

import httpx

from bot.http.connections import Connections
from bot.http.errors import BadAnswer, HttpError
from bot.http.messages import Answer as HttpAnswer
from bot.http.messages import Patience, Request
from bot.marketplace.daji.config import ClientConfig
from bot.marketplace.daji.endpoints import Endpoint, Shape
from bot.marketplace.daji.envelope import Answer, read_answer
from bot.marketplace.daji.signing import Parameters
from bot.marketplace.errors import MarketplaceError, OutcomeUnclear, Unreachable, Unreadable

_HEADERS = {"Accept": "application/json", "User-Agent": "Snaporder"}
_JSON_HEADERS = {**_HEADERS, "Content-Type": "application/json; charset=utf-8"}


class Carrier(Protocol):
    """What carries requests to the gateway: `bot.http.connections.Connections`."""

    async def send(self, request: Request, patience: Patience) -> HttpAnswer:
        """Send it once and return the whole answer. Raises `HttpError`."""

    async def aclose(self) -> None:
        """Let go of what is held."""


def translated(error: HttpError | TimeoutError, endpoint: Endpoint) -> MarketplaceError:
    """Map an error of HTTP or a time-out; of a write, all but "nothing was sent" is unclear."""
    kind = type(error).__name__
    if isinstance(error, BadAnswer):
        mapped: MarketplaceError = Unreadable(kind, endpoint=endpoint.name, transient=True)
    else:
        mapped = Unreachable(kind, endpoint=endpoint.name)
    if endpoint.writes and not (isinstance(error, HttpError) and error.nothing_sent):
        return OutcomeUnclear(mapped)
    return mapped


class Exchange:
    """The way to the gateway."""

    def __init__(
        self,
        config: ClientConfig,
        carrier: Carrier | None = None,
        on_date: Callable[[str], None] | None = None,
        may_send: Callable[[], bool] | None = None,
    ) -> None:
        self._config = config
        self._credentials = config.credentials
        # As httpx writes an address: host in lower case and in ASCII.
        self._base_url = str(httpx.URL(config.base_url)).rstrip("/")
        self._carrier = carrier or Connections(
            config.max_connections,
            keepalive=config.keepalive_seconds,
            on_date=on_date,
            may_send=may_send,
        )

    async def send(self, endpoint: Endpoint, parameters: Parameters) -> Answer:
        """Send once. Raises `MarketplaceError`; see `translated` for what a write raises."""
        seconds = self._config.seconds_for(endpoint)
        connect = min(self._config.connect_seconds, seconds)
        request = self._request(endpoint, parameters)
        patience = Patience(pool=connect, connect=connect, write=seconds, read=seconds)
        try:
            # `read` counts from byte to byte; an answer that trickles in needs an end too.
            async with asyncio.timeout(seconds):
                answered = await self._carrier.send(request, patience)
        except (HttpError, TimeoutError) as error:
            raise translated(error, endpoint) from error
        return read_answer(answered, endpoint, self._config.success_codes)

    def now(self) -> float:
        """Return the host's time in seconds since 1970, as signatures hold it."""
        return self._config.now()

    @property
    def depends_on_clock(self) -> bool:
        """Tell whether a host's clock that is off has requests refused."""
        return self._config.depends_on_clock

    async def close(self) -> None:
        """Close all connections."""
        await self._carrier.aclose()

    def _request(self, endpoint: Endpoint, parameters: Parameters) -> Request:
        address = self._base_url + endpoint.path
        headers, body = _HEADERS, None
        match endpoint.shape:
            case Shape.QUERY:
                address = f"{address}?{urlencode(self._credentials.query(parameters))}"
            case Shape.BODY:
                headers, body = _JSON_HEADERS, self._credentials.body(parameters)
            case Shape.FORM:
                headers, body = _form(self._credentials.query(parameters))
        return Request(endpoint.method, address, headers, body)


def _form(fields: Mapping[str, str]) -> tuple[dict[str, str], bytes]:
    """Return headers and body of a form of several parts, as httpx writes one."""
    parts = [(name, (None, value)) for name, value in fields.items()]
    form = httpx.Request("POST", "http://form", files=parts)
    return {**_HEADERS, "Content-Type": form.headers["Content-Type"]}, form.read()
