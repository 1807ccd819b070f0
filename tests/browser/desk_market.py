"""A real simulated marketplace behind the stand-in chat, for the tests of the seller's desk."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx
from aiohttp import web
from aiohttp.test_utils import TestServer

from sandbox.marketplace.app import create_app
from sandbox.marketplace.config import MarketplaceConfig
from sandbox.marketplace.signing import signature
from tests.loopback import http_client

KEY, SECRET = "desk", "desk"
ADDRESS = {
    "fullName": "张三",
    "mobile": "13812345678",
    "phone": "13812345678",
    "postCode": "000000",
    "provinceText": "浙江省",
    "cityText": "杭州市",
    "areaText": "滨江区",
    "townText": "",
    "address": "网商路699号",
    "districtCode": "330108",
}


class NoPictures:
    """The desk searches nothing."""

    def search(self, image: bytes) -> Sequence[Any]:
        return []


class Market:
    """The marketplace as a buyer fills it and a test looks at it."""

    def __init__(self, http: httpx.AsyncClient, address: str, pushed: list[str]) -> None:
        self.http = http
        self.address = address
        self.pushed = pushed
        """What was delivered so far, which may be later than the page shows what brought it."""
        self._orders = 0

    async def order(self, lines: int = 2, quantity: int = 2) -> str:
        """A new unpaid order of so many variants of one offer."""
        self._orders += 1
        offers = (await self.http.get("/sandbox/offers")).json()
        offer = next(
            each
            for each in offers
            if each["status"] == "published"
            and each["minOrderQuantity"] <= quantity
            and not each["batchNumber"]
            and isinstance(each["stock"], dict)
            and sum(stock >= 100 for stock in each["stock"].values()) >= lines
        )
        specs = [spec for spec, stock in offer["stock"].items() if stock >= 100][:lines]
        number = f"DESK{self._orders:04d}"
        body: dict[str, Any] = {
            "appKey": KEY,
            "thirdOrderId": number,
            "message": number,
            "flow": "general",
            "addressParam": ADDRESS,
            "cargoParamList": [
                {"offerId": offer["offerId"], "specId": spec, "quantity": quantity}
                for spec in specs
            ],
        }
        body["sign"] = signature(body.items(), SECRET, "json")
        answer = (await self.http.post("/alibaba/trade/createCrossOrder", json=body)).json()
        return str(answer["data"]["orderId"])

    async def do(self, order_id: str, action: str, **body: Any) -> None:
        path = f"/sandbox/orders/{order_id}/{action}"
        (await self.http.post(path, json=body)).raise_for_status()

    async def facts(self, order_id: str) -> dict[str, Any]:
        orders = (await self.http.get("/sandbox/orders")).json()
        return dict(next(order for order in orders if order["orderId"] == order_id))

    async def pushes(self, number: int) -> list[str]:
        """What was delivered, once it is so many. Raises TimeoutError."""
        async with asyncio.timeout(60):
            while len(self.pushed) < number:  # noqa: ASYNC110 - a server decides; there is no event
                await asyncio.sleep(0.02)
        return self.pushed

    async def switches(self) -> dict[str, Any]:
        return dict((await self.http.get("/sandbox/switches")).json())


@asynccontextmanager
async def open_market() -> AsyncIterator[Market]:
    """Serve a marketplace, and a receiver that takes its pushes."""
    taken: list[str] = []

    async def take(request: web.Request) -> web.Response:
        taken.append(str((await request.post())["message"]))
        return web.Response()

    receiving = web.Application()
    receiving.router.add_post("/push", take)
    async with TestServer(receiving) as receiver:
        config = MarketplaceConfig(
            app_key=KEY, app_secret=SECRET, push_url=str(receiver.make_url("/push"))
        )
        app = create_app(config, picture_search=NoPictures())
        async with (
            TestServer(app) as server,
            http_client(base_url=str(server.make_url("/"))) as http,
        ):
            yield Market(http, str(server.make_url("/")).rstrip("/"), taken)
