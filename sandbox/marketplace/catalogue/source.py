"""The form in which people write the catalogue (`data/*.json`): short, without derived facts."""

from decimal import Decimal
from typing import Literal

from sandbox.marketplace.catalogue.models import Fact, MixSetting, PriceTier, Text

AttributeRow = tuple[str, str, str, str]
Pair = tuple[str, str]


def text(pair: Pair) -> Text:
    """A ["中文", "English"] pair as a Text."""
    return Text(zh=pair[0], en=pair[1])


class ChoiceSource(Fact):
    """One value of an axis. `swatch` (#rrggbb) marks a colour, which has its own picture.

    For quote type 1 `price` (yuan) comes from exactly one axis; `extra` of others adds to it.
    """

    zh: str
    en: str
    swatch: str | None = None
    price: str | None = None
    extra: str = "0"
    weight_kg: Decimal | None = None


class AxisSource(Fact):
    """One attribute by which variants differ, in the order of the shop's page."""

    id: int
    name: Pair
    choices: tuple[ChoiceSource, ...]


class OfferSource(Fact):
    """One offer as written. `missing` and `out_of_stock` name variants by English values.

    A row of those two may be shorter than the number of axes: it then covers every variant
    that contains all of its values.
    """

    offer_id: int
    drawing: str
    seller: str
    category: tuple[int, int, int | None]
    category_name: Pair
    subject: str
    subject_trans: str
    attributes: tuple[AttributeRow, ...]
    unit: Pair
    quote_type: Literal[0, 1, 2]
    tiers: tuple[PriceTier, ...] = ()
    axes: tuple[AxisSource, ...] = ()
    skus_when_none: Literal["null", "empty"] = "null"
    stock: int = 3000
    missing: tuple[tuple[str, ...], ...] = ()
    out_of_stock: tuple[tuple[str, ...], ...] = ()
    views: int = 2
    min_order_quantity: int = 1
    batch_number: int | None = None
    status: str = "published"
    tradable: bool = True
    freight: str
    weight_kg: Decimal
    size_cm: tuple[int, int, int]
    ships: str | None = "shipIn48Hours"
    month_sold: int
    repurchase: str
    sold: int
    score: str
    identities: tuple[str, ...] = ("tp_member",)
    tags: tuple[str, ...] = ()
    plus_rate: str | None = None
    cargo_number: str
    created_at: str


class SellerSource(Fact):
    """One shop as written; scores in the order of `SCORE_NAMES` in build.py."""

    key: str
    seller_open_id: str
    member_id: str
    login_id: str
    company: Pair
    address: str
    identities: tuple[str, ...]
    scores: tuple[str | None, ...]
    mix: MixSetting
