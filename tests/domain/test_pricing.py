"""Which tier a quantity reaches, what it costs, and what a few more would save."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.drafts import Draft, OrderLine
from bot.domain.identifiers import OfferId, SellerId
from bot.domain.money import Fen
from bot.domain.offers import MixedBatch, Offer, PriceTier, QuoteType, Seller, Wording
from bot.domain.pricing import (
    MixedBatchGap,
    mixed_batch_gap,
    next_tier,
    price_span,
    tier_for,
    unit_price,
)
from tests.domain.strategies import offers, offers_with_variant, quantities, tiers


@given(tiers(), quantities)
def test_the_tier_is_the_highest_that_is_reached(of: tuple[PriceTier, ...], quantity: int):
    """The order in which tiers are listed does not matter."""
    chosen = tier_for(of, quantity)
    reached = [tier.start_quantity for tier in of if tier.start_quantity <= quantity]
    if not of:
        assert chosen is None
    elif reached:
        assert chosen is not None
        assert chosen.start_quantity == max(reached)
    else:
        assert chosen is not None
        assert chosen.start_quantity == min(tier.start_quantity for tier in of)


@given(tiers(), st.integers(1, 4_000), st.integers(0, 4_000))
def test_more_units_never_reach_a_lower_tier(of: tuple[PriceTier, ...], fewer: int, extra: int):
    """Tiers rise with the quantity."""
    low, high = tier_for(of, fewer), tier_for(of, fewer + extra)
    if low is not None:
        assert high is not None
        assert low.start_quantity <= high.start_quantity


@given(offers_with_variant(), quantities)
def test_a_unit_price_is_one_that_the_offer_names(drawn, quantity: int):
    """The variant's own price counts where the offer is priced by variant, else the tier's."""
    offer, sku = drawn
    price = unit_price(offer, sku, quantity)
    if offer.quote_type is QuoteType.BY_SKU and sku is not None and sku.price is not None:
        assert price == sku.price
    elif offer.tiers:
        assert price in {tier.price for tier in offer.tiers}
    else:
        assert price is None


@given(offers(), quantities)
def test_the_next_tier_saves_and_is_the_nearest_that_does(offer: Offer, quantity: int):
    """Following the advice really gives the promised price; fewer units would not."""
    advice = next_tier(offer, quantity)
    current = unit_price(offer, None, quantity)
    if advice is None:
        if offer.quote_type is not QuoteType.BY_SKU and current is not None:
            dearer = [t.price for t in offer.tiers if t.start_quantity > quantity]
            assert all(price >= current for price in dearer)
        return
    assert current is not None
    assert advice.missing > 0
    assert advice.saving > 0
    assert advice.tier.start_quantity == quantity + advice.missing
    assert unit_price(offer, None, quantity + advice.missing) == current - advice.saving
    between = [
        tier.price
        for tier in offer.tiers
        if quantity < tier.start_quantity < advice.tier.start_quantity
    ]
    assert all(price >= current for price in between)


@given(offers(quote_type=QuoteType.BY_SKU), quantities)
def test_a_price_by_variant_has_no_next_tier(offer: Offer, quantity: int):
    """More of one variant is no cheaper where each variant has its own price."""
    assert next_tier(offer, quantity) is None


@given(offers_with_variant(), quantities)
def test_the_span_holds_every_price(drawn, quantity: int):
    """No tier price and no variant's price lies outside what the offer's screen shows."""
    offer, sku = drawn
    span = price_span(offer)
    price = unit_price(offer, sku, quantity)
    if span is None:
        assert price is None
        return
    assert span[0] <= span[1]
    by_sku = offer.quote_type is QuoteType.BY_SKU and any(s.price is not None for s in offer.skus)
    if price is not None and (not by_sku or (sku is not None and sku.price is not None)):
        assert span[0] <= price <= span[1]


@pytest.mark.parametrize(
    ("quantity", "fen"), [(1, 1390), (2, 1390), (19, 1390), (20, 1350), (999, 1350)]
)
def test_the_contracts_worked_sample(quantity: int, fen: int):
    """Offer 670291644950 (contract 4.4): 2 -> 13.90, 20 -> 13.50, and 1 in mixed batch at 13.90."""
    offer = Offer(
        offer_id=OfferId(670291644950),
        title=Wording(zh="样品"),
        quote_type=QuoteType.SKUS_BY_QUANTITY,
        tiers=(
            PriceTier(start_quantity=2, price=Fen(1390)),
            PriceTier(start_quantity=20, price=Fen(1350)),
        ),
        seller=Seller(seller_id=SellerId("B")),
    )
    assert unit_price(offer, None, quantity) == fen
    advice = next_tier(offer, quantity)
    assert (advice.missing if advice else 0) == max(0, 20 - quantity)


def make_offer(*of: tuple[int, int]) -> Offer:
    return Offer(
        offer_id=OfferId(1),
        title=Wording(zh="杯子"),
        quote_type=QuoteType.BY_QUANTITY,
        tiers=tuple(PriceTier(start_quantity=start, price=Fen(price)) for start, price in of),
        seller=Seller(seller_id=SellerId("one")),
    )


def goods_line(quantity: int, price: int | None) -> OrderLine:
    return OrderLine(
        offer_id=OfferId(1),
        title=Wording(zh="杯子"),
        quantity=quantity,
        minimum=100,
        unit_price=None if price is None else Fen(price),
    )


def test_a_tier_that_the_stock_can_not_reach_is_no_advice() -> None:
    """400 more of what there are 500 of do not reach 1,000."""
    of = make_offer((1, 300), (600, 250), (1_000, 200))
    assert next_tier(of, 100, 500) is None
    advice = next_tier(of, 100, 600)
    assert advice is not None
    assert advice.tier.start_quantity == 600


def test_what_is_missing_to_a_mixed_batch() -> None:
    """Pieces or money, whichever is reached first; nothing is said where nobody can tell."""
    rule = MixedBatch(allowed=True, amount=Fen(5_000), pieces=20)

    def gap(of: MixedBatch, *lines: OrderLine) -> MixedBatchGap | None:
        draft = Draft()
        for line in lines:
            draft = draft.put([line.replace(mixed_batch=of)], SellerId("one"))
        return mixed_batch_gap(draft)

    seven = goods_line(7, 235)
    assert gap(rule, seven) == MixedBatchGap(pieces=13, amount=Fen(3_355))
    assert gap(rule, goods_line(20, 1)) is None
    assert gap(rule, goods_line(1, 5_000)) is None
    assert gap(rule, seven.replace(minimum=7)) is None
    assert gap(rule, seven, seven.replace(offer_id=OfferId(2), quantity=14)) is None
    assert gap(MixedBatch(allowed=True), seven) is None
    assert gap(MixedBatch(), seven) is None
    assert gap(MixedBatch(allowed=True, pieces=20), seven) == MixedBatchGap(pieces=13)
    assert gap(rule, goods_line(7, None)) is None
