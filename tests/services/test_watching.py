"""Due orders are read at a bounded pace, whatever the marketplace does."""

import asyncio
from datetime import timedelta

import pytest

from bot.domain.identifiers import MerchantOrderNo
from bot.domain.news import NewsKind
from bot.domain.orders import Order, OrderStatus
from bot.marketplace.errors import (
    CredentialsRefused,
    GatewayFailed,
    MarketplaceError,
    RefusalReason,
    Refused,
    Throttled,
    Unreachable,
    Unreadable,
)
from bot.services.following.watching import Watch
from bot.storage.tracking_ports import FIRST_LOOK
from tests.services.agreed import FIRST, NUMBER, found
from tests.services.reading_again import Reading, placed, reading, told

DUE = FIRST_LOOK + timedelta(seconds=1)


class Watched:
    """A watch over a reading's storage, stepped by hand."""

    def __init__(self, read: Reading) -> None:
        self.read = read
        self.seconds = 0.0
        read.now += DUE
        self.watch = Watch(
            read.tracking, read.storage, clock=lambda: read.now, seconds=lambda: self.seconds
        )

    async def step(self) -> int:
        """Look once, and return how many orders were asked for."""
        before = self.read.market.count("detail")
        await self.watch.readings.begin_due()
        await self.watch.readings.idle()
        return self.read.market.count("detail") - before


async def watched(answer: object, status: OrderStatus = OrderStatus.AWAITING_PAYMENT) -> Watched:
    return Watched(await reading(placed(status), first=answer))


async def test_a_due_order_is_read_and_then_due_by_its_plan() -> None:
    """Nobody asked; what a lost push would have told is told."""
    one = await watched(found(status=OrderStatus.AWAITING_SHIPMENT))
    assert await one.step() == 1
    assert await one.step() == 0
    assert await told(one.read) == [NewsKind.PAID]
    one.read.now += timedelta(hours=1)
    assert await one.step() == 1


async def test_an_order_that_is_over_is_left_alone() -> None:
    """For good."""
    one = await watched(found(status=OrderStatus.CANCELLED))
    assert await one.step() == 1
    one.read.now += timedelta(days=400)
    assert await one.step() == 0


@pytest.mark.parametrize(
    "error",
    [
        Unreachable("reset", endpoint="order_detail"),
        Throttled("429", endpoint="order_detail"),
        GatewayFailed("502", endpoint="order_detail"),
        CredentialsRefused("sign", endpoint="order_detail"),
        Unreadable("html", endpoint="order_detail", transient=True),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_a_marketplace_in_trouble_is_left_alone_longer_each_time(
    error: MarketplaceError,
) -> None:
    """No order is asked for during the pause; the first answer ends it."""
    one = await watched(error)
    pauses = []
    for _ in range(5):
        one.read.now += timedelta(days=1)
        assert await one.step() == 1
        one.read.now += timedelta(days=1)
        assert await one.step() == 0
        pauses.append(one.watch.readings._paused_until - one.seconds)
        one.seconds = one.watch.readings._paused_until
    assert pauses == [5, 10, 20, 40, 80]
    one.read.market.details[FIRST] = found()
    assert await one.step() == 1
    one.read.now += timedelta(hours=1)
    assert await one.step() == 1


async def test_a_wish_for_a_longer_pause_is_honoured() -> None:
    """The gateway's own number."""
    one = await watched(Throttled("429", endpoint="order_detail", retry_after=900.0))
    await one.step()
    assert one.watch.readings._paused_until == 900


@pytest.mark.parametrize(
    "error",
    [
        Refused("gone", endpoint="order_detail", reason=RefusalReason.NOT_FOUND),
        Unreadable("odd", endpoint="order_detail"),
        RuntimeError("a bug"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_an_order_that_alone_cannot_be_read_is_tried_less_and_less(error: Exception) -> None:
    """It holds up no other: there is no pause."""
    one = await watched(error)
    waits = []
    for _ in range(14):
        assert await one.step() == 1
        waited = timedelta()
        while not await one.read.storage.due_orders(one.read.now, 9):
            one.read.now += timedelta(minutes=1)
            waited += timedelta(minutes=1)
        waits.append(waited)
    assert waits[:3] == [timedelta(minutes=each) for each in (1, 2, 4)]
    assert waits[-1] == waits[-2] == timedelta(hours=12)
    assert one.watch.readings._paused_until == 0


async def test_a_storage_out_of_order_is_waited_for() -> None:
    """The order stays due."""
    one = await watched(found())
    task = asyncio.create_task(one.watch.readings.run())
    one.read.storage.unavailable = True
    await asyncio.sleep(0.01)
    one.read.storage.unavailable = False
    one.seconds += 10
    one.watch.readings.wake()
    async with asyncio.timeout(60):
        while not one.read.market.count("detail"):  # noqa: ASYNC110 - the service has no event
            await asyncio.sleep(0)
    task.cancel()


async def test_few_are_read_at_a_time_and_each_once() -> None:
    """However many are due."""
    one = await watched(found())
    names = [MerchantOrderNo(f"S{number}") for number in range(50)]
    under_way: set[str] = set()
    most = 0

    async def due_orders(now: object, limit: int) -> list[MerchantOrderNo]:
        return names[:limit]

    async def tracked(order_no: MerchantOrderNo) -> None:
        nonlocal most
        assert order_no not in under_way
        under_way.add(order_no)
        most = max(most, len(under_way))
        await asyncio.sleep(0)
        under_way.remove(order_no)
        names.remove(order_no)

    one.read.storage.due_orders = due_orders  # type: ignore[method-assign] - the fake's own calls
    one.read.storage.tracked = tracked  # type: ignore[method-assign] - as above
    task = asyncio.create_task(one.watch.readings.run())
    async with asyncio.timeout(60):
        while names:  # noqa: ASYNC110 - as above
            await asyncio.sleep(0)
    task.cancel()
    assert most == 4


async def test_readings_keep_to_the_pace() -> None:
    """Three a minute: the fourth waits."""
    read = await reading(placed(OrderStatus.AWAITING_PAYMENT), first=found())
    watch = Watch(read.tracking, read.storage, calls_per_minute=3, clock=lambda: read.now)

    async def begin() -> None:
        read.now += timedelta(hours=1)
        await watch.readings.begin_due()
        await asyncio.sleep(0)

    for _ in range(3):
        await begin()
        await asyncio.wait_for(watch.readings.idle(), 15)  # a turn comes after twenty seconds
    await begin()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(watch.readings.idle(), 0.2)
    await watch.readings.close(grace=0.0)


async def test_closing_lets_a_reading_end() -> None:
    """And begins no other."""
    one = await watched(found(status=OrderStatus.AWAITING_SHIPMENT))
    await one.watch.readings.begin_due()
    await one.watch.readings.close()
    order = await one.read.storage.order(NUMBER)
    assert isinstance(order, Order)
    assert order.paid
    one.read.now += timedelta(days=1)
    assert await one.step() == 0
