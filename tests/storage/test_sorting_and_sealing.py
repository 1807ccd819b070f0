"""What SQLite keeps of orders, news and pushes: sorted in after an update, sealed, emptied."""

import sqlite3
from pathlib import Path

from bot.domain.identifiers import MarketplaceOrderId
from bot.domain.orders import OrderStatus
from bot.domain.stages import Stage
from bot.domain.writes import ClaimOrder
from bot.services.following.sorting_in import sort_in
from bot.storage.sealing import Sealer
from bot.storage.sql.resealing import SEALED
from bot.storage.sqlite.storage import SqliteStorage
from bot.storage.tracking_ports import NewNotice, NoticeEnd, PartOwners
from tests.storage.samples import ALICE, KEY, NOW, following, order, reopen
from tests.storage.tracked import (
    messages,
    news,
    notice,
    owners,
    part,
    place,
    pushed,
    tell,
    waiting,
)


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
        first_part = placed[1].parts[0].order_id
        assert await owners(sqlite, first_part) == {first_part: placed[1].order_no}
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
        """It is said that one may be missing, beside those that are known."""
        placed, known = await place(sqlite, 1), await place(sqlite, 2)
        _as_an_earlier_release_left_it(database)
        await reopen(sqlite)
        ids = [each.parts[0].order_id for each in (placed, known)]
        stranger = MarketplaceOrderId("404")
        assert await sqlite.tracking.sort_orders(limit=1) == 1  # the newest
        newest = {ids[1]: known.order_no}
        assert await sqlite.pushes.orders_of_parts(ids) == PartOwners(newest, are_all=False)
        assert await sqlite.pushes.orders_of_parts(ids[1:]) == PartOwners(newest)
        await sort_in(sqlite.tracking)
        both = {ids[0]: placed.order_no, ids[1]: known.order_no}
        assert await sqlite.pushes.orders_of_parts([*ids, stranger]) == PartOwners(both)

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
