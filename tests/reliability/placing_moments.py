"""The moments of a placing in which a bot may die, each with how to be there."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from crashing import SHOWING, Clients

Reached = Callable[[Clients], Awaitable[bool]]


@dataclass(frozen=True)
class Boundary:
    """Where the bot dies: `arm` makes it wait there, `reached` tells that it does."""

    arm: Callable[[Clients], Awaitable[None]]
    reached: Reached
    leads_to: str = "Order placed"
    creates: int = 1
    orders: int = 1
    neighbour: bool = False  # somebody else's order is there, which proves the list


def asked(endpoint: str, orders: int | None = None) -> Reached:
    """The marketplace was called, and has made that many orders."""

    async def reached(clients: Clients) -> bool:
        if not await clients.orders.count(endpoint):
            return False
        return orders is None or len(await clients.orders.orders()) == orders

    return reached


async def _asked_twice(clients: Clients) -> bool:
    return await clients.orders.count("create") == 2


async def _cut_then_lost(clients: Clients) -> None:
    await clients.market.delete("/sandbox/calls")
    await clients.market_fault("create", "cut_before", times=1)
    await clients.market_fault("create", "answer_lost")


async def _lost_and_looked_up(clients: Clients) -> None:
    await clients.market.delete("/sandbox/calls")
    await clients.market_fault("create", "answer_lost")
    await clients.market_fault("order_list", "slow", seconds=20)


async def _ordered_and_shown(clients: Clients) -> bool:
    return await clients.struck() > 0 and bool(await clients.orders.orders())


def _market(endpoint: str, kind: str, **more: object) -> Callable[[Clients], Awaitable[None]]:
    async def arm(clients: Clients) -> None:
        await clients.market.delete("/sandbox/calls")
        await clients.market_fault(endpoint, kind, **more)

    return arm


def _telegram(kind: str, **more: object) -> Callable[[Clients], Awaitable[None]]:
    async def arm(clients: Clients) -> None:
        for method in SHOWING:
            await clients.fault(method, kind, **more)

    return arm


BOUNDARIES = {
    "claimed, before create": Boundary(
        _market("preview", "slow", seconds=20), asked("preview"), creates=1
    ),
    "creating, the marketplace acts later": Boundary(
        _market("create", "slow", seconds=1.5), asked("create")
    ),
    "creating, the marketplace never acts": Boundary(
        _market("create", "cut_before"),
        asked("create"),
        leads_to="couldn't find order",
        orders=0,
    ),
    "creating, the marketplace never acts, and its list can be trusted": Boundary(
        _market("create", "cut_before"), asked("create"), creates=2, neighbour=True
    ),
    "sent once more, and killed in it": Boundary(
        _market("create", "cut_before"),
        _asked_twice,
        leads_to="couldn't find order",
        creates=2,
        orders=0,
        neighbour=True,
    ),
    "sent once more, and killed when it was made": Boundary(
        _cut_then_lost, _asked_twice, creates=2, neighbour=True
    ),
    "created, the answer lost": Boundary(
        _market("create", "answer_lost"), asked("create", orders=1)
    ),
    "created, cut in mid-answer": Boundary(
        _market("create", "cut_mid_answer"), asked("create", orders=1)
    ),
    "uncertain, while it is looked up": Boundary(_lost_and_looked_up, asked("order_list")),
    "placed, before the payment link": Boundary(
        _market("payment_links", "slow", seconds=20), asked("payment_links", orders=1)
    ),
    # So slow that what was being sent arrives when nobody looks any more.
    "committed, before the reply": Boundary(_telegram("slow", seconds=120), _ordered_and_shown),
    "replied, the answer to it lost": Boundary(_telegram("cut_after"), _ordered_and_shown),
    "replied never, the connection cut": Boundary(_telegram("cut_before"), _ordered_and_shown),
}
