"""Wire models of image upload, the searches and the product detail (contract 4.1 to 4.4)."""

from typing import Any

from pydantic import Field

from bot.domain.money import Fen
from bot.marketplace.daji.wire import (
    Lenient,
    OfferNumber,
    SkuNumber,
    SpecText,
    Whole,
    Wire,
    YuanPrice,
)


class UploadedImage(Wire):
    """`imageId` is a 19-digit text."""

    image_id: str = Field(min_length=1)


class HitPrices(Wire):
    """Yuan texts of uneven scale; the others (`consignPrice`, `jxhyPrice`) are not for us."""

    price: Lenient[YuanPrice] = None


class Hit(Wire):
    """One search item."""

    offer_id: OfferNumber
    image_url: str = ""
    subject: str = ""
    subject_trans: str = ""
    price_info: HitPrices = HitPrices.model_construct()
    month_sold: Lenient[Whole] = None
    repurchase_rate: str = ""


class SearchData(Wire):
    """A page of hits; `rows` stay raw so that one unreadable item does not lose the page."""

    total_records: Lenient[Whole] = None
    current_page: Lenient[Whole] = None
    rows: tuple[Any, ...] = Field(default=(), alias="data")


class Images(Wire):
    """Picture addresses."""

    images: tuple[str, ...] = ()


class WireAttribute(Wire):
    """One trait of a variant."""

    attribute_name: str = ""
    attribute_name_trans: str = ""
    value: str = ""
    value_trans: str = ""
    sku_image_url: str = ""


class WireSku(Wire):
    """A variant. `price` in yuan only when `quoteType` is 1."""

    sku_id: SkuNumber
    spec_id: SpecText | None = None
    amount_on_sale: Whole = 0
    price: YuanPrice | None = None
    sku_attributes: tuple[WireAttribute, ...] = ()


class PriceRange(Wire):
    """From `startQuantity` on, `price` yuan; `promotionPrice` is to be ignored."""

    start_quantity: Whole
    price: YuanPrice


class UnitInfo(Wire):
    """What the goods are counted in."""

    unit: str = "件"
    trans_unit: str = "Piece"


class SaleInfo(Wire):
    """How the offer is priced."""

    quote_type: int
    price_range_list: tuple[PriceRange, ...] = ()
    amount_on_sale: Whole = 0
    unit_info: UnitInfo = UnitInfo.model_construct()


class ShippingInfo(Wire):
    """Where from and how fast."""

    send_goods_address_text: str = ""
    shipping_time_guarantee: str = ""


class MixSetting(Wire):
    """The shop's mixed-batch rule; `mixAmount` in yuan."""

    general_hunpi: bool = False
    mix_amount: YuanPrice = Fen(0)
    mix_number: Whole = 0


class SellerData(Wire):
    """Scores as texts; `repeatPurchasePercent` is a fraction such as "0.5248"."""

    composite_service_score: str = ""
    repeat_purchase_percent: str = ""


class Product(Wire):
    """A product detail. `soldOut` counts units sold; it is no flag."""

    offer_id: OfferNumber
    subject: str
    subject_trans: str = ""
    product_image: Images = Images.model_construct()
    product_sku_infos: tuple[WireSku, ...] = ()
    product_sale_info: SaleInfo
    product_shipping_info: ShippingInfo = ShippingInfo.model_construct()
    seller_mix_setting: MixSetting = MixSetting.model_construct()
    seller_data_info: SellerData = SellerData.model_construct()
    seller_open_id: str = Field(min_length=1)
    offer_identities: tuple[str, ...] = ()
    min_order_quantity: Whole = 1
    batch_number: Whole | None = None
    status: str = "published"
    sold_out: str = ""
    trade_score: str = ""
