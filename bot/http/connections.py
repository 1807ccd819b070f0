"""Connections that are kept and shared."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from functools import lru_cache, partial
from typing import Final

from bot.http.connection import Connection, room_to_read_into
from bot.http.errors import BadAddress, HeldBack, PoolTimedOut
from bot.http.messages import MOST_BYTES, Answer, Headers, Patience, Request
from bot.http.opening import Names, opened
from bot.http.origins import Origin, Origins
from bot.http.proxies import Proxies
from bot.http.unpacking import ASKED_FOR, unpacked

_PLAIN: Final = "identity"
_BODILESS: Final = frozenset({"GET", "DELETE", "OPTIONS"})


class Connections:
    """At most `most` connections, each kept for `keepalive` seconds after its last answer.

    Nothing is ever asked twice, and no redirect is followed: that is the caller's to decide.
    Proxies are those of the environment unless given. `on_date` hears the `Date` of every answer.
    `may_send` is asked last of all before a request leaves.
    """

    def __init__(
        self,
        most: int,
        *,
        keepalive: float = 60.0,
        proxies: Proxies | None = None,
        on_date: Callable[[str], None] | None = None,
        may_send: Callable[[], bool] | None = None,
    ) -> None:
        self._most = most
        self._on_date = on_date
        self._may_send = may_send
        self._keepalive = keepalive
        self._origins = Origins(Proxies.from_environment() if proxies is None else proxies)
        self._names = Names()
        self._room = room_to_read_into()
        self._slots = _Slots(most)
        self._kept: dict[Origin, list[Connection]] = {}
        self._busy: set[Connection] = set()
        self._sweep: asyncio.TimerHandle | None = None

    async def send(
        self, request: Request, patience: Patience, *, at_most: int = MOST_BYTES
    ) -> Answer:
        """Send it and return the whole answer, unpacked. Raises `HttpError`."""
        origin, head = self._prepared(request, ASKED_FOR)
        connection = self._at_hand(origin) or await self._taken(origin, patience)
        try:
            self._look_whether_it_may_leave()
            content = await connection.exchange(head, request.body, patience, at_most)
        finally:
            self._given_back(origin, connection)
        headers = self._heard(connection)
        encoding = connection.encoding
        if encoding is not None:
            content = unpacked(content, encoding.decode("latin-1"), at_most)
        return Answer(connection.status, headers, content)

    async def open(self, request: Request, patience: Patience) -> "Arriving":
        """Send it and return the answer, its body still to come. Raises `HttpError`."""
        origin, head = self._prepared(request, _PLAIN)
        connection = self._at_hand(origin) or await self._taken(origin, patience)
        try:
            self._look_whether_it_may_leave()
            await connection.start(head, request.body, patience)
        except BaseException:
            self._given_back(origin, connection)
            raise
        headers, give_back = self._heard(connection), partial(self._given_back, origin, connection)
        return Arriving(connection, headers, patience, give_back)

    async def aclose(self) -> None:
        """Close every connection; requests that run end with `Disconnected`."""
        if self._sweep is not None:
            self._sweep.cancel()
            self._sweep = None
        kept, self._kept = self._kept, {}
        for each in (*self._busy, *(each for those in kept.values() for each in those)):
            each.close()
        await asyncio.sleep(0)  # sockets are closed by the loop

    def _look_whether_it_may_leave(self) -> None:
        if self._may_send is not None and not self._may_send():
            raise HeldBack("not sure that this is still this process's work")

    def _heard(self, connection: Connection) -> Headers:
        headers = Headers(connection.headers)
        if self._on_date is not None:
            self._on_date((headers.first(b"date") or b"").decode("latin-1"))
        return headers

    def _prepared(self, request: Request, encoding: str) -> tuple[Origin, bytes]:
        """Return where to and the head that goes out. Raises `HttpError`."""
        origin, target = self._origins.of(request.url)
        lines = _written(tuple(request.headers.items()), encoding)
        first = f"{request.method} {origin.before_target}{target} HTTP/1.1\r\n"
        framing = _framing(request)
        return origin, f"{first}{origin.fields}{lines}{framing}\r\n".encode()

    def _at_hand(self, origin: Origin) -> Connection | None:
        """Return a kept connection to use and then to give back, where nothing is to wait for."""
        if not self._kept.get(origin) or not self._slots.take_free():
            return None
        connection = self._kept_one(origin)
        if connection is None:
            self._slots.give_back()
        else:
            self._busy.add(connection)
        return connection

    async def _taken(self, origin: Origin, patience: Patience) -> Connection:
        """Return a connection to use and then to give back. Raises `HttpError`."""
        await self._slots.take(patience.pool)
        try:
            connection = self._kept_one(origin)
            if connection is None:
                self._make_room()
                connection = await opened(origin, self._names, patience.connect, self._room)
        except BaseException:
            self._slots.give_back()
            raise
        self._busy.add(connection)
        return connection

    def _given_back(self, origin: Origin, connection: Connection) -> None:
        self._busy.discard(connection)
        self._slots.give_back()
        if not connection.can_be_kept:
            connection.close()
            return
        connection.kept_since = connection.now()
        kept = self._kept.get(origin)
        if kept is None:
            kept = self._kept[origin] = []
        kept.append(connection)
        if self._sweep is None:
            self._sweep = asyncio.get_running_loop().call_later(self._keepalive, self._swept)

    def _kept_one(self, origin: Origin) -> Connection | None:
        kept = self._kept.get(origin)
        while kept:
            connection = kept.pop()
            oldest = connection.now() - self._keepalive
            if connection.kept_since > oldest and connection.is_quiet():
                return connection
            connection.close()
        return None

    def _make_room(self) -> None:
        """End the connection that was unused for longest, when another would be too many."""
        idle = [(each.kept_since, those, each) for those in self._kept.values() for each in those]
        if idle and len(idle) + len(self._busy) >= self._most:
            _, those, each = min(idle, key=lambda it: it[0])
            those.remove(each)
            each.close()

    def _swept(self) -> None:
        loop = asyncio.get_running_loop()
        oldest = loop.time() - self._keepalive
        kept, self._kept = self._kept, {}
        for origin, those in kept.items():
            for each in those:
                if each.kept_since > oldest and not each.is_over:
                    self._kept.setdefault(origin, []).append(each)
                else:
                    each.close()
        first = min(
            (each.kept_since for those in self._kept.values() for each in those), default=None
        )
        self._sweep = None
        if first is not None:
            self._sweep = loop.call_at(first + self._keepalive, self._swept)


@lru_cache(maxsize=64)
def _written(headers: tuple[tuple[str, str], ...], encoding: str) -> str:
    """Return header fields as they go out. Raises `BadAddress`."""
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    if lines.count("\r") != len(headers) or lines.count("\n") != len(headers):
        raise BadAddress("a header that can't be sent")
    if any(name == "Accept-Encoding" for name, _ in headers):
        return lines
    return f"{lines}Accept-Encoding: {encoding}\r\n"


def _framing(request: Request) -> str:
    body = request.body
    if body is None:
        return "" if request.method in _BODILESS else "Content-Length: 0\r\n"
    size = len(body) if isinstance(body, bytes) else body.size
    return "Transfer-Encoding: chunked\r\n" if size is None else f"Content-Length: {size}\r\n"


class _Slots:
    """How many connections may be in use at once; who waits is served in the order of asking.

    A semaphore that is taken without a coroutine where nothing is to wait for.
    """

    def __init__(self, most: int) -> None:
        self._free = most
        self._waiting: deque[asyncio.Future[None]] = deque()

    def take_free(self) -> bool:
        """Take one, unless all are taken; then others may wait already."""
        if not self._free:
            return False
        self._free -= 1
        return True

    async def take(self, patience: float | None) -> None:
        """Take one within so many seconds. Raises `PoolTimedOut`."""
        if self.take_free():
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            async with asyncio.timeout(patience):
                await turn
        except BaseException as error:
            if turn.done() and not turn.cancelled():
                self.give_back()  # served in the very moment in which it gave up
            elif turn in self._waiting:
                self._waiting.remove(turn)
            if isinstance(error, TimeoutError):
                raise PoolTimedOut("all connections are occupied") from None
            raise

    def give_back(self) -> None:
        """Give one back, which is the first one's that waits for it."""
        self._free += 1
        while self._waiting and self._free:
            turn = self._waiting.popleft()
            if not turn.done():
                self._free -= 1
                turn.set_result(None)


class Arriving:
    """An answer whose body is still to be read, then `close`d in any case."""

    def __init__(
        self,
        connection: Connection,
        headers: Headers,
        patience: Patience,
        give_back: Callable[[], None],
    ) -> None:
        self.status = connection.status
        self.headers = headers
        self._connection = connection
        self._patience = patience
        self._give_back: Callable[[], None] | None = give_back

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield the body as it comes, packed as it is. Raises `HttpError`."""
        while self._give_back is not None and (
            piece := await self._connection.piece(self._patience)
        ):
            yield piece

    def close(self) -> None:
        """Give the connection back, or end it when the body was left before its end."""
        give_back, self._give_back = self._give_back, None
        if give_back is not None:
            self._connection.leave()
            give_back()
