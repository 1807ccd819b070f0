"""Prices that fall with the quantity: the largest set that can buy together."""

from itertools import combinations
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.group_buys.prices import PriceSteps, stable
from bot.domain.money import Fen
from tests.domain.group_buys.groups import STEPS, steps


class Wish(NamedTuple):
    number: int
    pieces: int
    ceiling: Fen


@st.composite
def falling(draw: st.DrawFn) -> PriceSteps:
    starts = sorted(draw(st.sets(st.integers(1, 30), min_size=1, max_size=4)))
    prices = sorted(draw(st.lists(st.integers(1, 12), min_size=len(starts), max_size=len(starts))))
    return steps(*zip(starts, reversed(prices), strict=True))


@st.composite
def wishes(draw: st.DrawFn) -> list[Wish]:
    amounts = draw(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 12)), max_size=8))
    return [Wish(number, pieces, Fen(most)) for number, (pieces, most) in enumerate(amounts)]


def can_buy(chosen: tuple[Wish, ...], prices: PriceSteps) -> bool:
    price = prices.price_at(sum(each.pieces for each in chosen))
    return all(price <= each.ceiling for each in chosen)


@given(falling(), wishes())
def test_it_is_the_one_largest_of_all_subsets(prices: PriceSteps, people: list[Wish]) -> None:
    found = stable(people, prices.price_at)
    sets = [
        chosen
        for size in range(len(people) + 1)
        for chosen in combinations(people, size)
        if can_buy(chosen, prices)
    ]
    assert can_buy(found, prices)
    # Every set that can buy together is within it, so that no other is as large.
    assert all(set(each) <= set(found) for each in sets)


@given(falling(), wishes(), st.randoms(use_true_random=False))
def test_the_order_of_dropping_does_not_matter(
    prices: PriceSteps, people: list[Wish], chance: object
) -> None:
    left = list(people)
    while True:
        price = prices.price_at(sum(each.pieces for each in left))
        cannot = [each for each in left if each.ceiling < price]
        if not cannot:
            break
        left.remove(chance.choice(cannot))  # type: ignore[attr-defined]
    assert tuple(left) == stable(people, prices.price_at)


def test_the_example_of_three_who_buy_together_and_one_piece_less() -> None:
    prices = steps(*STEPS)
    three = [Wish(1, 10, Fen(900)), Wish(2, 5, Fen(880)), Wish(3, 5, Fen(850))]
    assert stable(three, prices.price_at) == tuple(three)
    less = [*three[:2], Wish(3, 4, Fen(850))]
    assert stable(less, prices.price_at) == tuple(three[:2])


@pytest.mark.parametrize("tiers", [((1, 100), (5, 101)), ((5, 100), (5, 90)), ()])
def test_prices_that_do_not_fall_are_refused(tiers: tuple[tuple[int, int], ...]) -> None:
    with pytest.raises(ValueError, match=r"fall|no price"):
        steps(*tiers)


def test_the_next_step_says_what_is_missing() -> None:
    assert steps(*STEPS).missing_to_next(7) == (3, 950)
    assert steps(*STEPS).missing_to_next(20) is None
