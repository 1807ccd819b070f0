"""What everybody who joins agrees to: numbered, and never changed under anybody's feet."""

from datetime import timedelta
from enum import StrEnum

from pydantic import AwareDatetime, Field

from bot.domain.addresses import Address
from bot.domain.drafts import OrderLine
from bot.domain.group_buys.prices import PriceSteps
from bot.domain.group_buys.shares import FreightKey, freight_cap
from bot.domain.identifiers import OfferId, SellerId, SkuId, SpecId
from bot.domain.model import Value
from bot.domain.money import Fen
from bot.domain.offers import Offer, QuoteType, Sku, Wording
from bot.domain.pricing import order_line
from bot.domain.rates import YUAN_RATE, Rate
from bot.domain.shop_terms import HIGHEST_FEE_PPM

LONGEST_TEXT = 300
"""Characters of what an organiser writes about paying or handing out."""

MOST_PIECES = 10_000_000


class Mode(StrEnum):
    """How a piece is priced: what it costs and a named fee, or a price with the fee inside."""

    COST_PLUS_FEE = "cost_plus_fee"
    FIXED = "fixed"


class Variant(Value):
    """A variant that can be joined with; `steps` are its prices, `limit` the pieces there are."""

    sku_id: SkuId | None = None
    spec_id: SpecId | None = None
    label: Wording = Wording(zh="")
    picture_url: str | None = None
    steps: PriceSteps
    limit: int = Field(ge=0, le=MOST_PIECES)


class Goods(Value):
    """The offer as it was read when the buy was opened: title, prices, variants."""

    offer_id: OfferId
    title: Wording
    unit: Wording
    picture_url: str | None = None
    variants: tuple[Variant, ...] = Field(min_length=1)
    minimum: int = Field(ge=1, le=MOST_PIECES)
    lot: int = Field(default=1, ge=1)
    by_quantity: bool = True  # prices fall with the pieces of all variants together

    def variant(self, spec_id: SpecId | None) -> Variant | None:
        """Return the variant of that id; None when there is none."""
        return next((each for each in self.variants if each.spec_id == spec_id), None)

    def line(self, variant: Variant, pieces: int) -> OrderLine:
        """Return so many pieces of a variant as a line to order."""
        return OrderLine(
            offer_id=self.offer_id,
            sku_id=variant.sku_id,
            spec_id=variant.spec_id,
            title=self.title,
            variant=variant.label,
            unit=self.unit,
            picture_url=variant.picture_url or self.picture_url,
            quantity=pieces,
            unit_price=variant.steps.price_at(pieces if self.by_quantity else 1),
            minimum=self.minimum,
        )


class Terms(Value):
    """The terms of one number. Amounts in fen; a change is a new number.

    `freight_each` is the estimate for a piece; its share of the freight may come to `cap_ppm` of
    that. `deadline` is compared with the moment that Telegram gives a message.
    """

    number: int = Field(default=1, ge=1)
    mode: Mode = Mode.COST_PLUS_FEE
    goods: Goods
    seller_id: SellerId
    fee_ppm: int = Field(default=0, ge=0, le=HIGHEST_FEE_PPM)
    rate: Rate = YUAN_RATE
    freight_key: FreightKey = FreightKey.PIECES
    freight_each: Fen = Field(default=Fen(0), ge=0)
    cap_ppm: int = Field(default=1_300_000, ge=0)
    minimum: int = Field(ge=1, le=MOST_PIECES)
    most_each: int | None = Field(default=None, ge=1)
    deadline: AwareDatetime
    zone: str = "Asia/Shanghai"
    extensions: int = Field(default=1, ge=0)
    answer_within: timedelta = timedelta(hours=24)
    pay_within: timedelta = timedelta(hours=72)
    open_below: Fen = Field(default=Fen(100), ge=0)  # what may stay open: it counts as paid
    arrival: AwareDatetime | None = None
    payment: str = Field(default="", max_length=LONGEST_TEXT)
    handout: str = Field(default="", max_length=LONGEST_TEXT)
    address: Address

    def freight_estimate(self, pieces: int) -> Fen:
        """Return the likely share of the freight of so many pieces."""
        return Fen(self.freight_each * pieces)

    def freight_most(self, pieces: int) -> Fen:
        """Return what somebody with so many pieces agrees to pay for freight at most."""
        return freight_cap(self.freight_estimate(pieces), self.cap_ppm)

    def usual_ceiling(self, variant: Variant) -> Fen:
        """Return the price nobody can be surprised by: that of the least the group may take."""
        return variant.steps.price_at(self.minimum)

    def changed(self, **changes: object) -> "Terms":
        """Return the next number of the terms."""
        return self.replace(number=self.number + 1, **changes)


def goods_of(offer: Offer) -> Goods:
    """Return an offer as a group buy sells it.

    Raises `pydantic.ValidationError` where no price is named, or prices do not fall.
    """
    by_sku = offer.quote_type is QuoteType.BY_SKU
    skus: tuple[Sku | None, ...] = offer.skus or (None,)
    return Goods(
        offer_id=offer.offer_id,
        title=offer.title,
        unit=offer.unit,
        picture_url=offer.picture_url,
        variants=tuple(_variant(offer, each) for each in skus),
        minimum=offer.min_order_quantity,
        lot=offer.batch_size or 1,
        by_quantity=not by_sku,
    )


def _variant(offer: Offer, sku: Sku | None) -> Variant:
    line = order_line(offer, sku, 1)
    alone = sku is not None and sku.price is not None and offer.quote_type is QuoteType.BY_SKU
    steps = PriceSteps.of(offer.tiers) if not alone else None
    if steps is None:
        steps = PriceSteps(tiers=({"start_quantity": 1, "price": line.unit_price},))
    return Variant(
        sku_id=line.sku_id,
        spec_id=line.spec_id,
        label=line.variant,
        picture_url=sku.picture_url if sku else None,
        steps=steps,
        limit=min(sku.stock if sku else offer.stock, MOST_PIECES),
    )
