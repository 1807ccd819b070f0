"""The cashier page: where the person pays the orders of a payment link."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from sandbox.marketplace.cashier_address import CASHIER_PATH, cashier_url, order_ids_in
from sandbox.marketplace.cashier_page import cashier_page, missing_page
from sandbox.marketplace.orders import Order
from sandbox.marketplace.world import World

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; form-action 'self'"
    ),
}


class Cashier:
    """Shows the orders of one link and takes their payment."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        """Where it is found."""
        return [web.get(CASHIER_PATH, self.show), web.post(CASHIER_PATH, self.pay)]

    async def show(self, request: web.Request) -> web.Response:
        """The orders as they stand now."""
        return self._page(self._orders(request), changed=False)

    async def pay(self, request: web.Request) -> web.Response:
        """Pay what awaits payment, if the total is still the one that the person saw."""
        orders = self._orders(request)
        unpaid = [order for order in orders if order.awaits_payment]
        seen = (await request.post()).get("total")
        if unpaid and seen != str(sum(order.total_fen for order in unpaid)):
            return self._page(orders, changed=True)
        self._world.trading.pay(unpaid)
        # Shown by a second request, so that reloading the page cannot pay again.
        raise web.HTTPSeeOther(cashier_url("", [order.order_id for order in orders]))

    def _orders(self, request: web.Request) -> list[Order]:
        self._world.trading.settle_due()
        order_ids = order_ids_in(request.query.get("orderId", ""))
        orders = [self._world.book.get(order_id) for order_id in order_ids]
        found = [order for order in orders if order is not None]
        if not found or len(found) != len(orders):
            raise web.HTTPNotFound(text=missing_page(), content_type="text/html", headers=HEADERS)
        return found

    def _page(self, orders: Sequence[Order], *, changed: bool) -> web.Response:
        text = cashier_page(orders, changed=changed)
        return web.Response(text=text, content_type="text/html", headers=HEADERS)
