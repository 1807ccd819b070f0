"""Connections that are kept, break, are given up, left or closed with something under way."""

import asyncio
import time

import pytest
from raw_peers import OK, SOME, Line, peer, repeating, said

from bot.http.connection import Connection, room_to_read_into
from bot.http.connections import Connections
from bot.http.errors import Disconnected
from bot.http.messages import Request


@pytest.mark.parametrize("said_meanwhile", [b"", b"foreign"])
@pytest.mark.parametrize("loop_is_busy", [False, True])
async def test_a_kept_connection_that_ended_or_spoke_is_not_used(said_meanwhile, loop_is_busy):
    """Not even if the loop has not had time to notice: a write on it would be unclear."""

    async def talk(line: Line) -> None:
        await line.heard()
        await line.say(OK)
        if len(line.peer.heads) == 1:
            going.set()
            await line.say(said_meanwhile)
            line.writer.close()
            await asyncio.sleep(0)
        else:
            await line.reader.read()

    going = asyncio.Event()
    async with peer(talk) as held:
        connections = Connections(5)
        await connections.send(Request("GET", held.url), SOME)
        await going.wait()
        if loop_is_busy:
            # The peer lives on this loop too: let it send, then look before we are told.
            time.sleep(0.05)  # noqa: ASYNC251 - the loop is to be busy
        else:
            await asyncio.sleep(0.05)
        answer = await connections.send(Request("POST", held.url, {}, b"x"), SOME)
        await connections.aclose()
    assert answer.content == b"{}"
    assert held.made == 2


@pytest.mark.parametrize("kept", [False, True])
@pytest.mark.parametrize("reset", [False, True])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "POST"])
async def test_a_connection_that_breaks_with_the_request_under_way_may_have_carried_it(
    kept, reset, method
):
    """Fresh or kept, reset or closed: asked once, and said so."""

    async def talk(line: Line) -> None:
        if kept:
            await line.heard()
            await line.say(OK)
        await line.heard()
        if reset:
            line.reset()

    async with peer(talk) as held:
        connections = Connections(5)
        if kept:
            await connections.send(Request("GET", held.url), SOME)
        with pytest.raises(Disconnected) as caught:
            await connections.send(Request(method, held.url), SOME)
        await connections.aclose()
    assert not caught.value.nothing_sent
    assert len(held.heads) == 1 + kept


async def test_on_a_connection_that_is_gone_nothing_is_sent():
    """And that is known."""
    connection = Connection(asyncio.get_running_loop(), room_to_read_into())
    with pytest.raises(Disconnected) as caught:
        await connection.exchange(b"POST / HTTP/1.1\r\n\r\n", b"x", SOME, 100)
    assert caught.value.nothing_sent


async def test_a_cancelled_request_takes_its_connection_with_it():
    """Its answer, when it comes, is not the next one's."""
    arrived = asyncio.Event()

    async def talk(line: Line) -> None:
        await line.heard()
        if len(line.peer.heads) == 1:
            arrived.set()
            await asyncio.sleep(0.05)
            await line.say(said("Content-Length: 7", body=b"foreign"))
        else:
            await line.say(OK)

    async with peer(talk) as held:
        connections = Connections(1)
        first = asyncio.create_task(connections.send(Request("GET", held.url), SOME))
        await arrived.wait()
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        assert (await connections.send(Request("GET", held.url), SOME)).content == b"{}"
        await connections.aclose()
    assert held.made == 2


async def test_a_connection_is_given_up_after_its_time():
    """Unused for longer than it is kept, it is closed, whether or not anybody asks again."""
    ended = asyncio.Event()

    async def talk(line: Line) -> None:
        try:
            while await line.heard():
                await line.say(OK)
        except asyncio.IncompleteReadError:
            ended.set()

    async with peer(talk) as held:
        connections = Connections(5, keepalive=0.05)
        await connections.send(Request("GET", held.url), SOME)
        await asyncio.wait_for(ended.wait(), 60)
        await connections.send(Request("GET", held.url), SOME)
        await connections.aclose()
    assert held.made == 2


async def test_no_more_connections_than_allowed_whoever_they_lead_to():
    """A kept one to somebody else makes room."""
    async with peer(repeating(OK)) as first, peer(repeating(OK)) as second:
        connections = Connections(1)
        for held in (first, second, second, first):
            await connections.send(Request("GET", held.url), SOME)
        await connections.aclose()
    assert (first.made, second.made) == (2, 1)


async def test_closing_ends_what_runs():
    """With an error at once, not when the peer feels like it; afterwards it can be used again."""
    arrived = asyncio.Event()

    async def talk(line: Line) -> None:
        await line.heard()
        if len(line.peer.heads) == 1:
            arrived.set()
            await line.say(said(body=b"foreign"))
            await line.reader.read()
        await line.say(OK)

    async with peer(talk) as held:
        connections = Connections(5)
        running = asyncio.create_task(connections.send(Request("GET", held.url), SOME))
        await arrived.wait()
        await asyncio.sleep(0.01)
        await connections.aclose()
        with pytest.raises(Disconnected, match="closed here"):
            await asyncio.wait_for(running, 60)
        assert (await connections.send(Request("GET", held.url), SOME)).content == b"{}"
        await connections.aclose()


async def test_a_long_body_is_read_no_faster_than_it_is_taken():
    """The peer has to wait, and everything arrives in the end."""
    sent = 0

    async def talk(line: Line) -> None:
        nonlocal sent
        await line.heard()
        await line.say(said("Content-Length: 30000000"))
        for _ in range(300):
            await line.say(bytes(100_000))
            sent += 100_000

    async with peer(talk) as held:
        connections = Connections(5)
        arriving = await connections.open(Request("GET", held.url), SOME)
        taken = 0
        async for piece in arriving.pieces():
            if not taken:
                await asyncio.sleep(0.3)
                assert sent < 25_000_000
            taken += len(piece)
        arriving.close()
        await connections.aclose()
    assert taken == 30_000_000


async def test_a_body_left_before_its_end_takes_its_connection_with_it():
    """One that was read to its end, or has come in whole, gives it back."""
    body = said("Content-Length: 100000", body=bytes(100_000))
    async with peer(repeating(body)) as held:
        connections = Connections(1)
        for made, read in ((1, True), (1, True), (1, False), (2, True)):
            arriving = await connections.open(Request("GET", held.url), SOME)
            async for _ in arriving.pieces():
                if not read:
                    break
            arriving.close()
            arriving.close()
            assert held.made in {made, 1}
        await connections.aclose()
