"""Two builds of the bot over one PostgreSQL, as in a rolling update: the older one is real.

It is taken from the history, where there is one: so these are not of the kinds that must run.
"""

import asyncio
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from buying import TAPE_MEASURE, at_preview, placed
from company import WITHIN, Company, ended_to_start_again, starting
from processes import ROOT, BotProcess

from bot.storage.postgres.migrations import floor_of
from bot.storage.replica_ports import NEWER
from bot.storage.sql.migrations import NAMES
from tests.postgres import Server

pytestmark = pytest.mark.slow

BELOW = "ce9ef7fa61fcf82e9325bb4ebee1cffb7dce2c9d"
"""A build that knows schema 20 and drops what group buys have had since."""
_NEEDED = ("bot", "handlers", "locales", "pyproject.toml")


def git(*words: str) -> bytes:
    """Ask the history. Skips, and says why, where there is none."""
    try:
        asked = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        told = getattr(error, "stderr", None) or str(error).encode()
        pytest.skip(f"no earlier build: {told.decode(errors='replace').strip()}")
    return asked.stdout


def build(folder: Path, commit: str) -> Path:
    """Return the tree of a commit."""
    tree = folder / commit[:12]
    tree.mkdir()
    # Not tarfile: before Python 3.11.4 it knows no filter, and later it warns where none is given.
    packed = git("archive", commit, *_NEEDED)
    subprocess.run(["tar", "-x", "-C", str(tree)], input=packed, check=True)
    return tree


def oldest_beside() -> str:
    """Return the commit of the oldest build that may run beside this one."""
    step = f"bot/storage/sql/migrations/{floor_of(NAMES):04}_*.sql"
    added = git("log", "--diff-filter=A", "--format=%H", "--", step).decode().split()
    if not added:
        pytest.skip("the step that raised the floor is not in the history")
    return added[-1]


def of_build(company: Company, folder: Path, tree: Path) -> BotProcess:
    """One bot more, of another build; it is not started yet."""
    bot = company.hire(folder / f"bot{len(company.bots)}", company.url)
    bot.tree = tree
    return bot


@pytest.fixture
def company(postgres_server: Server, tmp_path: Path) -> Iterator[Company]:
    """A world and a database; nobody is there yet."""
    name = postgres_server.create()
    with starting(tmp_path, postgres_server.url(name), 0) as none:
        yield none
    postgres_server.drop(name)


def said_nothing_odd(bot: BotProcess) -> None:
    """It had no stack trace to show."""
    log = bot.log.read_text()
    assert "Traceback" not in log
    assert '"exception"' not in log


async def test_a_build_below_the_floor_ends_its_order_and_is_refused_then(
    company: Company, tmp_path: Path
) -> None:
    """Before the new one writes; who was at a preview of the old one orders from the new one."""
    old = of_build(company, tmp_path, build(tmp_path, BELOW))
    new = of_build(company, tmp_path, ROOT)
    old.start()
    await old.ready()
    async with company.clients() as clients:
        buyer, waiting = await clients.arrive(), await clients.arrive()
        await at_preview(waiting, TAPE_MEASURE, 3)
        await at_preview(buyer, TAPE_MEASURE, 4)
        await clients.market_fault("create", "slow", seconds=1.5)
        await buyer.tap("Confirm order")
        await clients.orders.until_called("create")
        new.start()
        await ended_to_start_again(old)
        await buyer.sees("Order placed")
        await waiting.do("Confirm order", "Order placed")
        await new.ready()
        await placed(await clients.arrive(), TAPE_MEASURE)
        assert len(await clients.orders.orders()) == await clients.orders.count("create") == 3
        old.start()
        assert old.process is not None
        assert await asyncio.to_thread(old.process.wait, WITHIN) == 2
        last = old.log.read_text().splitlines()[-1]
        assert "start the release that wrote it, or a newer one" in last
        await waiting.say("/orders", "My orders")
    said_nothing_odd(old)
    said_nothing_odd(new)


async def test_the_oldest_build_at_the_floor_serves_beside_this_one(
    company: Company, tmp_path: Path
) -> None:
    """Both answer and order; each goes on with what the other stored when that one stops."""
    old = of_build(company, tmp_path, build(tmp_path, oldest_beside()))
    new = of_build(company, tmp_path, ROOT)
    for bot in (old, new):
        bot.start()
        await bot.ready()
    async with company.clients() as clients:
        people = [await clients.arrive() for _ in range(6)]
        await asyncio.gather(*(placed(each, TAPE_MEASURE) for each in people))
        early, late = await clients.arrive(), await clients.arrive()
        await at_preview(early, TAPE_MEASURE, 4)
        await clients.market_fault("create", "slow", seconds=1.0)
        await early.tap("Confirm order")
        assert await asyncio.to_thread(old.stop) == 0
        await early.sees("Order placed")
        await at_preview(late, TAPE_MEASURE, 4)
        old.start()
        await old.ready()
        assert await asyncio.to_thread(new.stop) == 0
        await late.do("Confirm order", "Order placed")
        for each in people:
            await each.say("/orders", "My orders")
        assert len(await clients.orders.orders()) == await clients.orders.count("create") == 8
    said_nothing_odd(old)
    said_nothing_odd(new)


async def test_who_hears_that_it_is_too_old_finishes_and_ends(
    company: Company, tmp_path: Path
) -> None:
    """As at a stop: its order is stored as placed before it ends, and nothing is cut off."""
    bot = of_build(company, tmp_path, ROOT)
    bot.start()
    await bot.ready()
    async with company.clients() as clients:
        buyer = await clients.arrive()
        await at_preview(buyer, TAPE_MEASURE, 4)
        await clients.market_fault("create", "slow", seconds=1.0)
        await buyer.tap("Confirm order")
        await clients.orders.until_called("create")
        company.rows("SELECT pg_notify('snaporder', %s)", f"{NEWER} {len(NAMES) + 1}")
        await ended_to_start_again(bot)
        ((placing,),) = company.rows('SELECT "placing" FROM orders')
        assert placing == "placed"
        assert company.rows("SELECT * FROM replicas") == []
        bot.start()
        await bot.ready()
        await buyer.say("/orders", "My orders")
        assert len(await clients.orders.orders()) == await clients.orders.count("create") == 1
    said_nothing_odd(bot)
