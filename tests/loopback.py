"""HTTP clients for servers that tests run on this machine, and the time they wait for them."""

import asyncio
import json as json_format
from typing import Any

import httpx
from httpx import USE_CLIENT_DEFAULT

from bot.http.connections import Connections
from bot.http.errors import HttpError
from bot.http.messages import Patience, Request
from bot.http.over_httpx import OverConnections, translated
from bot.http.proxies import Proxies

_JSON = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
_PLAIN = {"Accept-Encoding": "identity"}
_ORDINARY = (None, USE_CLIENT_DEFAULT)
_WITHIN = 60.0


def http_client(**options: Any) -> httpx.AsyncClient:
    """Return a client for plain HTTP; the options are those of `httpx.AsyncClient`."""
    return _Client(**options)


class _Client(httpx.AsyncClient):
    """Sends over the bot's own connections; what is plain goes there past all that httpx does.

    A journey makes twenty requests, and httpx with a transport of its own takes a millisecond of
    CPU for each: three quarters of what the tests' side of a journey costs.
    """

    def __init__(self, **options: Any) -> None:
        self._connections = Connections(1000, proxies=Proxies({}))
        # Another kind of client, whose headers and redirects are httpx's to see to.
        self._special = bool(options.keys() - {"base_url", "timeout", "limits"})
        transport = _WithFiles(self._connections)
        super().__init__(**{"timeout": _WITHIN, "transport": transport, **options})
        self._base = str(self.base_url).rstrip("/")

    async def request(
        self, method: str, url: httpx.URL | str, *, json: Any = None, **given: Any
    ) -> httpx.Response:
        timeout = given.pop("timeout", USE_CLIENT_DEFAULT)
        if self._special or any(each not in _ORDINARY for each in given.values()):
            return await super().request(method, url, json=json, timeout=timeout, **given)
        if timeout is USE_CLIENT_DEFAULT:
            timeout = self.timeout.read
        address = str(url)
        if address.startswith("/"):
            address = self._base + address
        if not address.startswith("http://") or not address.isascii() or " " in address:
            return await super().request(method, url, json=json, timeout=timeout, **given)
        body, headers = None, _PLAIN
        if json is not None:
            text = json_format.dumps(json, ensure_ascii=False, separators=(",", ":"))
            body, headers = text.encode(), _JSON
        request = Request(method, address, headers, body)
        try:
            answer = await self._connections.send(request, Patience(*[timeout] * 4))
        except HttpError as error:
            raise translated(error) from error
        return _Response(method, address, answer.status, answer.headers.raw, answer.content)


class _WithFiles(OverConnections):
    """Sends files as well, whose bytes httpx has not put together when it hands them over."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        return await super().handle_async_request(request)


class _Read(httpx.AsyncByteStream):
    """The body of an answer that is there already."""


_NOTHING_TO_READ = _Read()


class _Response(httpx.Response):
    """What httpx would have returned; it makes a request of its own only where it is asked for."""

    def __init__(self, method: str, url: str, status: int, headers: Any, content: bytes) -> None:
        super().__init__(status, headers=headers, stream=_NOTHING_TO_READ)
        self._content = content
        self.is_stream_consumed = self.is_closed = True
        self._asked = method, url

    @property
    def request(self) -> httpx.Request:
        if self._request is None:
            self._request = httpx.Request(*self._asked)
        return self._request

    @request.setter
    def request(self, value: httpx.Request) -> None:
        self._request = value

    def raise_for_status(self) -> httpx.Response:
        assert self.request is not None  # made by being asked for
        return super().raise_for_status()


def time_flies(seconds: float) -> None:
    """Have the running loop's clock stand so much later: what waits for a time-out waits no more.

    A time-out of real milliseconds would measure how busy the machine is.
    """
    loop = asyncio.get_running_loop()
    before = loop.time
    loop.time = lambda: before() + seconds  # type: ignore[method-assign]
