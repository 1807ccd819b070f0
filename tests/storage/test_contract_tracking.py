"""What every storage promises of orders that are read again."""

from datetime import timedelta

import pytest

from bot.domain.identifiers import MarketplaceOrderId, MerchantOrderNo
from bot.domain.orders import OrderStatus, Placing
from bot.domain.stages import Stage
from bot.domain.writes import ClaimOrder
from bot.storage.ports import OrderMoved, Storage
from bot.storage.tracking_ports import FIRST_LOOK
from tests.storage.samples import ALICE, BOB, NOW, first, order, reopen
from tests.storage.tracked import LATER, owners, part, place


class TestStages:
    async def test_orders_are_found_by_their_stage(self, storage: Storage):
        """Newest first, paged, and counted."""
        for number, status in enumerate(
            (OrderStatus.AWAITING_PAYMENT, OrderStatus.COMPLETED, OrderStatus.AWAITING_PAYMENT), 1
        ):
            await place(storage, number, part(number, status))
        await storage.conversations.commit_step(first(BOB, writes=(ClaimOrder(order(9, BOB)),)))
        await reopen(storage)
        to_pay = await storage.orders.orders_of(ALICE, stage=Stage.TO_PAY)
        assert [each.order_no[-1] for each in to_pay] == ["3", "1"]
        assert await storage.orders.orders_of(ALICE, 1, 1, Stage.TO_PAY) == to_pay[1:]
        assert await storage.orders.orders_of(ALICE, stage=Stage.CLOSED) == []
        assert len(await storage.orders.orders_of(ALICE)) == 3
        nothing = dict.fromkeys(Stage, 0)
        assert await storage.orders.count_orders(ALICE) == nothing | {
            Stage.TO_PAY: 2,
            Stage.DONE: 1,
        }
        assert await storage.orders.count_orders(BOB) == nothing | {Stage.PLACING: 1}

    async def test_a_stage_follows_its_order(self, storage: Storage):
        """Whoever stores a state stores the stage."""
        placed = await place(storage)
        tracked = await storage.tracking.tracked(placed.order_no)
        assert tracked is not None
        paid = placed.replace(parts=(part(1, OrderStatus.AWAITING_SHIPMENT),))
        await storage.tracking.save_tracked(tracked, paid, LATER)
        assert await storage.orders.orders_of(ALICE, stage=Stage.TO_PAY) == []
        assert await storage.orders.orders_of(ALICE, stage=Stage.TO_SHIP) == [paid]


class TestTracking:
    async def test_a_part_leads_to_its_order(self, storage: Storage):
        """Every part of a split one, also after a restart; a stranger's leads nowhere."""
        placed = await place(storage, 1, part(1), part(2))
        await reopen(storage)
        parts = [each.order_id for each in placed.parts]
        assert await owners(storage, *parts) == dict.fromkeys(parts, placed.order_no)
        assert await owners(storage, MarketplaceOrderId("9" * 19)) == {}

    async def test_an_order_is_tracked_from_its_placing_on(self, storage: Storage):
        """Before, there is nothing to read; then it is soon due."""
        await storage.conversations.commit_step(first(writes=(ClaimOrder(order(5)),)))
        assert await storage.tracking.tracked(order(5).order_no) is None
        assert await storage.tracking.tracked(MerchantOrderNo("S0")) is None
        creating = order(5).moved(Placing.CREATING)
        await storage.orders.save_order(creating, Placing.CLAIMED)
        placed = creating.moved(Placing.PLACED, parts=(part(5),))
        await storage.orders.save_order(placed, Placing.CREATING)
        tracked = await storage.tracking.tracked(placed.order_no)
        assert tracked is not None
        assert (tracked.order, tracked.hints, tracked.misses) == (placed, 0, 0)
        assert await storage.tracking.due_orders(NOW, 9) == []
        assert await storage.tracking.due_orders(NOW + FIRST_LOOK, 9) == [placed.order_no]

    async def test_a_reading_is_stored_with_the_next_ones_time(self, storage: Storage):
        """Due then and not before; never again when nothing more can come."""
        placed = await place(storage)
        tracked = await storage.tracking.tracked(placed.order_no)
        assert tracked is not None
        paid = placed.replace(parts=(part(1, OrderStatus.AWAITING_SHIPMENT),))
        await storage.tracking.save_tracked(tracked, paid, LATER)
        await reopen(storage)
        assert await storage.orders.order(placed.order_no) == paid
        assert await storage.tracking.due_orders(LATER - timedelta(seconds=1), 9) == []
        assert await storage.tracking.due_orders(LATER, 9) == [placed.order_no]
        await storage.tracking.save_tracked(tracked, paid, None)
        assert await storage.tracking.due_orders(LATER, 9) == []

    async def test_the_longest_due_comes_first(self, storage: Storage):
        """And no more than asked for."""
        for number, hours in ((1, 3), (2, 1), (3, 2)):
            placed = await place(storage, number)
            tracked = await storage.tracking.tracked(placed.order_no)
            await storage.tracking.save_tracked(tracked, placed, NOW + timedelta(hours=hours))
        due = await storage.tracking.due_orders(NOW + timedelta(hours=5), 2)
        assert [each[-1] for each in due] == ["2", "3"]

    async def test_what_is_asked_for_during_a_reading_stays_due(self, storage: Storage):
        """A push that comes between reading and storing is not overwritten by the schedule."""
        placed = await place(storage)
        tracked = await storage.tracking.tracked(placed.order_no)
        await storage.pushes.finish_pushes((), (), [placed.order_no])
        await storage.tracking.save_tracked(tracked, placed, LATER)
        assert await storage.tracking.due_orders(NOW, 9) == [placed.order_no]
        again = await storage.tracking.tracked(placed.order_no)
        await storage.tracking.save_tracked(again, placed, LATER)
        assert await storage.tracking.due_orders(NOW, 9) == []

    async def test_an_order_that_is_over_is_not_read_again(self, storage: Storage):
        """Whatever asks for it."""
        placed = await place(storage)
        tracked = await storage.tracking.tracked(placed.order_no)
        await storage.tracking.save_tracked(tracked, placed, None)
        await storage.pushes.finish_pushes((), (), [placed.order_no])
        assert await storage.tracking.due_orders(LATER, 9) == []

    async def test_failed_readings_are_counted_until_one_succeeds(self, storage: Storage):
        """Each puts the next off, unless something asked for one meanwhile."""
        placed = await place(storage)
        for misses in range(3):
            tracked = await storage.tracking.tracked(placed.order_no)
            assert tracked.misses == misses
            await storage.tracking.missed(placed.order_no, LATER, tracked.hints)
        assert await storage.tracking.due_orders(NOW + FIRST_LOOK, 9) == []
        await storage.pushes.finish_pushes((), (), [placed.order_no])
        await storage.tracking.missed(placed.order_no, LATER, tracked.hints)
        assert await storage.tracking.due_orders(NOW, 9) == [placed.order_no]
        await storage.tracking.missed(placed.order_no, LATER)
        assert await storage.tracking.due_orders(NOW, 9) == []
        tracked = await storage.tracking.tracked(placed.order_no)
        await storage.tracking.save_tracked(tracked, placed, LATER)
        assert (await storage.tracking.tracked(placed.order_no)).misses == 0

    async def test_a_reading_of_an_order_that_is_gone_is_refused(self, storage: Storage):
        """It was forgotten meanwhile; nothing of it comes back."""
        placed = await place(storage, 1, part(1, OrderStatus.COMPLETED))
        tracked = await storage.tracking.tracked(placed.order_no)
        await storage.rights.forget(ALICE)
        with pytest.raises(OrderMoved):
            await storage.tracking.save_tracked(tracked, placed, LATER)
        assert await storage.orders.order(placed.order_no) is None
        assert await owners(storage, part(1).order_id) == {}

    async def test_an_order_of_somebody_forgotten_says_so(self, storage: Storage):
        """It is followed until it is over."""
        placed = await place(storage)
        await storage.rights.forget(ALICE)
        assert (await storage.tracking.tracked(placed.order_no)).forgotten
