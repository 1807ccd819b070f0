"""Minimum, lots and rows: how many pieces the group has to come to, and whom a row leaves out."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from bot.domain.group_buys.claims import Claim
from bot.domain.group_buys.terms import Terms
from bot.domain.identifiers import SpecId

Row = Mapping[SpecId | None, int]
"""A pack that is sold whole: how many pieces of each variant it has."""


class InRow(NamedTuple):
    """A claim as rows see it: its number, variant and pieces; `partly` when it may be cut."""

    number: int
    spec_id: SpecId | None
    pieces: int
    partly: bool = False


def row_of(terms: Terms) -> Row:
    """Return the row that goods are sold in; nothing where any number is sold."""
    return {each.spec_id: each.pieces for each in terms.row}


def in_row(claim: Claim) -> InRow:
    """Return a claim as rows see it: with the pieces that a shortage left of it."""
    return InRow(claim.number, claim.spec_id, claim.served, claim.partly)


class RowsSoFar(NamedTuple):
    """Whole rows, and the holes of the next one by variant: what everybody may see."""

    whole: int
    holes: dict[SpecId | None, int]


def rows_so_far(row: Row, pieces: Mapping[SpecId | None, int]) -> RowsSoFar:
    """Return how many rows so many pieces of each variant close."""
    whole = min((pieces.get(spec, 0) // count for spec, count in row.items()), default=0)
    holes = {
        spec: lacking
        for spec, count in row.items()
        if (lacking := (whole + 1) * count - pieces.get(spec, 0)) > 0
    }
    return RowsSoFar(whole, holes)


def missing_pieces(pieces: int, minimum: int, lot: int = 1) -> int:
    """Return how many pieces lack to what can be ordered: the minimum, and a whole lot."""
    wanted = max(pieces, minimum)
    return -(-wanted // lot) * lot - pieces


class Rows(NamedTuple):
    """Whole rows, who is served by how many pieces, and the holes of the next row by variant."""

    whole: int
    served: dict[int, int]
    holes: dict[SpecId | None, int]
    filled: dict[SpecId | None, int]  # what the organiser takes, so that one more row closes


def fill_rows(row: Row, claims: Iterable[InRow], organiser_fills: int = 0) -> Rows:
    """Fill rows with claims, in their priority. `organiser_fills` holes are the organiser's.

    A claim that no row has room for waits, as does one that would be cut and may not be. What a
    whole claim leaves free goes to the next that fits.
    """
    ordered = list(claims)
    demand = {spec: sum(each.pieces for each in ordered if each.spec_id == spec) for spec in row}
    whole = min((demand[spec] // row[spec] for spec in row), default=0)
    filled: dict[SpecId | None, int] = {}
    if organiser_fills and any(demand[spec] > whole * row[spec] for spec in row):
        lacking = {spec: max(0, (whole + 1) * row[spec] - demand[spec]) for spec in row}
        if sum(lacking.values()) <= organiser_fills:
            whole += 1
            filled = {spec: count for spec, count in lacking.items() if count}
    served = _served(row, whole, filled, ordered)
    while whole and _unfilled(row, whole, filled, served, ordered):
        # Claims that may not be cut left a gap: one row less can be had whole.
        whole, filled = whole - 1, {}
        served = _served(row, whole, filled, ordered)
    holes = {
        spec: count for spec in row if (count := max(0, (whole + 1) * row[spec] - demand[spec])) > 0
    }
    return Rows(whole, served, holes, filled)


def _served(
    row: Row, whole: int, filled: Mapping[SpecId | None, int], claims: Iterable[InRow]
) -> dict[int, int]:
    room = {spec: whole * count - filled.get(spec, 0) for spec, count in row.items()}
    served: dict[int, int] = {}
    for each in claims:
        space = room.get(each.spec_id, 0)
        taken = each.pieces if each.pieces <= space else (space if each.partly else 0)
        if taken:
            served[each.number] = taken
            room[each.spec_id] = space - taken
    return served


def _unfilled(
    row: Row,
    whole: int,
    filled: Mapping[SpecId | None, int],
    served: Mapping[int, int],
    claims: Iterable[InRow],
) -> bool:
    taken: dict[SpecId | None, int] = dict(filled)
    for each in claims:
        taken[each.spec_id] = taken.get(each.spec_id, 0) + served.get(each.number, 0)
    return any(taken.get(spec, 0) < whole * count for spec, count in row.items())


def opens_a_row(row: Row, claims: Iterable[InRow], number: int, kept: int = 0) -> bool:
    """Tell whether a claim's leaving, but for `kept` pieces, would leave fewer whole rows."""
    ordered = list(claims)
    fewer = [each._replace(pieces=kept) if each.number == number else each for each in ordered]
    without = [each for each in fewer if each.pieces]
    return fill_rows(row, without).whole < fill_rows(row, ordered).whole


def successor_of(claims: Iterable[InRow], leaving: InRow, waiting: Iterable[InRow]) -> InRow | None:
    """Return the first in the queue who takes over a claim in a closed row; None for nobody."""
    held = {each.number for each in claims}
    return next(
        (
            each
            for each in waiting
            if each.number not in held
            and each.spec_id == leaving.spec_id
            and each.pieces == leaving.pieces
        ),
        None,
    )
