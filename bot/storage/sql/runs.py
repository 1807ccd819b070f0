"""Whether this database is the one that the last run left, and when that was alive.

A copy says that it is one: `backup` and `restore` write a mark into it. For copies made by other
hands a counter stands in the database and, a moment later, in a file beside it: a database that
is behind its file was put back. What brings both back together, such as a machine's snapshot,
can't be told from here (`python -m bot restored` says so for it).
"""

import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from pathlib import Path

import structlog

from bot.domain.orders import Order
from bot.domain.sessions import REVISIONS_LOST, Session
from bot.storage.codec import from_micros, to_micros
from bot.storage.places import place_of_order, place_of_session
from bot.storage.ports import Gap, RunBegun, StorageUnavailable
from bot.storage.sql.clock_back import bring_waits_back
from bot.storage.sql.connection import Connection
from bot.storage.sql.database import Database
from bot.storage.sql.group_buys import GroupBuys
from bot.storage.sql.orders_of_buys import order_stored
from bot.storage.sql.shop_restored import doubt_shop

COPIED, MOVED = "copied_at", "moved_to"
_LINEAGE, _BEAT, _ALIVE, _HOME = "lineage", "beat", "alive_at", "home"
_RESTORED, _OF = "restored_at", "restored_from"
_GAP_SINCE, _GAP_UNTIL = "gap_since", "gap_until"
_NAMES = (_HOME, COPIED, _LINEAGE, _BEAT, _ALIVE, _RESTORED, _OF, _GAP_SINCE, _GAP_UNTIL)
_META = f"SELECT name, value FROM meta WHERE name IN ({', '.join('?' * len(_NAMES))})"  # noqa: S608 - places
_TOGETHER = 200
_log = structlog.get_logger(__name__)

_IN_FLIGHT = (
    "SELECT order_no, body FROM orders WHERE placing IN ('claimed', 'creating', 'uncertain')"
)
# Whatever was under way when the copy was made may have been done since.
_DOUBTED = (
    "UPDATE payment_attempts SET state = 'unclear' WHERE state IN ('claimed', 'sent')",
    "UPDATE broadcast_people SET state = 'unclear' WHERE state = 'claimed'",
    "UPDATE broadcasts SET state = 'stopped' WHERE state = 'sending'",
    # What waits to be told may have been since. What still watches is watched for again.
    "UPDATE watches SET state = 'unclear', ended_at = not_before WHERE state = 'to_tell'",
    "UPDATE watches SET state = 'unclear', ended_at = not_before WHERE state = 'telling'",
)


def mark_copied(connection: Connection, at: datetime) -> None:
    """Have a database say that it is a copy of an earlier moment."""
    _put(connection, COPIED, to_micros(at))
    # Whoever says so goes on with it, wherever it was moved to.
    connection.execute("DELETE FROM meta WHERE name = ?", (MOVED,))


class Runs:
    """Implements `RunPort`."""

    def __init__(self, database: Database, buys: GroupBuys) -> None:
        self._database = database
        self._buys = buys
        self._beside = database.beside

    async def begin_run(self, now: datetime) -> RunBegun:
        """Find out what this database is, and make what a copy can't know uncertain."""
        meta = dict(await self._database.rows(_META, *_NAMES))
        home = await self._database.home()
        restored = self._is_restored(meta) or meta.get(_HOME, home) != home
        last_alive = _moment(meta[_ALIVE]) if _ALIVE in meta else None
        if restored:
            await self._doubt()
        if restored or _LINEAGE not in meta:
            lineage = secrets.token_hex(8)
            found = (now, last_alive) if restored else None
            await self._database.write(lambda connection: _begin(connection, lineage, found))
        # A copy does not know when the bot ran last.
        if home is not None and meta.get(_HOME) != home:
            await self._database.write(lambda connection: _put(connection, _HOME, home))
        known = last_alive is not None and not restored
        gap = Gap(since=last_alive, until=now) if known else None
        await self.alive(now, gap if gap is not None and gap.is_told else None)
        meta = dict(await self._database.rows(_META, *_NAMES))
        return RunBegun(
            restored=restored,
            restored_at=_moment(meta[_RESTORED]) if _RESTORED in meta else None,
            restored_from=_moment(meta[_OF]) if _OF in meta else None,
            last_alive=last_alive,
            gap=_gap_in(meta),
        )

    async def run_under_way(self) -> RunBegun:
        """Return what the run that is under way found, for a replica that joins it."""
        meta = dict(await self._database.rows(_META, *_NAMES))
        return RunBegun(
            restored_at=_moment(meta[_RESTORED]) if _RESTORED in meta else None,
            restored_from=_moment(meta[_OF]) if _OF in meta else None,
            last_alive=_moment(meta[_ALIVE]) if _ALIVE in meta else None,
            gap=_gap_in(meta),
        )

    async def last_gap(self) -> Gap | None:
        """Return the last gap between two runs that is worth telling."""
        return _gap_in(dict(await self._database.rows(_META, *_NAMES)))

    async def alive(self, now: datetime, after: Gap | None = None) -> None:
        """Remember that the bot runs; first in the database, which so is never behind its file.

        `after` is the gap that ends with it, remembered at once with that. Where it is earlier than
        the last time, the clock ran ahead: what waits comes back with it. Nothing is remembered of
        a database in which no run began: of two replicas that start together the second may be here
        before the first has begun it.
        """

        def beat(connection: Connection) -> tuple[str, int] | None:
            begun = connection.execute(
                "SELECT value FROM meta WHERE name = ?", (_LINEAGE,)
            ).fetchone()
            if begun is None:
                return None
            row = connection.execute("SELECT value FROM meta WHERE name = ?", (_BEAT,)).fetchone()
            count = int(row[0]) + 1 if row else 1
            _put(connection, _BEAT, count)
            self._follow_clock(connection, now)
            _put(connection, _ALIVE, to_micros(now))
            if after is not None:
                _put(connection, _GAP_SINCE, to_micros(after.since))
                _put(connection, _GAP_UNTIL, to_micros(after.until))
            return str(begun[0]), count

        beaten = await self._database.write(beat)
        if beaten is None or self._beside is None:
            return
        lineage, count = beaten
        try:
            draft = self._beside.with_name(f".{self._beside.name}")
            draft.write_text(json.dumps({_LINEAGE: lineage, _BEAT: count}), encoding="ascii")
            draft.replace(self._beside)
        except OSError as error:
            _log.warning("alive_not_noted", error=type(error).__name__)

    def _follow_clock(self, connection: Connection, now: datetime) -> None:
        row = connection.execute("SELECT value FROM meta WHERE name = ?", (_ALIVE,)).fetchone()
        before = now if row is None else _moment(row[0])
        if before <= now:
            return
        bring_waits_back(connection, to_micros(now), to_micros(before) - to_micros(now))
        self._buys.clock_set_back(connection, now, before - now)
        _log.warning("clock_set_back", seconds=round((before - now).total_seconds()))

    def _is_restored(self, meta: dict[str, object]) -> bool:
        if COPIED in meta or self._beside is None:
            return COPIED in meta
        try:
            beside = json.loads(self._beside.read_text(encoding="ascii"))
            lineage, beat = str(beside[_LINEAGE]), int(beside[_BEAT])
        except FileNotFoundError:
            # One that ran before has its file beside it, unless somebody moved it alone.
            return _LINEAGE in meta
        except (OSError, ValueError, TypeError, KeyError):
            return _LINEAGE in meta
        return lineage != meta.get(_LINEAGE) or beat > int(str(meta.get(_BEAT, 0)))

    async def _doubt(self) -> None:
        """A piece at a time, since there may be many; the mark goes last."""
        after: tuple[int, int] | None = (-(2**63), -(2**63))
        lost = secrets.choice(REVISIONS_LOST)
        while after is not None:
            after = await self._database.write(partial(self._renew, lost, after))
        await self._database.write(self._doubt_orders)
        self._database.read_anew()

    def _renew(
        self, lost: int, after: tuple[int, int], connection: Connection
    ) -> tuple[int, int] | None:
        """Take their power from the buttons that some conversations ever showed."""
        rows = connection.execute(
            "SELECT chat_id, user_id, body FROM sessions WHERE (chat_id, user_id) > (?, ?)"
            " ORDER BY chat_id, user_id LIMIT ?",
            (*after, _TOGETHER),
        ).fetchall()
        for chat_id, user_id, body in rows:
            place = place_of_session(chat_id, user_id)
            try:
                session = self._database.unseal(Session, body, place).after_restore(lost)
            except StorageUnavailable as error:
                _log.error("session_unreadable", error=type(error).__name__)
                continue
            connection.execute(
                "UPDATE sessions SET revision = ?, body = ? WHERE chat_id = ? AND user_id = ?",
                (session.revision, self._database.seal(session, place), chat_id, user_id),
            )
        return (rows[-1][0], rows[-1][1]) if rows else None

    def _doubt_orders(self, connection: Connection) -> None:
        rows = connection.execute(_IN_FLIGHT).fetchall()
        for order_no, body in rows:
            place = place_of_order(order_no)
            try:
                order = self._database.unseal(Order, body, place).doubted()
            except StorageUnavailable as error:
                # Nobody can read it, so nobody can order by it either.
                _log.error("order_unreadable", order_no=order_no, error=str(error))
                continue
            connection.execute(
                "UPDATE orders SET placing = ?, body = ?, told = 0 WHERE order_no = ?",
                (order.placing.value, self._database.seal(order, place), order_no),
            )
            order_stored(connection, order)
        for statement in _DOUBTED:
            connection.execute(statement)
        doubt_shop(connection, self._database)


def _begin(
    connection: Connection,
    lineage: str,
    restored: tuple[datetime, datetime | None] | None,
) -> None:
    _put(connection, _LINEAGE, lineage)
    if restored is not None:
        found_at, of = restored
        _put(connection, _RESTORED, to_micros(found_at))
        connection.execute("DELETE FROM meta WHERE name = ?", (_OF,))
        if of is not None:
            _put(connection, _OF, to_micros(of))
    connection.execute("DELETE FROM meta WHERE name IN (?, ?)", (COPIED, _BEAT))


def _gap_in(meta: Mapping[str, object]) -> Gap | None:
    if _GAP_SINCE not in meta:
        return None
    return Gap(since=_moment(meta[_GAP_SINCE]), until=_moment(meta[_GAP_UNTIL]))


def _moment(stored: object) -> datetime:
    return from_micros(int(str(stored)))


def alive_last(connection: Connection) -> tuple[datetime | None, Gap | None]:
    """Return when a bot was alive last, and its last gap."""
    meta = dict(connection.execute(_META, _NAMES).fetchall())
    return (_moment(meta[_ALIVE]) if _ALIVE in meta else None), _gap_in(meta)


def _put(connection: Connection, name: str, value: object) -> None:
    connection.execute(
        "INSERT INTO meta (name, value) VALUES (?, ?)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, value),
    )


def beside(database: Path) -> Path:
    """Return the file that is kept beside a database."""
    return database.with_name(f"{database.name}.alive")
