"""Addresses of the cashier page: `…?orderId=A`, several as `A;B` (contract 6.1)."""

from __future__ import annotations

from collections.abc import Sequence

CASHIER_PATH = "/order/cashier.htm"


def cashier_url(base_url: str, order_ids: Sequence[str]) -> str:
    """Where these orders are paid."""
    return f"{base_url}{CASHIER_PATH}?orderId={';'.join(order_ids)}"


def order_ids_in(text: str) -> list[str]:
    """The order ids of an `orderId` value."""
    return list(dict.fromkeys(part for part in text.split(";") if part))
