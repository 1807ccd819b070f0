"""Minimum, lots and rows."""

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.group_buys.rows import (
    InRow,
    fill_rows,
    missing_pieces,
    opens_a_row,
    successor_of,
)
from bot.domain.identifiers import SpecId

S, M = SpecId("S"), SpecId("M")
ROW = {S: 1, M: 2}


def in_row(number: int, spec: SpecId, pieces: int = 1, *, partly: bool = False) -> InRow:
    return InRow(number, spec, pieces, partly)


@given(
    st.lists(st.tuples(st.sampled_from([S, M]), st.integers(1, 3), st.booleans()), max_size=12),
    st.integers(0, 3),
)
def test_what_is_served_fills_whole_rows(
    wanted: list[tuple[SpecId, int, bool]], holes: int
) -> None:
    claims = [InRow(number, *each) for number, each in enumerate(wanted)]
    rows = fill_rows(ROW, claims, holes)
    for spec, count in ROW.items():
        served = sum(rows.served.get(each.number, 0) for each in claims if each.spec_id == spec)
        assert served + rows.filled.get(spec, 0) == rows.whole * count
    assert sum(rows.filled.values()) <= holes
    for each in claims:
        taken = rows.served.get(each.number, 0)
        assert taken in {0, each.pieces} or (each.partly and taken < each.pieces)


def test_rows_closed_and_the_holes_of_the_next() -> None:
    claims = [in_row(1, S), in_row(2, M), in_row(3, M), in_row(4, M)]
    rows = fill_rows(ROW, claims)
    assert rows.whole == 1
    assert set(rows.served) == {1, 2, 3}
    assert rows.holes == {S: 1, M: 1}


def test_the_organiser_fills_the_last_holes() -> None:
    rows = fill_rows(ROW, [in_row(1, M, 2)], organiser_fills=1)
    assert (rows.whole, rows.filled) == (1, {S: 1})
    assert fill_rows(ROW, [in_row(1, M, 1)], organiser_fills=1).whole == 0


def test_a_successor_wants_the_same_size_and_as_many() -> None:
    leaving = in_row(2, M)
    queue = [in_row(7, S), in_row(8, M, 2), in_row(9, M)]
    assert successor_of([leaving], leaving, queue) == queue[2]
    assert successor_of([leaving], leaving, queue[:2]) is None


def test_missing_pieces_reach_the_minimum_and_a_whole_lot() -> None:
    assert missing_pieces(7, 10) == 3
    assert missing_pieces(10, 10, 4) == 2
    assert missing_pieces(12, 10, 4) == 0
    assert opens_a_row(ROW, [in_row(1, S), in_row(2, M, 2)], 1)
