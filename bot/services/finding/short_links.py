"""Short links of the 1688 app, such as `https://qr.1688.com/s/XXXXXXXX`, to the offer they mean.

Where they lead is not documented; seen in the wild are redirects to an offer's page, to a
sign-in page that names the offer's page, and a small page that goes on by script.
"""

import asyncio
from contextlib import aclosing
from typing import Final

import httpx
import structlog

from bot.domain.identifiers import OfferId
from bot.domain.links import offer_in_link
from bot.http.connections import Connections
from bot.http.errors import BadAddress
from bot.http.over_httpx import OverConnections
from bot.http.reading import read_address

MOST_HOPS: Final = 5
_MOST_BODY: Final = 64 * 1024
_ALL_IN: Final = 6.0  # seconds, all hops together
_EACH: Final = 4.0  # seconds
_MOST_AT_ONCE: Final = 20
_HOST: Final = "1688.com"
_OK: Final = 200
_TIMEOUTS: Final = {"timeout": httpx.Timeout(_EACH).as_dict()}
_HEADERS: Final = {
    "Accept": "text/html",
    # A compressed answer could expand beyond the bound between two checks.
    "Accept-Encoding": "identity",
    "User-Agent": "Mozilla/5.0 (compatible; Snaporder)",
}
_log = structlog.get_logger(__name__)


class ShortLinks:
    """Follows redirects within 1688.com, over https alone; nothing else is ever asked."""

    def __init__(
        self, transport: httpx.AsyncBaseTransport | None = None, *, patience: float = _ALL_IN
    ) -> None:
        self._patience = patience
        # Not httpx's client: it reads where a redirect leads before it can be judged.
        self._transport = transport or OverConnections(Connections(_MOST_AT_ONCE))

    async def offer(self, address: str) -> OfferId | None:
        """Return the offer that an address leads to, None (logged) when that can't be told."""
        try:
            async with asyncio.timeout(self._patience):
                return await self._follow(read_address(address))
        except (httpx.HTTPError, BadAddress, TimeoutError) as error:
            _log.info("short_link_unresolved", reason=type(error).__name__)
            return None

    async def aclose(self) -> None:
        """Close the connections."""
        await self._transport.aclose()

    async def _follow(self, url: httpx.URL) -> OfferId | None:
        for _ in range(MOST_HOPS + 1):
            # The number is read before the host is judged: reading asks nobody.
            offer_id = offer_in_link(str(url))
            if offer_id is not None:
                return offer_id
            if url.scheme == "http" and url.port is None:
                url = url.copy_with(scheme="https")
            if not is_allowed(url):
                _log.info("short_link_unresolved", reason="leads elsewhere")
                return None
            request = httpx.Request("GET", url, headers=_HEADERS, extensions=_TIMEOUTS)
            async with aclosing(await self._transport.handle_async_request(request)) as answer:
                if not answer.has_redirect_location:
                    return await _named_in(answer)
                url = read_address(answer.headers["Location"], url)
        _log.info("short_link_unresolved", reason="too many redirects")
        return None


def is_allowed(url: httpx.URL) -> bool:
    """Tell whether an address is 1688's own: https, the usual port, no user name."""
    host = url.host.lower()
    ours = host == _HOST or host.endswith("." + _HOST)
    return ours and url.scheme == "https" and url.port is None and not url.userinfo


async def _named_in(answer: httpx.Response) -> OfferId | None:
    """Return the offer that a page goes on to, looking at its beginning only."""
    if answer.status_code != _OK:
        return None
    start = bytearray()
    async for chunk in answer.aiter_raw():
        start += chunk
        if len(start) >= _MOST_BODY:
            break
    return offer_in_link(bytes(start[:_MOST_BODY]).decode(errors="replace").replace("\\/", "/"))
