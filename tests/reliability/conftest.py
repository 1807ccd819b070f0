"""A world and a bot of one's own for each test here: they are killed, starved and lied to."""

import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import httpx
import pytest

_TESTS = Path(__file__).resolve().parent.parent
for _folder in (_TESTS / "journeys", _TESTS / "fakes", Path(__file__).parent):
    sys.path.insert(0, os.fspath(_folder))

from buying import Market
from chat import Person
from processes import BotProcess, SandboxProcess

LOOKUP_DELAYS = "0.3,0.4,0.5,0.6,0.8,1"


@pytest.fixture(scope="session")
def crash_world() -> Iterator[SandboxProcess]:
    """One world for each worker; every test resets what it needs."""
    sandbox = SandboxProcess()
    yield sandbox
    sandbox.stop()


@pytest.fixture
async def crash_telegram(crash_world: SandboxProcess) -> AsyncIterator[httpx.AsyncClient]:
    """The Bot API's tester side, as new."""
    async with httpx.AsyncClient(base_url=crash_world.chat, timeout=60) as http:
        await http.post("/sandbox/botapi/reset")
        await http.delete("/sandbox/botapi/faults")
        yield http
        await http.delete("/sandbox/botapi/faults")


@pytest.fixture
async def market(crash_world: SandboxProcess) -> AsyncIterator[Market]:
    """The marketplace's steering wheel, as new."""
    async with httpx.AsyncClient(base_url=crash_world.marketplace, timeout=60) as http:
        await http.post("/sandbox/reset")
        yield Market(http)
        await http.post("/sandbox/reset")


@pytest.fixture
def mortal(crash_world: SandboxProcess, tmp_path: Path) -> Iterator[BotProcess]:
    """A bot to be killed, with a database of its own; not started."""
    bot = BotProcess(crash_world, tmp_path, LOOKUP_DELAYS=LOOKUP_DELAYS)
    yield bot
    if bot.process is not None and bot.process.poll() is None:
        bot.kill()


@pytest.fixture
def arrive(crash_telegram: httpx.AsyncClient) -> Callable[..., Awaitable[Person]]:
    """Have a new person arrive."""

    async def come(language: str = "en") -> Person:
        return await Person.arrive(crash_telegram, language)

    return come
