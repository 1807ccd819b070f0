"""The seller's desk talks with the marketplace through the page's own address.

The marketplace's steering routes listen elsewhere and know nothing of browsers; the page may only
speak with where it came from. `/sandbox/…` answers this machine alone, here as there.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

import aiohttp
from aiohttp import web

PREFIX: Final = "/sandbox/marketplace/"
_STEERING: Final = "sandbox/"
_TIMEOUT: Final = aiohttp.ClientTimeout(total=60)
_METHODS: Final = ("GET", "POST", "PATCH", "DELETE")
_PASSED_ON: Final = ("Content-Type", "Cache-Control")


class _Passage:
    """Passes calls on to one marketplace and its answers back."""

    def __init__(self, address: str) -> None:
        self._address = address.rstrip("/")
        self._session: aiohttp.ClientSession | None = None

    def to(self, folder: str) -> Callable[[web.Request], Awaitable[web.Response]]:
        """The handler for what lies under a folder of the marketplace."""

        async def handle(request: web.Request) -> web.Response:
            url = f"{self._address}/{folder}{request.match_info['path']}"
            if self._session is None:
                self._session = aiohttp.ClientSession(timeout=_TIMEOUT)
            try:
                async with self._session.request(
                    request.method, url, params=request.query, data=await request.read() or None
                ) as answer:
                    headers = {
                        name: answer.headers[name] for name in _PASSED_ON if name in answer.headers
                    }
                    return web.Response(
                        status=answer.status, body=await answer.read(), headers=headers
                    )
            except (aiohttp.ClientError, TimeoutError) as error:
                return web.json_response({"error": type(error).__name__}, status=502)

        return handle

    async def close_in_the_end(self, _app: web.Application) -> AsyncIterator[None]:
        """Close the connections together with the page's application."""
        yield
        if self._session is not None:
            await self._session.close()


def add_market(app: web.Application, address: str) -> None:
    """Let the desk steer the marketplace at `address`; without it the page has no desk."""
    passage = _Passage(address)
    app.router.add_get(PREFIX + "img/{path}", passage.to("img/"))
    for method in _METHODS:
        app.router.add_route(method, PREFIX + "{path:.+}", passage.to(_STEERING))
    app.cleanup_ctx.append(passage.close_in_the_end)
