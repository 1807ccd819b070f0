"""One budget of marketplace calls a person and an hour, whatever they are spent on."""

import asyncio
from typing import Any, cast

import pytest

from bot.domain.identifiers import UserId
from bot.marketplace.port import Marketplace
from bot.services.quotas import Quotas
from bot.services.spending import WEIGHTS, CallsUsedUp, counted, on_behalf_of
from handlers.shared.failures import failure_key

ANN, BEN = UserId(1), UserId(2)


class Asked:
    """Takes every call."""

    def __init__(self) -> None:
        self.calls: list[str] = []

    def __getattr__(self, name: str) -> Any:
        async def call(*_: Any, **__: Any) -> str:
            self.calls.append(name)
            return name

        return call


class World:
    def __init__(self, most: int = 10) -> None:
        self.now = 1000.0
        self.asked = Asked()
        quotas = Quotas(
            cast("Any", None),
            cast("Any", None),
            calls_per_hour=most,
            unlimited=[99],
            clock=lambda: self.now,
        )
        self.market: Any = counted(cast("Marketplace", self.asked), quotas)

    async def ask(self, person: UserId | None, name: str) -> None:
        if person is None:
            await getattr(self.market, name)()
            return
        with on_behalf_of(person):
            await getattr(self.market, name)()


@pytest.mark.parametrize("name", sorted(set(WEIGHTS) - {"categories", "navigation"}))
async def test_each_kind_of_call_is_bounded_by_its_weight(name: str) -> None:
    """Details, previews and freight as much as searches."""
    world = World()
    for _ in range(10 // WEIGHTS[name]):
        await world.ask(ANN, name)
    with pytest.raises(CallsUsedUp) as caught:
        await world.ask(ANN, name)
    assert failure_key(caught.value) == "quota.calls"
    assert len(world.asked.calls) == 10 // WEIGHTS[name]


async def test_all_of_them_together_make_one_budget_a_person() -> None:
    """Somebody else has their own, and what is read for all is never refused."""
    world = World()
    for name in ("offer", "preview", "estimate_freight", "preview", "search_by_image", "offer"):
        await world.ask(ANN, name)
    await world.ask(ANN, "offer")
    with pytest.raises(CallsUsedUp):
        await world.ask(ANN, "offer")
    await world.ask(ANN, "categories")
    await world.ask(BEN, "offer")


async def test_an_hour_later_it_is_there_again() -> None:
    """As a sliding hour."""
    world = World(most=2)
    await world.ask(ANN, "offer")
    world.now += 1800
    await world.ask(ANN, "offer")
    with pytest.raises(CallsUsedUp):
        await world.ask(ANN, "offer")
    world.now += 1801
    await world.ask(ANN, "offer")


async def test_the_bots_own_work_and_operators_are_not_counted() -> None:
    """Nor what changes anything, such as closing an order."""
    world = World(most=1)
    for _ in range(5):
        await world.ask(None, "preview")
        await world.ask(UserId(99), "preview")
        await world.ask(ANN, "cancel")
    await asyncio.gather(world.ask(ANN, "offer"), world.ask(BEN, "offer"))
