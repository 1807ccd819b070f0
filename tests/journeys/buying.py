"""The way to each later step, walked as a person walks it; and what the marketplace saw of it."""

import asyncio
import re
from typing import Any

import httpx
from chat import Person, Shown

from tests.loopback import http_client

SNEAKERS = 692428411078  # pairs, 29 variants, from 3, no mixed batch, three price tiers
SOCKS = 763563718333  # pairs, 5 variants, from 10, mixed batch from 20 pieces
BASKETBALL = 568749575341  # 2 variants, from 1, no mixed batch
TSHIRT = 698397360884  # 25 variants, mixed batch, with a member's discount
SCISSORS = 642035887156  # no variants, from 5, another seller
TAPE_MEASURE = 730698112924  # no variants, from 2, tiers at 2 and 60
GIFT_BAG = 822434767613  # no variants, lots of 12
LED_STRIP = 800387726699  # metres, from 5, 3 variants
PENCILS = 791621470352  # boxes, no variants, from 5

ADDRESS = "张三 13812345678 浙江省杭州市滨江区长河街道网商路699号"


async def at_offer(buyer: Person, offer_id: int) -> Shown:
    """Open an offer by its link."""
    await buyer.send(f"https://detail.1688.com/offer/{offer_id}.html")
    return await buyer.sees("Minimum order|起订量")


async def at_quantity(buyer: Person, offer_id: int, *values: str) -> Shown:
    """Open an offer and choose a variant by its values, if it has any."""
    await at_offer(buyer, offer_id)
    if not values:
        return await buyer.do("Choose a quantity|选数量", "How many|要多少")
    await buyer.do("Choose a variant|选规格", "Choose|请选择")
    for value in values[:-1]:
        await buyer.do(value, "Choose|请选择")
    return await buyer.do(values[-1], "How many|要多少")


async def at_lines(buyer: Person, offer_id: int, quantity: int, *values: str) -> Shown:
    """Put a quantity of an offer on the order."""
    await at_quantity(buyer, offer_id, *values)
    return await buyer.say(str(quantity), "Your order|待下单")


async def has_address(buyer: Person, place: str = "滨江区网商路699号") -> Person:
    """Save an address in the book, and be back at the start."""
    await buyer.say("/address", "address yet|还没有收货地址")
    await buyer.do("Add an address|添加地址", "New address|新地址")
    await buyer.say(f"张三 13812345678 浙江省杭州市{place}", "Is this right|请核对地址")
    await buyer.do("Save|保存", "Your addresses|收货地址")
    return buyer


async def at_preview(
    buyer: Person, offer_id: int = TAPE_MEASURE, quantity: int = 4, *values: str
) -> Shown:
    """Walk up to the binding numbers."""
    await at_lines(buyer, offer_id, quantity, *values)
    return await from_lines_to_preview(buyer)


async def from_lines_to_preview(buyer: Person, address: str = ADDRESS) -> Shown:
    """Paste an address and come to the binding numbers."""
    await buyer.do("Continue|下一步", "address yet|还没有收货地址")
    await buyer.say(address, "Is this right|请核对地址")
    return await buyer.do("Save|保存", "Total to pay|应付总额")


async def placed(buyer: Person, offer_id: int = TAPE_MEASURE, quantity: int = 4) -> Shown:
    """Walk the whole way; the order awaits payment."""
    await at_preview(buyer, offer_id, quantity)
    return await buyer.do("Confirm order|确认下单", "Order placed|下单成功")


class Market:
    """The simulated marketplace as its operator sees and steers it."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def orders(self) -> list[dict[str, Any]]:
        return list(await self._get("/sandbox/orders"))

    async def only_order(self) -> dict[str, Any]:
        orders = await self.orders()
        assert len(orders) == 1, f"{len(orders)} orders"
        return orders[0]

    async def count(self, endpoint: str) -> int:
        """How often an endpoint was called since the world was reset."""
        report = await self._get("/sandbox/calls")
        return int(report["counts"].get(endpoint, 0))

    async def until_called(self, endpoint: str) -> None:
        """Wait until an endpoint was called, whether or not it has answered yet."""
        for _ in range(1200):
            if await self.count(endpoint):
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"{endpoint} was never called")

    async def offer(self, offer_id: int) -> dict[str, Any]:
        offers = await self._get("/sandbox/offers")
        return next(each for each in offers if each["offerId"] == offer_id)

    async def change(self, offer_id: int, **patch: Any) -> None:
        await self._post(f"/sandbox/offers/{offer_id}", patch)

    async def switch(self, **switches: Any) -> None:
        answer = await self._http.patch("/sandbox/switches", json=switches)
        assert answer.status_code == 200, answer.text

    async def fault(self, kind: str, endpoint: str, **more: Any) -> None:
        await self._post("/sandbox/faults", {"kind": kind, "endpoint": endpoint, **more})

    async def mend(self) -> None:
        await self._http.delete("/sandbox/faults")

    async def order(self, order_id: str, action: str, **body: Any) -> None:
        await self._post(f"/sandbox/orders/{order_id}/{action}", body)

    async def pass_time(self, seconds: float) -> None:
        """Push the marketplace's clock forward."""
        await self._post("/sandbox/clock", {"advance": seconds})

    async def _get(self, path: str) -> Any:
        answer = await self._http.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def _post(self, path: str, body: dict[str, Any]) -> None:
        answer = await self._http.post(path, json=body)
        assert answer.status_code == 200, answer.text


async def pay_at_cashier(url: str) -> None:
    """Open the payment page and press its button, as a browser does."""
    async with http_client(follow_redirects=True) as browser:
        page = await browser.get(url)
        assert page.status_code == 200
        total = re.search(r'name="total" value="(\d+)"', page.text)
        assert total, page.text[:2000]
        answer = await browser.post(url, data={"total": total[1]})
        assert answer.status_code == 200
