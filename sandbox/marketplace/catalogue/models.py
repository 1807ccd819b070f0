"""The simulated marketplace's goods, with the facts of the contract's sections 4.3 and 4.4.

Field names are ours; whoever serves them writes the wire's. Prices are yuan decimal
strings of uneven scale ("13.9", "4"), as on the wire; `yuan_to_fen` converts. Pictures are
file names in `sandbox/marketplace/pictures/`.
"""

from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict

from sandbox.marketplace.catalogue.freight import FreightTemplate, yuan_to_fen


class Fact(BaseModel):
    """Base of all catalogue models: immutable, and strict about unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(Fact):
    """A text of the seller and its English translation."""

    zh: str
    en: str


class ProductAttribute(Fact):
    """One row of the attribute table; the same id repeats once per value."""

    attribute_id: str
    name: Text
    value: Text


class SkuAttribute(Fact):
    """One choice of a variant. `picture` is set on the colour attribute only."""

    attribute_id: int
    name: Text
    value: Text
    picture: str | None


class CatalogueSku(Fact):
    """A variant. `price` is set only when the offer's quote type is 1; weight is in kg."""

    sku_id: int
    spec_id: str
    amount_on_sale: int
    price: str | None
    consign_price: str
    cargo_number: str
    attributes: tuple[SkuAttribute, ...]
    weight_kg: Decimal
    length_cm: int
    width_cm: int
    height_cm: int


class PriceTier(Fact):
    """From `start_quantity` pieces on, one piece costs `price` yuan."""

    start_quantity: int
    price: str


class MixSetting(Fact):
    """The shop's mixed-batch rule: met by `amount` yuan or by `number` pieces in one order."""

    allowed: bool
    amount: int
    number: int


class Seller(Fact):
    """A shop; the strings of `scores` are `sellerDataInfo` by its wire names."""

    seller_open_id: str
    member_id: str
    login_id: str
    company: Text
    send_goods_address: str
    identities: tuple[str, ...]
    scores: dict[str, str | None]
    mix: MixSetting


class CatalogueOffer(Fact):
    """A listing with everything the detail answer and a search item state.

    `skus` is None or empty for the offers without variants (quote type 0): the contract
    leaves open which of the two the gateway sends, so both occur. `plus_rate` is the
    factor by which a PLUS buyer's preview lowers list prices ("0.95"), or None.
    `tradable` False means that preview refuses the offer with 500_001. `sold_out` counts
    units sold. `tags` is `tagInfoList` as key to value. `drawing` names the pictures' motif.
    """

    offer_id: int
    drawing: str
    category_id: int
    top_category_id: int
    second_category_id: int
    third_category_id: int | None
    category: Text
    subject: str
    subject_trans: str
    description: str
    pictures: tuple[str, ...]
    attributes: tuple[ProductAttribute, ...]
    quote_type: Literal[0, 1, 2]
    tiers: tuple[PriceTier, ...]
    skus: tuple[CatalogueSku, ...] | None
    amount_on_sale: int
    consign_price: str
    min_order_quantity: int
    batch_number: int | None
    unit: Text
    status: str
    tradable: bool
    seller: Seller
    mix: MixSetting
    shipping_time_guarantee: str | None
    weight_kg: Decimal
    length_cm: int
    width_cm: int
    height_cm: int
    freight: FreightTemplate
    month_sold: int
    repurchase_rate: str
    sold_out: str
    trade_score: str
    offer_identities: tuple[str, ...]
    tags: dict[str, bool]
    plus_rate: str | None
    cargo_number: str
    created_at: str

    @property
    def list_price(self) -> str:
        """The price a search item shows: the lowest a piece can cost, in yuan."""
        prices = [tier.price for tier in self.tiers]
        prices += [sku.price for sku in self.skus or () if sku.price is not None]
        return min(prices, key=yuan_to_fen)

    def sku(self, spec_id: str) -> CatalogueSku | None:
        """The variant with that spec id, or None."""
        return next((sku for sku in self.skus or () if sku.spec_id == spec_id), None)

    def unit_price(self, spec_id: str | None, quantity: int) -> str:
        """Yuan per piece for a quantity, before promotions (contract 4.4, 'Price of a quantity').

        Below the first tier the first tier's price holds, as in the contract's worked sample.
        Raises KeyError for a spec id that is not of this offer, or missing where one is needed.
        """
        sku = self.sku(spec_id) if spec_id is not None else None
        if sku is None and (self.skus or spec_id is not None):
            raise KeyError(spec_id)
        if sku is not None and sku.price is not None:
            return sku.price
        reached = [tier for tier in self.tiers if tier.start_quantity <= quantity]
        return (reached[-1] if reached else self.tiers[0]).price


class Category(Fact):
    """A node of the category tree; names are Chinese only (contract 4.5). No children is a leaf."""

    id: int
    name: str
    children: "tuple[Category, ...]" = ()


class Catalogue(Fact):
    """All offers by offer id, all sellers by `seller_open_id`, and the roots of the categories."""

    offers: dict[int, CatalogueOffer]
    sellers: dict[str, Seller]
    categories: tuple[Category, ...] = ()
