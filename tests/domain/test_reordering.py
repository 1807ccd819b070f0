"""An old order's lines against their offers of today: what is left, and what is different."""

import pytest

from bot.domain.drafts import OrderLine
from bot.domain.identifiers import OfferId, SellerId, SkuId, SpecId
from bot.domain.money import Fen
from bot.domain.offers import MixedBatch, Offer, PriceTier, QuoteType, Seller, Sku, Wording
from bot.domain.pricing import TierScope
from bot.domain.reordering import Hitch, Rechecked, recheck

WHITE, BLACK = SpecId("a" * 32), SpecId("b" * 32)
OFFER, OTHER = OfferId(670291644950), OfferId(670291644951)


def sku(spec_id: SpecId, stock: int = 100) -> Sku:
    return Sku(sku_id=SkuId(int(spec_id[:2], 16)), spec_id=spec_id, stock=stock)


def offer(*skus: Sku, **changes: object) -> Offer:
    whole = Offer(
        offer_id=OFFER,
        title=Wording(zh="帆布鞋"),
        quote_type=QuoteType.SKUS_BY_QUANTITY,
        tiers=(
            PriceTier(start_quantity=1, price=Fen(1_000)),
            PriceTier(start_quantity=10, price=Fen(900)),
        ),
        skus=skus or (sku(WHITE), sku(BLACK)),
        stock=200,
        seller=Seller(seller_id=SellerId("shop")),
    )
    return whole.replace(**changes)


def line(spec_id: SpecId | None = WHITE, quantity: int = 5, **changes: object) -> OrderLine:
    whole = OrderLine(
        offer_id=OFFER,
        sku_id=sku(spec_id).sku_id if spec_id else None,
        spec_id=spec_id,
        title=Wording(zh="old title"),
        quantity=quantity,
        unit_price=Fen(1_000),
    )
    return whole.replace(**changes)


def only(of: Offer | None, *, was: OrderLine | None = None) -> Rechecked:
    found = recheck([was or line()], {OFFER: of}, TierScope.OFFER)
    return found.lines[0]


def test_the_same_goods_at_the_same_price_are_the_same() -> None:
    """As many as before, under their present names."""
    found = recheck([line()], {OFFER: offer()}, TierScope.OFFER)
    assert found.is_same
    assert found.seller_id == SellerId("shop")
    assert [(each.quantity, each.title.zh) for each in found.taken] == [(5, "帆布鞋")]


@pytest.mark.parametrize(
    ("now", "hitch"),
    [
        (None, Hitch.OFFER_GONE),
        (offer(on_sale=False), Hitch.OFFER_GONE),
        (offer(sku(BLACK)), Hitch.VARIANT_GONE),
        (offer(skus=()), Hitch.VARIANT_GONE),
        (offer(sku(WHITE, 0)), Hitch.SOLD_OUT),
        (offer(sku(WHITE, 3), batch_size=4), Hitch.SOLD_OUT),
    ],
)
def test_what_can_no_longer_be_had_is_left_out(now: Offer | None, hitch: Hitch) -> None:
    """Whatever the reason, nothing else is put in its place."""
    found = only(now)
    assert found.taken is None
    assert found.hitches == (hitch,)


def test_goods_without_variants_that_have_some_now_are_left_out() -> None:
    """Nobody chose one of them."""
    assert only(offer(), was=line(None)).hitches == (Hitch.VARIANT_GONE,)
    assert only(offer(skus=()), was=line(None)).is_same


@pytest.mark.parametrize(
    ("now", "quantity", "hitches"),
    [
        (offer(sku(WHITE, 4)), 4, (Hitch.SHORT,)),
        (offer(sku(WHITE, 9), batch_size=4), 8, (Hitch.OFF_BATCH,)),
        (offer(sku(WHITE, 4), batch_size=3), 3, (Hitch.SHORT,)),
        (offer(sku(WHITE, 6), batch_size=5), 5, ()),
        (offer(min_order_quantity=6), 5, (Hitch.BELOW_MINIMUM,)),
        (offer(min_order_quantity=6, mixed_batch=MixedBatch(allowed=True)), 5, ()),
    ],
)
def test_what_of_it_can_be_had(now: Offer, quantity: int, hitches: tuple[Hitch, ...]) -> None:
    """Never more than is left, in whole lots; a minimum that rose is said, not filled up."""
    found = only(now)
    assert found.taken is not None
    assert found.taken.quantity == quantity
    assert found.hitches == hitches


@pytest.mark.parametrize(
    ("before", "hitch", "same"), [(900, Hitch.DEARER, False), (1_100, Hitch.CHEAPER, True)]
)
def test_another_price_is_named(before: int, hitch: Hitch, same: bool) -> None:  # noqa: FBT001 - a table's cell
    """Dearer has to be said beforehand; cheaper need not hold anybody up."""
    found = only(offer(), was=line(unit_price=Fen(before)))
    assert found.hitches == (hitch,)
    assert (found.before, found.now) == (before, 1_000)
    assert found.is_same is same


@pytest.mark.parametrize(("scope", "price"), [(TierScope.OFFER, 900), (TierScope.SKU, 1_000)])
def test_prices_count_the_offers_other_lines_as_orders_do(scope: TierScope, price: int) -> None:
    """Five white and five black reach the tier of ten, where tiers count so."""
    found = recheck([line(), line(BLACK)], {OFFER: offer()}, scope)
    assert [each.now for each in found.lines] == [price, price]


def test_an_offer_that_changed_hands_is_left_out() -> None:
    """One order has one seller: that of the first line that can be had."""
    elsewhere = offer(offer_id=OTHER, seller=Seller(seller_id=SellerId("other shop")))
    lines = [line(quantity=2), line(offer_id=OTHER), line(BLACK, 2)]
    found = recheck(lines, {OFFER: offer(), OTHER: elsewhere}, TierScope.OFFER)
    assert [each.hitches for each in found.lines] == [(), (Hitch.OTHER_SELLER,), ()]
    assert len(found.taken) == 2
    first_gone = recheck(lines, {OFFER: None, OTHER: elsewhere}, TierScope.OFFER)
    assert first_gone.seller_id == SellerId("other shop")
    assert [each.offer_id for each in first_gone.taken] == [OTHER]
