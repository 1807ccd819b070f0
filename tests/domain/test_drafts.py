"""Drafts: one seller, each variant once, and the note to that seller."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.domain.drafts import Draft, OrderLine, OtherSeller
from bot.domain.identifiers import OfferId, SellerId, SpecId
from bot.domain.offers import Wording
from tests.domain.strategies import SELLER, lines


def _filled(each: list[OrderLine]) -> Draft:
    draft = Draft()
    for line in each:
        draft = draft.put([line], SELLER)
    return draft


drafts = st.lists(lines(), max_size=8).map(_filled)


@given(drafts, lines())
def test_putting_a_line_makes_it_the_one_of_its_variant(draft: Draft, line: OrderLine):
    """The variant is there once with the new quantity; all other lines keep their place."""
    after = draft.put([line], SELLER)
    assert [each for each in after.lines if each.goods == line.goods] == [line]
    others = [each for each in draft.lines if each.goods != line.goods]
    assert [each for each in after.lines if each.goods != line.goods] == others
    known = any(each.goods == line.goods for each in draft.lines)
    assert len(after.lines) == len(draft.lines) + (not known)
    assert after.put([line], SELLER) == after


@given(drafts, st.lists(lines(), max_size=8))
def test_lines_put_at_once_are_the_same_as_one_after_the_other(draft: Draft, more: list[OrderLine]):
    """In the same order, each variant once with its last quantity."""
    one_by_one = draft
    for line in more:
        one_by_one = one_by_one.put([line], SELLER)
    if more:
        assert draft.put(more, SELLER) == one_by_one


@given(drafts)
def test_a_draft_has_each_variant_once(draft: Draft):
    """However lines were put, no variant stands twice."""
    keys = [(line.offer_id, line.spec_id) for line in draft.lines]
    assert len(keys) == len(set(keys))
    assert bool(draft.lines) == (draft.seller_id is not None)


@given(drafts, lines())
def test_another_seller_is_refused_while_there_are_lines(draft: Draft, line: OrderLine):
    """One order has one seller; an empty draft takes any."""
    other = SellerId("BBBother")
    if draft.lines:
        with pytest.raises(OtherSeller):
            draft.put([line], other)
    else:
        assert draft.put([line], other).seller_id == other


@given(drafts, st.integers(-3, 9))
def test_removing_drops_one_line(draft: Draft, index: int):
    """The others stay in order; the last one takes the seller along; no index wraps around."""
    if not 0 <= index < len(draft.lines):
        with pytest.raises(IndexError):
            draft.remove(index)
        return
    after = draft.remove(index)
    assert after.lines == draft.lines[:index] + draft.lines[index + 1 :]
    assert after.seller_id == (SELLER if after.lines else None)


@given(drafts)
def test_units_are_counted_by_offer_and_elsewhere(draft: Draft):
    """For each line: its own units and those elsewhere make the offer's units."""
    for line in draft.lines:
        together = draft.units_of(line.offer_id)
        elsewhere = draft.units_of(line.offer_id, except_spec=line.spec_id)
        assert elsewhere + line.quantity == together
    assert sum(draft.units_of(OfferId(offer)) for offer in (1, 2, 3)) == sum(
        line.quantity for line in draft.lines
    )
    assert draft.units_of(OfferId(404)) == 0


@given(drafts)
def test_the_estimate_is_exact_or_missing(draft: Draft):
    """Integer fen, and None as soon as one price is missing."""
    prices = [line.unit_price for line in draft.lines]
    if None in prices:
        assert draft.estimate is None
    else:
        assert draft.estimate == sum(
            price * line.quantity for price, line in zip(prices, draft.lines, strict=True)
        )
        assert type(draft.estimate) is int


@given(drafts, st.lists(lines(), max_size=4))
def test_goods_leave_a_draft_whatever_their_quantity(draft: Draft, gone: list[OrderLine]):
    """What was ordered goes, the rest keeps its place; nothing left is no draft at all."""
    noted = draft.replace(note="快点", orders_made=1) if draft.lines else draft
    after = noted.without(gone)
    left = tuple(each for each in draft.lines if not any(each.goods == one.goods for one in gone))
    assert after.lines == left
    assert after == (noted.replace(lines=left) if left else Draft())


def test_a_new_variant_begins_the_count_of_orders_anew():
    """Goods that came later belong to no earlier split; a new quantity changes nothing."""
    draft = _filled([_line(1), _line(2)]).replace(orders_made=1)
    assert draft.put([_line(1, quantity=9)], SELLER).orders_made == 1
    assert draft.put([_line(3)], SELLER).orders_made == 0


@given(drafts, lines())
def test_a_line_put_keeps_the_note(draft: Draft, line: OrderLine):
    """It is to the seller, not to a line."""
    noted = draft.replace(note="快点")
    assert noted.put([line], SELLER).note == "快点"


@given(drafts)
def test_a_draft_survives_storage(draft: Draft):
    """JSON and back gives the same draft."""
    assert Draft.model_validate_json(draft.model_dump_json()) == draft


@pytest.mark.parametrize("fields", [{"seller_id": SELLER}, {"lines": ({"offer_id": 1},)}])
def test_a_seller_without_lines_or_lines_without_a_seller_are_refused(fields):
    """A draft that no `put` could have made is not constructed."""
    with pytest.raises(ValidationError):
        Draft(**fields)


def test_lines_need_their_seller():
    """Lines whose seller is unknown could not be kept apart from another seller's."""
    with pytest.raises(ValidationError, match="has a seller exactly when"):
        Draft(lines=(_line(1),))


@pytest.mark.parametrize("quantity", [0, -1])
def test_a_line_has_a_positive_quantity(quantity: int):
    """Nothing is not a line."""
    with pytest.raises(ValidationError):
        _line(1, quantity=quantity)


def _line(number: int, quantity: int = 1) -> OrderLine:
    return OrderLine(
        offer_id=OfferId(1),
        spec_id=SpecId(f"{number:032x}"),
        title=Wording(zh="杯子"),
        quantity=quantity,
    )
