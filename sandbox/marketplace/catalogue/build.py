"""From the written form to full offers: variants, ids, stock and consignment prices.

Everything derived is a pure function of the written facts, so ids stay the same for ever
as long as an offer id and the values of its variants stay.
"""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from hashlib import md5, sha256
from itertools import product

from sandbox.marketplace.catalogue.freight import FreightTemplate
from sandbox.marketplace.catalogue.models import (
    CatalogueOffer,
    CatalogueSku,
    ProductAttribute,
    Seller,
    SkuAttribute,
    Text,
)
from sandbox.marketplace.catalogue.source import (
    AxisSource,
    ChoiceSource,
    OfferSource,
    SellerSource,
    text,
)

SCORE_NAMES = (
    "tradeMedalLevel",
    "compositeServiceScore",
    "logisticsExperienceScore",
    "disputeComplaintScore",
    "offerExperienceScore",
    "consultingExperienceScore",
    "afterSalesExperienceScore",
    "repeatPurchasePercent",
    "qualityRefundWithin30Day",
    "collect30DayWithin48HPercent",
)
TAG_NAMES = ("isOnePsale", "isOnePsaleFreePostage", "isSupportMix", "noReason7DReturn", "1688_yx")
FIRST_SKU_ID = 4_800_000_000_000
SKU_ID_SPAN = 800_000_000_000
CONSIGN_FACTOR = Decimal("1.18")


def slug(words: str) -> str:
    """English words as a file-name part: "Dark Green" becomes "dark-green"."""
    return "-".join("".join(c if c.isalnum() else " " for c in words.lower()).split())


def colour_picture(drawing: str, colour: str) -> str:
    """File name of a colour's own picture."""
    return f"{drawing}-{slug(colour)}.jpg"


def build_seller(written: SellerSource) -> Seller:
    """A shop with its scores under their wire names."""
    return Seller(
        seller_open_id=written.seller_open_id,
        member_id=written.member_id,
        login_id=written.login_id,
        company=text(written.company),
        send_goods_address=written.address,
        identities=written.identities,
        scores=dict(zip(SCORE_NAMES, written.scores, strict=True)),
        mix=written.mix,
    )


def build_offer(written: OfferSource, seller: Seller, freight: FreightTemplate) -> CatalogueOffer:
    """The full offer. Raises ValueError when the written form contradicts itself."""
    check(written)
    skus = tuple(build_skus(written))
    length, width, height = written.size_cm
    top, second, third = written.category
    return CatalogueOffer(
        offer_id=written.offer_id,
        drawing=written.drawing,
        category_id=third or second,
        top_category_id=top,
        second_category_id=second,
        third_category_id=third,
        category=text(written.category_name),
        subject=written.subject,
        subject_trans=written.subject_trans,
        description=description(written),
        pictures=tuple(f"{written.drawing}-{view}.jpg" for view in range(1, written.views + 1)),
        attributes=tuple(attribute_rows(written)),
        quote_type=written.quote_type,
        tiers=written.tiers,
        skus=skus if skus or written.skus_when_none == "empty" else None,
        amount_on_sale=sum(sku.amount_on_sale for sku in skus) if skus else written.stock,
        consign_price=skus[0].consign_price if skus else consign(written.tiers[0].price),
        min_order_quantity=written.min_order_quantity,
        batch_number=written.batch_number,
        unit=text(written.unit),
        status=written.status,
        tradable=written.tradable,
        seller=seller,
        mix=seller.mix,
        shipping_time_guarantee=written.ships,
        weight_kg=written.weight_kg,
        length_cm=length,
        width_cm=width,
        height_cm=height,
        freight=freight,
        month_sold=written.month_sold,
        repurchase_rate=written.repurchase,
        sold_out=str(written.sold),
        trade_score=written.score,
        offer_identities=written.identities,
        tags={name: name in tags_of(written, seller, freight) for name in TAG_NAMES},
        plus_rate=written.plus_rate,
        cargo_number=written.cargo_number,
        created_at=written.created_at,
    )


def check(written: OfferSource) -> None:
    """Quote type, tiers and axes have to agree (contract section 3, `quoteType`)."""
    if bool(written.axes) == (written.quote_type == 0):
        raise ValueError(f"{written.drawing}: only quote type 0 goes without variants")
    if bool(written.tiers) == (written.quote_type == 1):
        raise ValueError(f"{written.drawing}: only quote type 1 goes without tiers")
    priced = [axis for axis in written.axes if any(choice.price for choice in axis.choices)]
    if len(priced) != (1 if written.quote_type == 1 else 0):
        raise ValueError(f"{written.drawing}: quote type 1 takes prices from exactly one axis")


def tags_of(written: OfferSource, seller: Seller, freight: FreightTemplate) -> set[str]:
    """The tags that follow from other facts, and those written."""
    tags = {"isOnePsale", *written.tags} if written.min_order_quantity == 1 else {*written.tags}
    if seller.mix.allowed:
        tags.add("isSupportMix")
    if freight.free_postage and "isOnePsale" in tags:
        tags.add("isOnePsaleFreePostage")
    return tags


def attribute_rows(written: OfferSource) -> Iterator[ProductAttribute]:
    """The attribute table, then one row per value of every axis, as 1688 repeats them."""
    for name, name_en, value, value_en in written.attributes:
        yield ProductAttribute(
            attribute_id=str(100_000_000 + digest_number(name) % 900_000_000),
            name=Text(zh=name, en=name_en),
            value=Text(zh=value, en=value_en),
        )
    for axis in written.axes:
        for choice in axis.choices:
            yield ProductAttribute(
                attribute_id=str(axis.id),
                name=text(axis.name),
                value=Text(zh=choice.zh, en=choice.en),
            )


def build_skus(written: OfferSource) -> Iterator[CatalogueSku]:
    """All variants in page order, without the missing ones."""
    if not written.axes:
        return
    for choices in product(*(axis.choices for axis in written.axes)):
        values = {choice.en for choice in choices}
        if any(values.issuperset(row) for row in written.missing):
            continue
        key = f"{written.offer_id}:" + "|".join(choice.zh for choice in choices)
        gone = any(values.issuperset(row) for row in written.out_of_stock)
        price = sku_price(written, choices)
        length, width, height = written.size_cm
        yield CatalogueSku(
            sku_id=FIRST_SKU_ID + digest_number(key) % SKU_ID_SPAN,
            spec_id=md5(key.encode(), usedforsecurity=False).hexdigest(),
            amount_on_sale=0 if gone else sku_stock(written, key),
            price=price,
            consign_price=consign(price or written.tiers[0].price),
            cargo_number=written.cargo_number,
            attributes=tuple(sku_attributes(written, choices)),
            weight_kg=next((c.weight_kg for c in choices if c.weight_kg), written.weight_kg),
            length_cm=length,
            width_cm=width,
            height_cm=height,
        )


def sku_price(written: OfferSource, choices: tuple[ChoiceSource, ...]) -> str | None:
    """The variant's own price; kept as written ("6.9") when nothing is added to it."""
    if written.quote_type != 1:
        return None
    base = next(choice.price for choice in choices if choice.price is not None)
    extra = sum((Decimal(choice.extra) for choice in choices), Decimal(0))
    return str(Decimal(base) + extra) if extra else base


def sku_stock(written: OfferSource, key: str) -> int:
    """Between 40 % and 160 % of the written stock, uneven but always the same."""
    return max(1, written.stock * (40 + digest_number(key) % 121) // 100)


def sku_attributes(
    written: OfferSource, choices: tuple[ChoiceSource, ...]
) -> Iterator[SkuAttribute]:
    """The variant's choices; a colour brings its own picture."""
    pairs: Iterator[tuple[AxisSource, ChoiceSource]] = zip(written.axes, choices, strict=True)
    for axis, choice in pairs:
        yield SkuAttribute(
            attribute_id=axis.id,
            name=text(axis.name),
            value=Text(zh=choice.zh, en=choice.en),
            picture=colour_picture(written.drawing, choice.en) if choice.swatch else None,
        )


def consign(price: str) -> str:
    """Single-piece drop-shipping price: above the wholesale price, to ten fen."""
    return str((Decimal(price) * CONSIGN_FACTOR).quantize(Decimal("0.1"), ROUND_HALF_UP))


def description(written: OfferSource) -> str:
    """The seller's page: Chinese HTML, as on 1688."""
    rows = "".join(f"<li>{name}：{value}</li>" for name, _, value, _ in written.attributes)
    return f'<div id="offer-template-0"></div><p>{written.category_name[0]}</p><ul>{rows}</ul>'


def digest_number(key: str) -> int:
    """A large number that depends on the key alone."""
    return int.from_bytes(sha256(key.encode()).digest()[:8], "big")
