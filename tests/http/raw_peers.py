"""Peers on loopback that speak bytes, and end when and how a test wants."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class Peer:
    """What a peer heard: heads of requests, bodies, and how many connections there were."""

    url: str = ""
    heads: list[bytes] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    made: int = 0


@dataclass
class Line:
    """One connection as the peer holds it."""

    peer: Peer
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def heard(self) -> bytes:
        """Read one request with its body (by its length); return its head."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        self.peer.heads.append(head)
        length = int(fields(head).get("content-length", "0"))
        self.peer.bodies.append(await self.reader.readexactly(length))
        return head

    async def say(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    def reset(self) -> None:
        """End it with a reset, once what was said has arrived."""
        held: socket.socket = self.writer.get_extra_info("socket")
        held.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Talk = Callable[[Line], Awaitable[None]]


@asynccontextmanager
async def peer(talk: Talk, *, host: str = "127.0.0.1") -> AsyncIterator[Peer]:
    """A peer that runs `talk` for each connection and closes it afterwards."""
    made = Peer()

    async def each(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        made.made += 1
        try:
            await talk(Line(made, reader, writer))
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the other side ended first, as some tests intend
        finally:
            writer.close()

    server = await asyncio.start_server(each, host, 0)
    shown = f"[{host}]" if ":" in host else host
    made.url = f"http://{shown}:{server.sockets[0].getsockname()[1]}"
    try:
        yield made
    finally:
        server.close()


def saying(*answers: bytes) -> Talk:
    """One answer for each request on a connection, then its end."""

    async def talk(line: Line) -> None:
        for answer in answers:
            await line.heard()
            await line.say(answer)

    return talk


def repeating(answer: bytes) -> Talk:
    """The same answer for every request."""

    async def talk(line: Line) -> None:
        while await line.heard():
            await line.say(answer)

    return talk


def fields(head: bytes) -> dict[str, str]:
    """The header fields of a head, names in lower case."""
    pairs = (each.decode("latin-1").split(": ", 1) for each in head.strip().split(b"\r\n")[1:])
    return {name.lower(): value for name, value in pairs}
