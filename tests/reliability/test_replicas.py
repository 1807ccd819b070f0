"""Several bots over one PostgreSQL: killed, stopped at every boundary and woken, cut off."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psycopg
import pytest
from buying import TAPE_MEASURE, placed
from crashing import Clients, Own, until
from processes import LOOKUP_DELAYS, BotProcess, SandboxProcess

from tests.postgres import Server, own_server

pytestmark = [
    pytest.mark.crash,
    pytest.mark.postgres,
    pytest.mark.slow,
    pytest.mark.timeout(600),
]
KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
TAKEN_OVER = os.EX_TEMPFAIL
WITHIN = 60.0


class Company:
    """A world, a database, and so many bots."""

    def __init__(self, world: SandboxProcess, url: str, bots: list[BotProcess]) -> None:
        self.world, self.url, self.bots = world, url, bots

    @contextlib.asynccontextmanager
    async def clients(self) -> AsyncIterator[Clients]:
        async with Own(self.world, self.bots[0]).clients() as clients:
            yield clients

    def rows(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            return connection.execute(sql.encode(), values).fetchall()

    def holder(self, kind: str, key: object) -> BotProcess:
        """Who holds a lease."""
        ((name,),) = self.rows(
            "SELECT name FROM leases JOIN replicas USING (replica) WHERE kind = %s AND key = %s",
            kind,
            str(key),
        )
        pid = int(str(name).rpartition("/")[2])
        return next(bot for bot in self.bots if bot.process and bot.process.pid == pid)

    def held(self, kind: str, key: object) -> bool:
        return bool(
            self.rows(
                "SELECT 1 FROM leases JOIN replicas USING (replica) WHERE kind = %s AND key = %s",
                kind,
                str(key),
            )
        )

    def others(self, bot: BotProcess) -> list[BotProcess]:
        return [each for each in self.bots if each is not bot]


def send(bot: BotProcess, number: signal.Signals) -> None:
    assert bot.process is not None
    bot.process.send_signal(number)


async def woken(bot: BotProcess) -> None:
    """Wake a stopped bot whose work others have by now: it ends, and says why."""
    send(bot, signal.SIGCONT)

    async def ended() -> bool:
        assert bot.process is not None
        return bot.process.poll() is not None

    await until(ended)
    assert bot.process is not None
    assert bot.process.poll() == TAKEN_OVER
    assert '"taken_over"' in bot.log.read_text()


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """One whose connections may be cut and which may be restarted."""
    with own_server({"max_connections": "60"}) as running:
        yield running


@pytest.fixture
async def company(server: Server, tmp_path: Path) -> AsyncIterator[Company]:
    world = SandboxProcess()
    name = server.create()
    url = server.url(name, tcp=True)
    bots = []
    for number in (1, 2):
        folder = tmp_path / f"bot{number}"
        folder.mkdir()
        bots.append(
            BotProcess(
                world,
                folder,
                DATABASE_URL=url,
                DATA_KEY=KEY,
                LOOKUP_DELAYS=LOOKUP_DELAYS,
                FLOOD_UPDATES="0",
            )
        )
    try:
        for bot in bots:
            bot.start()
            await bot.ready()
        yield Company(world, url, bots)
    finally:
        for bot in bots:
            if bot.process is not None and bot.process.poll() is None:
                send(bot, signal.SIGCONT)
                bot.kill()
        world.stop()


async def test_two_bots_serve_one_shop(company: Company):
    """Everybody orders, wherever their chats are worked on; one polls, and nobody quarrels."""
    async with company.clients() as clients:
        people = [await clients.arrive() for _ in range(6)]

        async def buy(person) -> None:
            await placed(person, TAPE_MEASURE)

        await asyncio.gather(*map(buy, people))
        assert len(await clients.orders.orders()) == 6
    for bot in company.bots:
        log = bot.log.read_text()
        assert '"Conflict"' not in log
        assert '"replica_joined"' in log
    assert {bot.stop() for bot in company.bots} == {0}
    assert company.rows("SELECT * FROM replicas") == []
    assert company.rows("SELECT * FROM leases") == []


async def test_the_killed_ones_chats_are_answered_within_seconds(company: Company):
    """From the kill to what a waiting chat is shown; the one that polled is killed as well."""
    took = []
    async with company.clients() as clients:
        for _ in range(3):
            person = await clients.arrive()
            await person.say("/start", ".")
            victim = company.holder("duty", "poll")
            victim.kill()
            began = time.monotonic()
            await person.say("/help", ".")
            took.append(time.monotonic() - began)
            victim.start()
            await victim.ready()
    print("take-over", took)
    assert max(took) < 10


