"""A world and a bot of one's own, for tests that kill, reconfigure or starve it."""

import asyncio
import contextlib
import random
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import httpx
import pytest
from buying import Market
from chat import Person
from processes import BotProcess, SandboxProcess

from bot.storage.keys import load_keyring
from bot.storage.postgres.storage import PostgresStorage
from bot.storage.sql.storage import SqlStorage
from bot.storage.sqlite.storage import SqliteStorage
from tests.loopback import http_client
from tests.tiers import SLOW

SHOWING = ("sendMessage", "sendPhoto", "editMessageText", "editMessageMedia", "editMessageCaption")

KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
DATABASES = [
    pytest.param("sqlite", id="sqlite"),
    pytest.param("postgres", id="postgres", marks=[pytest.mark.postgres, SLOW]),
]
"""Parameters of a fixture whose tests are tried over both kinds of database, see `stored_in`."""


def over_both(fixture: str) -> pytest.MarkDecorator:
    """Have a test tried over both kinds of database, where its module's others are over SQLite."""
    return pytest.mark.parametrize(fixture, DATABASES, indirect=True)


class Own:
    """A sandbox, its bot, and clients of both."""

    def __init__(self, world: SandboxProcess, bot: BotProcess) -> None:
        self.world = world
        self.bot = bot

    @contextlib.asynccontextmanager
    async def clients(self) -> AsyncIterator["Clients"]:
        async with (
            http_client(base_url=self.world.chat) as telegram,
            http_client(base_url=self.world.marketplace) as marketplace,
        ):
            yield Clients(telegram, marketplace)

    async def killed(self, rng: random.Random) -> None:
        """Be killed, at once or a moment after what somebody just did, and be back."""
        await asyncio.sleep(rng.choice((0, 0.02, 0.1, 0.3)))
        await self.restart()

    async def restart(self) -> None:
        self.bot.kill()
        self.bot.start()
        await self.bot.ready()


class Clients:
    """The tester's sides of the world."""

    def __init__(self, telegram: httpx.AsyncClient, marketplace: httpx.AsyncClient) -> None:
        self.telegram = telegram
        self.market = marketplace
        self.orders = Market(marketplace)
        self.channels: list[tuple[int, int]] = []
        """Those this test made, by id and owner: their cards are nobody's business in the next."""

    async def arrive(self, language: str = "en") -> Person:
        return await Person.arrive(self.telegram, language)

    async def bot_is(self, status: str, rights: list[str], chat: int, owner: int) -> None:
        body = {"status": status, "rights": rights, "by": owner}
        answer = await self.telegram.post(f"/sandbox/chats/{chat}/standing", json=body)
        assert answer.status_code < 300, answer.text

    async def leave_channels(self) -> None:
        while self.channels:
            await self.bot_is("left", [], *self.channels.pop())

    async def fault(self, method: str, kind: str, **more: object) -> None:
        body = {"method": method, "kind": kind, "times": 0, **more}
        (await self.telegram.post("/sandbox/botapi/faults", json=body)).raise_for_status()

    async def market_fault(self, endpoint: str, kind: str, **more: object) -> None:
        body = {"endpoint": endpoint, "kind": kind, "times": None, **more}
        (await self.market.post("/sandbox/faults", json=body)).raise_for_status()

    async def no_faults(self) -> None:
        (await self.telegram.delete("/sandbox/botapi/faults")).raise_for_status()
        (await self.market.delete("/sandbox/faults")).raise_for_status()

    async def settled(self) -> None:
        """Wait until the bot has every update, and was seen to ask for more."""

        async def has_all() -> bool:
            return bool((await self.telegram.get("/sandbox/updates")).json()["pending"] == 0)

        await until(has_all)

    async def struck(self) -> int:
        """How often Telegram's faults struck."""
        faults = (await self.telegram.get("/sandbox/botapi/faults")).json()["faults"]
        return sum(int(each["struck"]) for each in faults)

    async def has_struck(self) -> bool:
        return await self.struck() > 0

    async def market_calls(self) -> int:
        counts = (await self.market.get("/sandbox/calls")).json()["counts"]
        return sum(counts.values())

    async def calls(self, method: str) -> int:
        answer = (await self.telegram.get("/sandbox/botapi/calls")).json()
        return int(answer["counts"].get(method, 0))


@contextlib.contextmanager
def own_world(**settings: str) -> Iterator[Own]:
    """Start a sandbox, and make a bot for it that is not started yet."""
    with tempfile.TemporaryDirectory() as folder:
        world = SandboxProcess()
        bot = BotProcess(world, Path(folder), **settings)
        try:
            yield Own(world, bot)
        finally:
            if bot.process is not None and bot.process.poll() is None:
                bot.kill()
            world.stop()


@contextlib.contextmanager
def stored_in(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """The settings of a bot whose database is of the kind that a fixture's parameter names.

    One in PostgreSQL is of the run's server, and is dropped with the fixture.
    """
    if getattr(request, "param", "sqlite") == "sqlite":
        yield {}
        return
    server = request.getfixturevalue("postgres_server")
    name = server.create()
    try:
        yield {"DATABASE_URL": server.url(name), "DATA_KEY": KEY}
    finally:
        server.drop(name)


@contextlib.asynccontextmanager
async def what_is_stored(own: Own, copy: Path) -> AsyncIterator[SqlStorage]:
    """The storage of a bot that has ended; what is in a file is copied first."""
    where = own.bot.environment["DATABASE_URL"]
    storage: SqlStorage
    if where.startswith("postgresql:"):
        storage = PostgresStorage(where, load_keyring(KEY, copy / "bot.key").sealer())
    else:
        for file in own.bot.folder.glob("bot.*"):
            shutil.copy(file, copy)
        keys = load_keyring(None, copy / "bot.key")
        storage = SqliteStorage(copy / "bot.db", keys.sealer())
    await storage.open()
    try:
        yield storage
    finally:
        await storage.close()


async def until(fact: Callable[[], Awaitable[object]], within: float = 60.0) -> None:
    """Wait until an asynchronous fact holds."""
    async with asyncio.timeout(within):
        while not await fact():  # noqa: ASYNC110 - another process decides; there is no event
            await asyncio.sleep(0.02)


async def killed_before_the_sheet(own: Own) -> None:
    """Have the bot killed while it adds a sheet to a page of results; the page goes on working."""
    async with own.clients() as clients:
        await clients.no_faults()
        buyer = await clients.arrive()
        buyer.looks_at_pictures = False
        await clients.fault("editMessageMedia", "slow", seconds=20)
        await buyer.send("水杯")
        page = await buyer.sees("Results for")
        await until(clients.has_struck)
        # That the words were told is durable with the next commit, which is somebody's step.
        await (await clients.arrive()).say("/start", "Snaporder")
        own.bot.kill()
        await clients.no_faults()
        own.bot.start()
        await own.bot.ready()
        await buyer.tap("^1$", page)
        await buyer.sees("Minimum order")
        pages = [each for each in await buyer.history() if "Results for" in each.text]
        assert [each.id for each in pages] == [page.id]
