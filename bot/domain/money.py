"""Money: integer fen inside, yuan decimals only at the edge, floats never."""

from decimal import ROUND_CEILING, Decimal, InvalidOperation
from typing import NewType

Fen = NewType("Fen", int)
"""An amount in fen, a hundredth of a yuan."""

ZERO = Fen(0)
_FEN_PER_YUAN = 100


class MoneyError(ValueError):
    """A text or number that is no exact amount of fen."""


def from_yuan(yuan: str | int | Decimal) -> Fen:
    """Convert yuan such as `"12.00"`, `"6.9"` or `Decimal("13.21")` to fen, exactly.

    Raises `MoneyError` for floats, words, NaN, infinities and fractions of a fen.
    """
    fen = _decimal(yuan) * _FEN_PER_YUAN
    if fen != fen.to_integral_value():
        raise MoneyError(f"not a whole number of fen: {yuan!r}")
    return Fen(int(fen))


def estimate_from_yuan(yuan: str | int | Decimal) -> Fen:
    """Convert a list price to fen, rounding a fraction of a fen up.

    For estimates only: some sellers list unit prices below one fen's precision, and an
    estimate must never promise less than is due. Binding amounts go through `from_yuan`.
    """
    fen = _decimal(yuan) * _FEN_PER_YUAN
    return Fen(int(fen.to_integral_value(rounding=ROUND_CEILING)))


def to_yuan(fen: Fen | int) -> Decimal:
    """Convert fen to a yuan decimal with two places, for display and the wire."""
    return (Decimal(fen) / _FEN_PER_YUAN).quantize(Decimal("0.01"))


def _decimal(yuan: str | int | Decimal) -> Decimal:
    if isinstance(yuan, bool) or not isinstance(yuan, str | int | Decimal):
        raise MoneyError(f"not an amount: {yuan!r}")
    try:
        value = Decimal(yuan.strip() if isinstance(yuan, str) else yuan)
    except InvalidOperation as error:
        raise MoneyError(f"not an amount: {yuan!r}") from error
    if not value.is_finite():
        raise MoneyError(f"not an amount: {yuan!r}")
    return value
