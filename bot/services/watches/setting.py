"""What somebody may watch, and for how long: set, ended, asked for again."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from bot.domain.identifiers import UserId
from bot.domain.watches import NewWatch, OfferWatch, renewed
from bot.storage.watch_ports import WatchPort

_SOON = timedelta(minutes=5)
"""The first reading after a watch was set: its offer may have been read some time before."""


class TooManyWatches(Exception):
    """That person watches as much as one may; `most` is how many that are."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most


class Watches:
    """`most` is how many may be open for each person. Raises `StorageUnavailable`."""

    def __init__(
        self,
        store: WatchPort,
        *,
        most: int,
        every: timedelta,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self.most = most
        self._first = min(every, _SOON)
        self._clock = clock

    async def set(self, watch: NewWatch) -> OfferWatch:
        """Watch from now on, durably. Raises `TooManyWatches`."""
        known = await self._store.watch_of(watch.user_id, watch.goods)
        if known is None or not known.is_open:
            open_now, _ = await self._store.count_watches(watch.user_id)
            if open_now >= self.most:
                raise TooManyWatches(self.most)
        return await self._store.set_watch(watch, self._clock() + self._first)

    async def again(self, user_id: UserId, watch_id: int) -> OfferWatch | None:
        """Watch once more for what was told; None when it is not there. Raises as `set` does.

        One that is open stays as it is: a tap that comes twice changes nothing.
        """
        watch = await self._store.watch(user_id, watch_id)
        if watch is None or watch.is_open:
            return watch
        return await self.set(renewed(watch))

    async def stop(self, user_id: UserId, watch_id: int) -> bool:
        """End a watch and forget it; tell whether it was there."""
        return await self._store.stop_watch(user_id, watch_id)
