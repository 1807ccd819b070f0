"""The address of a database: what libpq is told of it, and what people are, which is no secret."""

from typing import Any

import psycopg

from bot.storage.ports import StorageUnavailable

# A machine that falls silent is noticed within seconds, not within the system's two hours.
_CARE = {
    "application_name": "snaporder",
    "keepalives_idle": "5",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "10000",
}
_NO_ADDRESS = (
    "that is no address of a PostgreSQL database; write postgresql://name:password@host/database,"
    " and in a name or password %40 for @, %3A for :, %2F for /, %3F for ?, %23 for #, %25 for %"
)
_PORTS = range(1, 65536)


def told(url: str, patience: float) -> dict[str, Any]:
    """Return libpq's parameters for an address, and with what care a connection is kept.

    `patience` is how long connecting may take, in seconds, unless the address says so itself.
    Raises `StorageUnavailable`, without a word of the address: who misses an @ has the password
    stand where the host is.
    """
    try:
        given = psycopg.conninfo.conninfo_to_dict(url)
    except psycopg.Error as error:
        raise StorageUnavailable(_NO_ADDRESS) from _unsaid(error)
    misplaced = any("@" in str(given.get(each) or "") for each in ("host", "hostaddr", "dbname"))
    ports = [each for each in str(given.get("port") or "").split(",") if each]
    if misplaced or not all(each.isdecimal() and int(each) in _PORTS for each in ports):
        raise StorageUnavailable(_NO_ADDRESS)
    within = {"connect_timeout": str(max(round(patience), 2))}
    return {**_CARE, **within, **given, "client_encoding": "UTF8"}


def name_of(url: str) -> str:
    """Return what a database's address says of where it is, without whom and with what password.

    Raises `StorageUnavailable` for what is no address.
    """
    given = told(url, 0)
    where = given.get("host") or given.get("hostaddr") or "the local socket"
    port = f":{given['port']}" if given.get("port") else ""
    return f"PostgreSQL {given.get('dbname') or ''} at {where}{port}".replace("  ", " ")


def _unsaid(error: psycopg.Error) -> Exception:
    """Return a cause whose words may be logged: the library's own quote the address."""
    return ValueError(type(error).__name__)
