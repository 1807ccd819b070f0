"""Variants read in one go are those that the wire models read; what differs is left to those."""

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.offers import Sku
from bot.marketplace.daji.mapping_products import skus_of
from bot.marketplace.daji.quick_skus import quick_skus
from bot.marketplace.daji.wire_products import Product

_WORDS = st.sampled_from(("颜色", "Color", " M ", "")) | st.none()
_LINKS = st.sampled_from(("https://a/b.jpg", "//a/b.jpg", " http://a ", "ftp://a", "")) | st.none()
_TRAITS = st.fixed_dictionaries(
    {},
    optional={
        "attributeId": st.integers(),
        "attributeName": _WORDS,
        "attributeNameTrans": _WORDS,
        "value": _WORDS | st.sampled_from((7, Decimal("0.5"), True)),
        "valueTrans": _WORDS,
        "skuImageUrl": _LINKS,
    },
)
_PRICES = st.sampled_from(
    ("13.9", "0.0001", "0", " 5 ", "1e3", "-1", "", "12345678901", 7, Decimal("1.5"), None, "1\n")
)
_SKUS = st.lists(
    st.fixed_dictionaries(
        {"skuId": st.sampled_from((5, 2**63 - 1, 2**63, 0, -1, "7", None, True))},
        optional={
            "specId": st.sampled_from(("a1", "0" * 64, "0" * 65, "ü", "", "a\n", None, 7)),
            "amountOnSale": st.sampled_from((0, 9498, 10**16, -1, "5", Decimal(7), None, True)),
            "price": _PRICES,
            "skuAttributes": st.lists(_TRAITS, max_size=2) | st.none(),
            "cargoNumber": st.none() | st.just("x"),
        },
    ),
    min_size=1,
    max_size=3,
)


def _whole(raw: Any) -> tuple[Sku, ...] | None:
    product = {"offerId": 1, "subject": "x", "productSaleInfo": {"quoteType": 1}}
    rest = {"sellerOpenId": "x", "minOrderQuantity": 1, "status": "published"}
    try:
        return skus_of(Product.model_validate({**product, **rest, "productSkuInfos": raw}))
    except ValueError:
        return None


@given(raw=_SKUS)
def test_what_is_read_at_once_is_what_the_wire_models_read(raw: list[dict[str, Any]]) -> None:
    """Whatever is in it: ids as texts, prices as numbers, nothing at all."""
    quick = quick_skus(raw)
    assert quick is None or quick == _whole(raw)


def test_what_is_as_documented_is_read_at_once() -> None:
    """Else nothing would be gained."""
    trait = {"attributeName": "颜色", "value": "白色", "valueTrans": "White", "skuImageUrl": None}
    raw = [
        {"skuId": number, "specId": f"{number:032x}", "amountOnSale": 5, "price": "13.9"}
        | {"skuAttributes": [trait]}
        for number in (1, 2)
    ]
    skus = quick_skus(raw)
    assert skus is not None
    assert skus == _whole(raw)
    assert skus[0].attributes[0] is skus[1].attributes[0]
    assert quick_skus(None) is None
    assert quick_skus([*raw, "none"]) is None
