"""Offers and variants as screens read them."""

import pytest
from hypothesis import given
from pydantic import ValidationError

from bot.domain.identifiers import SkuId, SpecId
from bot.domain.offers import Offer, Sku, SkuAttribute, Wording
from tests.domain.strategies import offers

WHITE = SkuAttribute(
    name=Wording(zh="颜色", translated="Color"), value=Wording(zh="白", translated="White")
)
MEDIUM = SkuAttribute(name=Wording(zh="尺码"), value=Wording(zh="M"), picture_url="https://p/m.jpg")


def _sku(*attributes: SkuAttribute) -> Sku:
    return Sku(sku_id=SkuId(1), spec_id=SpecId("0" * 32), stock=1, attributes=attributes)


def test_a_label_joins_the_values_in_the_readers_language():
    """Where there is no translation the original stands."""
    assert _sku(WHITE, MEDIUM).label("en") == "White / M"
    assert _sku(WHITE, MEDIUM).label("zh") == "白 / M"
    assert _sku().label("en") == ""


def test_a_variants_picture_is_the_first_among_its_traits():
    """Usually the colour's; none when no trait has one."""
    assert _sku(WHITE, MEDIUM).picture_url == "https://p/m.jpg"
    assert _sku(WHITE).picture_url is None


@given(offers())
def test_a_variant_is_found_by_its_number(offer: Offer):
    """Each by its own, none by another."""
    for sku in offer.skus:
        assert offer.sku(sku.sku_id) == sku
    assert offer.sku(SkuId(404)) is None
    assert offer.sku(None) is None


@given(offers())
def test_an_offer_survives_storage(offer: Offer):
    """JSON and back gives the same offer."""
    assert Offer.model_validate_json(offer.model_dump_json()) == offer


@given(offers())
def test_traits_are_named_once_in_the_sellers_order(offer: Offer):
    """However many variants share a trait."""
    both = offer.replace(skus=(_sku(WHITE, MEDIUM), _sku(MEDIUM, WHITE)))
    assert [name.zh for name in both.attribute_names] == ["颜色", "尺码"]


@pytest.mark.parametrize(
    ("field", "value"), [("min_order_quantity", 0), ("batch_size", 0), ("stock", -1)]
)
def test_impossible_numbers_are_refused(field: str, value: int):
    """A lot of zero units would divide by zero later."""
    with pytest.raises(ValidationError, match=field):
        Offer(
            offer_id=1,
            title={"zh": "x"},
            quote_type=0,
            seller={"seller_id": "s"},
            **{field: value},
        )
