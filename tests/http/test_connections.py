"""Connections against peers that answer, stall and break: nothing is sent twice or taken halved."""

import asyncio
import re
import socket

import pytest
from raw_peers import OK, SOME, Line, ask, peer, repeating, saying
from raw_peers import said as head

from bot.http import errors
from bot.http.connections import Connections, _Slots
from bot.http.errors import (
    BadAddress,
    BadAnswer,
    ConnectTimedOut,
    Disconnected,
    HeldBack,
    HttpError,
    NotConnected,
    PoolTimedOut,
    ReadTimedOut,
    UnusableProxy,
    WriteTimedOut,
)
from bot.http.messages import Answer, Patience, Request
from tests.loopback import time_flies


async def test_the_address_goes_out_as_it_was_signed():
    """Nothing is decoded and written anew on the way."""
    async with peer(repeating(OK)) as held:
        connections = Connections(5)
        url = f"{held.url}/p?a=%E8%83%8C%20b&c=%5B1%2C2%5D"
        answer = await connections.send(Request("GET", url, {"Accept": "text/plain"}), SOME)
        await connections.aclose()
    assert (answer.status, answer.content) == (200, b"{}")
    assert held.heads[0].startswith(b"GET /p?a=%E8%83%8C%20b&c=%5B1%2C2%5D HTTP/1.1\r\n")
    assert b"Accept: text/plain\r\n" in held.heads[0]


@pytest.mark.parametrize("body", [b"", b"x" * 10, b"x" * 3_000_000])
async def test_a_body_arrives_as_it_is(body):
    """With its length, of any size."""
    async with peer(saying(OK)) as held:
        assert isinstance(await ask(held, "POST", body), Answer)
    assert held.bodies == [body]


async def test_headers_are_found_in_any_case_and_the_first_counts():
    """Names are ASCII, values whatever bytes came."""
    said = head("X-Two: 1", "x-two: 2", "Odd: \xb2", "Content-Length: 0")
    async with peer(saying(said.replace("\xb2".encode(), b"\xb2"))) as held:
        answer = await ask(held)
    assert isinstance(answer, Answer)
    assert (answer.headers["x-TWO"], answer.headers["odd"]) == ("1", "²")
    assert set(answer.headers) == {"x-two", "odd", "content-length"}
    assert len(answer.headers) == 3
    assert answer.headers.get("none") is None


async def test_a_redirect_is_an_answer():
    """It is not followed: a signed request goes to nobody else."""
    said = head("Location: http://elsewhere/", "Content-Length: 0", status="302 Found")
    async with peer(saying(said)) as held:
        answer = await ask(held)
    assert isinstance(answer, Answer)
    assert (answer.status, answer.headers["location"]) == (302, "http://elsewhere/")


async def test_a_connection_is_used_again():
    """Two calls, one connection."""
    async with peer(repeating(OK)) as held:
        connections = Connections(5)
        for _ in range(2):
            await connections.send(Request("GET", held.url), SOME)
        await connections.aclose()
    assert held.made == 1


async def test_a_body_without_length_ends_with_the_connection():
    """If the peer closes it."""
    async with peer(saying(head() + b"hello")) as held:
        answer = await ask(held)
    assert isinstance(answer, Answer)
    assert answer.content == b"hello"


@pytest.mark.parametrize("said", [head(), head() + b"{}", head() + b"foreign words"])
async def test_a_body_cut_by_a_reset_is_an_error(said):
    """However much of it came, and whoever asked."""

    async def talk(line: Line) -> None:
        await line.heard()
        await line.say(said)
        await asyncio.sleep(0.02)
        line.reset()

    async with peer(talk) as held:
        for method in ("GET", "POST"):
            assert type(await ask(held, method)) is Disconnected
    assert held.made == 2


UNFINISHED = {
    "length too short": head("Content-Length: 99") + b"foreign",
    "chunk open": head("Transfer-Encoding: chunked") + b"7\r\nfore",
    "chunks open": head("Transfer-Encoding: chunked") + b"7\r\nforeign\r\n",
    "end open": head("Transfer-Encoding: chunked") + b"7\r\nforeign\r\n0\r\n",
    "head open": b"HTTP/1.1 200 OK\r\nForeign: foreign",
    "nothing": b"",
    "not HTTP": b"SSH-2.0-foreign\r\n\r\n",
}


@pytest.mark.parametrize("kind", UNFINISHED)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
@pytest.mark.parametrize("kept", [False, True])
@pytest.mark.parametrize("reset", [False, True])
async def test_a_broken_answer_is_told_and_not_asked_for_again(kind, method, kept, reset):
    """On a fresh connection or one that was good before; closed or reset."""

    async def talk(line: Line) -> None:
        if kept:
            await line.heard()
            await line.say(OK)
        await line.heard()
        await line.say(UNFINISHED[kind])
        if reset:
            await asyncio.sleep(0.01)
            line.reset()

    async with peer(talk) as held:
        connections = Connections(5)
        if kept:
            await connections.send(Request("GET", held.url), SOME)
        with pytest.raises(HttpError) as caught:
            await connections.send(Request(method, held.url), SOME)
        await connections.aclose()
    assert isinstance(caught.value, Disconnected | BadAnswer)
    assert not caught.value.nothing_sent
    assert "foreign" not in str(caught.value)
    assert len(held.heads) == 1 + kept


async def test_nothing_leaves_a_process_that_is_not_sure_of_its_work():
    """It is asked last of all, when there is a connection already, which stays good."""
    sure = True
    async with peer(repeating(OK)) as held:
        connections = Connections(1, may_send=lambda: sure)
        await connections.send(Request("POST", held.url, {}, b"{}"), SOME)
        sure = False
        for send in (connections.send, connections.open):
            with pytest.raises(HeldBack) as caught:
                await send(Request("POST", held.url, {}, b"{}"), SOME)
            assert caught.value.nothing_sent
        sure = True
        await connections.send(Request("POST", held.url, {}, b"{}"), SOME)
        await connections.aclose()
    assert len(held.heads) == 2


async def test_nobody_listens():
    """Nothing was sent."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    error = await ask(f"http://127.0.0.1:{port}")
    assert type(error) is NotConnected
    assert "refused" in str(error)


async def test_an_unknown_host():
    """Nothing was sent."""
    error = await ask("http://nowhere.invalid")
    assert type(error) is NotConnected
    assert str(error) == "unknown host"


async def test_a_peer_that_speaks_no_tls():
    """Nothing of the request was sent, and the words are the system's."""

    async def plain(line: Line) -> None:
        await line.reader.read(5)
        await line.say(b"foreign words\r\n\r\n")

    async with peer(plain) as held:
        error = await ask(held.url.replace("http:", "https:"))
    assert isinstance(error, NotConnected)
    assert str(error).startswith("TLS: ")


@pytest.mark.parametrize(
    "url", ["", "ftp://host/x", "host/x", "http://", "http:///x", "https://:80/x", "http://h:x/"]
)
async def test_what_is_no_address(url):
    """Nothing was sent, and nothing of it is repeated."""
    assert type(await ask(url)) is BadAddress


async def test_no_answer_in_time():
    """It was sent: of a write that is unclear."""

    async def silent(line: Line) -> None:
        await line.heard()
        await asyncio.sleep(1)

    async with peer(silent) as held:
        error = await ask(held, "POST", patience=Patience(read=0.05))
    assert type(error) is ReadTimedOut
    assert not error.nothing_sent


async def test_an_answer_that_stalls():
    """Seconds count from byte to byte."""

    async def stalling(line: Line) -> None:
        await line.heard()
        await line.say(head("Content-Length: 3"))
        for byte in (b"a", b"b", b"c"):
            await asyncio.sleep(0.1)
            time_flies(20)
            await line.say(byte)

    async with peer(stalling) as held:
        assert isinstance(await ask(held, patience=Patience(read=30)), Answer)
        assert type(await ask(held, patience=Patience(read=0.05))) is ReadTimedOut


async def test_whoever_reads_slowly_waits_as_long_as_anybody():
    """Silence counts from where it is waited for: before, nobody may have listened."""
    going_on = asyncio.Event()

    async def falling_silent(line: Line) -> None:
        await line.heard()
        await line.say(head("Content-Length: 3") + b"ab")
        await going_on.wait()
        await line.say(b"c")

    async with peer(falling_silent) as held:
        connections = Connections(1)
        answer = await connections.open(Request("GET", held.url), Patience(read=30))
        pieces = answer.pieces()
        assert await anext(pieces) == b"ab"
        time_flies(29.9)
        asyncio.get_running_loop().call_later(0.3, going_on.set)
        assert await anext(pieces) == b"c"
        answer.close()
        await connections.aclose()


@pytest.mark.parametrize("before", [0.02, 20.0])
async def test_each_exchange_on_a_connection_has_its_own_time(before):
    """Shorter than that of the exchange before it, or longer after a pause."""

    async def falling_silent(line: Line) -> None:
        await line.heard()
        await line.say(OK)
        await line.heard()
        await asyncio.sleep(5)

    async with peer(falling_silent) as held:
        connections = Connections(1)
        request = Request("GET", held.url)
        await connections.send(request, Patience(read=before))
        await asyncio.sleep(0.03)  # the shorter time is over, with nothing asked
        began = asyncio.get_running_loop().time()
        with pytest.raises(ReadTimedOut):
            await connections.send(request, Patience(read=0.1))
        assert asyncio.get_running_loop().time() - began > 0.09
        await connections.aclose()
    assert held.made == 1


async def test_a_body_that_nobody_takes():
    """Part of it was sent."""

    async def deaf(line: Line) -> None:
        line.writer.transport.pause_reading()
        await asyncio.sleep(1)

    async with peer(deaf) as held:
        error = await ask(held, "POST", bytes(15_000_000), Patience(write=0.1))
    assert type(error) is WriteTimedOut
    assert not error.nothing_sent


async def test_no_free_connection_in_time():
    """Nothing was sent; as soon as one is free there is an answer."""
    asked, going_on = asyncio.Event(), asyncio.Event()

    async def slow(line: Line) -> None:
        while await line.heard():
            asked.set()
            await going_on.wait()
            await line.say(OK)

    async with peer(slow) as held:
        connections = Connections(1)
        busy = asyncio.create_task(connections.send(Request("GET", held.url), SOME))
        await asked.wait()
        for patience in (0, 0.05):
            with pytest.raises(PoolTimedOut):
                await connections.send(Request("POST", held.url), Patience(pool=patience))
        waiting = asyncio.create_task(connections.send(Request("GET", held.url), SOME))
        await asyncio.sleep(0)
        going_on.set()
        assert (await busy).content == (await waiting).content == b"{}"
        await connections.aclose()
    assert len(held.heads) == 2
    assert held.made == 1


@pytest.mark.parametrize("served", [False, True])
async def test_who_gives_up_waiting_takes_no_connection_from_others(served):
    """Neither when a connection comes free after that, nor when it came just before."""
    slots = _Slots(1)
    assert slots.take_free()
    waiting = asyncio.create_task(slots.take(None))
    await asyncio.sleep(0)
    if served:
        slots.give_back()
        waiting.cancel()
    else:
        waiting.cancel()
        slots.give_back()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert slots.take_free()
    assert not slots.take_free()


def test_every_error_is_drawn_in_the_tree():
    """The drawing at the top of the module names each class exactly once."""
    drawn = (errors.__doc__ or "").split("\n\n")[1]
    kinds = [each for each in vars(errors).values() if isinstance(each, type)]
    ours = [each for each in kinds if issubclass(each, HttpError)]
    assert {ConnectTimedOut, UnusableProxy} < set(ours)
    for each in ours:
        branch = "" if each is HttpError else "── "
        assert len(re.findall(rf"{branch}{each.__name__}\b", drawn)) == 1
