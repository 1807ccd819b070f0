"""Ordering the goods of an old order again: what of it can still be had, and at what price."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from bot.domain.drafts import OrderLine
from bot.domain.identifiers import OfferId, SellerId
from bot.domain.model import Value
from bot.domain.money import Fen
from bot.domain.offers import Offer, Sku
from bot.domain.pricing import TierScope, order_line, unit_price
from bot.domain.quantities import stock_of


class Hitch(StrEnum):
    """What is different from the old order. The first four leave a line out."""

    OFFER_GONE = "offer_gone"  # no such offer, or no longer on sale
    VARIANT_GONE = "variant_gone"
    SOLD_OUT = "sold_out"
    OTHER_SELLER = "other_seller"  # one order has one seller (contract 5.1)
    SHORT = "short"  # less is left than was ordered
    OFF_BATCH = "off_batch"  # sold in other lots now
    BELOW_MINIMUM = "below_minimum"  # the offer's minimum is more than what is taken of it
    DEARER = "dearer"
    CHEAPER = "cheaper"


HARMLESS = frozenset({Hitch.CHEAPER})


class Rechecked(Value):
    """A line of the old order as it can be ordered now.

    `taken` is None when it can't be. `offer` is None when it is gone. `before` and `now` are
    estimated unit prices in fen; `short_of` is how many units the offer's minimum lacks.
    """

    line: OrderLine
    offer: Offer | None = None
    taken: OrderLine | None = None
    hitches: tuple[Hitch, ...] = ()
    before: Fen | None = None
    now: Fen | None = None
    short_of: int = 0

    @property
    def is_same(self) -> bool:
        """Tell whether the person gets just what they had, for no more money."""
        return all(each in HARMLESS for each in self.hitches)


class Reordering(Value):
    """All lines of an old order, in its sequence."""

    lines: tuple[Rechecked, ...]

    @property
    def taken(self) -> tuple[OrderLine, ...]:
        """The lines that can be ordered."""
        return tuple(each.taken for each in self.lines if each.taken is not None)

    @property
    def seller_id(self) -> SellerId | None:
        """Who sells them."""
        sellers = (each.offer.seller.seller_id for each in self.lines if each.taken and each.offer)
        return next(sellers, None)

    @property
    def is_same(self) -> bool:
        """Tell whether there is nothing that the person must know beforehand."""
        return all(each.is_same for each in self.lines)


def recheck(
    lines: Sequence[OrderLine], offers: Mapping[OfferId, Offer | None], scope: TierScope
) -> Reordering:
    """Compare an old order's lines with their offers as they are now; None for one that is gone.

    The first line that can be had decides the seller.
    """
    found: list[Rechecked] = []
    seller_id: SellerId | None = None
    for line in lines:
        each = _recheck(line, offers.get(line.offer_id))
        if each.taken is not None and each.offer is not None:
            seller_id = seller_id or each.offer.seller.seller_id
            if each.offer.seller.seller_id != seller_id:
                each = each.replace(taken=None, hitches=(Hitch.OTHER_SELLER,))
        found.append(each)
    return Reordering(lines=tuple(_priced(each, found, scope) for each in found))


def _recheck(line: OrderLine, offer: Offer | None) -> Rechecked:
    """Look at one line by itself: is it there, and how many of it."""
    if offer is None or not offer.on_sale:
        return Rechecked(line=line, offer=None, hitches=(Hitch.OFFER_GONE,))
    sku = _sku(line, offer)
    if (line.spec_id is None) != (sku is None) or (sku is None and offer.skus):
        return Rechecked(line=line, offer=offer, hitches=(Hitch.VARIANT_GONE,))
    quantity, hitches = _quantity(line, offer, sku)
    if not quantity:
        return Rechecked(line=line, offer=offer, hitches=(Hitch.SOLD_OUT,))
    return Rechecked(
        line=line, offer=offer, taken=order_line(offer, sku, quantity), hitches=hitches
    )


def _sku(line: OrderLine, offer: Offer) -> Sku | None:
    """Return the variant of a line; `spec_id` is what orders name (contract 4.4)."""
    return next((each for each in offer.skus if each.spec_id == line.spec_id), None)


def _quantity(line: OrderLine, offer: Offer, sku: Sku | None) -> tuple[int, tuple[Hitch, ...]]:
    """Return how many can be had of what was ordered, and what is different about it."""
    stock, batch = stock_of(offer, sku), offer.batch_size or 1
    most = stock - stock % batch
    wanted = -(-line.quantity // batch) * batch
    if line.quantity > most:
        return most, (Hitch.SHORT,)
    if wanted != line.quantity:
        return (wanted, (Hitch.OFF_BATCH,)) if wanted <= most else (most, (Hitch.OFF_BATCH,))
    return line.quantity, ()


def _priced(each: Rechecked, found: Sequence[Rechecked], scope: TierScope) -> Rechecked:
    """Add the price at the quantity that is taken of the whole offer, and its minimum."""
    offer, taken = each.offer, each.taken
    if offer is None or taken is None:
        return each
    together = sum(
        other.taken.quantity
        for other in found
        if other.taken is not None and other.taken.offer_id == taken.offer_id
    )
    counted = together if scope is TierScope.OFFER else taken.quantity
    now, before = unit_price(offer, _sku(taken, offer), counted), each.line.unit_price
    hitches = each.hitches
    lacking = offer.min_order_quantity - together
    if lacking > 0 and not offer.mixed_batch.allowed:
        hitches += (Hitch.BELOW_MINIMUM,)
    if now is not None and before is not None and now != before:
        hitches += (Hitch.DEARER if now > before else Hitch.CHEAPER,)
    return each.replace(
        taken=taken.replace(unit_price=now),
        hitches=hitches,
        before=before,
        now=now,
        short_of=max(0, lacking),
    )
