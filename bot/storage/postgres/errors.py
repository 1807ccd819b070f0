"""PostgreSQL's errors as the port's: one line that says what to mend, and no secret in it."""

import psycopg
from psycopg import errors

from bot.storage.ports import StorageStarting, StorageUnavailable

_SOON = ("starting up", "shutting down", "in recovery mode", "not yet accepting connections")
# What libpq says of a connection that could not be made has no code before PostgreSQL's own.
_AT_THE_DOOR = (
    ("password authentication failed", "the server refuses this name and password"),
    ("Peer authentication failed", "the server knows whoever runs this by another name"),
    ("authentication failed", "the server refuses this name"),
    ("no password supplied", "the server asks for a password: write it into the address"),
    ("pg_hba.conf", "the server lets nobody in from here under this name"),
    (
        "too many clients",
        "the server has no connection left: raise max_connections, each bot needs five",
    ),
    (
        "remaining connection slots",
        "the server has no connection left: raise max_connections, each bot needs five",
    ),
    (
        "too many connections for",
        "the server has no connection left for this name or database: each bot needs five",
    ),
    ("server does not support SSL", "the server offers no TLS, which the address asks for"),
    ("root certificate file", "the address asks for a certificate that nothing here vouches for"),
    ("certificate verify failed", "the server's certificate is not vouched for (sslrootcert)"),
    ("server certificate for", "the server's certificate is for another name"),
    ("received invalid response", "that is no PostgreSQL server"),
    ("expected authentication request", "that is no PostgreSQL server"),
    ("invalid ", "the address holds a value that PostgreSQL does not know"),
    ("definition of service", "the address names a service that is not defined here"),
    ("No such file or directory", "nobody listens there"),
    ("not in hot standby", "the address asks for a standby, and a bot has to write"),
    ("unrecognized configuration", "the address asks for a setting that the server does not know"),
    ("unsupported startup parameter", "a pooler refuses what the address asks for"),
    ("query_wait_timeout", "the pooler has no connection left: each bot needs five"),
    ("no more connections allowed", "the pooler has no connection left: each bot needs five"),
    ("does not exist", "the server knows no such database or name"),
    ("Connection refused", "nobody listens there"),
    ("could not translate host name", "no such host"),
    ("failed to resolve host", "no such host"),
    ("timeout expired", "the server did not answer in time"),
    ("No route to host", "nothing leads there"),
    ("Network is unreachable", "nothing leads there"),
    ("server closed the connection", "the server, or what is between, ended the connection"),
    *((sign, "the server is starting or stopping") for sign in _SOON),
    ("session is read-only", "only a read-only standby was found: name the primary"),
)

_TELLING = ("FATAL", "failed", "server closed the connection")
"""What a line has that says what happened, of several that libpq says."""

_BY_KIND = (
    (errors.LockNotAvailable, "the database is locked: somebody else is writing for too long"),
    (errors.DiskFull, "the database's disk is full"),
    (errors.ReadOnlySqlTransaction, "the database is read-only: it is a standby, or was set so"),
)
_NO_RIGHT = (
    "this name may not make or use our tables here: make it the database's owner, or grant it"
    " CREATE on the schema"
)


def unavailable(error: psycopg.Error) -> StorageUnavailable:
    """Return the port's error for psycopg's, with the cause chained."""
    soon = error.sqlstate is None and any(each in _first_line(error) for each in _SOON)
    mapped = (StorageStarting if soon else StorageUnavailable)(describe(error))
    mapped.__cause__ = error
    return mapped


def describe(error: psycopg.Error) -> str:
    """Say in one line what happened."""
    for kinds, meaning in _BY_KIND:
        if isinstance(error, kinds):
            return meaning
    if isinstance(error, psycopg.DataError):
        # The server's words quote what they refuse.
        return f"{type(error).__name__} ({error.sqlstate})"
    said = _first_line(error)
    if isinstance(error, (errors.InsufficientPrivilege, errors.InvalidSchemaName)):
        return f"{_NO_RIGHT} ({said})"
    for sign, meaning in _AT_THE_DOOR:
        if error.sqlstate is None and sign in said:
            return f"{meaning} ({said})"
    return f"{type(error).__name__}: {said}"


def _first_line(error: psycopg.Error) -> str:
    """Return the server's own words; of several addresses that were tried, the last's."""
    if error.diag.message_primary:
        return error.diag.message_primary
    lines = [line.strip(" -\t") for line in str(error).splitlines() if line.strip()]
    telling = [line for line in lines if any(sign in line for sign in _TELLING)]
    return (telling or lines or [type(error).__name__])[-1]


def is_of_one_job(error: psycopg.Error) -> bool:
    """Tell whether an error concerns one statement; any other concerns every job of a batch."""
    return isinstance(
        error,
        (psycopg.IntegrityError, psycopg.DataError, psycopg.ProgrammingError,
         psycopg.NotSupportedError),
    ) and not isinstance(error, _OF_ALL)  # fmt: skip


# psycopg files these under the same heads.
_OF_ALL = (errors.InsufficientPrivilege, errors.UndefinedTable, errors.InFailedSqlTransaction)
