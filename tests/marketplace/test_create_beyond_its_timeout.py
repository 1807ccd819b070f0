"""A create that the client gives up and the marketplace makes afterwards, over HTTP."""

import asyncio
from datetime import UTC, datetime

import pytest
from sandbox_world import World, a_line

from bot.domain.orders import Order
from bot.services.placing.ordering import Ordering
from tests.services.agreed import consent, stored
from tests.tiers import slow_but


@pytest.mark.parametrize(
    "repeated", slow_but(["same_order"], ["second_order", "same_order", "error"])
)
async def test_a_create_slower_than_its_time_out_ends_as_one_order(
    world: World, address, repeated: str
):
    """It is looked up, and found once, whatever a second create would have done."""
    await world.switch(repeated_third_order_id=repeated)
    client = world.client(seconds={"create": 1.0})
    line = await a_line(world, client)
    agreed = consent(lines=(line,), quote=await client.preview([line], address), address=address)
    storage = await stored(agreed.replace(created_at=datetime.now(UTC)))
    await world.fault("slow", "create", seconds=1.5)
    ordering = Ordering(client, storage, lookup_delays=[0.1] * 500)
    settled = asyncio.Event()

    async def hear(order: Order) -> None:
        if order.is_settled:
            settled.set()

    ordering.on_change(hear)
    ordering.start(agreed.order_no)
    await asyncio.wait_for(settled.wait(), 60)
    await ordering.close()
    order = await storage.order(agreed.order_no)
    assert order.lookups > 0
    assert [part.order_id.id for part in order.parts] == [
        each["orderId"] for each in await world.get("orders")
    ]
