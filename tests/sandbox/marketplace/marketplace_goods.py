"""A small catalogue: the contract's two worked offers, and one of each awkward kind."""

from decimal import Decimal

from sandbox.marketplace.catalogue import (
    Catalogue,
    CatalogueOffer,
    CatalogueSku,
    Category,
    FreightRate,
    FreightTemplate,
    MixSetting,
    PriceTier,
    ProductAttribute,
    Seller,
    SkuAttribute,
    Text,
)

TSHIRT, PENCIL, TAPE, MUG, LAMP, GONE = (
    670291644950,
    623686863670,
    700000000001,
    700000000002,
    700000000003,
    700000000004,
)
TULIP_S, TULIP_M = "594b40c111b019af610a0078e4316373", "25cbe467528870fb827eeddc52d4c52e"
PENCIL_2B = "53a1eff0fa008b2b9f32a120b0a050f2"
MUG_WHITE, MUG_BLACK = "a" * 32, "b" * 32
LAMP_WARM = "c" * 32

SCORES: dict[str, str | None] = {
    "tradeMedalLevel": "3",
    "compositeServiceScore": "4.5",
    "logisticsExperienceScore": "4.0",
    "disputeComplaintScore": "4.0",
    "offerExperienceScore": "3.0",
    "consultingExperienceScore": "4.0",
    "repeatPurchasePercent": "0.5248344370860927",
    "afterSalesExperienceScore": "3.0",
    "collect30DayWithin48HPercent": None,
    "qualityRefundWithin30Day": "0.0011862396204033216",
}


def seller(key: str, mix: MixSetting) -> Seller:
    return Seller(
        seller_open_id=f"BBB{key}",
        member_id=f"b2b-{key}",
        login_id=key,
        company=Text(zh=f"{key}厂", en=key),
        send_goods_address="广东省广州市",
        identities=("tp_member",),
        scores=SCORES,
        mix=mix,
    )


CLOTHES = seller("clothes", MixSetting(allowed=True, amount=2, number=2))
PAPER = seller("paper", MixSetting(allowed=True, amount=100, number=50))
KITCHEN = seller("kitchen", MixSetting(allowed=False, amount=0, number=0))


def template(number: int, first: str, following: str, *, charge: str = "weight") -> FreightTemplate:
    return FreightTemplate(
        template_id=number,
        name="中通",
        charge=charge,  # checked by the model
        free_postage=False,
        rate=FreightRate(first_unit="1", first_fee=first, next_unit="1", next_fee=following),
        remote=FreightRate(first_unit="1", first_fee="15", next_unit="1", next_fee="12"),
        remote_provinces=("65",),
    )


def sku(number: int, spec_id: str, *values: str, price: str | None = None) -> CatalogueSku:
    return CatalogueSku(
        sku_id=number,
        spec_id=spec_id,
        amount_on_sale=100,
        price=price,
        consign_price="15.9",
        cargo_number="无缝短袖",
        attributes=tuple(
            SkuAttribute(
                attribute_id=3216 if place == 0 else 450,
                name=Text(zh="颜色", en="Color") if place == 0 else Text(zh="尺码", en="Size"),
                value=Text(zh=value, en=value),
                picture="red.jpg" if place == 0 else None,
            )
            for place, value in enumerate(values)
        ),
        weight_kg=Decimal("0.2"),
        length_cm=33,
        width_cm=22,
        height_cm=1,
    )


def offer(
    offer_id: int,
    subject: str,
    subject_trans: str,
    shop: Seller,
    *,
    skus: tuple[CatalogueSku, ...] | None,
    tiers: tuple[tuple[int, str], ...] = (),
    quote_type: int = 2,
    minimum: int = 1,
    batch: int | None = None,
    freight: FreightTemplate,
    plus: str | None = None,
    status: str = "published",
    tradable: bool = True,
    sold: int = 100,
    stock: int = 100,
    picture: str = "red.jpg",
) -> CatalogueOffer:
    return CatalogueOffer(
        offer_id=offer_id,
        drawing="plain",
        category_id=1031919,
        top_category_id=10166,
        second_category_id=1031919,
        third_category_id=None,
        category=Text(zh="百货", en="Goods"),
        subject=subject,
        subject_trans=subject_trans,
        description="<p>说明</p>",
        pictures=(picture,),
        attributes=(
            ProductAttribute(
                attribute_id="100031521",
                name=Text(zh="面料名称", en="Fabric Name"),
                value=Text(zh="精梳棉", en="Combed cotton"),
            ),
        ),
        quote_type=quote_type,  # checked by the model
        tiers=tuple(PriceTier(start_quantity=start, price=price) for start, price in tiers),
        skus=skus,
        amount_on_sale=sum(x.amount_on_sale for x in skus) if skus else stock,
        consign_price="15.9",
        min_order_quantity=minimum,
        batch_number=batch,
        unit=Text(zh="件", en="Piece"),
        status=status,
        tradable=tradable,
        seller=shop,
        mix=shop.mix,
        shipping_time_guarantee="shipIn48Hours",
        weight_kg=Decimal("0.2"),
        length_cm=33,
        width_cm=22,
        height_cm=1,
        freight=freight,
        month_sold=sold,
        repurchase_rate="20%",
        sold_out="128",
        trade_score="4.9",
        offer_identities=("tp_member",),
        tags={"isOnePsale": True, "isSupportMix": shop.mix.allowed},
        plus_rate=plus,
        cargo_number="1985",
        created_at="2022-03-21 11:59:55",
    )


OFFERS = (
    offer(
        TSHIRT,
        "郁金香印花白色短袖T恤女夏新款",
        "Tulip Printed White Short-sleeved T-shirt",
        CLOTHES,
        skus=(
            sku(4829152353068, TULIP_S, "郁金香", "S"),
            sku(4829152353069, TULIP_M, "郁金香", "M"),
        ),
        tiers=((2, "13.9"), (20, "13.5")),
        minimum=2,
        freight=template(15441652, "3.5", "2.5"),
        plus="0.95",
    ),
    offer(
        PENCIL,
        "绘图画画考试2B铅笔小学生学习写字",
        "2B drawing pencils",
        PAPER,
        skus=(sku(5403412737023, PENCIL_2B, "2B"),),
        tiers=((1, "1.8"),),
        freight=template(2, "3", "1"),
        plus="0.9956",
        sold=900,
        picture="blue.jpg",
    ),
    offer(
        TAPE,
        "USB充电手持透明胶带座",
        "Tape dispenser with USB charging",
        PAPER,
        skus=None,
        tiers=((10, "4"), (100, "3.5")),
        quote_type=0,
        minimum=10,
        batch=5,
        freight=template(2, "3", "1"),
        stock=200,
    ),
    offer(
        MUG,
        "陶瓷马克杯情侣水杯",
        "Ceramic mug",
        KITCHEN,
        skus=(
            sku(1, MUG_WHITE, "白色", price="6.9"),
            sku(2, MUG_BLACK, "黑色", price="7.5"),
        ),
        quote_type=1,
        minimum=3,
        freight=template(3, "5", "2", charge="pieces"),
        picture="green.jpg",
    ),
    offer(
        LAMP,
        "台灯护眼灯",
        "Desk lamp",
        KITCHEN,
        skus=(sku(3, LAMP_WARM, "暖光"),),
        tiers=((1, "20"),),
        freight=template(3, "5", "2", charge="pieces"),
        tradable=False,
    ),
    offer(
        GONE,
        "下架的马克杯",
        "A mug no longer sold",
        KITCHEN,
        skus=(),
        tiers=((1, "9"),),
        quote_type=0,
        freight=template(3, "5", "2", charge="pieces"),
        status="expired",
    ),
)
CATALOGUE = Catalogue(
    offers={item.offer_id: item for item in OFFERS},
    sellers={shop.seller_open_id: shop for shop in (CLOTHES, PAPER, KITCHEN)},
    categories=(
        Category(id=10166, name="女装", children=(Category(id=1031919, name="女式T恤"),)),
        Category(id=15, name="居家日用品"),
    ),
)
