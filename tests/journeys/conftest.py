"""One world and one bot for each worker; a new person for each test."""

import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

sys.path.insert(0, os.fspath(Path(__file__).parent))

from chat import Person
from processes import LOOKUP_DELAYS, BotProcess, SandboxProcess

from tests.loopback import http_client

SAMPLES = Path(__file__).resolve().parent.parent.parent / "sandbox" / "chat" / "samples"


@pytest.fixture(scope="session")
def world() -> Iterator[SandboxProcess]:
    sandbox = SandboxProcess()
    yield sandbox
    sandbox.stop()


@pytest.fixture(scope="session")
def running_bot(
    world: SandboxProcess, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[BotProcess]:
    folder = tmp_path_factory.mktemp("bot")
    # Tests type faster than anybody reads; the flood guard has tests with a bot of its own.
    bot = BotProcess(world, folder, LOOKUP_DELAYS=LOOKUP_DELAYS, FLOOD_UPDATES="0")
    bot.start()
    yield bot
    assert bot.stop() == 0


@pytest.fixture
async def bot(running_bot: BotProcess) -> BotProcess:
    await running_bot.ready()
    return running_bot


@pytest.fixture
async def telegram(world: SandboxProcess) -> AsyncIterator[httpx.AsyncClient]:
    """The simulated Bot API's tester side; its switches and faults are as new."""
    async with http_client(base_url=world.chat) as http:
        await http.delete("/sandbox/botapi/faults")
        yield http
        await http.delete("/sandbox/botapi/faults")


@pytest.fixture
async def marketplace(world: SandboxProcess) -> AsyncIterator[httpx.AsyncClient]:
    """The simulated marketplace's steering routes, reset before and after."""
    async with http_client(base_url=world.marketplace) as http:
        await http.post("/sandbox/reset")
        yield http
        await http.post("/sandbox/reset")


@pytest.fixture
def person(bot: BotProcess, telegram: httpx.AsyncClient) -> Callable[..., Awaitable[Person]]:
    """Return what has a new person arrive, in the language given or in English."""

    async def arrive(language: str = "en") -> Person:
        return await Person.arrive(telegram, language)

    return arrive


@pytest.fixture(scope="session")
def samples() -> dict[str, bytes]:
    """The sample photos by file name."""
    index: list[dict[str, Any]] = json.loads((SAMPLES / "samples.json").read_text("utf-8"))
    return {each["file"]: (SAMPLES / each["file"]).read_bytes() for each in index}
