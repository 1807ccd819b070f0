"""What was deleted is in none of the database's files any more, however SQLite was built."""

import asyncio
import sqlite3
from pathlib import Path

from bot.domain.identifiers import AddressId, UserId
from bot.domain.orders import Placing
from bot.domain.writes import ClaimOrder, DeleteAddress, ForgetPerson, KeepResults, SaveAddress
from bot.storage.ports import Retention
from bot.storage.sealing import Sealer
from bot.storage.sqlite.connection import WRITER_PRAGMAS, configure
from bot.storage.sqlite.migrations import STEPS, migrate
from bot.storage.sqlite.storage import SqliteStorage
from tests.storage.samples import (
    ALICE,
    BOB,
    KEY,
    first,
    following,
    order,
    page,
    saved_address,
    update,
)

_PIECE = 16  # bytes of a sealed value that come again by chance nowhere


def _stored(database: Path, sql: str) -> list[bytes]:
    with sqlite3.connect(database) as connection:
        found = [row[0] for row in connection.execute(sql)]
    connection.close()
    return found


def _everywhere(database: Path) -> bytes:
    return b"".join(each.read_bytes() for each in sorted(database.parent.iterdir()))


def _left(database: Path, values: list[bytes]) -> int:
    """How many pieces of the values still stand somewhere in the files."""
    there = _everywhere(database)
    pieces = [each[at : at + _PIECE] for each in values for at in range(13, len(each), 64)]
    return sum(piece in there for piece in pieces if len(piece) == _PIECE)


async def _two_people(storage: SqliteStorage) -> None:
    for user in (ALICE, BOB):
        await storage.conversations.commit_step(
            first(
                user, writes=(KeepResults(page()), SaveAddress(saved_address(1, is_default=True)))
            )
        )
        for revision in range(1, 30):
            refused = order(100 * user + revision, user, Placing.REFUSED)
            await storage.conversations.commit_step(
                following(user, expected=revision, writes=(ClaimOrder(refused),))
            )
        mine = [update(100 * user + each).replace(lane=user) for each in range(20)]
        await storage.inbox.put_updates(mine)


_SEALED = (
    "SELECT body FROM sessions WHERE user_id = {0}",
    "SELECT results.body FROM results JOIN sessions USING (session_id) WHERE user_id = {0}",
    "SELECT body FROM addresses WHERE user_id = {0}",
    "SELECT body FROM orders WHERE user_id = {0}",
    "SELECT payload FROM inbox WHERE lane = {0}",
)


def _all_of(database: Path, user: UserId) -> list[bytes]:
    return [each for sql in _SEALED for each in _stored(database, sql.format(user))]


async def test_a_forgotten_person_is_in_no_byte_of_the_files(sqlite: SqliteStorage, database: Path):
    """Neither in the database nor in its log, while the bot runs; somebody else's rows are."""
    await _two_people(sqlite)
    hers, his = _all_of(database, ALICE), _all_of(database, BOB)
    assert len(hers) == len(his) == 52
    assert await sqlite.rights.forget(ALICE) == []
    assert _left(database, hers) == 0
    assert _left(database, his) >= len(his)


async def test_a_step_that_forgets_does_it_as_well(sqlite: SqliteStorage, database: Path):
    """The way that the chat's button takes."""
    await _two_people(sqlite)
    hers = [each for sql in _SEALED[2:4] for each in _stored(database, sql.format(ALICE))]
    await sqlite.conversations.commit_step(
        following(ALICE, expected=30, update_id=100 * ALICE, writes=(ForgetPerson(),))
    )
    assert _left(database, hers) == 0


async def test_a_deleted_address_is_gone_at_once(sqlite: SqliteStorage, database: Path):
    """One entry of the address book, without anything else."""
    await _two_people(sqlite)
    hers = _stored(database, _SEALED[2].format(ALICE))
    await sqlite.conversations.commit_step(
        following(ALICE, expected=30, writes=(DeleteAddress(AddressId(1)),))
    )
    assert _left(database, hers) == 0


async def test_the_purge_empties_the_log(sqlite: SqliteStorage, database: Path):
    """What was handled or replaced in between leaves within its hour."""
    await _two_people(sqlite)
    handled = _stored(database, _SEALED[4].format(ALICE))
    for each in range(20):
        await sqlite.inbox.finish_update(100 * ALICE + each)
    await sqlite.check()
    assert _left(database, handled) > 0  # the log remembers
    await sqlite.upkeep.purge_old(Retention())
    assert _left(database, handled) == 0


async def test_a_backup_under_way_only_puts_it_off(sqlite: SqliteStorage, database: Path):
    """Who reads an earlier state holds the log: the deletion stands, the next purge cleans up."""
    await _two_people(sqlite)
    hers = _all_of(database, ALICE)
    reading = sqlite3.connect(database, isolation_level=None)
    reading.execute("BEGIN")
    reading.execute("SELECT COUNT(*) FROM orders").fetchone()
    async with asyncio.timeout(60):
        await sqlite.rights.forget(ALICE)
    assert await sqlite.orders.orders_of(ALICE) == []
    reading.execute("ROLLBACK")
    reading.close()
    await sqlite.upkeep.purge_old(Retention())
    assert _left(database, hers) == 0


def test_a_connection_overwrites_however_sqlite_was_built(tmp_path: Path):
    """Debian builds it to, others do not: the connection that writes says so itself."""
    connection = sqlite3.connect(tmp_path / "bot.db", isolation_level=None)
    connection.execute("PRAGMA secure_delete=OFF").fetchall()
    configure("storage writer", WRITER_PRAGMAS, connection)
    assert connection.execute("PRAGMA secure_delete").fetchone() == (1,)
    connection.close()


async def test_what_was_plain_before_is_gone_after_the_upgrade(database: Path):
    """Results of an earlier release are sealed, and no free page keeps a plain one."""
    database.parent.mkdir()
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("PRAGMA secure_delete=OFF").fetchall()
    migrate(connection, STEPS[:10], seal=Sealer(KEY).seal, unseal=Sealer(KEY).open)
    for number in range(300):
        row = (f"S{number}", page().model_dump_json().encode() * 20)
        connection.execute("INSERT INTO results (session_id, body) VALUES (?, ?)", row)
    connection.execute(
        "INSERT INTO results (session_id, body) VALUES ('S7001', ?)",
        (page().model_dump_json().encode(),),
    )
    connection.execute("DELETE FROM results WHERE session_id <> 'S7001'")
    connection.close()
    searched = "杯子".encode()
    assert searched in _everywhere(database)
    storage = SqliteStorage(database, Sealer(KEY))
    await storage.open()
    try:
        assert searched not in _everywhere(database)
        assert await storage.conversations.results_of("S7001") == page()
    finally:
        await storage.close()
