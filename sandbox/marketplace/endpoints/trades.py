"""5.4 and 5.5: one order, and the list of orders."""

from __future__ import annotations

from math import inf

from sandbox.marketplace.clock import parse_compact_time
from sandbox.marketplace.endpoints.cancel_order import SITE
from sandbox.marketplace.envelope import BAD_PARAMETER, NOT_FOUND, GatewayRefusal
from sandbox.marketplace.orders import Order
from sandbox.marketplace.request import ApiCall
from sandbox.marketplace.trade_view import listed_trade, whole_trade
from sandbox.marketplace.world import World

MAX_PAGE_SIZE = 50


async def order_detail(world: World, call: ApiCall) -> object:
    """The trade itself, with all documented top-level keys."""
    if call.text("webSite") != SITE:
        raise GatewayRefusal(BAD_PARAMETER, "webSite参数错误")
    order = world.book.get(call.text("orderId"))
    if order is None:
        raise GatewayRefusal(NOT_FOUND, "订单不存在或无权查看")
    listed = world.switches.unpaid_trade_terms == "listed"
    return whole_trade(order, call.base_url, unpaid_terms=listed)


async def order_list(world: World, call: ApiCall) -> object:
    """`{result, totalRecord}`, newest first."""
    page = _number(call, "page", 1)
    size = _number(call, "pageSize", 20)
    if size > MAX_PAGE_SIZE:
        raise GatewayRefusal(BAD_PARAMETER, f"pageSize参数不能大于{MAX_PAGE_SIZE}")
    start, end = _time(call, "createStartTime"), _time(call, "createEndTime")
    changed = _times(world, call)
    status = call.optional_text("orderStatus")
    name = call.optional_text("productName")
    merchant_no = call.optional_text("outOrderId")
    found = [
        order
        for order in world.book.all()
        if (start is None or order.created_ms >= start)
        and (end is None or order.created_ms <= end)
        and changed[0] <= order.modified_ms <= changed[1]
        and (status is None or order.status == status)
        and (name is None or any(name in line.name for line in order.lines))
        and (merchant_no is None or _is_found(world, order, merchant_no))
    ]
    found.sort(key=lambda order: order.created_ms, reverse=True)
    shown = found[(page - 1) * size :][:size]
    return {
        "result": [listed_trade(order, call.base_url) for order in shown],
        "totalRecord": len(found),
    }


def _times(world: World, call: ApiCall) -> tuple[float, float]:
    """The bounds of the last change, in milliseconds."""
    if world.switches.modify_time_filter == "ignored":
        return 0, inf
    start, end = _time(call, "modifyStartTime"), _time(call, "modifyEndTime")
    return start or 0, inf if end is None else end


def _is_found(world: World, order: Order, merchant_no: str) -> bool:
    switches = world.switches
    if switches.out_order_id_filter == "ignored":
        return True
    if switches.out_order_id_filter == "late":
        age_seconds = (world.clock.now_ms() - order.created_ms) / 1000
        if age_seconds < switches.out_order_id_late_seconds:
            return False
    return order.third_order_id == merchant_no


def _number(call: ApiCall, name: str, default: int) -> int:
    return default if call.optional_integer(name) is None else call.integer(name)


def _time(call: ApiCall, name: str) -> int | None:
    text = call.optional_text(name)
    if text is None:
        return None
    try:
        return parse_compact_time(text)
    except ValueError:
        raise GatewayRefusal(
            BAD_PARAMETER, f"{name}参数格式错误，应为yyyyMMddHHmmssSSS+0800"
        ) from None
