"""An order of the marketplace: its facts (contract 5.4). What may happen to it: `order_life.py`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from sandbox.marketplace.camel import CamelModel
from sandbox.marketplace.order_request import Address
from sandbox.marketplace.parcels import Parcel
from sandbox.marketplace.refunds import Refund

Status = Literal[
    "waitbuyerpay",
    "waitsellersend",
    "waitbuyerreceive",
    "confirm_goods",
    "success",
    "cancel",
    "terminated",
]

STATUS_TEXT: dict[str, str] = {
    "waitbuyerpay": "等待买家付款",
    "waitsellersend": "等待卖家发货",
    "waitbuyerreceive": "等待买家收货",
    "confirm_goods": "买家已收货",
    "success": "交易成功",
    "cancel": "交易关闭",
    "terminated": "交易终止",
}
ENDED: frozenset[str] = frozenset({"success", "cancel", "terminated"})


class OrderLine(CamelModel):
    """A line as it was ordered; amounts in fen."""

    line_id: str
    offer_id: int
    spec_id: str | None
    sku_id: int | None
    name: str
    unit: str
    picture: str
    cargo_number: str
    attributes: tuple[tuple[str, str], ...]
    quantity: int
    list_unit_fen: int
    amount_fen: int
    discount_fen: int = 0
    """What the seller changed after the order was made; negative lowers."""
    received_ms: int | None = None
    refunded_fen: int = 0
    """What was paid back for it."""
    gone: bool = False
    """All of its money went back before the sale ended: it is neither shipped nor received."""
    returned: bool = False
    """Its goods went back to the seller."""


class Order(CamelModel):
    """One order. Times are milliseconds, amounts fen."""

    order_id: str
    third_order_id: str
    message: str
    seller_open_id: str
    seller_login_id: str
    seller_member_id: str
    address: Address
    lines: list[OrderLine]
    freight_fen: int
    status: Status = "waitbuyerpay"
    created_ms: int
    modified_ms: int
    pay_timeout_seconds: int
    paying_until_ms: int | None = None
    """A payment is under way and arrives at that time (`payStatus` 9)."""
    debited_fen: int = 0
    """What password-free payment took for it."""
    paid_ms: int | None = None
    all_sent_ms: int | None = None
    received_ms: int | None = None
    completed_ms: int | None = None
    closed_ms: int | None = None
    close_reason: str | None = None
    close_operate_type: str = ""
    close_remark: str | None = None
    parcels: list[Parcel] = Field(default_factory=list)
    refunds: list[Refund] = Field(default_factory=list)

    @property
    def goods_fen(self) -> int:
        """Goods after promotions and the seller's changes."""
        return sum(line.amount_fen for line in self.lines)

    @property
    def listed_fen(self) -> int:
        """Goods at list prices."""
        return sum(line.list_unit_fen * line.quantity for line in self.lines)

    @property
    def discount_fen(self) -> int:
        """The seller's change of price; negative lowers."""
        return sum(line.discount_fen for line in self.lines)

    @property
    def total_fen(self) -> int:
        """What is to be paid."""
        return self.goods_fen + self.freight_fen

    @property
    def refunded_fen(self) -> int:
        """What was paid back."""
        return sum(refund.amount_fen for refund in self.refunds if refund.stage == "refundsuccess")

    @property
    def pay_before_ms(self) -> int:
        """When the order closes if it is still unpaid."""
        return self.created_ms + self.pay_timeout_seconds * 1000

    @property
    def awaits_payment(self) -> bool:
        """Whether it can be paid."""
        return self.status == "waitbuyerpay"

    @property
    def is_paying(self) -> bool:
        """Whether a payment is under way."""
        return self.awaits_payment and self.paying_until_ms is not None

    def line(self, line_id: str) -> OrderLine:
        """The line of that id. Raises KeyError."""
        for line in self.lines:
            if line.line_id == line_id:
                return line
        raise KeyError(f"no such line in order {self.order_id}: {line_id}")

    def shipped(self, line: OrderLine) -> int:
        """Pieces of a line that were sent off."""
        return sum(parcel.contents.get(line.line_id, 0) for parcel in self.parcels)

    def to_ship(self) -> list[OrderLine]:
        """The lines of which pieces are still to be sent off."""
        return [line for line in self.lines if not line.gone and self.shipped(line) < line.quantity]

    def to_receive(self) -> list[OrderLine]:
        """The lines that were sent off whole and are not yet confirmed."""
        return [
            line
            for line in self.lines
            if not line.gone and line.received_ms is None and line.quantity == self.shipped(line)
        ]

    @property
    def all_received(self) -> bool:
        """Whether every line was confirmed, or paid back before that."""
        return all(line.gone or line.received_ms is not None for line in self.lines)

    @property
    def open_refund(self) -> Refund | None:
        """The refund that is being handled, if one is."""
        return next((refund for refund in self.refunds if refund.is_open), None)

    def last_refund(self, *, after_sales: bool) -> Refund | None:
        """The latest refund during or after the sale, ended ones included."""
        found = [refund for refund in self.refunds if refund.after_sales == after_sales]
        return found[-1] if found else None


def shares(total: int, weights: Sequence[int]) -> list[int]:
    """Whole parts of a total in proportion to the weights; together exactly the total."""
    scale = sum(weights) or len(weights)
    parts, given, counted = [], 0, 0
    for weight in weights:
        counted += weight if sum(weights) else 1
        # Rounding the running sum, not each part, leaves no remainder behind.
        reached = abs(total) * counted // scale * (1 if total >= 0 else -1)
        parts.append(reached - given)
        given = reached
    return parts
