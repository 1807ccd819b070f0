"""What a peer may say in HTTP/1.1, and what is made of it: each awkward moment has one outcome."""

import asyncio
from collections.abc import Iterator

import pytest
from raw_peers import CLOSING, OK, SOME, Line, Peer, Talk, peer, repeating, said, saying

from bot.domain.identifiers import MarketplaceOrderId
from bot.http.connections import Connections
from bot.http.errors import BadAddress, BadAnswer, HttpError
from bot.http.messages import Answer, Request, Upload
from bot.marketplace.daji.client import DajiClient
from bot.marketplace.daji.config import ClientConfig
from bot.marketplace.errors import OutcomeUnclear


async def asked_twice(talk: Talk) -> tuple[list[Answer | HttpError], Peer]:
    """Two requests one after the other through the same connections."""
    answers: list[Answer | HttpError] = []
    async with peer(talk) as held:
        connections = Connections(5)
        for _ in range(2):
            try:
                answers.append(await connections.send(Request("GET", held.url), SOME))
            except HttpError as error:
                answers.append(error)
            await asyncio.sleep(0.02)
        await connections.aclose()
    return answers, held


WHOLE = {
    "interim, then the answer": said("Early: 1", status="103 Early Hints")
    + said(status="102 Processing")
    + said(status="100 Continue")
    + OK,
    "chunks": said("Transfer-Encoding: chunked", body=b"1\r\n{\r\n1\r\n}\r\n0\r\n\r\n"),
    "chunk extensions": said("Transfer-Encoding: Chunked", body=b"2;a=b\r\n{}\r\n0;c\r\n\r\n"),
    "trailers": said("Transfer-Encoding: chunked", body=b"2\r\n{}\r\n0\r\nEarly: 1\r\n\r\n"),
    "no reason": said("Content-Length: 2", status="200", body=b"{}"),
    "an empty line first": b"\r\n" + OK,
    "upgrade offered": said("Upgrade: h2c", "Content-Length: 2", body=b"{}"),
    "an empty value": said("Empty:", "Content-Length: 2", body=b"{}"),
}


@pytest.mark.parametrize("kind", WHOLE)
@pytest.mark.parametrize("split", [False, True])
async def test_a_whole_answer_is_taken_and_its_connection_kept(kind, split):
    """In one piece or byte by byte."""

    async def talk(line: Line) -> None:
        while await line.heard():
            for piece in WHOLE[kind] if split else [WHOLE[kind]]:
                await line.say(bytes([piece]) if isinstance(piece, int) else piece)
                await asyncio.sleep(0)

    answers, held = await asked_twice(talk)
    for answer in answers:
        assert isinstance(answer, Answer)
        assert (answer.status, answer.content) == (200, b"{}")
        assert "early" not in answer.headers
    assert held.made == 1


# The answer is taken; where the next would begin can't be told, so the connection is not kept.
ENDING = {
    "close": CLOSING,
    "close, an empty line": CLOSING + b"\r\n",
    "close, more bytes": CLOSING + b"foreign",
    "bytes behind": OK + b"foreign words\r\n\r\n",
    "an answer behind": OK + said("Content-Length: 7", status="404 No", body=b"foreign"),
    "HTTP/1.0": OK.replace(b"1.1", b"1.0"),
    "no length": said(body=b"{}"),
    "204 with a body": said("Content-Length: 5", status="204 No Content", body=b"abcde"),
    "204 with chunks": said("Transfer-Encoding: chunked", status="204 No", body=b"0\r\n\r\n"),
    "304 with a body": said("Content-Length: 5", status="304 Not Modified", body=b"abcde"),
}


@pytest.mark.parametrize("kind", ENDING)
async def test_an_answer_whose_end_is_in_doubt_is_the_last_on_its_connection(kind):
    """What comes behind it is nobody's answer."""

    async def talk(line: Line) -> None:
        await line.heard()
        await line.say(ENDING[kind])
        if kind not in {"close", "no length", "HTTP/1.0"}:
            await line.reader.read()

    answers, held = await asked_twice(talk)
    status = int(ENDING[kind].split()[1])
    for answer in answers:
        assert isinstance(answer, Answer)
        assert answer.status == status
        assert answer.content == (b"{}" if status == 200 else b"")
    assert held.made == 2


NO_ANSWER = {
    "length twice, alike": said("Content-Length: 2", "Content-Length: 2", body=b"{}"),
    "length twice": said("Content-Length: 2", "Content-Length: 7", body=b"foreign"),
    "a list of lengths": said("Content-Length: 2, 2", body=b"{}"),
    "negative length": said("Content-Length: -2", body=b"{}"),
    "length and chunks": said(
        "Content-Length: 2", "Transfer-Encoding: chunked", body=b"2\r\n{}\r\n0\r\n\r\n"
    ),
    "length as a trailer": said(
        "Transfer-Encoding: chunked", body=b"2\r\n{}\r\n0\r\nContent-Length: 2\r\n\r\n"
    ),
    "gzip as framing": said("Transfer-Encoding: gzip", body=b"foreign"),
    "gzip in chunks": said("Transfer-Encoding: gzip, chunked", body=b"2\r\n{}\r\n0\r\n\r\n"),
    "chunks in gzip": said("Transfer-Encoding: chunked, gzip", body=b"2\r\n{}\r\n0\r\n\r\n"),
    "chunks twice": said(
        "Transfer-Encoding: chunked", "Transfer-Encoding: chunked", body=b"2\r\n{}\r\n0\r\n\r\n"
    ),
    "an upgrade": said("Upgrade: foreign", "Connection: upgrade", status="101 Switching"),
    "bare line feeds": b"HTTP/1.1 200 OK\nContent-Length: 2\n\n{}",
    "folded": said("X: foreign", " words", "Content-Length: 2", body=b"{}"),
    "status 99": said("Content-Length: 2", status="99 Odd", body=b"{}"),
    "HTTP/2": said("Content-Length: 2", body=b"{}").replace(b"HTTP/1.1", b"HTTP/2"),
    "another protocol": b"SSH-2.0-foreign\r\n",
    "a head without end": said(*[f"X-{n}: {'foreign' * 100}" for n in range(200)])[:-2],
    "a name without end": b"HTTP/1.1 200 OK\r\n" + b"foreign" * 20_000,
    "interim without end": said(status="103 Early Hints") * 5_000,
    "a chunk size without end": said(
        "Transfer-Encoding: chunked", body=b"1;" + b"foreign" * 20_000
    ),
    "a trailer without end": said(
        "Transfer-Encoding: chunked", body=b"2\r\n{}\r\n0\r\nX: " + b"foreign" * 20_000
    ),
}


@pytest.mark.parametrize("kind", NO_ANSWER)
async def test_what_is_no_answer_is_an_error_and_not_asked_for_again(kind):
    """Nothing of it is quoted, and its connection is not used again."""

    async def talk(line: Line) -> None:
        await line.heard()
        await line.say(NO_ANSWER[kind])
        await line.reader.read()

    answers, held = await asked_twice(talk)
    for error in answers:
        assert type(error) is BadAnswer
        assert "foreign" not in str(error)
        assert not error.nothing_sent
    assert len(held.heads) == held.made == 2


async def test_many_tiny_chunks_are_an_answer():
    """What stands around a body is measured against the body."""
    body = b"".join(b"1\r\n%c\r\n" % byte for byte in b"x" * 100_000) + b"0\r\n\r\n"
    async with peer(saying(said("Transfer-Encoding: chunked", body=body))) as held:
        connections = Connections(5)
        answer = await connections.send(Request("GET", held.url), SOME)
        await connections.aclose()
    assert answer.content == b"x" * 100_000


async def test_a_refusal_is_read_while_a_body_is_still_on_its_way():
    """413 before the body is read, then the end: 413, and the rest is not sent."""

    async def talk(line: Line) -> None:
        head = await line.reader.readuntil(b"\r\n\r\n")
        line.peer.heads.append(head)
        await line.say(said("Content-Length: 2", status="413 Too Large", body=b"{}"))
        line.writer.close()

    taken = 0

    def pieces() -> Iterator[bytes]:
        nonlocal taken
        for _ in range(200):
            taken += 1
            yield bytes(100_000)

    for body in (bytes(20_000_000), Upload(pieces(), 20_000_000)):
        async with peer(talk) as held:
            connections = Connections(5)
            answer = await connections.send(Request("POST", held.url, {}, body), SOME)
            await connections.aclose()
        assert answer.status == 413
        assert len(held.heads) == 1
    assert 0 < taken < 200


async def test_an_answer_before_the_body_has_left_is_the_last_on_its_connection():
    """Even if the peer would go on: it could take the rest for a request."""

    async def talk(line: Line) -> None:
        line.peer.heads.append(await line.reader.readuntil(b"\r\n\r\n"))
        await line.say(OK)
        await line.reader.read()

    async with peer(talk) as held:
        connections = Connections(5)
        request = Request("POST", held.url, {}, bytes(20_000_000))
        assert (await connections.send(request, SOME)).content == b"{}"
        assert (await connections.send(Request("GET", held.url), SOME)).content == b"{}"
        await connections.aclose()
    assert held.made == 2


async def test_a_body_of_unknown_length_goes_in_chunks():
    """And empty pieces do not end it."""
    heard: list[bytes] = []

    async def talk(line: Line) -> None:
        line.peer.heads.append(await line.reader.readuntil(b"\r\n\r\n"))
        heard.append(await line.reader.readuntil(b"0\r\n\r\n"))
        await line.say(OK)

    async with peer(talk) as held:
        connections = Connections(5)
        body = Upload([b"abc", b"", b"d" * 16])
        await connections.send(Request("POST", held.url, {}, body), SOME)
        await connections.aclose()
    assert b"Transfer-Encoding: chunked\r\n" in held.heads[0]
    assert heard == [b"3\r\nabc\r\n10\r\ndddddddddddddddd\r\n0\r\n\r\n"]


@pytest.mark.parametrize("pieces", [[b"ab"], [b"abcd"], [b"ab", b"cd"]])
async def test_a_body_of_another_length_than_was_said_is_our_own_mistake(pieces):
    """The peer must not take what follows for the rest of it."""
    async with peer(saying(OK)) as held:
        connections = Connections(5)
        with pytest.raises(ValueError, match="not as long"):
            await connections.send(Request("POST", held.url, {}, Upload(pieces, 3)), SOME)
        await connections.send(Request("GET", held.url), SOME)
        await connections.aclose()
    assert held.made == 2


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        said(body=b'{"code":'),
        NO_ANSWER["length twice, alike"],
        NO_ANSWER["length as a trailer"],
        NO_ANSWER["gzip in chunks"],
        ENDING["204 with a body"],
        said("Content-Encoding: gzip", "Content-Length: 3", body=b"\x1f\x8b\x08"),
    ],
)
async def test_of_a_write_such_an_answer_is_unclear_and_it_is_sent_once(answer):
    """Neither refused nor sent again."""

    async def talk(line: Line) -> None:
        await line.heard()
        await line.say(answer)
        await asyncio.sleep(0.01)
        line.reset()

    async with (
        peer(talk) as held,
        DajiClient(ClientConfig("k", "s", base_url=held.url)) as client,
    ):
        with pytest.raises(OutcomeUnclear):
            await client.cancel(MarketplaceOrderId("1"))
    assert len(held.heads) == 1


@pytest.mark.parametrize(
    "headers", [{"X": "a\r\nInjected: 1"}, {"X": "a\nb"}, {"X\r\nY": "1"}, {"X": "a\rb"}]
)
async def test_a_header_that_would_be_several_is_refused(headers):
    """Nothing is sent."""
    async with peer(repeating(OK)) as held:
        connections = Connections(1)
        with pytest.raises(BadAddress):
            await connections.send(Request("GET", held.url, headers), SOME)
        await connections.aclose()
    assert held.made == 0
