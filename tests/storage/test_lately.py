"""What was written lately is not read again, and never stands in for something newer."""

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.orders import Placing
from bot.domain.writes import ClaimOrder, DeleteAddress, ForgetPerson, KeepResults, SaveAddress
from bot.storage.ports import InboxUpdate, Retention, VersionConflict
from bot.storage.sealing import Sealer
from bot.storage.sql.lately import Lately
from bot.storage.sqlite.storage import SqliteStorage
from tests.storage.samples import (
    ALICE,
    ALICE_CHAT,
    KEY,
    NOW,
    first,
    following,
    order,
    page,
    saved_address,
    session,
)


def _spoil(database: Path) -> None:
    """Make rows unreadable behind the storage's back."""
    with sqlite3.connect(database) as other:
        other.execute("UPDATE sessions SET body = x'00'")
        other.execute("UPDATE results SET body = x'00'")


async def test_what_was_just_committed_needs_no_read(sqlite: SqliteStorage, database: Path):
    """A step is loaded from what the last one committed."""
    await sqlite.conversations.commit_step(first(writes=(KeepResults(page(1)),)))
    _spoil(database)
    assert await sqlite.conversations.load_session(ALICE_CHAT, ALICE) == session()
    assert await sqlite.conversations.results_of(session().session_id) == page(1)


async def test_what_was_read_once_needs_no_second_read(sqlite: SqliteStorage, database: Path):
    """After a restart as well."""
    await sqlite.conversations.commit_step(first(writes=(KeepResults(page(1)),)))
    await sqlite.close()
    await sqlite.open()
    assert await sqlite.conversations.load_session(ALICE_CHAT, ALICE) == session()
    assert await sqlite.conversations.results_of(session().session_id) == page(1)
    _spoil(database)
    assert await sqlite.conversations.load_session(ALICE_CHAT, ALICE) == session()
    assert await sqlite.conversations.results_of(session().session_id) == page(1)


async def test_whoever_lost_to_another_writer_reads_anew(sqlite: SqliteStorage, database: Path):
    """The row is the truth: a refused step forgets what it knew."""
    other = SqliteStorage(database, Sealer(KEY), lambda: NOW)
    await other.open()
    await sqlite.conversations.commit_step(first())
    await other.conversations.commit_step(following())
    with pytest.raises(VersionConflict):
        await sqlite.conversations.commit_step(following())
    loaded = await sqlite.conversations.load_session(ALICE_CHAT, ALICE)
    await other.close()
    assert loaded == session(revision=2)


async def test_of_a_forgotten_person_nothing_is_remembered(sqlite: SqliteStorage):
    """Neither conversation nor results, nor what waits to be handled."""
    waiting = InboxUpdate(update_id=1, lane=ALICE, payload=b"{}", received_at=NOW)
    await sqlite.conversations.commit_step(first(writes=(KeepResults(page(1)),)))
    await sqlite.inbox.put_updates([waiting])
    await sqlite.rights.forget(ALICE)
    assert await sqlite.conversations.load_session(ALICE_CHAT, ALICE) is None
    assert await sqlite.conversations.results_of(session().session_id) is None
    assert await sqlite.inbox.take_update(1) is None


async def test_forgetting_by_a_step_leaves_what_that_step_began(sqlite: SqliteStorage):
    """`/deletemydata` commits a conversation that begins anew."""
    waiting = InboxUpdate(update_id=1, lane=ALICE, payload=b"{}", received_at=NOW)
    await sqlite.conversations.commit_step(first(writes=(KeepResults(page(1)),)))
    await sqlite.inbox.put_updates([waiting])
    await sqlite.conversations.commit_step(following(update_id=2, writes=(ForgetPerson(),)))
    assert await sqlite.conversations.load_session(ALICE_CHAT, ALICE) == session(revision=2)
    assert await sqlite.conversations.results_of(session().session_id) is None
    assert await sqlite.inbox.take_update(1) is None


async def test_what_retention_cleared_is_not_remembered(database: Path):
    """An old draft is gone for a person who was here all the time, too."""
    now = [NOW]
    storage = SqliteStorage(database, Sealer(KEY), lambda: now[0])
    await storage.open()
    await storage.conversations.commit_step(first(writes=(KeepResults(page(1)),)))
    now[0] = NOW + timedelta(days=400)
    await storage.upkeep.purge_old(Retention())
    loaded = await storage.conversations.load_session(ALICE_CHAT, ALICE)
    results = await storage.conversations.results_of(session().session_id)
    await storage.close()
    assert loaded == session(revision=2)
    assert results is None


async def test_an_update_just_stored_is_taken_as_it_is(sqlite: SqliteStorage, database: Path):
    """Once: a second look reads the row."""
    stored = InboxUpdate(update_id=1, lane=5, payload=b"{}", received_at=NOW)
    await sqlite.inbox.put_updates([stored])
    with sqlite3.connect(database) as other:
        other.execute("UPDATE inbox SET attempts = 3")
    first_look, second_look = await sqlite.inbox.take_update(1), await sqlite.inbox.take_update(1)
    assert first_look == stored
    assert second_look is not None
    assert second_look.attempts == 3


def test_a_read_from_before_a_write_is_not_kept():
    """It may come back after the commit, and is older."""
    rows: Lately[int, str] = Lately(8)
    began = rows.moment
    rows.written(1, "new")
    rows.read(1, "old", began)
    rows.read(2, "of another row", began)
    assert (rows.get(1), rows.get(2)) == ("new", None)
    rows.read(2, "of another row", rows.moment)
    assert rows.get(2) == "of another row"


def test_a_write_of_unknown_outcome_leaves_nothing():
    """Neither the old row nor a read that began before it."""
    rows: Lately[int, str] = Lately(8)
    rows.written(1, "old")
    began = rows.moment
    rows.doubt(1)
    rows.read(1, "old", began)
    assert rows.get(1) is None


def test_among_others_only_the_same_bytes_spare_making_a_value():
    """Nothing stands in for a read, and what another wrote is made anew."""
    rows: Lately[int, str] = Lately(8, alone=False)
    rows.written(1, "ours", b"sealed by us")
    assert rows.get(1) is None
    assert rows.same(1, b"sealed by us") == "ours"
    assert rows.same(1, b"sealed by another") is None
    rows.read(1, "another's", rows.moment, b"sealed by another")
    assert rows.same(1, b"sealed by another") == "another's"
    rows.doubt(1)
    assert rows.same(1, b"sealed by another") is None


async def test_an_order_written_just_now_is_read_without_another_thread(
    sqlite: SqliteStorage, database: Path
):
    """And is the row's all the same: an operator's command may settle it from another process."""
    claimed = order()
    await sqlite.conversations.commit_step(first(writes=(ClaimOrder(claimed),)))
    reading = sqlite.orders.order(claimed.order_no)
    with pytest.raises(StopIteration) as read:  # it waits for nothing
        reading.send(None)
    assert read.value.value == claimed
    refused = claimed.moved(Placing.REFUSED)
    other = SqliteStorage(database, Sealer(KEY), lambda: NOW)
    await other.open()
    await other.orders.save_order(refused, Placing.CLAIMED)
    await other.close()
    assert await sqlite.orders.order(claimed.order_no) == refused


async def test_addresses_read_just_now_are_read_without_another_thread(
    sqlite: SqliteStorage, database: Path
):
    """And are the rows' all the same, whoever wrote them since."""
    await sqlite.conversations.commit_step(first(writes=(SaveAddress(saved_address(7)),)))
    assert await sqlite.addresses.addresses_of(ALICE) == (saved_address(7),)
    reading = sqlite.addresses.addresses_of(ALICE)
    with pytest.raises(StopIteration) as read:  # it waits for nothing
        reading.send(None)
    assert read.value.value == (saved_address(7),)
    other = SqliteStorage(database, Sealer(KEY), lambda: NOW)
    await other.open()
    await other.conversations.commit_step(
        following(writes=(DeleteAddress(saved_address(7).address_id),))
    )
    await other.close()
    assert await sqlite.addresses.addresses_of(ALICE) == ()
