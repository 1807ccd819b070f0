"""Quotes: numbers that add up, and every difference between two of them."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.domain.identifiers import OfferId, SpecId
from bot.domain.money import Fen
from bot.domain.quotes import Quote, QuoteLine, change_between
from tests.domain.strategies import fens, lines


@st.composite
def quotes(draw: st.DrawFn) -> Quote:
    keys = draw(
        st.lists(
            st.tuples(st.integers(1, 3), st.none() | st.integers(1, 3)), unique=True, max_size=4
        )
    )
    quoted = tuple(
        QuoteLine(
            offer_id=OfferId(offer),
            spec_id=None if spec is None else SpecId(f"{spec:032x}"),
            amount=draw(fens),
            unit_price=draw(fens),
        )
        for offer, spec in keys
    )
    goods, freight = draw(fens), draw(fens)
    additional = Fen(draw(st.integers(-goods - freight, 10**6)))
    return Quote(
        lines=quoted,
        goods=goods,
        freight=freight,
        additional=additional,
        total=Fen(goods + freight + additional),
    )


@given(quotes(), st.integers(-(10**6), 10**6))
def test_a_total_that_does_not_add_up_is_refused(quote: Quote, error: int):
    """One fen off and the quote does not exist."""
    assume(error != 0)
    with pytest.raises(ValidationError):
        quote.replace(total=Fen(quote.total + error))


@pytest.mark.parametrize("field", ["goods", "freight", "discount", "total"])
def test_no_part_is_negative(field: str):
    """A sum may not be made right by a negative part."""
    numbers = {"goods": 0, "freight": 0, "additional": 0, "total": 0} | {field: -1}
    if field in {"goods", "freight"}:
        numbers["additional"] = 1
    with pytest.raises(ValidationError, match=field):
        Quote(lines=(), **numbers)


@given(quotes())
def test_the_same_quote_is_no_change(quote: Quote):
    """Neither itself nor the same lines in another order."""
    assert change_between(quote, quote).is_none
    assert change_between(quote, quote.replace(lines=quote.lines[::-1])).is_none


@given(quotes(), quotes())
def test_every_difference_in_money_shows(agreed: Quote, current: Quote):
    """New minus old, and the other way round with the sign turned."""
    change = change_between(agreed, current)
    back = change_between(current, agreed)
    assert agreed.total + change.total == current.total
    assert (back.goods, back.freight, back.total) == (-change.goods, -change.freight, -change.total)
    assert back.lines_changed == change.lines_changed
    if (agreed.goods, agreed.freight, agreed.total) != (
        current.goods,
        current.freight,
        current.total,
    ):
        assert not change.is_none


@given(quotes(), st.data())
def test_money_moved_between_lines_shows(quote: Quote, data: st.DataObject):
    """The same total for other lines is not what was agreed to."""
    assume(quote.lines)
    index = data.draw(st.integers(0, len(quote.lines) - 1))
    line = quote.lines[index]
    dearer = line.replace(amount=Fen(line.amount + data.draw(st.integers(1, 100))))
    changed = (*quote.lines[:index], dearer, *quote.lines[index + 1 :])
    assert not change_between(quote, quote.replace(lines=changed)).is_none
    assert not change_between(quote, quote.replace(lines=quote.lines[1:])).is_none


@given(quotes(), lines())
def test_a_line_finds_its_numbers_by_offer_and_variant(quote: Quote, line):
    """The variant's id alone does not do: it is unique within its offer only."""
    found = quote.line_for(line)
    keys = [(each.offer_id, each.spec_id) for each in quote.lines]
    assert (found is not None) == ((line.offer_id, line.spec_id) in keys)
    if found is not None:
        assert (found.offer_id, found.spec_id) == (line.offer_id, line.spec_id)


@given(quotes())
def test_a_quote_survives_storage(quote: Quote):
    """JSON and back gives the same numbers."""
    assert Quote.model_validate_json(quote.model_dump_json()) == quote
