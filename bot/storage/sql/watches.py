"""Watches of offers in SQL. What exactly somebody watches for is sealed."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from bot.domain.identifiers import MarketplaceName, OfferId, UserId
from bot.domain.watches import (
    OPEN,
    Found,
    NewWatch,
    OfferWatch,
    WatchedGoods,
    WatchedOffer,
    WatchState,
)
from bot.storage.codec import from_micros, to_micros
from bot.storage.places import place_of_watch
from bot.storage.sql.connection import Connection
from bot.storage.sql.database import Database
from bot.storage.watch_ports import OVERDUE_AFTER, WatchCensus

_COLUMNS = (
    "watch_id, user_id, marketplace, offer_id, goods, version, state, made_at, not_before, body"
)
_OF_ONE = f"SELECT {_COLUMNS} FROM watches"  # noqa: S608 - a constant
_OPEN = ", ".join(f"'{each.value}'" for each in OPEN)
_FIRST_OF_ALL = 0  # a time before any other
_SET = (
    "INSERT INTO watches (user_id, marketplace, offer_id, goods, made_at, body)"  # noqa: S608 - constants
    " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (user_id, marketplace, offer_id, goods) DO UPDATE"
    " SET version = watches.version + 1, state = 'watching', made_at = excluded.made_at,"
    " not_before = NULL, ended_at = NULL, body = excluded.body"
    " RETURNING " + _COLUMNS
)
_DUE = (
    "INSERT INTO watched_offers (marketplace, offer_id, look_at) VALUES (?, ?, ?)"
    " ON CONFLICT (marketplace, offer_id) DO UPDATE SET look_at = CASE"
    " WHEN excluded.look_at < watched_offers.look_at THEN excluded.look_at"
    " ELSE watched_offers.look_at END"
)
_UNWATCHED = (
    "DELETE FROM watched_offers WHERE marketplace = ? AND offer_id = ? AND NOT EXISTS"
    " (SELECT 1 FROM watches WHERE watches.marketplace = watched_offers.marketplace"
    " AND watches.offer_id = watched_offers.offer_id AND watches.state = 'watching')"
)
_SOON = (
    "UPDATE watched_offers SET look_at = ?, hints = hints + 1"
    " WHERE marketplace = ? AND offer_id = ?"
)

_CENSUS = (
    "SELECT COUNT(CASE WHEN state = 'watching' THEN 1 END),"
    " COUNT(CASE WHEN state = 'to_tell' THEN 1 END),"
    " (SELECT COUNT(*) FROM watched_offers),"
    " (SELECT COUNT(*) FROM watched_offers WHERE look_at < ?) FROM watches"
)


class KeptWatch(NewWatch):
    """What is sealed of a watch."""

    found: Found | None = None


def have_read_soon(connection: Connection, offer_ids: Collection[OfferId]) -> None:
    """Have watched offers read before all others, within somebody's transaction."""
    rows = [(_FIRST_OF_ALL, each.marketplace, each.id) for each in offer_ids]
    connection.executemany(_SOON, rows)


def count_watches(connection: Connection, now: datetime) -> WatchCensus:
    """Count watches as they stand at that moment."""
    late = to_micros(now - OVERDUE_AFTER)
    row = connection.execute(_CENSUS, (late,)).fetchone() or (0, 0, 0, 0)
    return WatchCensus(watching=row[0], to_tell=row[1], offers=row[2], offers_late=row[3])


class Watches:
    """Implements `WatchPort`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def set_watch(self, watch: NewWatch, look_at: datetime) -> OfferWatch:
        """Watch for this from now on, in the place of what that person had for these goods."""
        goods = watch.goods
        named = (watch.user_id, goods.offer_id.marketplace, goods.offer_id.id, goods.key)
        body = self._sealed(watch)
        now = to_micros(self._database.now())

        def put(connection: Connection) -> Sequence[Any]:
            row: Sequence[Any] = connection.execute(_SET, (*named, now, body)).fetchone()
            due = (goods.offer_id.marketplace, goods.offer_id.id, to_micros(look_at))
            connection.execute(_DUE, due)
            return row

        return self._opened(await self._database.write(put))

    async def stop_watch(self, user_id: UserId, watch_id: int) -> bool:
        """Forget one of that person's watches; return whether it was there."""
        return await self._changes(
            "DELETE FROM watches WHERE watch_id = ? AND user_id = ?", watch_id, user_id
        )

    async def watches_of(self, user_id: UserId, limit: int, offset: int = 0) -> list[OfferWatch]:
        """Return that person's watches, open or not, the latest asked for first."""
        rows = await self._database.rows(
            f"{_OF_ONE} WHERE user_id = ? ORDER BY made_at DESC, watch_id DESC LIMIT ? OFFSET ?",
            user_id,
            limit,
            offset,
        )
        return [self._opened(row) for row in rows]

    async def count_watches(self, user_id: UserId) -> tuple[int, int]:
        """Return how many of theirs are open, and how many there are."""
        row = await self._database.row(
            f"SELECT COUNT(CASE WHEN state IN ({_OPEN}) THEN 1 END), COUNT(*)"  # noqa: S608 - a constant
            " FROM watches WHERE user_id = ?",
            user_id,
        )
        return (int(row[0]), int(row[1])) if row else (0, 0)

    async def watch(self, user_id: UserId, watch_id: int) -> OfferWatch | None:
        """Return one of that person's watches."""
        row = await self._database.row(
            f"{_OF_ONE} WHERE watch_id = ? AND user_id = ?", watch_id, user_id
        )
        return None if row is None else self._opened(row)

    async def watch_of(self, user_id: UserId, goods: WatchedGoods) -> OfferWatch | None:
        """Return what that person has for these goods."""
        row = await self._database.row(
            f"{_OF_ONE} WHERE user_id = ? AND marketplace = ? AND offer_id = ? AND goods = ?",
            user_id,
            goods.offer_id.marketplace,
            goods.offer_id.id,
            goods.key,
        )
        return None if row is None else self._opened(row)

    async def due_offers(self, now: datetime, limit: int) -> list[WatchedOffer]:
        """Return the watched offers whose reading is due, the longest due first."""
        rows = await self._database.rows(
            "SELECT marketplace, offer_id, hints, misses, gone FROM watched_offers"
            " WHERE look_at <= ? ORDER BY look_at, marketplace, offer_id LIMIT ?",
            to_micros(now),
            limit,
        )
        return [
            WatchedOffer(
                offer_id=OfferId(number, MarketplaceName(marketplace)),
                hints=hints,
                misses=misses,
                gone=gone,
            )
            for marketplace, number, hints, misses, gone in rows
        ]

    async def watchers(self, offer_id: OfferId, after: int, limit: int) -> list[OfferWatch]:
        """Return what is watching an offer, from beyond that `watch_id` on, by its number."""
        rows = await self._database.rows(
            f"{_OF_ONE} WHERE marketplace = ? AND offer_id = ? AND state = 'watching'"
            " AND watch_id > ? ORDER BY watch_id LIMIT ?",
            offer_id.marketplace,
            offer_id.id,
            after,
            limit,
        )
        return [self._opened(row) for row in rows]

    async def keep_found(self, changed: Sequence[OfferWatch]) -> int:
        """Store what a reading made of watches; those asked for anew or ended since stay."""
        rows = [
            (
                each.state.value,
                to_micros(each.not_before) if each.not_before else None,
                self._sealed(each),
                each.watch_id,
                each.version,
            )
            for each in changed
        ]

        def keep(connection: Connection) -> int:
            told = 0
            for row in rows:
                kept = connection.execute(
                    "UPDATE watches SET state = ?, not_before = ?, body = ?"
                    " WHERE watch_id = ? AND version = ? AND state = 'watching'",
                    row,
                )
                told += kept.rowcount if row[0] == WatchState.TO_TELL.value else 0
            return told

        return await self._database.write(keep) if rows else 0

    async def looked_at(
        self, watched: WatchedOffer, look_at: datetime, *, misses: int = 0, gone: int = 0
    ) -> None:
        """Store when the next reading is due; an offer that nothing watches is forgotten."""
        named = (watched.offer_id.marketplace, watched.offer_id.id)

        def store(connection: Connection) -> None:
            connection.execute(_UNWATCHED, named)
            connection.execute(
                "UPDATE watched_offers SET misses = ?, gone = ?,"
                " look_at = CASE WHEN hints = ? THEN ? ELSE look_at END"
                " WHERE marketplace = ? AND offer_id = ?",
                (misses, gone, watched.hints, to_micros(look_at), *named),
            )

        await self._database.write(store)

    async def watched_among(self, offer_ids: Collection[OfferId]) -> set[OfferId]:
        """Return those of the offers that somebody watches."""
        found: set[OfferId] = set()
        for marketplace in {each.marketplace for each in offer_ids}:
            rows = await self._database.rows(
                "SELECT offer_id FROM watched_offers WHERE marketplace = ?"
                " AND offer_id IN (SELECT value FROM json_each(?))",
                marketplace,
                json.dumps([each.id for each in offer_ids if each.marketplace == marketplace]),
            )
            found |= {OfferId(number, marketplace) for (number,) in rows}
        return found

    async def look_soon(self, offer_ids: Collection[OfferId]) -> None:
        """Have watched offers read before all others."""
        if offer_ids:
            await self._database.write(lambda connection: have_read_soon(connection, offer_ids))

    async def watches_to_tell(self, now: datetime, limit: int) -> list[OfferWatch]:
        """Return what may be told now, the longest waiting first."""
        rows = await self._database.rows(
            f"{_OF_ONE} WHERE state = 'to_tell' AND not_before <= ?"
            " ORDER BY not_before, watch_id LIMIT ?",
            to_micros(now),
            limit,
        )
        return [self._opened(row) for row in rows]

    async def claim_watch(self, watch: OfferWatch) -> bool:
        """Mark it as being told, durably; False when it is not to be told any more."""
        return await self._changes(
            "UPDATE watches SET state = 'telling'"
            " WHERE watch_id = ? AND version = ? AND state = 'to_tell'",
            watch.watch_id,
            watch.version,
        )

    async def put_back_watch(
        self, watch: OfferWatch, until: datetime, state: WatchState = WatchState.TO_TELL
    ) -> None:
        """Have it wait until then; or go on watching, if its news is too old to be told."""
        await self._changes(
            "UPDATE watches SET state = ?, not_before = ?"
            " WHERE watch_id = ? AND version = ? AND state IN ('to_tell', 'telling')",
            state.value,
            to_micros(until),
            watch.watch_id,
            watch.version,
        )

    async def end_watch(self, watch: OfferWatch, state: WatchState) -> None:
        """Record what became of telling it."""
        await self._changes(
            "UPDATE watches SET state = ?, ended_at = ?"
            " WHERE watch_id = ? AND version = ? AND state IN ('to_tell', 'telling')",
            state.value,
            to_micros(self._database.now()),
            watch.watch_id,
            watch.version,
        )

    async def give_up_watches(self) -> int:
        """End as unclear what an earlier run was telling; return how many."""
        now = to_micros(self._database.now())
        return await self._database.write(
            lambda connection: (
                connection.execute(
                    "UPDATE watches SET state = 'unclear', ended_at = ? WHERE state = 'telling'",
                    (now,),
                ).rowcount
            )
        )

    async def _changes(self, sql: str, *parameters: object) -> bool:
        return await self._database.write(
            lambda connection: bool(connection.execute(sql, parameters).rowcount)
        )

    def _sealed(self, watch: NewWatch) -> bytes:
        offer_id = watch.goods.offer_id
        place = place_of_watch(watch.user_id, offer_id.marketplace, offer_id.id, watch.goods.key)
        kept = KeptWatch(**{name: getattr(watch, name, None) for name in KeptWatch.model_fields})
        return self._database.seal(kept, place)

    def _opened(self, row: Sequence[Any]) -> OfferWatch:
        watch_id, user_id, marketplace, offer_id, goods, *more = row
        version, state, made_at, not_before, body = more
        place = place_of_watch(user_id, marketplace, offer_id, goods)
        kept = self._database.unseal(KeptWatch, body, place)
        return OfferWatch(
            **dict(kept),
            watch_id=watch_id,
            version=version,
            state=WatchState(state),
            made_at=from_micros(made_at),
            not_before=None if not_before is None else from_micros(not_before),
        )
