"""What property tests of the domain draw from."""

from hypothesis import strategies as st

from bot.domain.drafts import OrderLine
from bot.domain.identifiers import OfferId, SellerId, SkuId, SpecId
from bot.domain.money import Fen
from bot.domain.offers import Offer, PriceTier, QuoteType, Seller, Sku, SkuAttribute, Wording

SELLER = SellerId("BBBseller")
OFFER_ID = OfferId(670291644950)

fens = st.integers(0, 10**9).map(Fen)
signed_fens = st.integers(-(10**12), 10**12).map(Fen)
quantities = st.integers(1, 999_999)
stocks = st.one_of(st.integers(0, 50), st.integers(0, 5_000), st.integers(0, 10**7))


@st.composite
def tiers(draw: st.DrawFn, most: int = 5) -> tuple[PriceTier, ...]:
    """Tiers with distinct starts in any order; usually, not always, cheaper as they rise."""
    starts = draw(st.lists(st.integers(0, 3_000), unique=True, max_size=most))
    prices = draw(st.lists(st.integers(1, 10**6), min_size=len(starts), max_size=len(starts)))
    if draw(st.booleans()):
        starts, prices = sorted(starts), sorted(prices, reverse=True)
    return tuple(
        PriceTier(start_quantity=start, price=Fen(price))
        for start, price in zip(starts, prices, strict=True)
    )


@st.composite
def skus(draw: st.DrawFn, number: int = 1) -> Sku:
    return Sku(
        sku_id=SkuId(5_000_000_000_000 + number),
        spec_id=SpecId(f"{number:032x}"),
        stock=draw(stocks),
        price=draw(st.none() | fens),
        attributes=(SkuAttribute(name=Wording(zh="颜色"), value=Wording(zh=f"白{number}")),),
    )


@st.composite
def offers(draw: st.DrawFn, quote_type: QuoteType | None = None) -> Offer:
    kind = quote_type if quote_type is not None else draw(st.sampled_from(QuoteType))
    count = 0 if kind is QuoteType.BY_QUANTITY else draw(st.integers(0, 4))
    return Offer(
        offer_id=OFFER_ID,
        title=Wording(zh="杯子", translated="Mug"),
        quote_type=kind,
        tiers=draw(tiers()),
        skus=tuple(draw(skus(number)) for number in range(1, count + 1)),
        min_order_quantity=draw(st.one_of(st.integers(1, 20), st.integers(1, 5_000))),
        batch_size=draw(st.none() | st.integers(1, 20) | st.integers(1, 1_000)),
        stock=draw(stocks),
        seller=Seller(seller_id=SELLER),
    )


@st.composite
def offers_with_variant(draw: st.DrawFn) -> tuple[Offer, Sku | None]:
    """An offer with one of its variants, or None where it has none."""
    offer = draw(offers())
    return offer, draw(st.sampled_from(offer.skus)) if offer.skus else None


@st.composite
def lines(draw: st.DrawFn) -> OrderLine:
    """A line out of few offers and variants, so that the same goods come up again."""
    spec = draw(st.none() | st.integers(1, 4))
    return OrderLine(
        offer_id=OfferId(draw(st.integers(1, 3))),
        sku_id=None if spec is None else SkuId(spec),
        spec_id=None if spec is None else SpecId(f"{spec:032x}"),
        title=Wording(zh="杯子"),
        quantity=draw(quantities),
        unit_price=draw(st.none() | fens),
    )
