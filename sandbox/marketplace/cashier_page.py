"""The cashier's HTML, from `cashier.html`; every foreign text is escaped here."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from html import escape
from importlib.resources import files
from string import Template

from sandbox.marketplace.clock import plain_time
from sandbox.marketplace.money import yuan
from sandbox.marketplace.orders import Order, OrderLine
from sandbox.marketplace.picture_files import small_url

STATES = {
    "waitbuyerpay": ("待付款", "Awaiting payment"),
    "waitsellersend": ("已付款", "Paid"),
    "waitbuyerreceive": ("已发货", "Shipped"),
    "confirm_goods": ("已收货", "Received"),
    "success": ("交易成功", "Completed"),
    "cancel": ("交易关闭", "Closed"),
    "terminated": ("交易终止", "Ended"),
}
PICTURE_EDGE = 310


def cashier_page(orders: Sequence[Order], *, changed: bool) -> str:
    """The page for these orders; `changed` tells that the total moved under the person's eyes."""
    unpaid = [order for order in orders if order.awaits_payment]
    total = sum(order.total_fen for order in unpaid or orders)
    return _page(
        banner=_banner(orders) + (_notice() if changed else ""),
        orders="".join(_order(order) for order in orders),
        foot=_pay_bar(total) if unpaid else "",
    )


def missing_page() -> str:
    """No such order."""
    return _page(
        banner=_state_banner("missing", "?", "订单不存在", "No such order"), orders="", foot=""
    )


def _page(*, banner: str, orders: str, foot: str) -> str:
    return _template().substitute(banner=banner, orders=orders, foot=foot)


@lru_cache(maxsize=1)
def _template() -> Template:
    return Template((files(__package__) / "cashier.html").read_text(encoding="utf-8"))


def _banner(orders: Sequence[Order]) -> str:
    if any(order.awaits_payment for order in orders):
        return ""
    if any(order.paid_ms is not None for order in orders):
        paid = sum(order.total_fen for order in orders if order.paid_ms is not None)
        return _state_banner("paid", "✓", "支付成功", f"Paid · {_money(paid)}")
    return _state_banner("closed", "×", "订单已关闭，无法支付", "Closed, cannot be paid")


def _state_banner(state: str, sign: str, chinese: str, english: str) -> str:
    return (
        f'<section class="banner {state}" data-testid="{state}" role="status">'
        f'<span class="sign" aria-hidden="true">{sign}</span>'
        f"<h2>{chinese}</h2>{_english(english)}</section>"
    )


def _notice() -> str:
    return (
        '<section class="notice" data-testid="changed" role="alert">金额已变化，请核对后再付款'
        f"{_english('The total has changed. Check it before you pay.')}</section>"
    )


def _order(order: Order) -> str:
    state, state_en = STATES[order.status]
    deadline = ""
    if order.awaits_payment:
        deadline = _row(
            "付款截止", "Pay before", f"<time>{plain_time(order.pay_before_ms)}</time> UTC+8"
        )
    changes = ""
    if order.listed_fen != order.goods_fen:
        off = order.goods_fen - order.listed_fen
        changes = _row("优惠与改价", "Discount", _money(off), "discount")
    return (
        f'<article data-testid="order" data-order-id="{escape(order.order_id)}">'
        f'<header><div><small>订单号 <span lang="en">Order</span></small>'
        f"<b>{escape(order.order_id)}</b></div>"
        f'<span class="state {order.status}">{state} <span lang="en">{state_en}</span></span>'
        f"</header><ul>{''.join(_line(line) for line in order.lines)}</ul><dl>"
        f"{_row('商品', 'Goods', _money(order.listed_fen), 'goods')}{changes}"
        f"{_row('运费', 'Freight', _money(order.freight_fen), 'freight')}"
        f"{_row('合计', 'Total', _money(order.total_fen), 'total')}{deadline}</dl></article>"
    )


def _line(line: OrderLine) -> str:
    choices = " · ".join(value for _, value in line.attributes)
    return (
        f'<li><img src="{escape(small_url("", line.picture, PICTURE_EDGE))}" alt="" width="64"'
        f' height="64"><div><p>{escape(line.name)}</p><small>{escape(choices)}</small></div>'
        f'<div class="amount"><b>{_money(line.amount_fen)}</b>'
        f"<small>{_money(line.list_unit_fen)} × {line.quantity} {escape(line.unit)}</small>"
        "</div></li>"
    )


def _pay_bar(total_fen: int) -> str:
    return (
        '<form method="post" class="pay"><div><small>应付 <span lang="en">To pay</span></small>'
        f'<b data-testid="to-pay">{_money(total_fen)}</b></div>'
        f'<input type="hidden" name="total" value="{total_fen}">'
        '<button type="submit" data-testid="pay-button">确认付款 <span lang="en">Pay</span>'
        "</button></form>"
    )


def _row(chinese: str, english: str, value: str, test_id: str | None = None) -> str:
    mark = f' data-testid="{test_id}"' if test_id else ""
    return f'<div><dt>{chinese} <span lang="en">{english}</span></dt><dd{mark}>{value}</dd></div>'


def _english(text: str) -> str:
    return f'<p lang="en">{text}</p>'


def _money(amount_fen: int) -> str:
    sign = "−" if amount_fen < 0 else ""
    return f"{sign}¥{yuan(abs(amount_fen)):,}"
