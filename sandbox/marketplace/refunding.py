"""The steps of a refund, whose they are, and what the last one does to the order (contract 7, 8).

```
apply ─▶ waitselleragree ─agree (goods were sent)─▶ waitbuyersend ─return─▶ waitsellerreceive
           ▲    │   └──agree (nothing sent), refund──▶ refundsuccess ◀──refund──────┘
     apply │    └reject─▶ waitbuyermodify        end: from any open stage ─▶ refundclose
           └──────────────────┘
```
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sandbox.marketplace.orders import Order, OrderLine, shares
from sandbox.marketplace.refunds import Refund, RefundStage, new_refund_id

Step = Literal["apply", "agree", "reject", "return", "refund", "end"]
Operator = Literal["buyer", "seller", "system"]

AFTER_THE_SALE = ("confirm_goods", "success")
DURING_THE_SALE = ("waitsellersend", "waitbuyerreceive")


@dataclass(frozen=True)
class Ask:
    """What a step is asked to do. `amount` in fen and `lines` count for `apply` alone."""

    step: Step
    amount: int | None = None
    lines: tuple[str, ...] = ()
    after_sales: bool | None = None
    """None: as the order's state has it."""


@dataclass(frozen=True)
class RefundNews:
    """What a push tells of a step: `refundAction` and `operator`."""

    action: str
    operator: Operator
    after_sales: bool = False


def take_step(order: Order, at_ms: int, ask: Ask) -> RefundNews:
    """Move the order's refund on. Raises ValueError for a step that cannot follow now."""
    news = _apply(order, at_ms, ask) if ask.step == "apply" else _move(order, at_ms, ask.step)
    order.modified_ms = at_ms
    return news


def close_refund(order: Order, lines: list[OrderLine], action: str) -> RefundNews | None:
    """End an open refund of any of these lines, as sending or receiving them does."""
    refund = order.open_refund
    touched = {line.line_id for line in lines}
    if refund is None or refund.after_sales or not touched & set(refund.line_ids):
        return None
    refund.stage = "refundclose"
    return RefundNews(action, "seller" if action.startswith("SELLER") else "buyer")


def _apply(order: Order, at_ms: int, ask: Ask) -> RefundNews:
    refund = order.open_refund
    if refund is not None and refund.stage != "waitbuyermodify":
        raise ValueError(f"a refund of order {order.order_id} is already {refund.stage}")
    after_sales = order.status in AFTER_THE_SALE
    if not after_sales and order.status not in DURING_THE_SALE:
        raise ValueError(f"nothing can be refunded: order {order.order_id} is {order.status}")
    if ask.after_sales is not None and ask.after_sales != after_sales:
        when = "after" if after_sales else "during"
        raise ValueError(f"order {order.order_id} is {order.status}: a refund is {when} the sale")
    lines = [order.line(each) for each in ask.lines] or [x for x in order.lines if not x.gone]
    most = _most(order, lines, every=not ask.lines)
    amount = most if ask.amount is None else ask.amount
    if not 0 < amount <= most:
        raise ValueError(f"{amount} fen cannot be refunded: at most {most} are left")
    if refund is not None:
        order.refunds.remove(refund)
    order.refunds.append(
        Refund(
            refund_id=refund.refund_id if refund else new_refund_id(),
            amount_fen=amount,
            line_ids=tuple(line.line_id for line in lines),
            after_sales=after_sales,
            asked_ms=at_ms,
        )
    )
    return RefundNews("BUYER_APPLY_REFUND", "buyer", after_sales)


def _most(order: Order, lines: list[OrderLine], *, every: bool) -> int:
    if every:
        return order.total_fen - order.refunded_fen
    return sum(line.amount_fen - line.refunded_fen for line in lines)


def _move(order: Order, at_ms: int, step: Step) -> RefundNews:
    refund = order.open_refund
    if refund is None:
        raise ValueError(f"no refund of order {order.order_id} is being handled")
    lines = [order.line(each) for each in refund.line_ids]
    sent = any(order.shipped(line) for line in lines)
    steps: dict[tuple[Step, RefundStage], tuple[RefundStage, str, Operator]] = {
        ("agree", "waitselleragree"): ("waitbuyersend", "SELLER_AGREE_REFUND_PROCOTOL", "seller")
        if sent
        else ("refundsuccess", "SELLER_AGREE_REFUND", "seller"),
        ("reject", "waitselleragree"): (
            "waitbuyermodify",
            "SELLER_REJECT_REFUND_PROCOTOL" if sent else "SELLER_REJECT_REFUND",
            "seller",
        ),
        ("return", "waitbuyersend"): ("waitsellerreceive", "BUYER_SEND_GOODS", "buyer"),
        ("refund", "waitselleragree"): ("refundsuccess", "SELLER_AGREE_REFUND", "seller"),
        ("refund", "waitsellerreceive"): ("refundsuccess", "SELLER_RECEIVE_GOODS", "seller"),
        ("refund", "waitbuyermodify"): ("refundsuccess", "SYSTEM_AGREE_REFUND", "system"),
        ("refund", "waitbuyersend"): ("refundsuccess", "SYSTEM_AGREE_REFUND", "system"),
    }
    if step == "end":
        after: tuple[RefundStage, str, Operator] | None
        after = ("refundclose", "BUYER_CANCEL_REFUND_CLOSE", "buyer")
    else:
        after = steps.get((step, refund.stage))
    if after is None:
        raise ValueError(f"{step} cannot follow: the refund is {refund.stage}")
    returned = refund.stage == "waitsellerreceive"
    refund.stage, action, operator = after
    if refund.stage == "refundsuccess":
        _pay_back(order, at_ms, refund, lines, returned=returned)
    return RefundNews(action, operator, refund.after_sales)


def _pay_back(
    order: Order, at_ms: int, refund: Refund, lines: list[OrderLine], *, returned: bool
) -> None:
    left = [line.amount_fen - line.refunded_fen for line in lines]
    for line, part in zip(lines, shares(min(refund.amount_fen, sum(left)), left), strict=True):
        line.refunded_fen += part
        line.returned = line.returned or returned
        whole = not refund.after_sales and line.refunded_fen >= line.amount_fen
        line.gone = line.gone or whole
    if not refund.after_sales:
        _settle(order, at_ms)


def _settle(order: Order, at_ms: int) -> None:
    """Where the order stands once some of it was paid back during the sale (contract 7)."""
    if order.refunded_fen >= order.total_fen or all(line.gone for line in order.lines):
        order.status = "cancel"
        order.closed_ms = at_ms
        # The pushes call it a close by the seller (contract 8); the reason is not documented.
        order.close_reason = "other"
        order.close_operate_type = "CLOSE_TRADE_BY_SELLER"
    elif order.all_received:
        order.status = "confirm_goods"
        order.received_ms = at_ms
    elif order.parcels and order.status == "waitsellersend" and not order.to_ship():
        order.status = "waitbuyerreceive"
        order.all_sent_ms = at_ms
