"""What a quantity is likely to cost. Estimates: the preview's numbers bind (contract 4.4)."""

from enum import StrEnum

from bot.domain.drafts import Draft, OrderLine
from bot.domain.model import Value
from bot.domain.money import Fen
from bot.domain.offers import MixedBatch, Offer, PriceTier, QuoteType, Sku, Wording


class TierScope(StrEnum):
    """Over what a price tier counts its quantity: not stated by the marketplace, so a setting."""

    OFFER = "offer"
    SKU = "sku"


class NextTier(Value):
    """The next cheaper tier: `missing` units more make each unit `saving` fen cheaper."""

    missing: int
    saving: Fen
    tier: PriceTier


def tier_for(tiers: tuple[PriceTier, ...], quantity: int) -> PriceTier | None:
    """Return the last tier that starts at or below `quantity`; below all, the first one.

    Below the first tier an item can be had in mixed batch only; the vendor's own sample
    shows it priced at the first tier then (contract 4.4, worked sample).
    """
    ordered = sorted(tiers, key=lambda tier: tier.start_quantity)
    if not ordered:
        return None
    reached = [tier for tier in ordered if tier.start_quantity <= quantity]
    return reached[-1] if reached else ordered[0]


def unit_price(offer: Offer, sku: Sku | None, counted_quantity: int) -> Fen | None:
    """Return the estimated unit price in fen, or None when the marketplace names none.

    `counted_quantity` is what counts towards the tier: see `TierScope`.
    """
    if offer.quote_type is QuoteType.BY_SKU and sku is not None and sku.price is not None:
        return sku.price
    tier = tier_for(offer.tiers, counted_quantity)
    return tier.price if tier else None


def next_tier(offer: Offer, counted_quantity: int, most: int | None = None) -> NextTier | None:
    """Return the nearest tier above that is really cheaper and within `most` units, or None.

    `most` is what the stock lets count towards a tier; None does not look at it.
    """
    if offer.quote_type is QuoteType.BY_SKU:
        return None
    current = tier_for(offer.tiers, counted_quantity)
    if current is None:
        return None
    ordered = sorted(offer.tiers, key=lambda tier: tier.start_quantity)
    for tier in ordered:
        if most is not None and tier.start_quantity > most:
            return None
        if tier.start_quantity > counted_quantity and tier.price < current.price:
            return NextTier(
                missing=tier.start_quantity - counted_quantity,
                saving=Fen(current.price - tier.price),
                tier=tier,
            )
    return None


class MixedBatchGap(Value):
    """What is missing to a shop's mixed batch: that many pieces, or goods for that much (fen).

    Either is enough, as far as the marketplace says (contract 4.4, inferred); a side that the
    shop names no figure for is None.
    """

    pieces: int | None = None
    amount: Fen | None = None


def mixed_batch_gap(draft: Draft) -> MixedBatchGap | None:
    """Return what a draft with an offer below its minimum lacks to pass as a mixed batch.

    None when nothing is below a minimum, nothing lacks, or nobody can tell.
    """
    below = [line for line in draft.lines if draft.units_of(line.offer_id) < line.minimum]
    rule = below[-1].mixed_batch if below else MixedBatch()
    if not rule.allowed or not (rule.pieces or rule.amount):
        return None
    pieces = rule.pieces - sum(line.quantity for line in draft.lines)
    prices = [line.unit_price for line in draft.lines]
    known = [price for price in prices if price is not None]
    if rule.pieces and pieces <= 0:
        return None
    amount = None
    if rule.amount and len(known) == len(prices):
        worth = sum(price * line.quantity for price, line in zip(known, draft.lines, strict=True))
        if worth >= rule.amount:
            return None
        amount = Fen(rule.amount - worth)
    elif rule.amount:
        return None
    return MixedBatchGap(pieces=pieces if rule.pieces else None, amount=amount)


def price_span(offer: Offer) -> tuple[Fen, Fen] | None:
    """Return the lowest and highest unit price in fen, or None when there is none."""
    if offer.quote_type is QuoteType.BY_SKU:
        prices = [sku.price for sku in offer.skus if sku.price is not None]
    else:
        prices = []
    prices = prices or [tier.price for tier in offer.tiers]
    return (min(prices), max(prices)) if prices else None


def repriced(draft: Draft, offer: Offer, scope: TierScope) -> Draft:
    """Estimate the unit prices of an offer's lines anew: more units may reach a cheaper tier."""
    together = draft.units_of(offer.offer_id)
    lines = tuple(
        line.replace(
            unit_price=unit_price(
                offer,
                offer.sku(line.sku_id),
                together if scope is TierScope.OFFER else line.quantity,
            )
        )
        if line.offer_id == offer.offer_id
        else line
        for line in draft.lines
    )
    return draft.replace(lines=lines)


def order_line(offer: Offer, sku: Sku | None, quantity: int) -> OrderLine:
    """Return `quantity` units of a variant as a line, priced as if nothing else were ordered."""
    return OrderLine(
        offer_id=offer.offer_id,
        sku_id=sku.sku_id if sku else None,
        spec_id=sku.spec_id if sku else None,
        title=offer.title,
        variant=Wording(zh=sku.label("zh"), translated=sku.label("en")) if sku else Wording(zh=""),
        unit=offer.unit,
        picture_url=(sku.picture_url if sku else None) or offer.picture_url,
        quantity=quantity,
        unit_price=unit_price(offer, sku, quantity),
        minimum=offer.min_order_quantity,
        mixed_batch=offer.mixed_batch,
    )
