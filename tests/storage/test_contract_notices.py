"""What every storage promises of news of orders on its way."""

from datetime import timedelta

import pytest

from bot.domain.orders import OrderStatus
from bot.storage.ports import OrderMoved, Storage
from bot.storage.tracking_ports import NoticeEnd
from tests.storage.samples import ALICE, BOB, NOW, reopen
from tests.storage.tracked import LATER, news, notice, part, place, tell, waiting


class TestNotices:
    async def test_news_waits_to_be_told(self, storage: Storage):
        """Over a restart, in the order in which it came, with where to tell it."""
        placed = await place(storage)
        await tell(storage, placed, notice(2), notice(1))
        await reopen(storage)
        assert [each.news for each in await waiting(storage, placed)] == [news(2), news(1)]
        assert await storage.notices.orders_to_tell(NOW, 9) == [(placed.order_no, placed.chat_id)]

    async def test_a_key_is_told_once_for_each_order(self, storage: Storage):
        """While it waits, when it was told, and when the person saw it otherwise."""
        one, other = await place(storage, 1), await place(storage, 2)
        await tell(storage, one, notice(1), notice(1), notice(2, shown=True))
        (first_notice,) = await waiting(storage, one)
        await storage.notices.claim_notices([first_notice.notice_id])
        await storage.notices.end_notices([first_notice.notice_id], NoticeEnd.TOLD)
        await tell(storage, one, notice(1), notice(2))
        assert await waiting(storage, one) == []
        await tell(storage, other, notice(1))
        assert len(await waiting(storage, other)) == 1

    async def test_what_is_claimed_is_nobody_elses(self, storage: Storage):
        """Nor anybody's after a restart: whether it was sent, nobody knows."""
        placed = await place(storage)
        await tell(storage, placed, notice(1), notice(2))
        claimed, _ = await waiting(storage, placed)
        await storage.notices.claim_notices([claimed.notice_id])
        await reopen(storage)
        assert [each.news for each in await waiting(storage, placed)] == [news(2)]
        assert await storage.notices.give_up_claimed() == 1
        assert await storage.notices.give_up_claimed() == 0
        assert [each.news for each in await waiting(storage, placed)] == [news(2)]

    async def test_what_was_not_sent_waits_again_before_what_came_later(self, storage: Storage):
        """A later piece of news does not overtake it; another order's does."""
        one, other = await place(storage, 1), await place(storage, 2)
        await tell(storage, one, notice(1), notice(2))
        await tell(storage, other, notice(3))
        refused, _ = await waiting(storage, one)
        await storage.notices.claim_notices([refused.notice_id])
        await storage.notices.put_back_notices([refused.notice_id], LATER)
        assert await storage.notices.orders_to_tell(NOW, 9) == [(other.order_no, other.chat_id)]
        again = await waiting(storage, one, LATER)
        assert [each.news for each in again] == [news(1), news(2)]

    async def test_news_keeps_to_its_time(self, storage: Storage):
        """Not before the quiet hours are over; the oldest news of all is told first."""
        one, other = await place(storage, 1), await place(storage, 2)
        await tell(storage, one, notice(1, LATER))
        await tell(storage, other, notice(2))
        early = LATER - timedelta(microseconds=1)
        assert [number for number, _ in await storage.notices.orders_to_tell(early, 9)] == [
            other.order_no
        ]
        both = [number for number, _ in await storage.notices.orders_to_tell(LATER, 9)]
        assert both == [one.order_no, other.order_no]
        assert await storage.notices.orders_to_tell(LATER, 1) == [(one.order_no, one.chat_id)]

    async def test_news_leaves_with_its_order(self, storage: Storage):
        """And never comes without the reading that it is of."""
        placed = await place(storage, 1, part(1, OrderStatus.COMPLETED))
        await tell(storage, placed, notice())
        tracked = await storage.tracking.tracked(placed.order_no)
        await storage.rights.forget(ALICE)
        assert await storage.notices.orders_to_tell(LATER, 9) == []
        with pytest.raises(OrderMoved):
            await storage.tracking.save_tracked(tracked, placed, LATER, [notice(2)])
        assert await storage.notices.orders_to_tell(LATER, 9) == []

    async def test_a_person_may_see_what_was_told(self, storage: Storage):
        """What still waits with what it says; of the rest, what it was about and when."""
        placed = await place(storage)
        await tell(storage, placed, notice(1), notice(2))
        told, _ = await waiting(storage, placed)
        await storage.notices.end_notices([told.notice_id], NoticeEnd.TOLD)
        exported = (await storage.rights.export_of(ALICE))["news_of_orders"]
        assert [(each["what"], each["state"], bool(each["news"])) for each in exported] == [
            ("paid", "told", False),
            ("paid", "waiting", True),
        ]
        assert (await storage.rights.export_of(BOB))["news_of_orders"] == []

    async def test_waiting_and_late_news_is_counted(self, storage: Storage):
        """Late is a minute longer than it had to wait."""
        placed = await place(storage)
        await tell(
            storage, placed, notice(1), notice(2, NOW - timedelta(minutes=2)), notice(3, LATER)
        )
        census = await storage.upkeep.census()
        assert (census.notices_waiting, census.notices_late) == (3, 1)
