"""What nobody uses any more goes by its age, and nothing else."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from bot.domain.identifiers import MarketplaceOrderId
from bot.domain.money import ZERO, Fen
from bot.domain.orders import OrderPart, OrderStatus, Placing
from bot.domain.payment_attempts import AttemptState, NewAttempt
from bot.domain.sessions import Step
from bot.domain.writes import ClaimOrder, KeepOffer, KeepResults, SaveAddress
from bot.storage.ports import Retention, VersionConflict
from bot.storage.sealing import Sealer
from bot.storage.sqlite.storage import SqliteStorage
from tests.storage.samples import (
    ALICE,
    ALICE_CHAT,
    BOB,
    KEY,
    NOW,
    first,
    following,
    offer,
    order,
    page,
    rich_session,
    saved_address,
    update,
)
from tests.storage.watching import WATCHER, watches

KEEP = Retention()


class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def aging(database: Path, clock: Clock):
    storage = SqliteStorage(database, Sealer(KEY), clock)
    await storage.open()
    yield storage
    await storage.close()


async def _filled(storage: SqliteStorage) -> None:
    draft = rich_session().replace(language="zh", language_chosen=True)
    step = first(writes=(KeepResults(page()), KeepOffer(offer()), SaveAddress(saved_address(1))))
    await storage.conversations.commit_step(replace(step, session=draft))
    await storage.picture_files.remember_file("key", "file")
    await storage.inbox.put_updates([update(1)])
    await storage.inbox.finish_update(1)


async def test_nothing_goes_before_its_time(aging: SqliteStorage, clock: Clock) -> None:
    """A day less than the limit, everything is there."""
    await _filled(aging)
    clock.now = NOW + timedelta(days=29)
    gone = await aging.upkeep.purge_old(KEEP.model_copy(update={"updates": timedelta(days=40)}))
    assert not any(gone.values())


async def test_what_is_old_goes(aging: SqliteStorage, clock: Clock) -> None:
    """Drafts with their notes and addresses, results, offers and file ids; the book stays."""
    await _filled(aging)
    clock.now = NOW + timedelta(days=61)
    gone = await aging.upkeep.purge_old(KEEP)
    assert gone == {
        "updates": 1,
        "drafts": 1,
        "results": 1,
        "offers": 1,
        "picture_files": 1,
        "orders": 0,
        "pushes": 0,
        "notices": 0,
        "forgotten_orders": 0,
        "payments": 0,
        "group_buys": 0,
        "questions": 0,
        "posts": 0,
        "watches": 0,
        "shop": 0,
    }
    left = await aging.conversations.load_session(ALICE_CHAT, ALICE)
    assert left is not None
    assert (left.step, left.language, left.revision) == (Step.START, "zh", 2)
    assert (left.draft.lines, left.delivery.address, left.taps) == ((), None, ())
    assert await aging.offers.offer(offer().offer_id) is None
    assert len(await aging.addresses.addresses_of(ALICE)) == 1
    assert not any((await aging.upkeep.purge_old(KEEP)).values())


async def test_a_watch_goes_a_time_after_it_was_told(aging: SqliteStorage, clock: Clock) -> None:
    """What is still watched for, or to be told, stays however old it is."""
    await watches(aging)
    clock.now = NOW + KEEP.notices - timedelta(days=1)
    assert (await aging.upkeep.purge_old(KEEP))["watches"] == 0
    clock.now = NOW + timedelta(days=9_000)
    assert (await aging.upkeep.purge_old(KEEP))["watches"] == 1
    left = await aging.watches.watches_of(WATCHER, 9)
    assert sorted(each.state for each in left) == ["telling", "to_tell", "watching"]


async def test_a_step_that_meets_the_clearing_loads_again(
    aging: SqliteStorage, clock: Clock
) -> None:
    """Clearing counts as a commit: nobody writes over it with what they loaded before."""
    await _filled(aging)
    clock.now = NOW + timedelta(days=31)
    await aging.upkeep.purge_old(KEEP)
    with pytest.raises(VersionConflict):
        await aging.conversations.commit_step(following(expected=1))
    await aging.conversations.commit_step(following(expected=2))


async def test_a_draft_that_is_being_placed_is_left(aging: SqliteStorage, clock: Clock) -> None:
    """However long that takes."""
    placing = rich_session().replace(step=Step.PLACING)
    await aging.conversations.commit_step(replace(first(), session=placing))
    clock.now = NOW + timedelta(days=100)
    await aging.upkeep.purge_old(KEEP)
    assert await aging.conversations.load_session(ALICE_CHAT, ALICE) == placing


async def test_old_orders_go_unless_they_are_uncertain(aging: SqliteStorage, clock: Clock) -> None:
    """After two years only what a person has to decide is left."""
    await aging.conversations.commit_step(
        first(writes=(ClaimOrder(order(1, ALICE, Placing.PLACED)),))
    )
    await aging.conversations.commit_step(
        first(BOB, writes=(ClaimOrder(order(2, BOB, Placing.UNRESOLVED)),))
    )
    clock.now = NOW + timedelta(days=731)
    assert (await aging.upkeep.purge_old(KEEP))["orders"] == 1
    assert await aging.orders.order(order(2).order_no) is not None


def _part(number: int) -> MarketplaceOrderId:
    return MarketplaceOrderId(f"225{number:016}")


async def _pay(storage: SqliteStorage, number: int, state: AttemptState | None) -> None:
    new = NewAttempt(
        order_id=_part(number),
        order_no=order(number).order_no,
        operator=BOB,
        amount=Fen(number),
    )
    attempt = await storage.payments.claim_payment(new, known=0, since=NOW, limit=ZERO)
    if state is not None:
        await storage.payments.mark_payment(attempt.attempt_id, state)


async def test_payments_go_after_their_orders(aging: SqliteStorage, clock: Clock) -> None:
    """What is under way stays, and what an order that is kept was tried with."""
    await aging.conversations.commit_step(
        first(writes=(ClaimOrder(order(1, ALICE, Placing.UNRESOLVED)),))
    )
    for number, state in enumerate((AttemptState.PAID, *AttemptState, None), start=1):
        await _pay(aging, number, state)
    clock.now = NOW + timedelta(days=730)
    assert (await aging.upkeep.purge_old(KEEP))["payments"] == 0
    clock.now = NOW + timedelta(days=731)
    assert (await aging.upkeep.purge_old(KEEP))["payments"] == 4
    kept = [number for number in range(1, 9) if await aging.payments.payments_of(_part(number))]
    assert kept == [1, 2, 3, 8]


async def test_what_was_spent_today_counts_however_short_orders_are_kept(
    aging: SqliteStorage, clock: Clock
) -> None:
    """The shortest setting is a day, and so is a day's limit."""
    await _pay(aging, 7, AttemptState.PAID)
    clock.now = NOW + timedelta(hours=24)
    keep = KEEP.model_copy(update={"orders": timedelta(days=1)})
    assert (await aging.upkeep.purge_old(keep))["payments"] == 0
    assert await aging.payments.spent_since(NOW) == 7


async def test_an_order_of_a_forgotten_person_goes_when_it_ends(aging: SqliteStorage) -> None:
    """It was kept for the goods under way alone."""
    part = OrderPart(order_id="1" * 19)
    placed = order(1, ALICE, Placing.PLACED).replace(parts=(part,))
    await aging.conversations.commit_step(first(writes=(ClaimOrder(placed),)))
    await aging.rights.forget(ALICE)
    assert (await aging.upkeep.purge_old(KEEP))["forgotten_orders"] == 0
    done = placed.replace(parts=(part.seen(OrderStatus.COMPLETED),))
    await aging.orders.save_order(done, Placing.PLACED)
    assert (await aging.upkeep.purge_old(KEEP))["forgotten_orders"] == 1
    assert await aging.orders.orders_of(ALICE) == []


async def test_what_was_put_aside_is_kept_for_two_weeks(sqlite: SqliteStorage):
    """Nobody's words wait for ever for an operator."""
    await sqlite.inbox.put_updates(
        [update(1, age=timedelta(days=15)), update(2, age=timedelta(days=13))]
    )
    for number in (1, 2):
        await sqlite.inbox.park_update(number, "ValueError at bot/a.py:1")
    await sqlite.upkeep.purge_old(Retention())
    assert [each.update_id for each, _ in await sqlite.inbox.parked_updates()] == [2]
    assert await sqlite.inbox.take_update(1) is None


_MANY_PLACED = (
    "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)"
    " INSERT INTO orders (order_no, user_id, chat_id, session_id, revision, placing, created_at,"
    " body, stored) SELECT 'P' || n, n, n, 's' || n, 1, 'placed', n, x'00', n FROM numbers"
)


@pytest.mark.slow
async def test_very_many_settled_orders_are_not_counted_at_every_look(aging: SqliteStorage) -> None:
    """Those that are not settled are: they are few, and somebody may have to do something."""
    await aging.database.write(lambda there: there.execute(_MANY_PLACED, (100_000,)))
    before = {Placing.PLACED: 100_000}
    assert (await aging.upkeep.census()).orders == before
    await aging.conversations.commit_step(first(writes=(ClaimOrder(order()),)))
    assert (await aging.upkeep.census()).orders == {**before, Placing.CLAIMED: 1}
    creating, refused = order(placing=Placing.CREATING), order(placing=Placing.REFUSED)
    await aging.orders.save_order(creating, Placing.CLAIMED)
    await aging.orders.save_order(refused, Placing.CREATING)
    assert (await aging.upkeep.census()).orders == before
