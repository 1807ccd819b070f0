"""One HTTP/1.1 connection: what goes out over it, what comes in, and how either ends.

`httptools` reads the answers (Node's llhttp). Its callbacks only collect: an error raised in one
would come out as another, and again at every later byte.
"""

import asyncio
import select
import socket
from collections.abc import Iterable
from typing import Final, cast

import httptools

from bot.http.errors import (
    BadAnswer,
    Disconnected,
    HttpError,
    ReadTimedOut,
    TooLarge,
    WriteTimedOut,
    words_for,
)
from bot.http.messages import Patience, Upload

_SMALL: Final = 16 * 1024
"""A body of so many bytes is handed to the system without waiting for the connection to take it."""
_PIECE: Final = 64 * 1024
_ROOM: Final = 64 * 1024
_MOST_AHEAD: Final = 256 * 1024
"""So many bytes of a body wait for whoever reads it piece by piece; then the peer has to wait."""
_MOST_AROUND: Final = 64 * 1024
"""So many bytes an answer may have beside its body: head, trailers, chunk sizes."""
_MOST_PER_BYTE: Final = 8
"""And so many more for each byte of its body, for who sends it in tiny chunks."""
_CLOSED: Final = "closed before the answer was whole"
_INTERIM: Final = range(100, 200)
_WITHOUT_BODY: Final = (204, 304)
_LOOKED_AT: Final = frozenset(map(len, ("content-length", "transfer-encoding", "content-encoding")))


def room_to_read_into() -> memoryview:
    """Return what all connections of one loop read into, one after the other.

    Otherwise 256 kB are taken from the system and given back for each piece that comes through TLS.
    """
    return memoryview(bytearray(_ROOM))


class Connection(asyncio.BufferedProtocol):
    """One connection, for one exchange at a time. Whoever holds it ends with `close` or keeps it.

    Nothing is sent twice. After an error, or an answer that leaves doubt where the next would
    begin, `can_be_kept` is false.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, room: memoryview) -> None:
        """`room` is read into and read from at once, so that others of the loop may have it too."""
        self._loop = loop
        self._room = room
        self._transport: asyncio.Transport | None = None
        self._poll: select.poll | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._patience: float | None = None
        # One for many exchanges: setting a timer for each costs more than looking at one that
        # rings while nothing is waited for.
        self._timer: asyncio.TimerHandle | None = None
        self._rings_at = 0.0
        self._writable: asyncio.Future[None] | None = None
        self._write_paused = self._read_paused = False
        self._spoiled = False
        self._running = False
        self.kept_since = 0.0
        self._reset(0, whole=True, tunnel=False)

    def _reset(self, most: float, *, whole: bool, tunnel: bool) -> None:
        self._wakes_for_all = whole
        self._tunnel = tunnel
        self._most = most
        self._heard = 0.0
        self._fed = self._size = self._ahead = 0
        self._began = False
        self._error: HttpError | None = None
        self._until_close = False
        self._head_is_in = False
        self._keep = False
        self.is_whole = False
        self.status = 0
        self.encoding: bytes | None = None
        self.headers: list[tuple[bytes, bytes]] = []
        self._pieces: list[bytes] = []

    # What holders do.

    @property
    def can_be_kept(self) -> bool:
        """Tell whether another exchange may follow on it."""
        return self._keep and self.is_whole and not self._spoiled and not self.is_over

    @property
    def is_over(self) -> bool:
        """Tell whether it ended, as far as the event loop has noticed."""
        return self._transport is None or self._transport.is_closing()

    def now(self) -> float:
        """Return the time of its loop, which asking for the loop would make dearer to know."""
        return self._loop.time()

    def is_quiet(self) -> bool:
        """Tell whether nothing has come in since, the peer's end included, not even unread.

        The loop may have been busy since the peer closed; a request written now would leave it
        unclear whether it was read.
        """
        return not self._spoiled and not self.is_over and not (self._poll and self._poll.poll(0))

    async def exchange(
        self, head: bytes, body: bytes | Upload | None, patience: Patience, most: int
    ) -> bytes:
        """Send a request, wait for the whole answer, return its body as it came.

        Raises `HttpError`; the body may have at most `most` bytes.
        """
        self._begin(most, whole=True)
        try:
            if body is None or (isinstance(body, bytes) and len(body) <= _SMALL):
                self._hand_over(head + body if body else head)
            else:
                await self._write(head, body, patience.write)
            if not self.is_whole:
                await self._wait(patience.read)
        finally:
            self._running = False
        pieces, self._pieces = self._pieces, []
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    async def start(self, head: bytes, body: bytes | Upload | None, patience: Patience) -> None:
        """Send a request and wait for the head of its answer. Raises `HttpError`."""
        self._begin(float("inf"), whole=False)
        await self._write(head, body, patience.write)
        while not self._head_is_in:
            await self._wait(patience.read)

    async def piece(self, patience: Patience) -> bytes:
        """Return what has come of the body, b"" at its end. Raises `HttpError`."""
        while not self._pieces:
            if self.is_whole:
                self._running = False
                return b""
            await self._wait(patience.read)
        pieces, self._pieces, self._ahead = self._pieces, [], 0
        if self._read_paused and self._transport is not None:
            self._read_paused = False
            self._transport.resume_reading()
        return b"".join(pieces)

    async def tunnel(self, head: bytes) -> int:
        """Ask a proxy for a tunnel; return the status of its answer. Raises `HttpError`."""
        self._begin(_MOST_AROUND, whole=True, tunnel=True)
        try:
            await self._write(head, None, None)
            if not self.is_whole:
                await self._wait(None)
        finally:
            self._running = False
        return self.status

    def is_clean_tunnel(self) -> bool:
        """Tell whether the proxy has said nothing beyond its yes."""
        return self._size == 0 and not self._spoiled

    def over(self, transport: asyncio.Transport) -> None:
        """Go on over another transport: TLS inside of what was there."""
        self._take(transport)

    def leave(self) -> None:
        """Want no more of the body that `start` began to bring."""
        self._running = False
        if self._read_paused and not self.is_over and self._transport is not None:
            self._read_paused = False
            self._transport.resume_reading()

    def close(self) -> None:
        """End it; whoever waits for something on it gets `Disconnected`."""
        self._spoiled = True
        if self._transport is None:
            return
        if self._running:
            self._fail(Disconnected("closed here", nothing_sent=not self._began))
        if self.is_whole and not self._transport.get_write_buffer_size():
            self._transport.close()
        else:
            # Closing would go on sending what is left of a request that was given up.
            self._transport.abort()

    # What the event loop says.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the transport."""
        self._take(cast("asyncio.Transport", transport))

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - asyncio's
        """Return where the next bytes are to be put."""
        return self._room

    def buffer_updated(self, nbytes: int) -> None:
        """Read on; what nobody asked for ends the connection."""
        if not self._running:
            self.close()
            return
        self._heard = self._loop.time()
        self._fed += nbytes
        try:
            self._parser.feed_data(self._room[:nbytes])
        except httptools.HttpParserUpgrade:
            self._fail(BadAnswer("an upgrade that nobody asked for"))
        except httptools.HttpParserError:
            self._fail(BadAnswer("not HTTP"))
        else:
            if self._fed - _MOST_PER_BYTE * self._size > _MOST_AROUND + self._size:
                self._fail(BadAnswer("a head without end"))
        if self.is_whole or self._error is not None or not self._wakes_for_all:
            self._wake()

    def eof_received(self) -> None:
        """End a body that only this can end."""
        if self._running and self._until_close and self._error is None and not self.is_whole:
            self.is_whole = True
            self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever waits."""
        self._transport = self._poll = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._running and not self.is_whole:
            words = _CLOSED if exc is None else words_for(exc)
            self._fail(Disconnected(words, nothing_sent=not self._began))
        self._wake()

    def pause_writing(self) -> None:
        """Wait before the next piece."""
        self._write_paused = True

    def resume_writing(self) -> None:
        """Go on writing."""
        self._write_paused = False
        self._wake_writer()

    # What the parser says.

    def on_message_begin(self) -> None:
        """Another answer behind the one that was asked for belongs to nobody."""
        if self.is_whole:
            self._spoiled = True

    def on_header(self, name: bytes, value: bytes) -> None:
        """Collect the head's fields; trailers come here too and are left out."""
        if not self._head_is_in:
            self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """See what kind of body follows."""
        if self.is_whole:
            return
        status = self._parser.get_status_code()
        if status in _INTERIM:
            return
        self.status = status
        self._head_is_in = True
        if self._tunnel:
            self.is_whole = True
            return
        framed, codings = status in _WITHOUT_BODY, []
        for name, value in self.headers:
            if len(name) in _LOOKED_AT:
                known = name.lower()
                if known == b"content-length":
                    framed = True
                elif known == b"transfer-encoding":
                    codings.append(value.strip().lower())
                elif known == b"content-encoding" and self.encoding is None:
                    self.encoding = value
        if codings and codings != [b"chunked"]:
            self._fail(BadAnswer("framed in a way that was not asked for"))
        self._until_close = not framed and not codings

    def on_body(self, piece: bytes) -> None:
        """Collect the body, within bounds."""
        self._size += len(piece)
        if self.is_whole or self._error is not None:
            return
        self._pieces.append(piece)
        if self._size > self._most:
            self._fail(TooLarge(int(self._most)))
        elif not self._wakes_for_all:
            self._ahead += len(piece)
            if self._ahead > _MOST_AHEAD and not self._read_paused and self._transport:
                self._read_paused = True
                self._transport.pause_reading()

    def on_message_complete(self) -> None:
        """The answer is in, unless it was only an interim one."""
        if self.is_whole:
            return
        if not self._head_is_in:
            self.headers = []
            return
        self.is_whole = self._error is None
        self._keep = self._parser.should_keep_alive()

    # How it is done.

    def _take(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._parser = httptools.HttpResponseParser(self)
        held: socket.socket | None = transport.get_extra_info("socket")
        if held is not None and hasattr(select, "poll"):  # Windows has none
            self._poll = select.poll()
            self._poll.register(held.fileno(), select.POLLIN)

    def _begin(self, most: float, *, whole: bool, tunnel: bool = False) -> None:
        self._reset(most, whole=whole, tunnel=tunnel)
        if self.is_over:
            raise Disconnected(_CLOSED, nothing_sent=True)
        self._running = True

    def _hand_over(self, request: bytes) -> None:
        """Send a small request, for which the connection need not be waited for."""
        self._began = True
        cast("asyncio.Transport", self._transport).write(request)

    async def _write(
        self, head: bytes, body: bytes | Upload | None, patience: float | None
    ) -> None:
        """Send a request, unless the answer is in or the connection broke before its end."""
        if isinstance(body, bytes) and len(body) <= _SMALL:
            self._hand_over(head + body)
            return
        self._hand_over(head)
        transport = cast("asyncio.Transport", self._transport)
        for piece in _pieces_of(body):
            if self.is_whole or self._error is not None or transport.is_closing():
                break
            transport.write(piece)
            if self._write_paused:
                await self._taken(patience)
        else:
            return
        # What is left of the body was not wanted, and nothing else may follow it.
        self._spoiled = True

    async def _taken(self, patience: float | None) -> None:
        """Wait until the connection takes more, or the answer is in before that."""
        while self._write_paused and self._error is None and not self.is_whole:
            self._writable = self._loop.create_future()
            try:
                async with asyncio.timeout(patience):
                    await self._writable
            except TimeoutError:
                raise WriteTimedOut("the request was not taken in time") from None
            finally:
                self._writable = None

    async def _wait(self, patience: float | None) -> None:
        """Wait for what comes next, from byte to byte at most `patience` seconds."""
        if self._error is None:
            self._waiter = self._loop.create_future()
            self._patience = patience
            if patience is not None:
                # Silence counts from here at the earliest: before, nobody may have listened.
                self._heard = self._loop.time()
                self._ring(self._heard + patience)
            try:
                await self._waiter
            finally:
                self._waiter = None
        if self._error is not None:
            raise self._error

    def _ring(self, at: float) -> None:
        """Have it looked by then whether the peer is silent, if not sooner."""
        if self._timer is not None:
            if self._rings_at <= at:
                return
            self._timer.cancel()
        self._rings_at = at
        self._timer = self._loop.call_at(at, self._rang)

    def _rang(self) -> None:
        """Look whether the peer was silent for too long."""
        self._timer = None
        if self._waiter is None or self._patience is None:
            return
        ends = self._heard + self._patience
        if ends > self._loop.time():
            self._ring(ends)
            return
        self._fail(ReadTimedOut("no answer in time"))
        self._wake()

    def _fail(self, error: HttpError) -> None:
        """Note the first thing that went wrong; after a whole answer, only that it did."""
        self._spoiled = True
        if not self.is_whole and self._error is None:
            self._error = error

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
        if self.is_whole or self._error is not None:
            self._wake_writer()

    def _wake_writer(self) -> None:
        if self._writable is not None and not self._writable.done():
            self._writable.set_result(None)


def _pieces_of(body: bytes | Upload | None) -> Iterable[bytes | memoryview]:
    if body is None:
        return
    if isinstance(body, bytes):
        for start in range(0, len(body), _PIECE):
            yield memoryview(body)[start : start + _PIECE]
        return
    if body.size is not None:
        left = body.size
        for piece in body.pieces:
            left -= len(piece)
            if left >= 0:
                yield piece
        if left:
            raise ValueError("the body is not as long as was said")
        return
    for piece in body.pieces:
        if piece:
            yield b"%x\r\n%b\r\n" % (len(piece), piece)
    yield b"0\r\n\r\n"
