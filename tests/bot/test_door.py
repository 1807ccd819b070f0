"""Connections that say nothing are bounded in number and time, and keep nobody else out."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from bot.operator.doctor import Verdict, _descriptors
from bot.web.door import MOST_CONNECTIONS, most_connections
from bot.web.server import WebServer
from tests.bot.intake_line import Line
from tests.bot.toy_journey import Toy

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class House:
    def __init__(self, line: Line) -> None:
        self.server = WebServer(
            "127.0.0.1",
            0,
            line.intake,
            secret="s",
            check=line.toy.storage.check,
            most_connections=20,
            first_word_within=0.4,
        )
        self.came: list[asyncio.StreamWriter] = []

    async def come(self) -> Streams:
        assert self.server._runner is not None
        host, port = self.server._runner.addresses[0][:2]
        streams = await asyncio.open_connection(host, port)
        self.came.append(streams[1])
        return streams

    async def ask(self, streams: Streams | None = None) -> bytes:
        reader, writer = streams or await self.come()
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        return await asyncio.wait_for(reader.readuntil(b"}"), 60)


async def ended(reader: asyncio.StreamReader) -> bool:
    """Tell whether nothing but its end comes, orderly or not."""
    try:
        return await asyncio.wait_for(reader.read(1), 60) == b""
    except ConnectionError:
        return True


@pytest.fixture
async def house() -> AsyncIterator[House]:
    made = House(Line(await Toy().open()))
    await made.server.open()
    yield made
    for each in made.came:
        each.close()
    await made.server.close()


async def test_a_hundred_silent_connections_leave_an_ordinary_one_its_answer(house: House) -> None:
    """Those that have been silent for the longest make room."""
    for _ in range(100):
        await house.come()
    started = time.monotonic()
    assert b"alive" in await house.ask()
    assert time.monotonic() - started < 15  # silence is borne for longer
    assert house.server._door is not None
    assert house.server._door.connections <= 20


@pytest.mark.parametrize("said", [b"", b"GET /healthz HTTP/1.1\r\nHost: x\r\n", b"G"])
async def test_who_does_not_end_a_request_is_closed(house: House, said: bytes) -> None:
    """Silent, or a header at a time."""
    reader, writer = await house.come()
    writer.write(said)
    assert await ended(reader)
    assert house.server._door is not None
    assert house.server._door.connections == 0


async def test_a_connection_that_spoke_stays_for_its_next_request(house: House) -> None:
    """A proxy keeps its connections for Telegram's next update."""
    streams = await house.come()
    assert b"alive" in await house.ask(streams)
    await asyncio.sleep(0.6)
    assert b"alive" in await house.ask(streams)


async def test_where_everybody_speaks_the_new_one_waits_outside(house: House) -> None:
    """Nobody who was served is thrown out for a stranger."""
    spoken = [await house.come() for _ in range(20)]
    for each in spoken:
        await house.ask(each)
    reader, _ = await house.come()
    assert await ended(reader)
    assert b"alive" in await house.ask(spoken[0])


@pytest.mark.parametrize(
    ("limit", "most"), [(256, 64), (1024, 512), (600, 150), (20, 16), (100_000, MOST_CONNECTIONS)]
)
def test_descriptors_are_left_for_everything_else(limit: int, most: int) -> None:
    """A quarter of few, all but the reserve of many."""
    assert most_connections(limit) == most


def test_doctor_warns_of_a_low_limit() -> None:
    """Before it is reached."""
    assert _descriptors(1024).verdict is Verdict.WARN
    assert _descriptors(4096).verdict is Verdict.OK
