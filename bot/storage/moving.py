"""Moving a database between SQLite and PostgreSQL: table by table, compared afterwards.

Both have the same tables and columns. Each table is copied in one transaction that says so in
`meta`, so a move that was broken off goes on with the next table. Until it is complete the new
database refuses to be opened; from then on the old one does, and is moved nowhere else.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

from msgspec import Struct, field

from bot.storage.ports import StorageUnavailable
from bot.storage.sql.connection import Connection
from bot.storage.sql.database import Database
from bot.storage.sql.resealing import SEALED
from bot.storage.sql.runs import MOVED

MOVING = "moving_from"
_OWN = frozenset(
    {"key_check", "schema_version", "schema_floor", "home", "bot_id", "rewrite_due", MOVED, MOVING}
)
"""What of `meta` is about a database, not about what it holds."""
_TOGETHER = 1000
_PLACES = {(each.table, each.name): each for each in SEALED}


class MoveRefused(StorageUnavailable):
    """The two can't be a move's sides as they are; neither was touched."""


class MoveDiffers(StorageUnavailable):
    """What was copied is not what there was: somebody changed it between two runs of a move."""


class Side(Protocol):
    """One of the two databases, while nobody else has it open."""

    @property
    def name(self) -> str:
        """Name it to people."""

    def tables(self) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
        """Return each table's columns, and those that name a row, in their order."""

    def numbers(self) -> dict[str, int]:
        """Return the last number of each table that counts."""

    def set_numbers(self, numbers: Mapping[str, int]) -> None:
        """Have tables count on from there, within a transaction under way."""

    def transaction(self, work: Callable[[Connection], object]) -> None:
        """Do something whole or not at all."""

    def read(self, sql: str) -> Iterator[tuple[Any, ...]]:
        """Return rows, a few at a time."""

    def settle(self) -> None:
        """Note that what is here now was moved here, and not put back."""


class Digest(Struct, frozen=True):
    """How many rows there are of each table, and what they say once it is unsealed."""

    tables: dict[str, tuple[int, str]] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """How many there are together."""
        return sum(count for count, _ in self.tables.values())


async def was_moved(database: Database) -> bool:
    """Tell whether what a database held was moved elsewhere. Raises `StorageUnavailable`."""
    return await database.row("SELECT 1 FROM meta WHERE name = ?", MOVED) is not None


def lineage_of(source: Side) -> str:
    """Return what names a database's contents, which a copy of it has too; empty for none."""
    return _meta(source, "lineage") or ""


def move(
    source: Side,
    target: Side,
    unseal: Callable[[bytes, str], bytes],
    mark: str,
    on_table: Callable[[str, int], None] = lambda _name, _rows: None,
) -> Digest:
    """Copy everything and compare it; return what was moved.

    `mark` names the source's contents, so that a move is gone on with from nowhere else. Raises
    `MoveRefused` where the target holds something, or the source was moved already, `MoveDiffers`
    where the two differ in the end, and `StorageUnavailable` when it breaks off.
    """
    tables = source.tables()
    _refuse_other_schema(source, target)
    done = _begin(source, target, tables, mark)
    for table, (columns, key) in tables.items():
        if table in done or table == "meta":
            continue
        done = [*done, table]
        count = _copy(source, target, table, columns, key, {"from": mark, "done": done})
        on_table(table, count)
    target.transaction(lambda connection: _finish_rows(source, target, connection))
    moved, there = digest(source, unseal), digest(target, unseal)
    different = [name for name in tables if moved.tables.get(name) != there.tables.get(name)]
    if different:
        raise MoveDiffers(
            f"{target.name} differs from {source.name} in {', '.join(different)}:"
            " empty it and move again"
        )
    target.settle()
    # The old one is closed before the new one opens: at no moment do both take orders.
    source.transaction(lambda connection: put(connection, MOVED, target.name))
    target.transaction(
        lambda connection: connection.execute("DELETE FROM meta WHERE name = ?", (MOVING,))
    )
    return moved


def refuse_moved(connection: Connection, name: str) -> None:
    """Raise `StorageUnavailable` for a database that was moved away, or not all the way here."""
    marks = dict(
        connection.execute(
            "SELECT name, value FROM meta WHERE name IN (?, ?)", (MOVED, MOVING)
        ).fetchall()
    )
    if MOVED in marks:
        raise StorageUnavailable(_moved(name, marks[MOVED]))
    if MOVING in marks:
        raise StorageUnavailable(f"{name} is not moved completely: run `move` again")


def _moved(name: str, where: str) -> str:
    return (
        f"{name} was moved to {where}: name that in DATABASE_URL,"
        " or say `restored` to go on with what is here"
    )


def put(connection: Connection, name: str, value: str) -> None:
    """Remember a value by its name."""
    connection.execute(
        "INSERT INTO meta (name, value) VALUES (?, ?)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, value),
    )


def digest(side: Side, unseal: Callable[[bytes, str], bytes]) -> Digest:
    """Count a database's rows and sum up what they say, unsealed. Raises `StorageUnavailable`.

    What no key opens counts as it is.
    """
    found = {}
    for table, (columns, key) in side.tables().items():
        sealed = {
            i: _PLACES[table, name] for i, name in enumerate(columns) if (table, name) in _PLACES
        }
        sums, count = hashlib.blake2b(digest_size=16), 0
        for row in side.read(_all(table, columns, key)):
            if table == "meta" and row[columns.index("name")] in _OWN:
                continue
            count += 1
            values = dict(zip(columns, row, strict=True))
            plain = [
                _opened(unseal, each, sealed[i].place(*(values[name] for name in sealed[i].key)))
                if i in sealed and each is not None
                else each
                for i, each in enumerate(row)
            ]
            # Words and numbers of `meta` are one column of any type there, of text here.
            shown = [str(each) for each in plain] if table == "meta" else plain
            sums.update(repr(shown).encode(errors="surrogatepass"))
        found[table] = (count, sums.hexdigest())
    return Digest(found)


def _opened(unseal: Callable[[bytes, str], bytes], sealed: bytes, place: str) -> bytes:
    try:
        return unseal(sealed, place)
    except StorageUnavailable:
        return bytes(sealed)


def _all(table: str, columns: tuple[str, ...], key: tuple[str, ...]) -> str:
    return f"SELECT {', '.join(columns)} FROM {table} ORDER BY {', '.join(key)}"  # noqa: S608 - the schema's


def _refuse_other_schema(source: Side, target: Side) -> None:
    here, there = (
        {name: set(columns) for name, (columns, _) in side.tables().items()}
        for side in (source, target)
    )
    if here != there:
        odd = ", ".join(
            sorted(name for name in {*here, *there} if here.get(name) != there.get(name))
        )
        raise MoveRefused(f"{source.name} and {target.name} differ in their tables: {odd}")


def _begin(source: Side, target: Side, tables: Mapping[str, Any], mark: str) -> list[str]:
    """Return the tables that an earlier move from the same database has copied."""
    moved_to, state = _meta(source, MOVED), _meta(target, MOVING)
    if moved_to is not None and (state is None or json.loads(state)["from"] != mark):
        # Somebody may go on with it there: two of one shop would order everything twice.
        raise MoveRefused(_moved(source.name, moved_to))
    if state is None:
        full = [
            table
            for table in tables
            if table != "meta" and any(target.read(f"SELECT 1 FROM {table} LIMIT 1"))  # noqa: S608 - the schema's
        ]
        if full:
            raise MoveRefused(f"{target.name} is not empty: it has {', '.join(full)}")
        value = json.dumps({"from": mark, "done": []})
        target.transaction(lambda connection: put(connection, MOVING, value))
        return []
    begun = json.loads(state)
    if begun["from"] != mark:
        raise MoveRefused(f"{target.name} holds half of another database: empty it")
    return [str(each) for each in begun["done"]]


def _meta(side: Side, name: str) -> str | None:
    for (value,) in side.read(f"SELECT value FROM meta WHERE name = '{name}'"):  # noqa: S608 - ours
        return str(value)
    return None


def _copy(
    source: Side,
    target: Side,
    table: str,
    columns: tuple[str, ...],
    key: tuple[str, ...],
    state: Mapping[str, object],
) -> int:
    count = 0
    insert = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"  # noqa: S608 - the schema's

    def copy(connection: Connection) -> None:
        nonlocal count
        some: list[tuple[Any, ...]] = []
        for row in source.read(_all(table, columns, key)):
            some.append(row)
            if len(some) == _TOGETHER:
                connection.executemany(insert, some)
                count, some = count + len(some), []
        connection.executemany(insert, some)
        count += len(some)
        put(connection, MOVING, json.dumps(state))

    target.transaction(copy)
    return count


def _finish_rows(source: Side, target: Side, connection: Connection) -> None:
    for name, value in source.read("SELECT name, value FROM meta ORDER BY name"):
        if name not in _OWN:
            put(connection, name, str(value))
    target.set_numbers(source.numbers())
