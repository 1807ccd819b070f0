"""Whatever a peer sends, in whatever pieces, is an answer or one of our errors."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from bot.http.connection import Connection, room_to_read_into
from bot.http.errors import BadAnswer, Disconnected, HttpError, ReadTimedOut
from bot.http.messages import Patience

ANSWERS = [
    b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x\r\nllo\r\n0\r\n\r\n",
    b"HTTP/1.1 103 Early\r\nA: b\r\n\r\nHTTP/1.0 200 OK\r\n\r\nhello",
    b"HTTP/1.1 204 No\r\nContent-Length: 5\r\n\r\nhello",
    b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello",
    b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
]


class Socketless(asyncio.Transport):
    """A transport that sends nothing; ends when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.closed = False

    def write(self, data) -> None:
        assert not self.closed

    def is_closing(self) -> bool:
        return self.closed

    def get_write_buffer_size(self) -> int:
        return 0

    def close(self) -> None:
        self.closed = True

    abort = close


@st.composite
def conversations(draw):
    """An answer with a few bytes changed, cut in pieces, and how the connection ends."""
    said = bytearray(draw(st.sampled_from(ANSWERS)))
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(said)))
        said[at : at + draw(st.integers(0, 3))] = draw(st.binary(max_size=4))
    cuts = sorted(draw(st.lists(st.integers(0, len(said)), max_size=6)))
    pieces = [bytes(said[a:b]) for a, b in zip([0, *cuts], [*cuts, len(said)], strict=True)]
    return pieces, draw(st.sampled_from(["close", "reset", "silence"]))


async def _outcome(pieces: list[bytes], end: str) -> bytes | HttpError:
    loop = asyncio.get_running_loop()
    connection, transport = Connection(loop, room_to_read_into()), Socketless()
    connection.connection_made(transport)
    patience = Patience(read=0.01)
    running = loop.create_task(connection.exchange(b"GET", None, patience, 1000))
    await asyncio.sleep(0)
    for piece in pieces:
        connection.get_buffer(-1)[: len(piece)] = piece
        connection.buffer_updated(len(piece))
    if end == "close":
        connection.eof_received()
    if end != "silence":
        connection.connection_lost(ConnectionResetError(104, "x") if end == "reset" else None)
    try:
        async with asyncio.timeout(60):
            content = await running
    except HttpError as error:
        return error
    finally:
        kept = connection.can_be_kept
        if kept:
            assert connection.is_whole
        else:
            connection.close()
    return content


@given(conversations())
def test_whatever_a_peer_says_is_an_answer_or_an_error(conversation) -> None:
    """Nothing else is raised, nothing hangs, and a request that was begun is never "not sent"."""
    found = asyncio.run(_outcome(*conversation))
    if isinstance(found, HttpError):
        assert isinstance(found, BadAnswer | Disconnected | ReadTimedOut)
        assert not found.nothing_sent
        assert "hello" not in str(found)
    else:
        assert len(found) <= 1000
