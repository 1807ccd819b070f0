"""What every storage promises of orders that are read again."""

import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.domain.identifiers import MarketplaceOrderId, MerchantOrderNo
from bot.domain.news import News, NewsKind
from bot.domain.orders import Order, OrderPart, OrderStatus, Placing
from bot.domain.stages import Stage
from bot.domain.writes import ClaimOrder
from bot.services.following.sorting_in import sort_in
from bot.storage.ports import OrderMoved, Storage, StorageUnavailable
from bot.storage.sealing import Sealer
from bot.storage.sql.resealing import SEALED
from bot.storage.sqlite.storage import SqliteStorage
from bot.storage.tracking_ports import FIRST_LOOK, NewNotice, Notice, NoticeEnd, StoredPush
from tests.storage.samples import ALICE, BOB, KEY, NOW, first, following, order, reopen

LATER = NOW + timedelta(hours=1)


def part(number: int, status: OrderStatus = OrderStatus.AWAITING_PAYMENT) -> OrderPart:
    return OrderPart(order_id=MarketplaceOrderId(f"{2257 * 10**15 + number}"), status=status)


async def place(storage: Storage, number: int = 1, *parts: OrderPart) -> Order:
    """An order that create just made."""
    claimed = order(number)
    await storage.conversations.commit_step(
        first(writes=(ClaimOrder(claimed),))
        if number == 1
        else following(expected=number - 1, writes=(ClaimOrder(claimed),))
    )
    creating = claimed.moved(Placing.CREATING)
    await storage.orders.save_order(creating, Placing.CLAIMED)
    placed = creating.moved(Placing.PLACED, parts=parts or (part(number),))
    await storage.orders.save_order(placed, Placing.CREATING)
    return placed


class TestStages:
    async def test_orders_are_found_by_their_stage(self, storage: Storage):
        """Newest first, paged, and counted."""
        for number, status in enumerate(
            (OrderStatus.AWAITING_PAYMENT, OrderStatus.COMPLETED, OrderStatus.AWAITING_PAYMENT), 1
        ):
            await place(storage, number, part(number, status))
        await storage.conversations.commit_step(first(BOB, writes=(ClaimOrder(order(9, BOB)),)))
        await reopen(storage)
        to_pay = await storage.orders.orders_of(ALICE, stage=Stage.TO_PAY)
        assert [each.order_no[-1] for each in to_pay] == ["3", "1"]
        assert await storage.orders.orders_of(ALICE, 1, 1, Stage.TO_PAY) == to_pay[1:]
        assert await storage.orders.orders_of(ALICE, stage=Stage.CLOSED) == []
        assert len(await storage.orders.orders_of(ALICE)) == 3
        nothing = dict.fromkeys(Stage, 0)
        assert await storage.orders.count_orders(ALICE) == nothing | {
            Stage.TO_PAY: 2,
            Stage.DONE: 1,
        }
        assert await storage.orders.count_orders(BOB) == nothing | {Stage.PLACING: 1}

    async def test_a_stage_follows_its_order(self, storage: Storage):
        """Whoever stores a state stores the stage."""
        placed = await place(storage)
        tracked = await storage.tracking.tracked(placed.order_no)
        assert tracked is not None
        paid = placed.replace(parts=(part(1, OrderStatus.AWAITING_SHIPMENT),))
        await storage.tracking.save_tracked(tracked, paid, LATER)
        assert await storage.orders.orders_of(ALICE, stage=Stage.TO_PAY) == []
        assert await storage.orders.orders_of(ALICE, stage=Stage.TO_SHIP) == [paid]


class TestTracking:
    async def test_a_part_leads_to_its_order(self, storage: Storage):
        """Every part of a split one, also after a restart; a stranger's leads nowhere."""
        placed = await place(storage, 1, part(1), part(2))
        await reopen(storage)
        for each in placed.parts:
            assert await storage.tracking.order_of_part(each.order_id) == placed.order_no
        assert await storage.tracking.order_of_part(MarketplaceOrderId("9" * 19)) is None

    async def test_an_order_is_tracked_from_its_placing_on(self, storage: Storage):
        """Before, there is nothing to read; then it is soon due."""
        await storage.conversations.commit_step(first(writes=(ClaimOrder(order(5)),)))
        assert await storage.tracking.tracked(order(5).order_no) is None
        assert await storage.tracking.tracked(MerchantOrderNo("S0")) is None
        creating = order(5).moved(Placing.CREATING)
        await storage.orders.save_order(creating, Placing.CLAIMED)
        placed = creating.moved(Placing.PLACED, parts=(part(5),))
        await storage.orders.save_order(placed, Placing.CREATING)
        tracked = await storage.tracking.tracked(placed.order_no)
        assert tracked is not None
        assert (tracked.order, tracked.hints, tracked.misses) == (placed, 0, 0)
        assert await storage.tracking.due_orders(NOW, 9) == []
        assert await storage.tracking.due_orders(NOW + FIRST_LOOK, 9) == [placed.order_no]

    async def test_a_reading_is_stored_with_the_next_ones_time(self, storage: Storage):
        """Due then and not before; never again when nothing more can come."""
        placed = await place(storage)
        tracked = await storage.tracking.tracked(placed.order_no)
        assert tracked is not None
        paid = placed.replace(parts=(part(1, OrderStatus.AWAITING_SHIPMENT),))
        await storage.tracking.save_tracked(tracked, paid, LATER)
        await reopen(storage)
        assert await storage.orders.order(placed.order_no) == paid
        assert await storage.tracking.due_orders(LATER - timedelta(seconds=1), 9) == []
        assert await storage.tracking.due_orders(LATER, 9) == [placed.order_no]
        await storage.tracking.save_tracked(tracked, paid, None)
        assert await storage.tracking.due_orders(LATER, 9) == []

    async def test_the_longest_due_comes_first(self, storage: Storage):
        """And no more than asked for."""
        for number, hours in ((1, 3), (2, 1), (3, 2)):
            placed = await place(storage, number)
            tracked = await storage.tracking.tracked(placed.order_no)
            await storage.tracking.save_tracked(tracked, placed, NOW + timedelta(hours=hours))
        due = await storage.tracking.due_orders(NOW + timedelta(hours=5), 2)
        assert [each[-1] for each in due] == ["2", "3"]

    async def test_what_is_asked_for_during_a_reading_stays_due(self, storage: Storage):
        """A push that comes between reading and storing is not overwritten by the schedule."""
        placed = await place(storage)
        tracked = await storage.tracking.tracked(placed.order_no)
        await storage.pushes.finish_pushes((), (), [placed.order_no])
        await storage.tracking.save_tracked(tracked, placed, LATER)
        assert await storage.tracking.due_orders(NOW, 9) == [placed.order_no]
        again = await storage.tracking.tracked(placed.order_no)
        await storage.tracking.save_tracked(again, placed, LATER)
        assert await storage.tracking.due_orders(NOW, 9) == []

    async def test_an_order_that_is_over_is_not_read_again(self, storage: Storage):
        """Whatever asks for it."""
        placed = await place(storage)
        tracked = await storage.tracking.tracked(placed.order_no)
        await storage.tracking.save_tracked(tracked, placed, None)
        await storage.pushes.finish_pushes((), (), [placed.order_no])
        assert await storage.tracking.due_orders(LATER, 9) == []

    async def test_failed_readings_are_counted_until_one_succeeds(self, storage: Storage):
        """Each puts the next off, unless something asked for one meanwhile."""
        placed = await place(storage)
        for misses in range(3):
            tracked = await storage.tracking.tracked(placed.order_no)
            assert tracked.misses == misses
            await storage.tracking.missed(placed.order_no, LATER, tracked.hints)
        assert await storage.tracking.due_orders(NOW + FIRST_LOOK, 9) == []
        await storage.pushes.finish_pushes((), (), [placed.order_no])
        await storage.tracking.missed(placed.order_no, LATER, tracked.hints)
        assert await storage.tracking.due_orders(NOW, 9) == [placed.order_no]
        await storage.tracking.missed(placed.order_no, LATER)
        assert await storage.tracking.due_orders(NOW, 9) == []
        tracked = await storage.tracking.tracked(placed.order_no)
        await storage.tracking.save_tracked(tracked, placed, LATER)
        assert (await storage.tracking.tracked(placed.order_no)).misses == 0

    async def test_a_reading_of_an_order_that_is_gone_is_refused(self, storage: Storage):
        """It was forgotten meanwhile; nothing of it comes back."""
        placed = await place(storage, 1, part(1, OrderStatus.COMPLETED))
        tracked = await storage.tracking.tracked(placed.order_no)
        await storage.rights.forget(ALICE)
        with pytest.raises(OrderMoved):
            await storage.tracking.save_tracked(tracked, placed, LATER)
        assert await storage.orders.order(placed.order_no) is None
        assert await storage.tracking.order_of_part(part(1).order_id) is None

    async def test_an_order_of_somebody_forgotten_says_so(self, storage: Storage):
        """It is followed until it is over."""
        placed = await place(storage)
        await storage.rights.forget(ALICE)
        assert (await storage.tracking.tracked(placed.order_no)).forgotten


def news(number: int = 1, kind: NewsKind = NewsKind.PAID) -> News:
    return News(kind=kind, key=f"{kind}.{number}", parts=(part(1).order_id,))


def notice(number: int = 1, at: datetime = NOW, **fields: object) -> NewNotice:
    return NewNotice(news=news(number), not_before=at, **fields)


async def tell(storage: Storage, placed: Order, *notices: NewNotice) -> None:
    """Store news as a reading does."""
    tracked = await storage.tracking.tracked(placed.order_no)
    await storage.tracking.save_tracked(tracked, placed, LATER, notices)


async def waiting(storage: Storage, placed: Order, at: datetime = NOW) -> list[Notice]:
    return await storage.notices.waiting_notices(placed.order_no, at)


class TestNotices:
    async def test_news_waits_to_be_told(self, storage: Storage):
        """Over a restart, in the order in which it came, with where to tell it."""
        placed = await place(storage)
        await tell(storage, placed, notice(2), notice(1))
        await reopen(storage)
        assert [each.news for each in await waiting(storage, placed)] == [news(2), news(1)]
        assert await storage.notices.orders_to_tell(NOW, 9) == [(placed.order_no, placed.chat_id)]

    async def test_a_key_is_told_once_for_each_order(self, storage: Storage):
        """While it waits, when it was told, and when the person saw it otherwise."""
        one, other = await place(storage, 1), await place(storage, 2)
        await tell(storage, one, notice(1), notice(1), notice(2, shown=True))
        (first_notice,) = await waiting(storage, one)
        await storage.notices.claim_notices([first_notice.notice_id])
        await storage.notices.end_notices([first_notice.notice_id], NoticeEnd.TOLD)
        await tell(storage, one, notice(1), notice(2))
        assert await waiting(storage, one) == []
        await tell(storage, other, notice(1))
        assert len(await waiting(storage, other)) == 1

    async def test_what_is_claimed_is_nobody_elses(self, storage: Storage):
        """Nor anybody's after a restart: whether it was sent, nobody knows."""
        placed = await place(storage)
        await tell(storage, placed, notice(1), notice(2))
        claimed, _ = await waiting(storage, placed)
        await storage.notices.claim_notices([claimed.notice_id])
        await reopen(storage)
        assert [each.news for each in await waiting(storage, placed)] == [news(2)]
        assert await storage.notices.give_up_claimed() == 1
        assert await storage.notices.give_up_claimed() == 0
        assert [each.news for each in await waiting(storage, placed)] == [news(2)]

    async def test_what_was_not_sent_waits_again_before_what_came_later(self, storage: Storage):
        """A later piece of news does not overtake it; another order's does."""
        one, other = await place(storage, 1), await place(storage, 2)
        await tell(storage, one, notice(1), notice(2))
        await tell(storage, other, notice(3))
        refused, _ = await waiting(storage, one)
        await storage.notices.claim_notices([refused.notice_id])
        await storage.notices.put_back_notices([refused.notice_id], LATER)
        assert await storage.notices.orders_to_tell(NOW, 9) == [(other.order_no, other.chat_id)]
        again = await waiting(storage, one, LATER)
        assert [each.news for each in again] == [news(1), news(2)]

    async def test_news_keeps_to_its_time(self, storage: Storage):
        """Not before the quiet hours are over; the oldest news of all is told first."""
        one, other = await place(storage, 1), await place(storage, 2)
        await tell(storage, one, notice(1, LATER))
        await tell(storage, other, notice(2))
        early = LATER - timedelta(microseconds=1)
        assert [number for number, _ in await storage.notices.orders_to_tell(early, 9)] == [
            other.order_no
        ]
        both = [number for number, _ in await storage.notices.orders_to_tell(LATER, 9)]
        assert both == [one.order_no, other.order_no]
        assert await storage.notices.orders_to_tell(LATER, 1) == [(one.order_no, one.chat_id)]

    async def test_news_leaves_with_its_order(self, storage: Storage):
        """And never comes without the reading that it is of."""
        placed = await place(storage, 1, part(1, OrderStatus.COMPLETED))
        await tell(storage, placed, notice())
        tracked = await storage.tracking.tracked(placed.order_no)
        await storage.rights.forget(ALICE)
        assert await storage.notices.orders_to_tell(LATER, 9) == []
        with pytest.raises(OrderMoved):
            await storage.tracking.save_tracked(tracked, placed, LATER, [notice(2)])
        assert await storage.notices.orders_to_tell(LATER, 9) == []

    async def test_a_person_may_see_what_was_told(self, storage: Storage):
        """What still waits with what it says; of the rest, what it was about and when."""
        placed = await place(storage)
        await tell(storage, placed, notice(1), notice(2))
        told, _ = await waiting(storage, placed)
        await storage.notices.end_notices([told.notice_id], NoticeEnd.TOLD)
        exported = (await storage.rights.export_of(ALICE))["news_of_orders"]
        assert [(each["what"], each["state"], bool(each["news"])) for each in exported] == [
            ("paid", "told", False),
            ("paid", "waiting", True),
        ]
        assert (await storage.rights.export_of(BOB))["news_of_orders"] == []

    async def test_waiting_and_late_news_is_counted(self, storage: Storage):
        """Late is a minute longer than it had to wait."""
        placed = await place(storage)
        await tell(
            storage, placed, notice(1), notice(2, NOW - timedelta(minutes=2)), notice(3, LATER)
        )
        census = await storage.upkeep.census()
        assert (census.notices_waiting, census.notices_late) == (3, 1)


def pushed(number: int, message: str = "") -> StoredPush:
    return StoredPush(
        msg_id=str(number), topic="ORDER", message=message or f"push {number}", received_at=NOW
    )


async def messages(storage: Storage, at: datetime = NOW, limit: int = 99) -> list[str]:
    return [each.message for each in await storage.pushes.waiting_pushes(at, limit)]


class TestPushes:
    async def test_a_push_is_stored_once(self, storage: Storage):
        """A repeat is known by its id, also after it was handled."""
        assert await storage.pushes.put_push(pushed(1))
        assert not await storage.pushes.put_push(pushed(1, "the same id"))
        await reopen(storage)
        (waiting,) = await storage.pushes.waiting_pushes(NOW, 9)
        assert (waiting.message, waiting.received_at) == ("push 1", NOW)
        await storage.pushes.finish_pushes([waiting.push_id], [])
        assert not await storage.pushes.put_push(pushed(1))
        assert await messages(storage) == []

    async def test_pushes_are_handled_in_the_order_of_their_arrival(self, storage: Storage):
        """Whatever their ids; and no more than asked for."""
        for number in (3, 1, 2):
            await storage.pushes.put_push(pushed(number))
        assert await messages(storage) == ["push 3", "push 1", "push 2"]
        assert await messages(storage, limit=2) == ["push 3", "push 1"]
        assert (await storage.upkeep.census()).pushes_waiting == 3

    async def test_using_a_push_makes_its_order_due_before_all_others(self, storage: Storage):
        """In one go: from then on the reading does not depend on the push."""
        told, other = await place(storage, 1), await place(storage, 2)
        await storage.pushes.put_push(pushed(1))
        (waiting,) = await storage.pushes.waiting_pushes(NOW, 9)
        await storage.pushes.finish_pushes([waiting.push_id], [], [told.order_no])
        await reopen(storage)
        assert await storage.tracking.due_orders(NOW, 9) == [told.order_no]
        due = await storage.tracking.due_orders(NOW + FIRST_LOOK, 9)
        assert due == [told.order_no, other.order_no]

    async def test_a_push_during_a_reading_is_not_lost(self, storage: Storage):
        """The order stays due when the reading is stored."""
        placed = await place(storage)
        tracked = await storage.tracking.tracked(placed.order_no)
        await storage.pushes.finish_pushes([], [], [placed.order_no])
        await storage.tracking.save_tracked(tracked, placed, LATER)
        assert await storage.tracking.due_orders(NOW, 9) == [placed.order_no]

    async def test_a_push_of_no_use_is_kept_but_not_handled_again(self, storage: Storage):
        """It only counts."""
        await storage.pushes.put_push(pushed(1))
        (waiting,) = await storage.pushes.waiting_pushes(NOW, 9)
        await storage.pushes.finish_pushes([], [waiting.push_id])
        assert await messages(storage) == []
        assert not await storage.pushes.put_push(pushed(1))

    async def test_a_push_that_cannot_be_handled_now_waits(self, storage: Storage):
        """Others go on meanwhile; the tries are counted."""
        for number in (1, 2):
            await storage.pushes.put_push(pushed(number))
        one, _ = await storage.pushes.waiting_pushes(NOW, 9)
        await storage.pushes.retry_pushes([one.push_id], LATER)
        assert await messages(storage) == ["push 2"]
        again, _ = await storage.pushes.waiting_pushes(LATER, 9)
        assert (again.message, again.attempts) == ("push 1", 1)

    async def test_many_parts_are_looked_up_at_once(self, storage: Storage):
        """Strangers are left out, however many they are."""
        placed = await place(storage, 1, part(1), part(2))
        ids = [MarketplaceOrderId(f"9{number:018}") for number in range(1500)]
        ours = [each.order_id for each in placed.parts]
        assert await storage.pushes.orders_of_parts([*ids, *ours]) == dict.fromkeys(
            ours, placed.order_no
        )
        assert await storage.pushes.orders_of_parts([]) == {}


class TestSealing:
    async def test_what_pushes_and_news_say_is_sealed_and_leaves_when_done(
        self, sqlite: SqliteStorage, database: Path
    ):
        """Only topics, keys and states stand in the clear."""
        placed = await place(sqlite)
        told = news().replace(close_reason="planted reason")
        await tell(sqlite, placed, NewNotice(news=told, not_before=NOW))
        await sqlite.pushes.put_push(pushed(1, "planted message"))
        await sqlite.check()
        assert b"planted" not in _raw(database)
        (notice_,) = await waiting(sqlite, placed)
        (push,) = await sqlite.pushes.waiting_pushes(NOW, 9)
        await sqlite.notices.end_notices([notice_.notice_id], NoticeEnd.TOLD)
        await sqlite.pushes.finish_pushes([push.push_id], [])
        with sqlite3.connect(database) as connection:
            bodies = connection.execute(
                "SELECT body FROM notices UNION ALL SELECT payload FROM pushes"
            ).fetchall()
        connection.close()
        assert bodies == [(None,), (None,)]

    async def test_a_push_that_cannot_be_opened_holds_up_no_other(
        self, sqlite: SqliteStorage, database: Path
    ):
        """It reads as none."""
        for number in (1, 2):
            await sqlite.pushes.put_push(pushed(number))
        with sqlite3.connect(database) as connection:
            connection.execute("UPDATE pushes SET payload = x'0102' WHERE msg_id = '1'")
        connection.close()
        assert await messages(sqlite) == ["", "push 2"]

    async def test_the_exchange_of_keys_forgets_no_column(
        self, sqlite: SqliteStorage, database: Path
    ):
        """Every column of bytes is sealed anew, or known to hold nothing personal."""
        public = {("offers", "body"), ("invites", "token_hash"), ("proofs", "mark")}
        with sqlite3.connect(database) as connection:
            tables = [
                name
                for (name,) in connection.execute(
                    "SELECT name FROM sqlite_master WHERE type = 'table'"
                )
            ]
            blobs = {
                (table, row[1])
                for table in tables
                for row in connection.execute(f"PRAGMA table_info({table})")
                if row[2] == "BLOB"
            }
        connection.close()
        assert blobs - public == {
            (each.table, each.name) for each in SEALED if each.table != "meta"
        }

    async def test_pushes_and_news_are_sealed_with_the_new_key(
        self, sqlite: SqliteStorage, database: Path
    ):
        """And read with it alone."""
        placed = await place(sqlite)
        await tell(sqlite, placed, notice())
        await sqlite.pushes.put_push(pushed(1))
        await sqlite.close()
        new_key = bytes(reversed(KEY))
        both = SqliteStorage(database, Sealer(new_key, 2, {1: KEY}), lambda: NOW)
        await both.open()
        await both.reseal()
        await both.close()
        alone = SqliteStorage(database, Sealer(new_key, 2), lambda: NOW)
        await alone.open()
        assert [each.news for each in await waiting(alone, placed)] == [news()]
        assert await messages(alone) == ["push 1"]
        await alone.close()


class TestEarlierReleases:
    async def test_orders_of_an_earlier_release_are_sorted_in(
        self, sqlite: SqliteStorage, database: Path
    ):
        """Stage, parts and reading come from the sealed body, a few at a time, each once."""
        placed = [await place(sqlite, number) for number in (1, 2, 3)]
        await place(sqlite, 4, part(4, OrderStatus.COMPLETED))
        await sqlite.conversations.commit_step(
            following(expected=4, writes=(ClaimOrder(order(5)),))
        )
        _as_an_earlier_release_left_it(database)
        done = [await sqlite.tracking.sort_orders(limit=3) for _ in range(3)]
        assert done == [3, 1, 0]
        await reopen(sqlite)
        assert await sqlite.orders.orders_of(ALICE, stage=Stage.TO_PAY) == placed[::-1]
        assert (await sqlite.orders.count_orders(ALICE))[Stage.PLACING] == 1
        assert (
            await sqlite.tracking.order_of_part(placed[1].parts[0].order_id) == placed[1].order_no
        )
        assert set(await sqlite.tracking.due_orders(NOW, 9)) == {each.order_no for each in placed}

    async def test_who_looks_before_their_orders_are_sorted_finds_them(
        self, sqlite: SqliteStorage, database: Path
    ):
        """Sorting goes on beside the bot: one's own come first, whoever else's wait."""
        placed = [await place(sqlite, number) for number in (1, 2)]
        _as_an_earlier_release_left_it(database)
        await reopen(sqlite)
        assert (await sqlite.orders.count_orders(ALICE))[Stage.TO_PAY] == 2
        _as_an_earlier_release_left_it(database)
        assert await sqlite.orders.orders_of(ALICE, stage=Stage.TO_PAY) == placed[::-1]
        assert await sqlite.tracking.sort_orders() == 0

    async def test_whose_a_part_is_is_not_guessed_before_all_are_sorted(
        self, sqlite: SqliteStorage, database: Path
    ):
        """A push of an order that is not sorted yet waits instead of being nobody's."""
        placed = await place(sqlite, 1)
        _as_an_earlier_release_left_it(database)
        await reopen(sqlite)
        part = placed.parts[0].order_id
        with pytest.raises(StorageUnavailable, match="being sorted"):
            await sqlite.tracking.order_of_part(part)
        with pytest.raises(StorageUnavailable, match="being sorted"):
            await sqlite.pushes.orders_of_parts([part])
        await sort_in(sqlite.tracking)
        assert await sqlite.tracking.order_of_part(part) == placed.order_no
        assert await sqlite.pushes.orders_of_parts([part]) == {part: placed.order_no}
        assert await sqlite.tracking.order_of_part(MarketplaceOrderId("404")) is None

    async def test_an_order_that_nobody_can_read_holds_up_no_other(
        self, sqlite: SqliteStorage, database: Path
    ):
        """It is put aside."""
        await place(sqlite, 1)
        placed = await place(sqlite, 2)
        _as_an_earlier_release_left_it(database)
        with sqlite3.connect(database) as connection:
            connection.execute("UPDATE orders SET body = x'0102' WHERE order_no LIKE '%1'")
        assert [await sqlite.tracking.sort_orders() for _ in range(2)] == [2, 0]
        assert await sqlite.orders.orders_of(ALICE, stage=Stage.TO_PAY) == [placed]


def _as_an_earlier_release_left_it(database: Path) -> None:
    with sqlite3.connect(database) as connection:
        connection.execute("DELETE FROM order_parts")
        connection.execute("UPDATE orders SET look_at = NULL")
        connection.execute("UPDATE orders SET stage = NULL WHERE placing = 'placed'")
    connection.close()


def _raw(database: Path) -> bytes:
    log = database.with_name(f"{database.name}-wal")
    return database.read_bytes() + log.read_bytes()
