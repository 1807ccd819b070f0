"""What a server that can't be used gets: one clear line, nothing half-done, and no secret."""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

from bot.storage.ports import DatabaseInUse, StorageUnavailable
from bot.storage.postgres.address import name_of
from bot.storage.postgres.connection import ENDING, WRITING
from bot.storage.postgres.database import PostgresDatabase
from bot.storage.postgres.storage import PostgresStorage
from bot.storage.sealing import Sealer
from tests.cutting import Cutting
from tests.postgres import Server, own_server, standby_of
from tests.storage.samples import KEY, NOW
from tests.tiers import SLOW, slow_but

pytestmark = pytest.mark.postgres

# Of this database alone: others who test share the server.
_WAITING = (
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


async def said(url: str, **more: Any) -> str:
    """What opening says; every line of it is one."""
    key = more.pop("key", KEY)
    storage = PostgresStorage(url, Sealer(key), lambda: NOW, busy_timeout=2, **more)
    with pytest.raises((StorageUnavailable, DatabaseInUse)) as refused:
        await storage.open()
    assert "\n" not in str(refused.value)
    assert storage.database.writer == 0
    return str(refused.value)


def name(url: str) -> str:
    return url.partition("@/")[2].partition("?")[0]


async def test_a_wrong_password_is_said_without_it(postgres_server: Server, postgres: str):
    """Which server and which name; never which password."""
    postgres_server.sql(
        "DO $$ BEGIN CREATE ROLE guarded LOGIN PASSWORD 'right'; EXCEPTION WHEN"
        " duplicate_object THEN NULL; END $$"
    )
    place = f"127.0.0.1:{postgres_server.port}/{name(postgres)}"
    text = await said(f"postgresql://guarded:s3cret%40x@{place}")
    assert "refuses this name and password" in text
    assert 'user "guarded"' in text
    assert "s3cret" not in text
    assert "asks for a password" in await said(f"postgresql://guarded@{place}")


@pytest.mark.parametrize(
    ("address", "says"),
    [
        (lambda server: server.url("nobody_made_it"), "knows no such database"),
        (lambda server: "postgresql://x@127.0.0.1:1/y", "nobody listens there"),
        (lambda server: "postgresql://x@no.such.host.invalid/y", "no such host"),
        (lambda server: "postgresql:///x?host=/nowhere", "nobody listens there"),
        (lambda server: "postgresql://x@127.0.0.1:1,127.0.0.1:2/y", "nobody listens there"),
        (lambda server: server.url(tcp=True) + "?sslmode=require", "offers no TLS"),
        (lambda server: server.url(tcp=True) + "?sslmode=yes", "value that PostgreSQL does not"),
        (lambda server: server.url(tcp=True) + "?service=none", "a service that is not defined"),
        (lambda server: server.url(tcp=True) + "?target_session_attrs=standby", "has to write"),
        (lambda server: server.url(tcp=True) + "?options=-c%20no%3D1", "a setting that the server"),
        (
            lambda server: server.url(tcp=True) + "?options=-c%20search_path%3Dno",
            "may not make or use our tables here",
        ),
    ],
)
async def test_where_there_is_none(
    postgres_server: Server, address: Callable[[Server], str], says: str
):
    """The address is named, with what is wrong about it."""
    assert says in await said(address(postgres_server))


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://x:s3cret@h/d?nonsense=1",
        "postgresql://x:s3c%ret@h/d",
        "postgresql://x:some@s3cret@h/d",  # the host would be `s3cret@h`
        "postgresql://x:s3cret/more@h/d",  # the port would be `s3cret`
        "postgresql://x:12/s3cret@h/d",  # the database would be `s3cret@h/d`
        "postgresql://h:s3cret/d",
        "postgresql://x@h:99999/s3cret",
        "postgresql://x:s3cret@[::1/d",
    ],
)
def test_what_is_no_address_is_not_repeated(url: str):
    """The library's own words would quote it, password and all, and so would the place's name."""
    with pytest.raises(StorageUnavailable, match="%40 for @") as refused:
        name_of(url)
    said: BaseException | None = refused.value
    while said is not None:
        assert "s3cret" not in str(said)
        said = said.__cause__


_WITHIN = "SELECT current_setting('statement_timeout')"


async def test_an_address_may_be_written_in_many_ways(postgres_server: Server, postgres: str):
    """All of these are the same database; what a bot needs is set whatever the address asks for."""
    postgres_server.sql(
        "DO $$ BEGIN CREATE ROLE \"o dd@:/?#%\" SUPERUSER LOGIN PASSWORD 'p@:/?#% x'; EXCEPTION"
        " WHEN duplicate_object THEN NULL; END $$"
    )
    port, folder, database = postgres_server.port, postgres_server.folder, name(postgres)
    odd = "o%20dd%40%3A%2F%3F%23%25:p%40%3A%2F%3F%23%25%20x"
    there = f"127.0.0.1:{port}/{database}"
    asked = (
        "&client_encoding=latin1&options=-c%20statement_timeout%3D1234ms"
        "%20-c%20default_transaction_isolation%3Dserializable"
    )
    for url in (
        f"postgresql://{odd}@{there}",
        f"postgresql://snaporder@{str(folder).replace('/', '%2F')}:{port}/{database}",
        f"postgresql://snaporder@127.0.0.1:1,{there}?target_session_attrs=read-write",
        f"postgresql://snaporder@{there}?connect_timeout=7&application_name=x{asked}",
    ):
        storage = PostgresStorage(url, Sealer(KEY), lambda: NOW)
        await storage.open()
        assert await storage.database.row("SELECT '背包'") == ("背包",)
        assert await storage.database.row(_WITHIN) != ("1234ms",)
        [kept] = await storage.database.write(lambda there: there.execute(_WITHIN).fetchone())
        assert kept != "1234ms"
        await storage.close()


async def test_who_may_make_no_tables_is_told_so(postgres_server: Server, postgres_url: str):
    """From PostgreSQL 15 on only a database's owner may, unless it is granted."""
    postgres_server.sql(
        "DO $$ BEGIN CREATE ROLE lodger LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$"
    )
    postgres_server.sql("REVOKE CREATE ON SCHEMA public FROM PUBLIC", database=name(postgres_url))
    text = await said(postgres_url.replace("snaporder@", "lodger@"))
    assert "make it the database's owner, or grant it CREATE on the schema" in text


async def test_another_key(postgres: str):
    """As for a file: the key that belongs to it is asked for, and nothing is sealed with this."""
    assert "sealed with another key: set DATA_KEY" in await said(postgres, key=bytes(32))


async def test_another_bot(postgres: str):
    """The first bot's id is kept; one with another token is refused by both numbers."""
    storage = PostgresStorage(postgres, Sealer(KEY), lambda: NOW, bot_id=111)
    await storage.open()
    await storage.close()
    assert "belongs to the bot 111; BOT_TOKEN is of 222" in await said(postgres, bot_id=222)


async def test_a_newer_schema(postgres: str):
    """A release that does not know the schema touches nothing."""
    with psycopg.connect(postgres) as there:
        there.execute(
            "UPDATE meta SET value = '999' WHERE name IN ('schema_version', 'schema_floor')"
        )
    assert "the database has schema 999, this release knows up to" in await said(postgres)


async def test_somebody_elses_tables(postgres_url: str):
    """A database that holds something else gets no table of ours."""
    with psycopg.connect(postgres_url) as there:
        there.execute("CREATE TABLE theirs (x int)")
    assert "1 tables of something else: name an empty one" in await said(postgres_url)
    with psycopg.connect(postgres_url) as there:
        assert there.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")


async def test_two_that_begin_at_once_over_an_empty_database_share_it(postgres_url: str):
    """Both saw no table before either made any: what the first made is theirs as well."""
    storages = [PostgresStorage(postgres_url, Sealer(KEY), lambda: NOW) for _ in range(2)]
    with psycopg.connect(postgres_url, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(%s)", (WRITING,))
        opening = [asyncio.create_task(each.open()) for each in storages]
        async with asyncio.timeout(60):
            while other.execute(_WAITING).fetchone() != (2,):  # noqa: ASYNC110 - the server decides
                await asyncio.sleep(0.02)
        other.execute("SELECT pg_advisory_unlock(%s)", (WRITING,))
    await asyncio.gather(*opening)
    for each in storages:
        await each.close()


async def test_a_database_that_was_set_read_only(postgres_server: Server, postgres_url: str):
    """It is said before anything is tried."""
    postgres_server.sql(
        f"ALTER DATABASE {name(postgres_url)} SET default_transaction_read_only = on"
    )
    assert "set to be read-only: name the one that takes writes" in await said(postgres_url)


async def test_no_connection_left(postgres_server: Server, postgres_url: str):
    """Whether the name's own limit or the server's: which setting, and how many are needed."""
    postgres_server.sql(
        "DO $$ BEGIN CREATE ROLE crowded LOGIN CONNECTION LIMIT 0; EXCEPTION WHEN"
        " duplicate_object THEN NULL; END $$"
    )
    text = await said(postgres_url.replace("snaporder@", "crowded@"))
    assert "no connection left for this name or database: each bot needs five" in text


def _unfit(**found: Any) -> str:
    row = {"standby": False, "read_only": False, "encoding": "UTF8", "most": 97, **found}
    connection = SimpleNamespace(
        plain=lambda _: [tuple(row[each] for each in ("standby", "read_only", "encoding", "most"))],
    )
    database = PostgresDatabase("postgresql://h/d", Sealer(KEY), lambda: NOW)
    with pytest.raises(StorageUnavailable) as refused:
        database._refuse_unfit(connection)  # type: ignore[arg-type]  # what it asks for is there
    return str(refused.value)


@pytest.mark.parametrize(
    ("found", "says"),
    [
        ({"standby": True}, "a read-only standby: name the one that takes writes, or name all"),
        ({"encoding": "SQL_ASCII"}, "encoded in SQL_ASCII; UTF8 is needed"),
        ({"most": 2}, "max_connections leaves 2 connections; each bot needs 5"),
    ],
)
def test_a_server_that_does_not_do(found: dict[str, Any], says: str):
    """A standby, another encoding, too small."""
    assert says in _unfit(**found)


async def test_a_command_that_has_to_be_alone(postgres: str):
    """It waits for no bot, and no bot starts beside it."""
    bot = PostgresStorage(postgres, Sealer(KEY), lambda: NOW)
    await bot.open()
    assert "in use by a running bot" in await said(postgres, alone=True)
    await bot.close()
    alone = PostgresStorage(postgres, Sealer(KEY), lambda: NOW, alone=True)
    await alone.open()
    assert "in use by a command that has it alone" in await said(postgres)
    await alone.close()


async def test_two_that_start_at_once_make_the_schema_once(postgres_url: str):
    """One makes it under the lock, the others find it made."""
    storages = [PostgresStorage(postgres_url, Sealer(KEY), lambda: NOW) for _ in range(4)]
    await asyncio.gather(*(each.open() for each in storages))
    assert len({each.database.writer for each in storages}) == 4
    for each in storages:
        await each.close()


@SLOW
async def test_a_standby_and_its_primary():
    """The standby alone is refused; named together, the one that writes is found."""
    with own_server() as primary, standby_of(primary) as standby:
        assert "read-only standby" in await said(standby.url("postgres"))
        both = (
            f"postgresql://snaporder@127.0.0.1:{standby.port},127.0.0.1:{primary.port}/postgres"
            "?target_session_attrs=read-write"
        )
        storage = PostgresStorage(both, Sealer(KEY), lambda: NOW)
        await storage.open()
        await storage.close()


@pytest.mark.parametrize(
    "word",
    slow_but(
        [b"CREATE TABLE"],
        [
            b"set_config",
            b"pg_is_in_recovery",
            b"pg_tables",
            b"CREATE TABLE",
            b"INSERT INTO writers",
        ],
    ),
)
async def test_a_server_that_falls_silent_during_a_start(
    postgres_server: Server, postgres_url: str, word: bytes
):
    """No connection ends, only no byte comes any more: the start ends all the same.

    The next one finds nothing half-done.
    """
    with Cutting(postgres_server.port) as proxy:
        url = f"postgresql://snaporder@127.0.0.1:{proxy.port}/{name(postgres_url)}?sslmode=disable"
        proxy.strand_at(word)

        def storage() -> PostgresStorage:
            return PostgresStorage(url, Sealer(KEY), lambda: NOW, answers_within=1.5)

        with pytest.raises(StorageUnavailable) as refused:
            await asyncio.wait_for(storage().open(), 60)
        assert "stopped answering" in str(refused.value) or "ended the conn" in str(refused.value)
        assert "\n" not in str(refused.value)

        again = PostgresStorage(url, Sealer(KEY), lambda: NOW)
        await again.open()
        await again.close()


async def test_a_start_that_stands_still_with_its_lock_is_ended_by_the_server(
    postgres_server: Server, postgres_url: str
):
    """Its host is gone while it holds its session's lock, outside a transaction: others start."""
    with Cutting(postgres_server.port) as proxy:
        proxy.buries = True
        url = f"postgresql://snaporder@127.0.0.1:{proxy.port}/{name(postgres_url)}?sslmode=disable"
        gone = PostgresStorage(url, Sealer(KEY), lambda: NOW, answers_within=1.5)
        with psycopg.connect(postgres_url, autocommit=True) as other:
            other.execute("SELECT pg_advisory_lock(%s)", (ENDING,))
            opening = asyncio.create_task(gone.open())
            async with asyncio.timeout(60):
                while other.execute(_WAITING).fetchone() != (1,):  # noqa: ASYNC110 - as above
                    await asyncio.sleep(0.02)
            proxy.strand()
            other.execute("SELECT pg_advisory_unlock(%s)", (ENDING,))  # which that one gets
        with pytest.raises(StorageUnavailable):
            await asyncio.wait_for(opening, 60)
        next_one = PostgresStorage(postgres_url, Sealer(KEY), lambda: NOW)
        await next_one.open()
        await next_one.close()
