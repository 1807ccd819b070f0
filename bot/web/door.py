"""Who may stand at the bot's HTTP server, and for how long without a word.

aiohttp waits for a first request for ever. A thousand connections that say nothing would take
every descriptor that the process has, and with them its way to Telegram and the marketplace.
"""

import asyncio
import resource
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

import structlog

if TYPE_CHECKING:  # loaded with the server
    from aiohttp import web
    from aiohttp.typedefs import Handler

FIRST_WORD_WITHIN = 10.0
"""Seconds until a connection's first request has to be read to the end of its headers."""

IDLE_AT_MOST = 75.0
"""Seconds between two requests of a connection; a proxy in front keeps its own open for less."""

MOST_CONNECTIONS = 512
_RESERVED = 512  # descriptors: connections out, the database, pictures, logs
_WANTED = 8192
_log = structlog.get_logger(__name__)


def most_connections(limit: int | None = None) -> int:
    """Return how many connections may stand open, so that the reserve stays free.

    `limit` are the descriptors that the process may have; the system's, unless given.
    """
    if limit is None:
        limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if limit == resource.RLIM_INFINITY:
        return MOST_CONNECTIONS
    return max(16, min(MOST_CONNECTIONS, max(limit - _RESERVED, limit // 4)))


def raise_descriptor_limit() -> None:
    """Have as many descriptors as the system lets the process have, within reason."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _WANTED if hard == resource.RLIM_INFINITY else min(hard, _WANTED)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


class Door:
    """Makes the protocols of a server's connections. `server` makes those that speak HTTP.

    Where there is no room, the connection that has been silent for the longest goes; where all of
    them speak, the new one.
    """

    def __init__(
        self,
        server: Callable[[], asyncio.Protocol],
        *,
        most: int | None = None,
        first_word_within: float = FIRST_WORD_WITHIN,
    ) -> None:
        self._server = server
        self._most = most_connections() if most is None else most
        self._within = first_word_within
        self._silent: dict[asyncio.BaseTransport, asyncio.TimerHandle] = {}
        self._open: set[asyncio.BaseTransport] = set()
        self._turned_away = 0

    def __call__(self) -> asyncio.Protocol:
        """Return the protocol of a new connection."""
        return _Guest(self, self._server())

    @property
    def connections(self) -> int:
        """How many stand open."""
        return len(self._open)

    async def hear(self, request: "web.Request", handler: "Handler") -> "web.StreamResponse":
        """Note that a connection has sent a request, and have it handled."""
        transport = request.transport
        waiting = None if transport is None else self._silent.pop(transport, None)
        if waiting is not None:
            waiting.cancel()
        return await handler(request)

    def enter(self, transport: asyncio.Transport) -> bool:
        """Take a connection in; return whether there was room."""
        if len(self._open) >= self._most:
            self._turned_away += 1
            # The 1st, 2nd, 4th, 8th and so on: no flood of lines.
            if self._turned_away & (self._turned_away - 1) == 0:
                _log.warning("connections_turned_away", so_far=self._turned_away)
            longest = next(iter(self._silent), None)
            if longest is None:
                return False
            self._end(cast("asyncio.Transport", longest))
        loop = asyncio.get_running_loop()
        self._open.add(transport)
        self._silent[transport] = loop.call_later(self._within, self._end, transport)
        return True

    def leave(self, transport: asyncio.BaseTransport) -> None:
        """Forget a connection that ended."""
        self._open.discard(transport)
        waiting = self._silent.pop(transport, None)
        if waiting is not None:
            waiting.cancel()

    def _end(self, transport: asyncio.Transport) -> None:
        self.leave(transport)
        transport.abort()


class _Guest(asyncio.Protocol):
    """One connection: counted here, spoken with by the server's own protocol."""

    def __init__(self, door: Door, inner: asyncio.Protocol) -> None:
        self._door = door
        self._inner = inner
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let it in, or end it at once."""
        there = cast("asyncio.Transport", transport)
        if not self._door.enter(there):
            there.abort()
            return
        self._transport = there
        self._inner.connection_made(there)

    def connection_lost(self, exc: Exception | None) -> None:
        """Make room."""
        if self._transport is not None:
            self._door.leave(self._transport)
            self._inner.connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Hand on what came."""
        if self._transport is not None:
            self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        """Hand on that no more will come."""
        return self._inner.eof_received() if self._transport is not None else None

    def pause_writing(self) -> None:
        """Hand on that the other end is slow."""
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        """Hand on that it goes on."""
        self._inner.resume_writing()
