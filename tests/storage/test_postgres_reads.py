"""What is read on the event loop: together, each for itself, and elsewhere when that is lost."""

import asyncio

import psycopg
import pytest

from bot.storage.ports import StorageUnavailable
from bot.storage.postgres.connection import PostgresConnection, connect
from bot.storage.postgres.reading import NotRead, Reads
from bot.storage.postgres.storage import PostgresStorage
from bot.storage.sealing import Sealer
from tests.storage.samples import KEY, NOW

pytestmark = pytest.mark.postgres
_ENDED = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND application_name LIKE 'snaporder%'"
)


@pytest.fixture
async def reads(postgres: str):
    async def connected() -> PostgresConnection:
        return await asyncio.to_thread(connect, postgres, {}, 5.0)

    opened = Reads(connected)
    opened.open()
    yield opened
    await opened.close()


async def read(reads: Reads, sql: str, *parameters: object) -> list[tuple[object, ...]]:
    """Read as soon as there is a connection."""
    async with asyncio.timeout(20):
        while True:
            try:
                return await reads.rows(sql, parameters)
            except NotRead:
                await asyncio.sleep(0.01)


async def test_each_gets_its_own_rows(reads: Reads):
    """Statements of one turn and of later ones, prepared and not yet, with much and little."""
    long = "x" * 300_000
    for _ in range(2):
        await read(reads, "SELECT 1")
        found = await asyncio.gather(
            *(reads.rows("SELECT ? + 1, ?", (number, str(number))) for number in range(50)),
            reads.rows("SELECT ?", (long,)),
            reads.rows("SELECT 1 WHERE FALSE", ()),
        )
        assert found[:50] == [[(number + 1, str(number))] for number in range(50)]
        assert found[50:] == [[(long,)], []]


async def test_one_that_is_wrong_says_so_alone(reads: Reads):
    """The others of its turn are to be read elsewhere; what comes later is answered here."""
    await read(reads, "SELECT 1")
    one, wrong, zero, left_out = await asyncio.gather(
        reads.rows("SELECT 1", ()),
        reads.rows("SELECT nothing_of_that_name", ()),
        reads.rows("SELECT 1 / ?", (0,)),
        reads.rows("SELECT 2", ()),
        return_exceptions=True,
    )
    assert one == [(1,)]
    assert isinstance(wrong, StorageUnavailable)
    assert "nothing_of_that_name" in str(wrong)
    assert isinstance(zero, NotRead)
    assert isinstance(left_out, NotRead)
    assert await reads.rows("SELECT 3", ()) == [(3,)]
    with pytest.raises(StorageUnavailable):
        await reads.rows("SELECT 1 / ?", (0,))
    assert await reads.rows("SELECT 2", ()) == [(2,)]


async def test_whoever_gave_up_waiting_disturbs_nobody(reads: Reads):
    """A reading that was cancelled is read to its end all the same."""
    await read(reads, "SELECT 1")
    waits = asyncio.create_task(reads.rows("SELECT 1, pg_sleep(0.2)", ()))
    await asyncio.sleep(0.05)
    waits.cancel()
    assert await reads.rows("SELECT 2", ()) == [(2,)]


@pytest.mark.parametrize("how", ["ended by the server", "hung up"])
async def test_a_lost_connection_is_opened_again(reads: Reads, postgres: str, how: str):
    """Who waits is sent elsewhere, at once; a while later there is another connection."""
    await read(reads, "SELECT 1")
    waits = asyncio.create_task(reads.rows("SELECT pg_sleep(30)", ()))
    await asyncio.sleep(0.1)
    if how == "hung up":
        reads.hang_up(60.0)
        assert not waits.done()
        reads.hang_up()
    else:
        with psycopg.connect(postgres) as there:
            there.execute(_ENDED)
    async with asyncio.timeout(10):
        with pytest.raises(NotRead):
            await waits
    assert await read(reads, "SELECT 5") == [(5,)]


async def test_a_storage_reads_on_while_connections_are_lost(postgres: str):
    """Whatever was lost, and whenever, somebody who reads gets rows."""
    storage = PostgresStorage(postgres, Sealer(KEY), lambda: NOW)
    await storage.open()
    for _ in range(5):
        with psycopg.connect(postgres) as there:
            there.execute(_ENDED)
        found = await asyncio.gather(*(storage.database.rows("SELECT ?", n) for n in range(20)))
        assert found == [[(n,)] for n in range(20)]
    await storage.close()
    with pytest.raises(StorageUnavailable):
        await storage.database.rows("SELECT 1")
