"""Coming back to orders that were placed: the list, a card, further orders of the same person."""

from typing import Any

from buying import SNEAKERS, TAPE_MEASURE, Market, at_lines, at_offer, from_lines_to_preview
from chat import Person, Shown

LIST = "My orders|我的订单"
CARD = "State:|状态："


async def opened(buyer: Person, number: int = 1, wanted: str = CARD) -> Shown:
    """Open an order's card from the list."""
    await buyer.say("/orders", LIST)
    return await buyer.do(f"^{number}$", wanted)


async def one_more(
    buyer: Person, offer_id: int = TAPE_MEASURE, quantity: int = 4, *, who: str = "张三"
) -> Shown:
    """Place another order, for the address that is saved already."""
    await at_lines(buyer, offer_id, quantity)
    await buyer.do("Continue|下一步", "Where should it go|送到哪里")
    await buyer.do(who, "Total to pay|应付总额")
    return await buyer.do("Confirm order|确认下单", "Order placed|下单成功")


async def two_lines(buyer: Person) -> Shown:
    """Place an order of two variants: three pairs white, two black."""
    await at_lines(buyer, SNEAKERS, 3, "White|白", "37")
    await add_black(buyer)
    await from_lines_to_preview(buyer)
    return await buyer.do("Confirm order|确认下单", "Order placed|下单成功")


async def made_again(buyer: Person) -> Shown:
    """Order the latest order's goods again, for the same address."""
    await opened(buyer)
    await buyer.do("Order again|再来一单", "are here again|已放好")
    await buyer.do("Continue|下一步", "Total to pay|应付总额")
    return await buyer.do("Confirm order|确认下单", "Order placed|下单成功")


async def add_black(buyer: Person, quantity: int = 2) -> Shown:
    """Put a second variant on the order."""
    await at_offer(buyer, SNEAKERS)
    await buyer.do("Choose a variant|选规格", "Choose|请选择")
    await buyer.do("Black|黑", "Choose|请选择")
    await buyer.do("40", "How many|要多少")
    return await buyer.say(str(quantity), "Your order|待下单")


async def shipped(market: Market, order_id: str, **parcel: Any) -> None:
    """Pay for an order and send it."""
    await market.order(order_id, "pay")
    await market.order(order_id, "ship", **parcel)


async def old_enough(market: Market) -> None:
    """Let the ten seconds pass within which no order can be cancelled."""
    await market.pass_time(11)


def yuan(fen: int) -> str:
    """An amount as the bot writes it."""
    return f"¥{fen / 100:,.2f}"


POLL = {
    "POLL_SHORTEST_SECONDS": "0.4",
    "POLL_UNPAID_SECONDS": "0.4",
    "POLL_UNDER_WAY_SECONDS": "0.4",
    "POLL_CALLS_PER_MINUTE": "6000",
}
"""Placed orders are read again within half a second."""

SELDOM = {name: "3600" for name in POLL if name.endswith("SECONDS")}
"""They are not, while a test runs."""
