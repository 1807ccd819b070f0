"""From wire products to offers and search pages."""

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import cache

from pydantic import ValidationError

from bot.domain.identifiers import SellerId
from bot.domain.offers import (
    MixedBatch,
    Offer,
    OfferSummary,
    PriceTier,
    QuoteType,
    SearchPage,
    Seller,
    Sku,
    SkuAttribute,
    Wording,
)
from bot.marketplace.daji.wire import web_address
from bot.marketplace.daji.wire_products import Hit, Product, SearchData, WireSku

_ON_SALE = "published"


def search_page(data: SearchData, page: int) -> SearchPage:
    """Map one page; items that cannot be read are left out.

    Raises `ValueError` when there are items and none can be read: that is no empty page.
    """
    hits = tuple(hit for hit in map(_hit, data.rows) if hit is not None)
    if data.rows and not hits:
        raise ValueError(f"none of {len(data.rows)} search items can be read")
    return SearchPage(hits=hits, page=data.current_page or page, total=data.total_records or 0)


def _hit(row: object) -> OfferSummary | None:
    try:
        hit = Hit.model_validate(row)
    except ValidationError:
        return None
    return OfferSummary(
        offer_id=hit.offer_id,
        title=Wording(zh=hit.subject, translated=hit.subject_trans),
        picture_url=web_address(hit.image_url),
        price=hit.price_info.price,
        sold_last_month=hit.month_sold,
        repurchase_rate=hit.repurchase_rate or None,
    )


def offer(product: Product, quick: tuple[Sku, ...] = ()) -> Offer:
    """Map a product detail. Raises `ValueError` when nothing of it could be ordered.

    `quick` are its variants where they were read already.
    """
    sale = product.product_sale_info
    skus = quick or skus_of(product)
    if product.product_sku_infos and not skus:
        raise ValueError("no variant has the id that order calls want")
    return Offer(
        offer_id=product.offer_id,
        title=Wording(zh=product.subject, translated=product.subject_trans),
        picture_urls=_addresses(product.product_image.images),
        quote_type=QuoteType(sale.quote_type),
        tiers=tuple(
            PriceTier(start_quantity=each.start_quantity, price=each.price)
            for each in sale.price_range_list
        ),
        skus=skus,
        min_order_quantity=max(1, product.min_order_quantity),
        batch_size=product.batch_number or None,
        unit=Wording(zh=sale.unit_info.unit, translated=sale.unit_info.trans_unit),
        stock=sale.amount_on_sale,
        seller=_seller(product),
        mixed_batch=MixedBatch(
            allowed=product.seller_mix_setting.general_hunpi,
            amount=product.seller_mix_setting.mix_amount,
            pieces=product.seller_mix_setting.mix_number,
        ),
        on_sale=product.status == _ON_SALE,
        units_sold=product.sold_out or None,
        trade_score=product.trade_score or None,
        ships_from=product.product_shipping_info.send_goods_address_text or None,
        shipping_time_guarantee=product.product_shipping_info.shipping_time_guarantee or None,
    )


def skus_of(product: Product) -> tuple[Sku, ...]:
    """Map the variants that can be named in an order."""
    # A colour stands in each of its sizes: it is made once and shared, for values never change.
    trait = cache(_trait)
    made = (_sku(each, trait) for each in product.product_sku_infos)
    return tuple(sku for sku in made if sku is not None)


def _sku(sku: WireSku, trait: Callable[..., SkuAttribute]) -> Sku | None:
    if sku.spec_id is None:
        return None  # cannot be named in an order
    return Sku(
        sku_id=sku.sku_id,
        spec_id=sku.spec_id,
        stock=sku.amount_on_sale,
        price=sku.price,
        attributes=tuple(
            trait(
                each.attribute_name,
                each.attribute_name_trans,
                each.value,
                each.value_trans,
                each.sku_image_url,
            )
            for each in sku.sku_attributes
        ),
    )


def _trait(name: str, name_trans: str, value: str, value_trans: str, picture: str) -> SkuAttribute:
    return SkuAttribute(
        name=Wording(zh=name, translated=name_trans),
        value=Wording(zh=value, translated=value_trans),
        picture_url=web_address(picture),
    )


def _seller(product: Product) -> Seller:
    scores = product.seller_data_info
    return Seller(
        seller_id=SellerId(product.seller_open_id),
        composite_score=scores.composite_service_score or None,
        repeat_purchase_percent=_percent(scores.repeat_purchase_percent),
        identities=product.offer_identities,
    )


def _percent(fraction: str) -> int | None:
    try:
        percent = int((Decimal(fraction) * 100).to_integral_value(rounding=ROUND_HALF_UP))
    except (InvalidOperation, ValueError, OverflowError):
        return None  # a shop without repeat customers on record
    return percent if 0 <= percent <= 100 else None  # noqa: PLR2004 - the whole


def _addresses(urls: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(url for url in map(web_address, urls) if url is not None)
