"""Watches of offers in memory, as the SQLite storage keeps them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pydantic import JsonValue

from bot.domain.identifiers import OfferId, UserId
from bot.domain.watches import NewWatch, OfferWatch, WatchedGoods, WatchedOffer, WatchState
from bot.storage.watch_ports import OVERDUE_AFTER, WatchCensus
from tests.fakes.memory_part import MemoryPart

_TELLING = (WatchState.TO_TELL, WatchState.TELLING)


@dataclass
class MemoryWatches(MemoryPart):
    """Implements `WatchPort`."""

    _watches: dict[int, OfferWatch] = field(default_factory=dict)
    _watch_ends: dict[int, datetime] = field(default_factory=dict)
    _watched: dict[OfferId, tuple[WatchedOffer, datetime]] = field(default_factory=dict)
    _watch_ids: int = 0

    async def set_watch(self, watch: NewWatch, look_at: datetime) -> OfferWatch:
        self._answer()
        before = await self.watch_of(watch.user_id, watch.goods)
        self._watch_ids += before is None
        stored = OfferWatch(
            **dict(watch),
            watch_id=before.watch_id if before else self._watch_ids,
            version=before.version + 1 if before else 1,
            made_at=self._time(),
        )
        self._watches[stored.watch_id] = stored
        self._watch_ends.pop(stored.watch_id, None)
        offer_id = watch.goods.offer_id
        known = self._watched.get(offer_id)
        if known is None:
            self._watched[offer_id] = (WatchedOffer(offer_id=offer_id), look_at)
        else:
            self._watched[offer_id] = (known[0], min(known[1], look_at))
        return stored

    async def stop_watch(self, user_id: UserId, watch_id: int) -> bool:
        self._answer()
        if await self.watch(user_id, watch_id) is None:
            return False
        del self._watches[watch_id]
        return True

    async def watches_of(self, user_id: UserId, limit: int, offset: int = 0) -> list[OfferWatch]:
        self._answer()
        theirs = [each for each in self._watches.values() if each.user_id == user_id]
        theirs.sort(key=lambda each: (each.made_at, each.watch_id), reverse=True)
        return theirs[offset : offset + limit]

    async def count_watches(self, user_id: UserId) -> tuple[int, int]:
        self._answer()
        theirs = [each for each in self._watches.values() if each.user_id == user_id]
        return sum(each.is_open for each in theirs), len(theirs)

    async def watch(self, user_id: UserId, watch_id: int) -> OfferWatch | None:
        self._answer()
        found = self._watches.get(watch_id)
        return found if found is not None and found.user_id == user_id else None

    async def watch_of(self, user_id: UserId, goods: WatchedGoods) -> OfferWatch | None:
        self._answer()
        named = (user_id, goods.offer_id, goods.key)
        return next(
            (
                each
                for each in self._watches.values()
                if (each.user_id, each.goods.offer_id, each.goods.key) == named
            ),
            None,
        )

    async def due_offers(self, now: datetime, limit: int) -> list[WatchedOffer]:
        self._answer()
        due = [(at, offer_id) for offer_id, (_, at) in self._watched.items() if at <= now]
        return [self._watched[offer_id][0] for _, offer_id in sorted(due)][:limit]

    async def watchers(self, offer_id: OfferId, after: int, limit: int) -> list[OfferWatch]:
        self._answer()
        return [
            each
            for number, each in sorted(self._watches.items())
            if number > after
            and each.goods.offer_id == offer_id
            and each.state is WatchState.WATCHING
        ][:limit]

    async def keep_found(self, changed: Sequence[OfferWatch]) -> int:
        self._answer()
        told = 0
        for each in changed:
            if self._is_still_watch(each, (WatchState.WATCHING,)):
                self._watches[each.watch_id] = each
                told += each.state is WatchState.TO_TELL
        return told

    async def looked_at(
        self, watched: WatchedOffer, look_at: datetime, *, misses: int = 0, gone: int = 0
    ) -> None:
        self._answer()
        if not await self.watchers(watched.offer_id, 0, 1):
            self._watched.pop(watched.offer_id, None)
            return
        known, at = self._watched[watched.offer_id]
        looked = known.replace(misses=misses, gone=gone)
        self._watched[watched.offer_id] = (looked, look_at if known.hints == watched.hints else at)

    async def watched_among(self, offer_ids: Collection[OfferId]) -> set[OfferId]:
        self._answer()
        return set(offer_ids) & self._watched.keys()

    async def look_soon(self, offer_ids: Collection[OfferId]) -> None:
        self._answer()
        for each in offer_ids:
            if each in self._watched:
                known = self._watched[each][0]
                first = datetime.fromtimestamp(0, UTC)
                self._watched[each] = (known.replace(hints=known.hints + 1), first)

    async def watches_to_tell(self, now: datetime, limit: int) -> list[OfferWatch]:
        self._answer()
        waiting = [
            (each.not_before, each.watch_id)
            for each in self._watches.values()
            if each.state is WatchState.TO_TELL and each.not_before and each.not_before <= now
        ]
        return [self._watches[number] for _, number in sorted(waiting)][:limit]

    async def claim_watch(self, watch: OfferWatch) -> bool:
        self._answer()
        if not self._is_still_watch(watch, (WatchState.TO_TELL,)):
            return False
        self._move_watch(watch, WatchState.TELLING)
        return True

    async def put_back_watch(
        self, watch: OfferWatch, until: datetime, state: WatchState = WatchState.TO_TELL
    ) -> None:
        self._answer()
        if self._is_still_watch(watch, _TELLING):
            self._move_watch(watch, state)
            stored = self._watches[watch.watch_id]
            self._watches[watch.watch_id] = stored.replace(not_before=until)

    async def end_watch(self, watch: OfferWatch, state: WatchState) -> None:
        self._answer()
        if self._is_still_watch(watch, _TELLING):
            self._move_watch(watch, state)
            self._watch_ends[watch.watch_id] = self._time()

    async def give_up_watches(self) -> int:
        self._answer()
        telling = [each for each in self._watches.values() if each.state is WatchState.TELLING]
        for each in telling:
            self._move_watch(each, WatchState.UNCLEAR)
            self._watch_ends[each.watch_id] = self._time()
        return len(telling)

    def doubt_watches(self) -> None:
        for each in list(self._watches.values()):
            if each.state in _TELLING:
                self._move_watch(each, WatchState.UNCLEAR)
                self._watch_ends[each.watch_id] = each.not_before or self._time()

    def forget_watches(self, user_id: UserId) -> None:
        kept = {n: each for n, each in self._watches.items() if each.user_id != user_id}
        self._watches = kept

    def watches_exported(self, user_id: UserId) -> list[JsonValue]:
        return [
            each.model_dump(mode="json")
            for _, each in sorted(self._watches.items())
            if each.user_id == user_id
        ]

    def _watch_census(self) -> WatchCensus:
        states = [each.state for each in self._watches.values()]
        late = self._time() - OVERDUE_AFTER
        return WatchCensus(
            watching=states.count(WatchState.WATCHING),
            to_tell=states.count(WatchState.TO_TELL),
            offers=len(self._watched),
            offers_late=sum(at < late for _, at in self._watched.values()),
        )

    def _is_still_watch(self, watch: OfferWatch, states: Sequence[WatchState]) -> bool:
        stored = self._watches.get(watch.watch_id)
        return stored is not None and stored.version == watch.version and stored.state in states

    def _move_watch(self, watch: OfferWatch, state: WatchState) -> None:
        self._watches[watch.watch_id] = self._watches[watch.watch_id].replace(state=state)
