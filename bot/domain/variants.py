"""Choosing a variant attribute by attribute."""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final

from bot.domain.model import Value
from bot.domain.money import Fen
from bot.domain.offers import Offer, Sku, Wording

_SHORTEST_PART: Final = 3  # Latin letters; "M" is no part of "MEDIUM"


class VariantChoice(Value):
    """One value of an attribute, given what is chosen before it.

    `exists` tells whether any variant combines it with the earlier choices, `stock` how many
    units those variants have together, `prices` the span of their own prices in fen.
    """

    value: Wording
    exists: bool
    stock: int = 0
    prices: tuple[Fen, Fen] | None = None
    picture_url: str | None = None


def value_of(sku: Sku, attribute: str) -> str | None:
    """Return a variant's value (Chinese) of the attribute with that Chinese name."""
    for each in sku.attributes:
        if each.name.zh == attribute:
            return each.value.zh
    return None


def matching(offer: Offer, chosen: Mapping[str, str]) -> tuple[Sku, ...]:
    """Return the variants that have every chosen value."""
    left = offer.skus
    for name, value in chosen.items():
        left = tuple([sku for sku in left if value_of(sku, name) == value])
    return left


def next_attribute(offer: Offer, chosen: Mapping[str, str]) -> Wording | None:
    """Return the first attribute that still tells the matching variants apart, else None.

    An attribute that some of them lack is none to ask for: nobody could choose "without".
    """
    left = matching(offer, chosen)
    for name in offer.attribute_names:
        if name.zh in chosen:
            continue
        values = {value_of(sku, name.zh) for sku in left}
        if len(values) > 1 and None not in values:
            return name
    return None


def choices(offer: Offer, chosen: Mapping[str, str], attribute: str) -> tuple[VariantChoice, ...]:
    """Return all values of an attribute in the seller's order, taken or not."""
    values: dict[str, tuple[Wording, str | None]] = {}
    for sku in offer.skus:
        for each in sku.attributes:
            if each.name.zh == attribute:
                _, known = values.get(each.value.zh, (each.value, None))
                values[each.value.zh] = (each.value, known or each.picture_url)
    # Sorted by value in one go: an offer may have hundreds of variants for each of many values.
    having: dict[str | None, list[Sku]] = {}
    others = {name: value for name, value in chosen.items() if name != attribute}
    for sku in matching(offer, others):
        having.setdefault(value_of(sku, attribute), []).append(sku)
    return tuple(
        _choice(having.get(zh, ()), wording, picture) for zh, (wording, picture) in values.items()
    )


def _choice(skus: Sequence[Sku], value: Wording, picture: str | None) -> VariantChoice:
    prices = [sku.price for sku in skus if sku.price is not None]
    return VariantChoice(
        value=value,
        exists=bool(skus),
        stock=sum(sku.stock for sku in skus),
        prices=(min(prices), max(prices)) if prices else None,
        picture_url=picture,
    )


def named(wordings: Sequence[Wording], typed: str) -> int | None:
    """Return which one a person wrote: whole in either language, else a part of only one."""
    wanted = _plain(typed)
    names = [(_plain(each.zh), _plain(each.translated)) for each in wordings]
    whole = [index for index, both in enumerate(names) if wanted and wanted in both]
    if len(whole) == 1:
        return whole[0]
    if whole or (wanted.isascii() and len(wanted) < _SHORTEST_PART):
        return None
    part_of = [index for index, both in enumerate(names) if any(wanted in name for name in both)]
    return part_of[0] if len(part_of) == 1 else None


def _plain(text: str) -> str:
    """Return a text without the differences between two ways of typing it."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
