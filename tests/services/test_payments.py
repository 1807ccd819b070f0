"""Links of placed orders: always asked afresh."""

from bot.domain.money import Fen
from bot.domain.orders import Order, OrderPart, OrderStatus, Placing
from bot.services.paying.payments import Payments
from tests.fakes.scripted_marketplace import ScriptedMarketplace
from tests.services.agreed import FIRST, SECOND, consent


def placed(*states: OrderStatus) -> Order:
    parts = tuple(
        OrderPart(order_id=order_id, total=Fen(10_500), freight=Fen(500), status=status)
        for order_id, status in zip((FIRST, SECOND), states, strict=False)
    )
    return consent(Placing.PLACED, parts=parts)


async def test_a_link_covers_the_unpaid_parts_only() -> None:
    """What is paid is not asked for again."""
    order = placed(OrderStatus.AWAITING_SHIPMENT, OrderStatus.AWAITING_PAYMENT)
    marketplace = ScriptedMarketplace()
    link = await Payments(marketplace).link(order)
    assert link is not None
    assert marketplace.linked == [(SECOND,)]


async def test_nothing_to_pay_needs_no_link() -> None:
    """The marketplace is not even asked."""
    order = placed(OrderStatus.AWAITING_SHIPMENT, OrderStatus.CANCELLED)
    marketplace = ScriptedMarketplace()
    assert await Payments(marketplace).link(order) is None
    assert marketplace.calls == []
