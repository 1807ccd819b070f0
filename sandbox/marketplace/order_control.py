"""`/sandbox/orders/…`: what buyers, sellers and the platform do with an order, by a test's word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, TypeVar

from aiohttp import web
from pydantic import Field

from sandbox.marketplace.camel import StrictCamelModel
from sandbox.marketplace.envelope import json_response
from sandbox.marketplace.facts import order_facts
from sandbox.marketplace.orders import Order
from sandbox.marketplace.parcels import ParcelKind, Trace
from sandbox.marketplace.refunding import Ask, Step
from sandbox.marketplace.trading import Shipment
from sandbox.marketplace.world import World

Each = TypeVar("Each")
Pieces = Annotated[int, Field(ge=1)]


class Pay(StrictCamelModel):
    """`POST …/pay`: at once, or under way (`payStatus` 9) for some seconds first."""

    paying_seconds: Annotated[float, Field(ge=0)] = 0


class Reprice(StrictCamelModel):
    """`POST …/price`, in fen."""

    goods_delta: int = 0
    freight: int | None = None


class Close(StrictCamelModel):
    """`POST …/close`: by the seller unless said otherwise."""

    reason: str = "sellerGoodsLack"
    operate_type: str = "CLOSE_TRADE_BY_SELLER"


class Ship(StrictCamelModel):
    """`POST …/ship`: all that is left, unless lines or pieces of lines are named."""

    lines: tuple[str, ...] = ()
    quantities: dict[str, Pieces] = Field(default_factory=dict)
    type: ParcelKind = "0"
    carrier: str = "中通快递"
    carrier_code: str = "ZTO"
    tracking_number: str = ""
    condition: str = "3"
    """`noLogisticsCondition`, for type 2."""


class Traced(StrictCamelModel):
    """`POST …/trace`: the latest parcel one step on, unless a number and a status are given."""

    tracking_number: str = ""
    status: Trace | None = None


class ChangeNumber(StrictCamelModel):
    """`POST …/mail-no`: another tracking number for a parcel, the latest one unless named."""

    tracking_number: str = ""
    new_tracking_number: str
    carrier: str = ""
    carrier_code: str = ""


class Receive(StrictCamelModel):
    """`POST …/receive`: all that was sent, unless lines are named."""

    lines: tuple[str, ...] = ()


class RefundStep(StrictCamelModel):
    """`POST …/refund`: one step; amount in fen and lines are of `apply`."""

    step: Step
    amount: Annotated[int, Field(ge=1)] | None = None
    lines: tuple[str, ...] = ()
    after_sales: bool | None = None


class OrderControl:
    """The handlers of one world. All answer with the order as it stands after them."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._trading = world.trading

    def routes(self) -> list[web.RouteDef]:
        """Where they are found."""
        steps = {
            "pay": self.pay,
            "close": self.close,
            "price": self.reprice,
            "ship": self.ship,
            "trace": self.trace,
            "mail-no": self.change_number,
            "receive": self.receive,
            "complete": self.complete,
            "terminate": self.terminate,
            "refund": self.refund,
        }
        return [
            web.get("/sandbox/orders", self.show),
            *(
                web.post(f"/sandbox/orders/{{order_id:\\d+}}/{name}", handler)
                for name, handler in steps.items()
            ),
        ]

    async def show(self, request: web.Request) -> web.Response:
        """All orders, oldest first; amounts in fen. `?newest=` keeps only so many."""
        self._trading.settle_due()
        orders = list(self._world.book.all())
        return json_response([order_facts(order) for order in newest(orders, request)])

    async def pay(self, request: web.Request) -> web.Response:
        """The buyer pays."""
        order, how = self._order(request), Pay.model_validate_json(await _body(request))
        if how.paying_seconds:
            self._trading.start_paying(order, how.paying_seconds)
        else:
            self._trading.pay([order])
        return _told(order)

    async def close(self, request: web.Request) -> web.Response:
        """The seller closes the unpaid order."""
        order, how = self._order(request), Close.model_validate_json(await _body(request))
        self._trading.close(order, how.reason, how.operate_type)
        return _told(order)

    async def reprice(self, request: web.Request) -> web.Response:
        """The seller changes goods (by a delta) or freight of the unpaid order."""
        order, change = self._order(request), Reprice.model_validate_json(await _body(request))
        self._trading.reprice(order, change.goods_delta, change.freight)
        return _told(order)

    async def ship(self, request: web.Request) -> web.Response:
        """The seller sends a parcel."""
        order, how = self._order(request), Ship.model_validate_json(await _body(request))
        shipment = Shipment(
            lines=how.lines,
            quantities=how.quantities,
            kind=how.type,
            carrier=how.carrier,
            carrier_code=how.carrier_code,
            tracking_number=how.tracking_number,
            condition=how.condition,
        )
        self._trading.ship(order, shipment)
        return _told(order)

    async def trace(self, request: web.Request) -> web.Response:
        """A carrier tells where a parcel is; the order's state stays."""
        order, what = self._order(request), Traced.model_validate_json(await _body(request))
        self._trading.trace(order, what.tracking_number, what.status)
        return _told(order)

    async def change_number(self, request: web.Request) -> web.Response:
        """The seller corrects a tracking number."""
        order, what = self._order(request), ChangeNumber.model_validate_json(await _body(request))
        carrier = (what.carrier, what.carrier_code) if what.carrier else None
        self._trading.change_number(order, what.tracking_number, what.new_tracking_number, carrier)
        return _told(order)

    async def receive(self, request: web.Request) -> web.Response:
        """The buyer confirms what was sent."""
        order, what = self._order(request), Receive.model_validate_json(await _body(request))
        self._trading.receive(order, what.lines)
        return _told(order)

    async def complete(self, request: web.Request) -> web.Response:
        """The seller gets the money."""
        order = self._order(request)
        self._trading.complete(order)
        return _told(order)

    async def terminate(self, request: web.Request) -> web.Response:
        """The platform ends the order after a dispute."""
        order = self._order(request)
        self._trading.terminate(order)
        return _told(order)

    async def refund(self, request: web.Request) -> web.Response:
        """One step of a refund."""
        order, step = self._order(request), RefundStep.model_validate_json(await _body(request))
        ask = Ask(step.step, step.amount, step.lines, step.after_sales)
        self._trading.refund(order, ask)
        return _told(order)

    def _order(self, request: web.Request) -> Order:
        self._trading.settle_due()
        order_id = request.match_info["order_id"]
        order = self._world.book.get(order_id)
        if order is None:
            raise KeyError(f"no such order: {order_id}")
        return order


def newest(everything: Sequence[Each], request: web.Request) -> Sequence[Each]:
    """As many of the last ones as `?newest=` says; all without it. Raises ValueError."""
    number = request.query.get("newest")
    if number is None:
        return everything
    if not (number.isascii() and number.isdigit()):
        raise ValueError("newest is a number")
    return everything[max(0, len(everything) - int(number)) :]


async def _body(request: web.Request) -> bytes:
    return await request.read() or b"{}"


def _told(order: Order) -> web.Response:
    return json_response(order_facts(order))
