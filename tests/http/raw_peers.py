"""Peers on loopback that speak bytes, and end when and how a test wants."""

import asyncio
import socket
import ssl
import struct
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from bot.http.connections import Connections
from bot.http.errors import HttpError
from bot.http.messages import Answer, Patience, Request, Upload


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
async def peer(
    talk: Talk, *, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
) -> AsyncIterator[Peer]:
    """A peer that runs `talk` for each connection and closes it afterwards."""
    made = Peer()

    async def each(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        made.made += 1
        try:
            await talk(Line(made, reader, writer))
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the other side ended first, as some tests intend
        finally:
            writer.close()

    server = await asyncio.start_server(each, host, 0, ssl=tls)
    shown = f"[{host}]" if ":" in host else host
    made.url = f"http{'s' * (tls is not None)}://{shown}:{server.sockets[0].getsockname()[1]}"
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


def certificate(folder: Path, *names: str) -> Path:
    """Write a certificate for names, its own authority, and its key into one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "loopback")])
    hosts = [
        x509.IPAddress(ip_address(name)) if name[0].isdigit() else x509.DNSName(name)
        for name in names
    ]
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(hosts), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / f"{names[0]}.pem"
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


def serving_tls(path: Path) -> ssl.SSLContext:
    """The context of a peer with that certificate."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(path)
    return context


SOME = Patience(pool=5, connect=5, write=5, read=5)


def said(*lines: str, status: str = "200 OK", body: bytes = b"") -> bytes:
    """An answer of these header lines, with a body."""
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode() + body


OK = said("Content-Length: 2", body=b"{}")
CLOSING = said("Connection: close", "Content-Length: 2", body=b"{}")
SECRET = "SIGNATURE"


async def ask(
    held: Peer | str,
    method: str = "GET",
    body: bytes | Upload | None = None,
    patience: Patience = SOME,
    at_most: int = 1_000_000,
) -> Answer | HttpError:
    """One request's answer, or its error, which names neither address nor what the peer said."""
    connections = Connections(5)
    url = held if isinstance(held, str) else held.url
    try:
        request = Request(method, f"{url}/path?sign={SECRET}", {}, body)
        return await connections.send(request, patience, at_most=at_most)
    except HttpError as error:
        shown = "".join(traceback.format_exception(error))
        assert SECRET not in shown
        assert "foreign" not in shown
        return error
    finally:
        await connections.aclose()
