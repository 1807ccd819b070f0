"""What everybody who joins agrees to: numbered, and never changed under anybody's feet."""

from collections.abc import Mapping
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
from bot.domain.shop_terms import HIGHEST_FEE_PPM, PPM

LONGEST_TEXT = 300
"""Characters of what an organiser writes about paying or handing out."""

MOST_PIECES = 10_000_000
_FIXED_STEP = 10  # fen


class Mode(StrEnum):
    """How a piece is priced: what it costs and a named fee, or a price with the fee inside."""

    COST_PLUS_FEE = "cost_plus_fee"
    FIXED = "fixed"


class Variant(Value):
    """A variant that can be joined with; `steps` are its prices, `limit` the pieces there are.

    `spec_id` names it within the buy. Of a `further` offer that is not the marketplace's id, as
    two offers may use the same one.
    """

    sku_id: SkuId | None = None
    spec_id: SpecId | None = None
    listed_spec_id: SpecId | None = None
    further: bool = False
    label: Wording = Wording.model_construct(zh="")
    picture_url: str | None = None
    steps: PriceSteps
    limit: int = Field(ge=0, le=MOST_PIECES)

    @property
    def at_marketplace(self) -> SpecId | None:
        """The marketplace's own id, which is unique within its offer only."""
        return self.listed_spec_id if self.further else self.spec_id


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
            spec_id=variant.at_marketplace,
            title=self.title,
            variant=variant.label,
            unit=self.unit,
            picture_url=variant.picture_url or self.picture_url,
            quantity=pieces,
            unit_price=variant.steps.price_at(pieces if self.by_quantity else 1),
            minimum=self.minimum,
        )

    def further(self) -> "Goods":
        """Return the goods as a further offer of a buy: its variants named by the offer as well."""
        return self.replace(
            variants=tuple(
                each.replace(
                    further=True,
                    listed_spec_id=each.at_marketplace,
                    spec_id=SpecId(f"{self.offer_id}/{each.at_marketplace or ''}"),
                )
                for each in self.variants
            )
        )


class InPack(Value):
    """How many pieces of a variant a row has: a pack that is sold whole."""

    spec_id: SpecId | None
    pieces: int = Field(ge=1, le=MOST_PIECES)


class Terms(Value):
    """The terms of one number. Amounts in fen; a change is a new number.

    `freight_each` is the estimate for a piece, or for a person where freight is shared by heads;
    a share of the freight may come to `cap_ppm` of that. `abroad_each` is the same for a second
    instalment, which is asked for when the goods are on their way; nothing means that there is
    none. `grams` are what a piece weighs, by variant. `row` is the pack that is sold whole,
    `row_fill` how many holes of the last one the organiser takes. `deadline` is compared with the
    moment that Telegram gives a message.
    """

    number: int = Field(default=1, ge=1)
    mode: Mode = Mode.COST_PLUS_FEE
    goods: Goods
    also: tuple[Goods, ...] = ()
    seller_id: SellerId
    fee_ppm: int = Field(default=0, ge=0, le=HIGHEST_FEE_PPM)
    rate: Rate = YUAN_RATE
    freight_key: FreightKey = FreightKey.PIECES
    freight_each: Fen = Field(default=Fen(0), ge=0)
    cap_ppm: int = Field(default=1_300_000, ge=0)
    grams: dict[str, int] = Field(default_factory=dict)
    abroad_each: Fen = Field(default=Fen(0), ge=0)
    row: tuple[InPack, ...] = ()
    row_fill: int = Field(default=0, ge=0)
    minimum: int = Field(ge=1, le=MOST_PIECES)
    most_each: int | None = Field(default=None, ge=1)
    deadline: AwareDatetime
    zone: str = "Asia/Shanghai"
    extensions: int = Field(default=1, ge=0)
    answer_within: timedelta = timedelta(hours=24)
    pay_within: timedelta = timedelta(hours=72)
    dispute_within: timedelta = timedelta(days=3)
    fetch_within: timedelta = timedelta(days=14)
    open_below: Fen = Field(default=Fen(100), ge=0)  # what may stay open: it counts as paid
    arrival: AwareDatetime | None = None
    payment: str = Field(default="", max_length=LONGEST_TEXT)
    payment_in: dict[str, str] = Field(default_factory=dict)  # a shop's words by language
    handout: str = Field(default="", max_length=LONGEST_TEXT)
    address: Address

    @property
    def all_goods(self) -> tuple[Goods, ...]:
        """All offers of the buy; they are one seller's."""
        return (self.goods, *self.also)

    @property
    def variants(self) -> tuple[Variant, ...]:
        """The variants of all offers, in their sequence."""
        return tuple(variant for each in self.all_goods for variant in each.variants)

    @property
    def is_fixed(self) -> bool:
        """Tell whether people pay a price with everything inside."""
        return self.mode is Mode.FIXED

    @property
    def charged_fee_ppm(self) -> int:
        """The fee that is charged by itself; a fixed price has it inside."""
        return 0 if self.is_fixed else self.fee_ppm

    def payment_for(self, language: str) -> str:
        """Return how to pay, in a reader's language where the shop says it in several.

        As soon as the organiser says it otherwise only their own words hold.
        """
        known = self.payment_in if self.payment in self.payment_in.values() else {}
        return known.get(language) or self.payment

    def variant(self, spec_id: SpecId | None) -> Variant | None:
        """Return the variant of that id in any of the offers; None when there is none."""
        return next((each for each in self.variants if each.spec_id == spec_id), None)

    def goods_with(self, spec_id: SpecId | None) -> Goods:
        """Return the offer that a variant is of; the first one where there is no such variant."""
        return next((each for each in self.all_goods if each.variant(spec_id)), self.goods)

    @property
    def by_heads(self) -> bool:
        """Tell whether everybody bears the same share, however much they take."""
        return self.freight_key is FreightKey.HEAD

    def freight_estimate(self, pieces: int, variant: Variant | None = None) -> Fen:
        """Return the likely share of the freight of so many pieces of a variant, in fen."""
        return Fen(0) if self.is_fixed else self._likely(self.freight_each, pieces, variant)

    def freight_most(self, pieces: int, variant: Variant | None = None) -> Fen:
        """Return what somebody with so many pieces agrees to pay for freight at most, in fen."""
        return freight_cap(self.freight_estimate(pieces, variant), self.cap_ppm)

    def abroad_most(self, pieces: int, variant: Variant | None = None) -> Fen:
        """Return what the second instalment of so many pieces may come to at most, in fen."""
        return freight_cap(self._likely(self.abroad_each, pieces, variant), self.cap_ppm)

    def _likely(self, each: Fen, pieces: int, variant: Variant | None) -> Fen:
        """Return a share by the key, of costs that come to `each` fen for a usual piece."""
        if self.by_heads:
            return each
        weights = [self._weight(other) for other in self.variants]
        known = [weight for weight in weights if weight]
        own = self._weight(variant) if variant else None
        if own is None or len(known) < len(weights):
            return Fen(each * pieces)
        return Fen(-(-each * pieces * own * len(known) // sum(known)))

    def _weight(self, variant: Variant) -> int | None:
        """Return what a piece of a variant counts by the key; None where all count alike."""
        match self.freight_key:
            case FreightKey.WEIGHT:
                return self.grams.get(variant.spec_id or "")
            case FreightKey.VALUE:
                return self._dearest(variant)
        return None

    def usual_ceiling(self, variant: Variant) -> Fen:
        """Return the price in fen that surprises nobody: that of the least the group may take."""
        return self.fixed_price(variant) if self.is_fixed else self._dearest(variant)

    def fixed_price(self, variant: Variant) -> Fen:
        """Return the fen a piece costs with freight and fee inside, rounded up to 0.10 yuan."""
        cost = self._dearest(variant) + self.freight_each
        whole = -(-cost * (PPM + self.fee_ppm) // PPM)
        return Fen(-(-whole // _FIXED_STEP) * _FIXED_STEP)

    def _dearest(self, variant: Variant) -> Fen:
        least = self.goods_with(variant.spec_id).minimum if self.also else self.minimum
        return variant.steps.price_at(least)

    def fitted(self, left: Mapping[SpecId | None, int]) -> "Terms":
        """Return the same terms with no more of a variant than is left of it."""

        def fit(goods: Goods) -> Goods:
            return goods.replace(
                variants=tuple(
                    each.replace(limit=min(each.limit, left.get(each.spec_id, each.limit)))
                    for each in goods.variants
                )
            )

        return self.replace(goods=fit(self.goods), also=tuple(map(fit, self.also)))

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
