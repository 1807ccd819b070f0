"""The goods of the simulated marketplace: `load_catalogue()` gives them all.

The written facts are in `data/*.json`; `build.py` derives variants, ids and stock.
Pictures are file names in `PICTURES`; `sandbox/marketplace/drawing` draws them.
"""

import json
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from pydantic import TypeAdapter

from sandbox.marketplace.catalogue.build import build_offer, build_seller, colour_picture, slug
from sandbox.marketplace.catalogue.freight import FreightRate, FreightTemplate, yuan_to_fen
from sandbox.marketplace.catalogue.models import (
    Catalogue,
    CatalogueOffer,
    CatalogueSku,
    Category,
    MixSetting,
    PriceTier,
    ProductAttribute,
    Seller,
    SkuAttribute,
    Text,
)
from sandbox.marketplace.catalogue.source import OfferSource, SellerSource

__all__ = [
    "PICTURES",
    "Catalogue",
    "CatalogueOffer",
    "CatalogueSku",
    "Category",
    "FreightRate",
    "FreightTemplate",
    "MixSetting",
    "OfferSource",
    "PriceTier",
    "ProductAttribute",
    "Seller",
    "SkuAttribute",
    "Text",
    "colour_picture",
    "load_catalogue",
    "slug",
    "written_offers",
    "yuan_to_fen",
]

PICTURES = Path(__file__).parent.parent / "pictures"
_DATA = files(__package__) / "data"


@lru_cache(maxsize=1)
def written_offers() -> tuple[OfferSource, ...]:
    """The offers as written, in file order; raises pydantic.ValidationError on a bad file."""
    names = sorted(file.name for file in _DATA.iterdir() if file.name.startswith("offers-"))
    adapter = TypeAdapter(tuple[OfferSource, ...])
    return tuple(offer for name in names for offer in adapter.validate_json(_read(name)))


@lru_cache(maxsize=1)
def load_catalogue() -> Catalogue:
    """The whole catalogue, immutable and built once per process.

    Raises ValueError (pydantic.ValidationError included) when a data file is wrong.
    """
    written = TypeAdapter(tuple[SellerSource, ...]).validate_json(_read("sellers.json"))
    sellers = {seller.key: build_seller(seller) for seller in written}
    templates = {
        key: FreightTemplate.model_validate(value)
        for key, value in json.loads(_read("freight.json")).items()
    }
    offers: dict[int, CatalogueOffer] = {}
    for offer in written_offers():
        if offer.offer_id in offers:
            raise ValueError(f"offer id {offer.offer_id} is used twice")
        offers[offer.offer_id] = build_offer(offer, sellers[offer.seller], templates[offer.freight])
    return Catalogue(
        offers=offers,
        sellers={seller.seller_open_id: seller for seller in sellers.values()},
        categories=TypeAdapter(tuple[Category, ...]).validate_json(_read("categories.json")),
    )


def _read(name: str) -> str:
    return (_DATA / name).read_text(encoding="utf-8")
