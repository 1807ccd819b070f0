"""Placed orders read again: what is newer is stored, whatever else happens meanwhile."""

import asyncio
from datetime import UTC, timedelta

import pytest

from bot.domain.identifiers import MarketplaceOrderId, MerchantOrderNo
from bot.domain.money import Fen
from bot.domain.news import NewsKind
from bot.domain.orders import Order, OrderStatus, Placing
from bot.domain.quiet import QuietHours
from bot.domain.watching import WatchPlan
from bot.marketplace.errors import GatewayFailed
from bot.marketplace.port import FoundOrder
from bot.services.following.tracking import Tracking
from tests.services.agreed import FIRST, NOW, NUMBER, SECOND, consent, found
from tests.services.reading_again import FAILED, placed, reading, told


async def test_newer_states_and_amounts_are_stored() -> None:
    """A price that the seller changed is known from then on."""
    shipped = found(total=Fen(11_000), freight=None, status=OrderStatus.AWAITING_SHIPMENT)
    read = await reading(placed(OrderStatus.AWAITING_PAYMENT), first=shipped)
    refreshed = await read.refresh()
    part = refreshed.parts[0]
    assert (part.total, part.freight) == (11_000, 500), "what is not said stays as it was"
    assert part.status is OrderStatus.AWAITING_SHIPMENT
    assert part.read_at == read.now
    assert await read.in_store() == refreshed


async def test_an_older_state_changes_nothing() -> None:
    """Answers may come out of order; a paid order is not unpaid by one."""
    read = await reading(placed(OrderStatus.AWAITING_SHIPMENT), first=found())
    assert (await read.refresh()).parts[0].status is OrderStatus.AWAITING_SHIPMENT


async def test_what_could_be_read_is_stored_though_another_part_could_not() -> None:
    """The failure is told all the same, and one part's trouble hides no other's news."""
    both = placed(OrderStatus.AWAITING_PAYMENT, OrderStatus.AWAITING_PAYMENT)
    paid = found(status=OrderStatus.AWAITING_SHIPMENT)
    read = await reading(both, first=paid, second=FAILED)
    with pytest.raises(GatewayFailed):
        await read.refresh()
    states = [part.status for part in (await read.in_store()).parts]
    assert states == [OrderStatus.AWAITING_SHIPMENT, OrderStatus.AWAITING_PAYMENT]


async def test_a_marketplace_without_an_answer_changes_nothing() -> None:
    """Not even when it was last read."""
    read = await reading(placed(OrderStatus.AWAITING_PAYMENT), first=FAILED)
    with pytest.raises(GatewayFailed):
        await read.refresh()
    assert await read.in_store() == read.order


async def test_the_stored_order_counts_not_the_one_at_hand() -> None:
    """A handler's old copy takes nothing back that was read meanwhile."""
    read = await reading(
        placed(OrderStatus.AWAITING_PAYMENT), first=found(status=OrderStatus.AWAITING_RECEIPT)
    )
    await read.refresh()
    read.market.details[FIRST] = found(status=OrderStatus.AWAITING_PAYMENT)
    assert (await read.refresh()).parts[0].status is OrderStatus.AWAITING_RECEIPT


async def test_readings_of_one_order_run_one_at_a_time() -> None:
    """Twenty at once store twenty times what they read, each after the other."""
    read = await reading(placed(OrderStatus.AWAITING_PAYMENT), first=found())
    under_way = most = 0
    answer = read.market.order_detail

    async def slow(order_id: MarketplaceOrderId) -> FoundOrder:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        under_way -= 1
        return await answer(order_id)

    read.market.order_detail = slow  # type: ignore[method-assign] - the fake's own call
    await asyncio.gather(*(read.refresh() for _ in range(20)))
    assert most == 1


async def test_an_order_is_read_with_all_its_parts() -> None:
    """A number that nothing has reads nothing."""
    both = placed(OrderStatus.AWAITING_PAYMENT, OrderStatus.AWAITING_PAYMENT)
    paid = OrderStatus.AWAITING_SHIPMENT
    read = await reading(both, first=found(status=paid), second=found(SECOND, status=paid))
    refreshed = await read.tracking.look(NUMBER)
    assert refreshed is not None
    assert refreshed.paid
    asked = read.market.count("detail")
    assert await read.tracking.look(MerchantOrderNo("S261123-99999999")) is None
    assert read.market.count("detail") == asked == 2


async def test_an_order_that_is_not_placed_is_not_read() -> None:
    """It has nothing at the marketplace, or nobody knows yet."""
    for placing in Placing:
        if placing is not Placing.PLACED:
            read = await reading(consent(placing))
            assert await read.refresh() == read.order
            assert read.market.calls == []


async def test_a_part_that_ended_unpaid_is_not_read_again() -> None:
    """Nothing can come of it."""
    ended = placed(OrderStatus.CANCELLED, OrderStatus.AWAITING_PAYMENT)
    read = await reading(ended, second=found(SECOND))
    await read.refresh()
    assert read.market.count("detail") == 1


async def test_an_order_forgotten_during_a_reading_stays_forgotten() -> None:
    """Its reading is dropped."""
    read = await reading(placed(OrderStatus.COMPLETED))

    async def answers(_: MarketplaceOrderId) -> FoundOrder:
        await read.storage.forget(read.order.user_id)
        return found(status=OrderStatus.COMPLETED, completed_at=NOW)

    read.market.order_detail = answers  # type: ignore[method-assign] - the fake's own call
    await read.refresh()
    assert await read.storage.order(NUMBER) is None


async def test_the_next_reading_is_due_by_the_plan() -> None:
    """Soon while it is unpaid, never once it is over."""
    read = await reading(placed(OrderStatus.AWAITING_PAYMENT), first=found())
    await read.refresh()
    soon = read.now + WatchPlan().shortest
    assert await read.storage.due_orders(soon, 9) == [NUMBER]
    read.market.details[FIRST] = found(status=OrderStatus.CANCELLED)
    await read.refresh()
    assert await read.storage.due_orders(soon + timedelta(days=99), 9) == []


async def test_news_is_stored_with_the_reading_that_it_is_of() -> None:
    """Once, and whoever tells it is woken."""
    read = await reading(
        placed(OrderStatus.AWAITING_PAYMENT), first=found(status=OrderStatus.AWAITING_SHIPMENT)
    )
    woken: list[None] = []
    read.tracking.on_news(lambda: woken.append(None))
    for _ in range(3):
        await read.refresh()
    assert await told(read) == [NewsKind.PAID]
    assert len(woken) == 1


async def test_what_somebody_is_shown_is_not_told_again() -> None:
    """Not by the reading that showed it, nor by any later one; other news of it is."""
    read = await reading(
        placed(OrderStatus.AWAITING_PAYMENT), first=found(status=OrderStatus.AWAITING_SHIPMENT)
    )
    woken: list[None] = []
    read.tracking.on_news(lambda: woken.append(None))
    await read.tracking.refresh(read.order, told={NewsKind.PAID})
    await read.refresh()
    assert await told(read) == []
    assert woken == []
    read.market.details[FIRST] = found(status=OrderStatus.AWAITING_RECEIPT)
    await read.tracking.refresh(read.order, told={NewsKind.PAID})
    assert await told(read) == [NewsKind.SHIPPED]


async def test_whoever_acts_on_an_order_shows_what_came_of_it() -> None:
    """A reading that a push asks for during a cancellation waits, and finds it shown."""
    read = await reading(placed(OrderStatus.AWAITING_PAYMENT), first=found())

    async def cancel() -> Order:
        async with read.tracking.holding(NUMBER):
            read.market.details[FIRST] = found(status=OrderStatus.CANCELLED)
            for _ in range(5):
                await asyncio.sleep(0)
            return await read.tracking.refresh(read.order, told={NewsKind.CLOSED})

    acting = asyncio.create_task(cancel())
    await asyncio.sleep(0)
    await read.refresh()
    assert (await acting).parts[0].status is OrderStatus.CANCELLED
    assert await told(read) == []


async def test_holding_ends_with_a_failure() -> None:
    """Nobody waits for ever."""
    read = await reading(placed(OrderStatus.AWAITING_PAYMENT), first=found())
    with pytest.raises(GatewayFailed):
        async with read.tracking.holding(NUMBER):
            raise FAILED
    await asyncio.wait_for(read.refresh(), 60)


async def test_a_reminder_is_due_once_and_only_while_unpaid() -> None:
    """It comes with a fresh reading; somebody who asked to be forgotten gets none."""
    deadline = NOW + timedelta(hours=12)
    unpaid = found(pay_before=deadline)
    read = await reading(placed(OrderStatus.AWAITING_PAYMENT), first=unpaid)
    for hours in (1, 10.5, 11):
        read.now = NOW + timedelta(hours=hours)
        await read.refresh()
    assert await told(read) == [NewsKind.PAY_REMINDER]
    forgotten = await reading(placed(OrderStatus.AWAITING_PAYMENT), first=unpaid)
    await forgotten.storage.forget(forgotten.order.user_id)
    forgotten.now = NOW + timedelta(hours=11)
    await forgotten.refresh()
    assert await told(forgotten) == []
    paid = await reading(
        placed(OrderStatus.AWAITING_PAYMENT), first=found(status=OrderStatus.AWAITING_SHIPMENT)
    )
    paid.now = NOW + timedelta(hours=11)
    await paid.refresh()
    assert await told(paid) == [NewsKind.PAID]


async def test_news_waits_for_the_end_of_the_quiet_hours() -> None:
    """Unless the order would be closed by then."""
    quiet = QuietHours.parse("22-8", UTC)
    night = NOW.replace(hour=23)
    morning = (night + timedelta(days=1)).replace(hour=8)
    for pay_before, told_at in ((None, morning), (morning - timedelta(hours=1), night)):
        before = placed(OrderStatus.AWAITING_PAYMENT)
        read = await reading(before, first=found(total=Fen(99), pay_before=pay_before))
        read.now = night
        read.tracking = Tracking(
            read.market,  # type: ignore[arg-type] - plays the calls that tracking makes
            read.storage,
            plan=WatchPlan(reminder=None),
            quiet=quiet,
            clock=lambda: night,
        )
        await read.refresh()
        (notice,) = await read.storage.waiting_notices(NUMBER, morning)
        assert notice.not_before == told_at
