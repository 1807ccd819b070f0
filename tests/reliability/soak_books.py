"""The bot's books, read from copies of its databases: the last one, and those it forgot."""

import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from soak_host import Restore

from bot.domain.collecting import Proof
from bot.domain.group_buys.buys import GroupBuy
from bot.domain.identifiers import UserId
from bot.domain.ledger import Books as Ledger
from bot.domain.ledger import Operation
from bot.domain.orders import Order
from bot.storage.codec import to_micros
from bot.storage.keys import load_keyring
from bot.storage.sqlite.storage import SqliteStorage

_JUST_NOW, _LATER = timedelta(seconds=10), timedelta(days=1)


@dataclass(frozen=True)
class Pressed:
    """Which button an order was agreed to with: one press, one order."""

    session_id: str
    revision: int


@dataclass(frozen=True)
class RunBuy:
    """A group buy with all its claims, and its books."""

    buy: GroupBuy
    books: Ledger


@dataclass
class Books:
    """Our side, read from a copy of a database."""

    orders: list[Order]
    untold: set[str]
    updates: dict[int, str]  # update id -> state
    pressed: dict[str, Pressed] = field(default_factory=dict)  # by order number
    operations: list[Operation] = field(default_factory=list)  # a shop's, in their order
    proofs: list[Proof] = field(default_factory=list)
    buys: list[RunBuy] = field(default_factory=list)
    untold_news: dict[str, int] = field(default_factory=dict)  # of group buys, due; by kind
    later_news: int = 0  # of group buys, not due yet by the true clock
    group_ledger: dict[str, bytes] = field(default_factory=dict)  # key -> row, as it is stored
    read_at: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass(frozen=True)
class PutBack:
    """A restore. Moments are seconds since 1970 by the true clock.

    The copy was begun at `copied`; the bot was started on it at `restored`. `replaced` is what
    the bot knew when it was stopped.
    """

    copied: float
    restored: float
    copy: Books
    replaced: Books


async def read_books(
    database: Path,
    key: Path,
    scratch: Path,
    people: Sequence[int],
    stopped: datetime | None = None,
) -> Books:
    """Read a database that nobody has open through its storage, on a copy, with its key.

    `stopped` is when the bots were told to stop, by the true clock: nobody tells what is due later.
    """
    copy = _copied(database, scratch)
    storage = SqliteStorage(copy, load_keyring(None, key).sealer())
    await storage.open()
    buys = storage.group_buys
    try:
        theirs = [await storage.orders.orders_of(UserId(each), limit=100_000) for each in people]
        operations = await storage.shop.operations()
        proofs = [
            proof
            for orders in theirs
            for order in orders
            for proof in await storage.shop.proofs_of(order.order_no)
        ]
        heads = [each for user in people for each in await buys.buys_of(UserId(user), 100_000)]
        run = [
            RunBuy(buy, await buys.books_of_buy(buy.buy_id))
            for head in heads
            if (buy := await buys.buy(head.buy_id)) is not None
        ]
        # What was born while the clock showed an hour more waits for that hour.
        told_by = stopped or datetime.now(UTC)
        due = await storage.group_news.news_to_tell(told_by - _JUST_NOW, 1000)
        later = len(await storage.group_news.news_to_tell(told_by + _LATER, 1000)) - len(due)
        news = dict(Counter(each.news.kind.value for each in due))
        untold = {str(each.order_no) for each in await storage.orders.untold_orders()}
    finally:
        await storage.close()
    with closing(sqlite3.connect(copy)) as connection:
        updates = dict(connection.execute("SELECT update_id, state FROM inbox"))
        rows = connection.execute("SELECT order_no, session_id, revision FROM orders").fetchall()
        ledger = group_ledger(connection)
    # A step is stored under the revision after the one that its button was drawn for.
    pressed = {number: Pressed(session, revision - 1) for number, session, revision in rows}
    every = [order for orders in theirs for order in orders]
    return Books(every, untold, updates, pressed, operations, proofs, run, news, later, ledger)


def group_ledger(connection: sqlite3.Connection) -> dict[str, bytes]:
    """Return the books of all group buys as rows: what is never changed."""
    return _as_it_stands(connection.execute(_GROUP_LEDGER))


def group_ledger_in_file(database: Path) -> dict[str, bytes]:
    """Return the same beside a running bot. Raises `ConnectionError` when it can't be read now."""
    uri = f"{database.absolute().as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(uri, uri=True, timeout=5)) as connection:
            return group_ledger(connection)
    except sqlite3.OperationalError as error:
        raise ConnectionError(str(error)) from error


def group_ledger_in_server(url: str) -> dict[str, bytes]:
    """Return the same out of PostgreSQL. Raises `ConnectionError` when it can't be read now."""
    import psycopg  # noqa: PLC0415 - an extra

    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            return _as_it_stands(connection.execute(_GROUP_LEDGER.encode()))
    except (psycopg.OperationalError, psycopg.errors.UndefinedTable) as error:
        raise ConnectionError(str(error)) from error


def untold_in_file(database: Path) -> int:
    """Count news of group buys that is due. Raises `ConnectionError` as the books do."""
    uri = f"{database.absolute().as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(uri, uri=True, timeout=5)) as connection:
            return int(connection.execute(_untold()).fetchone()[0])
    except sqlite3.OperationalError as error:
        raise ConnectionError(str(error)) from error


def untold_in_server(url: str) -> int:
    """Count the same in PostgreSQL. Raises `ConnectionError` as the books do."""
    import psycopg  # noqa: PLC0415 - an extra

    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            row = connection.execute(_untold().encode()).fetchone()
            return int(row[0]) if row else 0
    except (psycopg.OperationalError, psycopg.errors.UndefinedTable) as error:
        raise ConnectionError(str(error)) from error


def _untold() -> str:
    now = to_micros(datetime.now(UTC))
    return f"SELECT COUNT(*) FROM group_news WHERE state = 'waiting' AND not_before <= {now}"  # noqa: S608 - a number


_GROUP_LEDGER = "SELECT key, buy_id, user_id, at, body FROM group_ledger"


def _as_it_stands(rows: Iterable[Sequence[Any]]) -> dict[str, bytes]:
    return {key: repr(rest).encode() for key, *rest in rows}


def _copied(database: Path, scratch: Path) -> Path:
    scratch.mkdir()
    for name in (database.name, f"{database.name}-wal"):
        if (database.parent / name).exists():
            shutil.copy2(database.parent / name, scratch / name)
    return scratch / database.name


async def read_put_back(
    restores: Sequence[Restore], key: Path, scratch: Path, people: Sequence[int]
) -> list[PutBack]:
    """Read what was put back, and what it replaced, in the order in which it happened."""
    return [
        PutBack(
            each.copy.begun,
            each.at,
            await read_books(each.copy.file, key, scratch / f"copy-read-{n}", people),
            await read_books(each.replaced, key, scratch / f"replaced-read-{n}", people),
        )
        for n, each in enumerate(restores)
    ]
