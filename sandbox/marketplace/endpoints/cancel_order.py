"""5.3: an unpaid order closes, and its stock returns."""

from __future__ import annotations

from sandbox.marketplace.endpoints.refused import refused
from sandbox.marketplace.envelope import BAD_PARAMETER, GatewayRefusal
from sandbox.marketplace.request import ApiCall
from sandbox.marketplace.world import World

SITE = "1688"
REASONS = frozenset({"buyerCancel", "sellerGoodsLack", "other"})


async def cancel_order(world: World, call: ApiCall) -> object:
    """`{success, errorCode, errorMessage}`."""
    if call.text("webSite") != SITE:
        raise GatewayRefusal(BAD_PARAMETER, "webSite参数错误")
    order_id = call.optional_text("orderId") or call.text("tradeID")
    reason = call.text("cancelReason")
    if reason not in REASONS:
        raise GatewayRefusal(BAD_PARAMETER, "cancelReason参数错误")
    order = world.book.get(order_id)
    if order is None:
        return _refused(world, "ORDER_NOT_EXIST", "订单不存在")
    if not order.awaits_payment or order.is_paying:
        return _refused(world, "ORDER_STATUS_ERROR", "订单状态不允许取消")
    age_seconds = (world.clock.now_ms() - order.created_ms) / 1000
    if age_seconds < world.switches.cancel_after_seconds:
        return _refused(world, "CLOSE_ORDER_TOO_FAST", "订单创建时间过短，请稍后再取消")
    world.trading.close(order, reason, "CLOSE_TRADE_BY_BUYER", call.optional_text("remark"))
    return {"success": True, "errorCode": None, "errorMessage": None}


def _refused(world: World, code: str, message: str) -> object:
    return refused(world, {"success": False, "errorCode": code, "errorMessage": message}, message)
