"""What every storage promises of updates from Telegram."""

import asyncio
from datetime import timedelta

import pytest
from msgspec.structs import replace

from bot.storage.ports import (
    MOST_PARKED,
    Storage,
    VersionConflict,
)
from tests.storage.samples import (
    NOW,
    first,
    following,
    reopen,
    update,
)


class TestInbox:
    async def test_new_updates_are_told_from_repeats(self, storage: Storage):
        """Only ids that were never seen are new, also within one batch."""
        assert await storage.inbox.put_updates([update(1), update(2)]) == (1, 2)
        assert await storage.inbox.put_updates([update(2), update(3), update(3)]) == (3,)
        assert await storage.inbox.put_updates([]) == ()

    async def test_a_repeat_changes_nothing(self, storage: Storage):
        """The first payload of an update id stays, and a finished update is not revived."""
        await storage.inbox.put_updates([update(1, text="first"), update(2)])
        await storage.inbox.finish_update(2)
        await storage.inbox.put_updates([update(1, text="second"), update(2)])
        assert await storage.inbox.take_update(1) == update(1, text="first")
        assert [each.update_id for each in await storage.inbox.waiting_updates()] == [1]

    async def test_an_update_comes_back_as_it_was(self, storage: Storage):
        """Payload bytes, lane and the moment to the microsecond survive."""
        await storage.inbox.put_updates([update(9)])
        assert await storage.inbox.take_update(9) == update(9)
        assert await storage.inbox.take_update(10) is None

    async def test_waiting_updates_are_in_order_of_their_ids(self, storage: Storage):
        """Updates stored out of order are worked in order."""
        await storage.inbox.put_updates([update(3), update(1), update(2)])
        assert [each.update_id for each in await storage.inbox.waiting_updates()] == [1, 2, 3]

    async def test_a_finished_update_is_gone_at_once_and_after_reopening(self, storage: Storage):
        """Finishing counts immediately although it may be durable later."""
        await storage.inbox.put_updates([update(1), update(2)])
        await storage.inbox.finish_update(1)
        assert await storage.inbox.take_update(1) is None
        assert [each.update_id for each in await storage.inbox.waiting_updates()] == [2]
        await reopen(storage)
        assert await storage.inbox.take_update(1) is None
        assert [each.update_id for each in await storage.inbox.waiting_updates()] == [2]

    async def test_a_finished_update_is_not_counted_as_one_that_waits(self, storage: Storage):
        """The desk's press that was just answered is none of the messages waiting."""
        await storage.inbox.put_updates([update(1), update(2), update(3)])
        await storage.inbox.finish_update(1)
        assert (await storage.upkeep.census()).waiting == 2
        await reopen(storage)
        assert (await storage.upkeep.census()).waiting == 2
        await storage.inbox.finish_update(2)
        await storage.inbox.finish_update(3)
        census = await storage.upkeep.census()
        assert (census.waiting, census.oldest_waiting) == (0, None)

    async def test_a_committed_update_still_waits_for_its_screen(self, storage: Storage):
        """A crash between commit and drawing leaves the update waiting, marked committed."""
        await storage.inbox.put_updates([update(1)])
        assert not (await storage.inbox.waiting_updates())[0].committed
        await storage.conversations.commit_step(first(update_id=1))
        await reopen(storage)
        waiting = await storage.inbox.waiting_updates()
        assert [(each.update_id, each.committed) for each in waiting] == [(1, True)]

    async def test_a_step_that_conflicts_does_not_mark_its_update(self, storage: Storage):
        """Session and update are committed together or not at all."""
        await storage.inbox.put_updates([update(1)])
        with pytest.raises(VersionConflict):
            await storage.conversations.commit_step(following(update_id=1))
        assert not (await storage.inbox.waiting_updates())[0].committed

    async def test_a_step_finishes_what_it_takes_the_place_of(self, storage: Storage):
        """With the commit, so that no later run walks what was passed; or not at all."""
        await storage.inbox.put_updates([update(1), update(2), update(3)])
        with pytest.raises(VersionConflict):
            await storage.conversations.commit_step(replace(following(update_id=3), passed=(1, 2)))
        assert len(await storage.inbox.waiting_updates()) == 3
        await storage.conversations.commit_step(replace(first(update_id=3), passed=(1, 2)))
        await reopen(storage)
        waiting = await storage.inbox.waiting_updates()
        assert [(each.update_id, each.committed) for each in waiting] == [(3, True)]

    async def test_attempts_are_counted_with_the_time_of_the_next(self, storage: Storage):
        """Each retry counts one and keeps when to try again."""
        later = NOW + timedelta(seconds=30)
        await storage.inbox.put_updates([update(1)])
        assert await storage.inbox.retry_update(1, "boom", NOW) == 1
        assert await storage.inbox.retry_update(1, "boom", later) == 2
        (waiting,) = await storage.inbox.waiting_updates()
        assert (waiting.attempts, waiting.not_before) == (2, later)
        taken = await storage.inbox.take_update(1)
        assert taken is not None
        assert taken.attempts == 2
        assert await storage.inbox.retry_update(404, "boom", NOW) == 0

    async def test_a_parked_update_waits_no_more(self, storage: Storage):
        """Parked updates are listed for the operator, newest first, with their errors."""
        await storage.inbox.put_updates([update(1), update(2), update(3)])
        await storage.inbox.park_update(1, "ValueError: 一")
        await storage.inbox.park_update(3, "KeyError: 三")
        assert [each.update_id for each in await storage.inbox.waiting_updates()] == [2]
        parked = [(each.update_id, error) for each, error in await storage.inbox.parked_updates()]
        assert parked == [(3, "KeyError: 三"), (1, "ValueError: 一")]
        assert len(await storage.inbox.parked_updates(limit=1)) == 1
        assert await storage.inbox.take_update(1) == update(1)

    async def test_purging_drops_old_finished_updates_only(self, storage: Storage):
        """Waiting, parked and young updates stay."""
        day = timedelta(days=1)
        ids = range(1, 1_204)
        await storage.inbox.put_updates([update(each, age=3 * day) for each in ids])
        await storage.inbox.put_updates([update(2_000, age=day)])
        await storage.inbox.park_update(2, "why")
        for each in [*ids[2:], 2_000]:
            await storage.inbox.finish_update(each)
        assert await storage.inbox.purge(NOW - 2 * day) == len(ids) - 2
        assert [each.update_id for each in await storage.inbox.waiting_updates()] == [1]
        assert [each.update_id for each, _ in await storage.inbox.parked_updates()] == [2]
        assert await storage.inbox.put_updates([update(2_000), update(3)]) == (3,)


async def test_what_is_put_aside_is_bounded_in_number(storage: Storage):
    """The oldest are given up; their ids stay, so that a repeat is known."""
    numbers = range(1, MOST_PARKED + 4)
    await storage.inbox.put_updates([update(number) for number in numbers])
    error = "ValueError at bot/a.py:1"
    await asyncio.gather(*(storage.inbox.park_update(number, error) for number in numbers))
    kept = [each.update_id for each, _ in await storage.inbox.parked_updates(limit=5000)]
    assert len(kept) == MOST_PARKED
    assert min(kept) == 4
    assert await storage.inbox.put_updates([update(1)]) == ()
    assert not await storage.inbox.requeue_update(1)
