"""Splitting money to the fen: one unit price a variant, shared costs by a key, fees cut."""

from collections.abc import Sequence
from enum import StrEnum

from bot.domain.money import Fen
from bot.domain.shop_terms import PPM

FEN_PER_YUAN = 100


class FreightKey(StrEnum):
    """What shared costs are split by."""

    PIECES = "pieces"
    WEIGHT = "weight"
    VALUE = "value"
    HEAD = "head"


def unit_price(line_total: Fen, pieces: int) -> tuple[Fen, Fen]:
    """Return one price for each piece of a variant and the residue: `unit * pieces - line_total`.

    Both are fen. Rounded up, it stays at or below the marketplace's own price, as the total was no
    more than that times the pieces. The residue is everybody's: it goes into the shared pot.
    """
    unit = -(-line_total // pieces)
    return Fen(unit), Fen(unit * pieces - line_total)


def split(total: int, weights: Sequence[int]) -> tuple[Fen, ...]:
    """Split fen by weights, left-over fen by the largest remainder; ties go to the first.

    A negative total is a credit, split alike. Raises `ValueError` for weights that are negative
    or all nothing.
    """
    together = sum(weights)
    if together <= 0 or min(weights) < 0:
        raise ValueError("nothing to split by")
    shares = [total * each // together for each in weights]
    left = total - sum(shares)
    by_remainder = sorted(
        range(len(weights)), key=lambda at: (-(total * weights[at] % together), at)
    )
    for at in by_remainder[:left]:
        shares[at] += 1
    return tuple(Fen(each) for each in shares)


def usable_weights(
    key: FreightKey,
    pieces: Sequence[int],
    goods: Sequence[int],
    grams: Sequence[int | None],
    fallback: FreightKey = FreightKey.PIECES,
) -> tuple[int, ...]:
    """Return what to split by, one number a person.

    One unknown weight makes weights void for all, and so does a key that sums up to nothing.
    """
    known = [each for each in grams if each is not None]
    by_key: dict[FreightKey, Sequence[int]] = {
        FreightKey.PIECES: pieces,
        FreightKey.VALUE: goods,
        FreightKey.HEAD: [1] * len(pieces),
        FreightKey.WEIGHT: known if len(known) == len(grams) else (),
    }
    chosen = by_key[key]
    if sum(chosen) <= 0:
        chosen = by_key[fallback] if sum(by_key[fallback]) > 0 else by_key[FreightKey.HEAD]
    return tuple(chosen)


def fee_of(goods: int, fee_ppm: int) -> Fen:
    """Return the fee on a person's goods, both in fen: cut once, so that it exceeds no percent."""
    return Fen(fee_ppm * goods // PPM)


def freight_cap(estimate: int, cap_ppm: int) -> Fen:
    """Return what a person agrees to at most, in fen: the estimate and more, to a whole yuan."""
    most = -(-estimate * cap_ppm // PPM)
    return Fen(-(-most // FEN_PER_YUAN) * FEN_PER_YUAN)
