"""What nobody uses any more goes, in short writes between which the chats' commits get through."""

import json
import time
from datetime import datetime, timedelta

from msgspec import Struct

from bot.domain.identifiers import ChatId, UserId
from bot.domain.orders import Placing
from bot.domain.sessions import Session, Step
from bot.storage.codec import from_micros, to_micros
from bot.storage.operator_ports import People
from bot.storage.places import place_of_session
from bot.storage.ports import Census, Retention
from bot.storage.sql.connection import Connection
from bot.storage.sql.database import Database
from bot.storage.sql.group_forgetting import drop_forgotten
from bot.storage.sql.inbox import Inbox
from bot.storage.sql.orders import Orders
from bot.storage.sql.watches import count_watches

_TOGETHER = 200  # as in `_clear_some`
_MANY = 1_000_000
_LATE = timedelta(minutes=1)
# Numbers instead of parameters, and an order that an index has: a planner that knows neither how
# many rows are old nor how many are wanted reads whole tables. `IS NULL` of the one row instead of
# NOT EXISTS for the same: what can be joined is, by reading all orders.
_DROP = {
    "results": (
        "DELETE FROM results WHERE session_id IN"
        " (SELECT session_id FROM results WHERE touched_at < ? ORDER BY touched_at LIMIT %d)"
    ),
    "offers": (
        "DELETE FROM offers WHERE (marketplace, offer_id) IN"
        " (SELECT marketplace, offer_id FROM offers WHERE touched_at < ?"
        " ORDER BY touched_at LIMIT %d)"
    ),
    "picture_files": (
        "DELETE FROM picture_files WHERE key IN"
        " (SELECT key FROM picture_files WHERE touched_at < ? ORDER BY touched_at LIMIT %d)"
    ),
    "pushes": (
        "DELETE FROM pushes WHERE push_id IN (SELECT push_id FROM pushes"
        " WHERE state <> 'waiting' AND received_at < ? ORDER BY received_at LIMIT %d)"
    ),
    "notices": (
        "DELETE FROM notices WHERE notice_id IN"
        " (SELECT notice_id FROM notices WHERE ended_at < ? ORDER BY ended_at LIMIT %d)"
    ),
    "orders": (
        "DELETE FROM orders WHERE order_no IN (SELECT order_no FROM orders"
        " WHERE placing IN ('placed', 'refused', 'changed') AND created_at < ?"
        # Something is owed for it, or somebody has to look at it.
        " AND NOT EXISTS (SELECT 1 FROM shop_cases WHERE shop_cases.order_no = orders.order_no"
        " AND standing NOT IN ('under_way', 'over')) ORDER BY created_at LIMIT %d)"
    ),
    # What counted for one another goes together, once neither order is kept.
    "ledger": (
        "DELETE FROM ledger WHERE entry_id IN (SELECT entry_id FROM ledger WHERE at < ?"
        " AND NOT EXISTS (SELECT 1 FROM orders"
        " WHERE orders.order_no IN (ledger.order_no, ledger.to_order)) ORDER BY at LIMIT %d)"
    ),
    "proofs": (
        "DELETE FROM proofs WHERE proof_id IN (SELECT proof_id FROM proofs WHERE sent_at < ?"
        " AND (SELECT order_no FROM orders WHERE orders.order_no = proofs.order_no) IS NULL"
        " ORDER BY sent_at LIMIT %d)"
    ),
    "shop_cases": (
        "DELETE FROM shop_cases WHERE order_no IN (SELECT order_no FROM shop_cases WHERE since < ?"
        " AND (SELECT order_no FROM orders WHERE orders.order_no = shop_cases.order_no) IS NULL"
        " ORDER BY since LIMIT %d)"
    ),
    "shop_events": (
        "DELETE FROM shop_events WHERE event_id IN (SELECT event_id FROM shop_events"
        " WHERE not_before < ? AND state = 'over'"
        " AND (SELECT order_no FROM orders WHERE orders.order_no = shop_events.order_no) IS NULL"
        " ORDER BY not_before LIMIT %d)"
    ),
    "posts": (
        "DELETE FROM posts WHERE post_id IN (SELECT post_id FROM posts"
        " WHERE made_at < ? AND state IN ('gone', 'refused', 'unclear')"
        " ORDER BY made_at LIMIT %d)"
    ),
    "watches": (
        "DELETE FROM watches WHERE watch_id IN (SELECT watch_id FROM watches"
        " WHERE ended_at < ? AND state IN ('told', 'unclear', 'dropped')"
        " ORDER BY ended_at LIMIT %d)"
    ),
    # As long as the order that they are about.
    "group_buys": (
        "DELETE FROM group_buys WHERE buy_id IN (SELECT buy_id FROM group_buys"
        " WHERE state IN ('draft', 'closed', 'failed', 'cancelled') AND since < ?"
        " ORDER BY since LIMIT %d)"
    ),
    "questions": (
        "DELETE FROM questions WHERE question_id IN (SELECT question_id FROM questions"
        " WHERE touched_at < ?"
        " AND (SELECT order_no FROM orders WHERE orders.order_no = questions.order_no) IS NULL"
        " ORDER BY touched_at LIMIT %d)"
    ),
    "question_words": (
        "DELETE FROM question_words WHERE words_id IN (SELECT words_id FROM question_words"
        " WHERE said_at < ? AND (SELECT questions.question_id FROM questions"
        " WHERE questions.question_id = question_words.question_id) IS NULL"
        " ORDER BY said_at LIMIT %d)"
    ),
    # While its order is kept, an attempt counts among its tries. The daily limit needs a day's.
    "payments": (
        "DELETE FROM payment_attempts WHERE attempt_id IN (SELECT attempt_id FROM payment_attempts"
        " WHERE at < ? AND state NOT IN ('claimed', 'sent')"
        " AND (SELECT order_no FROM orders"
        " WHERE orders.order_no = payment_attempts.order_no) IS NULL"
        " ORDER BY at LIMIT %d)"
    ),
}
_OF_A_SHOP = ("ledger", "proofs", "shop_cases", "shop_events")
_QUESTIONS = ("questions", "question_words")
_OPEN_CASE = "SELECT 1 FROM shop_cases WHERE order_no = ? AND standing NOT IN ('under_way', 'over')"
_PEOPLE = (
    "SELECT (SELECT COUNT(DISTINCT user_id) FROM sessions),"
    " (SELECT COUNT(DISTINCT user_id) FROM orders), (SELECT COUNT(*) FROM members)"
)
_MANY_ORDERS = 100_000
_COUNT_EVERY = 60.0  # seconds, of so many orders that counting them takes long
# Few, each found by an index that holds only these; the third grows for ever.
_OPEN_ORDERS = (
    "SELECT placing, COUNT(*) FROM orders WHERE placing IN ('claimed', 'creating', 'uncertain')"
    " GROUP BY placing"
)
_UNRESOLVED_ORDERS = "SELECT COUNT(*) FROM orders WHERE placing = 'unresolved'"
_SETTLED_ORDERS = (
    "SELECT placing, COUNT(*) FROM orders WHERE placing IN ('placed', 'refused', 'changed')"
    " GROUP BY placing"
)
_WAITING = (
    "WITH waiting AS (SELECT update_id, received_at FROM inbox WHERE state = 'waiting' AND"
    " update_id NOT IN (SELECT CAST(value AS BIGINT) FROM json_each(?)))"
    " SELECT COUNT(*), (SELECT received_at FROM waiting ORDER BY update_id LIMIT 1) FROM waiting"
)
_NEWS = (
    "SELECT COUNT(*), COUNT(*) FILTER (WHERE not_before < ?) FROM notices WHERE state = 'waiting'"
)


class _Settled(Struct, frozen=True):
    """Orders that are settled, by their state, and until when that is good for counts."""

    orders: dict[Placing, int]
    until: float


class Upkeep:
    """Implements `UpkeepPort`."""

    def __init__(self, database: Database, inbox: Inbox, orders: Orders) -> None:
        self._database = database
        self._inbox = inbox
        self._orders = orders
        self._settled: _Settled | None = None

    async def census(self) -> Census:
        """Count updates and orders."""
        now, counted = self._database.now(), self._settled
        # What is handled and answered waits for nothing, though that is not durable yet.
        over = json.dumps(self._database.all_deferred("inbox"))
        if counted is None or time.monotonic() >= counted.until:
            counted = None
        # As one reading: over a network single ones share a connection, and these take a while.
        census, settled = await self._database.read(
            lambda connection: _census(connection, now, over, counted.orders if counted else None)
        )
        if counted is None:
            kept = _COUNT_EVERY if sum(settled.values()) >= _MANY_ORDERS else 0.0
            self._settled = _Settled(settled, time.monotonic() + kept)
        return census

    async def count_people(self) -> People:
        """Count who has a conversation, who has an order, and who was invited."""
        known, ordered, invited = await self._database.read(
            lambda connection: connection.execute(_PEOPLE).fetchone()
        )
        return People(known=known, ordered=ordered, invited=invited)

    async def purge_old(self, keep: Retention) -> dict[str, int]:
        """Drop what is older than `keep` says; return how much of what went."""
        try:
            gone = await self._purge_old(keep)
            await self._database.empty_log()
            return gone
        finally:
            self._database.read_anew()

    async def _purge_old(self, keep: Retention) -> dict[str, int]:
        now = self._database.now()
        given_up = await self._inbox.give_up_parked(now - keep.parked)
        return {
            "updates": given_up + await self._inbox.purge(now - keep.updates),
            "drafts": await self._clear_drafts(keep.drafts),
            "results": await self._drop("results", keep.searches),
            "offers": await self._drop("offers", keep.offers),
            "picture_files": await self._drop("picture_files", keep.offers),
            "orders": await self._drop("orders", keep.orders),
            "pushes": await self._drop("pushes", keep.pushes),
            "notices": await self._drop("notices", keep.notices),
            "forgotten_orders": await self._database.write(self._drop_forgotten),
            "posts": await self._drop("posts", keep.offers),
            "watches": await self._drop("watches", keep.notices),
            "payments": await self._drop("payments", keep.orders),
            "group_buys": await self._drop("group_buys", keep.orders)
            + await self._database.write(drop_forgotten),
            "questions": sum([await self._drop(each, keep.orders) for each in _QUESTIONS]),
            "shop": sum([await self._drop(table, keep.orders) for table in _OF_A_SHOP]),
        }

    async def nudge(self) -> None:
        """Have the running bot look for what another process changed."""
        await self._database.write(
            lambda connection: connection.execute(
                "INSERT INTO meta (name, value) VALUES ('nudges', 1)"
                " ON CONFLICT (name) DO UPDATE SET value = CAST(meta.value AS BIGINT) + 1"
            )
        )

    async def nudges(self) -> int:
        """Return a number that every nudge changes."""
        row = await self._database.row("SELECT value FROM meta WHERE name = 'nudges'")
        return 0 if row is None else int(row[0])

    async def _drop(self, what: str, age: timedelta) -> int:
        sql, before = _DROP[what] % _TOGETHER, (to_micros(self._database.now() - age),)
        dropped = 0
        while True:
            some = await self._database.write(
                lambda connection: connection.execute(sql, before).rowcount
            )
            dropped += some
            if some < _TOGETHER:
                return dropped

    async def _clear_drafts(self, age: timedelta) -> int:
        before, cleared = to_micros(self._database.now() - age), 0
        while some := await self._database.write(
            lambda connection: self._clear_some(connection, before)
        ):
            cleared += some
        return cleared

    def _clear_some(self, connection: Connection, before: int) -> int:
        """Leave of some old conversations their language alone; return how many."""
        rows = connection.execute(
            "SELECT chat_id, user_id, body FROM sessions WHERE touched_at < ?"
            " ORDER BY touched_at LIMIT 200",
            (before,),
        ).fetchall()
        for chat_id, user_id, body in rows:
            place = place_of_session(ChatId(chat_id), UserId(user_id))
            session = self._database.unseal(Session, body, place)
            if session.step is not Step.PLACING:
                # The next revision, so that whoever just loaded the old one loads again.
                session = Session(
                    session_id=session.session_id,
                    chat_id=session.chat_id,
                    user_id=session.user_id,
                    revision=session.revision + 1,
                    language=session.language,
                    language_chosen=session.language_chosen,
                )
            connection.execute(
                "UPDATE sessions SET revision = ?, body = ?, touched_at = NULL"
                " WHERE chat_id = ? AND user_id = ?",
                (session.revision, self._database.seal(session, place), chat_id, user_id),
            )
        return len(rows)

    def _drop_forgotten(self, connection: Connection) -> int:
        rows = connection.execute("SELECT order_no, body FROM orders WHERE forgotten = 1")
        closed = [
            (order_no,)
            for order_no, body in rows.fetchall()
            if not self._orders.opened(order_no, body).is_open
            and connection.execute(_OPEN_CASE, (order_no,)).fetchone() is None
        ]
        connection.executemany("DELETE FROM orders WHERE order_no = ?", closed)
        # Whoever asked to be forgotten waits for no age: what hung on these orders goes with them.
        soon = (to_micros(self._database.now()) + 1,)
        for table in _OF_A_SHOP if closed else ():
            connection.execute(_DROP[table] % _MANY, soon)
        return len(closed)


def _census(
    connection: Connection, now: datetime, over: str, settled: dict[Placing, int] | None
) -> tuple[Census, dict[Placing, int]]:
    """Count, and return the count of settled orders as well; they are not counted if given.

    `over` lists updates that are handled, as JSON: they are not counted either.
    """
    waiting, oldest = connection.execute(_WAITING, (over,)).fetchone()
    (parked,) = connection.execute("SELECT COUNT(*) FROM inbox WHERE state = 'parked'").fetchone()
    open_ = dict(connection.execute(_OPEN_ORDERS).fetchall())
    (unresolved,) = connection.execute(_UNRESOLVED_ORDERS).fetchone()
    if unresolved:
        open_[Placing.UNRESOLVED] = unresolved
    if settled is None:
        rows = connection.execute(_SETTLED_ORDERS).fetchall()
        settled = {Placing(placing): count for placing, count in rows}
    told, late = connection.execute(_NEWS, (to_micros(now - _LATE),)).fetchone()
    (pushes,) = connection.execute("SELECT COUNT(*) FROM pushes WHERE state = 'waiting'").fetchone()
    census = Census(
        waiting=waiting,
        oldest_waiting=None if oldest is None else from_micros(oldest),
        parked=parked,
        orders=settled | {Placing(placing): count for placing, count in open_.items()},
        pushes_waiting=pushes,
        notices_waiting=told,
        notices_late=late or 0,
        watches=count_watches(connection, now),
    )
    return census, settled
