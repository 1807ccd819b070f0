"""The bot's address is taken at the start; what answers there is loaded beside the first updates.

aiohttp takes a sixth of the time until the first poll, and while polling nobody asks the bot's own
server anything that could not wait for a moment. Whoever comes before waits in the system's queue:
a push that is refused might never be sent again.
"""

import asyncio
import os
import socket
from collections.abc import Callable
from typing import Protocol

from bot.process.pausing import happens

WEBHOOK_PATH = "/telegram/webhook"
_AT_LATEST = 1.0  # seconds; a start may wait for Telegram, and health is asked meanwhile
_AFTER_THE_POLL = 0.05  # seconds
_BACKLOG = 128


class Answering(Protocol):
    """The server, once it is loaded."""

    async def open(self, bound: asyncio.Server) -> None:
        """Answer whoever comes there."""

    def begin(self) -> None:
        """Take updates from now on."""

    def guest(self) -> asyncio.Protocol:
        """Return the protocol of a new connection."""

    async def close(self) -> None:
        """Stop listening after the requests under way."""


class Listening:
    """Serves from soon after `open` until `close`.

    `load` imports what `make` needs, in a thread of its own; `failed` hears why the server could
    not begin to answer.
    """

    def __init__(
        self,
        host: str,
        port: int,
        load: Callable[[], None],
        make: Callable[[], Answering],
        failed: Callable[[Exception], None],
    ) -> None:
        self._host, self._port = host, port
        self._load, self._make, self._failed = load, make, failed
        self._bound: asyncio.Server | None = None
        self._server: Answering | None = None
        self._wanted = asyncio.Event()
        self._opening: asyncio.Task[None] | None = None
        self._begun = False

    async def open(self) -> None:
        """Take the address. Raises `OSError` when somebody else has it."""
        loop = asyncio.get_running_loop()
        self._bound = await loop.create_server(
            self._guest, self._host, self._port, backlog=_BACKLOG, start_serving=False
        )
        for each in self._bound.sockets:
            with socket.socket(fileno=os.dup(each.fileno())) as same:
                same.listen(_BACKLOG)
        self._opening = loop.create_task(self._answer(self._bound), name="web server")

    async def answering(self) -> None:
        """Answer from now on, whatever it takes: Telegram is about to call."""
        self._wanted.set()
        if self._opening is not None:
            await asyncio.wait({self._opening})

    def begin(self) -> None:
        """Take updates from now on."""
        self._begun = True
        if self._server is not None:
            self._server.begin()
        asyncio.get_running_loop().call_later(_AFTER_THE_POLL, self._wanted.set)

    async def close(self) -> None:
        """Stop listening after the requests under way."""
        if self._opening is not None:
            self._opening.cancel()
            await asyncio.wait({self._opening})
        if self._server is not None:
            await self._server.close()
        if self._bound is not None:
            self._bound.close()

    def _guest(self) -> asyncio.Protocol:
        if self._server is None:
            raise RuntimeError("somebody came before there was a server")
        return self._server.guest()

    async def _answer(self, bound: asyncio.Server) -> None:
        await happens(self._wanted, _AT_LATEST)
        try:
            await asyncio.to_thread(self._load)
            server = self._server = self._make()
            if self._begun:
                server.begin()
            await server.open(bound)
        except Exception as error:  # noqa: BLE001 - whoever runs the bot ends it
            self._failed(error)
