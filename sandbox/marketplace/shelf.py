"""The goods as they stand now: the catalogue plus sales and whatever tests have changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from sandbox.marketplace.catalogue import CatalogueOffer, CatalogueSku


class SoldLine(Protocol):
    """Anything that names goods and a number of pieces."""

    @property
    def offer_id(self) -> int:
        """The offer."""

    @property
    def spec_id(self) -> str | None:
        """The variant, None for an offer without variants."""

    @property
    def quantity(self) -> int:
        """Pieces."""


class Shelf:
    """All offers by id. Offers are immutable; a change puts a new one in the old one's place."""

    def __init__(self, offers: Mapping[int, CatalogueOffer]) -> None:
        self._written = dict(offers)
        self._offers = dict(offers)
        self._looked_at: dict[int, None] = {}

    def look_at(self, offer_id: int) -> CatalogueOffer | None:
        """The offer, which somebody opens."""
        self._looked_at.pop(offer_id, None)
        if offer_id in self._offers:
            self._looked_at[offer_id] = None
        return self.get(offer_id)

    def looked_at(self) -> list[CatalogueOffer]:
        """What was opened, the latest last."""
        return [self._offers[each] for each in self._looked_at]

    def all(self) -> Iterable[CatalogueOffer]:
        """Every offer, on sale or not."""
        return self._offers.values()

    def get(self, offer_id: int) -> CatalogueOffer | None:
        """The offer as it stands now."""
        return self._offers.get(offer_id)

    def put(self, offer: CatalogueOffer) -> None:
        """Replace an offer by its changed self."""
        self._offers[offer.offer_id] = offer

    def changed(self) -> dict[int, CatalogueOffer]:
        """Offers that differ from the catalogue."""
        written = self._written
        return {key: offer for key, offer in self._offers.items() if offer != written[key]}

    def restore(self, changed: Iterable[CatalogueOffer]) -> None:
        """Put saved offers back; those no longer in the catalogue are dropped."""
        for offer in changed:
            if offer.offer_id in self._written:
                self.put(offer)

    def reset(self) -> None:
        """Back to the catalogue as written."""
        self._offers = dict(self._written)
        self._looked_at.clear()

    def take(self, lines: Iterable[SoldLine]) -> None:
        """Stock falls by what was ordered."""
        for line in lines:
            self._move(line, -line.quantity)

    def put_back(self, lines: Iterable[SoldLine]) -> None:
        """Stock returns when an order closes."""
        for line in lines:
            self._move(line, line.quantity)

    def _move(self, line: SoldLine, by: int) -> None:
        offer = self._offers.get(line.offer_id)
        if offer is None:
            return
        skus = offer.skus and tuple(
            sku.model_copy(update={"amount_on_sale": sku.amount_on_sale + by})
            if sku.spec_id == line.spec_id
            else sku
            for sku in offer.skus
        )
        stock = offer.amount_on_sale + by
        self.put(offer.model_copy(update={"skus": skus, "amount_on_sale": stock}))


def stock_of(offer: CatalogueOffer, sku: CatalogueSku | None) -> int:
    """Pieces on sale of a variant, or of an offer without variants."""
    return offer.amount_on_sale if sku is None else sku.amount_on_sale
