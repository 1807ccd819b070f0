"""The goods of the simulated marketplace, as its contract and its shoppers need them."""

import json
import re
from collections import Counter
from decimal import Decimal

import pytest
from PIL import Image
from pydantic import ValidationError

from sandbox.marketplace.catalogue import PICTURES, CatalogueOffer, load_catalogue, yuan_to_fen
from sandbox.marketplace.catalogue.build import build_offer
from sandbox.marketplace.catalogue.source import OfferSource

OFFERS = tuple(load_catalogue().offers.values())
SAMPLES = PICTURES.parent.parent / "chat" / "samples"
KNOWN_SKU_ID, KNOWN_SPEC_ID = 5_180_647_925_756, "c3c1982a331fa835f8bfbbeb6d783ed5"
XINJIANG, ZHEJIANG = "650000", "330000"


def offer_named(drawing: str) -> CatalogueOffer:
    return next(offer for offer in OFFERS if offer.drawing == drawing)


def pictures_of(offer: CatalogueOffer) -> set[str]:
    own = {a.picture for sku in offer.skus or () for a in sku.attributes if a.picture}
    return {*offer.pictures, *own}


def test_every_quote_type_and_both_forms_of_no_variants_occur() -> None:
    """18 offers without variants (null and empty), and over 20 each of the priced kinds."""
    kinds = Counter(offer.quote_type for offer in OFFERS)
    assert kinds[0] >= 12
    assert kinds[1] >= 20
    assert kinds[2] >= 20
    without = [offer.skus for offer in OFFERS if offer.quote_type == 0]
    assert {None, ()} == set(without)


def test_prices_stand_where_the_contract_puts_them() -> None:
    """Variants carry a price only for quote type 1; tiers exist only for 0 and 2, and fall."""
    for offer in OFFERS:
        priced = [sku.price is not None for sku in offer.skus or ()]
        assert all(priced) if offer.quote_type == 1 else not any(priced)
        prices = [yuan_to_fen(tier.price) for tier in offer.tiers]
        assert prices == sorted(prices, reverse=True)
        assert bool(prices) == (offer.quote_type != 1)
        starts = [tier.start_quantity for tier in offer.tiers]
        assert starts == sorted(set(starts))


def test_identifiers_have_the_wire_s_form_and_never_repeat() -> None:
    """12-digit offers, 13-digit variants, 32-hex specs that are unique everywhere."""
    skus = [sku for offer in OFFERS for sku in offer.skus or ()]
    assert all(len(str(offer.offer_id)) == 12 for offer in OFFERS)
    assert all(len(str(sku.sku_id)) == 13 for sku in skus)
    assert all(re.fullmatch(r"[0-9a-f]{32}", sku.spec_id) for sku in skus)
    assert len({sku.sku_id for sku in skus}) == len({sku.spec_id for sku in skus}) == len(skus)


def test_ids_of_a_known_variant_stay_for_ever() -> None:
    """Orders and links hold on to ids, so a changed derivation is a fault."""
    sku = (offer_named("phone-case").skus or ())[0]
    assert (sku.sku_id, sku.spec_id) == (KNOWN_SKU_ID, KNOWN_SPEC_ID)


def test_the_awkward_offers_are_there() -> None:
    """120+ variants, one variant, three attributes, gaps, no stock, lots, titles that need care."""
    sizes = [len(offer.skus or ()) for offer in OFFERS]
    assert max(sizes) >= 120
    assert sizes.count(1) >= 2
    assert len((offer_named("usb-cable").skus or ())[0].attributes) == 3
    assert len(offer_named("usb-cable").skus or ()) == 3 * 3 * 3 - 1
    assert any(sku.amount_on_sale == 0 for sku in offer_named("canvas-sneakers").skus or ())
    assert offer_named("gift-bag").batch_number == 12
    shirt = offer_named("cotton-tshirt")
    assert (shirt.min_order_quantity, shirt.mix.allowed, shirt.mix.number) == (2, True, 2)
    title = offer_named("sticker-sheet").subject
    assert all(mark in title for mark in "<>&🎀")
    assert max(len(offer.subject) for offer in OFFERS) > 60


def test_one_offer_is_off_sale_and_one_cannot_be_traded() -> None:
    """The lantern has expired; the sunglasses are listed but preview refuses them."""
    assert [offer.drawing for offer in OFFERS if offer.status != "published"] == ["paper-lantern"]
    assert [offer.drawing for offer in OFFERS if not offer.tradable] == ["sunglasses"]


def test_prices_span_the_market() -> None:
    """From ¥0.56 to ¥380, written with uneven scale."""
    prices = [tier.price for offer in OFFERS for tier in offer.tiers]
    prices += [sku.price for offer in OFFERS for sku in offer.skus or () if sku.price]
    fen = [yuan_to_fen(price) for price in prices]
    assert (min(fen), max(fen)) == (56, 38_000)
    assert {-Decimal(price).as_tuple().exponent for price in prices} == {0, 1, 2}


def test_shops_sell_several_offers() -> None:
    """At least five shops have three offers or more, so that one order can hold several."""
    shops = Counter(offer.seller.seller_open_id for offer in OFFERS)
    assert sum(count >= 3 for count in shops.values()) >= 5
    assert set(shops) == set(load_catalogue().sellers)


def test_every_text_comes_in_chinese_and_in_english() -> None:
    """Titles, units and choices: Chinese has Chinese in it, English has none."""
    chinese = re.compile(r"[一-鿿]")
    for offer in OFFERS:
        assert chinese.search(offer.subject)
        assert not chinese.search(offer.subject_trans)
        assert chinese.search(offer.unit.zh)
        for attribute in offer.attributes:
            assert chinese.search(attribute.name.zh)
            assert not chinese.search(attribute.name.en), attribute
            assert attribute.value.zh
            assert attribute.value.en


@pytest.mark.parametrize("offer", OFFERS, ids=lambda offer: offer.drawing)
def test_every_picture_exists_and_is_square(offer: CatalogueOffer) -> None:
    """Main pictures are 800 × 800, those of colours 480 × 480, all JPEG."""
    for name in pictures_of(offer):
        with Image.open(PICTURES / name) as picture:
            side = 800 if name in offer.pictures else 480
            assert (picture.format, picture.size) == ("JPEG", (side, side))


def test_pictures_are_small_and_none_is_left_over() -> None:
    """Under 12 MB together, and every file belongs to an offer."""
    files = {file.name: file.stat().st_size for file in PICTURES.glob("*.jpg")}
    assert set(files) == {name for offer in OFFERS for name in pictures_of(offer)}
    assert sum(files.values()) < 12_000_000


def test_freight_is_dearer_to_remote_provinces_and_grows_with_weight() -> None:
    """Weight templates take the first unit, then whole following units; Xinjiang has its own."""
    template = offer_named("ceramic-mug").freight
    assert template.fee_fen(ZHEJIANG, 2, Decimal("0.7")) == 500
    assert template.fee_fen(ZHEJIANG, 4, Decimal("1.36")) == 750
    assert template.fee_fen(XINJIANG, 4, Decimal("1.36")) == 3200


def test_free_freight_can_exclude_remote_provinces() -> None:
    """包邮（偏远地区除外）is free to Zhejiang and charged to Xinjiang."""
    template = offer_named("wireless-earbuds").freight
    assert template.fee_fen(ZHEJIANG, 1, Decimal("0.12")) == 0
    assert template.fee_fen(XINJIANG, 1, Decimal("0.12")) == 1200


def test_freight_by_pieces_ignores_weight() -> None:
    """Two pieces are the first unit, five each a following one."""
    template = offer_named("hair-clip").freight
    assert template.fee_fen(ZHEJIANG, 2, Decimal(9)) == 400
    assert template.fee_fen(ZHEJIANG, 8, Decimal(9)) == 800


def test_unit_price_follows_tiers_and_variants() -> None:
    """Tiers by quantity for types 0 and 2, the variant's own price for type 1."""
    shirt, mug, bag = (offer_named(n) for n in ("cotton-tshirt", "ceramic-mug", "gift-bag"))
    spec = (shirt.skus or ())[0].spec_id
    assert [shirt.unit_price(spec, n) for n in (1, 2, 20, 500)] == ["13.9", "13.9", "13.5", "12.60"]
    assert {mug.unit_price(sku.spec_id, 9) for sku in mug.skus or ()} == {"6.8", "8.20"}
    assert bag.unit_price(None, 120) == "0.82"
    with pytest.raises(KeyError):
        shirt.unit_price(None, 2)
    with pytest.raises(KeyError):
        bag.unit_price(spec, 12)


def test_a_contradictory_offer_is_refused() -> None:
    """Tiers on quote type 1, an unknown key: each is an error when the catalogue is loaded."""
    shirt = offer_named("cotton-tshirt")
    written = {
        "offer_id": 1, "drawing": "x", "seller": "x", "category": [1, 2, None],
        "category_name": ["甲", "A"], "subject": "甲", "subject_trans": "A", "attributes": [],
        "unit": ["件", "Piece"], "quote_type": 1, "tiers": [{"start_quantity": 1, "price": "2"}],
        "freight": "free", "weight_kg": "0.1", "size_cm": [1, 1, 1], "month_sold": 1,
        "repurchase": "1%", "sold": 1, "score": "5.0", "cargo_number": "x", "created_at": "x",
    }  # fmt: skip
    with pytest.raises(ValueError, match="quote type"):
        build_offer(OfferSource.model_validate(written), shirt.seller, shirt.freight)
    with pytest.raises(ValidationError):
        OfferSource.model_validate({**written, "colour": "red"})


def test_sample_photos_are_listed_with_titles() -> None:
    """Each photo is in the index with both titles; one of them is stored turned (EXIF 6)."""
    index = json.loads((SAMPLES / "samples.json").read_text(encoding="utf-8"))
    assert 8 <= len(index) <= 10
    assert {entry["file"] for entry in index} == {file.name for file in SAMPLES.glob("*.jpg")}
    assert all(entry["title_en"] and entry["title_zh"] for entry in index)
    orientations = Counter(
        Image.open(SAMPLES / entry["file"]).getexif().get(0x0112, 1) for entry in index
    )
    assert orientations[6] == 1
