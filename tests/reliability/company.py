"""Several bots over one PostgreSQL, to be killed, stopped, woken and cut off."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import psycopg
from crashing import KEY, Clients, Own
from processes import LOOKUP_DELAYS, START_AGAIN, BotProcess, SandboxProcess

WITHIN = 60.0


class Company:
    """A world, a database, and so many bots."""

    def __init__(self, world: SandboxProcess, url: str, bots: list[BotProcess]) -> None:
        self.world, self.url, self.bots = world, url, bots

    @contextlib.asynccontextmanager
    async def clients(self) -> AsyncIterator[Clients]:
        async with Own(self.world, self.bots[0]).clients() as clients:
            yield clients

    def hire(self, folder: Path, way: str, **settings: str) -> BotProcess:
        """One bot more, over an address of the database; it is not started yet."""
        folder.mkdir()
        quick = {"FLOOD_UPDATES": "0", "LOOKUP_DELAYS": LOOKUP_DELAYS}
        there = {"DATABASE_URL": way, "DATA_KEY": KEY}
        self.bots.append(BotProcess(self.world, folder, **{**quick, **there, **settings}))
        return self.bots[-1]

    async def ready(self) -> None:
        """Wait until all are."""
        for bot in self.bots:
            await bot.ready()

    def start_again(self) -> None:
        """Start those that ended."""
        for bot in self.bots:
            bot.start()

    def pids(self) -> list[int]:
        """Who runs; fails for one that ended."""
        running = [bot.process for bot in self.bots if bot.process and bot.process.poll() is None]
        assert len(running) == len(self.bots)
        return [each.pid for each in running]

    def rows(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            return connection.execute(sql.encode(), values).fetchall()

    def holder(self, kind: str, key: object = "%") -> BotProcess:
        """Who holds a lease, the only one of its kind unless its key is given."""
        ((name,),) = self.rows(
            "SELECT name FROM leases JOIN replicas USING (replica) WHERE kind = %s AND key LIKE %s",
            kind,
            str(key),
        )
        pid = int(str(name).rpartition("/")[2])
        return next(bot for bot in self.bots if bot.process and bot.process.pid == pid)

    async def nobody_has(self, kind: str) -> bool:
        """Tell whether no lease of a kind is held by anybody who is alive."""
        return not self.rows(
            "SELECT 1 FROM leases JOIN replicas USING (replica) WHERE kind = %s", kind
        )


def send(bot: BotProcess, number: signal.Signals) -> None:
    assert bot.process is not None
    bot.process.send_signal(number)


async def ended_to_start_again(bot: BotProcess) -> None:
    """Wait for the end of a bot whose work another has."""
    assert bot.process is not None
    assert await asyncio.to_thread(bot.process.wait, WITHIN) == START_AGAIN
    assert '"start_again"' in bot.log.read_text()


@contextlib.asynccontextmanager
async def looked_after(*bots: BotProcess) -> AsyncIterator[None]:
    """Start those again that a busy machine had given up, as whoever watches over them does."""

    async def look() -> None:
        while True:
            for each in bots:
                if each.process is not None and each.process.poll() == START_AGAIN:
                    each.start()
            await asyncio.sleep(0.2)

    looking = asyncio.create_task(look())
    try:
        yield
    finally:
        looking.cancel()


@contextlib.asynccontextmanager
async def stopped(bot: BotProcess) -> AsyncIterator[None]:
    """Stop a bot, and wake it when others have its work: it ends, says why, and starts again."""
    send(bot, signal.SIGSTOP)
    try:
        yield
        send(bot, signal.SIGCONT)
        await ended_to_start_again(bot)
    finally:
        send(bot, signal.SIGCONT)
        bot.kill()
        bot.start()
        await bot.ready()


@contextlib.contextmanager
def in_company(folder: Path, url: str, **settings: str) -> Iterator[Company]:
    """A world with two bots over a database, started and ready."""
    with starting(folder, url, **settings) as company:
        asyncio.run(company.ready())
        yield company


@contextlib.contextmanager
def starting(
    folder: Path, url: str, bots: int = 2, /, *, ways: Sequence[str] = (), **settings: str
) -> Iterator[Company]:
    """A world with so many bots over a database, started, and soon ready.

    `ways` are other addresses of it, one for each bot.
    """
    world = SandboxProcess()
    company = Company(world, url, [])
    try:
        for number, way in enumerate(ways or [url] * bots):
            company.hire(folder / f"bot{number}", way, **settings).start()
        yield company
    finally:
        for bot in company.bots:
            if bot.process is not None and bot.process.poll() is None:
                send(bot, signal.SIGCONT)
                bot.kill()
        world.stop()
