"""Offers, their variants and what a search shows of them (contract 4.3 and 4.4)."""

from enum import IntEnum

from pydantic import Field

from bot.domain.identifiers import OfferId, SellerId, SkuId, SpecId
from bot.domain.model import Value
from bot.domain.money import Fen


class QuoteType(IntEnum):
    """How an offer is priced (contract 3)."""

    BY_QUANTITY = 0  # no variants, priced by quantity
    BY_SKU = 1  # each variant has its own price
    SKUS_BY_QUANTITY = 2  # has variants, priced by quantity


class PriceTier(Value):
    """From `start_quantity` units on, one unit costs `price` fen."""

    start_quantity: int = Field(ge=0)
    price: Fen


class Wording(Value):
    """A text of the seller: the Chinese original and the marketplace's own translation."""

    zh: str
    translated: str = ""

    def in_language(self, language: str) -> str:
        """Return the original for Chinese readers, else the translation where there is one."""
        return self.zh if language == "zh" else self.translated or self.zh


class SkuAttribute(Value):
    """One trait of a variant, such as colour: red."""

    name: Wording
    value: Wording
    picture_url: str | None = None


class Sku(Value):
    """A variant. `price` in fen only where the offer is priced by SKU; `stock` in units."""

    sku_id: SkuId
    spec_id: SpecId
    stock: int = Field(ge=0)
    price: Fen | None = None
    attributes: tuple[SkuAttribute, ...] = ()

    def label(self, language: str) -> str:
        """Return the values joined, such as `White / M`."""
        return " / ".join(each.value.in_language(language) for each in self.attributes)

    @property
    def picture_url(self) -> str | None:
        """The first picture among the attributes (usually the colour's)."""
        return next((each.picture_url for each in self.attributes if each.picture_url), None)


class MixedBatch(Value):
    """A shop's mixed-batch rule.

    An order may pass under an offer's own minimum once it reaches `amount` fen or `pieces`
    units (contract 4.4, reading inferred).
    """

    allowed: bool = False
    amount: Fen = Fen(0)
    pieces: int = 0


class Seller(Value):
    """What the marketplace tells of a shop. Scores are texts as given (`"4.5"`)."""

    seller_id: SellerId
    composite_score: str | None = None
    repeat_purchase_percent: int | None = None
    identities: tuple[str, ...] = ()


class Offer(Value):
    """A listing as last read from the marketplace."""

    offer_id: OfferId
    title: Wording
    picture_urls: tuple[str, ...] = ()
    quote_type: QuoteType
    tiers: tuple[PriceTier, ...] = ()
    skus: tuple[Sku, ...] = ()
    min_order_quantity: int = Field(default=1, ge=1)
    batch_size: int | None = Field(default=None, ge=1)
    unit: Wording = Wording.model_construct(zh="件", translated="Piece")
    stock: int = Field(default=0, ge=0)
    seller: Seller
    mixed_batch: MixedBatch = MixedBatch.model_construct()
    on_sale: bool = True
    units_sold: str | None = None
    trade_score: str | None = None
    ships_from: str | None = None
    shipping_time_guarantee: str | None = None

    def sku(self, sku_id: SkuId | None) -> Sku | None:
        """Return the variant of that number, or None."""
        return next((each for each in self.skus if each.sku_id == sku_id), None)

    @property
    def attribute_names(self) -> tuple[Wording, ...]:
        """Names of the traits that tell the variants apart, in the seller's order."""
        names: dict[str, Wording] = {}
        for sku in self.skus:
            for attribute in sku.attributes:
                names.setdefault(attribute.name.zh, attribute.name)
        return tuple(names.values())

    @property
    def picture_url(self) -> str | None:
        """The main picture."""
        return self.picture_urls[0] if self.picture_urls else None


class OfferSummary(Value):
    """One hit of a search. `price` in fen; `repurchase_rate` as given (`"20%"`)."""

    offer_id: OfferId
    title: Wording
    picture_url: str | None = None
    price: Fen | None = None
    sold_last_month: int | None = None
    repurchase_rate: str | None = None


class SearchPage(Value):
    """One page of hits. `page` counts from 1; a page without hits is the end (contract 4.3)."""

    hits: tuple[OfferSummary, ...] = ()
    page: int = 1
    total: int = 0
