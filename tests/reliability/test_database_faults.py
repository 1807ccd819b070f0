"""The database itself fails under two bots: full, silent, gone for good and followed by another."""

import asyncio
import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from buying import TAPE_MEASURE, at_preview, placed
from chat import Person
from company import WITHIN, Company, ended_to_start_again, looked_after, starting
from crashing import Clients, until
from soak_database import no_room

from tests.cutting import Cutting
from tests.loopback import http_client
from tests.postgres import Server, connections_taken, is_up, own_server, standby_of
from tests.storage.later_releases import MORE, changed

pytestmark = [
    pytest.mark.crash,
    pytest.mark.postgres,
    pytest.mark.slow,
]
ROOM = 160  # MB: a new server, its log, and a little
LONG = "背包" * 1500
TO_MEND = 2


@pytest.fixture
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on a file system of its own, which is soon full."""
    if os.geteuid() != 0:
        pytest.skip("only root mounts a small file system")
    with own_server({"wal_recycle": "off"}, room=ROOM) as server:
        yield server


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with own_server({"max_connections": "60"}) as running:
        yield running


async def _statuses(company: Company) -> list[int]:
    async with http_client(timeout=30) as http:
        return [
            (await http.get(f"http://127.0.0.1:{bot.port}/readyz")).status_code
            for bot in company.bots
        ]


async def test_a_full_disk_loses_nothing(small: Server, tmp_path: Path) -> None:
    """What can't be stored is not acknowledged; with room again all of it is handled, once."""
    url = small.url(small.create(), tcp=True)
    with starting(tmp_path, url) as company:
        await company.ready()
        async with company.clients() as clients:
            buyer = await clients.arrive()
            await at_preview(buyer, TAPE_MEASURE, 4)
            others = [await clients.arrive() for _ in range(4)]
            with no_room(small):
                writing = [asyncio.create_task(_writes_on(each)) for each in others]
                await until(lambda: _some_is(company, 503))
                for each in writing:
                    each.cancel()
                await asyncio.gather(*writing, return_exceptions=True)
                await buyer.tap("Confirm order")
                pending = (await clients.telegram.get("/sandbox/updates")).json()["pending"]
                assert pending > 0, "what can't be stored is not acknowledged"
                pids = company.pids()
            await until(lambda: asyncio.to_thread(is_up, small))
            shown = await buyer.sees("Order placed")
            orders = await clients.orders.orders()
            assert [each["orderId"] in shown.text for each in orders] == [True]
            assert await clients.orders.count("create") == 1
            for each in others:
                await clients.settled()
                await each.say("/help", "photo|link")
            assert company.pids() == pids


async def _writes_on(person: Person) -> None:
    while True:
        await person.send(LONG)
        await asyncio.sleep(0.05)


async def _some_is(company: Company, status: int) -> bool:
    return status in await _statuses(company)


async def _all_are(company: Company, status: int) -> bool:
    return set(await _statuses(company)) == {status}


def _through(proxy: Cutting, name: str) -> str:
    return f"postgresql://snaporder@127.0.0.1:{proxy.port}/{name}?sslmode=disable"


async def test_a_bot_that_hears_nothing_of_the_database_is_replaced(
    server: Server, tmp_path: Path
) -> None:
    """No connection ends, only no byte comes any more: while it makes an order, and polls."""
    name = server.create()
    with contextlib.ExitStack() as stack:
        proxies = [stack.enter_context(Cutting(server.port)) for _ in range(2)]
        ways = [_through(each, name) for each in proxies]
        url = server.url(name, tcp=True)
        company = stack.enter_context(starting(tmp_path, url, ways=ways))
        await company.ready()
        async with company.clients() as clients:
            buyer = await clients.arrive()
            await at_preview(buyer, TAPE_MEASURE, 4)
            await clients.market_fault("create", "slow", seconds=1.5)
            await buyer.tap("Confirm order")
            await clients.orders.until_called("create")
            cut_off = company.holder("order")
            others = [each for each in company.bots if each is not cut_off]
            with proxies[company.bots.index(cut_off)].silent():
                async with looked_after(*others):
                    shown = await buyer.sees("Order placed")
                await until(lambda: company.nobody_has("order"))
                await buyer.say("/help", "photo|link")
                polling = company.holder("duty", "poll")
                assert polling is not cut_off
            await ended_to_start_again(cut_off)
            cut_off.start()
            await cut_off.ready()
            await buyer.sees_nothing_new()
            assert (await clients.orders.only_order())["orderId"] in shown.text
            assert await clients.orders.count("create") == 1


async def test_a_database_silent_for_everybody_makes_nobody_dead(
    server: Server, tmp_path: Path
) -> None:
    """For much longer than a lease; then all go on, and what was said meanwhile is answered."""
    name = server.create()
    with Cutting(server.port) as proxy, starting(tmp_path, _through(proxy, name)) as company:
        await company.ready()
        async with company.clients() as clients:
            people = [await clients.arrive() for _ in range(4)]
            for each in people:
                await each.say("/start", "Snaporder")
            pids = company.pids()
            with proxy.silent():
                for each in people:
                    await each.send("/help")
                await until(lambda: _all_are(company, 503))
                for each in people:
                    await each.sees_nothing_new(1.5)
            for each in people:
                await each.sees("photo|link")
            assert company.pids() == pids


async def test_a_bot_alone_goes_on_over_new_connections_when_the_old_ones_carry_nothing(
    server: Server, tmp_path: Path
) -> None:
    """A black hole: `/readyz` says 503; then new connections pass, and the old ones never end."""
    name = server.create()
    with (
        Cutting(server.port) as proxy,
        starting(tmp_path, _through(proxy, name), 1) as company,
    ):
        await company.ready()
        async with company.clients() as clients:
            buyer, other = await clients.arrive(), await clients.arrive()
            await at_preview(buyer, TAPE_MEASURE, 4)
            await other.say("/start", "Snaporder")
            await clients.market_fault("create", "slow", seconds=1.5)
            await buyer.tap("Confirm order")
            await clients.orders.until_called("create")
            pids = company.pids()
            with proxy.silent():
                await other.send("/help")
                await until(lambda: _all_are(company, 503))
                proxy.strand()
            shown = await buyer.sees("Order placed")
            await other.sees("photo|link")
            await until(lambda: _all_are(company, 200))
            await other.sees_nothing_new()
            assert (await clients.orders.only_order())["orderId"] in shown.text
            assert await clients.orders.count("create") == 1
            assert company.pids() == pids


@contextlib.contextmanager
def pair(*, synchronous: bool) -> Iterator[tuple[Server, Server, str]]:
    """A primary, its standby, and the address of a database that is looked for at both."""
    with own_server({"max_connections": "60"}) as primary:
        name = primary.create()
        with standby_of(primary) as standby:
            if synchronous:
                primary.sql(
                    "ALTER SYSTEM SET synchronous_standby_names = '*'", "SELECT pg_reload_conf()"
                )
            hosts = ",".join(f"127.0.0.1:{each.port}" for each in (primary, standby))
            yield (
                primary,
                standby,
                (f"postgresql://snaporder@{hosts}/{name}?target_session_attrs=read-write"),
            )


def promote(standby: Server) -> None:
    standby.program("pg_ctl", "promote", "-D", standby.data, "-w")


async def test_a_standby_that_confirmed_every_commit_goes_on_as_if_nothing_had_been(
    tmp_path: Path,
) -> None:
    """Orders placed, one under way and words unanswered: all are there, and nobody starts anew."""
    with pair(synchronous=True) as (primary, standby, url), starting(tmp_path, url) as company:
        await company.ready()
        async with company.clients() as clients:
            early = [await clients.arrive() for _ in range(3)]
            for each in early:
                await placed(each, TAPE_MEASURE)
            buyer = await clients.arrive()
            await at_preview(buyer, TAPE_MEASURE, 4)
            await clients.market_fault("create", "slow", seconds=1.5)
            await buyer.tap("Confirm order")
            await until(lambda: _creates(clients, 4))
            pids = company.pids()
            primary.stop("immediate")
            for each in early:
                await each.send("/orders")
            promote(standby)
            shown = await buyer.sees("Order placed")
            orders = await clients.orders.orders()
            assert len(orders) == await clients.orders.count("create") == 4
            assert sum(each["orderId"] in shown.text for each in orders) == 1
            for each in early:
                await each.sees("My orders")
            known = company.rows("SELECT count(*) FROM orders WHERE \"placing\" = 'placed'")
            assert known == [(4,)]
            assert company.pids() == pids


async def _creates(clients: Clients, count: int) -> bool:
    return await clients.orders.count("create") == count


async def test_a_standby_that_lost_the_last_commits_is_begun_on_as_after_a_backup(
    tmp_path: Path,
) -> None:
    """An order of those seconds lives at the marketplace alone: it is named, and not made again."""
    with pair(synchronous=False) as (primary, standby, url), starting(tmp_path, url) as company:
        await company.ready()
        async with company.clients() as clients:
            operator, early = await clients.arrive(), await clients.arrive()
            await operator.say("/start", "Snaporder")
            for each in company.bots:
                each.environment["ADMIN_IDS"] = str(operator.id)
            await placed(early, TAPE_MEASURE)
            buyer = await clients.arrive()
            screen = await at_preview(buyer, TAPE_MEASURE, 4)
            button = screen.button("Confirm order")["callback_data"]
            await until(lambda: _has_all(primary, standby))
            standby.stop()
            await buyer.do("Confirm order", "Order placed")
            orders = await clients.orders.orders()
            assert len(orders) == 2
            primary.stop("immediate")
            standby.start()
            promote(standby)
            await asyncio.gather(*(ended_to_start_again(each) for each in company.bots))
            assert any("storage.commits_lost" in each.log.read_text() for each in company.bots)
            company.start_again()
            await company.ready()
            lost = orders[-1]["thirdOrderId"]
            await operator.sees(f"made after the copy that was put back.*{lost}")
            query = await buyer.press(screen.id, button)
            assert "earlier step" in (await buyer.toast(query) or "")
            await early.say("/orders", "My orders")
            assert len(await clients.orders.orders()) == 2
            assert await clients.orders.count("create") == 2


async def _has_all(primary: Server, standby: Server) -> bool:
    """Whether the standby has replayed what the primary wrote so far."""
    ((written,),) = primary.sql("SELECT pg_current_wal_lsn()")
    ((has,),) = standby.sql(f"SELECT pg_last_wal_replay_lsn() >= '{written}'")
    return bool(has)


async def test_a_rolling_update_changes_the_schema_under_bots_of_before(
    server: Server, tmp_path: Path
) -> None:
    """Both go on with an order under way and start again over it, as the release before may."""
    url = server.url(server.create(), tcp=True)
    with starting(tmp_path, url) as company:
        await company.ready()
        async with company.clients() as clients:
            buyer, other = await clients.arrive(), await clients.arrive()
            await at_preview(buyer, TAPE_MEASURE, 4)
            await clients.market_fault("create", "slow", seconds=1.0)
            await buyer.tap("Confirm order")
            await clients.orders.until_called("create")
            pids = company.pids()
            await asyncio.to_thread(changed, url, tmp_path, MORE)
            await buyer.sees("Order placed")
            assert company.pids() == pids
            for bot in company.bots:
                bot.kill()
                bot.start()
                await bot.ready()
            await buyer.say("/orders", "My orders")
            await placed(other, TAPE_MEASURE)
            assert len(await clients.orders.orders()) == 2


async def test_another_bot_finds_too_few_connections_left(tmp_path: Path) -> None:
    """It ends with one line, and whoever works there notices nothing; five are enough."""
    each_needs, reserved, most = 5, 3, 22
    settings = {
        "max_connections": str(most),
        "superuser_reserved_connections": str(reserved),
    }
    with own_server(settings) as server:
        server.sql("CREATE ROLE keeper LOGIN", "CREATE DATABASE shop OWNER keeper")
        url = server.url("shop", tcp=True).replace("snaporder@", "keeper@")

        def there() -> list[tuple[object, ...]]:
            return server.sql("SELECT writer FROM writers ORDER BY writer", database="shop")

        async def all_are_open() -> bool:
            async with http_client() as http:
                for bot in company.bots:
                    await http.get(f"http://127.0.0.1:{bot.port}/metrics")
            count = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'keeper'"
            return await asyncio.to_thread(server.sql, count) == [(2 * each_needs,)]

        with starting(tmp_path, url) as company:
            await company.ready()
            async with company.clients() as clients:
                person = await clients.arrive()
                third = company.hire(tmp_path / "third", url)
                company.bots.remove(third)
                await until(all_are_open)
                before = there()
                for left in range(each_needs):
                    with connections_taken(url, most - reserved - 2 * each_needs - left):
                        third.start()
                        assert third.process is not None
                        assert await asyncio.to_thread(third.process.wait, WITHIN) == TO_MEND
                        (line,) = third.log.read_text().splitlines()
                        assert "no connection left: raise max_connections, each bot needs" in line
                        assert there() == before
                        await person.say("/help", "photo|link")
                    third.log.write_text("")
                with connections_taken(url, most - reserved - 3 * each_needs):
                    third.start()
                    await third.ready()
                    assert len(there()) == len(before) + 1
                    await person.say("/help", "photo|link")
                    assert third.stop() == 0
