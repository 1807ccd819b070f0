"""Answers that come packed: unpacked once and whole, or an error; never a part for the whole."""

import gzip
import zlib

import pytest
from raw_peers import ask, peer, saying
from raw_peers import said as head

from bot.http.errors import (
    BadAnswer,
    TooLarge,
)
from bot.http.messages import Answer

PAGE = b'{"code": 200, "data": "' + bytes(range(40, 90)) * 400 + b'"}'
BARE = zlib.compressobj(wbits=-15)
PACKED = {
    "gzip": ("gzip", gzip.compress(PAGE)),
    "x-gzip": ("X-GZIP", gzip.compress(PAGE)),
    "two members": ("gzip", gzip.compress(PAGE[:100]) + gzip.compress(PAGE[100:])),
    "many members": (
        "gzip",
        b"".join(gzip.compress(PAGE[at : at + 21]) for at in range(0, len(PAGE), 21)),
    ),
    "padded": ("gzip", gzip.compress(PAGE) + bytes(20)),
    "deflate": ("deflate", zlib.compress(PAGE)),
    "bare deflate": ("deflate", BARE.compress(PAGE) + BARE.flush()),
    "identity": ("identity", PAGE),
}


@pytest.mark.parametrize("kind", PACKED)
async def test_a_packed_answer_is_unpacked(kind):
    """All members of it, once."""
    encoding, body = PACKED[kind]
    said = head(f"Content-Encoding: {encoding}", f"Content-Length: {len(body)}") + body
    async with peer(saying(said)) as held:
        answer = await ask(held)
    assert isinstance(answer, Answer)
    assert answer.content == PAGE
    assert b"accept-encoding: gzip\r\n" in held.heads[0].lower()


DAMAGED = {
    "without its end mark": ("gzip", gzip.compress(PAGE)[:-8]),
    "first 12 bytes": ("gzip", gzip.compress(PAGE)[:12]),
    "second member cut": ("gzip", gzip.compress(PAGE) + gzip.compress(PAGE)[:30]),
    "not packed at all": ("gzip", b"foreign words"),
    "wrong sum": ("gzip", gzip.compress(PAGE)[:-8] + bytes(8)),
    "thousands of empty members": ("gzip", gzip.compress(b"") * 5000 + gzip.compress(PAGE)),
    "something behind": ("gzip", gzip.compress(PAGE) + b"foreign"),
    "deflate cut": ("deflate", zlib.compress(PAGE)[:-4]),
    "not deflate": ("deflate", b"foreign words"),
    "not asked for": ("br", b"foreign"),
    "twice": ("gzip, gzip", gzip.compress(gzip.compress(PAGE))),
}


@pytest.mark.parametrize("kind", DAMAGED)
async def test_a_damaged_or_cut_packed_answer_is_an_error(kind):
    """A part is never taken for the whole."""
    encoding, body = DAMAGED[kind]
    said = head(f"Content-Encoding: {encoding}", f"Content-Length: {len(body)}") + body
    async with peer(saying(said)) as held:
        assert type(await ask(held)) is BadAnswer


FRAMED = {
    "to the end of the connection": (b"", b"", b""),
    "in one chunk": (b"Transfer-Encoding: chunked\r\n", b"%x\r\n", b"\r\n0\r\n\r\n"),
}


@pytest.mark.parametrize("cut", [0, 1, 8, 12])
@pytest.mark.parametrize("kind", FRAMED)
async def test_a_packed_answer_is_whole_in_whichever_frame(kind, cut):
    """An orderly frame says nothing of what is in it."""
    header, before, behind = FRAMED[kind]
    packed = gzip.compress(PAGE)
    body = packed[: len(packed) - cut]
    before = before % len(body) if before else b""
    said = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n" + header + b"\r\n"
    async with peer(saying(said + before + body + behind)) as held:
        answer = await ask(held)
    if cut:
        assert type(answer) is BadAnswer
    else:
        assert isinstance(answer, Answer)
        assert answer.content == PAGE


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 204 No Content\r\nContent-Encoding: gzip\r\n\r\n",
        b"HTTP/1.1 204 No Content\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nabcde",
        b"HTTP/1.1 304 Not Modified\r\nContent-Encoding: gzip\r\nContent-Length: 700\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\n\r\n",
    ],
)
async def test_nothing_is_unpacked_where_nothing_can_be(said):
    """Servers name the packing of a body that an answer of this kind has not."""
    async with peer(saying(said)) as held:
        answer = await ask(held)
    assert isinstance(answer, Answer)
    assert answer.content == b""


@pytest.mark.parametrize("packed", [False, True])
async def test_an_answer_beyond_the_bound_is_left(packed):
    """As it comes or unpacked; exactly the bound is taken."""
    body = gzip.compress(bytes(50_000)) if packed else bytes(50_000)
    encoding = "gzip" if packed else "identity"
    said = head(f"Content-Encoding: {encoding}", f"Content-Length: {len(body)}") + body
    async with peer(saying(said, said)) as held:
        answer = await ask(held, at_most=50_000)
        assert isinstance(answer, Answer)
        assert len(answer.content) == 50_000
        assert type(await ask(held, at_most=49_999)) is TooLarge
