"""Offer pictures from the marketplace's image hosts."""

import asyncio
import re
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import aclosing
from types import TracebackType
from typing import Final, Self

import httpx
import structlog

from bot.http.connections import Connections
from bot.http.errors import BadAddress
from bot.http.over_httpx import OverConnections
from bot.http.reading import read_address

_REDIRECTS: Final = 3
# A compressed answer could expand beyond the bound between two checks.
_HEADERS: Final = {
    "Accept": "image/*",
    "Accept-Encoding": "identity",
    "User-Agent": "Snaporder",
}
_LOG: Final = structlog.get_logger(__name__)


_SMALL: Final = "460x460"
_ORIGINAL: Final = re.compile(r"(?i)(?<!\d{2}x\d{2})(?<!\d{3}x\d{3})\.jpe?g$")
_ASKED_AGAIN: Final = 600.0  # seconds after which a host may have small copies after all


def small_copy(url: str) -> str | None:
    """Return the address of a picture's copy of 460 pixels; None of what seems to be a copy."""
    url = url.strip()
    end = _ORIGINAL.search(url)
    return None if end is None else f"{url[: end.start()]}.{_SMALL}{end[0]}"


class _Refused(Exception):
    """Why a picture is not taken; the text goes to the log."""


class PictureFetcher:
    """Bounded downloads from an allow-list of hosts, shared and remembered.

    `allowed_hosts`: `*.alicdn.com` means any name below alicdn.com on the scheme's own port and is
    always asked over https; `127.0.0.1:8081` means exactly that host and port. Redirects are
    followed only within the list.
    """

    def __init__(
        self,
        allowed_hosts: frozenset[str],
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        max_bytes: int = 8_000_000,
        timeout: float = 10.0,
        concurrency: int = 24,
        seconds: Callable[[], float] = time.monotonic,
        cache_bytes: int = 2_000_000,
    ) -> None:
        self._allowed = frozenset(host.lower() for host in allowed_hosts)
        self._max_bytes = max_bytes
        self._timeout = timeout
        self._seconds = seconds
        self._has_no_small: dict[str, float] = {}
        self._slots = asyncio.Semaphore(concurrency)
        self._cache: OrderedDict[str, bytes] = OrderedDict()
        self._cache_free = cache_bytes
        self._running: dict[str, asyncio.Task[bytes | None]] = {}
        self._transport = transport or OverConnections(Connections(concurrency))

    async def get(self, url: str) -> bytes | None:
        """The bytes at `url`, or None (logged) if it is refused, too large, too slow or no image.

        Takes `//host/path` as https. Concurrent calls for one address share one download.
        """
        address = self._address(url)
        if address is None:
            _LOG.warning("picture_refused", reason="address not allowed")
            return None
        key = str(address)
        if (known := self._cache.get(key)) is not None:
            self._cache.move_to_end(key)
            return known
        task = self._running.get(key)
        if task is None:
            task = asyncio.create_task(self._download(address))
            self._running[key] = task
            task.add_done_callback(lambda _: self._running.pop(key, None))
        # Not awaited itself: one caller's cancellation must not take the picture from the others,
        # nor `aclose` look like a cancellation of the caller.
        await asyncio.wait({task})
        return None if task.cancelled() else task.result()

    async def get_many(self, urls: Sequence[str], *, small: bool = False) -> list[bytes | None]:
        """Each address's bytes or None, in the order given, all asked for at once.

        `small` takes the copies for lists that 1688's hosts keep beside their pictures, of 460
        pixels a side, where there are any. [Inferred: order details name such of 80 pixels.]
        """
        get = self._get_small if small else self.get
        return list(await asyncio.gather(*(get(url) for url in urls)))

    async def _get_small(self, url: str) -> bytes | None:
        host = self._host_of(url)
        copy = small_copy(url)
        if copy is None or self._seconds() < self._has_no_small.get(host, 0.0):
            return await self.get(url)
        began = self._seconds()
        data = await self.get(copy)
        if data is not None or self._seconds() - began >= self._timeout:
            return data  # a host that hangs is not waited for twice
        data = await self.get(url)
        if data is not None:  # it is the copy that is not there, and not the host
            self._has_no_small[host] = self._seconds() + _ASKED_AGAIN
        return data

    @staticmethod
    def _host_of(url: str) -> str:
        return url.strip().partition("//")[2].partition("/")[0].lower()

    async def aclose(self) -> None:
        """Stop running downloads and close connections."""
        running = list(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await self._transport.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    def _address(self, url: str) -> httpx.URL | None:
        """The address to ask, or None if it is malformed or not allowed."""
        text = url.strip()
        try:
            address = read_address(f"https:{text}" if text.startswith("//") else text)
        except BadAddress:
            return None
        if address.userinfo:
            return None
        address = address.copy_with(fragment=None)
        host = address.host.lower()
        exact = host if address.port is None else f"{host}:{address.port}"
        if exact in self._allowed:
            return address
        if address.port is None and any(
            pattern.startswith("*.") and host.endswith(pattern[1:]) for pattern in self._allowed
        ):
            return address.copy_with(scheme="https")
        return None

    async def _download(self, address: httpx.URL) -> bytes | None:
        key = str(address)
        try:
            async with self._slots, asyncio.timeout(self._timeout):
                data = await self._follow(address)
        except TimeoutError:
            reason = "took too long"
        except (httpx.HTTPError, httpx.StreamError, BadAddress) as err:
            reason = type(err).__name__
        except _Refused as err:
            reason = str(err)
        else:
            self._remember(key, data)
            return data
        _LOG.warning("picture_failed", host=address.host, path=address.path, reason=reason)
        return None

    async def _follow(self, address: httpx.URL) -> bytes:
        for _ in range(_REDIRECTS + 1):
            request = httpx.Request("GET", address, headers=_HEADERS)
            async with aclosing(await self._transport.handle_async_request(request)) as response:
                if not response.has_redirect_location:
                    return await self._read(response)
                target = self._address(str(read_address(response.headers["location"], address)))
            if target is None:
                raise _Refused("redirected to an address not allowed")
            address = target
        raise _Refused("redirected too often")

    async def _read(self, response: httpx.Response) -> bytes:
        if response.status_code != httpx.codes.OK:
            raise _Refused(f"status {response.status_code}")
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind and not kind.startswith("image/") and kind != "application/octet-stream":
            raise _Refused(f"content type {kind}")
        if response.headers.get("content-encoding", "identity") != "identity":
            raise _Refused("compressed though asked not to be")
        declared = response.headers.get("content-length", "")
        if declared.isdigit() and int(declared) > self._max_bytes:
            raise _Refused("declares too many bytes")
        data = bytearray()
        async for chunk in response.aiter_bytes():
            data += chunk
            if len(data) > self._max_bytes:
                raise _Refused("sends too many bytes")
        return bytes(data)

    def _remember(self, key: str, data: bytes) -> None:
        self._cache[key] = data
        self._cache_free -= len(data)
        while self._cache_free < 0:
            _, dropped = self._cache.popitem(last=False)
            self._cache_free += len(dropped)
