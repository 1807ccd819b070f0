"""A copy of any durable moment of placing, put back whenever: one live order at most."""

import asyncio
import copy
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import pytest

from bot.domain.identifiers import MerchantOrderNo
from bot.domain.orders import Order, Placing
from bot.services.placing.ordering import Ordering
from tests.fakes.memory_storage import MemoryStorage
from tests.services.agreed import NOW, NUMBER, consent, quote, stored
from tests.services.ledger import Ledger, another, known
from tests.tiers import slow_but

SOON = (0.0001,) * 3
AWAY = (timedelta(), timedelta(minutes=20), timedelta(hours=5))
# What each create of the first run did, as `Ledger` has it.
EFFECTS = ("", "made", "no ", "no made", "no no", "late ", "late made", "no late")
QUICK = ("", "late ")


@dataclass
class Kept(MemoryStorage):
    """A storage that shows itself after everything durable of an order."""

    on_saved: Callable[["Kept"], None] = lambda _: None

    async def save_order(self, order: Order, expected: Placing) -> None:
        await super().save_order(order, expected)
        self.on_saved(self)


class World:
    """A marketplace that goes on, and whichever storage is there."""

    def __init__(self, effects: str) -> None:
        self.effects = effects
        self.now = NOW
        self.copies: list[Kept] = []

    async def run(self) -> "World":
        """Place the order, copying at each durable moment."""
        self.ledger = Ledger(quotes=[quote()], effects=list(self.effects.split(" ")))
        before = await stored(consent())
        await known(before, another())
        storage = Kept(**{name: getattr(before, name) for name in vars(before)})
        keep = self.copies.append

        def saved(shown: Kept) -> None:
            keep(copy.deepcopy(shown))

        saved(storage)
        storage.on_saved = saved
        await self._work(storage)
        self.listed, self.hidden = list(self.ledger.listed), list(self.ledger.hidden)
        self.sent = len(self.ledger.created)
        return self

    async def restore(self, *which: int, away: timedelta, late: bool) -> Order:
        """Put copies back, one after the other; `late` tells whether more shows up only then."""
        self.ledger = Ledger(quotes=[quote()], effects=["made"] * 9)
        self.ledger.created = [cast("Any", None)] * self.sent  # so that ids go on
        self.ledger.listed, self.ledger.hidden = list(self.listed), list(self.hidden)
        if not late:
            self.ledger.appear()
        order: Order | None = None
        for each in which:
            storage = copy.deepcopy(self.copies[each])
            storage.on_saved = lambda _: None
            self.now += away
            storage.restored, storage.now = True, self.now
            begun = await storage.begin_run(self.now)
            assert begun.restored
            await self._work(storage)
            self.ledger.appear()
            await self._work(storage)
            order = await storage.order(MerchantOrderNo(NUMBER))
        assert order is not None
        return order

    async def _work(self, storage: MemoryStorage) -> None:
        ordering = Ordering(
            cast("Any", self.ledger),
            storage,
            lookup_delays=SOON,
            retry_delays=SOON,
            watch_later=SOON,
            clock=self._clock,
        )
        await ordering.resume_all()
        async with asyncio.timeout(60):
            while any(  # noqa: ASYNC110 - no event tells of all tasks
                each.get_name().startswith(("order ", "watch ")) for each in asyncio.all_tasks()
            ):
                await asyncio.sleep(0.0001)
        await ordering.close()

    def _clock(self) -> datetime:
        return self.now


def _holds(world: World, order: Order, case: object) -> None:
    """At most one is alive, and it is the one that the person is told of, or a person decides."""
    alive = world.ledger.alive
    if order.placing is Placing.UNRESOLVED:
        assert len(world.ledger.created) == world.sent, case
        return
    assert len(alive) <= 1, case
    assert {part.order_id for part in order.parts} <= {
        each.order_id for each in world.ledger.listed
    }, case
    if order.placing is Placing.PLACED:
        assert [part.order_id for part in order.parts] == alive, case
    else:
        assert alive == [], case


@pytest.mark.parametrize("effects", slow_but(QUICK, EFFECTS))
async def test_one_copy_of_any_moment_makes_no_second_order(effects: str) -> None:
    """Put back at once, when the consent is old, and hours later."""
    world = await World(effects).run()
    assert len(world.copies) >= 3
    for which, away, late in itertools.product(range(len(world.copies)), AWAY, (False, True)):
        world.now = NOW
        case = (which, world.copies[which]._orders[NUMBER].order.placing, away, late)
        _holds(world, await world.restore(which, away=away, late=late), case)


@pytest.mark.slow
@pytest.mark.parametrize("effects", EFFECTS)
async def test_copies_that_follow_each_other_make_none_either(effects: str) -> None:
    """The same one twice, and one of before an earlier restore."""
    world = await World(effects).run()
    every = range(len(world.copies))
    for first, second in itertools.product(every, every):
        world.now = NOW
        order = await world.restore(first, second, away=timedelta(minutes=1), late=True)
        _holds(world, order, (first, second))
