"""Offers that people watch."""

from bot.domain.identifiers import OfferId, SellerId
from bot.domain.money import Fen
from bot.domain.offers import (
    Offer,
    PriceTier,
    QuoteType,
    Seller,
    Wording,
)
from bot.domain.watches import (
    WatchedGoods,
)

MUG = OfferId(718092053690)


ALL = WatchedGoods(offer_id=MUG)


def tiered(*prices: tuple[int, int], stock: int = 900, least: int = 2, **more: object) -> Offer:
    tiers = tuple(PriceTier(start_quantity=start, price=Fen(price)) for start, price in prices)
    return Offer(
        offer_id=MUG,
        title=Wording(zh="马克杯", translated="Mug"),
        quote_type=QuoteType.BY_QUANTITY,
        tiers=tiers,
        min_order_quantity=least,
        stock=stock,
        seller=Seller(seller_id=SellerId("s")),
    ).replace(**more)
