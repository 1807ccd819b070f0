"""5.2: orders are made, wait for payment and take stock."""

from __future__ import annotations

from collections.abc import Sequence

from sandbox.marketplace.endpoints.refused import refused
from sandbox.marketplace.envelope import (
    BAD_PARAMETER,
    VALIDATION_ERROR,
    GatewayRefusal,
    OrderRefusal,
)
from sandbox.marketplace.order_request import OrderRequest, read_order_request
from sandbox.marketplace.orders import Order, OrderLine
from sandbox.marketplace.quoting import Line, PricedLine, QuotedOrder, quote
from sandbox.marketplace.request import ApiCall
from sandbox.marketplace.rules import (
    NO_STOCK,
    NO_STOCK_TEXT,
    FailedLine,
    check_flow,
    check_quantities,
    check_stock,
    resolve,
    without_stock,
)
from sandbox.marketplace.world import World

MAX_SKUS = 100
REPEATED = "THIRD_ORDER_ID_REPEATED"

Answer = dict[str, object]


async def create_order(world: World, call: ApiCall) -> object:
    """`{orderId, totalSuccessAmount, postFee, …}`; ids are strings, amounts fen."""
    try:
        third_order_id, message = call.text("thirdOrderId"), _note(call)
        flow = call.text("flow")
    except GatewayRefusal as refusal:
        raise GatewayRefusal(VALIDATION_ERROR, refusal.message) from None
    try:
        wanted = read_order_request(call, VALIDATION_ERROR)
        if len(wanted.lines) > MAX_SKUS:
            raise GatewayRefusal(VALIDATION_ERROR, f"一次下单最多支持{MAX_SKUS}个SKU")
        check_flow(flow)
        if before := _already_made(world, third_order_id):
            return _answer(world, before, ())
        lines, failed = _orderable(world, wanted)
    except OrderRefusal as refusal:
        return refused(world, _refusal_answer(refusal), refusal.message)
    quoted = quote(lines, wanted.address.district_code, world.switches)
    orders = [_order(world, part, wanted, third_order_id, message) for part in quoted]
    world.trading.record(orders)
    return _answer(world, orders, failed)


def _already_made(world: World, third_order_id: str) -> Sequence[Order]:
    """The orders to answer a repeated number with; raises OrderRefusal when it is an error."""
    before = world.book.of_merchant(third_order_id)
    if before and world.switches.repeated_third_order_id == "error":
        raise OrderRefusal(REPEATED, "thirdOrderId重复，请勿重复下单")
    return before if world.switches.repeated_third_order_id == "same_order" else ()


def _note(call: ApiCall) -> str:
    note = call.first.get("message")
    if not isinstance(note, str):
        raise GatewayRefusal(BAD_PARAMETER, "message参数不能为空")
    return note


def _orderable(world: World, wanted: OrderRequest) -> tuple[Sequence[Line], Sequence[FailedLine]]:
    """The lines to order and those left out for want of stock; raises OrderRefusal."""
    lines = resolve(world.shelf, wanted.lines)
    failed: Sequence[FailedLine] = ()
    if world.switches.stock_shortage == "order_the_rest":
        failed = without_stock(lines)
        short = {(line.offer_id, line.spec_id) for line in failed}
        rest = tuple(line for line in lines if (line.offer_id, line.spec_id) not in short)
        if not rest:
            check_stock(lines)
        lines = rest
    check_stock(lines)
    check_quantities(lines, world.switches)
    return lines, failed


def _order(
    world: World, quoted: QuotedOrder, wanted: OrderRequest, third_order_id: str, message: str
) -> Order:
    order_id, now = world.book.new_number(), world.clock.now_ms()
    seller = quoted.lines[0].line.offer.seller
    single = len(quoted.lines) == 1
    return Order(
        order_id=order_id,
        third_order_id=third_order_id,
        message=message,
        seller_open_id=seller.seller_open_id,
        seller_login_id=seller.login_id,
        seller_member_id=seller.member_id,
        address=wanted.address,
        lines=[
            _order_line(order_id if single else world.book.new_number(), priced)
            for priced in quoted.lines
        ],
        freight_fen=quoted.carriage_fen,
        created_ms=now,
        modified_ms=now,
        pay_timeout_seconds=world.switches.pay_timeout_seconds,
    )


def _order_line(line_id: str, priced: PricedLine) -> OrderLine:
    line, offer, sku = priced.line, priced.line.offer, priced.line.sku
    own_picture = next((c.picture for c in sku.attributes if c.picture), None) if sku else None
    return OrderLine(
        line_id=line_id,
        offer_id=offer.offer_id,
        spec_id=line.spec_id,
        sku_id=sku.sku_id if sku else None,
        name=offer.subject,
        unit=offer.unit.zh,
        picture=own_picture or offer.pictures[0],
        cargo_number=sku.cargo_number if sku else offer.cargo_number,
        attributes=tuple((c.name.zh, c.value.zh) for c in sku.attributes) if sku else (),
        quantity=line.quantity,
        list_unit_fen=priced.list_unit_fen,
        amount_fen=priced.amount_fen,
    )


def _answer(world: World, orders: Sequence[Order], failed: Sequence[FailedLine]) -> Answer:
    only = orders[0] if len(orders) == 1 else None
    lone_success = world.switches.create_success_flag == "true"
    return {
        "totalSuccessAmount": only.total_fen if only else None,
        "orderId": only.order_id if only else None,
        "success": lone_success and not failed,
        "code": NO_STOCK if failed else None,
        "message": NO_STOCK_TEXT if failed else None,
        "accountPeriod": None,
        "failedOfferList": [_failed(line) for line in failed] or None,
        "postFee": only.freight_fen if only else None,
        "orderList": [] if only else [_made(order) for order in orders],
    }


def _made(order: Order) -> Answer:
    return {
        "postFee": order.freight_fen,
        "orderAmmount": order.total_fen,
        "message": None,
        "resultCode": None,
        "success": True,
        "orderId": order.order_id,
    }


def _failed(line: FailedLine) -> Answer:
    return {
        "offerId": line.offer_id,
        "specId": line.spec_id,
        "errorCode": line.code,
        "errorMessage": line.message,
    }


def _refusal_answer(refusal: OrderRefusal) -> Answer:
    failed = [
        _failed(FailedLine(offer_id, spec_id, refusal.code, refusal.message))
        for offer_id, spec_id in refusal.lines
    ]
    return {
        "totalSuccessAmount": None,
        "orderId": None,
        "success": False,
        "code": refusal.code,
        "message": refusal.message,
        "accountPeriod": None,
        "failedOfferList": failed or None,
        "postFee": None,
        "orderList": [],
    }
