"""The simulated marketplace over HTTP, steered by tests, and goods to order from it."""

from dataclasses import dataclass
from typing import Any

import httpx
from daji_gateway import SECRET

from bot.domain.drafts import OrderLine
from bot.domain.identifiers import OfferId
from bot.domain.offers import Offer, QuoteType, Sku
from bot.domain.pricing import unit_price
from bot.domain.quantities import smallest, stock_of
from bot.marketplace.daji.client import DajiClient
from bot.marketplace.daji.config import ClientConfig
from bot.marketplace.daji.retry import Retry

KEY = "dj_test_key"


@dataclass(frozen=True)
class Likeness:
    offer_id: int
    score: float


class EverythingAlike:
    """Stands in for the picture index: every offer resembles every picture."""

    def __init__(self, offer_ids: list[int]) -> None:
        self._matches = [Likeness(each, 0.9) for each in offer_ids]

    def search(self, image: bytes) -> list[Likeness]:
        return self._matches


class World:
    """The simulated marketplace, its steering wheel and clients of it."""

    def __init__(self, url: str, http: httpx.AsyncClient) -> None:
        self.url = url
        self.http = http
        self.clients: list[DajiClient] = []

    def client(self, **config: Any) -> DajiClient:
        settings = ClientConfig(KEY, SECRET, base_url=self.url, **config)
        client = DajiClient(settings, retry=Retry(settings.read_attempts, first=0.001))
        self.clients.append(client)
        return client

    async def switch(self, **values: Any) -> None:
        (await self.http.patch("/sandbox/switches", json=values)).raise_for_status()

    async def fault(self, kind: str, endpoint: str, **rest: Any) -> None:
        body = {"kind": kind, "endpoint": endpoint, **rest}
        (await self.http.post("/sandbox/faults", json=body)).raise_for_status()

    async def post(self, path: str, **body: Any) -> None:
        (await self.http.post(f"/sandbox/{path}", json=body)).raise_for_status()

    async def get(self, path: str) -> Any:
        return (await self.http.get(f"/sandbox/{path}")).json()


def line_of(offer: Offer, sku: Sku | None, quantity: int) -> OrderLine:
    return OrderLine(
        offer_id=offer.offer_id,
        sku_id=sku.sku_id if sku else None,
        spec_id=sku.spec_id if sku else None,
        title=offer.title,
        quantity=quantity,
        unit_price=unit_price(offer, sku, quantity),
    )


async def orderable(
    world: World, client: DajiClient, quote_type: QuoteType = QuoteType.SKUS_BY_QUANTITY
) -> Offer:
    for facts in await world.get("offers"):
        if facts["status"] == "published" and facts["tradable"]:
            offer = await client.offer(OfferId(facts["offerId"]))
            enough = [sku for sku in offer.skus if sku.stock >= 2 * smallest(offer)]
            needed = 0 if quote_type is QuoteType.BY_QUANTITY else 2
            if offer.quote_type is quote_type and len(enough) >= needed:
                return offer
    raise LookupError(quote_type)


def in_stock(offer: Offer) -> list[Sku | None]:
    wanted = 2 * smallest(offer)
    return [sku for sku in offer.skus or (None,) if stock_of(offer, sku) >= wanted]


async def a_line(world: World, client: DajiClient) -> OrderLine:
    offer = await orderable(world, client)
    return line_of(offer, in_stock(offer)[0], smallest(offer))
