"""Offers in SQLite: as last read from the marketplace, for everybody. They name no person."""

from bot.domain.identifiers import OfferId
from bot.domain.offers import Offer
from bot.storage.codec import pack, to_micros, unpack
from bot.storage.sql.batch import Work, executing
from bot.storage.sql.database import Database
from bot.storage.sql.lately import Lately

_REMEMBERED = 128


class Offers:
    """Implements `OfferPort`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lately: Lately[OfferId, Offer] = Lately(_REMEMBERED, alone=database.is_alone)
        database.remembers(self._lately.clear)

    async def offer(self, offer_id: OfferId) -> Offer | None:
        """Return an offer as last committed."""
        known = self._lately.get(offer_id)
        if known is not None:
            return known
        began = self._lately.moment
        row = await self._database.row(
            "SELECT body FROM offers WHERE marketplace = ? AND offer_id = ?",
            offer_id.marketplace,
            offer_id.id,
        )
        if row is None:
            return None
        same = self._lately.same(offer_id, row[0])
        if same is not None:
            return same
        offer = unpack(Offer, row[0])
        self._lately.read(offer_id, offer, began, row[0])
        return offer

    def saving(self, offer: Offer) -> Work:
        """Return what stores an offer; `saved` or `doubted` has to follow."""
        return executing(
            "INSERT INTO offers (marketplace, offer_id, body, touched_at) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (marketplace, offer_id) DO UPDATE"
            " SET body = excluded.body, touched_at = excluded.touched_at",
            offer.offer_id.marketplace,
            offer.offer_id.id,
            pack(offer),
            to_micros(self._database.now()),
        )

    def saved(self, offer: Offer) -> None:
        """Remember what was committed."""
        self._lately.written(offer.offer_id, offer)

    def doubted(self, offer: Offer) -> None:
        """Have an offer read anew: what became of storing it is not known."""
        self._lately.doubt(offer.offer_id)
