"""Fen inside, yuan decimals at the edge of the wire (contract 1.2)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


def fen(yuan: str | Decimal) -> int:
    """Whole fen of a yuan decimal, half a fen rounded up."""
    return int((Decimal(yuan) * 100).to_integral_value(ROUND_HALF_UP))


def yuan(amount_fen: int) -> Decimal:
    """Yuan with two decimals."""
    return (Decimal(amount_fen) / 100).quantize(CENT)


def refund_yuan(amount_fen: int) -> Decimal | int:
    """As `yuan`, but a bare 0 for nothing, as the published order detail writes it."""
    return yuan(amount_fen) if amount_fen else 0


def yuan_text(amount_fen: int) -> str:
    """`"3.50"`: two decimals, as search prices and freight are written."""
    return str(yuan(amount_fen))


def short_yuan_text(amount_fen: int) -> str:
    """`"13.9"`, `"4"`: no trailing zeros, as detail prices are written."""
    text = yuan_text(amount_fen)
    return text.rstrip("0").rstrip(".")
