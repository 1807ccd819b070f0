"""Watched offers are read once for all who watch them, at a bounded pace."""

import asyncio
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from aiolimiter import AsyncLimiter

from bot.domain.identifiers import OfferId, UserId
from bot.domain.money import Fen
from bot.domain.offers import Offer
from bot.domain.quiet import QuietHours
from bot.domain.watches import NewWatch, WatchedGoods, WatchEnd, WatchFor, WatchState
from bot.marketplace.errors import (
    GatewayFailed,
    MarketplaceError,
    RefusalReason,
    Refused,
    Throttled,
    Unreachable,
)
from bot.services.watches.reading import OfferReadings
from bot.services.watches.setting import TooManyWatches, Watches
from bot.storage.sealing import Sealer
from bot.storage.sqlite.storage import SqliteStorage
from tests.domain.watched_offers import ALL, MUG, tiered
from tests.fakes.memory_storage import MemoryStorage
from tests.storage.samples import ALICE, BOB, KEY, NOW
from tests.tiers import SLOW

EVERY = timedelta(minutes=30)
GONE = Refused("no such offer", endpoint="offer", code="404", reason=RefusalReason.NOT_FOUND)
DOWN = Unreachable("reset", endpoint="offer")


def wanted(bound: int = 1000, user_id: UserId = ALICE, goods: WatchedGoods = ALL) -> NewWatch:
    return NewWatch(
        user_id=user_id,
        goods=goods,
        what=WatchFor.BELOW,
        bound=Fen(bound),
        quantity=2,
        title=tiered((2, 1)).title,
        price=Fen(1250),
    )


class Shelf:
    """A marketplace with some offers, which counts what it is asked for."""

    def __init__(self) -> None:
        self.answers: dict[OfferId, Offer | MarketplaceError] = {MUG: tiered((2, 1250))}
        self.asked: list[OfferId] = []

    async def offer(self, offer_id: OfferId) -> Offer:
        self.asked.append(offer_id)
        answer = self.answers[offer_id]
        if isinstance(answer, MarketplaceError):
            raise answer
        return answer


class Reading:
    """Readings over a storage, stepped by hand."""

    def __init__(self, quiet: QuietHours | None = None) -> None:
        self.now: datetime = NOW
        self.seconds = 0.0
        self.storage = MemoryStorage(now=NOW)
        self.shelf = Shelf()
        self.found = 0
        self.offers = OfferReadings(
            self.storage,
            self.shelf.offer,
            every=EVERY,
            limiter=AsyncLimiter(1000, 60),
            quiet=quiet,
            clock=lambda: self.now,
            seconds=lambda: self.seconds,
        )
        self.offers.on_found(self._hears)

    def _hears(self) -> None:
        self.found += 1

    async def set(self, *watches: NewWatch) -> None:
        for each in watches:
            await self.storage.set_watch(each, self.now)

    async def step(self, later: timedelta = timedelta()) -> int:
        """Look once, so much later; return how many offers were asked for."""
        self.now += later
        self.storage.now = self.now
        before = len(self.shelf.asked)
        await self.offers.readings.begin_due()
        await self.offers.readings.idle()
        return len(self.shelf.asked) - before

    async def told(self) -> list[tuple[UserId, WatchEnd | None, Fen | None]]:
        waiting = await self.storage.watches_to_tell(self.now, 99)
        return [
            (each.user_id, each.found and each.found.end, each.found and each.found.price)
            for each in waiting
        ]


async def test_one_reading_tells_everybody_who_watches_the_offer():
    """Each by their own price."""
    one = Reading()
    await one.set(wanted(1000), wanted(900, BOB), wanted(500, UserId(9)))
    assert await one.step() == 1
    assert await one.told() == []
    assert await one.step() == 0
    one.shelf.answers[MUG] = tiered((2, 900))
    assert await one.step(EVERY) == 1
    assert await one.told() == [(ALICE, WatchEnd.TRUE, 900), (BOB, WatchEnd.TRUE, 900)]
    assert one.found == 1


async def test_an_offer_that_nobody_watches_any_more_costs_no_call():
    one = Reading()
    await one.set(wanted())
    (watch,) = await one.storage.watches_of(ALICE, 9)
    await one.storage.stop_watch(ALICE, watch.watch_id)
    assert await one.step() == 0
    assert await one.storage.due_offers(one.now, 9) == []


async def test_a_push_has_it_read_at_once():
    """Before its time, and once."""
    one = Reading()
    await one.set(wanted())
    await one.step()
    await one.storage.look_soon([MUG])
    assert await one.step() == 1
    assert await one.step() == 0


async def test_an_offer_is_gone_when_two_readings_say_so():
    """One odd answer ends nobody's watch."""
    one = Reading()
    await one.set(wanted(), wanted(900, BOB))
    one.shelf.answers[MUG] = GONE
    assert await one.step() == 1
    assert await one.told() == []
    assert await one.step(timedelta(minutes=3)) == 1
    assert await one.told() == [(ALICE, WatchEnd.GONE, None), (BOB, WatchEnd.GONE, None)]
    assert await one.step(timedelta(days=1)) == 0


async def test_one_odd_answer_is_forgotten():
    one = Reading()
    await one.set(wanted())
    one.shelf.answers[MUG] = GONE
    await one.step()
    one.shelf.answers[MUG] = tiered((2, 1250))
    await one.step(timedelta(minutes=3))
    one.shelf.answers[MUG] = GONE
    await one.step(EVERY)
    assert await one.told() == []


@pytest.mark.parametrize(
    "error",
    [DOWN, Throttled("429", endpoint="offer"), GatewayFailed("502", endpoint="offer")],
    ids=lambda error: type(error).__name__,
)
async def test_a_marketplace_in_trouble_is_left_alone_longer_each_time(error: MarketplaceError):
    one = Reading()
    await one.set(wanted())
    one.shelf.answers[MUG] = error
    pauses = []
    for _ in range(4):
        assert await one.step(timedelta(days=1)) == 1
        assert await one.step(timedelta(days=1)) == 0
        pauses.append(one.offers.readings._paused_until - one.seconds)
        one.seconds = one.offers.readings._paused_until
    assert pauses == [5, 10, 20, 40]


async def test_an_offer_that_alone_is_refused_is_tried_less_and_less_often():
    """The others go on meanwhile."""
    one = Reading()
    other = WatchedGoods(offer_id=OfferId(7))
    one.shelf.answers |= {
        MUG: Refused("?", endpoint="offer", code="1", reason=RefusalReason.UNKNOWN),
        OfferId(7): tiered((2, 1250)),
    }
    await one.set(wanted(), wanted(goods=other))
    asked = [await one.step(timedelta(minutes=1)) for _ in range(40)]
    assert sum(asked) == one.shelf.asked.count(MUG) + one.shelf.asked.count(OfferId(7))
    assert one.shelf.asked.count(MUG) == 4  # after 5, 10 and 20 minutes more
    assert one.shelf.asked.count(OfferId(7)) == 2


async def test_nothing_is_read_in_quiet_hours():
    """What is so in the morning is told then, not what was cheaper at night."""
    night = QuietHours(time(11), time(14), ZoneInfo("UTC"))
    one = Reading(quiet=night)
    await one.set(wanted())
    one.shelf.answers[MUG] = tiered((2, 900))
    assert await one.step() == 0
    one.now = NOW.replace(hour=14, minute=0)
    assert await one.step() == 1
    assert await one.told() == [(ALICE, WatchEnd.TRUE, 900)]


async def test_what_does_not_come_true_ends_after_its_time():
    one = Reading()
    await one.set(wanted())
    await one.step(timedelta(days=89))
    assert await one.told() == []
    await one.step(timedelta(days=1))
    assert await one.told() == [(ALICE, WatchEnd.OVER, None)]


async def test_offers_that_are_due_longest_are_read_first():
    """Of very many each has its turn, however popular others are."""
    one = Reading()
    numbers = [OfferId(number) for number in range(100, 110)]
    for number in numbers:
        one.shelf.answers[number] = tiered((2, 1250))
        await one.set(wanted(goods=WatchedGoods(offer_id=number)))
        one.now += timedelta(seconds=1)
    await one.set(
        *(wanted(user_id=UserId(n), goods=WatchedGoods(offer_id=numbers[-1])) for n in range(50))
    )
    for _ in range(3):
        await one.step()
    assert one.shelf.asked == numbers


async def test_a_person_watches_so_much_and_no_more():
    """Changing one that they have is always possible; what was told counts no more."""
    storage = MemoryStorage(now=NOW)
    watches = Watches(storage, most=2, every=EVERY, clock=lambda: NOW)
    others = [WatchedGoods(offer_id=OfferId(number)) for number in (1, 2, 3)]
    for goods in others[:2]:
        await watches.set(wanted(goods=goods))
    with pytest.raises(TooManyWatches):
        await watches.set(wanted(goods=others[2]))
    changed = await watches.set(wanted(500, goods=others[0]))
    assert (changed.bound, changed.version) == (500, 2)
    await watches.stop(ALICE, changed.watch_id)
    await watches.set(wanted(goods=others[2]))


async def test_watching_again_twice_is_once():
    """A tap that comes twice; somebody else's number does nothing."""
    one = Reading()
    watches = Watches(one.storage, most=9, every=EVERY, clock=lambda: one.now)
    await one.set(wanted())
    one.shelf.answers[MUG] = tiered((2, 900))
    await one.step()
    (waiting,) = await one.storage.watches_to_tell(one.now, 9)
    await one.storage.claim_watch(waiting)
    await one.storage.end_watch(waiting, WatchState.TOLD)
    again = await watches.again(ALICE, waiting.watch_id)
    assert again is not None
    assert (again.what, again.bound, again.state) == (WatchFor.DROP, 900, WatchState.WATCHING)
    assert await watches.again(ALICE, waiting.watch_id) == again
    assert await watches.again(BOB, waiting.watch_id) is None
    one.shelf.answers[MUG] = tiered((2, 800))
    await one.step(EVERY)
    assert await one.told() == [(ALICE, WatchEnd.TRUE, 800)]


@SLOW
async def test_ten_thousand_watches_of_one_offer_cost_one_call(tmp_path: Path):
    """Two in a hundred of them come true."""
    storage, shelf = SqliteStorage(tmp_path / "bot.db", Sealer(KEY), lambda: NOW), Shelf()
    await storage.open()
    await asyncio.gather(
        *(
            storage.watches.set_watch(
                wanted(1000 if number % 50 == 0 else 100, UserId(number + 1)), NOW
            )
            for number in range(10_000)
        )
    )
    offers = OfferReadings(
        storage.watches, shelf.offer, every=EVERY, limiter=AsyncLimiter(100, 60), clock=lambda: NOW
    )
    shelf.answers[MUG] = tiered((2, 999))
    await offers.readings.begin_due()
    await offers.readings.idle()
    assert shelf.asked == [MUG]
    assert len(await storage.watches.watches_to_tell(NOW, 10_000)) == 200
    await storage.close()
