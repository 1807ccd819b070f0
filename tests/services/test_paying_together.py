"""Several orders behind one link: how many at most, and which of them is refused."""

import asyncio

import pytest

from bot.domain.identifiers import MarketplaceOrderId, MerchantOrderNo
from bot.domain.money import Fen
from bot.domain.orders import Order, OrderPart, OrderStatus, Placing
from bot.marketplace.errors import GatewayFailed, RefusalReason, Refused
from bot.marketplace.port import PaymentLink
from bot.services.paying.together import MOST_TOGETHER, NotPayableTogether, PayingTogether, bundles
from tests.services.agreed import consent


def order(number: int, parts: int = 1) -> Order:
    return consent(
        Placing.PLACED,
        order_no=MerchantOrderNo(f"S261123-{number:08}"),
        parts=tuple(
            OrderPart(order_id=MarketplaceOrderId(f"{number}{each:02}"), total=Fen(100))
            for each in range(parts)
        ),
    )


class Cashier:
    """A marketplace that gives links, but none for what `refused` names."""

    def __init__(self, *refused: str, together: bool = True) -> None:
        self.refused = set(map(MarketplaceOrderId, refused))
        self.together = together
        self.asked: list[tuple[MarketplaceOrderId, ...]] = []

    async def payment_link(self, order_ids: list[MarketplaceOrderId]) -> PaymentLink:
        self.asked.append(tuple(order_ids))
        if self.refused & set(order_ids) or (len(order_ids) > 1 and not self.together):
            raise Refused("no", endpoint="link", reason=RefusalReason.NOT_PAYABLE)
        return PaymentLink(url="https://pay.example/", order_ids=tuple(order_ids))


def service(cashier: Cashier) -> PayingTogether:
    async def read(order: Order) -> Order:
        return order

    return PayingTogether(cashier, read)  # type: ignore[arg-type] - gives links, which is all


@pytest.mark.parametrize(
    ("parts", "shared"),
    [
        ([1] * 10, [10]),
        ([1] * 11, [10, 1]),
        ([4, 4, 4], [2, 1]),
        ([12, 1], [1, 1]),
        ([1, 12, 1], [1, 1, 1]),
        ([1], [1]),
    ],
)
def test_orders_are_shared_out_over_links(parts: list[int], shared: list[int]) -> None:
    """No link asks for more than is safe unless one order alone does; no order is cut."""
    orders = [order(number, count) for number, count in enumerate(parts)]
    found = bundles(orders)
    assert [len(each) for each in found] == shared
    assert [each for group in found for each in group] == orders
    for group in found:
        assert len(group) == 1 or sum(len(each.parts) for each in group) <= MOST_TOGETHER


async def test_only_what_is_unpaid_is_asked_for() -> None:
    """A part that is paid already is left out of the link."""
    half = order(1, 2)
    paid = half.parts[0].seen(OrderStatus.AWAITING_SHIPMENT)
    cashier = Cashier()
    await service(cashier).link([half.replace(parts=(paid, half.parts[1])), order(2)])
    assert cashier.asked == [(MarketplaceOrderId("101"), MarketplaceOrderId("200"))]


async def test_the_one_that_is_refused_is_found() -> None:
    """The marketplace does not say which: each is asked for by itself, which changes nothing."""
    cashier = Cashier("200")
    with pytest.raises(NotPayableTogether) as raised:
        await service(cashier).link([order(1), order(2), order(3)])
    assert [each.order_no for each in raised.value.orders] == ["S261123-00000002"]


async def test_orders_that_only_together_are_refused_name_none() -> None:
    """Each can be paid by itself."""
    with pytest.raises(NotPayableTogether) as raised:
        await service(Cashier(together=False)).link([order(1), order(2)])
    assert raised.value.orders == ()


async def test_orders_are_read_a_few_at_a_time() -> None:
    """Twenty orders are no rush on the marketplace; one that can't be read fails all."""
    at_once = most = 0

    async def read(order: Order) -> Order:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0)
        at_once -= 1
        if order.order_no.endswith("13"):
            raise GatewayFailed("502", endpoint="order_detail")
        return order

    together = PayingTogether(Cashier(), read)  # type: ignore[arg-type] - as above
    orders = [order(number) for number in range(12)]
    assert await together.reread(orders) == tuple(orders)
    assert most == 4
    with pytest.raises(GatewayFailed):
        await together.reread([order(12), order(13)])
