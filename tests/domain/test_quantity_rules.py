"""The rules that a quantity has to keep, and what is suggested when it does not."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.domain.offers import Offer
from bot.domain.quantities import (
    LARGEST,
    QuantityBelowMinimum,
    QuantityError,
    QuantityOffBatch,
    QuantityOverStock,
    check_quantity,
    presets,
    read_quantity,
    smallest,
    stock_of,
)
from tests.domain.strategies import offers, offers_with_variant, quantities

elsewheres = st.integers(0, 6_000)


@given(offers_with_variant(), elsewheres)
def test_every_preset_can_be_ordered(drawn, elsewhere: int):
    """No button leads to a refusal; presets rise, do not repeat and are few."""
    offer, sku = drawn
    offered = presets(offer, sku, elsewhere)
    for quantity in offered:
        check_quantity(offer, sku, quantity, elsewhere)
        assert read_quantity(str(quantity)) == quantity
    assert list(offered) == sorted(set(offered))
    assert len(offered) <= 6
    if smallest(offer, elsewhere) <= min(stock_of(offer, sku), LARGEST):
        assert offered[0] == smallest(offer, elsewhere)
    else:
        assert offered == ()


@given(offers_with_variant(), elsewheres)
def test_the_smallest_quantity_passes_and_nothing_below_it(drawn, elsewhere: int):
    """It is refused for stock alone; one unit or one lot less is refused."""
    offer, sku = drawn
    least = smallest(offer, elsewhere)
    assert least >= 1
    if least <= stock_of(offer, sku):
        check_quantity(offer, sku, least, elsewhere)
    else:
        with pytest.raises(QuantityOverStock):
            check_quantity(offer, sku, least, elsewhere)
    for fewer in {least - 1, least - (offer.batch_size or 1)}:
        if fewer > 0:
            with pytest.raises(QuantityError):
                check_quantity(offer, sku, fewer, elsewhere)


def _problem(offer: Offer, sku, quantity: int, elsewhere: int) -> QuantityError | None:
    try:
        check_quantity(offer, sku, quantity, elsewhere)
    except QuantityError as error:
        return error
    return None


@given(offers_with_variant(), quantities, elsewheres)
def test_a_quantity_passes_exactly_when_it_keeps_every_rule(drawn, quantity, elsewhere):
    """Stock, lot and minimum, and no rule besides."""
    offer, sku = drawn
    keeps = (
        quantity <= stock_of(offer, sku)
        and quantity % (offer.batch_size or 1) == 0
        and quantity + elsewhere >= offer.min_order_quantity
    )
    problem = _problem(offer, sku, quantity, elsewhere)
    assert (problem is None) == keeps
    assert problem is None or problem.quantity == quantity


@given(offers(), st.integers(2, 60), st.integers(1, 2_000), st.integers(0, 300))
def test_the_neighbours_of_an_odd_quantity_can_be_ordered(offer, batch, quantity, elsewhere):
    """Both are whole lots that pass every rule, and no lot that passes lies between."""
    assume(quantity % batch)
    offer = offer.replace(batch_size=batch, stock=max(offer.stock, quantity))
    problem = _problem(offer, None, quantity, elsewhere)
    assert isinstance(problem, QuantityOffBatch)
    possible = [
        each
        for each in range(batch, max(quantity, offer.min_order_quantity) + 2 * batch, batch)
        if _problem(offer, None, each, elsewhere) is None
    ]
    assert problem.lower == max((each for each in possible if each < quantity), default=0)
    assert problem.upper == min((each for each in possible if each > quantity), default=0)


@given(offers(), quantities, st.integers(0, 300))
def test_what_is_missing_reaches_the_minimum(offer, quantity, elsewhere):
    """Following the advice leads to the smallest quantity that passes."""
    least = smallest(offer, elsewhere)
    batch = offer.batch_size or 1
    quantity = quantity % least // batch * batch
    assume(quantity)
    offer = offer.replace(stock=least)
    problem = _problem(offer, None, quantity, elsewhere)
    assert isinstance(problem, QuantityBelowMinimum)
    assert problem.minimum == offer.min_order_quantity
    assert problem.missing > 0
    assert quantity + problem.missing == least
    assert _problem(offer, None, least, elsewhere) is None


@given(offers(), quantities)
def test_over_stock_says_what_is_left(offer: Offer, quantity: int):
    """Stock comes first among the rules."""
    assume(quantity > offer.stock)
    with pytest.raises(QuantityOverStock) as caught:
        check_quantity(offer, None, quantity)
    assert caught.value.stock == offer.stock
