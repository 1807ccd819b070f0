"""What every storage promises of the marketplace's pushes."""

from bot.domain.identifiers import MarketplaceOrderId
from bot.storage.ports import Storage
from bot.storage.tracking_ports import FIRST_LOOK
from tests.storage.samples import NOW, reopen
from tests.storage.tracked import LATER, messages, owners, part, place, pushed


class TestPushes:
    async def test_a_push_is_stored_once(self, storage: Storage):
        """A repeat is known by its id, also after it was handled."""
        assert await storage.pushes.put_push(pushed(1))
        assert not await storage.pushes.put_push(pushed(1, "the same id"))
        await reopen(storage)
        (waiting,) = await storage.pushes.waiting_pushes(NOW, 9)
        assert (waiting.message, waiting.received_at) == ("push 1", NOW)
        await storage.pushes.finish_pushes([waiting.push_id], [])
        assert not await storage.pushes.put_push(pushed(1))
        assert await messages(storage) == []

    async def test_pushes_are_handled_in_the_order_of_their_arrival(self, storage: Storage):
        """Whatever their ids; and no more than asked for."""
        for number in (3, 1, 2):
            await storage.pushes.put_push(pushed(number))
        assert await messages(storage) == ["push 3", "push 1", "push 2"]
        assert await messages(storage, limit=2) == ["push 3", "push 1"]
        assert (await storage.upkeep.census()).pushes_waiting == 3

    async def test_using_a_push_makes_its_order_due_before_all_others(self, storage: Storage):
        """In one go: from then on the reading does not depend on the push."""
        told, other = await place(storage, 1), await place(storage, 2)
        await storage.pushes.put_push(pushed(1))
        (waiting,) = await storage.pushes.waiting_pushes(NOW, 9)
        await storage.pushes.finish_pushes([waiting.push_id], [], [told.order_no])
        await reopen(storage)
        assert await storage.tracking.due_orders(NOW, 9) == [told.order_no]
        due = await storage.tracking.due_orders(NOW + FIRST_LOOK, 9)
        assert due == [told.order_no, other.order_no]

    async def test_a_push_during_a_reading_is_not_lost(self, storage: Storage):
        """The order stays due when the reading is stored."""
        placed = await place(storage)
        tracked = await storage.tracking.tracked(placed.order_no)
        await storage.pushes.finish_pushes([], [], [placed.order_no])
        await storage.tracking.save_tracked(tracked, placed, LATER)
        assert await storage.tracking.due_orders(NOW, 9) == [placed.order_no]

    async def test_a_push_of_no_use_is_kept_but_not_handled_again(self, storage: Storage):
        """It only counts."""
        await storage.pushes.put_push(pushed(1))
        (waiting,) = await storage.pushes.waiting_pushes(NOW, 9)
        await storage.pushes.finish_pushes([], [waiting.push_id])
        assert await messages(storage) == []
        assert not await storage.pushes.put_push(pushed(1))

    async def test_a_push_that_cannot_be_handled_now_waits(self, storage: Storage):
        """Others go on meanwhile; the tries are counted."""
        for number in (1, 2):
            await storage.pushes.put_push(pushed(number))
        one, _ = await storage.pushes.waiting_pushes(NOW, 9)
        await storage.pushes.retry_pushes([one.push_id], LATER)
        assert await messages(storage) == ["push 2"]
        again, _ = await storage.pushes.waiting_pushes(LATER, 9)
        assert (again.message, again.attempts) == ("push 1", 1)
        await storage.pushes.retry_pushes([one.push_id], LATER, counted=False)
        again, _ = await storage.pushes.waiting_pushes(LATER, 9)
        assert again.attempts == 1

    async def test_many_parts_are_looked_up_at_once(self, storage: Storage):
        """Strangers are left out, however many they are."""
        placed = await place(storage, 1, part(1), part(2))
        ids = [MarketplaceOrderId(f"9{number:018}") for number in range(1500)]
        ours = [each.order_id for each in placed.parts]
        assert await owners(storage, *ids, *ours) == dict.fromkeys(ours, placed.order_no)
        assert await owners(storage) == {}
