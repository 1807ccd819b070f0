"""Links and states of placed orders: always asked afresh."""

import pytest

from bot.domain.money import Fen
from bot.domain.orders import Order, OrderPart, OrderStatus, Placing
from bot.marketplace.errors import GatewayFailed
from bot.services.payments import Payments
from tests.fakes.scripted_marketplace import ScriptedMarketplace
from tests.services.agreed import FIRST, NUMBER, SECOND, consent, found, stored


def placed(*states: OrderStatus) -> Order:
    parts = tuple(
        OrderPart(order_id=order_id, total=Fen(10_500), freight=Fen(500), status=status)
        for order_id, status in zip((FIRST, SECOND), states, strict=False)
    )
    return consent(Placing.PLACED, parts=parts)


async def payments_of(order: Order, marketplace: ScriptedMarketplace) -> Payments:
    return Payments(marketplace, await stored(order))


async def test_a_link_covers_the_unpaid_parts_only() -> None:
    """What is paid is not asked for again."""
    order = placed(OrderStatus.AWAITING_SHIPMENT, OrderStatus.AWAITING_PAYMENT)
    marketplace = ScriptedMarketplace()
    link = await (await payments_of(order, marketplace)).link(order)
    assert link is not None
    assert marketplace.linked == [(SECOND,)]


async def test_nothing_to_pay_needs_no_link() -> None:
    """The marketplace is not even asked."""
    order = placed(OrderStatus.AWAITING_SHIPMENT, OrderStatus.CANCELLED)
    marketplace = ScriptedMarketplace()
    assert await (await payments_of(order, marketplace)).link(order) is None
    assert marketplace.calls == []


async def test_newer_states_and_amounts_are_stored() -> None:
    """A price that the seller changed is known from then on."""
    order = placed(OrderStatus.AWAITING_PAYMENT)
    storage = await stored(order)
    details = {FIRST: found(total=Fen(11_000), freight=None, status=OrderStatus.AWAITING_SHIPMENT)}
    payments = Payments(ScriptedMarketplace(details=details), storage)
    refreshed = await payments.refresh(order)
    part = refreshed.parts[0]
    assert (part.total, part.freight) == (11_000, 500), "what is not said stays as it was"
    assert part.status is OrderStatus.AWAITING_SHIPMENT
    assert await storage.order(NUMBER) == refreshed


async def test_an_older_state_changes_nothing() -> None:
    """Answers may come out of order; a paid order is not unpaid by one."""
    order = placed(OrderStatus.AWAITING_SHIPMENT)
    storage = await stored(order)
    payments = Payments(ScriptedMarketplace(details={FIRST: found()}), storage)
    assert (await payments.refresh(order)).parts[0].status is OrderStatus.AWAITING_SHIPMENT


async def test_a_marketplace_without_an_answer_leaves_the_order_as_it_was() -> None:
    """Nothing is stored of a half-read order."""
    order = placed(OrderStatus.AWAITING_PAYMENT, OrderStatus.AWAITING_PAYMENT)
    storage = await stored(order)
    details = {
        FIRST: found(total=Fen(1)),
        SECOND: GatewayFailed("502", endpoint="order_detail"),
    }
    payments = Payments(ScriptedMarketplace(details=details), storage)
    with pytest.raises(GatewayFailed):
        await payments.refresh(order)
    assert await storage.order(NUMBER) == order
