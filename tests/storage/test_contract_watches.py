"""What every storage promises of watches: one for the same goods, told at most once."""

from datetime import timedelta

from bot.domain.money import Fen
from bot.domain.watches import WatchedOffer, WatchFor, WatchState
from bot.storage.ports import Storage
from tests.storage.samples import ALICE, BOB, NOW
from tests.storage.watching import (
    ALL_OF_IT,
    ANOTHER,
    IN_RED,
    LATER,
    WATCHED,
    come_true,
    new_watch,
    watches,
)


async def test_the_same_goods_are_watched_once(storage: Storage):
    """Asked for anew it takes the place of what was; a variant is something else."""
    first = await storage.watches.set_watch(new_watch(), LATER)
    assert (first.made_at, first.state, first.version) == (NOW, WatchState.WATCHING, 1)
    lower = new_watch().replace(what=WatchFor.BELOW, bound=Fen(900))
    second = await storage.watches.set_watch(lower, LATER)
    assert (second.watch_id, second.version) == (first.watch_id, 2)
    red = await storage.watches.set_watch(new_watch(IN_RED), LATER)
    assert await storage.watches.watches_of(ALICE, 9) == [red, second]
    assert await storage.watches.watch_of(ALICE, ALL_OF_IT) == second
    assert await storage.watches.count_watches(ALICE) == (2, 2)


async def test_nobody_has_anothers_watch(storage: Storage):
    """Not to see it, not to end it."""
    hers = await storage.watches.set_watch(new_watch(), LATER)
    assert await storage.watches.watch(BOB, hers.watch_id) is None
    assert await storage.watches.watch_of(BOB, ALL_OF_IT) is None
    assert await storage.watches.watches_of(BOB, 9) == []
    assert not await storage.watches.stop_watch(BOB, hers.watch_id)
    assert await storage.watches.watch(ALICE, hers.watch_id) == hers
    assert await storage.watches.stop_watch(ALICE, hers.watch_id)
    assert not await storage.watches.stop_watch(ALICE, hers.watch_id)


async def test_an_offer_is_due_once_for_all_who_watch_it(storage: Storage):
    """At the earliest moment that somebody asked for."""
    await storage.watches.set_watch(new_watch(), LATER)
    await storage.watches.set_watch(new_watch(user_id=BOB), NOW)
    await storage.watches.set_watch(new_watch(IN_RED, BOB), LATER)
    (due,) = await storage.watches.due_offers(NOW, 9)
    assert due == WatchedOffer(offer_id=WATCHED)
    found = await storage.watches.watchers(WATCHED, 0, 2)
    assert [each.user_id for each in found] == [ALICE, BOB]
    found = await storage.watches.watchers(WATCHED, found[-1].watch_id, 2)
    assert [each.goods for each in found] == [IN_RED]


async def test_what_a_reading_found_is_kept_unless_it_was_asked_for_anew(storage: Storage):
    """Of somebody who changed or ended theirs meanwhile nothing comes of it."""
    mine = await storage.watches.set_watch(new_watch(), LATER)
    theirs = await storage.watches.set_watch(new_watch(user_id=BOB), LATER)
    await storage.watches.set_watch(new_watch(user_id=BOB), LATER)
    both = [come_true(mine), come_true(theirs)]
    assert await storage.watches.keep_found(both) == 1
    assert await storage.watches.keep_found(both) == 0
    (waiting,) = await storage.watches.watches_to_tell(NOW, 9)
    assert waiting == come_true(mine)
    assert await storage.watches.watches_to_tell(NOW - timedelta(seconds=1), 9) == []


async def test_it_is_claimed_once_and_ended_once(storage: Storage):
    """Of two who would tell it one does; asked for anew meanwhile, it goes on watching."""
    await watches(storage)
    (waiting,) = await storage.watches.watches_to_tell(NOW, 9)
    assert await storage.watches.claim_watch(waiting)
    assert not await storage.watches.claim_watch(waiting)
    again = await storage.watches.set_watch(new_watch(waiting.goods), LATER)
    await storage.watches.end_watch(waiting, WatchState.TOLD)
    assert await storage.watches.watch_of(ALICE, waiting.goods) == again
    assert await storage.watches.count_watches(ALICE) == (3, 4)


async def test_what_was_being_told_is_unclear_after_a_restart(storage: Storage):
    """It may have been told: it is not told again."""
    await watches(storage)
    await storage.close()
    await storage.open()
    assert await storage.watches.give_up_watches() == 1
    assert await storage.watches.give_up_watches() == 0
    states = {each.state for each in await storage.watches.watches_of(ALICE, 9)}
    assert states == {
        WatchState.WATCHING,
        WatchState.TO_TELL,
        WatchState.UNCLEAR,
        WatchState.TOLD,
    }


async def test_what_was_not_told_waits_again_or_is_watched_for_again(storage: Storage):
    """Until then; what became too old to be told is looked for anew."""
    await watches(storage)
    (waiting,) = await storage.watches.watches_to_tell(NOW, 9)
    await storage.watches.claim_watch(waiting)
    await storage.watches.put_back_watch(waiting, LATER)
    assert await storage.watches.watches_to_tell(NOW, 9) == []
    (again,) = await storage.watches.watches_to_tell(LATER, 9)
    await storage.watches.put_back_watch(again, LATER, WatchState.WATCHING)
    assert await storage.watches.watches_to_tell(LATER, 9) == []
    assert len(await storage.watches.watchers(WATCHED, 0, 9)) == 2


async def test_readings_are_put_off_unless_one_was_asked_for(storage: Storage):
    """A push that comes while the offer is read has it read once more."""
    await storage.watches.set_watch(new_watch(), NOW)
    (due,) = await storage.watches.due_offers(NOW, 9)
    await storage.watches.looked_at(due, LATER, misses=2, gone=1)
    assert await storage.watches.due_offers(NOW, 9) == []
    (due,) = await storage.watches.due_offers(LATER, 9)
    assert (due.misses, due.gone) == (2, 1)
    await storage.watches.look_soon([WATCHED, ANOTHER])
    await storage.watches.looked_at(due, LATER)
    (due,) = await storage.watches.due_offers(NOW, 9)
    assert (due.hints, due.misses) == (1, 0)


async def test_an_offer_that_nothing_watches_is_forgotten(storage: Storage):
    """It is read for nobody."""
    mine = await storage.watches.set_watch(new_watch(), NOW)
    (due,) = await storage.watches.due_offers(NOW, 9)
    assert await storage.watches.watched_among([WATCHED, ANOTHER]) == {WATCHED}
    await storage.watches.stop_watch(ALICE, mine.watch_id)
    await storage.watches.looked_at(due, NOW)
    assert await storage.watches.due_offers(LATER, 9) == []
    assert await storage.watches.watched_among([WATCHED]) == set()


async def test_a_push_has_a_watched_offer_read_with_its_end(storage: Storage):
    """In the transaction that calls the push used."""
    await storage.watches.set_watch(new_watch(), LATER)
    await storage.pushes.finish_pushes([], [], [], [WATCHED])
    (due,) = await storage.watches.due_offers(NOW, 9)
    assert due.hints == 1


async def test_a_forgotten_person_watches_nothing(storage: Storage):
    """Others go on; who asks for their data gets what they watch."""
    await watches(storage)
    theirs = await storage.watches.set_watch(new_watch(user_id=BOB), LATER)
    export = await storage.rights.export_of(ALICE)
    assert [each["what"] for each in export["watches_of_offers"]] == ["drop"] * 4
    await storage.rights.forget(ALICE)
    assert await storage.watches.watches_of(ALICE, 9) == []
    assert await storage.watches.watches_of(BOB, 9) == [theirs]


async def test_they_are_counted(storage: Storage):
    """For the metrics: how many wait, and what of their offers is overdue."""
    await watches(storage)
    census = (await storage.upkeep.census()).watches
    assert (census.watching, census.to_tell) == (1, 1)
    assert (census.offers, census.offers_late) == (1, 0)
