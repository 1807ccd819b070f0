"""What can be chosen at the variant step: values of one attribute, or variants by themselves."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.domain.offers import Offer, Sku, Wording
from bot.domain.variants import choices, matching, next_attribute


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to choose: a value of `attribute` (zh), or a `sku` that no value tells apart."""

    key: str
    wording: Wording
    stock: int
    exists: bool = True
    prices: tuple[int, int] | None = None
    picture_url: str | None = None
    attribute: str = ""
    sku: Sku | None = None


def standing(offer: Offer, chosen: Mapping[str, str]) -> Mapping[str, str]:
    """What was chosen, unless the seller has withdrawn all that it could lead to."""
    return chosen if matching(offer, chosen) else {}


def items_of(offer: Offer, chosen: Mapping[str, str]) -> list[Item]:
    """The values of the attribute that is to be asked for, else the variants that are left."""
    attribute = next_attribute(offer, chosen)
    if attribute is None:
        return [
            Item(
                key=str(sku.sku_id),
                wording=label_of(sku),
                stock=sku.stock,
                prices=(sku.price, sku.price) if sku.price is not None else None,
                picture_url=sku.picture_url,
                sku=sku,
            )
            for sku in matching(offer, chosen)
        ]
    return [
        Item(
            key=key_of(attribute, each.value),
            wording=each.value,
            stock=each.stock,
            exists=each.exists,
            prices=each.prices,
            picture_url=each.picture_url,
            attribute=attribute.zh,
        )
        for each in choices(offer, chosen, attribute.zh)
    ]


def key_of(attribute: Wording, value: Wording) -> str:
    """Name a value in a button: its place in the list may change while the button stands."""
    return hashlib.sha256(f"{attribute.zh}\n{value.zh}".encode()).hexdigest()[:10]


def label_of(sku: Sku) -> Wording:
    """A variant's values joined, in both languages."""
    return Wording(zh=sku.label("zh"), translated=sku.label("en"))


def is_numbered(items: Sequence[Item]) -> bool:
    """Tell whether numbers are needed: to find a picture, or where names are alike."""
    names = [item.wording.zh for item in items]
    pictures = {item.picture_url for item in items if item.picture_url}
    return len(pictures) > 1 or len(set(names)) < len(names) or "" in names
