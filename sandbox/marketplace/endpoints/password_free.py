"""6.2: the order is paid from the buyer account's agreement, without a cashier.

Codes of refusals are not catalogued; those here are of the official batch payment push.
"""

from __future__ import annotations

from sandbox.marketplace.endpoints.refused import refused
from sandbox.marketplace.envelope import OrderRefusal
from sandbox.marketplace.orders import Order
from sandbox.marketplace.request import ApiCall
from sandbox.marketplace.world import World

CHANNEL = "alipay"

Answer = dict[str, object]


async def pay_without_password(world: World, call: ApiCall) -> object:
    """`{success, code, message, result: {payChannel, paySuccess}}`, nested by switch.

    `paySuccess` false proves nothing: the money may have been taken.
    """
    order_id, amount = call.text("orderId"), call.optional_integer("payAmount")
    try:
        order = _payable(world, order_id)
        _check_account(world, order, amount)
    except OrderRefusal as refusal:
        answer: Answer = {"success": False, "code": refusal.code, "message": refusal.message}
        return refused(world, _nested(world, answer | {"result": None}), refusal.message)
    outcome = world.switches.protocol_pay
    if outcome == "pending":
        seconds = world.switches.protocol_pay_pending_seconds
        world.trading.start_paying(order, seconds, debited=True)
    elif outcome != "failed":
        world.trading.pay_by_agreement(order)
    paid = outcome == "clear"
    result: Answer = {"payChannel": CHANNEL if paid else None, "paySuccess": paid}
    return _nested(world, {"success": True, "code": None, "message": None, "result": result})


def _payable(world: World, order_id: str) -> Order:
    order = world.book.get(order_id)
    if order is None:
        raise OrderRefusal("ORDER_NOT_EXIST", "订单不存在")
    if not order.awaits_payment:
        raise OrderRefusal("ORDER_STATUS_ERROR", "订单状态不允许支付")
    if order.is_paying:
        raise OrderRefusal("ORDER_IS_PAYING", "订单正在支付中，请勿重复支付")
    return order


def _check_account(world: World, order: Order, amount: int | None) -> None:
    switches = world.switches
    if switches.protocol_agreement == "unsigned":
        raise OrderRefusal("ACCOUNT_NOT_EXIST", "未签约免密支付协议")
    if amount not in (None, order.total_fen) and switches.protocol_pay_amount == "honoured":
        raise OrderRefusal("PARAM_ILLEGAL", "支付金额与订单金额不一致")
    spent = sum(each.debited_fen for each in world.book.all())
    balance = switches.protocol_balance_fen
    if balance is not None and spent + order.total_fen > balance:
        raise OrderRefusal("ACCOUNT_BALANCE_NOT_ENOUGH", "账户余额不足")


def _nested(world: World, answer: Answer) -> Answer:
    nesting = world.switches.protocol_pay_nesting
    if nesting == "result":
        return {"result": answer}
    if nesting == "flat" and isinstance(answer["result"], dict):
        return answer["result"]
    return answer
