"""Bounds, tags and order of a search (contract section 3: `filter`, `sort`)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sandbox.marketplace.catalogue import CatalogueOffer
from sandbox.marketplace.clock import CHINA
from sandbox.marketplace.envelope import BAD_PARAMETER, GatewayRefusal
from sandbox.marketplace.request import ApiCall

SHIPPING = ("shipInToday", "shipIn24Hours", "shipIn48Hours")
TAG_OF_FILTER = {
    "1688Selection": "1688_yx",
    "noReason7DReturn": "noReason7DReturn",
    "isOnePsale": "isOnePsale",
    "isOnePsaleFreePost": "isOnePsaleFreePostage",
    "isQqyx": "isQqyx",
    "isSelect": "select",
    "jxhy": "jxhy",
}
FACTORY = "super_factory"
SCORE_LEVELS: dict[str, Callable[[float], bool]] = {
    "totalEpScoreLv1": lambda score: score >= 5,
    "totalEpScoreLv2": lambda score: 4.5 <= score < 5,
    "totalEpScoreLv3": lambda score: 4 <= score < 4.5,
    "totalEpScoreLv4": lambda score: score < 4,
}
PICK_UP_LEVELS: dict[str, Callable[[float], bool]] = {
    "Lv1": lambda rate: rate < 0.95,
    "Lv2": lambda rate: 0.95 <= rate < 0.99,
    "Lv3": lambda rate: rate >= 0.99,
}
SORT_KEYS: dict[str, Callable[[CatalogueOffer], Decimal]] = {
    "price": lambda offer: Decimal(offer.list_price),
    "rePurchaseRate": lambda offer: Decimal(offer.repurchase_rate.rstrip("%")),
    "monthSold": lambda offer: Decimal(offer.month_sold),
}


@dataclass(frozen=True)
class Narrowing:
    """What a search call asks for beside its words or picture."""

    tags: tuple[str, ...]
    price_start: Decimal | None
    price_end: Decimal | None
    category_id: int | None
    sort: tuple[str, bool] | None
    """Sort key, and whether descending."""

    def keeps(self, offer: CatalogueOffer, now_ms: int) -> bool:
        """Whether the offer is on sale and within all bounds."""
        price = Decimal(offer.list_price)
        return (
            offer.status == "published"
            and (self.price_start is None or price >= self.price_start)
            and (self.price_end is None or price <= self.price_end)
            and (not self.category_id or self.category_id in _categories(offer))
            and all(_has_tag(offer, tag, now_ms) for tag in self.tags)
        )

    def ordered(self, offers: Sequence[CatalogueOffer]) -> list[CatalogueOffer]:
        """By the sort asked for; ties and no sort keep the order given."""
        if self.sort is None:
            return list(offers)
        key, descending = self.sort
        return sorted(offers, key=SORT_KEYS[key], reverse=descending)


def read_narrowing(call: ApiCall) -> Narrowing:
    """Read `filter`, `sort`, `priceStart`, `priceEnd` and `categoryId`."""
    written = (call.optional_text("filter") or "").split(",")
    return Narrowing(
        tags=tuple(tag for word in written if (tag := word.strip())),
        price_start=call.optional_yuan("priceStart"),
        price_end=call.optional_yuan("priceEnd"),
        category_id=call.optional_integer("categoryId"),
        sort=_sort(call.optional_text("sort")),
    )


def _sort(text: str | None) -> tuple[str, bool] | None:
    if text is None:
        return None
    try:
        wanted = json.loads(text)
    except ValueError:
        wanted = None
    if not isinstance(wanted, dict):
        raise GatewayRefusal(BAD_PARAMETER, "sort参数格式错误，应为JSON字符串")
    if not wanted:
        return None
    key, direction = next(iter(wanted.items()))
    if key not in SORT_KEYS or direction not in ("asc", "desc"):
        raise GatewayRefusal(BAD_PARAMETER, "sort参数不支持该排序方式")
    return key, direction == "desc"


def _categories(offer: CatalogueOffer) -> tuple[int | None, ...]:
    return (
        offer.category_id,
        offer.top_category_id,
        offer.second_category_id,
        offer.third_category_id,
    )


def _has_tag(offer: CatalogueOffer, tag: str, now_ms: int) -> bool:
    if tag in SHIPPING:
        return offer.shipping_time_guarantee in SHIPPING[: SHIPPING.index(tag) + 1]
    if tag in TAG_OF_FILTER:
        return offer.tags.get(TAG_OF_FILTER[tag], False)
    if tag == "certifiedFactory":
        return FACTORY in offer.offer_identities or FACTORY in offer.seller.identities
    if tag in ("new7", "new30"):
        listed = datetime.strptime(offer.created_at, "%Y-%m-%d %H:%M:%S").replace(tzinfo=CHINA)
        return datetime.fromtimestamp(now_ms / 1000, UTC) - listed <= timedelta(int(tag[3:]))
    return _shop_has_tag(offer.seller.scores, tag)


def _shop_has_tag(scores: Mapping[str, str | None], tag: str) -> bool:
    if tag in SCORE_LEVELS:
        return SCORE_LEVELS[tag](float(scores.get("compositeServiceScore") or 0))
    if tag.startswith(("getRate24H", "getRate48H")) and tag[10:] in PICK_UP_LEVELS:
        rate = scores.get("collect30DayWithin48HPercent")
        return rate is not None and PICK_UP_LEVELS[tag[10:]](float(rate))
    # Tags outside the published list (ksCiphertext in the samples) narrow nothing.
    return True
