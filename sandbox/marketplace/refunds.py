"""A refund as it is kept with its order (contract 5.4). Its steps: `refunding.py`."""

from __future__ import annotations

import random
from typing import Literal

from sandbox.marketplace.camel import CamelModel

RefundStage = Literal[
    "waitselleragree",
    "waitbuyermodify",
    "waitbuyersend",
    "waitsellerreceive",
    "refundsuccess",
    "refundclose",
]
ITEM_SPELLING: dict[RefundStage, str] = {
    "waitselleragree": "WAIT_SELLER_AGREE",
    "waitbuyermodify": "WAIT_BUYER_MODIFY",
    "waitbuyersend": "WAIT_BUYER_SEND",
    "waitsellerreceive": "WAIT_SELLER_RECEIVE",
    "refundsuccess": "REFUND_SUCCESS",
    "refundclose": "REFUND_CLOSED",
}
"""The same stages as the items of an order spell them."""


class Refund(CamelModel):
    """One refund of one or more lines; the amount in fen."""

    refund_id: str
    stage: RefundStage = "waitselleragree"
    amount_fen: int
    line_ids: tuple[str, ...]
    after_sales: bool
    asked_ms: int

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something."""
        return self.stage not in ("refundsuccess", "refundclose")


def new_refund_id() -> str:
    """An id in the form of 1688's refund numbers."""
    return f"TQ{random.SystemRandom().randrange(10**17):017d}"
