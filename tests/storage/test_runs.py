"""A database that was put back says so, however that was done, and takes nothing for certain."""

import contextlib
import shutil
import sqlite3
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.broadcasts import BroadcastState, Reached
from bot.domain.identifiers import ChatId, MarketplaceOrderId, MerchantOrderNo
from bot.domain.money import ZERO, Fen
from bot.domain.orders import Placing
from bot.domain.payment_attempts import AttemptState, NewAttempt
from bot.domain.quotes import Quote
from bot.domain.sessions import REVISIONS_LOST, Quoted, Session
from bot.domain.shop_events import EventKind
from bot.domain.watches import WatchState
from bot.domain.writes import ClaimOrder
from bot.storage.ports import LONG_GAP, Gap, RunBegun, StepCommit, Storage
from bot.storage.sealing import Sealer
from bot.storage.sqlite.copying import copy_database, last_run, mark_restored, put_in_place
from bot.storage.sqlite.storage import SqliteStorage
from tests.storage.questioning import ASKER, words
from tests.storage.samples import ALICE, BOB, KEY, NOW, first, following, order, session
from tests.storage.shopping import IN_SHOP, place, shop, shop_order
from tests.storage.watching import WATCHER, watches

LATER = NOW + timedelta(minutes=5)
QUOTE = Quote(lines=(), goods=Fen(100), freight=Fen(0), total=Fen(100))
PAYMENT = NewAttempt(
    order_id=MarketplaceOrderId("2257000000000000001"),
    order_no=MerchantOrderNo("S261123-7K3MZQ4T"),
    operator=ALICE,
    amount=Fen(500),
)


async def run(database: Path, now: datetime = NOW) -> tuple[SqliteStorage, RunBegun]:
    """One run of the bot over the file."""
    storage = SqliteStorage(database, Sealer(KEY), lambda: now)
    await storage.open()
    return storage, await storage.runs.begin_run(now)


async def begin(database: Path) -> SqliteStorage:
    """A first run with a claimed order, a numbered screen and a payment that begins."""
    storage, begun = await run(database)
    assert begun == RunBegun(restored=False, last_alive=None)
    quoted = session(BOB).replace(quoted=Quoted(quote=QUOTE, at=NOW))
    await storage.conversations.commit_step(StepCommit(session=quoted, expected_revision=None))
    await storage.conversations.commit_step(first(ALICE, writes=(ClaimOrder(order(1)),)))
    await storage.payments.claim_payment(PAYMENT, known=0, since=NOW, limit=ZERO)
    return storage


async def is_doubted(database: Path) -> bool:
    """Tell whether everything in flight is uncertain after the next start, and only once."""
    storage, begun = await run(database, LATER)
    (found,) = await storage.orders.unsettled_orders()
    seen = await storage.conversations.load_session(session(BOB).chat_id, BOB)
    (paid,) = await storage.payments.payments_of(PAYMENT.order_id)
    await storage.close()
    storage, again = await run(database, LATER)
    assert not again.restored
    (once,) = await storage.orders.unsettled_orders()
    await storage.close()
    assert once == found
    assert isinstance(seen, Session)
    if begun.restored:
        assert (found.placing, found.sent_again) == (Placing.UNCERTAIN, False)
        assert seen.revision - 1 in REVISIONS_LOST
        assert seen.quoted == Quoted()
        assert paid.state is AttemptState.UNCLEAR
    else:
        assert found.placing is Placing.CLAIMED
        assert (seen.revision, seen.quoted.quote) == (1, QUOTE)
        assert paid.state is AttemptState.CLAIMED
    return begun.restored


async def test_a_restart_is_no_restore(database: Path) -> None:
    """What was claimed goes on, and the run tells when the last one was alive."""
    storage = await begin(database)
    await storage.runs.alive(NOW + timedelta(minutes=2))
    await storage.close()
    assert not await is_doubted(database)
    storage, begun = await run(database)
    assert begun.last_alive == LATER
    assert begun.restored_at is None
    await storage.close()


async def test_a_restored_backup_says_so(database: Path, tmp_path: Path) -> None:
    """Its order may have been placed since."""
    storage = await begin(database)
    copy_database(database, tmp_path / "copy.db")
    await storage.close()
    put_in_place(tmp_path / "copy.db", database)
    assert await is_doubted(database)


async def test_a_copy_that_is_put_back_twice_never_shows_the_same_revisions(
    database: Path, tmp_path: Path
) -> None:
    """A button drawn after its first return fits nothing that is drawn after the second."""
    await (await begin(database)).close()
    copy_database(database, tmp_path / "copy.db")
    revisions = set()
    for _ in range(2):
        put_in_place(tmp_path / "copy.db", database)
        storage, _begun = await run(database, LATER)
        seen = await storage.conversations.load_session(session(BOB).chat_id, BOB)
        assert isinstance(seen, Session)
        revisions.add(seen.revision)
        await storage.close()
    assert len(revisions) == 2, revisions


async def test_a_backup_of_an_earlier_release_says_so_once_it_is_restored(
    database: Path, tmp_path: Path
) -> None:
    """It has no mark of its own."""
    storage = await begin(database)
    copy_database(database, tmp_path / "copy.db")
    await storage.close()
    with contextlib.closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        copy.execute("DELETE FROM meta WHERE name = 'copied_at'")
        copy.commit()
    put_in_place(tmp_path / "copy.db", database)
    assert await is_doubted(database)


async def test_a_backup_copied_back_by_hand_says_so(database: Path, tmp_path: Path) -> None:
    """Without `restore`, and without the file beside the database."""
    storage = await begin(database)
    copy_database(database, tmp_path / "copy.db")
    await storage.close()
    for each in database.parent.iterdir():
        each.unlink()
    shutil.copy(tmp_path / "copy.db", database)
    assert await is_doubted(database)


async def test_a_file_copied_back_by_hand_is_behind_the_one_beside_it(
    database: Path, tmp_path: Path
) -> None:
    """A copy of the stopped bot's file, put back after another run."""
    storage = await begin(database)
    await storage.close()
    shutil.copy(database, tmp_path / "copy.db")
    storage, begun = await run(database)
    assert not begun.restored
    await storage.close()
    shutil.copy(tmp_path / "copy.db", database)
    assert await is_doubted(database)


async def test_a_file_that_comes_alone_is_taken_for_a_copy(database: Path) -> None:
    """Nobody can tell of when it is."""
    storage = await begin(database)
    await storage.close()
    database.with_name(f"{database.name}.alive").unlink()
    assert await is_doubted(database)


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"lineage": 1, "beat": "x"}', "\x00"])
async def test_a_broken_file_beside_it_counts_as_none(database: Path, text: str) -> None:
    """Rather one look-up too many."""
    storage = await begin(database)
    await storage.close()
    database.with_name(f"{database.name}.alive").write_text(text)
    assert await is_doubted(database)


async def test_an_operator_can_say_so(database: Path) -> None:
    """Where a machine's snapshot brought both files back together."""
    storage = await begin(database)
    await storage.close()
    mark_restored(database)
    assert await is_doubted(database)


async def test_a_file_beside_that_is_older_is_what_a_crash_leaves(database: Path) -> None:
    """The database is always written first."""
    storage = await begin(database)
    beside = database.with_name(f"{database.name}.alive")
    before = beside.read_text()
    await storage.runs.alive(LATER)
    await storage.close()
    beside.write_text(before)
    assert not await is_doubted(database)


async def test_what_was_looked_up_then_may_have_been_sent_twice_since(database: Path) -> None:
    """So it is not sent a third time by itself."""
    storage = await begin(database)
    (claimed,) = await storage.orders.unsettled_orders()
    uncertain = claimed.sending(NOW).moved(Placing.UNCERTAIN, lookups=5)
    await storage.orders.save_order(uncertain, Placing.CLAIMED)
    await storage.close()
    mark_restored(database)
    storage, _ = await run(database, LATER)
    (doubted,) = await storage.orders.unsettled_orders()
    assert (doubted.lookups, doubted.sent_again) == (0, True)
    assert await storage.orders.untold_orders() == []
    at = await storage.conversations.load_session(session(BOB).chat_id, BOB)
    assert isinstance(at, Session)
    await storage.conversations.commit_step(following(BOB, expected=at.revision))
    await storage.close()


async def test_later_runs_know_when_it_was_put_back(database: Path) -> None:
    """Whoever asked something before that is not answered by a press, however often it starts."""
    storage = await begin(database)
    await storage.close()
    mark_restored(database)
    found = NOW + timedelta(hours=5)
    for now in (found, found + timedelta(minutes=1)):
        storage, begun = await run(database, now)
        await storage.close()
        assert (begun.restored_at, begun.restored_from) == (found, NOW)
        assert begun.gap is None, "a copy does not know when the bot ran last"


async def test_a_long_gap_is_remembered_until_the_next(database: Path) -> None:
    """A crash right after it, or a short restart, does not make it forgotten."""
    storage = await begin(database)
    await storage.close()
    back = NOW + timedelta(hours=3)
    for now in (back, back + timedelta(minutes=1)):
        storage, begun = await run(database, now)
        assert begun.gap == Gap(since=NOW, until=back)
        assert await storage.runs.last_gap() == begun.gap
        await storage.close()
    assert last_run(database) == (now, Gap(since=NOW, until=back))
    storage, begun = await run(database, NOW)
    await storage.close()
    assert begun.gap == Gap(since=now, until=NOW)


async def test_a_message_to_everybody_that_was_under_way_reaches_nobody_again(
    database: Path,
) -> None:
    """Whom it reached since the copy is not known."""
    storage = await begin(database)
    for each in (ALICE, BOB):
        await storage.broadcasts.set_news(each, ChatId(each), wanted=True)
    number = await storage.broadcasts.draft_broadcast(ALICE, "Hello")
    await storage.broadcasts.start_broadcast(number)
    alice, _ = await storage.broadcasts.recipients(10)
    await storage.broadcasts.claim_recipient(alice)
    await storage.close()
    mark_restored(database)
    storage, _begun = await run(database, LATER)
    assert await storage.broadcasts.recipients(10) == []
    stopped = await storage.broadcasts.broadcast(number)
    await storage.close()
    assert stopped is not None
    assert stopped.state is BroadcastState.STOPPED
    assert stopped.people.get(Reached.UNCLEAR) == 1


async def test_what_a_restored_watch_was_about_to_tell_is_told_to_nobody(database: Path) -> None:
    """It may have been since the copy; what had not come true is watched for on."""
    storage = await begin(database)
    await watches(storage)
    await storage.close()
    mark_restored(database)
    storage, _begun = await run(database, LATER)
    states = Counter(each.state for each in await storage.watches.watches_of(WATCHER, 9))
    assert await storage.watches.watches_to_tell(LATER, 9) == []
    await storage.close()
    assert states == {WatchState.WATCHING: 1, WatchState.UNCLEAR: 2, WatchState.TOLD: 1}


async def test_a_restored_shop_doubts_what_was_in_flight_and_reuses_no_number(
    database: Path,
) -> None:
    """Proofs may have been decided on since; operators and customers hear it, once."""
    storage, _ = await run(database)
    await shop(storage)
    await place(storage, shop_order(91, BOB))
    asked = await storage.questions.ask(ASKER, words(10))
    await storage.close()
    mark_restored(database)
    storage, begun = await run(database, LATER)
    assert begun.restored
    (proof,) = await storage.shop.proofs_of(IN_SHOP)
    assert proof.doubted
    told = await storage.shop_events.events_to_tell(LATER, 9)
    assert {(each.order_no, each.kind) for each in told} == {
        (IN_SHOP, EventKind.RESTORED),
        (shop_order(91).order_no, EventKind.RESEND),
    }
    again = await storage.questions.ask(ASKER, words(11))
    assert again.question_id > asked.question_id + 1_000
    await storage.close()
    storage, begun = await run(database, LATER)
    assert not begun.restored
    assert len(await storage.shop_events.events_to_tell(LATER, 9)) == 2
    await storage.close()


async def test_who_joins_a_run_hears_what_it_found_and_begins_none(storage: Storage):
    """The gap before it, when it was alive; nothing is made uncertain or counted."""
    await storage.runs.begin_run(NOW)
    begun = await storage.runs.begin_run(NOW + LONG_GAP)
    joined = await storage.runs.run_under_way()
    assert joined.gap == begun.gap
    assert joined.gap is not None
    assert joined.last_alive == NOW + LONG_GAP
    assert not joined.restored


async def test_a_beat_before_the_run_has_begun_is_no_beat(storage: Storage) -> None:
    """The second of two replicas that start together over a new database finds no run yet."""
    await storage.runs.alive(NOW)
    assert await storage.runs.begin_run(LATER) == RunBegun(restored=False, last_alive=None)
