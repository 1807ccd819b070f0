"""What somebody wants to be told of an offer, once: cheaper, or to be had again. Pure.

A price counts at the watched quantity and for what can be had: a price that nobody can order at
is no news.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import AwareDatetime, Field

from bot.domain.identifiers import OfferId, SkuId, UserId
from bot.domain.model import Value
from bot.domain.money import Fen
from bot.domain.offers import Offer, Sku, Wording
from bot.domain.pricing import next_tier, unit_price
from bot.domain.variants import matching

SETTLED = timedelta(days=7)
"""Goods that nobody began to watch for so long are looked at less often."""

_LESS_OFTEN = 4


class WatchFor(StrEnum):
    """What has to come true."""

    DROP = "drop"  # it costs less than when that was asked for
    TIER = "tier"  # it costs what only more pieces got then, or less
    BELOW = "below"  # it costs the person's own price, or less
    BACK = "back"  # it can be ordered again


class WatchEnd(StrEnum):
    """Why somebody is told."""

    TRUE = "true"
    GONE = "gone"  # the marketplace has it no more
    OVER = "over"  # it did not come true for so long


class WatchState(StrEnum):
    """How far it has come."""

    WATCHING = "watching"
    TO_TELL = "to_tell"
    TELLING = "telling"
    TOLD = "told"
    UNCLEAR = "unclear"  # it may have been told
    DROPPED = "dropped"  # nobody there who may be told


OPEN = (WatchState.WATCHING, WatchState.TO_TELL, WatchState.TELLING)
"""What counts towards a person's limit."""


class WatchedGoods(Value):
    """What of an offer: all of it, or the variants that have these values (names and values in zh).

    `sku_id` is a variant that no value tells from others.
    """

    offer_id: OfferId
    values: dict[str, str] = Field(default_factory=dict)
    sku_id: SkuId | None = None

    @property
    def key(self) -> str:
        """Return a name of it within its offer, empty for all of it."""
        if not self.values and self.sku_id is None:
            return ""
        named = json.dumps([sorted(self.values.items()), self.sku_id], ensure_ascii=False)
        return hashlib.sha256(named.encode()).hexdigest()[:16]

    def skus(self, offer: Offer) -> tuple[Sku, ...]:
        """Return the variants that it is about; none where the offer has no variants."""
        if self.sku_id is not None:
            return tuple(each for each in offer.skus if each.sku_id == self.sku_id)
        return matching(offer, self.values)

    def is_in(self, offer: Offer) -> bool:
        """Tell whether the offer still has it."""
        return not self.key or bool(self.skus(offer))

    def label(self, offer: Offer) -> Wording | None:
        """Return what tells it from the rest of the offer, None for all of it."""
        skus = self.skus(offer)
        if not self.key or not skus:
            return None
        if self.sku_id is not None:
            return Wording(zh=skus[0].label("zh"), translated=skus[0].label("en"))
        named = [each.value for each in skus[0].attributes if each.name.zh in self.values]
        return Wording(
            zh=" / ".join(each.zh for each in named),
            translated=" / ".join(each.in_language("en") for each in named),
        )


class Found(Value):
    """What a reading made come true: the price then, in fen, and when that was."""

    end: WatchEnd
    price: Fen | None = None
    at: AwareDatetime


class NewWatch(Value):
    """What somebody asks to be told of.

    `bound` is fen: the price to fall below (DROP), or to be reached (TIER, BELOW). `price` is what
    it cost when that was asked. One that is not `armed` was true already: it has to become untrue
    first.
    """

    user_id: UserId
    goods: WatchedGoods
    what: WatchFor
    bound: Fen | None = None
    quantity: int = Field(default=1, ge=1)
    title: Wording
    variant: Wording | None = None
    picture_url: str | None = None
    price: Fen | None = None
    armed: bool = True


class OfferWatch(NewWatch):
    """A stored one. `version` counts how often the person asked for it anew."""

    watch_id: int
    version: int = 1
    made_at: AwareDatetime
    state: WatchState = WatchState.WATCHING
    not_before: AwareDatetime | None = None
    found: Found | None = None

    @property
    def is_open(self) -> bool:
        """Tell whether there is still something to be told."""
        return self.state in OPEN


class WatchedOffer(Value):
    """An offer that somebody watches, as its next reading finds it.

    `hints` counts who asked for a reading, `misses` readings that failed one after the other,
    `gone` those that found no such offer.
    """

    offer_id: OfferId
    hints: int = 0
    misses: int = 0
    gone: int = 0


def can_be_had(offer: Offer, goods: WatchedGoods) -> bool:
    """Tell whether it can be ordered: its stock, and enough of the offer for its minimum."""
    stock = sum(each.stock for each in goods.skus(offer)) if goods.key else offer.stock
    enough = offer.stock >= offer.min_order_quantity or offer.mixed_batch.allowed
    return offer.on_sale and stock > 0 and enough


def price_of(offer: Offer, goods: WatchedGoods, quantity: int) -> Fen | None:
    """Return the lowest unit price in fen at that quantity, of what can be had if anything can."""
    skus: Sequence[Sku | None] = goods.skus(offer) if goods.key else offer.skus
    had = [each for each in skus if each is not None and each.stock]
    prices = [unit_price(offer, each, quantity) for each in had or skus or (None,)]
    return min((each for each in prices if each is not None), default=None)


def wishes(offer: Offer, goods: WatchedGoods, quantity: int) -> dict[WatchFor, Fen | None]:
    """Return what there is to be told, the likeliest first, each with its bound in fen.

    Of a price of the person's own they say the bound. Nothing of what is not in the offer.
    """
    if not goods.is_in(offer):
        return {}
    offered: dict[WatchFor, Fen | None] = {}
    if not can_be_had(offer, goods):
        offered[WatchFor.BACK] = None
    price = price_of(offer, goods, quantity)
    if price is not None and price > 1:
        offered[WatchFor.DROP] = price
        tier = next_tier(offer, quantity)
        if tier is not None and tier.tier.price < price:
            offered[WatchFor.TIER] = tier.tier.price
        offered[WatchFor.BELOW] = None
    return offered


def is_true(watch: NewWatch, offer: Offer) -> bool:
    """Tell whether what is watched for is so."""
    if not can_be_had(offer, watch.goods):
        return False
    if watch.what is WatchFor.BACK:
        return True
    price = price_of(offer, watch.goods, watch.quantity)
    if price is None or watch.bound is None:
        return False
    return price < watch.bound if watch.what is WatchFor.DROP else price <= watch.bound


def after_reading(watch: OfferWatch, offer: Offer | None, now: datetime) -> OfferWatch | None:
    """Return what a reading makes of a watch, None for no change; `offer` is None when it is gone.

    A variant that the seller withdrew is gone as well.
    """
    if offer is None or not watch.goods.is_in(offer):
        return _found(watch, WatchEnd.GONE, None, now)
    true = is_true(watch, offer)
    if true and watch.armed:
        price = price_of(offer, watch.goods, watch.quantity)
        return _found(watch, WatchEnd.TRUE, price, now)
    if not true and not watch.armed:
        return watch.replace(armed=True)
    return None


def run_out(watch: OfferWatch, now: datetime, life: timedelta) -> OfferWatch | None:
    """Return a watch that ends because it did not come true for so long, else None."""
    if now - watch.made_at < life:
        return None
    return _found(watch, WatchEnd.OVER, None, now)


def renewed(watch: OfferWatch) -> NewWatch:
    """Return what to watch for after it was told: a price that is lower still, or the next return.

    What ran out without coming true is asked for as it was.
    """
    wanted = NewWatch(**{name: getattr(watch, name) for name in NewWatch.model_fields})
    found = watch.found
    if found is None or found.end is not WatchEnd.TRUE:
        return wanted
    if watch.what is WatchFor.BACK or found.price is None:
        return wanted.replace(armed=False)
    return wanted.replace(what=WatchFor.DROP, bound=found.price, price=found.price)


def next_look(now: datetime, every: timedelta, youngest: datetime) -> datetime:
    """Return when to read an offer again, whose youngest watch was asked for then."""
    return now + (every if now - youngest < SETTLED else every * _LESS_OFTEN)


def _found(watch: OfferWatch, end: WatchEnd, price: Fen | None, now: datetime) -> OfferWatch:
    found = Found(end=end, price=price, at=now)
    return watch.replace(state=WatchState.TO_TELL, not_before=now, found=found)
