"""Money: integer fen inside, yuan decimals only at the edge, floats never."""

import re
from decimal import (
    ROUND_CEILING,
    Context,
    Decimal,
    DecimalException,
    Inexact,
    InvalidOperation,
    Overflow,
)
from typing import NewType

Fen = NewType("Fen", int)
"""An amount in fen, a hundredth of a yuan."""

ZERO = Fen(0)
_FEN_PER_YUAN = Decimal(100)
_FEN = Decimal("0.01")
# Never rounds: what does not fit raises. 60 digits are more than all money there is.
_EXACT = Context(prec=60, Emin=-60, Emax=60, traps=[InvalidOperation, Overflow, Inexact])
# Stricter than Decimal, which also reads 1_000 and full-width digits.
_PLAIN = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


class MoneyError(ValueError):
    """A text or number that is no exact amount of fen."""


def from_yuan(yuan: str | int | Decimal) -> Fen:
    """Convert yuan such as `"12.00"`, `"6.9"` or `Decimal("13.21")` to fen, exactly.

    Raises `MoneyError` for floats, words, NaN, infinities and fractions of a fen.
    """
    fen = _fen(yuan)
    if fen != fen.to_integral_value(context=_EXACT):
        raise MoneyError(f"not a whole number of fen: {yuan!r}")
    return Fen(int(fen))


def estimate_from_yuan(yuan: str | int | Decimal) -> Fen:
    """Convert a list price to fen, rounding a fraction of a fen up.

    For estimates only: some sellers list unit prices below one fen's precision, and an
    estimate must never promise less than is due. Binding amounts go through `from_yuan`.
    """
    return Fen(int(_fen(yuan).to_integral_value(rounding=ROUND_CEILING, context=_EXACT)))


def to_yuan(fen: Fen | int) -> Decimal:
    """Convert fen to a yuan decimal with two places, for display and the wire."""
    return _EXACT.multiply(Decimal(fen), _FEN)


def _fen(yuan: str | int | Decimal) -> Decimal:
    """Return yuan as fen, unrounded. Raises `MoneyError`."""
    if isinstance(yuan, bool) or not isinstance(yuan, str | int | Decimal):
        raise MoneyError(f"not an amount: {yuan!r}")
    if isinstance(yuan, str) and not _PLAIN.fullmatch(yuan.strip()):
        raise MoneyError(f"not an amount: {yuan!r}")
    try:
        fen = _EXACT.multiply(Decimal(yuan), _FEN_PER_YUAN)
    except DecimalException as error:
        raise MoneyError(f"not an amount: {yuan!r}") from error
    if not fen.is_finite():
        raise MoneyError(f"not an amount: {yuan!r}")
    return fen
