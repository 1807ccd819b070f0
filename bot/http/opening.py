"""How a connection comes about: names, sockets, TLS, and the way through a proxy."""

import asyncio
import contextlib
import socket
import ssl
from functools import lru_cache
from typing import Final, TypeAlias

import aiohappyeyeballs
import httpx

from bot.http.connection import Connection
from bot.http.errors import BadAnswer, ConnectTimedOut, HttpError, NotConnected, words_for
from bot.http.origins import Origin

_KNOWN_FOR: Final = 10.0  # seconds
_NEXT_ADDRESS_AFTER: Final = 0.25  # seconds; RFC 8305, section 5
_Found: TypeAlias = list[tuple[int, int, int, str, tuple[str, int] | tuple[str, int, int, int]]]


@lru_cache(maxsize=1)
def tls_context() -> ssl.SSLContext:
    """The trust roots: certifi's, or those of SSL_CERT_FILE and SSL_CERT_DIR."""
    return httpx.create_ssl_context()


class Names:
    """Addresses of hosts, remembered for a moment; many who ask at once ask together."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, int], tuple[float, asyncio.Task[_Found]]] = {}

    async def addresses(self, host: str, port: int) -> _Found:
        """Return what the system knows. Raises `OSError`."""
        loop = asyncio.get_running_loop()
        known = self._known.get((host, port))
        if known is None or known[0] < loop.time():
            self._forget(loop.time())
            asked = loop.create_task(_looked_up(loop, host, port))
            known = self._known[host, port] = (loop.time() + _KNOWN_FOR, asked)
        # Shielded: one who gives up takes it from nobody else.
        try:
            return await asyncio.shield(known[1])
        except OSError:
            self._known.pop((host, port), None)
            raise

    def _forget(self, now: float) -> None:
        self._known = {key: each for key, each in self._known.items() if each[0] >= now}


async def _looked_up(loop: asyncio.AbstractEventLoop, host: str, port: int) -> _Found:
    try:
        found = await loop.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG
        )
    except UnicodeError:  # a label of the name is empty or too long
        raise socket.gaierror(socket.EAI_NONAME, "no such name") from None
    return [(int(each[0]), int(each[1]), *each[2:]) for each in found]


async def opened(
    origin: Origin, names: Names, patience: float | None, room: memoryview
) -> Connection:
    """Return a connection to an origin, within `patience` seconds in all; it reads into `room`.

    Raises `NotConnected` and `ConnectTimedOut`: nothing of a request was sent.
    """
    problem: HttpError
    made: list[Connection] = []
    try:
        async with asyncio.timeout(patience):
            return await _opened(origin, names, made, room)
    except TimeoutError:
        problem = ConnectTimedOut("no connection in time")
    except OSError as error:
        problem = NotConnected(words_for(error))
    except (HttpError, asyncio.CancelledError) as error:
        _end(made)
        if isinstance(error, NotConnected | asyncio.CancelledError):
            raise
        # Something of the talk with the proxy was sent, but nothing of the request.
        problem = NotConnected(f"the proxy: {error}")
    _end(made)
    raise problem


def _end(made: list[Connection]) -> None:
    for each in made:
        each.close()


async def _opened(
    origin: Origin, names: Names, made: list[Connection], room: memoryview
) -> Connection:
    loop = asyncio.get_running_loop()
    first = origin.proxy or origin
    secure = origin.secure if origin.proxy is None else origin.proxy.secure
    held = await _socket(first.host, first.port, names)
    try:
        transport, connection = await loop.create_connection(
            lambda: Connection(loop, room),
            sock=held,
            ssl=tls_context() if secure else None,
            server_hostname=first.host if secure else None,
        )
    except BaseException:
        held.close()
        raise
    made.append(connection)
    if origin.proxy is not None and origin.secure:
        status = await connection.tunnel(_asking_for_a_tunnel(origin))
        if status not in range(200, 300):
            raise NotConnected(f"the proxy answered {status}")
        if not connection.is_clean_tunnel():
            raise BadAnswer("more than its answer")
        inside = await loop.start_tls(
            transport, connection, tls_context(), server_hostname=origin.host
        )
        if inside is None:
            raise NotConnected("closed while TLS was begun")
        connection.over(inside)
    return connection


async def _socket(host: str, port: int, names: Names) -> socket.socket:
    """Return a connected socket: of several addresses the first that answers."""
    made = await aiohappyeyeballs.start_connection(
        await names.addresses(host, port), happy_eyeballs_delay=_NEXT_ADDRESS_AFTER, interleave=1
    )
    with contextlib.suppress(OSError):  # no TCP, in some tests
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


def _asking_for_a_tunnel(origin: Origin) -> bytes:
    lines = [f"CONNECT {origin.authority} HTTP/1.1", f"Host: {origin.authority}"]
    if origin.proxy is not None and origin.proxy.authorization:
        lines.append(f"Proxy-Authorization: {origin.proxy.authorization}")
    return "\r\n".join([*lines, "", ""]).encode()
