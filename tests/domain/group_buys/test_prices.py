"""Prices that fall with the quantity: the largest set that can buy together."""

from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.group_buys import joining, quoting
from bot.domain.group_buys.prices import PriceSteps
from tests.domain.group_buys.groups import NOW, STEPS, Desk, opened, quote, steps, with_people

Wish = tuple[int, int, int]
"""Who, how many pieces, up to how many fen each."""


@st.composite
def falling(draw: st.DrawFn) -> PriceSteps:
    starts = sorted(draw(st.sets(st.integers(1, 30), min_size=1, max_size=4)))
    prices = sorted(draw(st.lists(st.integers(1, 12), min_size=len(starts), max_size=len(starts))))
    return steps(*zip(starts, reversed(prices), strict=True))


@st.composite
def wishes(draw: st.DrawFn) -> list[Wish]:
    amounts = draw(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 12)), max_size=8))
    return [(user, pieces, most) for user, (pieces, most) in enumerate(amounts, 2)]


def can_buy(chosen: tuple[Wish, ...], prices: PriceSteps) -> bool:
    price = prices.price_at(sum(pieces for _, pieces, _ in chosen))
    return all(price <= most for *_, most in chosen)


def left_in(prices: PriceSteps, people: list[Wish], choose: Any = lambda dear: dear) -> list[Wish]:
    """Lock a buy of these people and have whom it is too dear for fall out, as `choose` says."""
    desk = Desk(with_people(opened(steps=prices), *people))
    desk.take(joining.locked(desk.buy, NOW))
    while desk.buy.taken and (dear := quoting.too_dear(desk.buy, quote(desk.buy))):
        desk.take(quoting.fell_out(desk.buy, choose(dear), desk.books, NOW))
    return [each for each in people if each[0] in desk.buy.members]


@given(falling(), wishes())
def test_it_is_the_one_largest_of_all_subsets(prices: PriceSteps, people: list[Wish]) -> None:
    found = left_in(prices, people)
    sets = [
        chosen
        for size in range(len(people) + 1)
        for chosen in combinations(people, size)
        if can_buy(chosen, prices)
    ]
    assert can_buy(tuple(found), prices)
    # Every set that can buy together is within it, so that no other is as large.
    assert all(set(each) <= set(found) for each in sets)


@given(falling(), wishes(), st.randoms(use_true_random=False))
def test_the_order_of_dropping_does_not_matter(
    prices: PriceSteps, people: list[Wish], chance: Any
) -> None:
    one_by_one = left_in(prices, people, lambda dear: [chance.choice(dear)])
    assert one_by_one == left_in(prices, people)


def test_the_example_of_three_who_buy_together_and_one_piece_less() -> None:
    prices = steps(*STEPS)
    three = [(2, 10, 900), (3, 5, 880), (4, 5, 850)]
    assert left_in(prices, three) == three
    assert left_in(prices, [*three[:2], (4, 4, 850)]) == three[:2]


@pytest.mark.parametrize("tiers", [((1, 100), (5, 101)), ((5, 100), (5, 90)), ()])
def test_prices_that_do_not_fall_are_refused(tiers: tuple[tuple[int, int], ...]) -> None:
    with pytest.raises(ValueError, match=r"fall|no price"):
        steps(*tiers)


def test_the_next_step_says_what_is_missing() -> None:
    assert steps(*STEPS).missing_to_next(7) == (3, 950)
    assert steps(*STEPS).missing_to_next(20) is None
