"""5.6: the buyer confirms what was sent, and the money is on its way to the seller."""

from __future__ import annotations

from sandbox.marketplace.envelope import BAD_PARAMETER, BUSINESS_ERROR, GatewayRefusal
from sandbox.marketplace.request import ApiCall
from sandbox.marketplace.world import World

NO_SUCH_ORDER = "4003"
"""The one documented code; the others are made up."""
NOT_ALLOWED = "4004"
NO_SUCH_LINE = "4005"

Answer = dict[str, object]


async def confirm_receipt(world: World, call: ApiCall) -> object:
    """`{result: {success, errorInfo, errorCode}}`; a refusal is code 1009 with the same data."""
    order_id, line_ids = str(call.integer("orderId")), _line_ids(call)
    order = world.book.get(order_id)
    if order is None:
        raise _refusal(NO_SUCH_ORDER, "订单信息不存在,请核对后重试")
    try:
        world.trading.receive(order, line_ids)
    except KeyError:
        raise _refusal(NO_SUCH_LINE, "子订单信息不存在,请核对后重试") from None
    except ValueError:
        raise _refusal(NOT_ALLOWED, "订单状态不允许确认收货") from None
    done: Answer = {"success": True, "errorInfo": None, "errorCode": None}
    shapes: dict[str, object] = {"result": {"result": done}, "flat": done, "null": None}
    return shapes[world.switches.confirm_receipt_answer]


def _line_ids(call: ApiCall) -> list[str]:
    """The line ids, which the sample writes as bare numbers."""
    ids = call.first.get("orderEntryIds")
    if not isinstance(ids, list) or not ids:
        raise GatewayRefusal(BAD_PARAMETER, "orderEntryIds参数不能为空")
    if not all(type(each) is int for each in ids):
        raise GatewayRefusal(BAD_PARAMETER, "orderEntryIds参数类型错误，应为整数")
    return [str(each) for each in ids]


def _refusal(code: str, text: str) -> GatewayRefusal:
    result = {"success": False, "errorInfo": text, "errorCode": code}
    return GatewayRefusal(BUSINESS_ERROR, "买家确认收货失败", {"result": result})
