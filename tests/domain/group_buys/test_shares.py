"""Money is split to the fen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.group_buys import joining, quoting
from bot.domain.group_buys.claims import agreed_together
from bot.domain.group_buys.joining import joined
from bot.domain.group_buys.shares import (
    FreightKey,
    fee_of,
    freight_cap,
    split,
    unit_price,
    usable_weights,
)
from bot.domain.identifiers import SpecId, UserId
from bot.domain.money import Fen
from tests.domain.group_buys.groups import (
    BLUE,
    NOW,
    RED,
    Desk,
    opened,
    quote,
    steps,
    terms,
    wanted,
)

weights = st.lists(st.integers(0, 10_000), min_size=1, max_size=60).filter(any)


@given(st.integers(-(10**6), 10**9), weights)
def test_a_split_adds_up_and_nobody_is_a_fen_off_their_part(total: int, by: list[int]) -> None:
    parts = split(total, by)
    assert sum(parts) == total
    for part, weight in zip(parts, by, strict=True):
        assert abs(part * sum(by) - total * weight) < sum(by)


@given(st.integers(1, 10**6), st.integers(1, 10**4), st.integers(0, 10**5))
def test_rounding_a_unit_up_passes_no_ceiling(price: int, pieces: int, off: int) -> None:
    total = max(0, price * pieces - off)
    unit, residue = unit_price(Fen(total), pieces)
    assert unit <= price
    assert 0 <= residue < pieces
    assert unit * pieces - residue == total


def test_nine_yuan_less_four_fen_for_three() -> None:
    assert unit_price(Fen(896), 3) == (299, 1)


@given(st.integers(0, 10**9), st.integers(0, 10**6))
def test_a_fee_never_exceeds_the_percent(goods: int, ppm: int) -> None:
    assert 0 <= fee_of(goods, ppm) * 10**6 <= ppm * goods


@pytest.mark.parametrize(
    ("key", "grams", "expected"),
    [
        (FreightKey.PIECES, [1, 2], (3, 5)),
        (FreightKey.VALUE, [1, 2], (30, 0)),
        (FreightKey.HEAD, [1, 2], (1, 1)),
        (FreightKey.WEIGHT, [100, 250], (100, 250)),
        (FreightKey.WEIGHT, [100, None], (3, 5)),
        (FreightKey.WEIGHT, [0, 0], (3, 5)),
    ],
)
def test_what_is_split_by(
    key: FreightKey, grams: list[int | None], expected: tuple[int, ...]
) -> None:
    assert usable_weights(key, [3, 5], [30, 0], grams) == expected


def test_a_cap_is_rounded_up_to_a_yuan() -> None:
    assert freight_cap(1000, 1_300_000) == 1300
    assert freight_cap(1001, 1_300_000) == 1400
    assert freight_cap(0, 1_300_000) == 0


def test_by_heads_a_person_bears_one_share_however_much_they_take() -> None:
    """An estimate of 5 yuan a person, with a third above it, up to a whole yuan."""
    agreed = terms(freight_key=FreightKey.HEAD, freight_each=Fen(500), abroad_each=Fen(900))
    assert [agreed.freight_most(pieces) for pieces in (1, 7)] == [700, 700]
    assert agreed.abroad_most(7) == 1200
    assert agreed_together([Fen(700), Fen(700)], agreed) == 700
    assert agreed_together([Fen(700), Fen(700)], terms()) == 1400


def test_by_weight_and_value_a_heavier_and_dearer_piece_may_bear_more() -> None:
    """Red weighs 300 g, blue 100: of 1 yuan for a usual piece red bears 1.50, blue 0.50."""
    grams = {RED: 300, BLUE: 100}
    by_weight = terms(freight_key=FreightKey.WEIGHT, freight_each=Fen(100), grams=grams)
    red, blue = by_weight.variants
    assert by_weight.freight_estimate(10, red) == 1500
    assert by_weight.freight_estimate(10, blue) == 500
    unknown = terms(freight_key=FreightKey.WEIGHT, freight_each=Fen(100), grams={RED: 300})
    assert unknown.freight_estimate(10, red) == 1000
    dear = by_weight.goods.variants[0].replace(steps=steps((1, 3000)))
    goods = by_weight.goods.replace(variants=(dear, blue))
    by_value = terms(freight_key=FreightKey.VALUE, freight_each=Fen(100), goods=goods)
    assert by_value.freight_estimate(2, dear) == 300  # 30 of a mean of 20 yuan
    assert by_value.freight_estimate(2, blue) == 100


@pytest.mark.parametrize(
    ("key", "grams", "left"),
    [
        (FreightKey.PIECES, {}, 250),  # 10 of the 20 pieces before, 5 of them now
        (FreightKey.WEIGHT, {RED: 100, BLUE: 900}, 83),  # 5,000 of 6,000 grams, 500 now
        (FreightKey.WEIGHT, {RED: 100}, 250),  # one unknown weight makes weights void
        (FreightKey.HEAD, {}, 500),
    ],
)
def test_who_keeps_some_of_theirs_keeps_as_much_of_the_freight_by_its_key(
    key: FreightKey, grams: dict[SpecId, int], left: int
) -> None:
    buy = opened(freight_key=key, grams=grams, freight_each=Fen(1000))
    for user, spec in ((2, RED), (2, BLUE), (3, RED)):
        pieces = 10 if user == 3 else 5
        buy = joined(buy, wanted(buy, user, pieces, 1000, spec_id=spec))[0].buy
    desk = Desk(buy)
    desk.take(quoting.priced(joining.locked(buy, NOW).buy, quote(buy, 1000), desk.books, NOW))
    desk.take(quoting.fell_out(desk.buy, [desk.buy.claim(2)], desk.books, NOW))
    assert desk.buy.share_of(UserId(2)).freight == left
    assert not desk.books.differences()
