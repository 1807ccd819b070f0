"""The host misbehaves: each case has one outcome, and the log names it."""

import asyncio
import json
import signal
import time

import pytest
from buying import TAPE_MEASURE, at_preview
from chat import Person
from crashing import Clients, Own, until
from host_trouble import locked, no_room, run_to_its_end

from tests.loopback import http_client

pytestmark = [pytest.mark.crash, pytest.mark.slow]


async def _status(own: Own) -> int:
    async with http_client(timeout=30) as http:
        return (await http.get(f"http://127.0.0.1:{own.bot.port}/readyz")).status_code


def _events(own: Own) -> list[str]:
    lines = own.bot.log.read_text(errors="replace").splitlines()
    return [json.loads(line)["event"] for line in lines if line.startswith("{")]


async def _started(own: Own) -> None:
    own.bot.start()
    await own.bot.ready()


async def _grown(clients: Clients, own: Own) -> Person:
    """A person at the preview, with a write-ahead log that is longer than the bot's log."""
    buyer = await clients.arrive()
    await at_preview(buyer, TAPE_MEASURE, 4)
    while (own.bot.folder / "bot.db-wal").stat().st_size < own.bot.log.stat().st_size + 60_000:
        await buyer.say("/start", "Continue where you were")
        await buyer.do("Continue", "Total to pay")
    return buyer


async def test_a_full_disk_loses_nothing_and_confirms_nothing(victim: Own) -> None:
    """What can't be stored is not acknowledged; with room again it is handled, once."""
    await _started(victim)
    async with victim.clients() as clients:
        buyer = await _grown(clients, victim)
        with no_room(victim.bot):
            await buyer.tap("Confirm order")
            await until(lambda: _is(victim, 503))
            await buyer.sees_nothing_new(1.5)
            assert await clients.orders.orders() == []
            assert (await clients.telegram.get("/sandbox/updates")).json()["pending"] > 0
        shown = await buyer.sees("Order placed")
        orders = await clients.orders.orders()
        assert [each["orderId"] in shown.text for each in orders] == [True]
        await until(lambda: _is(victim, 200))
    assert "poll_failed" in _events(victim)
    assert victim.bot.stop() == 0


async def test_a_disk_that_fills_while_the_order_is_made(victim: Own) -> None:
    """The answer to create waits in memory for room; the order is made once and not lost."""
    await _started(victim)
    async with victim.clients() as clients:
        buyer = await _grown(clients, victim)
        await clients.market_fault("create", "slow", seconds=1.0)
        await buyer.tap("Confirm order")
        await clients.orders.until_called("create")
        with no_room(victim.bot):
            await until(lambda: _has_orders(clients, 1))
            await until(lambda: _logged(victim, "answer_not_stored"))
        shown = await buyer.sees("Order placed")
        assert (await clients.orders.only_order())["orderId"] in shown.text
        assert await clients.orders.count("create") == 1
    assert victim.bot.stop() == 0


async def test_a_locked_database_is_waited_for(victim: Own) -> None:
    """Longer than the busy time-out: not ready, nothing lost; the answer comes with the lock."""
    await _started(victim)
    async with victim.clients() as clients:
        buyer = await clients.arrive()
        await at_preview(buyer, TAPE_MEASURE, 4)
        with locked(victim.bot.folder / "bot.db"):
            await buyer.tap("Confirm order")
            assert await _status(victim) == 503
            assert await clients.orders.orders() == []
        await buyer.sees("Order placed")
        assert len(await clients.orders.orders()) == 1
    assert victim.bot.stop() == 0


async def test_sigterm_while_orders_are_made(victim: Own) -> None:
    """Creates under way are finished and recorded before the end; code 0, and all are told."""
    await _started(victim)
    async with victim.clients() as clients:
        people = [await clients.arrive() for _ in range(10)]
        await asyncio.gather(*(at_preview(each, TAPE_MEASURE, 4) for each in people))
        await clients.market_fault("create", "slow", seconds=1.5)
        await asyncio.gather(*(each.tap("Confirm order") for each in people))
        await until(lambda: _creating(clients, len(people)))
        assert victim.bot.process is not None
        victim.bot.process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        assert await asyncio.to_thread(victim.bot.process.wait, 30) == 0
        assert time.monotonic() - began < 20
        assert len(await clients.orders.orders()) == len(people)
        assert await clients.orders.count("order_list") == 0, "nothing was left uncertain"
        await _started(victim)
        await asyncio.gather(*(each.sees("Order placed") for each in people))
        assert len(await clients.orders.orders()) == len(people)
        assert await clients.orders.count("create") == len(people)


async def test_a_corrupt_database_stops_the_start(victim: Own) -> None:
    """Exit code 2 and one line that names the file; the file stays as it is."""
    await _started(victim)
    async with victim.clients() as clients:
        await (await clients.arrive()).say("/start", "Snaporder")
    assert victim.bot.stop() == 0
    database = victim.bot.folder / "bot.db"
    whole = database.read_bytes()
    spoilt = (
        b"\x00" * 100 + whole[100:],  # the header is gone
        whole[: len(whole) // 2],  # cut short
        b"what is this?" * 500,
    )
    for content in spoilt:
        database.write_bytes(content)
        code, said = run_to_its_end(victim.bot)
        assert (code, said.count("\n")) == (2, 1), said
        assert said.startswith("DATABASE_URL: ")
        assert "bot.db" in said
        assert database.read_bytes() == content


async def test_a_read_only_database_stops_the_start(victim: Own) -> None:
    """Exit code 2 and one line, not a bot that takes messages which it can't keep."""
    await _started(victim)
    assert victim.bot.stop() == 0
    folder = victim.bot.folder
    for file in folder.iterdir():
        file.chmod(0o444)
    folder.chmod(0o555)
    try:
        code, said = run_to_its_end(victim.bot, powerless=True)
    finally:
        folder.chmod(0o755)
        for file in folder.iterdir():
            file.chmod(0o644)
    assert (code, said.count("\n")) == (2, 1), said
    assert said.startswith("DATABASE_URL: ")


async def _is(own: Own, status: int) -> bool:
    return await _status(own) == status


async def _has_orders(clients: Clients, count: int) -> bool:
    return len(await clients.orders.orders()) == count


async def _creating(clients: Clients, count: int) -> bool:
    return await clients.orders.count("create") == count


async def _logged(own: Own, event: str) -> bool:
    return event in _events(own)
