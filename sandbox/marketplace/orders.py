"""An order of the marketplace and what may happen to it (contract section 7)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from sandbox.marketplace.camel import CamelModel
from sandbox.marketplace.order_request import Address

Status = Literal["waitbuyerpay", "waitsellersend", "waitbuyerreceive", "success", "cancel"]

STATUS_TEXT: dict[str, str] = {
    "waitbuyerpay": "等待买家付款",
    "waitsellersend": "等待卖家发货",
    "waitbuyerreceive": "等待买家收货",
    "success": "交易成功",
    "cancel": "交易关闭",
}


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
    paid_ms: int | None = None
    closed_ms: int | None = None
    close_reason: str | None = None
    close_operate_type: str = ""
    close_remark: str | None = None

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
    def pay_before_ms(self) -> int:
        """When the order closes if it is still unpaid."""
        return self.created_ms + self.pay_timeout_seconds * 1000

    @property
    def awaits_payment(self) -> bool:
        """Whether it can be paid, changed in price or cancelled."""
        return self.status == "waitbuyerpay"

    def pay(self, at_ms: int) -> None:
        """The buyer has paid; raises ValueError unless it awaits payment."""
        self._only_unpaid("pay")
        self.status = "waitsellersend"
        self.paid_ms = self.modified_ms = at_ms

    def close(self, at_ms: int, reason: str, operate_type: str, remark: str | None = None) -> None:
        """Closed before payment; raises ValueError unless it awaits payment."""
        self._only_unpaid("close")
        self.status = "cancel"
        self.closed_ms = self.modified_ms = at_ms
        self.close_reason = reason
        self.close_operate_type = operate_type
        self.close_remark = remark

    def reprice(self, at_ms: int, goods_delta_fen: int, freight_fen: int | None) -> None:
        """The seller changes goods by a delta and sets the freight.

        Raises ValueError unless it awaits payment and no amount falls below zero.
        """
        self._only_unpaid("change the price of")
        if self.goods_fen + goods_delta_fen < 0 or (freight_fen or 0) < 0:
            raise ValueError("amounts cannot fall below zero")
        for line, share in zip(
            self.lines, shares(goods_delta_fen, [x.amount_fen for x in self.lines]), strict=True
        ):
            line.amount_fen += share
            line.discount_fen += share
        if freight_fen is not None:
            self.freight_fen = freight_fen
        self.modified_ms = at_ms

    def _only_unpaid(self, verb: str) -> None:
        if not self.awaits_payment:
            raise ValueError(f"cannot {verb} order {self.order_id}: it is {self.status}")


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
