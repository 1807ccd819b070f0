"""How a test changes an offer between two calls: prices, stock, minimum, freight, status, texts."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sandbox.marketplace.camel import StrictCamelModel
from sandbox.marketplace.catalogue import (
    CatalogueOffer,
    CatalogueSku,
    FreightRate,
    PriceTier,
    Text,
)
from sandbox.marketplace.money import fen, short_yuan_text

PLAIN = frozenset(
    {
        "min_order_quantity",
        "batch_number",
        "plus_rate",
        "status",
        "tradable",
        "subject",
        "subject_trans",
    }
)
Positive = Annotated[int, Field(ge=1)]
Stock = Annotated[int, Field(ge=0)]


class TierPatch(StrictCamelModel):
    """A price tier: from `startQuantity` pieces on, `price` yuan."""

    start_quantity: Positive
    price: str


class FreightPatch(StrictCamelModel):
    """A freight rate: units are kg or pieces as the offer's template counts, fees yuan."""

    first_unit: str = "1"
    first_fee: str
    next_unit: str = "1"
    next_fee: str


class OfferPatch(StrictCamelModel):
    """`POST /sandbox/offers/{offerId}`: fields left out stay as they are.

    Prices are yuan decimal strings as in the catalogue, except `priceDelta`, which is fen.
    """

    stock: Stock | dict[str, Stock] | None = None
    """A number for the offer or for each of its variants, or specId -> number."""
    price_delta: int | None = None
    """Fen added to every price of the offer."""
    tiers: tuple[TierPatch, ...] = ()
    freight: FreightPatch | None = None
    """New rate for every province, no longer free of postage unless said so."""
    free_postage: bool | None = None
    min_order_quantity: Positive = 1
    batch_number: Positive | None = None
    plus_rate: str | None = None
    status: str = "published"
    tradable: bool = True
    subject: str = ""
    subject_trans: str = ""
    """Titles as sellers write them: anything may stand in them."""
    place: str | None = None
    """Where the shop says that it sends from."""
    value_prefix: str | None = None
    """Put before each value of each variant, in both languages."""


def apply_patch(offer: CatalogueOffer, patch: OfferPatch) -> CatalogueOffer:
    """The changed offer. Raises KeyError for a spec id that is not of this offer."""
    plain = {name: getattr(patch, name) for name in PLAIN & patch.model_fields_set}
    offer = offer.model_copy(update=plain)
    if patch.tiers:
        tiers = tuple(PriceTier(**tier.model_dump(by_alias=False)) for tier in patch.tiers)
        offer = offer.model_copy(update={"tiers": tiers})
    if patch.freight is not None or patch.free_postage is not None:
        offer = _with_freight(offer, patch)
    if patch.price_delta is not None:
        offer = _with_prices_moved(offer, patch.price_delta)
    if patch.stock is not None:
        offer = _with_stock(offer, patch.stock)
    return _with_words(offer, patch)


def _with_words(offer: CatalogueOffer, patch: OfferPatch) -> CatalogueOffer:
    if patch.place is not None:
        seller = offer.seller.model_copy(update={"send_goods_address": patch.place})
        offer = offer.model_copy(update={"seller": seller})
    if patch.value_prefix is not None and offer.skus:
        skus = tuple(_with_prefix(sku, patch.value_prefix) for sku in offer.skus)
        offer = offer.model_copy(update={"skus": skus})
    return offer


def _with_prefix(sku: CatalogueSku, prefix: str) -> CatalogueSku:
    def longer(text: Text) -> Text:
        return Text(zh=prefix + text.zh, en=prefix + text.en)

    values = tuple(each.model_copy(update={"value": longer(each.value)}) for each in sku.attributes)
    return sku.model_copy(update={"attributes": values})


def _with_freight(offer: CatalogueOffer, patch: OfferPatch) -> CatalogueOffer:
    free = bool(patch.free_postage)
    update: dict[str, object] = {"free_postage": free, "remote": None, "remote_provinces": ()}
    if patch.freight is not None:
        update["rate"] = FreightRate(**patch.freight.model_dump(by_alias=False))
    return offer.model_copy(update={"freight": offer.freight.model_copy(update=update)})


def _with_prices_moved(offer: CatalogueOffer, delta: int) -> CatalogueOffer:
    def moved(price: str) -> str:
        return short_yuan_text(max(0, fen(price) + delta))

    tiers = tuple(tier.model_copy(update={"price": moved(tier.price)}) for tier in offer.tiers)
    skus = offer.skus and tuple(
        sku if sku.price is None else sku.model_copy(update={"price": moved(sku.price)})
        for sku in offer.skus
    )
    return offer.model_copy(update={"tiers": tiers, "skus": skus})


def _with_stock(offer: CatalogueOffer, stock: int | dict[str, int]) -> CatalogueOffer:
    if not offer.skus:
        if isinstance(stock, dict):
            raise KeyError("this offer has no variants")
        return offer.model_copy(update={"amount_on_sale": stock})
    wanted = {sku.spec_id: stock for sku in offer.skus} if isinstance(stock, int) else stock
    if unknown := wanted.keys() - {sku.spec_id for sku in offer.skus}:
        raise KeyError(f"no such specId: {', '.join(sorted(unknown))}")
    skus = tuple(
        sku.model_copy(update={"amount_on_sale": wanted.get(sku.spec_id, sku.amount_on_sale)})
        for sku in offer.skus
    )
    total = sum(sku.amount_on_sale for sku in skus)
    return offer.model_copy(update={"skus": skus, "amount_on_sale": total})
