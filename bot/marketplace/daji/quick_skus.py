"""Variants as nearly every answer has them, read without a model for each and each of its traits.

An offer has up to some hundreds. Whatever is not plainly as documented, a number that comes as a
text for one, is the wire models' to read or to refuse; a property compares the two.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Annotated, Final

from msgspec import Meta, Struct, ValidationError, convert

from bot.domain.identifiers import SkuId, SpecId
from bot.domain.money import Fen
from bot.domain.offers import Sku, SkuAttribute, Wording
from bot.marketplace.daji.wire import LARGEST_NUMBER, TOO_LARGE, estimate, web_address

_Price = Annotated[str, Meta(pattern=r"^[0-9]{1,9}(\.[0-9]{1,4})?\Z")]


class _Attribute(Struct, rename="camel"):
    attribute_name: str | None = None
    attribute_name_trans: str | None = None
    value: str | None = None
    value_trans: str | None = None
    sku_image_url: str | None = None


class _Sku(Struct, rename="camel"):
    sku_id: Annotated[int, Meta(gt=0, le=LARGEST_NUMBER)]
    spec_id: Annotated[str, Meta(pattern=r"^[0-9A-Za-z]{1,64}\Z")]
    amount_on_sale: Annotated[int, Meta(ge=0, lt=TOO_LARGE)] | None = None
    price: _Price | None = None
    sku_attributes: list[_Attribute] | None = None


_SKUS: Final = list[_Sku]


def quick_skus(raw: object) -> tuple[Sku, ...] | None:
    """Return all variants in their order; None where one has to be read in another way."""
    try:
        given = convert(raw, _SKUS)
    except ValidationError:
        return None
    # A colour stands in each of its sizes: it is made once and shared, for values never change.
    traits: dict[tuple[str | None, ...], SkuAttribute] = {}
    return tuple(_sku(each, traits) for each in given)


def _sku(sku: _Sku, traits: dict[tuple[str | None, ...], SkuAttribute]) -> Sku:
    return Sku(
        sku_id=SkuId(sku.sku_id),
        spec_id=SpecId(sku.spec_id),
        stock=sku.amount_on_sale or 0,
        price=None if sku.price is None else _price(sku.price),
        attributes=_traits(sku.sku_attributes or (), traits),
    )


def _traits(
    given: Sequence[_Attribute], traits: dict[tuple[str | None, ...], SkuAttribute]
) -> tuple[SkuAttribute, ...]:
    made = []
    for each in given:
        key = (
            *(each.attribute_name, each.attribute_name_trans),
            *(each.value, each.value_trans, each.sku_image_url),
        )
        trait = traits.get(key)
        if trait is None:
            traits[key] = trait = SkuAttribute(
                name=Wording(zh=key[0] or "", translated=key[1] or ""),
                value=Wording(zh=key[2] or "", translated=key[3] or ""),
                picture_url=web_address(key[4] or ""),
            )
        made.append(trait)
    return tuple(made)


@lru_cache(maxsize=1024)
def _price(text: str) -> Fen:
    return estimate(text)
