"""The bot's address is taken at once, and answers as soon as what answers there is loaded."""

import asyncio
import socket
import threading
from collections.abc import Callable

import pytest

from bot.web.listening import Listening
from bot.web.server import WebServer
from tests.bot.intake_line import Line
from tests.bot.toy_journey import Toy


class Front:
    """A bot's server with what is loaded for it."""

    def __init__(self, line: Line, load: Callable[[], None] = lambda: None) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.failures: list[Exception] = []
        self._line = line
        self.listening = Listening("127.0.0.1", self.port, load, self._server, self.failures.append)

    def _server(self) -> WebServer:
        check = self._line.toy.storage.check
        return WebServer("127.0.0.1", self.port, self._line.intake, secret=None, check=check)

    async def ask(self, path: str) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        answer = await asyncio.wait_for(reader.readuntil(b"}"), 60)
        writer.close()
        return answer


@pytest.fixture
async def line() -> Line:
    return Line(await Toy().open())


async def test_it_answers_before_a_webhook_is_set(line: Line) -> None:
    """Telegram calls as soon as it knows where; the bot is alive and not ready yet."""
    front = Front(line)
    await front.listening.open()
    await front.listening.answering()
    assert b"alive" in await front.ask("/healthz")
    assert b"starting" in await front.ask("/readyz")
    front.listening.begin()
    assert b"200 OK" in await front.ask("/readyz")
    await front.listening.close()
    with pytest.raises(OSError, match="Connect call failed"):
        await front.ask("/healthz")


async def test_what_began_before_it_answered_is_ready_when_it_does(line: Line) -> None:
    """A poll comes first, and what is loaded beside it takes a while."""
    front = Front(line)
    await front.listening.open()
    front.listening.begin()
    await front.listening.answering()
    assert b"200 OK" in await front.ask("/readyz")
    await front.listening.close()


async def test_who_comes_before_it_answers_waits_and_is_answered(line: Line) -> None:
    """A push that is refused might never be sent again."""
    loaded = threading.Event()
    front = Front(line, lambda: None if loaded.wait(30) else pytest.fail("never released"))
    await front.listening.open()
    reader, writer = await asyncio.open_connection("127.0.0.1", front.port)
    writer.write(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    loaded.set()
    await front.listening.answering()
    assert b"alive" in await asyncio.wait_for(reader.readuntil(b"}"), 60)
    writer.close()
    await front.listening.close()


async def test_a_taken_address_is_told_at_once(line: Line) -> None:
    """Nothing need be loaded for that."""
    front = Front(line)
    with socket.create_server(("127.0.0.1", front.port)), pytest.raises(OSError, match="in use"):
        await front.listening.open()
    await front.listening.close()


async def test_closed_before_it_answered_it_leaves_nothing(line: Line) -> None:
    """A start that fails closes all that it opened."""
    front = Front(line)
    await front.listening.open()
    await front.listening.close()
    socket.create_server(("127.0.0.1", front.port)).close()
    assert front.failures == []


async def test_what_can_not_be_loaded_is_told(line: Line) -> None:
    """The bot ends: nobody would ever know whether it is well."""

    def broken() -> None:
        raise ImportError("no such module")

    front = Front(line, broken)
    await front.listening.open()
    await front.listening.answering()
    assert [str(each) for each in front.failures] == ["no such module"]
    await front.listening.close()
