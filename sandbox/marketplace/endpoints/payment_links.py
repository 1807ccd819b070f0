"""6.1: the address of the cashier for up to 30 orders."""

from __future__ import annotations

import json

from sandbox.marketplace.cashier_address import cashier_url
from sandbox.marketplace.endpoints.refused import refused
from sandbox.marketplace.envelope import BAD_PARAMETER, GatewayRefusal
from sandbox.marketplace.request import ApiCall
from sandbox.marketplace.world import World

MAX_ORDERS = 30
NOT_PAYABLE = "PRODUCT_TRADE_STAT_ERROR"

Answer = dict[str, object]


async def payment_links(world: World, call: ApiCall) -> object:
    """`{erroMsg, payUrl, success}`; refused when any order does not await payment."""
    order_ids = _order_ids(call.text("orderIdList"), world.switches.order_id_list)
    if len(order_ids) > MAX_ORDERS:
        raise GatewayRefusal(BAD_PARAMETER, f"orderIdList最多支持{MAX_ORDERS}个订单")
    orders = [world.book.get(order_id) for order_id in order_ids]
    if not all(order is not None and order.awaits_payment for order in orders):
        answer: Answer = {"erroMsg": NOT_PAYABLE, "payUrl": None, "success": False}
        return refused(world, answer, NOT_PAYABLE)
    return {"erroMsg": None, "payUrl": cashier_url(call.base_url, order_ids), "success": True}


def _order_ids(text: str, notation: str) -> list[str]:
    """Read `[id,id]` or `id,id`, whichever notation is switched on, and no other."""
    refusal = GatewayRefusal(BAD_PARAMETER, "orderIdList参数格式错误")
    parts: list[object] = list(text.split(","))
    if notation == "json":
        try:
            read = json.loads(text)
        except ValueError:
            raise refusal from None
        if not isinstance(read, list) or not all(type(item) is int for item in read):
            raise refusal
        parts = [str(item) for item in read]
    order_ids = list(dict.fromkeys(str(part).strip() for part in parts))
    if not order_ids or not all(part.isascii() and part.isdigit() for part in order_ids):
        raise refusal
    return order_ids
