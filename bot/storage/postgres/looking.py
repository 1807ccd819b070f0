"""A look at a database beside running bots, and what its own programs need to find it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import psycopg
from msgspec import Struct, field

from bot.storage.group_ports import BuysCensus
from bot.storage.ports import Gap, StorageUnavailable
from bot.storage.postgres.address import name_of
from bot.storage.postgres.connection import PostgresConnection, connect
from bot.storage.postgres.errors import unavailable
from bot.storage.postgres.migrations import floor, refuse_newer, version
from bot.storage.sealing import Sealer, WrongKey
from bot.storage.sql.database import KEY_CHECK, KEY_CHECK_CONTEXT
from bot.storage.sql.group_census import count_buys
from bot.storage.sql.runs import alive_last
from bot.storage.sql.watches import count_watches
from bot.storage.watch_ports import WatchCensus

_ENVIRONMENT = {
    "host": "PGHOST",
    "hostaddr": "PGHOSTADDR",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "options": "PGOPTIONS",
    "target_session_attrs": "PGTARGETSESSIONATTRS",
    "passfile": "PGPASSFILE",
    "service": "PGSERVICE",
    "connect_timeout": "PGCONNECT_TIMEOUT",
    "channel_binding": "PGCHANNELBINDING",
    "gssencmode": "PGGSSENCMODE",
}


class Look(Struct, frozen=True):
    """What there is to know of a database from outside."""

    name: str
    server: str
    schema: int
    connections: int
    most_connections: int
    alive: datetime | None = None
    gap: Gap | None = None
    buys: BuysCensus = field(default_factory=BuysCensus)
    watches: WatchCensus = field(default_factory=WatchCensus)


def look(url: str, sealer: Sealer, now: datetime) -> Look:
    """Look at a database without changing it. Raises `StorageUnavailable`."""
    name = name_of(url)
    with _reading(url) as connection:
        ((server, standby, most, used),) = connection.plain(
            "SELECT current_setting('server_version'), pg_is_in_recovery(),"
            " current_setting('max_connections')::int, (SELECT count(*) FROM pg_stat_activity"
            " WHERE backend_type = 'client backend')"
        )
        if standby:
            raise StorageUnavailable(f"{name} is a read-only standby: name the one that writes")
        schema = version(connection)
        refuse_newer(schema, least=floor(connection))
        if not schema:
            return Look(name, server, 0, used, most)
        rows = connection.plain(f"SELECT value FROM meta WHERE name = '{KEY_CHECK}'")  # noqa: S608 - ours
        try:
            sealer.open(bytes.fromhex(rows[0][0]) if rows else b"", KEY_CHECK_CONTEXT)
        except WrongKey as error:
            raise StorageUnavailable(f"{name} was sealed with another key") from error
        alive, gap = alive_last(connection)
        return Look(
            name=name,
            server=server,
            schema=schema,
            connections=used,
            most_connections=most,
            alive=alive,
            gap=gap,
            buys=count_buys(connection, now),
            watches=count_watches(connection, now),
        )


def refuse_full(url: str) -> None:
    """Raise `StorageUnavailable` for a database that holds anything."""
    with _reading(url) as connection:
        ((tables,),) = connection.plain(
            "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()"
        )
    if tables:
        raise StorageUnavailable(f"{name_of(url)} is not empty: make a new database and name that")


def environment_of(url: str) -> dict[str, str]:
    """Return how PostgreSQL's programs are told where a database is, its password with it."""
    given = psycopg.conninfo.conninfo_to_dict(url)
    told = {_ENVIRONMENT[name]: str(each) for name, each in given.items() if name in _ENVIRONMENT}
    return {"PGDATABASE": str(given.get("user") or "postgres"), **told}


@contextmanager
def _reading(url: str) -> Iterator[PostgresConnection]:
    connection = connect(url, {"statement_timeout": "30000ms"}, 5.0)
    try:
        connection.plain("SET default_transaction_read_only = on")
        yield connection
    except psycopg.Error as error:
        raise unavailable(error) from error
    finally:
        connection.raw.close()
