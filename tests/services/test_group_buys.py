"""Group buys by themselves: locked in time, priced by the marketplace, followed to their order."""

from datetime import timedelta

import pytest

from bot.domain.group_buys import confirming
from bot.domain.group_buys.buys import BuyRefused, BuyState, Why
from bot.domain.group_buys.claims import ClaimState
from bot.domain.group_buys.news import NewsOf
from bot.domain.group_buys.terms import InPack
from bot.domain.identifiers import MarketplaceOrderId, UserId
from bot.domain.money import Fen
from bot.domain.orders import OrderPart, OrderStatus, Placing
from bot.domain.writes import JoinBuy
from bot.services.grouping.group_buys import GroupBuys
from tests.domain.group_buys.groups import BLUE, NOW, RED, wanted
from tests.services.group_world import NUMBER, World
from tests.storage.grouping import BUY, BUYER, a_buy
from tests.storage.samples import update


@pytest.fixture
def world() -> World:
    return World()


async def test_at_its_deadline_a_buy_is_locked_and_priced(world: World) -> None:
    await world.open()
    await world.join(11, 10, 950)
    await world.join(12, 5, 850)
    buy = await world.at_deadline()
    assert buy.state is BuyState.COLLECTING
    assert [each.state for each in buy.claims] == [ClaimState.DUE, ClaimState.LAPSED]
    assert await world.told(NewsOf.FELL_OUT) == [12]
    assert await world.told(NewsOf.DUE) == [11]


async def test_what_was_sent_in_time_is_worked_off_before_the_lock(world: World) -> None:
    await world.open()
    await world.join(11, 5)
    waiting = a_buy().terms.deadline
    late = update(77).replace(received_at=waiting)
    await world.storage.inbox.put_updates([late])
    assert (await world.at_deadline()).state is BuyState.OPEN
    await world.storage.inbox.finish_update(77)
    assert (await world.at_deadline()).state is BuyState.COLLECTING


async def test_what_telegram_kept_over_the_deadline_is_waited_for(world: World) -> None:
    """While Telegram can't be asked, and until all that it then had is worked off; for an hour."""
    deadline = a_buy().terms.deadline
    asked = deadline - timedelta(minutes=1)
    world.groups = GroupBuys(
        world.storage,
        world.market,  # type: ignore[arg-type]
        organisers=lambda user: user == BUYER,
        caught_up=lambda: asked,
        clock=world.clock,
    )
    await world.open()
    await world.join(2, 5)
    assert (await world.at_deadline()).state is BuyState.OPEN
    asked = world.now = deadline + timedelta(minutes=3)
    late = update(1).replace(received_at=world.now)
    await world.storage.inbox.put_updates([late])
    await world.groups.due.do_due()
    assert (await world.buy()).state is BuyState.OPEN
    await world.storage.inbox.finish_update(1)
    asked = world.now = world.now + timedelta(seconds=9)
    # What comes in after Telegram had nothing more was not sent in time.
    await world.storage.inbox.put_updates([update(2).replace(received_at=world.now)])
    await world.groups.due.do_due()
    assert (await world.buy()).state is BuyState.COLLECTING


async def test_a_telegram_that_is_away_for_an_hour_holds_no_buy_any_longer(world: World) -> None:
    world.groups = GroupBuys(
        world.storage,
        world.market,  # type: ignore[arg-type]
        organisers=lambda user: user == BUYER,
        caught_up=lambda: NOW,
        clock=world.clock,
    )
    await world.open()
    await world.join(2, 5)
    assert (await world.at_deadline()).state is BuyState.OPEN
    world.now += timedelta(hours=1)
    await world.groups.due.do_due()
    assert (await world.buy()).state is BuyState.COLLECTING


async def test_a_clock_that_ran_ahead_and_was_set_right_holds_no_lock_up(world: World) -> None:
    """When the bot began and what it asked Telegram last then seem to be an hour away."""
    deadline = a_buy().terms.deadline
    asked = world.now = deadline + timedelta(hours=1)
    world.groups = GroupBuys(
        world.storage,
        world.market,  # type: ignore[arg-type]
        organisers=lambda user: user == BUYER,
        caught_up=lambda: asked,
        clock=world.clock,
    )
    world.now = NOW
    await world.open()
    await world.join(2, 5)
    assert (await world.at_deadline()).state is BuyState.OPEN  # nobody knows when that was asked
    asked = world.now = world.now + timedelta(seconds=30)
    await world.groups.due.do_due()
    assert (await world.buy()).state is BuyState.COLLECTING


async def test_a_clock_that_jumped_back_reminds_and_locks_no_second_time(world: World) -> None:
    """What was done is in the buy, not in a timer."""
    await world.open()
    await world.join(2, 5)
    before = await world.at_deadline()
    assert before.state is BuyState.COLLECTING
    world.now -= timedelta(days=1)
    await world.groups.due.do_due()
    assert await world.buy() == before
    assert before.pay_before is not None
    world.now = before.pay_before - timedelta(hours=1)
    for _ in range(2):
        await world.groups.due.do_due()
        world.now -= timedelta(minutes=30)
    assert await world.told(NewsOf.REMIND) == [2]


async def test_too_few_pieces_wait_a_day_for_the_organiser_then_fail(world: World) -> None:
    await world.open()
    await world.join(11, 4)
    assert (await world.at_deadline()).state is BuyState.LOCKED
    assert await world.told(NewsOf.TOO_FEW) == [BUYER]
    world.now += timedelta(hours=25)
    await world.groups.due.do_due()
    assert (await world.buy()).state is BuyState.FAILED
    assert await world.told(NewsOf.FAILED) == [11]


async def test_a_marketplace_that_is_down_is_asked_again(world: World) -> None:
    await world.open()
    await world.join(11, 5)
    world.market.down = True
    assert (await world.at_deadline()).state is BuyState.LOCKED
    assert await world.told(NewsOf.NO_QUOTE) == [BUYER]
    world.market.down = False
    world.now += timedelta(minutes=6)
    await world.groups.due.do_due()
    assert (await world.buy()).state is BuyState.COLLECTING


async def test_who_is_silent_is_out_and_the_rest_is_priced_anew(world: World) -> None:
    await world.open()
    await world.join(11, 10)
    await world.join(12, 10)
    world.market.freight = 4000  # twenty of it each, where 13 was agreed to
    buy = await world.at_deadline()
    assert buy.asked == (11, 12)
    await world.storage.group_buys.change(
        BUY,
        lambda there, books: confirming.answered(
            there, UserId(11), agrees=True, books=books, now=world.now
        ),
    )
    world.market.freight = 2000
    world.now += timedelta(hours=25)
    await world.groups.due.do_due()
    buy = await world.buy()
    assert buy.state is BuyState.COLLECTING
    assert [each.state for each in buy.claims] == [ClaimState.DUE, ClaimState.LAPSED]


async def test_who_owes_is_reminded_once_and_left_out_in_the_end(world: World) -> None:
    await world.open()
    await world.join(11, 5)
    buy = await world.at_deadline()
    assert buy.pay_before is not None
    world.now = buy.pay_before - timedelta(hours=23)
    await world.groups.due.do_due()
    await world.groups.due.do_due()
    assert await world.told(NewsOf.REMIND) == [11]
    world.now = buy.pay_before + timedelta(seconds=4)
    await world.groups.due.do_due()
    assert (await world.buy()).state is BuyState.COLLECTING  # what came in on time is worked off
    world.now += timedelta(seconds=1)
    await world.groups.due.do_due()
    assert (await world.buy()).state is BuyState.FAILED


@pytest.mark.parametrize("asked_to", ["pay", "answer"])
async def test_what_was_sent_in_time_is_worked_off_before_anybody_is_left_out(
    world: World, asked_to: str
) -> None:
    """The bot was down over the end of that time: a backlog decides nothing."""
    if asked_to == "answer":
        world.market.freight = 9000
    await world.open()
    await world.join(11, 5)
    buy = await world.at_deadline()
    until = buy.pay_before if asked_to == "pay" else buy.answer_before
    assert until is not None
    await world.storage.inbox.put_updates([update(77).replace(received_at=until)])
    world.now = until + timedelta(minutes=5)
    await world.groups.due.do_due()
    assert (await world.buy()).claims == buy.claims
    await world.storage.inbox.finish_update(77)
    await world.groups.due.do_due()
    assert (await world.buy()).claims[0].state is ClaimState.LAPSED


async def test_the_order_is_of_exactly_those_who_paid(world: World) -> None:
    await world.open()
    await world.join(11, 5)
    await world.join(12, 5)
    await world.at_deadline()
    await world.all_pay()
    await world.order()
    buy = await world.buy()
    assert (buy.state, buy.frozen) == (BuyState.ORDERING, (1, 2))
    part = OrderPart(order_id=MarketplaceOrderId("1" * 19), total=Fen(10_000))
    await world.settled(Placing.PLACED, parts=(part,))
    order = await world.storage.orders.order(NUMBER)
    assert order is not None
    assert [each.quantity for each in order.lines] == [10]
    await world.groups.due.order_changed(order)
    assert (await world.buy()).state is BuyState.ORDERED
    assert await world.storage.orders.untold_orders() == []
    paid = part.replace(status=OrderStatus.AWAITING_RECEIPT)
    tracked = await world.storage.tracking.tracked(NUMBER)
    await world.storage.tracking.save_tracked(tracked, order.replace(parts=(paid,)), None)
    world.now += timedelta(minutes=1)
    await world.groups.due.do_due()
    buy = await world.buy()
    assert buy.state is BuyState.SHIPPED
    books = await world.storage.group_buys.books_of_buy(BUY)
    assert not books.differences()


async def test_a_buy_that_waits_for_its_order_costs_next_to_nothing(world: World) -> None:
    """Nothing is stored of it, nor due, until its order is stored anew; or for five minutes."""
    await world.open()
    await world.join(11, 5)
    await world.at_deadline()
    await world.all_pay()
    await world.order()
    for _ in range(2):  # it has just moved itself
        await world.groups.due.do_due()
    before, buys = await world.buy(), world.storage.group_buys
    for _ in range(250):
        world.now += timedelta(seconds=1)
        assert (await buys.due(world.now, 9), await buys.moved(9)) == ([], [])
        await world.groups.due.do_due()
    assert await world.buy() == before
    world.now += timedelta(minutes=1)
    assert await buys.due(world.now, 9) == [BUY]
    await world.groups.due.do_due()
    assert await buys.due(world.now, 9) == []
    assert (await world.buy()).moved_from(before) is False
    await world.settled(Placing.REFUSED)
    await world.groups.due.do_due()
    assert await world.told(NewsOf.NOT_PLACED) == [BUYER]


async def test_a_refused_order_gives_the_claims_back(world: World) -> None:
    await world.open()
    await world.join(11, 5)
    await world.at_deadline()
    await world.all_pay()
    await world.order()
    await world.settled(Placing.REFUSED)
    world.now += timedelta(minutes=1)
    await world.groups.due.do_due()  # the listener was killed: what is stored says it as well
    buy = await world.buy()
    assert (buy.state, buy.order_no, buy.frozen) == (BuyState.COLLECTING, None, ())
    assert await world.told(NewsOf.NOT_PLACED) == [BUYER]


async def test_only_its_organiser_runs_a_buy(world: World) -> None:
    await world.open()
    with pytest.raises(BuyRefused) as refused:
        await world.groups.quoting.prepare(BUY, UserId(11))
    assert refused.value.why is Why.NOT_YOURS


async def test_a_row_that_somebody_falls_out_of_is_filled_anew(world: World) -> None:
    """Whoever is too dear opens a row; whom it then has no room for is out before the order."""
    pair = (InPack(spec_id=RED, pieces=5), InPack(spec_id=BLUE, pieces=5))
    await world.open(row=pair, minimum=1, fee_ppm=0)
    for user, spec, ceiling in (
        (11, RED, 1000),
        (12, BLUE, 1000),
        (13, RED, 1000),
        (14, BLUE, 100),
    ):
        claim = wanted(a_buy(), user, 5, ceiling, spec_id=spec)
        await world.step(user, JoinBuy(BUY, claim))
    buy = await world.at_deadline()
    assert buy.state is BuyState.COLLECTING
    assert [each.user_id for each in buy.taken] == [11, 12]
    assert await world.told(NewsOf.FELL_OUT) == [14]
    assert await world.told(NewsOf.ROW) == [13]
