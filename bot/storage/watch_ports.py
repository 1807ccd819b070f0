"""What watching offers asks of the storage: who watches what, what is due, what is to be told."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.identifiers import OfferId, UserId
from bot.domain.model import Value
from bot.domain.watches import NewWatch, OfferWatch, WatchedGoods, WatchedOffer, WatchState

OVERDUE_AFTER = timedelta(hours=1)
"""So long after it was due an offer should have been read."""


class WatchCensus(Value):
    """How many watches and watched offers there are."""

    watching: int = 0
    to_tell: int = 0
    offers: int = 0
    offers_late: int = 0  # due for longer than `OVERDUE_AFTER`


class WatchPort(Protocol):
    """A person has one watch for the same goods; it is told at most once.

    An offer is read once for all who watch it.
    """

    async def set_watch(self, watch: NewWatch, look_at: datetime) -> OfferWatch:
        """Watch for this from now on, in the place of what that person had for the same goods.

        Their offer is read at `look_at` or before.
        """

    async def stop_watch(self, user_id: UserId, watch_id: int) -> bool:
        """Forget one of that person's watches; return whether it was there."""

    async def watches_of(self, user_id: UserId, limit: int, offset: int = 0) -> list[OfferWatch]:
        """Return that person's watches, open or not, the latest asked for first."""

    async def count_watches(self, user_id: UserId) -> tuple[int, int]:
        """Return how many of theirs are open, and how many there are."""

    async def watch(self, user_id: UserId, watch_id: int) -> OfferWatch | None:
        """Return one of that person's watches."""

    async def watch_of(self, user_id: UserId, goods: WatchedGoods) -> OfferWatch | None:
        """Return what that person has for these goods."""

    async def due_offers(self, now: datetime, limit: int) -> list[WatchedOffer]:
        """Return the watched offers whose reading is due, the longest due first."""

    async def watchers(self, offer_id: OfferId, after: int, limit: int) -> list[OfferWatch]:
        """Return what is watching an offer, from beyond that `watch_id` on, by its number."""

    async def keep_found(self, changed: Sequence[OfferWatch]) -> int:
        """Store what a reading made of watches; those asked for anew or ended since stay.

        Returns how many are to be told of something.
        """

    async def looked_at(
        self, watched: WatchedOffer, look_at: datetime, *, misses: int = 0, gone: int = 0
    ) -> None:
        """Store when the next reading is due, unless one was asked for since.

        An offer that nothing is watching any more is forgotten.
        """

    async def watched_among(self, offer_ids: Collection[OfferId]) -> set[OfferId]:
        """Return those of the offers that somebody watches."""

    async def look_soon(self, offer_ids: Collection[OfferId]) -> None:
        """Have watched offers read before all others."""

    async def watches_to_tell(self, now: datetime, limit: int) -> list[OfferWatch]:
        """Return what may be told now, the longest waiting first."""

    async def claim_watch(self, watch: OfferWatch) -> bool:
        """Mark it as being told, durably; False when it is not to be told any more."""

    async def put_back_watch(
        self, watch: OfferWatch, until: datetime, state: WatchState = WatchState.TO_TELL
    ) -> None:
        """Have it wait until then; or go on watching, if its news is too old to be told."""

    async def end_watch(self, watch: OfferWatch, state: WatchState) -> None:
        """Record what became of telling it."""

    async def give_up_watches(self) -> int:
        """End as unclear what an earlier run was telling; return how many."""
