"""What somebody watches of an offer comes true once, at the price and for the goods they meant."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.identifiers import SkuId, SpecId, UserId
from bot.domain.money import Fen
from bot.domain.offers import (
    MixedBatch,
    Offer,
    QuoteType,
    Sku,
    SkuAttribute,
    Wording,
)
from bot.domain.watches import (
    NewWatch,
    OfferWatch,
    WatchedGoods,
    WatchEnd,
    WatchFor,
    WatchState,
    after_reading,
    can_be_had,
    is_true,
    next_look,
    price_of,
    renewed,
    run_out,
    wishes,
)
from tests.domain.watched_offers import ALL, MUG, tiered
from tests.storage.samples import NOW

WHITE = WatchedGoods(offer_id=MUG, values={"颜色": "白色"})


def sku(number: int, colour: str, size: str, price: int, stock: int) -> Sku:
    traits = (("颜色", colour), ("尺码", size))
    return Sku(
        sku_id=SkuId(number),
        spec_id=SpecId(f"{number:032x}"),
        price=Fen(price),
        stock=stock,
        attributes=tuple(
            SkuAttribute(name=Wording(zh=name), value=Wording(zh=value)) for name, value in traits
        ),
    )


def coloured(*skus: Sku, least: int = 1) -> Offer:
    stock = sum(each.stock for each in skus)
    return tiered((1, 100), stock=stock, least=least).replace(
        quote_type=QuoteType.BY_SKU, skus=skus
    )


def watch(
    what: WatchFor, bound: int | None = None, goods: WatchedGoods = ALL, quantity: int = 2
) -> OfferWatch:
    return OfferWatch(
        watch_id=1,
        user_id=UserId(7),
        goods=goods,
        what=what,
        bound=None if bound is None else Fen(bound),
        quantity=quantity,
        title=Wording(zh="马克杯"),
        price=Fen(1250),
        made_at=NOW,
    )


def test_a_price_counts_at_the_watched_quantity():
    """Cheaper by the hundred is no news to who wants two."""
    offer = tiered((2, 1250), (48, 900))
    assert price_of(offer, ALL, 2) == 1250
    assert price_of(offer, ALL, 48) == 900
    assert not is_true(watch(WatchFor.BELOW, 900), offer)
    assert is_true(watch(WatchFor.BELOW, 900, quantity=50), offer)


@pytest.mark.parametrize(
    ("what", "bound", "true"),
    [
        (WatchFor.DROP, 1250, False),
        (WatchFor.DROP, 1251, True),
        (WatchFor.BELOW, 1249, False),
        (WatchFor.BELOW, 1250, True),
        (WatchFor.TIER, 1250, True),
        (WatchFor.BACK, None, True),
    ],
)
def test_a_drop_is_below_and_a_price_of_ones_own_is_reached(
    what: WatchFor,
    bound: int | None,
    true: bool,  # noqa: FBT001 - a case
):
    """To the fen."""
    assert is_true(watch(what, bound), tiered((2, 1250))) is true


@pytest.mark.parametrize(
    "offer",
    [
        tiered((2, 100), stock=0),
        tiered((2, 100), stock=1),
        tiered((2, 100), on_sale=False),
    ],
    ids=["sold out", "less than the minimum", "off sale"],
)
def test_what_nobody_can_order_is_no_news(offer: Offer):
    """However cheap it is; it is offered to be told of its return first."""
    assert not can_be_had(offer, ALL)
    for what in WatchFor:
        assert not is_true(watch(what, 10_000), offer)
    assert next(iter(wishes(offer, ALL, 2))) is WatchFor.BACK


def test_a_mixed_batch_may_be_less_than_the_minimum():
    """Other goods of the shop make it up."""
    offer = tiered((2, 100), stock=1, mixed_batch=MixedBatch(allowed=True, pieces=9))
    assert can_be_had(offer, ALL)


def test_a_variant_is_watched_alone():
    """Another colour that gets cheaper, or comes back, is somebody else's news."""
    before = coloured(sku(1, "白色", "M", 1250, 0), sku(2, "红色", "M", 800, 5))
    assert list(wishes(before, WHITE, 1)) == [WatchFor.BACK, WatchFor.DROP, WatchFor.BELOW]
    assert not is_true(watch(WatchFor.BACK, goods=WHITE), before)
    assert not is_true(watch(WatchFor.BELOW, 900, WHITE), before)
    back = coloured(sku(1, "白色", "M", 1250, 3), sku(2, "红色", "M", 800, 5))
    assert is_true(watch(WatchFor.BACK, goods=WHITE), back)


def test_a_colour_is_back_with_any_of_its_sizes_and_costs_what_can_be_had():
    """The cheapest size counts only while it is there."""
    offer = coloured(
        sku(1, "白色", "S", 500, 0), sku(2, "白色", "M", 900, 4), sku(3, "红色", "M", 100, 9)
    )
    assert price_of(offer, WHITE, 1) == 900
    assert price_of(offer, ALL, 1) == 100
    assert WHITE.label(offer) == Wording(zh="白色", translated="白色")
    assert is_true(watch(WatchFor.BACK, goods=WHITE), offer)


def test_a_tier_is_watched_for_where_more_pieces_are_cheaper():
    """Its price is the bound; there is none beyond the last, nor where variants have prices."""
    offer = tiered((2, 1250), (48, 1100), (240, 980))
    assert wishes(offer, ALL, 2)[WatchFor.TIER] == 1100
    assert wishes(offer, ALL, 48)[WatchFor.TIER] == 980
    assert WatchFor.TIER not in wishes(offer, ALL, 240)
    assert WatchFor.TIER not in wishes(coloured(sku(1, "白色", "M", 1250, 3)), ALL, 1)


def test_nothing_is_offered_below_a_fen():
    assert wishes(tiered((2, 1)), ALL, 2) == {}


def test_a_reading_tells_once_and_what_was_true_has_to_be_untrue_first():
    """Whoever asks again for a return is told of the next one."""
    there, gone = tiered((2, 1250)), tiered((2, 1250), stock=0)
    waiting = watch(WatchFor.BACK)
    assert after_reading(waiting, gone, NOW) is None
    found = after_reading(waiting, there, NOW)
    assert found is not None
    assert found.found is not None
    assert (found.state, found.found.end, found.found.price) == (
        WatchState.TO_TELL,
        WatchEnd.TRUE,
        1250,
    )
    again = watch(WatchFor.BACK).replace(armed=renewed(found).armed)
    assert after_reading(again, there, NOW) is None
    armed = after_reading(again, gone, NOW)
    assert armed is not None
    assert armed.armed
    assert after_reading(armed, there, NOW) is not None


def test_after_a_drop_a_lower_price_is_watched_for():
    found = after_reading(watch(WatchFor.BELOW, 1000), tiered((2, 900)), NOW)
    assert found is not None
    wanted = renewed(found)
    assert (wanted.what, wanted.bound, wanted.price) == (WatchFor.DROP, 900, 900)
    assert not is_true(wanted, tiered((2, 900)))
    assert is_true(wanted, tiered((2, 899)))


def test_what_ran_out_is_asked_for_as_it_was():
    waiting = watch(WatchFor.BELOW, 1000)
    life = timedelta(days=90)
    assert run_out(waiting, NOW + life - timedelta(seconds=1), life) is None
    over = run_out(waiting, NOW + life, life)
    assert over is not None
    assert (renewed(over).what, renewed(over).bound) == (WatchFor.BELOW, 1000)
    assert type(renewed(over)) is NewWatch


def test_an_offer_or_variant_that_is_gone_ends_its_watch():
    """Of a variant that the seller withdrew the rest of the offer goes on."""
    without = coloured(sku(2, "红色", "M", 800, 5))
    for goods, offer in ((ALL, None), (WHITE, without)):
        ended = after_reading(watch(WatchFor.DROP, 1250, goods), offer, NOW)
        assert ended is not None
        assert ended.found is not None
        assert ended.found.end is WatchEnd.GONE
    assert after_reading(watch(WatchFor.DROP, 800), without, NOW) is None


def test_goods_have_one_name_in_whatever_order_they_were_chosen():
    """A watch of the same goods is the same watch."""
    one = WatchedGoods(offer_id=MUG, values={"颜色": "白色", "尺码": "M"})
    same = WatchedGoods(offer_id=MUG, values={"尺码": "M", "颜色": "白色"})
    number = WatchedGoods(offer_id=MUG, sku_id=SkuId(1))
    assert one.key == same.key
    assert len({ALL.key, one.key, WHITE.key, number.key}) == 4
    assert ALL.key == ""


def test_what_nobody_began_to_watch_lately_is_read_less_often():
    every = timedelta(minutes=30)
    assert next_look(NOW, every, NOW - timedelta(days=1)) == NOW + every
    assert next_look(NOW, every, NOW - timedelta(days=30)) == NOW + 4 * every


_PRICES = st.integers(2, 500_000)


@given(price=_PRICES, later=st.lists(_PRICES, max_size=8), bound=_PRICES)
def test_a_price_is_told_at_most_once_and_at_its_first_reading(
    price: int, later: list[int], bound: int
):
    """Whatever the prices do, from then on nothing more is told."""
    state: OfferWatch = watch(WatchFor.BELOW, bound)
    state = state.replace(armed=not is_true(state, tiered((2, price))))
    told = []
    for each in (price, *later):
        if state.state is not WatchState.WATCHING:
            break
        after = after_reading(state, tiered((2, each)), NOW)
        if after is not None:
            state = after
        if after is not None and after.state is WatchState.TO_TELL:
            told.append(each)
    untrue = next((at for at, each in enumerate((price, *later)) if each > bound), None)
    expected = [] if untrue is None else [each for each in later[untrue:] if each <= bound][:1]
    assert told == expected


@given(price=_PRICES, quantity=st.integers(1, 10_000))
def test_what_is_offered_is_not_true_yet(price: int, quantity: int):
    """Nobody is told at once of what they just asked to be told of."""
    offer = tiered((1, price), (50, max(1, price - 1)), (500, max(1, price // 2)), least=1)
    for what, bound in wishes(offer, ALL, quantity).items():
        if what is not WatchFor.BELOW:
            assert not is_true(watch(what, bound, quantity=quantity), offer)
